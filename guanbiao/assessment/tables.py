"""Whole tables of answer sheets: Arrow columns in, columns out, block by block on every core, with bounded memory.

Numeric answers as decimal128, integer or text; singles as (dictionary) text; multis as lists of text. Floats are refused: they would
not be the same bytes. A column `id`, and those the caller keeps, are passed through; any other column that is not a question is refused.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from guanbiao.assessment.columns import KEPT, Columns, columns_of
from guanbiao.assessment.rules.answers import Sheet, parse_json_sheet, read_sheet
from guanbiao.assessment.rules.card import block_of
from guanbiao.assessment.rules.kernel import Block, Scores, run
from guanbiao.assessment.rules.plan import Bools, Plan, plan_of
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Language, Refusal, Unusable

BATCH = 30_000
"""Rows read at a time: bounds the memory whatever the size of the table."""

_LINES, _ARROW = (".ndjson", ".jsonl"), (".arrow", ".feather", ".ipc")
KINDS = (".parquet", *_ARROW, *_LINES)

Advance = Callable[[int, int | None], None]


@dataclass(slots=True)
class Done:
    """How many sheets came to what."""

    rows: int = 0
    complete: int = 0
    incomplete: int = 0
    refused: int = 0


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="score")


def score_block(plan: Plan, block: Block) -> Scores:
    """Score many sheets on as many threads as there are cores (NumPy lets go of the interpreter lock)."""
    return run(plan, block, pool=_pool() if (os.cpu_count() or 1) > 1 else None)


def score_many(model: Model, table: pa.Table, *, interval: bool = False, language: Language = "zh", keep: tuple[str, ...] = KEPT) -> pa.Table:
    """A table of sheets as a table of scores, in the same order; refused sheets carry their reason.

    Raises Unusable where a column does not fit (a float, an unknown question). Scores are int32 in 1/10,000 of a point; `row` counts from 1.
    """
    form = _Form(plan_of(model), interval=interval, language=language, keep=keep)
    batches = [
        form.scored(columns_of(form.plan, batch, language, keep), batch, start) for start, batch in _numbered(table.to_batches(max_chunksize=BATCH))
    ]
    return pa.Table.from_batches(batches, schema=form.schema(table.schema))


def _numbered(batches: list[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    start = 0
    for batch in batches:
        yield start, batch
        start += batch.num_rows


_STATUS = ("complete", "incomplete", "refused")


@dataclass(frozen=True, slots=True)
class _Form:
    """What the result's columns are: row, what is kept, status, reason, missing questions, stage, every node."""

    plan: Plan
    interval: bool
    language: Language
    keep: tuple[str, ...]

    def schema(self, given: pa.Schema) -> pa.Schema:
        """The result's schema for sheets of a given one."""
        model, stages = self.plan.model, pa.dictionary(pa.int8(), pa.string())
        fields = [pa.field("row", pa.int64()), *(given.field(name) for name in self._kept(given))]
        fields += [pa.field("status", stages), pa.field("refused", pa.string()), pa.field("missing", pa.list_(pa.string()))]
        fields += [pa.field(name, stages) for name in (("stage", "stage.highest") if self.interval else ("stage",))]
        for code in model.node:
            fields += [pa.field(name, pa.int32()) for name in ((code, f"{code}.highest") if self.interval else (code,))]
        return pa.schema(fields, metadata={"guanbiao.model": model.code, "guanbiao.edition": model.edition, "guanbiao.digest": model.digest})

    def _kept(self, given: pa.Schema) -> list[str]:
        return [name for name in self.keep if name in given.names]

    def scored(self, columns: Columns, batch: pa.RecordBatch, start: int) -> pa.RecordBatch:
        """A batch of sheets as rows of the result; the first is row start + 1."""
        plan, scores = self.plan, score_block(self.plan, columns.block)
        reasons = self._reasons(columns, scores)
        refused = np.array([reason is not None for reason in reasons], np.bool_)
        status = np.where(refused, 2, np.where(scores.complete, 0, 1)).astype(np.int8)
        hidden = refused if self.interval else refused | ~scores.complete
        arrays: list[pa.Array] = [pa.array(np.arange(start + 1, start + 1 + batch.num_rows)), *map(batch.column, self._kept(batch.schema))]
        arrays += [pa.DictionaryArray.from_arrays(pa.array(status), list(_STATUS)), pa.array(reasons, pa.string())]
        arrays.append(self._missing(scores, status == 1))
        stages = [stage.code for stage in plan.model.stages]
        for found in (scores.stage_low, scores.stage_high) if self.interval else (scores.stage_low,):
            arrays.append(pa.DictionaryArray.from_arrays(pa.array(found.astype(np.int8), mask=hidden), stages))
        position = {code: at for at, code in enumerate(plan.codes)}
        for code in plan.model.node:
            at = position[code]
            gone = hidden | ~scores.may[at]
            for nodes in (scores.low, scores.high) if self.interval else (scores.low,):
                arrays.append(pa.array(nodes[at].astype(np.int32), mask=gone))
        return pa.RecordBatch.from_arrays(arrays, schema=self.schema(batch.schema))

    def _reasons(self, columns: Columns, scores: Scores) -> list[str | None]:
        reasons = list(columns.reasons)
        for at in np.flatnonzero(scores.zero.any(axis=0)).tolist():
            if reasons[at] is None:
                reasons[at] = "有比率的分母填了 0，算不出来。" if self.language == "zh" else "a ratio's denominator is 0."
        return reasons

    def _missing(self, scores: Scores, incomplete: Bools) -> pa.Array:
        """The codes of the questions that incomplete rows still need."""
        codes = [self.plan.questions[row].code for row in self.plan.required.tolist()]
        found: list[list[str] | None] = [None] * len(incomplete)
        for row in np.flatnonzero(incomplete).tolist():
            found[row] = [codes[at] for at in np.flatnonzero(scores.missing[:, row]).tolist()]
        return pa.array(found, pa.list_(pa.string()))


