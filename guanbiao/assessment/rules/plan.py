"""A model compiled for the kernel: flat arrays, level by level, leaves first.

Rows of the value matrix are the model's questions that can bear on a score; columns are sheets. See `kernel.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from guanbiao.indicators.rules.conditions import Condition
from guanbiao.indicators.rules.model import Model, Node, OptionPoints, OptionsSum, Piecewise, Question, measured_questions
from guanbiao.kernel.numbers import UNIT

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

Scores64 = npt.NDArray[Any]
"""Whole numbers in float64 where the plan proves that exact, else in int64."""

EXACT_FLOAT = 2**52
"""Below this, sums, products and floored quotients of integers are exact in double precision."""

_TABLE_BITS = 12


@dataclass(frozen=True)
class Lookups:
    """Leaves whose points stand in a table: single choices by option index, multis by the bits of what was chosen."""

    leaves: Ints
    rows: Ints
    offsets: Ints
    table: Ints
    least: Ints
    greatest: Ints


@dataclass(frozen=True)
class WideSums:
    """Multis with so many options that a table would be large: summed option by option."""

    leaves: Ints
    rows: Ints
    points: Ints
    """(leaves, options)"""
    least: Ints
    greatest: Ints


@dataclass(frozen=True)
class Curves:
    """Piecewise leaves. The value is a question's answer, or half_up(a·scale·10⁴, b) with a and b sums of answers."""

    leaves: Ints
    above_rows: Ints
    above_starts: Ints
    below_rows: Ints
    below_starts: Ints
    scale: Ints
    """scale · 10⁴, per ratio leaf; empty for direct curves."""
    xs: Ints
    """(leaves, knots), padded with the last knot."""
    first: Ints
    last: Ints
    """(leaves, 1): the outermost knots."""
    segments: tuple[Ints, Ints, Ints, Ints]
    """x0, y0, dx, |dy|, flat by leaf × segment."""
    falling: Ints
    """−1 where a segment falls, else 1, flat."""
    slopes: npt.NDArray[np.float64]
    offsets: npt.NDArray[np.float64]
    """The lines y = x·slope + offset, flat by leaf × segment: estimates, corrected where they come near a half."""
    estimable: bool
    """Are the knots small enough for the estimates to be off by far less than `kernel.NEAR`?"""
    least: Ints
    greatest: Ints

    @property
    def is_ratio(self) -> bool:
        return len(self.scale) > 0


@dataclass(frozen=True)
class Level:
    """Inner nodes whose children are all computed."""

    nodes: Ints
    children: tuple[slice | Ints, ...]
    """Per node, the rows of its children."""
    weights: tuple[Scores64, ...]
    totals: Scores64
    """(nodes, 1): the weights of the children that always apply."""
    conditional: tuple[tuple[int, Ints, Scores64], ...]
    """Of nodes some of whose children may not apply: (place in the level, those children, their weights)."""
    padded: Ints
    """(nodes, most children), padded with the extra row that never applies."""
    padded_weights: Ints


@dataclass(frozen=True)
class Plan:
    model: Model
    questions: tuple[Question, ...]
    """The rows of the value matrix."""
    row: dict[str, int]
    conditions: tuple[tuple[Ints, Condition], ...]
    """(rows of the questions that have it, condition), each condition once, in the order of the questionnaire."""
    condition_of: dict[int, int]
    """Row → place among `conditions`."""
    option_index: dict[str, dict[str, int]]
    required: Ints
    """Rows that a complete sheet answers where they apply."""
    codes: tuple[str, ...]
    """Node codes, leaves first, then inner nodes level by level; the root is last."""
    leaf_count: int
    conditional_rows: tuple[Ints, Ints]
    """Rows of questions with a condition, and which of `conditions` it is."""
    conditional_leaves: Ints
    """Leaves that may not apply."""
    leaf_conditions: tuple[tuple[Ints, Ints], ...]
    """First, second, … condition of those leaves that have so many: (leaves, which of `conditions`)."""
    exact_in_float: bool
    """May scores and weighted sums be carried in double precision without losing an integer?"""
    lookups: Lookups | None
    wide: WideSums | None
    curves: tuple[Curves, ...]
    levels: tuple[Level, ...]
    stages: tuple[tuple[tuple[int, int], ...], ...]
    """Per stage from the second: (node index, at least)."""


@lru_cache(maxsize=64)
def _cached(digest: str, code: str) -> list[Plan]:  # noqa: ARG001  the arguments are the key
    return []


def plan_of(model: Model) -> Plan:
    """The plan of a published model, compiled once per digest."""
    if not model.digest:
        return compile_plan(model)
    slot = _cached(model.digest, model.code)
    if not slot:
        slot.append(compile_plan(model))
    return slot[0]


