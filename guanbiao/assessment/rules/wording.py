"""Answers, measured values and scores in words; and sentences with fields (docs/reference/model-format.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from guanbiao.assessment.rules.answers import Answer
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.indicators.rules.model import Piecewise, Question, Text
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import UNIT, half_up, one_decimal, scaled_text

_FIELD = re.compile(r"\{(no|letter|a|n|next|v|s):([A-Z][A-Za-z0-9_.-]*)\}")

THIN = "\u2009"

_HAN = "\u3000-\u303f\u3400-\u9fff\uff00-\uffef“”"
_LOOSE = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
"""The space an author put around a field that turned out to end in Chinese: “620 万元 收入”."""


class EmptyField(Exception):  # noqa: N818  it says what happened
    """A sentence asked for something this sheet does not have; the rule must not have fired."""


def number_text(scaled: int, language: Language, *, places: int = 2) -> str:
    """A number as people read it: thousands grouped, at most two decimals (or `places`)."""
    hundredths = half_up(abs(scaled), UNIT // 10**places)
    text = scaled_text(hundredths, 10**places) if places else str(hundredths)
    whole, _, rest = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole) > (4 if language == "zh" else 3) else whole
    sign = "−" if scaled < 0 and hundredths else ""
    return f"{sign}{grouped}{'.' + rest if rest else ''}"


def with_unit(number: str, unit: Text, language: Language) -> str:
    """A number already written out and its unit: “41.5%”, “3 台”, “1 machine”."""
    name = unit.in_(language)
    if not name:
        return number
    if name == "%":
        return f"{number}%"
    return f"{number}{THIN}{name}" if language == "zh" else f"{number} {singular(name) if number == '1' else name}"


def quantity_text(scaled: int, unit: Text, language: Language, *, rounded: bool = False) -> str:
    """An answer (1/10,000) with its unit, as it was typed. English has no 万: “9.97 万元” is “CNY 99,700”, “800 万元” is “CNY 8.0 million”.

    `rounded`: as a sentence says it, millions with one decimal and billions with two; otherwise no figure is left out.
    """
    money = unit.zh == "万元"
    name = unit.en.removeprefix("× ").removeprefix("10,000 ")
    if language == "zh" or not (money or name != unit.en):
        return with_unit(number_text(scaled, language, places=4), unit, language)
    if money:
        return f"CNY {_in_ones(scaled, rounded=rounded)}"
    return with_unit(_in_ones(scaled, rounded=rounded), Text(unit.zh, name), language)


def _in_ones(scaled: int, *, rounded: bool) -> str:
    """A number of ten-thousands (1/10,000 of one, so the integer itself counts ones) in English words."""
    ones = abs(scaled)
    sign = "−" if scaled < 0 else ""
    for size, name, places in ((1_000_000_000, "billion", 2), (1_000_000, "million", 1)):
        if ones >= size:
            step = size // 10**places
            shown = Decimal(half_up(ones, step)).scaleb(-places) if rounded else Decimal(ones) / size
            whole, _, rest = f"{shown:f}".partition(".")
            return f"{sign}{int(whole):,}.{rest.rstrip('0') or '0'} {name}"
    return f"{sign}{ones:,}"


_SINGULAR = {"people": "person", "vessels and ranges": "vessel or range", "furnaces": "furnace", "processes": "process"}
_SAME = frozenset({"million hours", "CGT"})


def singular(name: str) -> str:
    """The English name of one of a unit: “machines” → “machine”, “deliveries” → “delivery”."""
    if name in _SINGULAR or name in _SAME or not name.endswith("s"):
        return _SINGULAR.get(name, name)
    if name.endswith("ies"):
        return name[:-3] + "y"
    return name[:-2] if name.endswith(("ches", "sses", "xes")) else name[:-1]


def answer_text(question: Question, answer: Answer | None, language: Language) -> str:
    """An answer in words. An unanswered question is “未答”."""
    if answer is None:
        return "未答" if language == "zh" else "not answered"
    if isinstance(answer, int):
        return quantity_text(answer, question.unit, language)
    if isinstance(answer, tuple):
        titles = [f"{code} {question.option(code).title.in_(language)}" for code in answer]
        return "；".join(titles) if language == "zh" else "; ".join(titles)
    return answer


def _plain_answer(question: Question, answer: Answer, language: Language) -> str:
    if isinstance(answer, int):
        return quantity_text(answer, question.unit, language, rounded=True)
    if isinstance(answer, tuple):
        titles = [question.option(code).title.in_(language) for code in answer]
        return "、".join(titles) if language == "zh" else ", ".join(titles)
    return answer


def _bare(answer: int, unit: Text, language: Language) -> str:
    """The number alone: a second figure of one unit in a sentence need not repeat it. Money and ten-thousands keep theirs in English."""
    with_name = quantity_text(answer, unit, language, rounded=True)
    number = number_text(answer, language, places=4)
    return number if with_name == with_unit(number, unit, language) else with_name


def measured_text(card: ScoreCard, leaf: str, language: Language) -> str:
    """The measured value of an indicator with its unit, as sentences cite it. Raises EmptyField where there is none."""
    value = card.measured(leaf)
    if value is None:
        raise EmptyField(leaf)
    unit = value_unit(card, leaf)
    return quantity_text(value, unit, language) if _in_ten_thousands(unit) else with_unit(number_text(value, language), unit, language)


def _spoken(value: int, unit: Text, language: Language) -> str:
    """A measured value as a sentence says it: one decimal is enough from 1 upwards."""
    if _in_ten_thousands(unit):
        return quantity_text(value, unit, language, rounded=True)
    return with_unit(number_text(value, language, places=1 if abs(value) >= UNIT else 2), unit, language)


def _in_ten_thousands(unit: Text) -> bool:
    return "10,000" in unit.en


_PERCENT = Text("%", "%")
_NONE = Text("", "")


def value_unit(card: ScoreCard, leaf: str) -> Text:
    """The unit of a measured value: of a question its own, of a ratio % where it says how many in a hundred of the same thing, else none.

    A ratio × 100 of unlike things (cases per 100 staff) is a plain number, which the sentence around it must explain.
    """
    measure = card.model.node[leaf].measure
    if not isinstance(measure, Piecewise):
        return _NONE
    first = card.model.question[measure.above[0]]
    if not measure.is_ratio:
        return first.unit
    if measure.scale != 100:
        return _NONE
    above, below = first.unit.zh, card.model.question[measure.below[0]].unit.zh
    return _PERCENT if above == below or not above or not below else _NONE


def filled(says: Text, card: ScoreCard, language: Language) -> str:
    """A sentence with its fields filled from a card. Raises EmptyField where a field would be empty."""
    text = _FIELD.sub(lambda found: _field(found[1], found[2], card, language), says.in_(language))
    return _LOOSE.sub("", text) if language == "zh" else text


def fields_in(says: Text) -> Iterator[tuple[str, str]]:
    """(kind, code) of every field of a sentence, both languages."""
    for text in (says.zh, says.en):
        yield from ((found[1], found[2]) for found in _FIELD.finditer(text))


def _field(kind: str, code: str, card: ScoreCard, language: Language) -> str:
    if kind == "s":
        score = card.score(code)
        if score is None:
            raise EmptyField(code)
        return one_decimal(score)
    if kind == "v":
        if (value := card.measured(code)) is None:
            raise EmptyField(code)
        return _spoken(value, value_unit(card, code), language)
    question = card.model.question[code]
    if kind == "no":
        return str(card.model.card_of[code].number)
    answer = card.counted.get(code)
    if answer is None or answer == ():
        raise EmptyField(code)
    if kind == "a":
        return _plain_answer(question, answer, language)
    if kind == "n" and isinstance(answer, int):
        return _bare(answer, question.unit, language)
    if kind == "n" or not isinstance(answer, tuple):
        raise EmptyField(code)
    if kind == "letter":
        return "、".join(answer) if language == "zh" else ", ".join(answer)
    return _next(question, answer, language)


def _next(question: Question, answer: tuple[str, ...], language: Language) -> str:
    codes = [option.code for option in question.options]
    at = codes.index(answer[0]) + 1
    if at >= len(codes):
        raise EmptyField(question.code)
    return question.options[at].title.in_(language)
