"""Scoring one sheet: the card with every node, the stage, what the next stage asks for, and the warnings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from guanbiao.assessment.rules.answers import Answer, Sheet
from guanbiao.assessment.rules.applying import Truths
from guanbiao.assessment.rules.kernel import Block, Scores, run
from guanbiao.assessment.rules.plan import Plan, plan_of
from guanbiao.indicators.rules.conditions import Facts, holds
from guanbiao.indicators.rules.model import Model, Piecewise, Question, Requirement
from guanbiao.kernel.errors import Refusal, Refusals, Unusable
from guanbiao.kernel.numbers import UNIT, half_up

Interval = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Gap:
    """One requirement of the next stage, met or not; scores in 1/10,000 of a point."""

    node: str
    at_least: int
    score: int | None

    @property
    def met(self) -> bool:
        return self.score is not None and self.score >= self.at_least


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """What one sheet comes to. Scores in 1/10,000 of a point.

    `nodes`: of a complete sheet a number, of an incomplete one (lowest, highest), None where a node does not apply.
    """

    model: Model
    sheet: Sheet
    complete: bool
    missing: tuple[str, ...]
    nodes: Mapping[str, int | Interval | None]
    stage: str | tuple[str, str]
    next: tuple[Gap, ...]
    warnings: tuple[str, ...]
    counted: Mapping[str, Answer]
    """The answers that count: those of questions that surely apply."""

    def score(self, node: str) -> int | None:
        """The score of a node of a complete sheet."""
        found = self.nodes[node]
        return found if isinstance(found, int) else None

    def bounds(self, node: str) -> Interval | None:
        """(lowest, highest) of a node; of a complete sheet both are the score."""
        found = self.nodes[node]
        return (found, found) if isinstance(found, int) else found

    def measured(self, leaf: str) -> int | None:
        """The measured value behind a piecewise indicator, 1/10,000; None for others, or where it was not answered."""
        return measured_value(self.model, self.counted, leaf)

    def as_json(self) -> dict[str, Any]:
        """The card in the contract's JSON form."""
        return {
            "model": self.model.code,
            "edition": self.model.edition,
            "digest": self.model.digest,
            "complete": self.complete,
            "missing": list(self.missing),
            "nodes": {code: list(value) if isinstance(value, tuple) else value for code, value in self.nodes.items()},
            "stage": list(self.stage) if isinstance(self.stage, tuple) else self.stage,
            "next": [{"node": gap.node, "at_least": gap.at_least, "score": gap.score} for gap in self.next],
            "warnings": list(self.warnings),
        }


def score(model: Model, sheet: Sheet, *, previous: Facts | None = None) -> ScoreCard:
    """Score one sheet. Raises Refusals where a ratio's denominator was answered with 0."""
    plan = plan_of(model)
    block = block_of(plan, [sheet])
    scores = run(plan, block)
    if refusals := zero_denominators(plan, scores, 0):
        raise refusals[0] if len(refusals) == 1 else Refusals(refusals)
    return _card(plan, sheet, scores, _conditional_texts(plan, block), previous)


def block_of(plan: Plan, sheets: list[Sheet]) -> Block:
    """Sheets as the kernel's columns."""
    values = np.zeros((len(plan.questions), len(sheets)), np.int64)
    answered = np.zeros(values.shape, np.bool_)
    for column, sheet in enumerate(sheets):
        for code, answer in sheet.answers.items():
            if (row := plan.row.get(code)) is not None:
                values[row, column] = _cell(plan, plan.questions[row], answer)
                answered[row, column] = True
    return Block(values, answered)


def _cell(plan: Plan, question: Question, answer: Answer) -> int:
    if isinstance(answer, int):
        return answer
    index = plan.option_index[question.code]
    if question.type == "single":
        return index[answer[0]]
    return sum(1 << index[code] for code in answer)


def zero_denominators(plan: Plan, scores: Scores, column: int) -> list[Refusal]:
    """A refusal for every ratio of this sheet whose denominator was answered with 0."""
    if not scores.zero.size or not scores.zero[:, column].any():
        return []
    ratios = next(curves for curves in plan.curves if curves.is_ratio)
    refusals: dict[tuple[str, ...], Refusal] = {}
    for at in np.flatnonzero(scores.zero[:, column]):
        measure = plan.model.leaves[int(ratios.leaves[at])].measure
        if isinstance(measure, Piecewise):
            refusals.setdefault(measure.below, _zero(plan.model, measure.below))
    return list(refusals.values())