def compile_plan(model: Model) -> Plan:
    """Compile a model that has passed `proofs.defects_of`."""
    questions = tuple(q for q in model.questions if q.type != "text")
    row = {q.code: at for at, q in enumerate(questions)}
    leaves = model.leaves
    conditions = _conditions(questions)
    condition_of = {int(r): at for at, (rows, _) in enumerate(conditions) for r in rows}
    leaf_conditions = _leaf_conditions(leaves, row, condition_of)
    exact = all(2 * model.full * sum(c.weight for c in n.children) < EXACT_FLOAT for n in model.tree.walk() if n.children)
    conditional_leaves = leaf_conditions[0][0] if leaf_conditions else _ints([])
    may_leave = {leaves[int(at)].code for at in conditional_leaves}
    inner, levels = _levels(model.tree, {leaf.code: at for at, leaf in enumerate(leaves)}, may_leave, np.float64 if exact else np.int64)
    codes = (*(leaf.code for leaf in leaves), *inner)
    position = {code: at for at, code in enumerate(codes)}
    return Plan(
        model=model,
        questions=questions,
        row=row,
        conditions=conditions,
        condition_of=condition_of,
        option_index={q.code: {o.code: at for at, o in enumerate(q.options)} for q in questions if q.options},
        required=_ints([row[q.code] for q in questions if q.code in model.required]),
        codes=codes,
        leaf_count=len(leaves),
        conditional_rows=(_ints(list(condition_of)), _ints(list(condition_of.values()))),
        conditional_leaves=conditional_leaves,
        leaf_conditions=leaf_conditions,
        exact_in_float=exact,
        lookups=_lookups(model, leaves, row),
        wide=_wide(model, leaves, row),
        curves=tuple(c for c in (_curves(leaves, row, ratio=False), _curves(leaves, row, ratio=True)) if c is not None),
        levels=levels,
        stages=tuple(tuple((position[need.node], need.at_least) for need in stage.requires) for stage in model.stages[1:]),
    )


def _conditions(questions: tuple[Question, ...]) -> tuple[tuple[Ints, Condition], ...]:
    """Equal conditions are evaluated once: they look at the same earlier questions, wherever they stand."""
    found: dict[Condition, list[int]] = {}
    for at, question in enumerate(questions):
        if question.when is not None:
            found.setdefault(question.when, []).append(at)
    return tuple((_ints(rows), condition) for condition, rows in found.items())


def _leaf_conditions(leaves: tuple[Node, ...], row: dict[str, int], condition_of: dict[int, int]) -> tuple[tuple[Ints, Ints], ...]:
    """A leaf applies where the conditions of all its questions hold."""
    found: list[tuple[list[int], list[int]]] = []
    for at, leaf in enumerate(leaves):
        rows = [row[code] for code in measured_questions(leaf.measure)] if leaf.measure else []
        for place, needed in enumerate(sorted({condition_of[r] for r in rows if r in condition_of})):
            if place == len(found):
                found.append(([], []))
            found[place][0].append(at)
            found[place][1].append(needed)
    return tuple((_ints(places), _ints(needed)) for places, needed in found)


def _ints(values: object) -> Ints:
    return np.array(values, dtype=np.int64)


def _is_wide(question: Question) -> bool:
    return question.type == "multi" and len(question.options) > _TABLE_BITS


def _lookups(model: Model, leaves: tuple[Node, ...], row: dict[str, int]) -> Lookups | None:
    found: list[tuple[int, Question, list[int]]] = []
    for at, leaf in enumerate(leaves):
        match leaf.measure:
            case OptionPoints(code):
                found.append((at, model.question[code], [option.points for option in model.question[code].options]))
            case OptionsSum(code) if not _is_wide(model.question[code]):
                found.append((at, model.question[code], _sums(model, model.question[code])))
    if not found:
        return None
    sizes = [len(points) for _, _, points in found]
    ranges = [_range_of(model, question) for _, question, _ in found]
    return Lookups(
        leaves=_ints([at for at, _, _ in found]),
        rows=_ints([row[question.code] for _, question, _ in found]),
        offsets=_ints(np.cumsum([0, *sizes[:-1]])),
        table=_ints([value for _, _, points in found for value in points]),
        least=_ints([low for low, _ in ranges]),
        greatest=_ints([high for _, high in ranges]),
    )


def _sums(model: Model, question: Question) -> list[int]:
    """The points of every set of chosen options, by its bits."""
    points = [option.points for option in question.options]
    return [min(model.full, sum(p for bit, p in enumerate(points) if chosen >> bit & 1)) for chosen in range(2 ** len(points))]


def _range_of(model: Model, question: Question) -> tuple[int, int]:
    """Least and greatest points an answer can bring. A multi's answer is never empty; its exclusive option stands alone."""
    points = {option.code: option.points for option in question.options}
    if question.type == "single":
        return min(points.values()), max(points.values())
    together = sum(value for code, value in points.items() if code != question.exclusive)
    alone = points.get(question.exclusive or "", 0)
    return min(points.values()), min(model.full, max(together, alone))


