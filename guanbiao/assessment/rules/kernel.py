"""The one kernel: runs a plan over a block of sheets, integers only, rounded once per node, half up.

A single sheet is a block of one column; a million sheets are many blocks. Of a block with unanswered questions every node gets
its least and greatest score; of complete sheets the two are the same array.

Integers are carried in double precision where the plan proves that none of them can pass 2⁵², because processors divide and sum
those several at a time. Where an estimate comes near a half, that cell is computed again in integers: the results are the same bytes.
"""

from __future__ import annotations

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from guanbiao.assessment.rules.applying import Truths
from guanbiao.assessment.rules.plan import Bools, Curves, Ints, Level, Plan, Scores64
from guanbiao.kernel.numbers import INT64_MAX

SLICE = 2048
"""Sheets scored together: few enough for the caches, many enough that threads do not contend for the interpreter."""

NEAR = 1e-4
"""An estimate closer than this to a half is computed again exactly; estimates are off by less than a tenth of it."""

_FEW = 32
"""Below this many sheets the calls cost more than the work, and fewer, wider calls are better."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Block:
    """Answers of B sheets, one row a question of the plan.

    `values` (questions, B): a single's option index, a multi's options as bits, a number in 1/10,000 of its unit; 0 where unanswered.
    """

    values: Ints
    answered: Bools


@dataclass(frozen=True)
class Scores:
    """Per node (rows as in `plan.codes`, B columns), whole numbers of 1/10,000 of a point."""

    low: Scores64
    high: Scores64
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


def run(plan: Plan, block: Block, *, pool: Executor | None = None) -> Scores:
    """Score one block; a large one in slices that fit the cache, on the pool's threads where one is given.

    Conditions are evaluated over the whole block at once: they are many small steps, which threads would only contend for.
    """
    truths = Truths(plan, block.values, block.answered)
    applies = truths.questions(surely=True)
    missing = applies[plan.required] & ~block.answered[plan.required]
    # With nothing missing among what surely applies, every condition was decided: nothing is undecided.
    exact = not missing.any()
    if not exact:
        missing = truths.questions(surely=False)[plan.required] & ~block.answered[plan.required]
    columns = block.values.shape[1]
    shape = (len(plan.codes) + 1, columns)  # the extra last row never applies: padding points at it
    low = _scores(plan, shape)
    high = low if exact else _scores(plan, shape)
    must = _initial(plan, truths, shape, surely=True)
    may = must if exact else _initial(plan, truths, shape, surely=False)
    ratios = sum(len(curves.leaves) for curves in plan.curves if curves.is_ratio)
    zero = np.zeros((ratios, columns), np.bool_)

    def score(part: slice) -> None:
        piece = Block(block.values[:, part], block.answered[:, part])
        _columns(plan, piece, low[:, part], high[:, part], may[:, part], must[:, part], zero[:, part], exact=exact)

    parts = [slice(start, start + SLICE) for start in range(0, columns, SLICE)]
    if pool is None or len(parts) == 1:
        for part in parts:
            score(part)
    else:
        list(pool.map(score, parts))
    stage_low = _stage(plan, low, must)
    nodes = slice(0, len(plan.codes))
    return Scores(
        low=low[nodes],
        high=high[nodes],
        may=may[nodes],
        must=must[nodes],
        complete=~missing.any(axis=0),
        missing=missing,
        applies=applies,
        zero=zero,
        stage_low=stage_low,
        stage_high=stage_low if exact else _stage(plan, high, may),
    )


def _scores(plan: Plan, shape: tuple[int, int]) -> Scores64:
    # Rows that lie a power of two apart fall onto the same places of a cache: keep them a little further apart.
    return np.zeros((shape[0], shape[1] + 24), np.float64 if plan.exact_in_float else np.int64)[:, : shape[1]]


def _initial(plan: Plan, truths: Truths, shape: tuple[int, int], *, surely: bool) -> Bools:
    """Which leaves apply; inner nodes follow level by level."""
    found = np.ones(shape, np.bool_)
    found[-1] = False
    if len(plan.conditional_leaves):
        truth = truths.table(surely=surely)
        found[plan.conditional_leaves] = truth[plan.leaf_conditions[0][1]]
        for leaves, needed in plan.leaf_conditions[1:]:
            found[leaves] &= truth[needed]
    return found


def _columns(plan: Plan, block: Block, low: Scores64, high: Scores64, may: Bools, must: Bools, zero: Bools, *, exact: bool) -> None:
    """Leaves and inner nodes of some columns, written in place."""
    _leaves(plan, block, low, high, must, zero, exact=exact)
    if exact:
        if len(plan.conditional_leaves):
            low[plan.conditional_leaves] *= must[plan.conditional_leaves]
        for level in plan.levels:
            _complete_level(level, low, must)
        return
    for level in plan.levels:
        _interval_level(level, low, high, may, must)


# -- leaves


def _leaves(plan: Plan, block: Block, low: Scores64, high: Scores64, stays: Bools, zero: Bools, *, exact: bool) -> None:
    """Write the points of every leaf, and where a ratio's denominator is 0."""
    values, answered = block.values, block.answered
    if (lookups := plan.lookups) is not None:
        places = values.take(lookups.rows, axis=0)
        places += lookups.offsets[:, None]
        known = None if exact else answered[lookups.rows]
        _enter(lookups.leaves, lookups.table.take(places), known, lookups.least, lookups.greatest, low, high)
    if (wide := plan.wide) is not None:
        bits = values[wide.rows]
        points = np.zeros_like(bits)
        for option in range(wide.points.shape[1]):
            points += ((bits >> option) & 1) * wide.points[:, option, None]
        np.minimum(points, plan.model.full, out=points)
        _enter(wide.leaves, points, None if exact else answered[wide.rows], wide.least, wide.greatest, low, high)
    for curves in plan.curves:
        if not curves.is_ratio:
            x: Scores64 = np.clip(values[curves.above_rows], curves.first, curves.last)
        else:
            above, below = _sum(values, curves.above_rows, curves.above_starts), _sum(values, curves.below_rows, curves.below_starts)
            x = _ratio(curves, above, below)
            if not below.all():
                zero[:] = (below == 0) & _all_answered(answered, curves.below_rows, curves.below_starts) & stays[curves.leaves]
        known = None
        if not exact:
            known = _all_answered(answered, curves.above_rows, curves.above_starts)
            if curves.is_ratio:
                known &= _all_answered(answered, curves.below_rows, curves.below_starts)
                known &= below > 0  # undecided over 0: it cannot stay, so any of its points may stand for it
        _enter(curves.leaves, _interpolate(curves, x), known, curves.least, curves.greatest, low, high)


