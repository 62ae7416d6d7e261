"""A model compiled for the kernel: flat arrays, level by level, leaves first.

Rows of the value matrix are the model's questions that can bear on a score; columns are sheets. See `kernel.py`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from guanbiao.indicators.rules.conditions import Condition
from guanbiao.indicators.rules.model import Model, Node, OptionPoints, OptionsSum, Piecewise, Question, measured_questions
from guanbiao.kernel.numbers import UNIT

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

EXACT_FLOAT = 2**52
"""Integer quotients with a dividend below this are exact in double precision."""

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
    segments: tuple[Ints, Ints, Ints, Ints]
    """x0, y0, dx, |dy| with its sign folded out, flat by leaf × segment."""
    falling: Ints
    """−1 where a segment falls, else 1, flat."""
    exact_in_float: bool
    least: Ints
    greatest: Ints

    @property
    def is_ratio(self) -> bool:
        return len(self.scale) > 0


@dataclass(frozen=True)
class Level:
    """Inner nodes whose children are all computed: padded and flat forms of the same children."""

    nodes: Ints
    children: Ints
    """flat"""
    weights: Ints
    """flat, (children, 1)"""
    starts: Ints
    padded: Ints
    """(nodes, most children), padded with the extra row that never applies."""
    padded_weights: Ints


@dataclass(frozen=True)
class Plan:
    model: Model
    questions: tuple[Question, ...]
    """The rows of the value matrix."""
    row: dict[str, int]
    conditions: tuple[tuple[int, Condition], ...]
    """(row, condition), in the order of the questionnaire."""
    option_index: dict[str, dict[str, int]]
    required: Ints
    """Rows that a complete sheet answers where they apply."""
    codes: tuple[str, ...]
    """Node codes, leaves first, then inner nodes level by level; the root is last."""
    leaf_questions: tuple[tuple[int, ...], ...]
    conditional: Bools
    """Per leaf: does any of its questions have a condition?"""
    leaf_rows: Ints
    """(leaves, most questions of a leaf), padded with the leaf's first."""
    lookups: Lookups | None
    wide: WideSums | None
    curves: tuple[Curves, ...]
    levels: tuple[Level, ...]
    stages: tuple[tuple[tuple[int, int], ...], ...]
    """Per stage from the second: (node index, at least)."""

    @property
    def leaf_count(self) -> int:
        return len(self.leaf_questions)


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
    option_index = {q.code: {o.code: at for at, o in enumerate(q.options)} for q in questions if q.options}
    leaves = model.leaves
    leaf_questions = tuple(tuple(row[code] for code in measured_questions(leaf.measure)) for leaf in leaves if leaf.measure)
    inner, levels = _levels(model.tree, {leaf.code: at for at, leaf in enumerate(leaves)})
    codes = (*(leaf.code for leaf in leaves), *inner)
    position = {code: at for at, code in enumerate(codes)}
    widest = max(len(found) for found in leaf_questions)
    return Plan(
        model=model,
        questions=questions,
        row=row,
        conditions=tuple((row[q.code], q.when) for q in questions if q.when),
        option_index=option_index,
        required=_ints([row[q.code] for q in questions if q.code in model.required]),
        codes=codes,
        leaf_questions=leaf_questions,
        conditional=np.array([any(questions[r].when for r in found) for found in leaf_questions]),
        leaf_rows=_ints([[*found, *([found[0]] * (widest - len(found)))] for found in leaf_questions]),
        lookups=_lookups(model, leaves, row),
        wide=_wide(model, leaves, row),
        curves=tuple(c for c in (_curves(model, leaves, row, ratio=False), _curves(model, leaves, row, ratio=True)) if c is not None),
        levels=levels,
        stages=tuple(tuple((position[need.node], need.at_least) for need in stage.requires) for stage in model.stages[1:]),
    )


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


def _curves(model: Model, leaves: tuple[Node, ...], row: dict[str, int], *, ratio: bool) -> Curves | None:
    found = [(at, leaf.measure) for at, leaf in enumerate(leaves) if isinstance(leaf.measure, Piecewise) and leaf.measure.is_ratio == ratio]
    if not found:
        return None
    measures = [measure for _, measure in found]
    most = max(len(m.xs) for m in measures)
    xs = _ints([[*m.xs, *([m.xs[-1]] * (most - len(m.xs)))] for m in measures])
    ys = _ints([[*m.ys, *([m.ys[-1]] * (most - len(m.ys)))] for m in measures])
    dx, dy = np.diff(xs, axis=1), np.diff(ys, axis=1)
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
        segments=(xs[:, :-1].ravel(), ys[:, :-1].ravel(), np.maximum(dx, 1).ravel(), np.abs(dy).ravel()),
        falling=np.where(dy < 0, -1, 1).ravel().astype(np.int64),
        exact_in_float=all(_fits_float(model, m) for m in measures),
        least=_ints([min(m.ys) for m in measures]),
        greatest=_ints([max(m.ys) for m in measures]),
    )


def _fits_float(model: Model, m: Piecewise) -> bool:
    """May quotients be found in double precision and corrected by one? (See `kernel._ratio`.)"""
    spans = [(x1 - x0) * abs(y1 - y0) * 2 + (x1 - x0) for x0, x1, y0, y1 in zip(m.xs, m.xs[1:], m.ys, m.ys[1:], strict=False)]
    if max(spans) >= EXACT_FLOAT:
        return False
    below = sum(model.question[code].greatest for code in m.below)
    return (abs(m.xs[0]) + 2) * 2 * max(below, 1) < 2**62 and max(abs(x) for x in m.xs) < 2**44


def _flat(groups: list[list[int]]) -> tuple[Ints, Ints]:
    return _ints([item for group in groups for item in group]), _ints(np.cumsum([0, *(len(group) for group in groups)])[:-1])


def _levels(root: Node, leaves: dict[str, int]) -> tuple[list[str], tuple[Level, ...]]:
    """Inner nodes by height, the lowest first; each node's index follows the leaves in that order."""
    height: dict[str, int] = {}

    def measure(node: Node) -> int:
        height[node.code] = 1 + max((measure(child) for child in node.children), default=-1)
        return height[node.code]

    measure(root)
    inner = sorted((node for node in root.walk() if node.children), key=lambda node: height[node.code])
    index = leaves | {node.code: len(leaves) + at for at, node in enumerate(inner)}
    never = len(index)
    levels = []
    for tall in sorted({height[node.code] for node in inner}):
        nodes = [node for node in inner if height[node.code] == tall]
        most = max(len(node.children) for node in nodes)
        children, starts = _flat([[index[child.code] for child in node.children] for node in nodes])
        levels.append(
            Level(
                nodes=_ints([index[node.code] for node in nodes]),
                children=children,
                weights=_ints([child.weight for node in nodes for child in node.children])[:, None],
                starts=starts,
                padded=_ints([[index[c.code] for c in n.children] + [never] * (most - len(n.children)) for n in nodes]),
                padded_weights=_ints([[c.weight for c in n.children] + [0] * (most - len(n.children)) for n in nodes]),
            )
        )
    return [node.code for node in inner], tuple(levels)
