"""What is proved of a measure: its questions are of the right kind and can be asked, its knots ascend, no product passes 2⁶³."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Condition
from guanbiao.indicators.rules.model import NUMERIC, OptionPoints, OptionsSum, Piecewise, limits_of, measure_of, measured_questions
from guanbiao.indicators.rules.parts import Place
from guanbiao.indicators.rules.reach import Reach
from guanbiao.indicators.rules.safe_yaml import Defect
from guanbiao.kernel.numbers import INT64_MAX, UNIT


class MeasureProof:
    """Over the questions of a model in their JSON form; `full` in 1/10,000 of a point."""

    def __init__(self, questions: dict[str, dict[str, Any]], conditions: dict[str, Condition], reach: Reach, full: int) -> None:
        self.questions, self.conditions, self.reach, self.full = questions, conditions, reach, full

    def defects(self, node: dict[str, Any], place: Place) -> Iterator[Defect]:
        measure = measure_of(node["measure"])
        unknown = [code for code in measured_questions(measure) if code not in self.questions]
        for code in unknown:
            yield place.defect("measure", zh=f"没有题目 {code}。", en=f"there is no question {code}.")
        if unknown:
            return
        match measure:
            case OptionPoints(question):
                yield from self._kind(question, {"single"}, place)
            case OptionsSum(question):
                yield from self._kind(question, {"multi"}, place)
            case Piecewise():
                for code in measured_questions(measure):
                    yield from self._kind(code, set(NUMERIC), place)
                yield from self._piecewise(measure, place)
        for code in measured_questions(measure):
            if not self.reach.may_apply(code):
                yield place.defect("measure", zh=f"题目 {code} 的条件永远不成立。", en=f"the condition of question {code} can never hold.")

    def _kind(self, code: str, kinds: set[str], place: Place) -> Iterator[Defect]:
        if (kind := self.questions[code]["type"]) not in kinds:
            en = f"{code} is a {kind} question and cannot be measured this way."
            yield place.defect("measure", zh=f"{code} 是 {kind} 题，不能这样计分。", en=en)

    def _piecewise(self, m: Piecewise, place: Place) -> Iterator[Defect]:
        if max(map(abs, m.xs)) > INT64_MAX // 4:
            yield place.defect("measure", zh="折线的横坐标太大，无法用 64 位整数计算。", en="the knots are too large for 64-bit integers.")
            return
        if any(second <= first for first, second in pairwise(m.xs)):
            yield place.defect("measure", zh="折线的横坐标必须递增。", en="the knots must ascend in x.")
            return
        if any(not 0 <= y <= self.full for y in m.ys):
            yield place.defect("measure", zh="折线的分值应在 0 与满分之间。", en="the knots' points must lie between 0 and full.")
        if any(self.questions[code]["type"] not in NUMERIC for code in measured_questions(m)):
            return
        span = (m.xs[-1] - m.xs[0]) * max(m.ys)
        if 2 * span + (m.xs[-1] - m.xs[0]) > INT64_MAX:
            yield place.defect("measure", zh="折线太宽，乘积会超过 2⁶³。", en="the knots are so wide that a product could pass 2⁶³.")
        if not m.is_ratio:
            least, greatest = limits_of(self.questions[m.above[0]])
            if m.xs[0] < least or m.xs[-1] > greatest:
                yield place.defect("measure", zh="折线超出了这道题的取值范围。", en="the knots reach beyond the question's range.")
            return
        above = sum(max(abs(limit) for limit in limits_of(self.questions[code])) for code in m.above)
        below = sum(limits_of(self.questions[code])[1] for code in m.below)
        if 2 * above * m.scale * UNIT + below > INT64_MAX:
            en = "the numerator's max times scale could pass 2⁶³; lower max."
            yield place.defect("measure", zh="分子上限乘以 scale 会超过 2⁶³；请降低 max。", en=en)
        if any(limits_of(self.questions[code])[0] < 0 for code in m.below):
            yield place.defect("measure", zh="分母不能取负数。", en="a denominator may not be negative.")

    def unguarded(self, m: Piecewise, place: Place) -> Iterator[Defect]:
        """A defect where an honest sheet could make the ratio's denominator 0, so that it would be refused."""
        limits = [limits_of(self.questions[code]) for code in m.below]
        positive = any(least > 0 for least, _ in limits)
        guarded = any(self._guards(self.conditions[code], set(m.below)) for code in m.above if code in self.conditions)
        if not positive and not guarded:
            zh = f"分母 {'+'.join(m.below)} 可能为 0：给它正的 min，或给分子加上 at_least 条件。"
            en = f"the denominator {'+'.join(m.below)} may be 0: give it a positive min, or give the numerator an at_least condition on it."
            yield place.defect("measure", zh=zh, en=en)

    def _guards(self, condition: Condition, below: set[str]) -> bool:
        match condition:
            case AtLeast(question, value):
                return question in below and value > 0
            case All(parts):
                return any(self._guards(part, below) for part in parts)
            case AnyOf(parts):
                return all(self._guards(part, below) for part in parts)
            case _:
                return False
