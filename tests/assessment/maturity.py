"""Answer sheets as firms would fill them: a latent maturity behind every answer, not dice.

The model, in its own words:

- A firm has a level L between 0 and 1, drawn from a normal distribution (mean 0.46, standard deviation 0.19; the country's middle scores about 50).
- An aspect has the firm's level, shifted (foundations are built before integration, integration before collaboration) and with its own noise (0.08).
- A question has its aspect's level with its own noise (0.17): even a good firm has holes, even a beginner has one thing in order.
- Staff is log-normal (median 180, σ 1.2); revenue follows from staff with log-normal revenue a head (median 900,000 yuan, σ 0.6); assets, costs,
  profit, purchases and production staff are shares of these.
- A ladder: the option whose points lie nearest to the level. A multi: each option independently, the likelier the higher the level.
- A number that an indicator measures: its curve read backwards at the level, then (for a ratio) times the denominator.
- Any other number: between the three example firms on a log scale of staff, with log-normal noise (σ 0.35).
- Conditions are obeyed. A part never exceeds its whole: the pairs are those the model's own checks name, and the shares among its ratios.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from random import Random
from typing import Any

from guanbiao.assessment.rules.answers import Answer, Sheet
from guanbiao.indicators.rules.conditions import More, holds
from guanbiao.indicators.rules.model import Model, OptionPoints, OptionsSum, Piecewise, Question, measured_questions

UNIT = 10_000
EXAMPLES = Path(__file__).parents[2] / "examples"
STAFF = (30, 800, 6000)
SHIFT = {"BC": 0.03, "DX": 0.02, "ZC": -0.03, "XT": -0.08, "JZ": 0.02, "XY": 0.02}


class _Facts:
    def __init__(self, answers: dict[str, Answer]) -> None:
        self.answers = answers

    def chosen(self, question: str) -> frozenset[str] | None:
        answer = self.answers.get(question)
        return frozenset(answer) if isinstance(answer, tuple) else None

    def number(self, question: str) -> int | None:
        answer = self.answers.get(question)
        return answer if isinstance(answer, int) else None

    def score(self, node: str) -> int | None:
        return None

    def last_period(self) -> None:
        return None


class Maturity:
    """Draws sheets of one model. The same seed gives the same sheets."""

    def __init__(self, model: Model, seed: int) -> None:
        self.model, self.random = model, Random(f"{model.code} {seed}")
        self.shapes = _shapes(model.code)
        self.wholes = _wholes(model)
        measures = [leaf.measure for leaf in model.leaves if isinstance(leaf.measure, Piecewise)]
        self.part_of = {code: [m for m in measures if code in m.above] for m in measures for code in m.above}
        self.whole_of = {m.below[0]: [other for other in measures if other.below == m.below] for m in measures if len(m.below) == 1}
        self.ladders = {leaf.measure.question for leaf in model.leaves if isinstance(leaf.measure, OptionPoints | OptionsSum)}

    def sheets(self, count: int) -> Iterator[Sheet]:
        for _ in range(count):
            yield self.sheet()

    def sheet(self) -> Sheet:
        """One firm's complete sheet."""
        draw = self.random
        self.level = _between(draw.gauss(0.46, 0.19), 0, 1)
        self.aspects = {section: _between(self.level + SHIFT.get(section, 0) + draw.gauss(0, 0.08), 0, 1) for section, _ in self.model.sections}
        self.staff = _between(math.exp(draw.gauss(math.log(180), 1.2)), 5, 60_000)
        self.answers: dict[str, Answer] = {}
        self.size = self._size()
        facts = _Facts(self.answers)
        for question in self.model.questions:
            if question.when is None or holds(question.when, facts):
                self.answers[question.code] = self._answer(question)
        return Sheet(dict(self.answers))

    def _size(self) -> dict[str, float]:
        draw = self.random
        revenue = self.staff * math.exp(draw.gauss(math.log(90), 0.6))
        better = self.aspects.get("XY", self.level)
        cost = revenue * _between(draw.gauss(0.86 - 0.1 * better, 0.05), 0.4, 1.1)
        return {
            "QY04": self.staff,
            "QY05": revenue,
            "QY06": revenue / (1 + _between(draw.gauss(0.12 * better - 0.01, 0.12), -0.5, 1)),
            "QY07": revenue * math.exp(draw.gauss(-0.1, 0.35)),
            "QY08": cost,
            "QY09": (revenue - cost) * draw.uniform(-0.2, 0.75),
            "QY12": self.staff * draw.uniform(0.45, 0.8),
            "QY13": cost * draw.uniform(0.35, 0.75),
        }

    def _level(self, question: Question) -> float:
        return _between(self.aspects[question.section] + self.random.gauss(0, 0.17), 0, 1)

    def _answer(self, question: Question) -> Answer:
        if question.type == "text":
            return f"{question.code} {self.random.randrange(10**6)}"
        if question.type == "single":
            return (self._rung(question),)
        if question.type == "multi":
            return self._several(question)
        return self._fit(question, self._number(question))

    def _rung(self, question: Question) -> str:
        if question.code == "QY10":
            return self.random.choices("ABC", (65, 28, 7))[0]
        if question.section == self.model.sections[0][0] or question.code not in self.ladders:
            return self.random.choice(question.options).code
        wanted = self._level(question) * self.model.full
        return min(question.options, key=lambda option: abs(option.points - wanted)).code

    def _several(self, question: Question) -> tuple[str, ...]:
        level = self._level(question)
        chosen = tuple(option.code for option in question.options if option.code != question.exclusive and self.random.random() < level)
        if chosen:
            return chosen
        return (question.exclusive,) if question.exclusive else (question.options[0].code,)

    # -- numbers, in the question's own unit

    def _number(self, question: Question) -> float:
        code = question.code
        if code in self.size:
            return self.size[code]
        for measure in self.part_of.get(code, ()):
            if all(isinstance(self.answers.get(below), int) for below in measure.below):
                return self._numerator(question, measure)
        for measure in self.whole_of.get(code, ()):
            if all(isinstance(self.answers.get(above), int) for above in measure.above):
                value = self._reading(measure, self._level(question))
                return sum(self._given(above) for above in measure.above) * measure.scale / value if value > 0 else self._typical(question)
        return self._typical(question)

    def _given(self, code: str) -> float:
        answer = self.answers[code]
        assert isinstance(answer, int)
        return answer / UNIT

    def _numerator(self, question: Question, measure: Piecewise) -> float:
        value = self._reading(measure, self._level(question))
        if not measure.is_ratio:
            return value
        total = value * sum(self._given(below) for below in measure.below) / measure.scale
        given = [above for above in measure.above if above in self.answers]
        left = max(0.0, total - sum(self._given(above) for above in given))
        open_ = len(measure.above) - len(given)
        return left if open_ == 1 else left * self.random.uniform(0.4, 1.6) / open_

    def _reading(self, measure: Piecewise, level: float) -> float:
        """The curve read backwards: a value at which it gives the level's points (beyond its ends: somewhere outside)."""
        wanted = level * self.model.full
        knots = list(zip(measure.xs, measure.ys, strict=True))
        places = [x + (wanted - y) * (x2 - x) / (y2 - y) for (x, y), (x2, y2) in pairwise(knots) if y != y2 and min(y, y2) <= wanted <= max(y, y2)]
        found = places[-1] if places else float(min(knots, key=lambda knot: abs(knot[1] - wanted))[0])
        if level in (0, 1):
            found *= self.random.uniform(0.8, 1) if found == knots[0][0] else self.random.uniform(1, 1.1)
        return found / UNIT

    def _typical(self, question: Question) -> float:
        points = self.shapes.get(question.code)
        noise = math.exp(self.random.gauss(0, 0.35))
        if not points:
            return noise * 10
        staff = math.log(self.staff)
        (x1, y1), (x2, y2) = (points[0], points[-1]) if len(points) < 3 else (points[:2] if staff < points[1][0] else points[1:])
        slope = 0.0 if x1 == x2 else (y2 - y1) / (x2 - x1)
        return math.exp(y1 + slope * (staff - x1)) * noise

    def _fit(self, question: Question, value: float) -> int:
        """Within the question's range and decimals, and no more than the whole it is a part of."""
        step = int(UNIT // 10**question.decimals)
        scaled = round(value * UNIT / step) * step
        most = [answer for whole in self.wholes.get(question.code, ()) if isinstance(answer := self.answers.get(whole), int)]
        least = -(-question.least // step) * step
        return max(least, min(scaled, question.greatest // step * step, *most))


def _between(value: float, least: float, most: float) -> float:
    return min(max(value, least), most)


def _shapes(code: str) -> dict[str, list[tuple[float, float]]]:
    """(log staff, log value) of every number in the example firms' sheets."""
    shapes: dict[str, list[tuple[float, float]]] = {}
    for name in ("start", "middle", "top"):
        sheet: dict[str, Any] = json.loads((EXAMPLES / code / f"{name}.json").read_text(encoding="utf-8"))
        staff = math.log(float(sheet["QY04"]))
        for question, answer in sheet.items():
            try:
                value = float(answer)
            except (TypeError, ValueError):
                continue
            shapes.setdefault(question, []).append((staff, math.log(max(value, 0.5))))
    return shapes


def _wholes(model: Model) -> dict[str, list[str]]:
    """Question → the questions it may not exceed: by a check that says so, or as a share in a ratio."""
    wholes: dict[str, list[str]] = {}
    for check in model.checks:
        if isinstance(check.when, More):
            wholes.setdefault(check.when.left, []).append(check.when.right)
    for leaf in model.leaves:
        measure = leaf.measure
        if isinstance(measure, Piecewise) and measure.scale == 100 and measure.xs[-1] <= 100 * UNIT and len(measure.above) == len(measure.below) == 1:
            part, whole = (model.question[code] for code in measured_questions(measure))
            if part.unit == whole.unit and part.type == whole.type:
                wholes.setdefault(part.code, []).append(whole.code)
    return wholes
