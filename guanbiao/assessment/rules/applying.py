"""Which questions of a block apply: surely, or at least possibly while a condition hangs on an unanswered question."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np

from guanbiao.assessment.rules.plan import Bools, Ints, Plan
from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not


class Truths:
    """Every condition of the plan on a block, each once: whether it surely holds and, when asked, whether it may.

    Of a single sheet the rows are plain integers and truths plain booleans: the same expressions, without arrays of one cell.
    """

    def __init__(self, plan: Plan, values: Ints, answered: Bools) -> None:
        self.plan, self.shape = plan, values.shape
        single = self.shape[1] == 1
        self.values: Any = values[:, 0].tolist() if single else values
        self.answered: Any = answered[:, 0].tolist() if single else answered
        self.maybe: list[Any] = []
        self.surely: list[Any] = []
        for _, condition in plan.conditions:
            self.surely.append(self.holds(condition, surely=True))

    def table(self, *, surely: bool) -> Bools:
        """(conditions, B): surely holds, or may hold."""
        if not surely and not self.maybe:
            for _, condition in self.plan.conditions:
                self.maybe.append(self.holds(condition, surely=False))
        return np.array(self.surely if surely else self.maybe, np.bool_).reshape(len(self.surely), self.shape[1])

    def questions(self, *, surely: bool) -> Bools:
        """(questions, B): surely applies, or may apply."""
        found = np.ones(self.shape, np.bool_)
        rows, which = self.plan.conditional_rows
        if len(rows):
            found[rows] = self.table(surely=surely)[which]
        return found

    def holds(self, condition: Condition, *, surely: bool) -> Any:
        match condition:
            case All(parts):
                return reduce(and_, (self.holds(part, surely=surely) for part in parts))
            case AnyOf(parts):
                return reduce(or_, (self.holds(part, surely=surely) for part in parts))
            case Not(part):
                return True ^ self.holds(part, surely=not surely)
            case Chosen(question, options):
                row = self.plan.row[question]
                index = self.plan.option_index[question]
                wanted = sum(1 << index[code] for code in options)
                values = self.values[row]
                bits = values if self.plan.questions[row].type == "multi" else 1 << values
                return self._known(row, (bits & wanted) != 0, surely=surely)
            case AtLeast(question, value):
                row = self.plan.row[question]
                return self._known(row, self.values[row] >= value, surely=surely)
            case _:
                raise TypeError(f"a question's condition cannot hold {condition}")

    def _known(self, row: int, fits: Any, *, surely: bool) -> Any:
        """An atom: the question applies, and its answer fits; may hold where it is still unanswered."""
        answered = self.answered[row]
        found = answered & fits if surely else fits | (True ^ answered)
        if (at := self.plan.condition_of.get(row)) is None:
            return found
        # `not` of a condition asks for the other kind of truth, which may not be there yet.
        truths = self.surely if surely else self.maybe
        truth = truths[at] if at < len(truths) else self.holds(self.plan.conditions[at][1], surely=surely)
        return found & truth

    def decided(self, condition: Condition) -> tuple[bool, bool]:
        """Of a single sheet: whether a condition surely holds, and whether it may."""
        return bool(self.holds(condition, surely=True)), bool(self.holds(condition, surely=False))
