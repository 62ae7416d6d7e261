"""A model in words: numbers, places in the questionnaire, conditions and measures, in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from typing import assert_never

from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, More, NodeIs, Not, Previous, RatioIs
from guanbiao.indicators.rules.model import Model, OptionPoints, OptionsSum, Piecewise, Question, Text
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import UNIT, scaled_text

THIN = "\u2009"
_HAN = "\u3400-\u9fff\U00020000-\U000323af"
_BEFORE = re.compile(f"(?<=[{_HAN}])[ {THIN}]?(?=[A-Za-z0-9−])")
_AFTER = re.compile(f"(?<=[A-Za-z0-9%])[ {THIN}]?(?=[{_HAN}])")
_DATE = re.compile(f"(?<=[0-9]){THIN}(?=[年月日])|(?<=[年月]){THIN}(?=[0-9]{{1,2}}{THIN}?[月日])")


def thin_spaced(text: str, language: Language) -> str:
    """Chinese with a thin space beside figures and Latin letters, none inside dates; English as it is."""
    return text if language == "en" else _DATE.sub("", _AFTER.sub(THIN, _BEFORE.sub(THIN, text)))


def figure(scaled: int, language: Language) -> str:
    """An exact number of 1/10,000 with its thousands grouped: 1000000000000 → “100,000,000”."""
    whole, point, rest = scaled_text(abs(scaled)).partition(".")
    grouped = f"{int(whole):,}" if len(whole) > (4 if language == "zh" else 3) else whole
    return f"{'−' if scaled < 0 else ''}{grouped}{point}{rest}"


def with_unit(scaled: int, unit: Text, language: Language) -> str:
    """“620 万元”, “41.5%”."""
    name = unit.in_(language)
    gap = "" if name in ("", "%") else " "
    return f"{figure(scaled, language)}{gap}{name}"


def listed(items: Iterable[str], language: Language, *, last: str = "") -> str:
    """“A、B 或 C”, “A, B or C”; without a last word only separated."""
    found = list(items)
    between = "、" if language == "zh" else ", "
    if len(found) < 2 or not last:
        return between.join(found)
    return f"{between.join(found[:-1])} {last} {found[-1]}"


def quoted(text: str) -> str:
    return f"“{text}”"


def place_of(model: Model, code: str, language: Language, *, named: bool = False) -> str:
    """“第 12 题”; with its title where it is asked for, or where a card has several fields."""
    if code not in model.card_of:
        return code
    card = model.card_of[code]
    number = f"第 {card.number} 题" if language == "zh" else f"question {card.number}"
    if len(card.fields) == 1 and not named:
        return number
    title = quoted(model.question[code].title.in_(language).rstrip("？?"))
    return f"{number}{title}" if language == "zh" else f"{number} {title}"


def condition_words(model: Model, condition: Condition, language: Language) -> str:
    """A condition as a person says it: “第 12 题选 A 或 B，且第 14 题至少 1 台”."""
    return _said(model, condition, language, within=None)


def _said(model: Model, condition: Condition, language: Language, *, within: type | None) -> str:
    zh = language == "zh"
    match condition:
        case All(parts) | AnyOf(parts):
            both = isinstance(condition, All)
            joint = ("，且" if both else "，或者") if zh else (" and " if both else " or ")
            body = joint.join(_said(model, part, language, within=type(condition)) for part in parts)
            apart = within not in (None, type(condition)) and len(parts) > 1
            return (f"（{body}）" if zh else f"({body})") if apart else body
        case Not(part):
            denied = _said(model, part, language, within=Not)
            return f"并非{denied}" if zh else f"it is not so that {denied}"
        case Chosen(code, options):
            return _chosen(model, code, options, language)
        case AtLeast(code, value):
            unit = model.question[code].unit if code in model.question else Text("", "")
            least = with_unit(value, unit, language)
            return f"{place_of(model, code, language)}至少 {least}" if zh else f"{place_of(model, code, language)} is at least {least}"
        case More(left, right):
            first, second = place_of(model, left, language), place_of(model, right, language)
            return f"{first}大于{second}" if zh else f"{first} exceeds {second}"
        case RatioIs(top, bottom, above, below):
            percent = _same_unit(model, top, bottom)
            ratio = f"{_sum(model, top, language)} ÷ {_sum(model, bottom, language)}"
            limits = _limits(above, below, percent, language)
            return f"{ratio}{limits}" if zh else f"{ratio} is {limits}"
        case NodeIs(code, above, below):
            title = quoted(model.node[code].title.in_(language)) if code in model.node else code
            limits = _limits(above, below, False, language)
            return f"{title}（{code}）的得分{limits}" if zh else f"the score of {title} ({code}) is {limits}"
        case Previous(inner):
            said = _said(model, inner, language, within=None)
            return f"上一期{said}" if zh else f"last period {said}"
        case _:
            assert_never(condition)


def _chosen(model: Model, code: str, options: frozenset[str], language: Language) -> str:
    question = model.question.get(code)
    codes = [o.code for o in question.options if o.code in options] if question else sorted(options)
    multi = question is not None and question.type == "multi"
    where = place_of(model, code, language)
    if language == "zh":
        if multi and len(codes) > 1:
            return f"{where}选了 {listed(codes, language, last='或')} 中任一项"
        return f"{where}{'选了' if multi else '选'} {listed(codes, language, last='或')}"
    return f"{where} {'includes' if multi else 'is answered'} {listed(codes, language, last='or')}"


def _sum(model: Model, codes: tuple[str, ...], language: Language, *, named: bool = False) -> str:
    places = [place_of(model, code, language, named=named) for code in codes]
    if len(places) == 1:
        return places[0]
    return f"（{'＋'.join(places)}）" if language == "zh" else f"({' + '.join(places)})"


def _same_unit(model: Model, top: tuple[str, ...], bottom: tuple[str, ...]) -> bool:
    """Do both sides count in one unit, so that their ratio reads as a share?"""
    units = {model.question[code].unit.zh for code in (*top, *bottom) if code in model.question}
    return len(units) == 1


def _limits(above: Fraction | None, below: Fraction | None, percent: bool, language: Language) -> str:
    words = ("大于", "小于", "且") if language == "zh" else ("above", "below", " and ")
    said = [f"{word} {_fraction(value, percent, language)}" for word, value in zip(words[:2], (above, below), strict=True) if value is not None]
    return words[2].join(said).replace(" 约", "约")


def _fraction(value: Fraction, percent: bool, language: Language) -> str:
    value = value * 100 if percent else value
    scaled = round(value * UNIT)
    about = "" if Fraction(scaled, UNIT) == value else ("约 " if language == "zh" else "about ")
    return f"{about}{figure(scaled, language)}{'%' if percent else ''}"


def measure_words(model: Model, measure: OptionPoints | OptionsSum | Piecewise, language: Language) -> str:
    """How an indicator is measured: “按第 12 题所选项取分”, “（…＋…）÷ … × 100，按折线取分”."""
    zh = language == "zh"
    match measure:
        case OptionPoints(code):
            where = place_of(model, code, language)
            return f"取{where}所选项的分" if zh else f"the points of the option chosen in {where}"
        case OptionsSum(code):
            where, most = place_of(model, code, language), figure(model.full, language)
            return f"{where}所选各项的分相加，最多 {most}" if zh else f"the points of all options chosen in {where}, at most {most}"
        case Piecewise(above, ()):
            where = place_of(model, above[0], language, named=True)
            return f"{where}所填的数，按折线取分" if zh else f"the number in {where}, on the line"
        case Piecewise(above, below, scale):
            times = f" × {scale}" if scale != 1 else ""
            ratio = f"{_sum(model, above, language, named=True)} ÷ {_sum(model, below, language, named=True)}{times}"
            return f"{ratio}，按折线取分" if zh else f"{ratio}, on the line"
    assert_never(measure)


def measured_unit(model: Model, measure: Piecewise) -> Text:
    """The unit of what a line stands over: that of its question, % for a share in hundredths, else none."""
    if not measure.is_ratio:
        return model.question[measure.above[0]].unit
    return Text("%", "%") if measure.scale == 100 and _same_unit(model, measure.above, measure.below) else Text("", "")


_TYPES = {
    "single": Text("单选", "single choice"),
    "multi": Text("多选", "multiple choice"),
    "percent": Text("百分数", "percentage"),
    "number": Text("数值", "number"),
    "amount": Text("金额", "amount"),
    "count": Text("计数", "count"),
    "text": Text("文字", "text"),
}


def type_words(question: Question) -> Text:
    """The kind of a question: 单选, 多选, 百分数 …"""
    return _TYPES[question.type]


def range_words(question: Question, language: Language) -> str:
    """What a numeric question accepts: “0 至 100,000,000 万元”."""
    least, greatest = figure(question.least, language), with_unit(question.greatest, question.unit, language)
    return f"{least} 至 {greatest}" if language == "zh" else f"{least} to {greatest}"


_FIELD = re.compile(r"\{(no|letter|a|next|v|s):([A-Z][A-Za-z0-9_.-]*)\}")
_BESIDE_SLOT = re.compile(" (?=〔)|(?<=〕) ")
_SLOTS = {
    "letter": Text("〔所选项〕", "[option]"),
    "a": Text("〔所答〕", "[answer]"),
    "next": Text("〔上一级〕", "[next step]"),
    "v": Text("〔算出的值〕", "[value]"),
    "s": Text("〔得分〕", "[score]"),
}


def unfilled(model: Model, says: Text, language: Language) -> str:
    """A sentence with fields as a book prints it: numbers of questions filled in, answers left open."""

    def slot(found: re.Match[str]) -> str:
        kind, code = found[1], found[2]
        if kind == "no":
            return str(model.card_of[code].number) if code in model.card_of else code
        return _SLOTS[kind].in_(language)

    filled = _FIELD.sub(slot, says.in_(language))
    return _BESIDE_SLOT.sub("", filled) if language == "zh" else filled