def _enter(leaves: Ints, points: Scores64, known: Bools | None, least: Ints, greatest: Ints, low: Scores64, high: Scores64) -> None:
    if known is None:
        low[leaves] = points
        return
    low[leaves] = np.where(known, points, least[:, None])
    high[leaves] = np.where(known, points, greatest[:, None])


def _sum(values: Ints, rows: Ints, starts: Ints) -> Ints:
    picked = values[rows]
    return picked if len(rows) == len(starts) else _merged(np.add, picked, starts)


def _all_answered(answered: Bools, rows: Ints, starts: Ints) -> Bools:
    picked = answered[rows]
    return picked if len(rows) == len(starts) else _merged(np.logical_and, picked, starts)


def _merged(by: np.ufunc, picked: npt.NDArray[Any], starts: Ints) -> npt.NDArray[Any]:
    """Neighbouring rows merged into one per group; most groups have a single row."""
    out = picked[starts]
    ends = [*starts[1:], len(picked)]
    for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
        for row in range(start + 1, end):
            by(out[at], picked[row], out=out[at])
    return out


def _ratio(curves: Curves, above: Ints, below: Ints) -> Scores64:
    """half_up(a·scale·10⁴, b), clamped to the curve's knots."""
    first, last = curves.first, curves.last
    divisor = np.maximum(below, 1)
    if not curves.estimable:
        exact: Ints = np.clip((2 * above * curves.scale[:, None] + divisor) // (2 * divisor), first, last)
        return exact
    estimate = above * (curves.scale[:, None] * 1.0)
    estimate /= divisor
    np.maximum(estimate, first, out=estimate)
    np.minimum(estimate, last, out=estimate)
    rounded, near = _rounded(estimate)
    if near is not None:
        leaf, column = near
        n, d = above[leaf, column] * curves.scale[leaf], divisor[leaf, column]
        rounded[near] = np.clip((2 * n + d) // (2 * d), first[leaf, 0], last[leaf, 0])
    return rounded


def _rounded(estimate: Floats) -> tuple[Floats, tuple[Ints, ...] | None]:
    """Estimates rounded half up, and where they lie so near a half that they must be computed again. Overwrites the estimates."""
    rounded = estimate + 0.5
    np.floor(rounded, out=rounded)
    estimate -= rounded
    np.abs(estimate, out=estimate)
    doubtful = np.flatnonzero(estimate > 0.5 - NEAR)
    return rounded, (np.divmod(doubtful, estimate.shape[1]) if len(doubtful) else None)


def _interpolate(curves: Curves, x: Scores64) -> Scores64:
    """y0 + half_up((x − x0)·dy, dx) on each value's segment; a falling segment rounds y0 − half_up((x − x0)·|dy|, dx)."""
    count = curves.xs.shape[1] - 1
    passed = np.zeros(x.shape, np.int8)
    for knot in range(1, count):
        passed += x >= curves.xs[:, knot, None]
    segment = passed + (np.arange(len(curves.xs)) * count)[:, None]
    if not curves.estimable:
        return _exact_points(curves, segment, x.astype(np.int64))
    estimate = x * curves.slopes.take(segment)
    estimate += curves.offsets.take(segment)
    rounded, near = _rounded(estimate)
    if near is not None:
        rounded[near] = _exact_points(curves, segment[near], x[near].astype(np.int64))
    return rounded


def _exact_points(curves: Curves, segment: Ints, x: Ints) -> Ints:
    x0, y0, dx, dy = (array[segment] for array in curves.segments)
    return y0 + (2 * (x - x0) * dy + dx) // (2 * dx) * curves.falling[segment]


# -- inner nodes


def _complete_level(level: Level, scores: Scores64, stays: Bools) -> None:
    """Weighted means over the children that apply; the scores of the others are 0."""
    columns = scores.shape[1]
    if columns < _FEW:
        weighted = (level.padded_weights[:, :, None] * scores[level.padded]).sum(axis=1)
        totals = (level.padded_weights[:, :, None] * stays[level.padded]).sum(axis=1)
        stays[level.nodes] = totals > 0
        scores[level.nodes] = _mean(weighted, totals)
        return
    weighted = np.empty((len(level.nodes), columns), scores.dtype)
    for at, (children, weights) in enumerate(zip(level.children, level.weights, strict=True)):
        np.dot(weights, scores[children], out=weighted[at])
    totals = level.totals
    if level.conditional:
        totals = np.repeat(totals, columns, axis=1)
        for at, children, weights in level.conditional:
            totals[at] += np.dot(weights, stays[children].astype(weights.dtype))
        stays[level.nodes] = totals > 0
    scores[level.nodes] = _mean(weighted, totals)


def _mean(weighted: Scores64, total: Scores64) -> Scores64:
    """half_up(Σ w·s, Σ w); 0 where nothing applies. In double precision the floor is exact below 2⁵²."""
    divisor = np.maximum(total, 1)
    if weighted.dtype == np.int64:
        exact: Ints = (2 * weighted + divisor) // (2 * divisor)
        return exact
    mean: Floats = 2 * weighted
    mean += divisor
    mean /= 2 * divisor
    return np.floor(mean, out=mean)


def _interval_level(level: Level, low: Scores64, high: Scores64, may: Bools, must: Bools) -> None:
    """Least and greatest weighted mean over every choice of which undecided children stay."""
    children = level.padded
    weights = level.padded_weights[:, :, None].astype(low.dtype)
    stays = must[children]
    undecided = may[children] & ~stays
    may[level.nodes] = may[children].any(axis=1)
    must[level.nodes] = stays.any(axis=1)
    sure = weights * stays
    total = sure.sum(axis=1)
    decided = not undecided.any()
    for scores, lowest in ((low, True), (high, False)):
        picked = scores[children]
        base = (sure * picked).sum(axis=1)
        scores[level.nodes] = _mean(base, total) if decided else _best_mean(base, total, picked, weights * undecided, lowest=lowest)


def _best_mean(base: Scores64, total: Scores64, picked: Scores64, weights: Scores64, *, lowest: bool) -> Scores64:
    """Undecided children in order of their score: the best mean is among the prefixes of that order."""
    order = np.argsort(np.where(weights > 0, picked if lowest else -picked, INT64_MAX), axis=1, kind="stable")
    sorted_weights = np.take_along_axis(weights, order, axis=1)
    sorted_scores = np.take_along_axis(picked, order, axis=1)
    totals = total[:, None] + np.cumsum(sorted_weights, axis=1)
    sums = base[:, None] + np.cumsum(sorted_weights * sorted_scores, axis=1)
    means = np.concatenate([_mean(base, total)[:, None], _mean(sums, totals)], axis=1)
    possible = np.concatenate([total[:, None] > 0, totals > 0], axis=1)
    found = np.where(possible, means, INT64_MAX).min(axis=1) if lowest else np.where(possible, means, -1).max(axis=1)
    return np.where(possible.any(axis=1), found, 0)


# -- stages


def _stage(plan: Plan, scores: Scores64, applies: Bools) -> Ints:
    """The highest k such that stages 2…k all hold, counted from 0."""
    stage = np.zeros(scores.shape[1], np.int64)
    holding = np.ones(scores.shape[1], np.bool_)
    for requirements in plan.stages:
        for node, at_least in requirements:
            holding = holding & applies[node] & (scores[node] >= at_least)
        stage += holding
    return stage