def _wide(model: Model, leaves: tuple[Node, ...], row: dict[str, int]) -> WideSums | None:
    found = [
        (at, model.question[leaf.measure.question])
        for at, leaf in enumerate(leaves)
        if isinstance(leaf.measure, OptionsSum) and _is_wide(model.question[leaf.measure.question])
    ]
    if not found:
        return None
    most = max(len(question.options) for _, question in found)
    ranges = [_range_of(model, question) for _, question in found]
    return WideSums(
        leaves=_ints([at for at, _ in found]),
        rows=_ints([row[question.code] for _, question in found]),
        points=_ints([[o.points for o in q.options] + [0] * (most - len(q.options)) for _, q in found]),
        least=_ints([low for low, _ in ranges]),
        greatest=_ints([high for _, high in ranges]),
    )


def _curves(leaves: tuple[Node, ...], row: dict[str, int], *, ratio: bool) -> Curves | None:
    found = [(at, leaf.measure) for at, leaf in enumerate(leaves) if isinstance(leaf.measure, Piecewise) and leaf.measure.is_ratio == ratio]
    if not found:
        return None
    measures = [measure for _, measure in found]
    most = max(len(m.xs) for m in measures)
    xs = _ints([[*m.xs, *([m.xs[-1]] * (most - len(m.xs)))] for m in measures])
    ys = _ints([[*m.ys, *([m.ys[-1]] * (most - len(m.ys)))] for m in measures])
    dx, dy = np.maximum(np.diff(xs, axis=1), 1), np.diff(ys, axis=1)
    slopes = dy / dx
    above, above_starts = _flat([[row[code] for code in m.above] for m in measures])
    below, below_starts = _flat([[row[code] for code in m.below] for m in measures])
    return Curves(
        leaves=_ints([at for at, _ in found]),
        above_rows=above,
        above_starts=above_starts,
        below_rows=below,
        below_starts=below_starts,
        scale=_ints([m.scale * UNIT for m in measures] if ratio else []),
        xs=xs,
        first=xs[:, :1],
        last=xs[:, -1:],
        segments=(xs[:, :-1].ravel(), ys[:, :-1].ravel(), dx.ravel(), np.abs(dy).ravel()),
        falling=np.where(dy < 0, -1, 1).ravel().astype(np.int64),
        slopes=slopes.ravel(),
        offsets=(ys[:, :-1] - xs[:, :-1] * slopes).ravel(),
        estimable=bool(np.abs(xs).max() < 2**33 and (np.abs(xs).max(axis=1) * np.abs(slopes).max(axis=1)).max() < 2**33),
        least=_ints([min(m.ys) for m in measures]),
        greatest=_ints([max(m.ys) for m in measures]),
    )


def _flat(groups: list[list[int]]) -> tuple[Ints, Ints]:
    return _ints([item for group in groups for item in group]), _ints(np.cumsum([0, *(len(group) for group in groups)])[:-1])


def _levels(root: Node, leaves: dict[str, int], may_leave: set[str], kind: type[np.float64 | np.int64]) -> tuple[list[str], tuple[Level, ...]]:
    """Inner nodes by height, the lowest first; each node's index follows the leaves in that order.

    `may_leave` holds the nodes that a sheet can make not applicable; inner ones are added here.
    """
    height: dict[str, int] = {}

    def measure(node: Node) -> int:
        height[node.code] = 1 + max((measure(child) for child in node.children), default=-1)
        return height[node.code]

    measure(root)
    inner = sorted((node for node in root.walk() if node.children), key=lambda node: height[node.code])
    index = leaves | {node.code: len(leaves) + at for at, node in enumerate(inner)}
    levels = []
    for tall in sorted({height[node.code] for node in inner}):
        nodes = [node for node in inner if height[node.code] == tall]
        levels.append(_level(nodes, index, may_leave, kind))
        may_leave |= {node.code for node in nodes if all(child.code in may_leave for child in node.children)}
    return [node.code for node in inner], tuple(levels)


def _level(nodes: list[Node], index: dict[str, int], may_leave: set[str], kind: type[np.float64 | np.int64]) -> Level:
    never = len(index)
    most = max(len(node.children) for node in nodes)
    conditional = []
    for at, node in enumerate(nodes):
        if leaving := [child for child in node.children if child.code in may_leave]:
            conditional.append((at, _ints([index[c.code] for c in leaving]), np.array([c.weight for c in leaving], kind)))
    return Level(
        nodes=_ints([index[node.code] for node in nodes]),
        children=tuple(_rows([index[child.code] for child in node.children]) for node in nodes),
        weights=tuple(np.array([child.weight for child in node.children], kind) for node in nodes),
        totals=np.array([[sum(c.weight for c in node.children if c.code not in may_leave)] for node in nodes], kind),
        conditional=tuple(conditional),
        padded=_ints([[index[c.code] for c in n.children] + [never] * (most - len(n.children)) for n in nodes]),
        padded_weights=_ints([[c.weight for c in n.children] + [0] * (most - len(n.children)) for n in nodes]),
    )


def _rows(places: list[int]) -> slice | Ints:
    """Neighbouring rows as a slice: no copy is made of them."""
    if places == list(range(places[0], places[0] + len(places))):
        return slice(places[0], places[0] + len(places))
    return _ints(places)
