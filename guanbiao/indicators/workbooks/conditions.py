"""A question's condition in three truths, computed here and, the same, as an Excel formula.

1 applies, 0 does not, 0.5 hangs on a question that has no answer yet. `all` is the least of its parts, `any` the greatest, `not` 1 − x;
an atom is at most what its own question is, so a question that hangs on one that does not apply does not apply either. This agrees with
the scoring kernel's “surely applies” (1) and “may apply” (not 0).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not, questions_in
from guanbiao.indicators.rules.model import Model, Question
from guanbiao.kernel.errors import Unusable
from guanbiao.kernel.numbers import scaled_text

Answer = int | tuple[str, ...] | str
"""As guanbiao.assessment.rules.answers.Answer: 1/10,000 of the unit, chosen option codes, text."""

LONGEST_FORMULA = 8_000
"""Excel takes 8,192 characters."""


def is_answered(answers: Mapping[str, Answer], code: str) -> bool:
    answer = answers.get(code)
    return answer is not None and answer != () and not (isinstance(answer, str) and not answer.strip())


def applicability(model: Model, answers: Mapping[str, Answer]) -> dict[str, float]:
    """Question code → 1, 0.5 or 0."""
    found: dict[str, float] = {}
    for question in model.questions:
        found[question.code] = _truth(question.when, answers, found) if question.when else 1.0
    return found


def _truth(condition: Condition, answers: Mapping[str, Answer], known: Mapping[str, float]) -> float:
    match condition:
        case All(parts):
            return min(_truth(part, answers, known) for part in parts)
        case AnyOf(parts):
            return max(_truth(part, answers, known) for part in parts)
        case Not(part):
            return 1.0 - _truth(part, answers, known)
        case Chosen(code, options):
            answer = answers.get(code)
            fits = isinstance(answer, tuple) and not options.isdisjoint(answer)
            return min(known[code], float(fits) if is_answered(answers, code) else 0.5)
        case AtLeast(code, value):
            answer = answers.get(code)
            return min(known[code], float(isinstance(answer, int) and answer >= value) if is_answered(answers, code) else 0.5)
        case _:
            raise TypeError(f"a question's condition cannot hold {condition}")


class Names:
    """Defined names of the cells that conditions look at: they work across sheets, and follow a cell wherever it is moved."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._names: dict[tuple[str, ...], str] = {}
        self._used: set[str] = set()

    @cached_property
    def wanted(self) -> frozenset[str]:
        """The questions that get names: those a condition looks at."""
        return self._model.named

    def answer(self, question: str) -> str:
        return self._name("ans", question)

    def option(self, question: str, option: str) -> str:
        return self._name("opt", question, option)

    def answered(self, question: str) -> str:
        return self._name("has", question)

    def applies(self, question: str) -> str:
        return self._name("use", question)

    def _name(self, *key: str) -> str:
        if key not in self._names:
            # QY10 alone would be a cell; names ignore case and hold no hyphen, codes may differ in just that.
            plain = re.sub(r"[^A-Za-z0-9_.]", "_", "_".join(key))
            name = plain if plain.casefold() not in self._used else f"{plain}__{len(self._names)}"
            self._used.add(name.casefold())
            self._names[key] = name
        return self._names[key]


def applies_formula(model: Model, question: Question, condition: Condition, names: Names) -> str:
    """The condition as a formula that gives 1, 0.5 or 0. Raises Unusable where it is longer than Excel takes."""
    formula = "=" + _formula(condition, model, names)
    if len(formula) > LONGEST_FORMULA:
        raise Unusable(
            "workbook.condition-too-long",
            zh=f"题目 {question.code} 的适用条件太长，Excel 公式放不下。请在问卷里拆成几道题。",
            en=f"The condition of question {question.code} is longer than an Excel formula may be. Split it over several questions.",
            at=question.code,
        )
    return formula


def _formula(condition: Condition, model: Model, names: Names) -> str:
    match condition:
        case All(parts):
            return f"MIN({','.join(_formula(part, model, names) for part in parts)})"
        case AnyOf(parts):
            return f"MAX({','.join(_formula(part, model, names) for part in parts)})"
        case Not(part):
            return f"(1-{_formula(part, model, names)})"
        case Chosen(code, options):
            return _atom(model.question[code], _chosen(model.question[code], options, names), names)
        case AtLeast(code, value):
            return _atom(model.question[code], _at_least(model.question[code], value, names), names)
        case _:
            raise TypeError(f"a question's condition cannot hold {condition}")


def _atom(question: Question, fits: str, names: Names) -> str:
    truth = f"IF({names.answered(question.code)}=0,0.5,{fits})"
    return f"MIN({names.applies(question.code)},{truth})" if question.when else truth


def _chosen(question: Question, options: frozenset[str], names: Names) -> str:
    listed = [option.code for option in question.options if option.code in options]
    if question.type == "multi":
        tests = [f'TRIM({names.option(question.code, code)})<>""' for code in listed]
    else:
        # The cell begins with the option's code and a space: “B 全公司一本台账”.
        cell = names.answer(question.code)
        tests = [f'LEFT({cell}&" ",{len(code) + 1})="{code} "' for code in listed]
    return f"1*OR({','.join(tests)})" if tests else "0"


def _at_least(question: Question, value: int, names: Names) -> str:
    cell = names.answer(question.code)
    number = f"VALUE({cell})"
    if question.type == "percent":
        # A cell that shows “41%” holds 0.41; the reader multiplies it as well.
        number = f'VALUE({cell})*IF(LEFT(CELL("format",{cell}),1)="P",100,1)'
    return f"IFERROR(1*({number}>={scaled_text(value)}),0.5)"


def awaited_numbers(model: Model, question: Question) -> tuple[int, ...]:
    """The numbers of the cards a question's condition looks at, ascending."""
    named = questions_in(question.when) if question.when else set()
    return tuple(sorted({model.card_of[code].number for code in named}))
