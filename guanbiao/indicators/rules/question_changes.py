"""What changed about the questions of two editions."""

from __future__ import annotations

from collections.abc import Iterator

from guanbiao.indicators.rules.changes import Change, Every
from guanbiao.indicators.rules.conditions import questions_in
from guanbiao.indicators.rules.model import Card, Model, Question, Reference, Text
from guanbiao.indicators.rules.question_form import Pair, form_changes, named
from guanbiao.indicators.rules.words import condition_words, listed
from guanbiao.kernel.errors import Language


def question_changes(old: Model, new: Model) -> Iterator[Change]:
    """Changes in the order of the new questionnaire, removed questions last."""
    reach = _reach_changed(old, new)
    for question in new.questions:
        before = old.question.get(question.code)
        if before is None:
            yield _added(new, question)
            continue
        pair = Pair(old, new, before, question)
        yield from form_changes(pair)
        yield from _asked(pair, reach)
        yield from _scored(pair)
        yield from _wording(pair)
    for question in old.questions:
        if question.code not in new.question:
            zh, en = named(old, question.code, "zh", old=True), named(old, question.code, "en", old=True)
            says = Text(f"{zh}已删去；答卷里的这一项须去掉。", f"{en} was removed; the answer to it must be taken out of the sheet.")
            yield Change("question.removed", question.code, "breaking", "not_scored", says, Every())
    yield from _cards(old, new)


def _added(new: Model, question: Question) -> Change:
    zh, en = named(new, question.code, "zh"), named(new, question.code, "en")
    if question.code in new.required:
        return Change("question.added", question.code, "score", "to_answer", Text(f"新增{zh}，必答。", f"{en} is new and required."))
    return Change("question.added", question.code, "harmless", "valid", Text(f"新增{zh}，选答。", f"{en} is new and optional."))


def _reach_changed(old: Model, new: Model) -> frozenset[str]:
    """Questions of both editions that may apply to other enterprises than before, by their own condition or one it hangs on."""
    changed: set[str] = set()
    for question in new.questions:
        before = old.question.get(question.code)
        named_now = questions_in(question.when) if question.when else set()
        if before is None or before.when != question.when or before.type != question.type or named_now & changed:
            changed.add(question.code)
    return frozenset(changed & set(old.question))


def _asked(pair: Pair, reach: frozenset[str]) -> Iterator[Change]:
    before, after, code = pair.before, pair.after, pair.after.code
    needed = code in pair.new.required
    level = "score" if needed else "harmless"
    if before.when != after.when:
        (was_zh, was_en), (now_zh, now_en) = _when(pair.old, before), _when(pair.new, after)
        tail = "；新适用的企业需补答，不再适用的不再计分" if needed else ""
        told = "; where it is newly asked it must be answered, where it falls away it no longer counts" if needed else ""
        yield pair.change(
            "condition",
            f"的适用条件变了：原为{was_zh}，现为{now_zh}{tail}",
            f"is asked on another condition, once {was_en}, now {now_en}{told}",
            level=level,
            verdict="to_answer" if needed and before.when is not None else "valid",
        )
    elif after.when and needed and code in reach and before.type == after.type:
        by = [q for q in sorted(questions_in(after.when)) if q in reach or q not in pair.old.question]
        yield pair.change(
            "condition-follows",
            f"的适用范围随 {listed(by, 'zh')} 的变化而变；新适用的企业需补答",
            f"may apply to other enterprises, as {listed(by, 'en')} changed; where it is newly asked it must be answered",
            level=level,
            verdict="to_answer",
        )


def _when(model: Model, question: Question) -> tuple[str, str]:
    if question.when is None:
        return "都要回答", "of everybody"
    return f"“{condition_words(model, question.when, 'zh')}”", f"“{condition_words(model, question.when, 'en')}”"


def _scored(pair: Pair) -> Iterator[Change]:
    code = pair.after.code
    was, now = code in pair.old.measured, code in pair.new.measured
    must_before, must = code in pair.old.required, code in pair.new.required
    if was and not now:
        yield pair.change("unmeasured", "不再计分", "is no longer scored", level="score", verdict="not_scored")
    elif now and not was:
        yield pair.change("measured", "开始计分", "is scored now", level="score", verdict="valid" if must_before else "to_answer")
    elif must and not must_before:
        yield pair.change("required", "由选答改为必答", "is required now", level="score", verdict="to_answer")
    if must_before and not must:
        yield pair.change("optional", "由必答改为选答", "is optional now")


_PARTS = {
    "title": Text("题目", "title"),
    "help": Text("怎么算", "how to count"),
    "evidence": Text("附什么", "evidence"),
    "reference": Text("公开数值", "published value"),
}


def _wording(pair: Pair) -> Iterator[Change]:
    before, after = pair.before, pair.after
    words = [key for key in _PARTS if getattr(before, key) != getattr(after, key)]
    if words:
        yield pair.change(
            "wording",
            f"改了{_listed(words, 'zh')}的文字",
            f"has a new {_listed(words, 'en')}",
            old={key: _json(getattr(before, key)) for key in words},
            new={key: _json(getattr(after, key)) for key in words},
        )
    if (before.section, before.part) != (after.section, after.part):
        was, now = before.part or before.section, after.part or after.section
        yield pair.change("moved", f"由 {was} 移到 {now}", f"moved from {was} to {now}", old=was, new=now)


def _listed(keys: list[str], language: Language) -> str:
    return listed((_PARTS[key].in_(language) for key in keys), language, last="和" if language == "zh" else "and")


def _json(value: Text | Reference | None) -> dict[str, object] | None:
    if value is None:
        return None
    if isinstance(value, Text):
        return {"zh": value.zh, "en": value.en}
    return {"value": _json(value.value), "year": value.year, "caliber": _json(value.caliber), "source": _json(value.source)}


def _cards(old: Model, new: Model) -> Iterator[Change]:
    """How questions are shown together; a question that is a card of its own was seen to above."""
    before, after = _shared(old), _shared(new)
    for code, card in after.items():
        was = before.get(code)
        if was is None:
            continue
        zh, en = f"第 {card.number} 题（{code}）", f"Question {card.number} ({code})"
        words = [key for key in _PARTS if getattr(was, key) != getattr(card, key)]
        if words:
            says = Text(f"{zh}改了{_listed(words, 'zh')}的文字。", f"{en} has a new {_listed(words, 'en')}.")
            olds, news = ({key: _json(getattr(c, key)) for key in words} for c in (was, card))
            yield Change("card.wording", code, "harmless", "valid", says, old=olds, new=news)
    grouped = [code for code in after if code not in before or after[code].fields != before[code].fields]
    grouped += [code for code in before if code not in after]
    if grouped:
        said_zh = f"{len(grouped)} 题的分组变了：{listed(grouped, 'zh')}。"
        says = Text(said_zh, f"{len(grouped)} cards group their questions differently: {listed(grouped, 'en')}.")
        yield Change("card.grouping", "", "harmless", "valid", says, new=grouped)
    moved = [code for code in new.question if code in old.question and old.card_of[code].number != new.card_of[code].number]
    if moved:
        says = Text(f"{len(moved)} 个题目的题号变了，代码不变。", f"{len(moved)} questions have another number; their codes stay.")
        yield Change("card.numbering", "", "harmless", "valid", says, new=moved)


def _shared(model: Model) -> dict[str, Card]:
    return {card.code: card for card in model.cards if card.code not in model.question}
