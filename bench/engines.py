"""The same arithmetic on other engines, built from the plan: Polars expressions, DuckDB SQL, NumPy without slices.

Columns are named q0, q1, … (rows of the plan's value matrix), all int64. Each gives the root's score per sheet.
"""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import Any

import numpy as np

from guanbiao.assessment.rules import kernel
from guanbiao.assessment.rules.kernel import Block
from guanbiao.assessment.rules.plan import Ints, Plan
from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, Not
from guanbiao.indicators.rules.model import Node, OptionPoints, OptionsSum, Piecewise, measured_questions
from guanbiao.kernel.numbers import UNIT


def columns_named(block: Block) -> dict[str, Ints]:
    """q0, q1, … → values."""
    return {f"q{at}": row for at, row in enumerate(block.values)}


class _Builder:
    """Walks the tree once; `self.engine` says how an expression is written."""

    def __init__(self, plan: Plan, engine: Any) -> None:
        self.plan, self.e = plan, engine
        self.applies: dict[int, Any] = {}
        for rows, condition in plan.conditions:
            found = self._condition(condition)
            self.applies |= {int(row): found for row in rows}

    def _condition(self, condition: Condition) -> Any:
        e, plan = self.e, self.plan
        match condition:
            case All(parts):
                return reduce(e.both, (self._condition(p) for p in parts))
            case AnyOf(parts):
                return reduce(e.either, (self._condition(p) for p in parts))
            case Not(part):
                return e.negated(self._condition(part))
            case Chosen(code, options):
                row = plan.row[code]
                index = plan.option_index[code]
                if plan.questions[row].type == "multi":
                    return self._asked(row, e.bits(row, sum(1 << index[o] for o in options)))
                return self._asked(row, e.one_of(row, [index[o] for o in sorted(options)]))
            case AtLeast(code, value):
                return self._asked(plan.row[code], e.at_least(plan.row[code], value))
        raise TypeError(condition)

    def _asked(self, row: int, fits: Any) -> Any:
        """An answer counts only where its own question applies."""
        return self.e.both(fits, self.applies[row]) if row in self.applies else fits

    def _leaf(self, node: Node) -> tuple[Any, list[Any]]:
        plan, e, measure = self.plan, self.e, node.measure
        assert measure is not None
        needed = [self.applies[plan.row[c]] for c in measured_questions(measure) if plan.row[c] in self.applies]
        match measure:
            case OptionPoints(code):
                return e.lookup(plan.row[code], [o.points for o in plan.model.question[code].options]), needed
            case OptionsSum(code):
                return e.summed(plan.row[code], [o.points for o in plan.model.question[code].options], plan.model.full), needed
            case Piecewise():
                rows = [plan.row[c] for c in measure.above]
                x = e.number(rows[0]) if not measure.is_ratio else e.ratio(rows, [plan.row[c] for c in measure.below], measure.scale * UNIT)
                return e.curve(x, measure.xs, measure.ys), needed

    def node(self, node: Node) -> tuple[Any, Any]:
        """(score, applies); applies is None where it always does."""
        if node.measure is not None:
            points, needed = self._leaf(node)
            return points, (reduce(self.e.both, needed) if needed else None)
        return self.e.mean([(child.weight, *self.node(child)) for child in node.children])


