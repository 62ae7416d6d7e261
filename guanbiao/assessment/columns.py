"""Arrow columns as the kernel's rows: exact, checked cell by cell without a loop over cells."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from guanbiao.assessment.rules.kernel import Block
from guanbiao.assessment.rules.plan import Bools, Ints, Plan
from guanbiao.indicators.rules.model import Question
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.kernel.numbers import UNIT, parse_scaled

KEPT = ("id",)
"""Columns that are passed through without being asked for."""

_OUTSIDE = np.int64(2**62)
"""Stands for a number that cannot be held: always outside a question's range."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Sheets as a block, and for each the reason why it is refused, if it is."""

    block: Block
    reasons: tuple[str | None, ...]


def columns_of(plan: Plan, batch: pa.RecordBatch, language: Language, keep: tuple[str, ...] = KEPT) -> Columns:
    """The kernel's block of a record batch; columns in `keep` are left alone. Raises Unusable for a column that cannot hold answers."""
    known = {q.code for q in plan.model.questions} | set(keep)
    if strangers := [name for name in batch.schema.names if name not in known]:
        listed = ", ".join(strangers[:10])
        zh = f"不是问卷 {plan.model.code} 的题目。要原样带到结果里，请加 --keep {','.join(strangers[:10])}"
        raise _column(listed, zh, f"is no question of {plan.model.code}. To carry it over into the result, add --keep {','.join(strangers[:10])}")
    rows = batch.num_rows
    values = np.zeros((len(plan.questions), rows), np.int64)
    answered = np.zeros(values.shape, np.bool_)
    reasons: dict[int, str] = {}
    for at, question in enumerate(plan.questions):
        if question.code not in batch.schema.names:
            continue
        column = batch.column(question.code)
        answered[at] = True if column.null_count == 0 else column.is_valid().to_numpy(zero_copy_only=False)
        bad = _fill(question, column, values[at], answered[at])
        for row in np.flatnonzero(bad).tolist():
            reasons.setdefault(row, _reason(plan, question, column[row].as_py(), language))
        if bad.any():
            answered[at] &= ~bad
        values[at][~answered[at]] = 0
    return Columns(Block(values, answered), tuple(reasons.get(row) for row in range(rows)))


def _column(name: str, zh: str, en: str) -> Unusable:
    return Unusable("table.column", zh=f"列 {name} {zh}", en=f"Column {name} {en}", at=name)


def _reason(plan: Plan, question: Question, value: object, language: Language) -> str:
    number = plan.model.card_of[question.code].number
    shown = _plain(value)
    if language == "zh":
        return f"第 {number} 题“{question.title.zh}”（{question.code}）不能是“{shown}”。"
    return f"Question {number} “{question.title.en}” ({question.code}) cannot be “{shown}”."


def _plain(value: object) -> str:
    """A cell as people would have typed it: 0.0000 is 0."""
    text = f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
    return text[:40]


def _fill(question: Question, column: pa.Array, values: Ints, answered: Bools) -> Bools:
    """Write a column's values into the block's row; true where an answer does not fit."""
    if question.is_numeric:
        return _numbers(question, column, values, answered)
    if question.type == "single":
        return _singles(question, column, values, answered)
    return _multis(question, column, values, answered)


