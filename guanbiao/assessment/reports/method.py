"""Method and sources: how the figures came about, which values are defaults, which published figures stand beside the questions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from guanbiao.assessment.reports.content import Method, Says, Table
from guanbiao.assessment.reports.labels import UNVERIFIED
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.summary import aspects_of
from guanbiao.indicators.rules.model import Model, Piecewise, Text
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import one_decimal, scaled_text

_PARAMETERS = {
    "period": Text("评估期间", "Period assessed"),
    "stock_day": Text("时点数的日期", "Day of stock values"),
    "capability_weights": Text("水平与能力四个方面的权重", "Weights of the four capability aspects"),
    "benefit_weights": Text("效能与效益两个方面的权重", "Weights of the two benefit aspects"),
    "stage_thresholds": Text("阶段要求", "Stage requirements"),
    "weights": Text("权重", "Weights"),
}
_VALUES = {"calendar_year": Text("自然年", "calendar year"), "12-31": Text("12月31日", "31 December")}


def method_of(card: ScoreCard, language: Language, number: str) -> Method:
    """The chapter on method and sources."""
    model = card.model
    tables = [table for table in (_stages(model, language), _parameters(model, language), _references(card, language)) if table.rows]
    return Method(
        number=number,
        title="方法与来源" if language == "zh" else "Method and sources",
        paragraphs=tuple(Says(says.lead, thin_spaced(says.text, language)) for says in _paragraphs(card, language)),
        tables=tuple(
            Table(table.title, table.head, tuple(tuple(thin_spaced(cell, language) for cell in row) for row in table.rows)) for table in tables
        ),
    )


def _paragraphs(card: ScoreCard, language: Language) -> Iterator[Says]:
    zh = language == "zh"
    model = card.model
    if based_on := model.based_on.get("text"):
        mark = "" if model.based_on.get("verified") else f" {UNVERIFIED.in_(language)}"
        yield Says("依据" if zh else "Basis", f"{Text.of(based_on).in_(language)}。{mark}" if zh else f"{Text.of(based_on).in_(language)}.{mark}")
    full = scaled_text(model.full)
    yield Says(
        "计分" if zh else "Scoring",
        f"每个指标按回答得 0 到 {full} 分：单选取该选项的分，多选把所选各项的分相加，数字和比率按折线取分。上级得分是其下适用各项按权重的平均。"
        "全程整数计算，精确到万分之一分，每级只四舍五入一次；表中显示一位小数。"
        if zh
        else f"Every indicator gives 0 to {full} points: a single choice the points of its option, a multiple choice the sum, "
        "a number or ratio the value of a broken line. A level above is the weighted mean of what applies below it. "
        "All in integers of 1/10,000 of a point, rounded half up once a level; tables show one decimal.",
    )
    yield Says(
        "不适用" if zh else "Not applicable",
        "按前面的回答不适用的题目不参与计分，同级其余指标按原权重重新平均。"
        if zh
        else "Questions that do not apply by earlier answers are left out; the weights of their siblings carry on.",
    )
    if len(model.stages) > 1:
        yield Says(
            "阶段" if zh else "Stages",
            "所处阶段是从第二阶段起、各项要求连续都达到的最高一个；只看下表各方面得分，不看总分。"
            if zh
            else "The stage is the highest one up to which all requirements hold without a gap; it looks at the aspects below, not at the total.",
        )
    yield from _curves(card, language)
    yield Says(
        "使用范围" if zh else "Use",
        "自评估用于企业了解自身水平和安排改进，也可随专项资金申报提交。它由企业自行填报，未经现场审核，不是评定结论。"
        if zh
        else "A self-assessment helps an enterprise to see where it stands and plan its improvement, and may accompany an application for funds. "
        "The enterprise filled it in; nobody audited it on site; it is not the outcome of an assessment.",
    )


def _curves(card: ScoreCard, language: Language) -> Iterator[Says]:
    zh = language == "zh"
    model = card.model
    curves = [leaf for leaf in model.leaves if isinstance(leaf.measure, Piecewise) and card.score(leaf.code) is not None]
    open_ = sum(not (leaf.basis or {}).get("verified", False) for leaf in curves)
    if curves:
        yield Says(
            "折线" if zh else "Lines",
            f"{len(curves)} 个适用指标按折线取分，其中 {open_} 个的折线为平台默认值，非官方规则，表中以 ▲ 标出；"
            f"每条折线及其出处见 guanbiao model docs {model.code}。"
            if zh
            else f"{len(curves)} applicable indicators use a line; {open_} of these lines are platform defaults, not official rules, and carry ▲. "
            f"Every line and its source: guanbiao model docs {model.code}.",
        )


def _stages(model: Model, language: Language) -> Table:
    zh = language == "zh"
    if len(model.stages) < 2:
        return Table("", (), ())
    rows = []
    for at, stage in enumerate(model.stages, start=1):
        needs = [f"{model.node[need.node].title.in_(language)}\u00a0≥\u00a0{one_decimal(need.at_least)}" for need in stage.requires]
        listed = ("，" if zh else ", ").join(needs) or ("无" if zh else "none")
        rows.append((str(at), stage.title.in_(language), stage.report_title.in_(language), listed))
    unverified = not model.parameters.get("stage_thresholds", {}).get("verified", False)
    mark = f"　{UNVERIFIED.zh}" if zh else f"  {UNVERIFIED.en}"
    head = ("阶段", "名称", "报告用名", "要求") if zh else ("Stage", "Name", "Name in reports", "Requires")
    return Table(("阶段要求" if zh else "Stage requirements") + (mark if unverified else ""), head, tuple(rows))


def _parameters(model: Model, language: Language) -> Table:
    zh = language == "zh"
    rows = []
    for key, parameter in model.parameters.items():
        name = _PARAMETERS[key].in_(language) if key in _PARAMETERS else key
        state = ("已核实" if zh else "verified") if parameter.get("verified") else "▲"
        source = parameter.get("source") or {}
        rows.append((name, _value(model, key, parameter.get("value"), language), source.get(language, ""), state))
    head = ("参数", "取值", "来源", "核实") if zh else ("Parameter", "Value", "Source", "Verified")
    return Table("参数与来源" if zh else "Parameters and sources", head, tuple(rows))


def _value(model: Model, key: str, value: Any, language: Language) -> str:
    if key == "stage_thresholds":
        return "见上表" if language == "zh" else "see above"
    if isinstance(value, dict):
        named = [f"{model.node[code].title.in_(language) if code in model.node else code} {number}" for code, number in _in_order(model, value)]
        return ("，" if language == "zh" else ", ").join(named)
    known = _VALUES.get(str(value))
    return known.in_(language) if known else str(value)


def _in_order(model: Model, value: dict[str, Any]) -> list[tuple[str, Any]]:
    order = [node.code for node in aspects_of(model)]
    return sorted(value.items(), key=lambda item: order.index(item[0]) if item[0] in order else len(order))


def _references(card: ScoreCard, language: Language) -> Table:
    zh = language == "zh"
    rows = []
    for question_card in card.model.cards:
        reference = question_card.reference
        if reference and any(code in card.counted for code in question_card.fields):
            about = f"{reference.caliber.in_(language)}{'。' if zh else '. '}{reference.source.in_(language)}"
            rows.append((str(question_card.number), question_card.title.in_(language), reference.value.in_(language), reference.year, about))
    head = ("题号", "题目", "公开数值", "年份", "口径与来源") if zh else ("No.", "Question", "Published", "Year", "Caliber and source")
    title = "题目旁的公开数值（供了解，不是目标，不参与计分）" if zh else "Published figures beside the questions (they enter no score)"
    return Table(title, head, tuple(rows))
