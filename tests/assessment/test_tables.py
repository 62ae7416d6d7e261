"""Sheets in Arrow columns: each row comes to what the same sheet comes to alone; what is refused, and how."""

from __future__ import annotations

import random
from decimal import Decimal
from itertools import product

import pyarrow as pa
import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.tables import score_many
from guanbiao.kernel.errors import Refusal, Unusable
from guanbiao.kernel.numbers import scaled_text
from tests.assessment.models_made import leaf, loaded, made, multi, node, single
from tests.assessment.test_laws import CODES, card, drawer_of, ends, model_of


def table_of(code: str, sheets: list[dict], rng: random.Random) -> pa.Table:
    """The sheets as Arrow columns, each question in a drawn one of the types that fit it."""
    model = model_of(code)
    read = [read_sheet(model, sheet).answers for sheet in sheets]
    arrays = {}
    for question in model.questions:
        answers = [answers.get(question.code) for answers in read]
        arrays[question.code] = pa.array([None] * len(sheets)) if all(a is None for a in answers) else _column(question.type, answers, rng)
    cuts = [pa.table(arrays).slice(start, 13) for start in range(0, len(sheets), 13)]
    return pa.concat_tables(cuts).slice(1)


def _column(kind: str, answers: list, rng: random.Random) -> pa.Array:
    if kind == "text":
        return pa.array(answers, pa.string())
    if kind == "single":
        plain = pa.array([a and a[0] for a in answers], rng.choice((pa.string(), pa.large_string())))
        return plain.dictionary_encode() if rng.random() < 0.5 else plain
    if kind == "multi":
        lists = [None if a is None else rng.sample(a, len(a)) for a in answers]
        lists = [[] if a is None and rng.random() < 0.5 else a for a in lists]
        return pa.array(lists, rng.choice((pa.list_(pa.string()), pa.large_list(pa.string()), pa.list_(pa.large_string()))))
    form = rng.choice(("decimal", "text", "dictionary", "wide", "integer"))
    if form == "integer" and all(a is None or a % 10_000 == 0 for a in answers):
        return pa.array([a if a is None else a // 10_000 for a in answers], pa.int64())
    exact = [a if a is None else Decimal(scaled_text(a)) for a in answers]
    if form in ("text", "dictionary"):
        plain = pa.array([a if a is None else rng.choice((str(a), f"{a:E}")) for a in exact])
        return plain.dictionary_encode() if form == "dictionary" else plain
    return pa.array(exact, pa.decimal128(30, 6) if form == "wide" else pa.decimal128(18, 4))


@pytest.mark.parametrize("code", CODES)
def test_a_sheet_alone_equals_the_same_sheet_in_a_table(code: str) -> None:
    rng = random.Random(code)
    sheets = [drawer_of(code).sheet(rng, rng.choice(("full", "edge", "trimmed", "draft", "gates"))) for _ in range(60)]
    texts = drawer_of(code).texts
    sheets = [sheet | dict.fromkeys(texts, "示例") for sheet in sheets]
    table = table_of(code, sheets, rng)
    plain, wide = score_many(model_of(code), table).to_pylist(), score_many(model_of(code), table, interval=True).to_pylist()
    for number, (sheet, row, both) in enumerate(zip(sheets[1:], plain, wide, strict=True)):
        alone = card(code, sheet)
        assert (row["row"], row["status"], row["refused"]) == (number + 1, "complete" if alone["complete"] else "incomplete", None)
        assert both["status"] == row["status"]
        for at, value in ends(alone).items():
            assert (both[at], both[f"{at}.highest"]) == (value or (None, None)), at
            assert row[at] == (value[0] if value and alone["complete"] else None), at
        stages = [alone["stage"]] * 2 if alone["complete"] else alone["stage"]
        assert [both["stage"], both["stage.highest"]] == stages
        assert row["stage"] == (alone["stage"] if alone["complete"] else None)


TINY = made(
    [
        single("A", 0, 50, 100),
        multi("M", {"P": 30, "Q": 70, "Z": 0}, exclusive="Z"),
        {"code": "N", "type": "count", "max": 1_000},
        {"code": "X", "type": "number", "min": "-5", "max": 100},
    ],
    node(
        "TOTAL",
        leaf("LA", option="A"),
        leaf("LM", options_sum="M"),
        leaf("LN", piecewise={"question": "N"}, points=[[0, 0], [10, 100]]),
        leaf("LX", piecewise={"ratio": ["X", "N"]}, points=[[0, 0], [1, 100]]),
    ),
)
GOOD = {"A": "B", "M": ["P"], "N": 5, "X": "2.5"}


def tiny(**changed: pa.Array) -> pa.Table:
    base: dict[str, pa.Array] = {"A": pa.array(["B"] * 3), "M": pa.array([["P"]] * 3), "N": pa.array([5] * 3), "X": pa.array(["2.5"] * 3)}
    return pa.table(base | changed)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("X", pa.array([1.5, 2.0, 2.5])),
        ("N", pa.array([1.0, 2.0, 2.0], pa.float32())),
        ("A", pa.array([1, 2, 3])),
        ("A", pa.array([["A"], ["B"], ["B"]])),
        ("M", pa.array(["P", "Q", "Z"])),
        ("N", pa.array([True, False, True])),
        ("N", pa.array([[1], [2], [3]])),
        ("OTHER", pa.array(["B"] * 3)),
    ],
)
def test_a_column_that_cannot_hold_answers_is_refused_by_name(name: str, column: pa.Array) -> None:
    with pytest.raises(Unusable) as refused:
        score_many(loaded(TINY), tiny(**{name: column}))
    assert name in refused.value.zh
    assert name in refused.value.en


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("A", pa.array(["B", "E", "B"])),
        ("A", pa.array(["B", "", "B"]).dictionary_encode()),
        ("M", pa.array([["P"], ["P", "P"], ["P"]])),
        ("M", pa.array([["P"], ["P", "Z"], ["P"]])),
        ("M", pa.array([["P"], ["P", "no"], ["P"]])),
        ("M", pa.array([["P"], ["P", None], ["P"]])),
        ("N", pa.array([5, 1_001, 5])),
        ("N", pa.array([5, -1, 5], pa.int8())),
        ("N", pa.array([5, 2**64 - 1, 5], pa.uint64())),
        ("N", pa.array(["5", "2.5", "5.000"])),
        ("N", pa.array(["5", "five", "5"])),
        ("N", pa.array([5, 0, 5])),
        ("X", pa.array(["2.5", "1e400", "2.50000"])),
        ("X", pa.array(["2.5", "NaN", "2.5"]).dictionary_encode()),
        ("X", pa.array([Decimal("2.5"), Decimal("100.0001"), Decimal("2.5")], pa.decimal128(18, 4))),
        ("X", pa.array([Decimal("2.5"), Decimal("1e25"), Decimal("2.5")], pa.decimal128(38, 4))),
    ],
)
def test_a_refused_row_stands_beside_the_others(name: str, column: pa.Array) -> None:
    model = loaded(TINY)
    rows = score_many(model, tiny(**{name: column}), interval=True).to_pylist()
    nodes = score(model, read_sheet(model, GOOD)).as_json()["nodes"]
    assert [row["status"] for row in rows] == ["complete", "refused", "complete"]
    assert rows[1]["refused"]
    assert all(rows[1][at] is None and rows[1][f"{at}.highest"] is None for at in nodes)
    assert rows[1]["stage"] is None
    for row in (rows[0], rows[2]):
        assert row["refused"] is None
        assert {at: row[at] for at in nodes} == nodes


