"""What changed about the form of a question's answers: type, unit, options, range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from guanbiao.indicators.rules.changes import Beside, Change, Choosing, Every, Outside
from guanbiao.indicators.rules.model import Model, Option, Question, Text
from guanbiao.indicators.rules.words import listed, quoted, range_words, type_words
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import scaled_text


def named(model: Model, code: str, language: Language, *, old: bool = False) -> str:
    """“第 12 题“……”（BC101）”."""
    title = quoted(model.question[code].title.in_(language))
    number = model.card_of[code].number
    if language == "zh":
        return f"{'旧版' if old else ''}第 {number} 题{title}（{code}）"
    return f"{'Old question' if old else 'Question'} {number} {title} ({code})"


@dataclass(frozen=True)
class Pair:
    """A question that stands in both editions."""

    old: Model
    new: Model
    before: Question
    after: Question

    def change(self, kind: str, zh: str, en: str, **rest: Any) -> Change:
        """A change of this question, harmless unless said otherwise; both sentences go on after its name."""
        said = {"level": "harmless", "verdict": "valid"} | rest
        code = self.after.code
        return Change(f"question.{kind}", code, says=Text(f"{named(self.new, code, 'zh')}{zh}。", f"{named(self.new, code, 'en')} {en}."), **said)


def form_changes(pair: Pair) -> Iterator[Change]:
    """Changes that decide whether a stored answer still fits its question."""
    yield from _kind(pair)
    if pair.before.type == pair.after.type:
        yield from _options(pair)
        yield from _exclusive(pair)
    if pair.before.is_numeric and pair.after.is_numeric:
        yield from _range(pair)


def _broken(touches: Every | Choosing | Outside | Beside) -> dict[str, Any]:
    return {"level": "breaking", "verdict": "answer_again", "touches": touches}


def _kind(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    if before.type != after.type:
        was, now = type_words(before), type_words(after)
        yield pair.change(
            "type", f"由{was.zh}改为{now.zh}", f"changed from {was.en} to {now.en}", **_broken(Every()), old=before.type, new=after.type
        )
    elif before.unit != after.unit:
        was, now = before.unit, after.unit
        same = was.zh == now.zh
        yield pair.change(
            "unit-wording" if same else "unit",
            f"的单位“{now.zh}”改了英文" if same else f"的单位由“{was.zh}”改为“{now.zh}”",
            f"changed its unit from “{was.en}” to “{now.en}”",
            **({} if same else _broken(Every())),
            old=[was.zh, was.en],
            new=[now.zh, now.en],
        )


def _options(pair: Pair) -> Iterator[Change]:
    before, after = ({option.code: option for option in q.options} for q in (pair.before, pair.after))
    if gone := [option for code, option in before.items() if code not in after]:
        codes = [option.code for option in gone]
        yield pair.change(
            "options-removed",
            f"删去选项 {_titled(gone, 'zh')}；选了它的需重答，其余答案仍有效",
            f"lost option {_titled(gone, 'en')}; answers that chose it must be given again, others stay valid",
            **_broken(Choosing(frozenset(codes))),
            old=codes,
        )
    if fresh := [option for code, option in after.items() if code not in before]:
        yield pair.change(
            "options-added",
            f"新增选项 {_titled(fresh, 'zh')}；原答案可保留，宜复核",
            f"gained option {_titled(fresh, 'en')}; stored answers may stay, but deserve a look",
            new=[option.code for option in fresh],
        )
    yield from _reworded(pair, before, after)
    yield from _repointed(pair, before, after)


def _titled(options: list[Option], language: Language) -> str:
    return listed((f"{option.code}{quoted(option.title.in_(language))}" for option in options), language)


def _reworded(pair: Pair, before: dict[str, Option], after: dict[str, Option]) -> Iterator[Change]:
    both = [code for code in after if code in before]
    words = [code for code in both if (before[code].title, before[code].text) != (after[code].title, after[code].text)]
    if words:
        yield pair.change(
            "options-reworded",
            f"的选项 {listed(words, 'zh')} 改了措辞",
            f"words option {listed(words, 'en')} differently",
            old={code: _worded(before[code]) for code in words},
            new={code: _worded(after[code]) for code in words},
        )
    if [code for code in before if code in after] != both:
        yield pair.change("options-order", "的选项次序变了", "orders its options differently", old=list(before), new=list(after))


def _worded(option: Option) -> dict[str, dict[str, str]]:
    return {"title": {"zh": option.title.zh, "en": option.title.en}, "text": {"zh": option.text.zh, "en": option.text.en}}


def _repointed(pair: Pair, before: dict[str, Option], after: dict[str, Option]) -> Iterator[Change]:
    moved = [code for code in after if code in before and before[code].points != after[code].points]
    if not moved:
        return
    steps = [f"{code} {scaled_text(before[code].points)}→{scaled_text(after[code].points)}" for code in moved]
    yield pair.change(
        "options-repointed",
        f"的选项分值变了：{'，'.join(steps)}",
        f"gives other points: {', '.join(steps)}",
        level="score" if pair.after.code in pair.new.measured else "harmless",
        old={code: scaled_text(before[code].points) for code in moved},
        new={code: scaled_text(after[code].points) for code in moved},
    )


def _exclusive(pair: Pair) -> Iterator[Change]:
    was, now = pair.before.exclusive, pair.after.exclusive
    if was == now:
        return
    if now is None:
        yield pair.change("exclusive", f"的选项 {was} 不再排斥其他选项", f"lets option {was} stand beside others now", old=was)
        return
    yield pair.change(
        "exclusive",
        f"的选项 {now} 现在排斥其他选项；与别的选项同选的需重答",
        f"lets option {now} stand only alone now; answers that chose it beside others must be given again",
        **_broken(Beside(now)),
        old=was,
        new=now,
    )


def _range(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    spans = [(range_words(q, "zh"), range_words(q, "en")) for q in (before, after)]
    zh, en = f"原为 {spans[0][0]}，现为 {spans[1][0]}", f"once {spans[0][1]}, now {spans[1][1]}"
    was, now = (before.least, before.greatest), (after.least, after.greatest)
    texts = {"old": [scaled_text(x) for x in was], "new": [scaled_text(x) for x in now]}
    if now[0] > was[0] or now[1] < was[1]:
        yield pair.change(
            "range-narrowed",
            f"的范围缩小：{zh}；范围外的需重答，其余答案仍有效",
            f"narrowed its range, {en}; answers outside must be given again, others stay valid",
            **_broken(Outside(*now)),
            **texts,
        )
    elif was != now:
        yield pair.change(
            "range-widened",
            f"的范围放宽：{zh}",
            f"widened its range, {en}",
            **texts,
        )
    if before.decimals != after.decimals:
        yield pair.change(
            "decimals",
            f"填写的小数位由 {before.decimals} 位改为 {after.decimals} 位",
            f"is filled in with {after.decimals} decimals instead of {before.decimals}",
            old=before.decimals,
            new=after.decimals,
        )
