"""Can a question ever be asked? Tried on every combination of the answers that its conditions look at."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not, atoms, questions_in
from guanbiao.indicators.rules.model import NUMERIC, limits_of

_MOST_CASES = 50_000
_MOST_INVOLVED = 60

_Answers = Mapping[str, frozenset[str] | int | None]


class Reach:
    """Over a model's questions in their JSON form and their conditions."""

    def __init__(self, questions: dict[str, dict[str, Any]], order: dict[str, int], conditions: dict[str, Condition]) -> None:
        self.questions, self.order, self.conditions = questions, order, conditions

    def may_apply(self, code: str) -> bool:
        """False only where it is certain that no sheet of answers makes the question apply."""
        if code not in self.conditions:
            return True
        involved = self._involved(code)
        if any(name not in self.questions for name in involved) or len(involved) > _MOST_INVOLVED:
            return True  # a defect of its own, or more than can be tried
        names = sorted(involved, key=lambda name: self.order[name])
        domains = [self._domain(name, involved | {code}) for name in names]
        cases = 1
        for domain in domains:
            cases *= len(domain)
        if cases > _MOST_CASES:
            return True
        return any(self._applies(code, dict(zip(names, case, strict=True)), {}) for case in product(*domains))

    def _involved(self, code: str) -> set[str]:
        found: set[str] = set()
        pending = [code]
        while pending:
            condition = self.conditions.get(pending.pop())
            fresh = (questions_in(condition) if condition else set()) - found
            found |= fresh
            pending += [name for name in fresh if name in self.questions]
        return found

    def _domain(self, name: str, askers: set[str]) -> list[frozenset[str] | int | None]:
        question = self.questions[name]
        if question["type"] in NUMERIC:
            asked = [atom for asker in askers if asker in self.conditions for atom in atoms(self.conditions[asker])]
            values = {atom.value for atom in asked if isinstance(atom, AtLeast) and atom.question == name}
            least, greatest = limits_of(question)
            return [least, *sorted(value for value in values if least < value <= greatest)]
        codes = [option["code"] for option in question.get("options", [])]
        together = [frozenset(codes) - {question.get("exclusive")}] if question["type"] == "multi" else []
        return [*(frozenset({code}) for code in codes), *together]

    def _applies(self, code: str, answers: _Answers, known: dict[str, bool]) -> bool:
        if code not in known:
            known[code] = False  # conditions that run in a circle (a defect of its own) must not do so here
            condition = self.conditions.get(code)
            known[code] = condition is None or self._true(condition, answers, known)
        return known[code]

    def _true(self, condition: Condition, answers: _Answers, known: dict[str, bool]) -> bool:
        match condition:
            case All(parts):
                return all(self._true(part, answers, known) for part in parts)
            case AnyOf(parts):
                return any(self._true(part, answers, known) for part in parts)
            case Not(part):
                return not self._true(part, answers, known)
            case Chosen(name, options):
                answer = answers[name]
                return self._applies(name, answers, known) and isinstance(answer, frozenset) and bool(answer & options)
            case AtLeast(name, value):
                answer = answers[name]
                return self._applies(name, answers, known) and isinstance(answer, int) and answer >= value
            case _:
                return True