def test_refused_rows_score_the_same_wherever_the_others_come_from() -> None:
    model = loaded(TINY)
    answers = (("A", "C", "no"), (["P"], ["Q", "P"], ["P", "Z"]), (3, 0, 9), ("1.5", "101"))
    sheets = [dict(zip("AMNX", each, strict=True)) for each in product(*answers)]
    columns_ = {name: pa.array([sheet[name] for sheet in sheets]) for name in GOOD}
    rows = score_many(model, pa.table(columns_)).to_pylist()
    for sheet, row in zip(sheets, rows, strict=True):
        try:
            alone: dict | None = score(model, read_sheet(model, sheet)).as_json()["nodes"]
        except Refusal:
            alone = None
        assert ({at: row[at] for at in alone} == alone) if alone else row["status"] == "refused"


def test_a_table_without_rows_and_a_table_with_an_id() -> None:
    model = loaded(TINY)
    empty = score_many(model, tiny(X=pa.array([Decimal("2.5")] * 3, pa.decimal128(18, 4))).slice(0, 0))
    assert empty.num_rows == 0
    assert "TOTAL" in empty.schema.names
    named = score_many(model, tiny(id=pa.array(["a", "b", "c"])))
    assert named.column("id").to_pylist() == ["a", "b", "c"]
    assert score_many(model, pa.table({"A": pa.array(["B"])}), interval=True).to_pylist()[0]["status"] == "incomplete"
