"""The last chapters: plausibility checks, parameters, industries, the index of codes."""

from __future__ import annotations

from typing import Any

from guanbiao.indicators.books.content import UNVERIFIED, Chapter, Entry, Says, Table, capital, default_reason
from guanbiao.indicators.rules.model import Model, Text, measured_questions
from guanbiao.indicators.rules.words import condition_words, listed, unfilled
from guanbiao.kernel.errors import Language


def checks_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """Every check with the condition under which it speaks, and what it says."""
    zh = language == "zh"
    intro = (
        "下列情形少见，出现时提示核对，答卷照常计分，分数不变。〔〕处填入企业自己的回答。代码后有＊的，在线提交时请写一句原因。"
        if zh
        else "What is listed here is rare: it asks for a second look, while the sheet is scored all the same. Brackets stand for the "
        "enterprise's own answers. A star after the code asks for a note when submitting online."
    )
    rows = []
    for check in model.checks:
        star = ("＊" if zh else "*") if check.explain else ""
        rows.append((check.code + star, capital(condition_words(model, check.when, language)), unfilled(model, check.says, language)))
    head = ("代码", "什么时候提示", "提示") if zh else ("Code", "When", "Says")
    return Chapter(heading, (Says("", intro), Table("", head, tuple(rows), shares=(0, 2, 3))))


_PARAMETERS = {
    "period": Text("评估期间", "Period assessed"),
    "stock_day": Text("时点数的日期", "Day of stock values"),
    "capability_weights": Text("水平与能力各方面的权重", "Weights of the capability aspects"),
    "benefit_weights": Text("效能与效益各方面的权重", "Weights of the benefit aspects"),
    "stage_thresholds": Text("阶段要求", "Stage requirements"),
    "weights": Text("权重", "Weights"),
}
_VALUES = {"calendar_year": Text("自然年", "calendar year"), "12-31": Text("12月31日", "31 December")}


def parameters_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """Every parameter with its value, source and state."""
    zh = language == "zh"
    rows = []
    for key, parameter in model.parameters.items():
        name = _PARAMETERS[key].in_(language) if key in _PARAMETERS else key
        verified = bool(parameter.get("verified"))
        state = ("已核实" if zh else "verified") if verified else "▲"
        source = str((parameter.get("source") or {}).get(language, ""))
        rows.append((name, key, _value(model, parameter.get("value"), language), source if verified else default_reason(source, language), state))
    head = ("参数", "代码", "取值", "来源", "核实") if zh else ("Parameter", "Code", "Value", "Source", "State")
    open_ = any(not parameter.get("verified") for parameter in model.parameters.values())
    table = Table("", head, tuple(rows), shares=(2, 0, 3, 3, 0), note=UNVERIFIED.in_(language) if open_ else "")
    intro = "这些数值是数据，不写在程序里；改动须另出一版。" if zh else "These values are data, not code; changing one makes a new edition."
    return Chapter(heading, (Says("", intro), table))


def _value(model: Model, value: Any, language: Language) -> str:
    if isinstance(value, dict):
        order = {code: at for at, code in enumerate([*model.node, *(stage.code for stage in model.stages)])}
        entries = [_entry(model, code, value[code], language) for code in sorted(value, key=lambda code: (order.get(code, 10**6), code))]
        nested = any(isinstance(item, dict) for item in value.values())
        return ("；" if language == "zh" else "; ").join(entries) if nested else listed(entries, language)
    known = _VALUES.get(str(value))
    return known.in_(language) if known else str(value)


def _entry(model: Model, code: str, value: Any, language: Language) -> str:
    if isinstance(value, dict):
        inner = listed((f"{_node(model, node, language)} ≥ {least}" for node, least in value.items()), language)
        return f"{_stage(model, code, language)}{'：' if language == 'zh' else ': '}{inner}"
    return f"{_node(model, code, language)} {value}"


def _node(model: Model, code: str, language: Language) -> str:
    return model.node[code].title.in_(language) if code in model.node else code


def _stage(model: Model, code: str, language: Language) -> str:
    return next((stage.title.in_(language) for stage in model.stages if stage.code == code), code)


def industries_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """The industries of GB/T 4754-2017 that are proposed this questionnaire, and why."""
    zh = language == "zh"
    rows = _industries(model, language)
    names = "行业名称按国家标准的中文原名。" if zh else "Names of industries are the Chinese ones of the national standard."
    if not rows:
        text = "没有行业默认用这份问卷；使用时自行选择。" if zh else "No industry is proposed this questionnaire; it is chosen by hand."
        return Chapter(heading, (Says("", text),))
    intro = (
        f"按《国民经济行业分类》（GB/T 4754-2017），下列行业默认用这份问卷；企业可以改选。{names}"
        if zh
        else "By the national classification of industries (GB/T 4754-2017) these are proposed this questionnaire; "
        f"an enterprise may choose another. {names}"
    )
    head = ("代码", "行业", "为什么") if zh else ("Code", "Industry", "Why")
    return Chapter(heading, (Says("", intro), Table("", head, rows, shares=(0, 2, 3))))


def _industries(model: Model, language: Language) -> tuple[tuple[str, str, str], ...]:
    from guanbiao.indicators.industries import divisions, questionnaire_for, sections

    zh = language == "zh"
    own = [str(code) for code in model.applies_to.get("industries") or []]
    rows: dict[str, tuple[str, str, str]] = {}
    for code in own:
        division = divisions().get(code[1:3])
        name = division.name if division else sections().get(code[:1], "")
        if division and len(code) > 3:
            name = f"{name}中的 {code}" if zh else f"{name}, {code} within it"
        rows[code] = (code, name, "行业问卷" if zh else "questionnaire of the industry")
    for division in divisions().values():
        code = division.section + division.code
        if code not in rows and not any(code.startswith(prefix) and len(prefix) > 1 for prefix in own):
            proposal = questionnaire_for(code)
            if proposal.model == model.code:
                rows[code] = (code, division.name, _reason(code, own, division.production, language))
    return tuple(row for _, row in sorted(rows.items()))


def _reason(code: str, own: list[str], production: str | None, language: Language) -> str:
    from guanbiao.indicators.industries import PRODUCTION_NAMES

    zh = language == "zh"
    if code[:1] in own:
        return f"属于门类 {code[:1]}" if zh else f"belongs to section {code[:1]}"
    if production:
        kind = PRODUCTION_NAMES[production].in_(language)
        return f"没有行业问卷，常见生产类型为{kind}（平台默认）" if zh else f"no questionnaire of its own; usually {kind} (platform default)"
    return "没有行业问卷，用通用问卷" if zh else "no questionnaire of its own; the general one serves"


def index_chapter(model: Model, heading: str, language: Language) -> Chapter:
    """Every code of a question or an indicator, and the question where it is found."""
    zh = language == "zh"
    found = [Entry(code, model.question[code].title.in_(language), card.number) for code, card in model.card_of.items()]
    for leaf in model.leaves:
        homes = [model.card_of[code].number for code in (measured_questions(leaf.measure) if leaf.measure else ())]
        found += [Entry(leaf.code, leaf.title.in_(language), number) for number in homes[:1]]
    text = "题目和指标的代码，按字母次序。" if zh else "Codes of questions and indicators in alphabetical order."
    return Chapter(heading, (Says("", text),), index=tuple(sorted(found, key=lambda entry: _natural(entry.code))))


def _natural(code: str) -> tuple[tuple[int, int, str], ...]:
    """BC.2 before BC.10, both before BC.ST1."""
    return tuple((0, int(part), "") if part.isdecimal() else (1, 0, part) for part in code.split("."))
