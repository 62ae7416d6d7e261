"""The one kernel: runs a plan over a block of sheets, integers only, rounded once per node, half up.

A single sheet is a block of one column; a million sheets are many blocks. Of a block with unanswered questions every node gets
its least and greatest score; of complete sheets the two are the same array.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from guanbiao.assessment.rules.plan import EXACT_FLOAT, Bools, Curves, Ints, Level, Plan
from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not
from guanbiao.kernel.numbers import INT64_MAX

BLOCK = 1024
"""Sheets per block: its arrays fit the second-level cache."""


@dataclass(frozen=True)
class Block:
    """Answers of B sheets, one row a question of the plan.

    `values` (questions, B): a single's option index, a multi's options as bits, a number in 1/10,000 of its unit; 0 where unanswered.
    """

    values: Ints
    answered: Bools


@dataclass(frozen=True)
class Scores:
    """Per node (rows as in `plan.codes`, B columns), in 1/10,000 of a point."""

    low: Ints
    high: Ints
    may: Bools
    """May the node apply? False is “not applicable”."""
    must: Bools
    """Does it surely apply?"""
    complete: Bools
    """(B,)"""
    missing: Bools
    """(required questions, B)"""
    applies: Bools
    """(questions, B): surely applies."""
    zero: Bools
    """(ratio leaves, B): its denominator was answered with 0 where it applies; such a sheet is refused."""
    stage_low: Ints
    stage_high: Ints
    """(B,), 0 is the first stage."""


def run(plan: Plan, block: Block) -> Scores:
    """Score one block."""
    may_q, must_q = _applicable(plan, block)
    missing = may_q[plan.required] & ~block.answered[plan.required]
    complete = ~missing.any(axis=0)
    exact = bool(complete.all())
    columns = block.values.shape[1]
    shape = (len(plan.codes) + 1, columns)  # the extra last row never applies: padding points at it
    low = np.zeros(shape, np.int64)
    may, must = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    leaves = slice(0, plan.leaf_count)
    must[leaves] = _all_of(must_q, plan)
    may[leaves] = must[leaves] if exact else _all_of(may_q, plan)
    high = low if exact else np.zeros(shape, np.int64)
    zero = _leaves(plan, block, low, high, must[leaves], exact=exact)
    for level in plan.levels:
        if exact:
            _complete_level(level, low, must)
            may[level.nodes] = must[level.nodes]
        else:
            _interval_level(level, low, high, may, must)
    stage_low = _stage(plan, low, must)
    stage_high = stage_low if exact else _stage(plan, high, may)
    nodes = slice(0, len(plan.codes))
    return Scores(low[nodes], high[nodes], may[nodes], must[nodes], complete, missing, must_q, zero, stage_low, stage_high)


# -- which questions apply


def _applicable(plan: Plan, block: Block) -> tuple[Bools, Bools]:
    """(may, must) per question. They part where a condition hangs on something unanswered."""
    shape = block.values.shape
    may, must = np.ones(shape, np.bool_), np.ones(shape, np.bool_)
    for row, condition in plan.conditions:
        may[row], must[row] = _truth(condition, plan, block, may, must)
    return may, must


def _truth(condition: Condition, plan: Plan, block: Block, may: Bools, must: Bools) -> tuple[Bools, Bools]:
    """(possibly, surely) a condition holds, per sheet."""
    match condition:
        case All(parts):
            possibly, surely = _truth(parts[0], plan, block, may, must)
            for part in parts[1:]:
                p, s = _truth(part, plan, block, may, must)
                possibly, surely = possibly & p, surely & s
            return possibly, surely
        case AnyOf(parts):
            possibly, surely = _truth(parts[0], plan, block, may, must)
            for part in parts[1:]:
                p, s = _truth(part, plan, block, may, must)
                possibly, surely = possibly | p, surely | s
            return possibly, surely
        case Not(part):
            possibly, surely = _truth(part, plan, block, may, must)
            return ~surely, ~possibly
        case Chosen(question, options):
            row = plan.row[question]
            index = plan.option_index[question]
            wanted = sum(1 << index[code] for code in options)
            values = block.values[row]
            bits = values if plan.questions[row].type == "multi" else np.left_shift(1, values)
            return _known(row, (bits & wanted) != 0, block, may, must)
        case AtLeast(question, value):
            row = plan.row[question]
            return _known(row, block.values[row] >= value, block, may, must)
        case _:
            raise TypeError(f"a question's condition cannot hold {condition}")


def _known(row: int, fits: Bools, block: Block, may: Bools, must: Bools) -> tuple[Bools, Bools]:
    answered = block.answered[row]
    return may[row] & (fits | ~answered), must[row] & answered & fits


def _all_of(questions: Bools, plan: Plan) -> Bools:
    found = questions[plan.leaf_rows[:, 0]]
    for column in range(1, plan.leaf_rows.shape[1]):
        found &= questions[plan.leaf_rows[:, column]]
    return found


# -- leaves


def _leaves(plan: Plan, block: Block, low: Ints, high: Ints, applies: Bools, *, exact: bool) -> Bools:
    values, answered = block.values, block.answered
    if (lookups := plan.lookups) is not None:
        points = lookups.table[lookups.offsets[:, None] + values[lookups.rows]]
        known = None if exact else answered[lookups.rows]
        _enter(lookups.leaves, points, known, lookups.least, lookups.greatest, low, high)
    if (wide := plan.wide) is not None:
        bits = values[wide.rows]
        points = np.zeros_like(bits)
        for option in range(wide.points.shape[1]):
            points += ((bits >> option) & 1) * wide.points[:, option, None]
        np.minimum(points, plan.model.full, out=points)
        _enter(wide.leaves, points, None if exact else answered[wide.rows], wide.least, wide.greatest, low, high)
    zero = np.zeros((0, values.shape[1]), np.bool_)
    for curves in plan.curves:
        x, known, bottom = _curve_values(curves, values, answered, exact=exact)
        points = _interpolate(curves, x)
        _enter(curves.leaves, points, known, curves.least, curves.greatest, low, high)
        if bottom is not None:
            known_below = np.logical_and.reduceat(answered[curves.below_rows], curves.below_starts, axis=0)
            zero = (bottom == 0) & known_below & applies[curves.leaves]
    return zero


def _enter(leaves: Ints, points: Ints, known: Bools | None, least: Ints, greatest: Ints, low: Ints, high: Ints) -> None:
    if known is None:
        low[leaves] = points
        return
    low[leaves] = np.where(known, points, least[:, None])
    high[leaves] = np.where(known, points, greatest[:, None])


def _curve_values(curves: Curves, values: Ints, answered: Bools, *, exact: bool) -> tuple[Ints, Bools | None, Ints | None]:
    """The measured value of each curve (clamped to its knots), whether all its answers are there, and a ratio's denominator."""
    if not curves.is_ratio:
        rows = curves.above_rows
        return np.clip(values[rows], curves.xs[:, :1], curves.xs[:, -1:]), None if exact else answered[rows], None
    above = _sum(values, curves.above_rows, curves.above_starts)
    below = _sum(values, curves.below_rows, curves.below_starts)
    known = None
    if not exact:
        known = np.logical_and.reduceat(answered[curves.above_rows], curves.above_starts, axis=0)
        known &= np.logical_and.reduceat(answered[curves.below_rows], curves.below_starts, axis=0)
    return _ratio(curves, above, below), known, below


