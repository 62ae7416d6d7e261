"""What changed about the indicators, stages, checks and parameters of two editions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guanbiao.indicators.rules.changes import Change, Level
from guanbiao.indicators.rules.model import Model, Node, Piecewise, Stage, Text
from guanbiao.indicators.rules.words import condition_words, figure, listed, measure_words, quoted
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import scaled_text

CALIBERS = {
    "period": Text("评估期间", "the period assessed"),
    "stock_day": Text("时点数的日期", "the day of stock values"),
}
"""Parameters that say what every number is about: another value makes stored numbers answers to another question."""


def _change(kind: str, code: str, says: tuple[str, str], *, level: Level = "harmless", **rest: Any) -> Change:
    verdict = rest.pop("verdict", "valid")
    return Change(kind, code, level, verdict, Text(*says), **rest)


def indicator_changes(old: Model, new: Model) -> Iterator[Change]:
    """Nodes added, removed, moved, weighted or measured otherwise. Of an added or removed branch only its top is named."""
    parents, former = _parents(new), _parents(old)
    if old.full != new.full:
        was, now = scaled_text(old.full), scaled_text(new.full)
        yield _change("model.full", "", (f"满分由 {was} 改为 {now}。", f"Full marks changed from {was} to {now}."), level="score", old=was, new=now)
    for code, node in new.node.items():
        if code in old.node:
            yield from _node(old, new, old.node[code], node, former, parents)
        elif parents[code] in old.node or not parents[code]:
            zh, en = _branch(node, "zh"), _branch(node, "en")
            yield _change("indicator.added", code, (f"新增{zh}。", f"{en} is new."), level="score", new=[n.code for n in node.walk()])
    for code, node in old.node.items():
        if code not in new.node and (former[code] in new.node or not former[code]):
            zh, en = _branch(node, "zh"), _branch(node, "en")
            yield _change("indicator.removed", code, (f"删去{zh}。", f"{en} was removed."), level="score", old=[n.code for n in node.walk()])


def _parents(model: Model) -> dict[str, str]:
    return {model.tree.code: ""} | {child.code: node.code for node in model.tree.walk() for child in node.children}


def _name(node: Node, language: Language) -> str:
    title = quoted(node.title.in_(language)) if node.title.zh else ""
    return f"指标{title}（{node.code}）" if language == "zh" else f"Indicator {title} ({node.code})"


def _branch(node: Node, language: Language) -> str:
    leaves = sum(1 for below in node.walk() if below.measure) if node.children else 0
    if not leaves:
        return _name(node, language)
    return f"{_name(node, 'zh')}及其下 {leaves} 个计分指标" if language == "zh" else f"{_name(node, 'en')} with {leaves} scored indicators below it"


def _node(old: Model, new: Model, was: Node, now: Node, former: dict[str, str], parents: dict[str, str]) -> Iterator[Change]:
    code, zh, en = now.code, _name(now, "zh"), _name(now, "en")
    if former[code] != parents[code]:
        places = (former[code] or "—", parents[code] or "—")
        said = (f"{zh}由 {places[0]} 移到 {places[1]} 之下。", f"{en} moved from {places[0]} to {places[1]}.")
        yield _change("indicator.moved", code, said, level="score", old=places[0], new=places[1])
    if was.weight != now.weight and parents[code]:
        said = (f"{zh}的权重由 {was.weight} 改为 {now.weight}。", f"{en} weighs {now.weight} instead of {was.weight}.")
        yield _change("indicator.weight", code, said, level="score", old=was.weight, new=now.weight)
    if was.key != now.key:
        words = ("列为", "a key indicator now") if now.key else ("不再是", "no longer a key indicator")
        said = (f"{zh}{words[0]}关键指标。", f"{en} is {words[1]}.")
        yield _change("indicator.key", code, said, old=was.key, new=now.key)
    yield from _measure(old, new, was, now)
    if was.title != now.title:
        said = (f"{zh}改了名称，原为{quoted(was.title.zh)}。", f"{en} was renamed from {quoted(was.title.en)}.")
        yield _change("indicator.title", code, said, old=was.title.zh, new=now.title.zh)
    if was.basis != now.basis:
        yield _change("indicator.basis", code, (f"{zh}改了依据。", f"{en} names another basis."), old=was.basis, new=now.basis)


def _measure(old: Model, new: Model, was: Node, now: Node) -> Iterator[Change]:
    code, zh, en = now.code, _name(now, "zh"), _name(now, "en")
    before, after = was.measure, now.measure
    if before == after:
        return
    if before is None or after is None:
        kinds = (("分项", "计分项"), ("a group", "scored itself")) if before is None else (("计分项", "分项"), ("scored itself", "a group"))
        said = (f"{zh}由{kinds[0][0]}改为{kinds[0][1]}。", f"{en} was {kinds[1][0]} and is {kinds[1][1]}.")
        yield _change("indicator.measure", code, said, level="score")
        return
    if isinstance(before, Piecewise) and isinstance(after, Piecewise) and _same_value(before, after):
        steps = [_knots(m) for m in (before, after)]
        said = (f"{zh}的折线由 {steps[0]} 改为 {steps[1]}。", f"{en} scores on the line {steps[1]} instead of {steps[0]}.")
        yield _change("indicator.knots", code, said, level="score", old=steps[0], new=steps[1])
        return
    said = (
        f"{zh}改了算法：原为“{measure_words(old, before, 'zh')}”，现为“{measure_words(new, after, 'zh')}”。",
        f"{en} is measured otherwise: once “{measure_words(old, before, 'en')}”, now “{measure_words(new, after, 'en')}”.",
    )
    yield _change("indicator.measure", code, said, level="score")


def _same_value(one: Piecewise, other: Piecewise) -> bool:
    return (set(one.above), set(one.below), one.scale) == (set(other.above), set(other.below), other.scale)


def _knots(measure: Piecewise) -> str:
    return " ".join(f"{scaled_text(x)}→{scaled_text(y)}" for x, y in zip(measure.xs, measure.ys, strict=True))


def stage_changes(old: Model, new: Model) -> Iterator[Change]:
    """Stages added, removed, renamed, or reached otherwise."""
    before, after = ({stage.code: stage for stage in model.stages} for model in (old, new))
    if list(before) != list(after):
        said_zh = f"阶段由 {listed(before, 'zh')} 改为 {listed(after, 'zh')}。"
        said = (said_zh, f"The stages changed from {listed(before, 'en')} to {listed(after, 'en')}.")
        yield _change("stage.list", "", said, level="score", old=list(before), new=list(after))
    for code, stage in after.items():
        was = before.get(code)
        if was is None:
            continue
        zh, en = f"阶段{quoted(stage.title.zh)}（{code}）", f"Stage {quoted(stage.title.en)} ({code})"
        if set(was.requires) != set(stage.requires):
            said = (
                f"{zh}的要求由 {_needs(old, was, 'zh')} 改为 {_needs(new, stage, 'zh')}；所处阶段可能变化。",
                f"{en} requires {_needs(new, stage, 'en')} instead of {_needs(old, was, 'en')}; the stage reached may change.",
            )
            yield _change("stage.requires", code, said, level="score")
        if (was.title, was.report_title) != (stage.title, stage.report_title):
            said = (f"{zh}改了名称，原为{quoted(was.title.zh)}、{quoted(was.report_title.zh)}。", f"{en} was renamed.")
            yield _change("stage.title", code, said)


def _needs(model: Model, stage: Stage, language: Language) -> str:
    names = [f"{model.node[n.node].title.in_(language)} ≥ {figure(n.at_least, language)}" for n in stage.requires]
    return quoted(listed(names, language) or ("无" if language == "zh" else "nothing"))


def check_changes(old: Model, new: Model) -> Iterator[Change]:
    """Plausibility checks: they warn and never change a score."""
    before, after = ({check.code: check for check in model.checks} for model in (old, new))
    for verb, codes in (("added", [c for c in after if c not in before]), ("removed", [c for c in before if c not in after])):
        if codes:
            words = ("新增", "new") if verb == "added" else ("删去", "removed")
            said_zh = f"{words[0]} {len(codes)} 条合理性核对：{listed(codes, 'zh')}。"
            said = (said_zh, f"{len(codes)} plausibility checks are {words[1]}: {listed(codes, 'en')}.")
            yield _change(f"check.{verb}", "", said, new=codes)
    for code, check in after.items():
        was = before.get(code)
        if was is None:
            continue
        if was.when != check.when:
            said = (
                f"核对 {code} 的条件变了，现为“{condition_words(new, check.when, 'zh')}”。",
                f"Check {code} warns on another condition, now “{condition_words(new, check.when, 'en')}”.",
            )
            yield _change("check.condition", code, said)
        if was.says != check.says:
            said = (f"核对 {code} 改了措辞。", f"Check {code} is worded differently.")
            yield _change("check.wording", code, said, old=was.says.zh, new=check.says.zh)
        if was.explain != check.explain:
            now = ("要求", "asks") if check.explain else ("不再要求", "no longer asks")
            yield _change("check.explain", code, (f"核对 {code} {now[0]}说明原因。", f"Check {code} {now[1]} for an explanation."))


def parameter_changes(old: Model, new: Model) -> Iterator[Change]:
    """Parameters. The period and the day of stock values say what stored numbers are about; the others mirror weights and thresholds."""
    for key in dict.fromkeys([*new.parameters, *old.parameters]):
        was, now = (model.parameters.get(key) for model in (old, new))
        if was == now:
            continue
        values = [None if p is None else p.get("value") for p in (was, now)]
        if values[0] == values[1]:
            said = (f"参数 {key} 改了来源或核实状态。", f"Parameter {key} has another source or state.")
            yield _change("parameter.source", key, said, old=was, new=now)
        elif key in CALIBERS:
            name = CALIBERS[key]
            told = f"{name.en[:1].upper()}{name.en[1:]} (parameter {key}) changed from {values[0]} to {values[1]}"
            said = (
                f"{name.zh}（参数 {key}）由 {values[0]} 改为 {values[1]}；所有数字题的口径随之改变。",
                f"{told}; every number is about something else now.",
            )
            yield _change("parameter.caliber", key, said, level="breaking", verdict="answer_again", old=values[0], new=values[1])
        else:
            yield _change("parameter.value", key, (f"参数 {key} 的取值变了。", f"Parameter {key} has another value."), old=values[0], new=values[1])


def model_changes(old: Model, new: Model) -> Iterator[Change]:
    """The title, the basis, the industries, the headings."""
    if old.title != new.title:
        yield _change("model.title", "", (f"问卷改名，原为{quoted(old.title.zh)}。", f"The questionnaire was renamed from {quoted(old.title.en)}."))
    if old.based_on != new.based_on:
        said = ("问卷改了依据的表述。", "The questionnaire states its basis differently.")
        yield _change("model.basis", "", said, old=old.based_on, new=new.based_on)
    if old.applies_to != new.applies_to:
        lists = [listed([str(c) for c in m.applies_to.get("industries") or []], "zh") or "—" for m in (old, new)]
        said = (f"适用行业由 {lists[0]} 改为 {lists[1]}。", f"It applies to {lists[1]} instead of {lists[0]}.")
        yield _change("model.industries", "", said, old=old.applies_to, new=new.applies_to)
    heads = [dict([*m.sections, *((p.code, p.title) for p in m.parts)]) for m in (old, new)]
    renamed = [code for code in heads[1] if heads[0].get(code) != heads[1][code]] + [code for code in heads[0] if code not in heads[1]]
    if renamed:
        said = (f"章节标题有变化：{listed(renamed, 'zh')}。", f"Headings changed: {listed(renamed, 'en')}.")
        yield _change("model.headings", "", said, new=renamed)
