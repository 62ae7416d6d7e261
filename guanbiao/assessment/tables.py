"""Whole tables of answer sheets: Arrow columns in, columns out, block by block on every core, with bounded memory.

Numeric answers as decimal128, integer or text; singles as (dictionary) text; multis as lists of text. Floats are refused: they would
not be the same bytes. A column `id` is passed through; any other column that is not a question is refused.
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

from guanbiao.assessment.columns import Columns, columns_of
from guanbiao.assessment.rules.answers import Sheet, parse_json_sheet, read_sheet
from guanbiao.assessment.rules.card import block_of
from guanbiao.assessment.rules.kernel import Block, Scores, run
from guanbiao.assessment.rules.plan import Plan, plan_of
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Language, Refusal, Unusable

BATCH = 30_000
"""Rows read at a time: bounds the memory whatever the size of the table."""

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


def score_many(model: Model, table: pa.Table, *, interval: bool = False, language: Language = "zh") -> pa.Table:
    """A table of sheets as a table of scores, in the same order; refused sheets carry their reason.

    Raises Unusable where a column does not fit (a float, an unknown question). Scores are int32 in 1/10,000 of a point.
    """
    plan = plan_of(model)
    batches = [
        _scored_batch(plan, columns_of(plan, batch, language), batch, start, interval=interval, language=language)
        for start, batch in _numbered(table.to_batches(max_chunksize=BATCH))
    ]
    return pa.Table.from_batches(batches, schema=_schema(plan, interval=interval, with_id=_id_type(table.schema)))


def _numbered(batches: list[pa.RecordBatch]) -> Iterator[tuple[int, pa.RecordBatch]]:
    start = 0
    for batch in batches:
        yield start, batch
        start += batch.num_rows


def _id_type(schema: pa.Schema) -> pa.DataType | None:
    return schema.field("id").type if "id" in schema.names else None


def _schema(plan: Plan, *, interval: bool, with_id: pa.DataType | None) -> pa.Schema:
    fields = [pa.field("row", pa.int64())]
    if with_id is not None:
        fields.append(pa.field("id", with_id))
    fields += [pa.field("status", pa.dictionary(pa.int8(), pa.string())), pa.field("refused", pa.string())]
    stages = pa.dictionary(pa.int8(), pa.string())
    fields += [pa.field("stage", stages)] if not interval else [pa.field("stage", stages), pa.field("stage.highest", stages)]
    for code in plan.model.node:
        fields.append(pa.field(code, pa.int32()))
        if interval:
            fields.append(pa.field(f"{code}.highest", pa.int32()))
    model = plan.model
    return pa.schema(fields, metadata={"guanbiao.model": model.code, "guanbiao.edition": model.edition, "guanbiao.digest": model.digest})


_STATUS = ("complete", "incomplete", "refused")


def _scored_batch(plan: Plan, columns: Columns, batch: pa.RecordBatch, start: int, *, interval: bool, language: Language) -> pa.RecordBatch:
    scored = score_block(plan, columns.block)
    zero = scored.zero.any(axis=0)
    reasons: list[str | None] = list(columns.reasons)
    for at in np.flatnonzero(zero).tolist():
        if reasons[at] is None:
            reasons[at] = "有比率的分母填了 0，算不出来。" if language == "zh" else "a ratio's denominator is 0."
    refused = np.array([reason is not None for reason in reasons])
    status = np.where(refused, 2, np.where(scored.complete, 0, 1)).astype(np.int8)
    hidden = refused if interval else refused | ~scored.complete
    arrays: list[pa.Array] = [pa.array(np.arange(start, start + batch.num_rows))]
    if "id" in batch.schema.names:
        arrays.append(batch.column("id"))
    arrays += [pa.DictionaryArray.from_arrays(pa.array(status), list(_STATUS)), pa.array(reasons, pa.string())]
    stages = [stage.code for stage in plan.model.stages]
    for found in [scored.stage_low] if not interval else [scored.stage_low, scored.stage_high]:
        arrays.append(pa.DictionaryArray.from_arrays(pa.array(found.astype(np.int8), mask=hidden), stages))
    position = {code: at for at, code in enumerate(plan.codes)}
    for code in plan.model.node:
        at = position[code]
        gone = hidden | ~scored.may[at]
        for scores in (scored.low, scored.high) if interval else (scored.low,):
            arrays.append(pa.array(scores[at].astype(np.int32), mask=gone))
    return pa.RecordBatch.from_arrays(arrays, schema=_schema(plan, interval=interval, with_id=_id_type(batch.schema)))


# -- files


def rescore_file(model: Model, source: Path, target: Path, *, interval: bool, language: Language, advance: Advance) -> Done:
    """Score every sheet of a file into another; formats by the names' endings (.parquet, .arrow/.feather, .ndjson)."""
    plan = plan_of(model)
    done = Done()
    writer: Any = None
    try:
        for batch, columns, total in _batches(plan, source, language):
            scored = _scored_batch(plan, columns, batch, done.rows, interval=interval, language=language)
            if writer is None:
                writer = _writer(target, scored.schema)
            writer(scored)
            _count(done, scored)
            advance(done.rows, total)
        if writer is None:
            writer = _writer(target, _schema(plan, interval=interval, with_id=None))
    finally:
        if writer is not None:
            writer(None)
    return done