def _zero(model: Model, below: tuple[str, ...]) -> Refusal:
    number = model.card_of[below[0]].number
    titles = [model.question[code].title for code in below]
    names_zh, names_en = "、".join(t.zh for t in titles), ", ".join(t.en for t in titles)
    return Unusable(
        "answers.zero-denominator",
        zh=f"第 {number} 题“{names_zh}”（{'、'.join(below)}）填了 0，它是分母，比率算不出来。请填实际数。",
        en=f"Question {number} “{names_en}” ({', '.join(below)}) is 0 and is a denominator, so the ratio cannot be computed. Enter the real figure.",
        at=below[0],
    )


def _conditional_texts(plan: Plan, block: Block) -> Mapping[str, tuple[bool, bool]]:
    """Text questions with a condition: whether they surely apply, and whether they may."""
    conditions = {q.code: q.when for q in plan.model.questions if q.type == "text" and q.when is not None}
    truths = Truths(plan, block.values, block.answered) if conditions else None
    return {code: truths.decided(condition) for code, condition in conditions.items()} if truths else {}


def _card(plan: Plan, sheet: Sheet, scores: Scores, texts: Mapping[str, tuple[bool, bool]], previous: Facts | None) -> ScoreCard:
    model = plan.model
    missing = tuple(plan.questions[row].code for row in plan.required[scores.missing[:, 0]].tolist()) + _missing_texts(model, sheet, texts)
    complete = not missing
    low, high = (array[:, 0].astype(np.int64).tolist() for array in (scores.low, scores.high))
    may = scores.may[:, 0].tolist()
    nodes: dict[str, int | Interval | None] = {}
    for at, code in enumerate(plan.codes):
        nodes[code] = None if not may[at] else low[at] if complete else (low[at], high[at])
    ordered = {code: nodes[code] for code in model.node}
    applies = scores.applies[:, 0].tolist()
    counted = {
        code: answer
        for code, answer in sheet.answers.items()
        if (applies[row] if (row := plan.row.get(code)) is not None else texts.get(code, _ALWAYS)[0])
    }
    stages = [stage.code for stage in model.stages]
    lowest, highest = int(scores.stage_low[0]), int(scores.stage_high[0])
    card = ScoreCard(
        model=model,
        sheet=sheet,
        complete=complete,
        missing=missing,
        nodes=ordered,
        stage=stages[lowest] if complete else (stages[lowest], stages[highest]),
        next=_gaps(model, ordered, lowest) if complete else (),
        warnings=(),
        counted=counted,
    )
    return _with_warnings(card, previous)


_ALWAYS = (True, True)


def _missing_texts(model: Model, sheet: Sheet, texts: Mapping[str, tuple[bool, bool]]) -> tuple[str, ...]:
    wanted = (q.code for q in model.questions if q.type == "text" and q.code in model.required and q.code not in sheet.answers)
    return tuple(code for code in wanted if texts.get(code, _ALWAYS)[1])


def _gaps(model: Model, nodes: Mapping[str, int | Interval | None], stage: int) -> tuple[Gap, ...]:
    requires: tuple[Requirement, ...] = model.stages[stage + 1].requires if stage + 1 < len(model.stages) else ()
    found = []
    for need in requires:
        value = nodes[need.node]
        found.append(Gap(need.node, need.at_least, value if isinstance(value, int) else None))
    return tuple(found)


def _with_warnings(card: ScoreCard, previous: Facts | None) -> ScoreCard:
    from dataclasses import replace

    facts = CardFacts(card, previous)
    return replace(card, warnings=tuple(check.code for check in card.model.checks if holds(check.when, facts)))


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What checks and diagnosis rules see of a card: only answers that count, only scores that are settled."""

    card: ScoreCard
    previous: Facts | None = None

    def chosen(self, question: str) -> frozenset[str] | None:
        answer = self.card.counted.get(question)
        return frozenset(answer) if isinstance(answer, tuple) else None

    def number(self, question: str) -> int | None:
        answer = self.card.counted.get(question)
        return answer if isinstance(answer, int) else None

    def score(self, node: str) -> int | None:
        return self.card.score(node)

    def last_period(self) -> Facts | None:
        return self.previous


def measured_value(model: Model, answers: Mapping[str, Answer], leaf: str) -> int | None:
    """The value a piecewise indicator measures, before its curve; 1/10,000 of its unit."""
    measure = model.node[leaf].measure
    if not isinstance(measure, Piecewise):
        return None
    above, below = ([answers.get(code) for code in side] for side in (measure.above, measure.below))
    if any(not isinstance(value, int) for value in (*above, *below)):
        return None
    total = sum(value for value in above if isinstance(value, int))
    if not measure.is_ratio:
        return total
    divisor = sum(value for value in below if isinstance(value, int))
    return half_up(total * measure.scale * UNIT, divisor) if divisor > 0 else None