# -- files


def rescore_file(
    model: Model, source: Path, target: Path, *, interval: bool, language: Language, advance: Advance, keep: tuple[str, ...] = KEPT
) -> Done:
    """Score every sheet of a file into another; formats by the names' endings (.parquet, .arrow/.feather, .ndjson)."""
    form = _Form(plan_of(model), interval=interval, language=language, keep=keep)
    done = Done()
    writer: Any = None
    try:
        for batch, columns, total in _batches(form, source):
            scored = form.scored(columns, batch, done.rows)
            if writer is None:
                writer = _writer(target, scored.schema)
            writer(scored)
            _count(done, scored)
            advance(done.rows, total)
        if writer is None:
            writer = _writer(target, form.schema(pa.schema([])))
    finally:
        if writer is not None:
            writer(None)
    return done


def checked_kind(path: Path) -> None:
    """Raises Unusable for a file name that is not of one of the formats."""
    if path.suffix.lower() not in KINDS:
        zh, en = f"不认识 {path.name} 的格式，请用 .parquet、.arrow 或 .ndjson。", f"{path.name}: use .parquet, .arrow or .ndjson."
        raise Unusable("table.kind", zh=zh, en=en, at=str(path))


def _count(done: Done, scored: pa.RecordBatch) -> None:
    counts = np.bincount(scored.column("status").indices.to_numpy(), minlength=3)
    done.rows += scored.num_rows
    done.complete += int(counts[0])
    done.incomplete += int(counts[1])
    done.refused += int(counts[2])


def _batches(form: _Form, source: Path) -> Iterator[tuple[pa.RecordBatch, Columns, int | None]]:
    kind = source.suffix.lower()
    if kind in _LINES:
        yield from _ndjson_batches(form, source)
        return
    try:
        for batch, total in _parquet(form.plan, source) if kind == ".parquet" else _arrow(source):
            yield batch, columns_of(form.plan, batch, form.language, form.keep), total
    except pa.ArrowException as error:
        zh = f"{source} 不是有效的 {kind} 文件。请重新导出。"
        raise Unusable("table.unreadable", zh=zh, en=f"{source} is not a valid {kind} file ({error}); export it again.", at=str(source)) from None


def _parquet(plan: Plan, source: Path) -> Iterator[tuple[pa.RecordBatch, int | None]]:
    import pyarrow.parquet as pq

    there = set(pq.read_schema(source).names)
    with pq.ParquetFile(source, read_dictionary=[q.code for q in plan.questions if q.type == "single" and q.code in there]) as file:
        for batch in file.iter_batches(BATCH):
            yield batch, file.metadata.num_rows


def _arrow(source: Path) -> Iterator[tuple[pa.RecordBatch, int | None]]:
    with pa.memory_map(str(source)) as mapped:
        reader = pa.ipc.open_file(mapped)
        for number in range(reader.num_record_batches):
            for batch in pa.Table.from_batches([reader.get_batch(number)]).to_batches(max_chunksize=BATCH):
                yield batch, None


def _ndjson_batches(form: _Form, source: Path) -> Iterator[tuple[pa.RecordBatch, Columns, int | None]]:
    from itertools import batched

    model = form.plan.model
    with source.open("rb") as file:
        for lines in batched((line for line in file if line.strip()), 2_048, strict=False):
            sheets: list[Sheet] = []
            reasons: list[str | None] = []
            kept: dict[str, list[str | None]] = {name: [] for name in form.keep}
            for line in lines:
                raw: dict[str, Any] = {}
                try:
                    raw = parse_json_sheet(line)
                    passed = {name: value for name, value in raw.items() if name not in form.keep or name in model.question}
                    sheets.append(read_sheet(model, passed))
                    reasons.append(None)
                except Refusal as refusal:
                    sheets.append(read_sheet(model, {}))
                    reasons.append(refusal.sentence(form.language))
                for name, column in kept.items():
                    column.append(None if raw.get(name) is None else str(raw[name]))
            batch = pa.RecordBatch.from_arrays([pa.array(column, pa.string()) for column in kept.values()], names=list(kept))
            yield batch, Columns(block_of(form.plan, sheets), tuple(reasons)), None


def _writer(target: Path, schema: pa.Schema) -> Callable[[pa.RecordBatch | None], None]:
    kind = target.suffix.lower()
    if kind == ".parquet":
        import pyarrow.parquet as pq

        parquet = pq.ParquetWriter(target, schema, compression="zstd")
        return lambda batch: parquet.close() if batch is None else parquet.write_batch(batch)
    if kind in _ARROW:
        file = pa.ipc.new_file(str(target), schema)
        return lambda batch: file.close() if batch is None else file.write_batch(batch)
    if kind in _LINES:
        import json

        out = target.open("w", encoding="utf-8")

        def write(batch: pa.RecordBatch | None) -> None:
            if batch is None:
                out.close()
                return
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist())

        return write
    raise ValueError(f"not a table file: {target}")  # callers have asked checked_kind
