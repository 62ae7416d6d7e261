"""Measured values as a report prints them: the value with the unit it really has, and the division behind it so that it can be done again."""

from __future__ import annotations

import re
from fractions import Fraction

from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.wording import answer_text, number_text, singular, value_unit, with_unit
from guanbiao.indicators.rules.model import Node, Piecewise, Text
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import UNIT, half_up

_PLAIN = Text("", "")
_PER_YUAN = Text("元", "yuan")
_DAYS = Text("天", "days")
_SAYS_PER = re.compile(r"每?[百千万]")
"""A title that opens so (每百人…, 每万件…, 百万公里…) names what the value is counted against: the number needs no unit."""
_LETTER = re.compile(r"(^|; )([A-Z][A-Z0-9]*) ")


def grouped(scaled: int, language: Language) -> str:
    """A number (1/10,000) with every decimal it has, thousands grouped from four digits on."""
    text = number_text(abs(scaled), language, places=4)
    whole, _, rest = text.replace(",", "").partition(".")
    return f"{'−' if scaled < 0 else ''}{int(whole):,}{'.' + rest if rest else ''}"


def answer_in_print(card: ScoreCard, code: str, language: Language) -> str:
    """An answer in words, its thousands grouped as everywhere in a report."""
    question, answer = card.model.question[code], card.counted.get(code)
    text = answer_text(question, answer, language)
    if isinstance(answer, int):
        return text.replace(number_text(answer, language, places=4), grouped(answer, language), 1)
    # In English the letter of an option never ends a line.
    return _LETTER.sub("\\1\\2\u00a0", text) if isinstance(answer, tuple) and language == "en" else text


def ratio_unit(card: ScoreCard, leaf: Node) -> Text:
    """The unit of a ratio, from its numerator and denominator: “万元/人”, “元” of every hundred, “天”, “%”, or none for a plain number."""
    measure = leaf.measure
    assert isinstance(measure, Piecewise)
    above, below = (card.model.question[side[0]].unit for side in (measure.above, measure.below))
    if leaf.title.zh.startswith("每百元"):
        return _PER_YUAN
    if _SAYS_PER.match(leaf.title.zh):
        return _PLAIN
    if measure.scale == 365 and leaf.title.zh.endswith("天数"):
        return _DAYS
    if measure.scale != 1:
        return value_unit(card, leaf.code)
    return _PLAIN if above == below or not above.zh or not below.zh else _per(above, below)


def _per(above: Text, below: Text) -> Text:
    if above.zh.startswith("万") and below.zh.startswith("万"):  # ten thousands of both cancel
        above, below = (Text(side.zh[1:], side.en.removeprefix("× ").removeprefix("10,000 ")) for side in (above, below))
    return Text(f"{above.zh}/{below.zh}", f"{above.en} per {singular(below.en)}")


def value_in_print(card: ScoreCard, leaf: Node, scaled: int, language: Language) -> str:
    """A value of a line's axis with its unit, at most two decimals: a measured one, or one that a knot asks for."""
    measure = leaf.measure
    assert isinstance(measure, Piecewise)
    if not measure.is_ratio:
        return with_unit(number_text(scaled, language), value_unit(card, leaf.code), language)
    unit = ratio_unit(card, leaf)
    if language == "en" and _in_ones(card, leaf, language):
        return f"CNY {scaled:,} {unit.en.removeprefix('CNY 10,000 ')}"
    number = grouped(_hundredths(scaled), language)
    counted, per, against = unit.en.partition(" per ")
    return with_unit(number, Text(unit.zh, f"{singular(counted)}{per}{against}") if number == "1" else unit, language)


def _hundredths(scaled: int) -> int:
    size = half_up(abs(scaled), 100) * 100
    return -size if scaled < 0 else size


def _in_ones(card: ScoreCard, leaf: Node, language: Language) -> bool:
    """English has no 万: revenue per head is written in yuan, and so is what it is divided from."""
    return language == "en" and ratio_unit(card, leaf).en.startswith("CNY 10,000 per ")


def division(card: ScoreCard, leaf: Node, language: Language) -> str:
    """The division behind a ratio, operands exact: “= 9,840 ÷ 80,000 × 365”; “≈” where the value printed is rounded.

    Of a percentage the factor 100 is in the sign: 98.06% = 0.0608 ÷ 0.062 holds as it stands.
    """
    measure = leaf.measure
    assert isinstance(measure, Piecewise)
    ones = _in_ones(card, leaf, language)
    above, below = _numbers(card, measure.above), _numbers(card, measure.below)
    percent = ratio_unit(card, leaf).zh == "%"
    times = "" if measure.scale == 1 or percent else f" × {measure.scale:,}"
    exact = Fraction(sum(above) * measure.scale, sum(below))
    measured = card.measured(leaf.code) or 0
    shown = Fraction(measured if ones else _hundredths(measured), UNIT)
    sides = (_side([n * UNIT for n in above] if ones else above, language), _side(below, language))
    return f"{'=' if exact == shown else '≈'} {sides[0]} ÷ {sides[1]}{times}"


def _numbers(card: ScoreCard, codes: tuple[str, ...]) -> list[int]:
    return [answer for code in codes if isinstance(answer := card.counted.get(code), int)]


def _side(numbers: list[int], language: Language) -> str:
    texts = [grouped(number, language) for number in numbers]
    return texts[0] if len(texts) == 1 else f"({' + '.join(texts)})"