def _sum(values: Ints, rows: Ints, starts: Ints) -> Ints:
    picked = values[rows]
    return picked if len(rows) == len(starts) else np.add.reduceat(picked, starts, axis=0)


def _ratio(curves: Curves, above: Ints, below: Ints) -> Ints:
    """half_up(a·scale·10⁴, b), clamped to the curve's knots."""
    divisor = 2 * np.maximum(below, 1)
    dividend = 2 * above * curves.scale[:, None] + (divisor >> 1)
    first, last = curves.xs[:, :1], curves.xs[:, -1:]
    if not curves.exact_in_float:
        return np.clip(dividend // divisor, first, last)
    # The quotient in double precision is off by one at most inside the knots; outside, one step beyond them is enough.
    quotient = np.clip(np.floor(dividend / divisor), first - 1, last + 1).astype(np.int64)
    rest = dividend - quotient * divisor
    quotient += rest >= divisor
    quotient -= rest < 0
    return np.clip(quotient, first, last)


def _interpolate(curves: Curves, x: Ints) -> Ints:
    xs = curves.xs
    count = xs.shape[1] - 1
    segment = np.zeros(x.shape, np.int64)
    for knot in range(1, count):
        segment += x >= xs[:, knot, None]
    segment += (np.arange(len(xs)) * count)[:, None]
    x0, y0, dx, dy = (array[segment] for array in curves.segments)
    rise = _half_up((x - x0) * dy, dx, in_float=curves.exact_in_float)
    return y0 + rise * curves.falling[segment]


def _half_up(n: Ints, d: Ints, *, in_float: bool) -> Ints:
    """(2n + d) // 2d for n ≥ 0. In double precision the floor is exact while 2n + d stays below 2⁵²."""
    dividend, divisor = 2 * n + d, 2 * d
    return np.floor_divide(dividend, divisor) if not in_float else (dividend / divisor).astype(np.int64)


# -- inner nodes


def _complete_level(level: Level, scores: Ints, applies: Bools) -> None:
    weights = level.weights * applies[level.children]
    total = np.add.reduceat(weights, level.starts, axis=0)
    weighted = np.add.reduceat(weights * scores[level.children], level.starts, axis=0)
    applies[level.nodes] = total > 0
    scores[level.nodes] = _mean(weighted, total)


def _mean(weighted: Ints, total: Ints) -> Ints:
    divisor = np.maximum(total, 1)
    small = int(weighted.max(initial=0)) * 2 + int(divisor.max(initial=1)) < EXACT_FLOAT
    return _half_up(weighted, divisor, in_float=small)


def _interval_level(level: Level, low: Ints, high: Ints, may: Bools, must: Bools) -> None:
    """Least and greatest weighted mean over every choice of which undecided children stay."""
    children = level.padded
    weights = level.padded_weights[:, :, None]
    stays = must[children]
    undecided = may[children] & ~stays
    may[level.nodes] = may[children].any(axis=1)
    must[level.nodes] = stays.any(axis=1)
    sure = weights * stays
    total = sure.sum(axis=1)
    for scores, best in ((low, np.minimum), (high, np.maximum)):
        picked = scores[children]
        base = (sure * picked).sum(axis=1)
        if not undecided.any():
            scores[level.nodes] = _mean(base, total)
            continue
        scores[level.nodes] = _best_mean(base, total, picked, weights * undecided, lowest=best is np.minimum)


def _best_mean(base: Ints, total: Ints, picked: Ints, weights: Ints, *, lowest: bool) -> Ints:
    """Undecided children in order of their score: the best mean is among the prefixes of that order."""
    order = np.argsort(np.where(weights > 0, picked if lowest else -picked, INT64_MAX), axis=1, kind="stable")
    sorted_weights = np.take_along_axis(weights, order, axis=1)
    sorted_scores = np.take_along_axis(picked, order, axis=1)
    totals = total[:, None] + np.cumsum(sorted_weights, axis=1)
    sums = base[:, None] + np.cumsum(sorted_weights * sorted_scores, axis=1)
    means = np.concatenate([_mean(base, total)[:, None], _mean(sums, totals)], axis=1)
    possible = np.concatenate([total[:, None] > 0, totals > 0], axis=1)
    if lowest:
        found = np.where(possible, means, INT64_MAX).min(axis=1)
    else:
        found = np.where(possible, means, -1).max(axis=1)
    return np.where(possible.any(axis=1), found, 0)


# -- stages


def _stage(plan: Plan, scores: Ints, applies: Bools) -> Ints:
    """The highest k such that stages 2…k all hold, counted from 0."""
    stage = np.zeros(scores.shape[1], np.int64)
    holding = np.ones(scores.shape[1], np.bool_)
    for requirements in plan.stages:
        for node, at_least in requirements:
            holding = holding & applies[node] & (scores[node] >= at_least)
        stage += holding
    return stage
