"""What changed about the questions of two editions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guanbiao.indicators.rules.changes import Beside, Change, Choosing, Every, Outside
from guanbiao.indicators.rules.conditions import questions_in
from guanbiao.indicators.rules.model import Model, Option, Question, Text
from guanbiao.indicators.rules.words import condition_words, listed, quoted, range_words, type_words
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import scaled_text

_OLD = Text("旧版", "old ")


def question_changes(old: Model, new: Model) -> Iterator[Change]:
    """Changes in the order of the new questionnaire, removed questions last."""
    for question in new.questions:
        before = old.question.get(question.code)
        if before is None:
            yield _added(new, question)
        else:
            yield from _Both(old, new, before, question).changes()
    for question in old.questions:
        if question.code not in new.question:
            says = Text(f"删去{named(old, question.code, 'zh', _OLD)}。", f"{_capital(named(old, question.code, 'en', _OLD))} was removed.")
            yield Change("question.removed", question.code, "breaking", "not_scored", says, Every())
    yield from _cards(old, new)


def named(model: Model, code: str, language: Language, before: Text = Text("", "")) -> str:
    """“第 12 题“……”（BC101）”."""
    title = quoted(model.question[code].title.in_(language))
    number = model.card_of[code].number
    edition = before.in_(language)
    return f"{edition}第 {number} 题{title}（{code}）" if language == "zh" else f"{edition}question {number} {title} ({code})"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _added(new: Model, question: Question) -> Change:
    zh, en = named(new, question.code, "zh"), _capital(named(new, question.code, "en"))
    if question.code in new.required:
        level = "score" if question.code in new.measured or question.code in new.named else "harmless"
        return Change("question.added", question.code, level, "to_answer", Text(f"新增{zh}，必答。", f"{en} is new and required."))
    return Change("question.added", question.code, "harmless", "valid", Text(f"新增{zh}，选答。", f"{en} is new and optional."))


class _Both:
    """A question that stands in both editions."""

    def __init__(self, old: Model, new: Model, before: Question, after: Question) -> None:
        self.old, self.new, self.before, self.after = old, new, before, after
        self.code = after.code
        self.zh, self.en = named(new, after.code, "zh"), _capital(named(new, after.code, "en"))

    def changes(self) -> Iterator[Change]:
        yield from self._kind()
        yield from self._options()
        yield from self._range()
        yield from self._asked()
        yield from self._scored()
        yield from self._wording()

    def _change(self, kind: str, zh: str, en: str, **rest: Any) -> Change:
        said = {"level": "harmless", "verdict": "valid"} | rest
        return Change(f"question.{kind}", self.code, says=Text(f"{self.zh}{zh}。", f"{self.en} {en}."), **said)

    def _kind(self) -> Iterator[Change]:
        before, after = self.before, self.after
        broken: dict[str, Any] = {"level": "breaking", "verdict": "answer_again", "touches": Every()}
        if before.type != after.type:
            was, now = type_words(before), type_words(after)
            yield self._change(
                "type", f"由{was.zh}改为{now.zh}", f"changed from {was.en} to {now.en}", **broken, old=before.type, new=after.type
            )
        elif before.unit != after.unit:
            was, now = before.unit, after.unit
            only_words = was.zh == now.zh
            yield self._change(
                "unit",
                "改了单位的英文" if only_words else f"的单位由“{was.zh}”改为“{now.zh}”",
                f"changed its unit from “{was.en}” to “{now.en}”",
                **({} if only_words else broken),
                old=[was.zh, was.en],
                new=[now.zh, now.en],
            )

    def _options(self) -> Iterator[Change]:
        before, after = ({option.code: option for option in q.options} for q in (self.before, self.after))
        if self.before.type != self.after.type or not after:
            return
        if gone := [option for code, option in before.items() if code not in after]:
            codes = [option.code for option in gone]
            yield self._change(
                "options-removed",
                f"删去选项 {_options_zh(gone)}；选了它的需重答，其余答案仍有效",
                f"lost {_options_en(gone)}; answers that chose it must be given again, others stay valid",
                level="breaking",
                verdict="answer_again",
                touches=Choosing(frozenset(codes)),
                old=codes,
            )
        if fresh := [option for code, option in after.items() if code not in before]:
            yield self._change(
                "options-added",
                f"新增选项 {_options_zh(fresh)}；原答案可保留，宜复核",
                f"gained {_options_en(fresh)}; stored answers may stay, but deserve a look",
                new=[option.code for option in fresh],
            )
        yield from self._exclusive()
        yield from self._reworded(before, after)
        yield from self._repointed(before, after)

    def _exclusive(self) -> Iterator[Change]:
        was, now = self.before.exclusive, self.after.exclusive
        if was == now:
            return
        if now is None:
            yield self._change("exclusive", f"的选项 {was} 不再排斥其他选项", f"lets option {was} stand beside others now", old=was)
            return
        yield self._change(
            "exclusive",
            f"的选项 {now} 现在排斥其他选项；同选的需重答",
            f"lets option {now} stand only alone now; answers that chose it beside others must be given again",
            level="breaking",
            verdict="answer_again",
            touches=Beside(now),
            old=was,
            new=now,
        )

    def _reworded(self, before: dict[str, Option], after: dict[str, Option]) -> Iterator[Change]:
        both = [code for code in after if code in before]
        words = [code for code in both if (before[code].title, before[code].text) != (after[code].title, after[code].text)]
        if words:
            yield self._change(
                "options-reworded",
                f"的选项 {listed(words, 'zh')} 改了措辞",
                f"words {_options_word(words)} {listed(words, 'en')} differently",
                old={code: _text_json(before[code]) for code in words},
                new={code: _text_json(after[code]) for code in words},
            )
        if [code for code in before if code in after] != both:
            yield self._change("options-order", "的选项次序变了", "orders its options differently", old=list(before), new=list(after))

    def _repointed(self, before: dict[str, Option], after: dict[str, Option]) -> Iterator[Change]:
        moved = [code for code in after if code in before and before[code].points != after[code].points]
        if not moved:
            return
        steps = [f"{code} {scaled_text(before[code].points)}→{scaled_text(after[code].points)}" for code in moved]
        yield self._change(
            "options-repointed",
            f"的选项分值变了：{'，'.join(steps)}",
            f"gives other points: {', '.join(steps)}",
            level="score" if self.code in self.new.measured else "harmless",
            old={code: scaled_text(before[code].points) for code in moved},
            new={code: scaled_text(after[code].points) for code in moved},
        )

    def _range(self) -> Iterator[Change]:
        before, after = self.before, self.after
        if not before.is_numeric or not after.is_numeric:
            return
        was, now = (before.least, before.greatest), (after.least, after.greatest)
        if was != now:
            narrower = now[0] > was[0] or now[1] < was[1]
            words = ("缩小", "narrowed") if narrower else ("放宽", "widened")
            spans = [(range_words(q, "zh"), range_words(q, "en")) for q in (before, after)]
            tail = ("；范围外的需重答，其余答案仍有效", "; answers outside must be given again, others stay valid") if narrower else ("", "")
            rest: dict[str, Any] = {"level": "breaking", "verdict": "answer_again", "touches": Outside(*now)} if narrower else {}
            yield self._change(
                f"range-{words[1]}",
                f"的范围{words[0]}：{spans[0][0]}，改为 {spans[1][0]}{tail[0]}",
                f"{words[1]} its range from {spans[0][1]} to {spans[1][1]}{tail[1]}".replace(" to ", " – ", 1).replace(" to ", " – ") if False else f"{words[1]} its range, once {spans[0][1]}, now {spans[1][1]}{tail[1]}",
                **rest,
                old=[scaled_text(x) for x in was],
                new=[scaled_text(x) for x in now],
            )
        if before.decimals != after.decimals:
            yield self._change(
                "decimals",
                f"填写的小数位由 {before.decimals} 位改为 {after.decimals} 位",
                f"takes {after.decimals} decimals instead of {before.decimals}",
                old=before.decimals,
                new=after.decimals,
            )