class _Polars:
    def __init__(self) -> None:
        import polars as pl

        self.pl = pl

    def number(self, row: int) -> Any:
        return self.pl.col(f"q{row}")

    both = staticmethod(and_)
    either = staticmethod(or_)

    def negated(self, a: Any) -> Any:
        return ~a

    def one_of(self, row: int, values: list[int]) -> Any:
        return self.number(row).is_in(values)

    def bits(self, row: int, wanted: int) -> Any:
        return (self.number(row) & wanted) != 0

    def at_least(self, row: int, value: int) -> Any:
        return self.number(row) >= value

    def lookup(self, row: int, points: list[int]) -> Any:
        return self.number(row).replace_strict(list(range(len(points))), points, return_dtype=self.pl.Int64)

    def summed(self, row: int, points: list[int], full: int) -> Any:
        total = reduce(lambda a, b: a + b, (((self.number(row) & (1 << bit)) // (1 << bit)) * p for bit, p in enumerate(points)))
        return total.clip(None, full)

    def ratio(self, above: list[int], below: list[int], scale: int) -> Any:
        n = reduce(lambda a, b: a + b, map(self.number, above)) * scale
        d = reduce(lambda a, b: a + b, map(self.number, below))
        return (2 * n + d) // (2 * d)

    def curve(self, x: Any, xs: tuple[int, ...], ys: tuple[int, ...]) -> Any:
        x = x.clip(xs[0], xs[-1])
        out = self.pl.lit(ys[-1], self.pl.Int64)
        for x0, x1, y0, y1 in reversed(list(zip(xs, xs[1:], ys, ys[1:], strict=False))):
            rise = (2 * (x - x0) * abs(y1 - y0) + (x1 - x0)) // (2 * (x1 - x0))
            out = self.pl.when(x < x1).then(y0 + rise if y1 >= y0 else y0 - rise).otherwise(out)
        return out

    def mean(self, children: list[tuple[int, Any, Any]]) -> tuple[Any, Any]:
        sums = [self.pl.when(a).then(s * w).otherwise(0) if a is not None else s * w for w, s, a in children]
        weights = [self.pl.when(a).then(w).otherwise(0) if a is not None else self.pl.lit(w) for w, _, a in children]
        num, den = reduce(lambda a, b: a + b, sums), reduce(lambda a, b: a + b, weights)
        always = any(a is None for _, _, a in children)
        applies = None if always else reduce(or_, [a for _, _, a in children])
        score = (2 * num + den) // (2 * den)
        return (score if always else self.pl.when(den > 0).then(score).otherwise(0)), applies


def polars_total(plan: Plan, block: Block) -> Any:
    """A function scoring the block with one lazy Polars query; built once, run many times."""
    import polars as pl

    frame = pl.DataFrame(columns_named(block))
    score, _ = _Builder(plan, _Polars()).node(plan.model.tree)
    query = frame.lazy().select(score.alias("total"))
    return lambda: query.collect()["total"].to_numpy()


class _Sql:
    def number(self, row: int) -> str:
        return f"q{row}"

    def both(self, a: str, b: str) -> str:
        return f"({a} AND {b})"

    def either(self, a: str, b: str) -> str:
        return f"({a} OR {b})"

    def negated(self, a: str) -> str:
        return f"(NOT {a})"

    def one_of(self, row: int, values: list[int]) -> str:
        return f"(q{row} IN ({','.join(map(str, values))}))"

    def bits(self, row: int, wanted: int) -> str:
        return f"((q{row} & {wanted}) <> 0)"

    def at_least(self, row: int, value: int) -> str:
        return f"(q{row} >= {value})"

    def lookup(self, row: int, points: list[int]) -> str:
        return f"(CASE q{row} {' '.join(f'WHEN {at} THEN {p}' for at, p in enumerate(points))} END)"

    def summed(self, row: int, points: list[int], full: int) -> str:
        total = "+".join(f"((q{row} >> {bit}) & 1)*{p}" for bit, p in enumerate(points))
        return f"least({total}, {full})"

    def ratio(self, above: list[int], below: list[int], scale: int) -> str:
        n, d = (f"({'+'.join(f'q{r}' for r in rows)})" for rows in (above, below))
        return f"((2*{n}*{scale}+{d}) // (2*{d}))"

    def curve(self, x: str, xs: tuple[int, ...], ys: tuple[int, ...]) -> str:
        cases = []
        for x0, x1, y0, y1 in zip(xs, xs[1:], ys, ys[1:], strict=False):
            sign = "+" if y1 >= y0 else "-"
            cases.append(f"WHEN {x} < {x1} THEN {y0} {sign} (2*({x}-({x0}))*{abs(y1 - y0)}+{x1 - x0}) // {2 * (x1 - x0)}")
        return f"(CASE WHEN {x} <= {xs[0]} THEN {ys[0]} {' '.join(cases)} ELSE {ys[-1]} END)"

    def mean(self, children: list[tuple[int, str, Any]]) -> tuple[str, Any]:
        sums = [f"(CASE WHEN {a} THEN {s}*{w} ELSE 0 END)" if a is not None else f"{s}*{w}" for w, s, a in children]
        weights = [f"(CASE WHEN {a} THEN {w} ELSE 0 END)" if a is not None else str(w) for w, _, a in children]
        num, den = f"({'+'.join(sums)})", f"({'+'.join(weights)})"
        always = any(a is None for _, _, a in children)
        applies = None if always else "(" + " OR ".join(str(a) for _, _, a in children) + ")"
        return f"((2*{num}+{den}) // (2*greatest({den},1)))", applies


def duckdb_total(plan: Plan, block: Block) -> Any:
    """A function scoring the block with DuckDB, one common table expression a level so that nothing is computed twice."""
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect()
    connection.register("sheets", pa.table(columns_named(block)))
    sql, builder = _Sql(), None
    builder = _Builder(plan, sql)
    leaves = {leaf.code: builder.node(leaf) for leaf in plan.model.leaves}
    name = {code: f"n{at}" for at, code in enumerate(plan.codes)}
    first = ", ".join(
        f"{score} AS {name[code]}" + (f", {applies} AS a{name[code]}" if applies is not None else "") for code, (score, applies) in leaves.items()
    )
    steps, known = [f"l0 AS (SELECT {first} FROM sheets)"], {code: applies is not None for code, (_, applies) in leaves.items()}
    for depth, level in enumerate(plan.levels, start=1):
        fields = []
        for at in level.nodes:
            node = plan.model.node[plan.codes[int(at)]]
            children = [(c.weight, name[c.code], f"a{name[c.code]}" if known[c.code] else None) for c in node.children]
            score, applies = sql.mean(children)
            known[node.code] = applies is not None
            fields.append(f"{score} AS {name[node.code]}" + (f", {applies} AS a{name[node.code]}" if applies is not None else ""))
        steps.append(f"l{depth} AS (SELECT *, {', '.join(fields)} FROM l{depth - 1})")
    query = f"WITH {', '.join(steps)} SELECT {name[plan.model.tree.code]} AS total FROM l{len(plan.levels)}"
    return lambda: connection.execute(query).fetchnumpy()["total"]


def unblocked_total(plan: Plan, block: Block) -> Any:
    """The kernel's own steps over all sheets at once, without slices or threads."""

    def score() -> Any:
        kept, kernel.SLICE = kernel.SLICE, block.values.shape[1]
        try:
            return np.array(kernel.run(plan, block).low[-1], np.int64)
        finally:
            kernel.SLICE = kept

    return score