def _numbers(question: Question, column: pa.Array, values: Ints, answered: Bools) -> Bools:
    kind = column.type
    if pa.types.is_floating(kind):
        zh = "是浮点数，存不准小数。请改用 decimal128(18, 4)、整数或文字。"
        raise _column(question.code, zh, "holds floats, which are not exact; use decimal128(18, 4), integers or text.")
    if pa.types.is_decimal128(kind) and kind.scale == 4 and kind.precision <= 18:
        # A decimal128 is 16 little-endian bytes; up to 18 digits live in the lower eight.
        words = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset : 2 * (column.offset + len(column)) : 2]
        values[:] = words
    elif pa.types.is_integer(kind):
        whole = column.fill_null(0).to_numpy(zero_copy_only=False)
        fits = np.abs(whole.astype(np.float64)) < float(_OUTSIDE // UNIT)
        values[:] = np.where(fits, whole.astype(np.int64), 0) * UNIT
        values[~fits] = _OUTSIDE
    elif pa.types.is_decimal(kind) or _is_text(kind):
        _by_distinct(column, values)
    elif pa.types.is_null(kind):
        answered[:] = False
    else:
        raise _column(question.code, f"的类型 {kind} 不能作数字答案。", f"of type {kind} cannot hold numbers.")
    bad = (values < question.least) | (values > question.greatest)
    if question.type == "count":
        bad |= values % UNIT != 0
    return bad & answered


def _is_text(kind: pa.DataType) -> bool:
    inner = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(inner) or pa.types.is_large_string(inner))


def _encoded(column: pa.Array) -> pa.DictionaryArray:
    return column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)


def _by_distinct(column: pa.Array, values: Ints) -> None:
    """Numbers as text or in another decimal form: each distinct value is read once."""
    encoded = _encoded(column)
    table = np.array([_scaled(str(value)) for value in encoded.dictionary.to_pylist()] or [0], np.int64)
    values[:] = table[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)]


def _scaled(text: str) -> int:
    try:
        return max(min(parse_scaled(text), int(_OUTSIDE)), -int(_OUTSIDE))
    except ValueError:
        return int(_OUTSIDE)


def _singles(question: Question, column: pa.Array, values: Ints, answered: Bools) -> Bools:
    if pa.types.is_null(column.type):
        answered[:] = False
        return np.zeros(len(column), np.bool_)
    if not _is_text(column.type):
        raise _column(question.code, "应是文字（选项代码）。", "should be text (option codes).")
    encoded = _encoded(column)
    index = {option.code: at for at, option in enumerate(question.options)}
    table = np.array([index.get(value, -1) for value in encoded.dictionary.to_pylist()] or [-1], np.int64)
    values[:] = table[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    return (values < 0) & answered


def _multis(question: Question, column: pa.Array, values: Ints, answered: Bools) -> Bools:
    kind = column.type
    if pa.types.is_null(kind):
        answered[:] = False
        return np.zeros(len(column), np.bool_)
    if not (pa.types.is_list(kind) or pa.types.is_large_list(kind)) or not _is_text(kind.value_type):
        raise _column(question.code, "应是文字列表（选项代码）。", "should be a list of text (option codes).")
    lengths = pc.list_value_length(column).fill_null(0).to_numpy(zero_copy_only=False).astype(np.int64)
    answered &= lengths > 0
    encoded = _encoded(column.flatten())
    bit = {option.code: 1 << at for at, option in enumerate(question.options)}
    table = np.array([bit.get(value, 0) for value in encoded.dictionary.to_pylist()] or [0], np.int64)
    bits = table[encoded.indices.fill_null(0).to_numpy(zero_copy_only=False)] if len(encoded) else np.zeros(0, np.int64)
    total = np.concatenate([[0], np.cumsum(bits)])
    unknown = np.concatenate([[0], np.cumsum(bits == 0)])
    ends = np.cumsum(lengths)
    starts = ends - lengths
    values[:] = _ors(bits, starts, lengths)
    # Adding equals or-ing exactly where no option is repeated.
    bad: Bools = (total[ends] - total[starts] != values) | (unknown[ends] != unknown[starts])
    if question.exclusive is not None:
        alone = bit[question.exclusive]
        bad |= (values & alone != 0) & (values != alone)
    return bad & answered


def _ors(bits: Ints, starts: Ints, lengths: Ints) -> Ints:
    out = np.zeros(len(lengths), np.int64)
    filled = lengths > 0
    if filled.any():
        out[filled] = np.bitwise_or.reduceat(bits, starts[filled])
    return out