def _count(done: Done, scored: pa.RecordBatch) -> None:
    counts = np.bincount(scored.column("status").indices.to_numpy(), minlength=3)
    done.rows += scored.num_rows
    done.complete += int(counts[0])
    done.incomplete += int(counts[1])
    done.refused += int(counts[2])


def _batches(plan: Plan, source: Path, language: Language) -> Iterator[tuple[pa.RecordBatch, Columns, int | None]]:
    kind = source.suffix.lower()
    if kind in (".ndjson", ".jsonl"):
        yield from _ndjson_batches(plan, source, language)
        return
    try:
        if kind == ".parquet":
            import pyarrow.parquet as pq

            with pq.ParquetFile(source, read_dictionary=[q.code for q in plan.questions if q.type == "single"]) as file:
                for batch in file.iter_batches(BATCH):
                    yield batch, columns_of(plan, batch, language), file.metadata.num_rows
            return
        if kind in (".arrow", ".feather", ".ipc"):
            with pa.memory_map(str(source)) as mapped:
                reader = pa.ipc.open_file(mapped)
                for number in range(reader.num_record_batches):
                    for batch in pa.Table.from_batches([reader.get_batch(number)]).to_batches(max_chunksize=BATCH):
                        yield batch, columns_of(plan, batch, language), None
            return
    except pa.ArrowException as error:
        zh = f"{source} 不是有效的 {kind} 文件。请重新导出。"
        raise Unusable("table.unreadable", zh=zh, en=f"{source} is not a valid {kind} file ({error}); export it again.", at=str(source)) from None
    raise _kind(source)


def _kind(path: Path) -> Unusable:
    zh, en = f"不认识 {path.name} 的格式，请用 .parquet、.arrow 或 .ndjson。", f"{path.name}: use .parquet, .arrow or .ndjson."
    return Unusable("table.kind", zh=zh, en=en, at=str(path))


def _ndjson_batches(plan: Plan, source: Path, language: Language) -> Iterator[tuple[pa.RecordBatch, Columns, int | None]]:
    from itertools import batched

    with source.open("rb") as file:
        for lines in batched((line for line in file if line.strip()), 2_048, strict=False):
            sheets: list[Sheet] = []
            reasons: list[str | None] = []
            for line in lines:
                try:
                    sheets.append(read_sheet(plan.model, parse_json_sheet(line)))
                    reasons.append(None)
                except Refusal as refusal:
                    sheets.append(read_sheet(plan.model, {}))
                    reasons.append(refusal.sentence(language))
            batch = pa.RecordBatch.from_arrays([pa.nulls(len(sheets))], names=["line"])
            yield batch, Columns(block_of(plan, sheets), tuple(reasons)), None


def _writer(target: Path, schema: pa.Schema) -> Callable[[pa.RecordBatch | None], None]:
    kind = target.suffix.lower()
    if kind == ".parquet":
        import pyarrow.parquet as pq

        parquet = pq.ParquetWriter(target, schema, compression="zstd")
        return lambda batch: parquet.close() if batch is None else parquet.write_batch(batch)
    if kind in (".arrow", ".feather", ".ipc"):
        file = pa.ipc.new_file(str(target), schema)
        return lambda batch: file.close() if batch is None else file.write_batch(batch)
    if kind in (".ndjson", ".jsonl"):
        import json

        out = target.open("w", encoding="utf-8")

        def write(batch: pa.RecordBatch | None) -> None:
            if batch is None:
                out.close()
                return
            out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in batch.to_pylist())

        return write
    raise _kind(target)
