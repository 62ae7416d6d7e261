"""Answers, measured values and scores in words; and sentences with fields (docs/reference/model-format.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanbiao.assessment.rules.answers import Answer
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.indicators.rules.model import Piecewise, Question, Text
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import UNIT, half_up, one_decimal, scaled_text

_FIELD = re.compile(r"\{(no|letter|a|next|v|s):([A-Z][A-Za-z0-9_.-]*)\}")

THIN = "\u2009"


class EmptyField(Exception):
    """A sentence asked for something this sheet does not have; the rule must not have fired."""


def number_text(scaled: int, language: Language) -> str:
    """A number as people read it: thousands grouped, at most two decimals."""
    hundredths = half_up(abs(scaled), UNIT // 100)
    text = scaled_text(hundredths, 100)
    whole, _, rest = text.partition(".")
    grouped = f"{int(whole):,}" if len(whole) > (4 if language == "zh" else 3) else whole
    sign = "−" if scaled < 0 and hundredths else ""
    return f"{sign}{grouped}{'.' + rest if rest else ''}"


def with_unit(number: str, unit: Text, language: Language) -> str:
    """The number and its unit: “41.5 %”, “620 万元”."""
    name = unit.in_(language)
    if not name:
        return number
    return f"{number}{THIN if language == 'zh' else ' '}{name}" if name != "%" else f"{number}{THIN if language == 'zh' else ''}%"


def answer_text(question: Question, answer: Answer | None, language: Language) -> str:
    """An answer in words. An unanswered question is “未答”."""
    if answer is None:
        return "未答" if language == "zh" else "not answered"
    if isinstance(answer, int):
        return with_unit(number_text(answer, language), question.unit, language)
    if isinstance(answer, tuple):
        titles = [f"{code} {question.option(code).title.in_(language)}" for code in answer]
        return "；".join(titles) if language == "zh" else "; ".join(titles)
    return answer


def _plain_answer(question: Question, answer: Answer, language: Language) -> str:
    if isinstance(answer, tuple):
        titles = [question.option(code).title.in_(language) for code in answer]
        return "、".join(titles) if language == "zh" else ", ".join(titles)
    return answer_text(question, answer, language)


def measured_text(card: ScoreCard, leaf: str, language: Language) -> str:
    """The measured value of an indicator with its unit, as sentences cite it. Raises EmptyField where there is none."""
    value = card.measured(leaf)
    if value is None:
        raise EmptyField(leaf)
    return with_unit(number_text(value, language), value_unit(card, leaf), language)


_PERCENT = Text("%", "%")
_NONE = Text("", "")


def value_unit(card: ScoreCard, leaf: str) -> Text:
    """The unit of a measured value: % for a ratio of like things in hundredths, else what its questions say."""
    measure = card.model.node[leaf].measure
    if not isinstance(measure, Piecewise):
        return _NONE
    first = card.model.question[measure.above[0]]
    if not measure.is_ratio:
        return first.unit
    return _PERCENT if measure.scale == 100 else _NONE


def filled(says: Text, card: ScoreCard, language: Language) -> str:
    """A sentence with its fields filled from a card. Raises EmptyField where a field would be empty."""
    return _FIELD.sub(lambda found: _field(found[1], found[2], card, language), says.in_(language))


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
        return measured_text(card, code, language)
    question = card.model.question[code]
    if kind == "no":
        return str(card.model.card_of[code].number)
    answer = card.counted.get(code)
    if answer is None or answer == ():
        raise EmptyField(code)
    if kind == "a":
        return _plain_answer(question, answer, language)
    if not isinstance(answer, tuple):
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
