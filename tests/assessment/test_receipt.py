"""A receipt holds only for the model, the answers and the scores it was made from."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

import pytest
import rfc8785

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.rules.receipt import counting_answers, receipt_of, verify_receipt
from guanbiao.indicators.rules.digest import canonical_bytes, digest_of
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Conflict
from tests.cast import SMALL_SHEET, made, small_model

AT = datetime(2026, 11, 24, 10, 0, tzinfo=UTC)


@pytest.fixture
def receipt(small: Model, small_sheet: Sheet) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(canonical_bytes(receipt_of(score(small, small_sheet), at=AT)))
    return found


def fields(value: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(value, dict):
        return [path]
    return [found for key, inner in value.items() for found in fields(inner, (*path, key))]


def changed(receipt: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    copy = deepcopy(receipt)
    at = copy
    for key in path[:-1]:
        at = at[key]
    if value is GONE:
        del at[path[-1]]
    else:
        at[path[-1]] = value
    return copy


GONE = object()


def test_a_receipt_tampered_anywhere_does_not_hold(receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    tried = 0
    for path in [*fields(receipt), ("model",), ("nodes",)]:
        original = receipt
        for key in path:
            original = original[key]
        for value in (GONE, None, 1, True, "x", [], {}, [original], f"{original} ", original + 1 if isinstance(original, int) else "sha256:0"):
            if json.dumps(value if value is not GONE else "gone") == json.dumps(original):
                continue
            with pytest.raises(Conflict) as refused:
                verify_receipt(changed(receipt, path, value), small, small_sheet)
            assert refused.value.code.startswith("receipt.") and refused.value.zh != refused.value.en
            tried += 1
    assert tried > 150


@pytest.mark.parametrize("extra", [{"signature": ""}, {"nodes2": {}}, {"note": "valid"}])
def test_a_field_beyond_the_form_is_not_vouched_for(extra: dict[str, Any], receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    with pytest.raises(Conflict):
        verify_receipt(receipt | extra, small, small_sheet)


@pytest.mark.parametrize("value", [1.0, "531234", True])
def test_a_score_of_another_type_is_another_score(value: Any, receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    one = changed(receipt, ("nodes", "TOTAL"), receipt["nodes"]["TOTAL"] * 1.0 if value == 1.0 else value)
    with pytest.raises(Conflict):
        verify_receipt(one, small, small_sheet)


def test_a_node_too_many_is_found(receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    with pytest.raises(Conflict) as refused:
        verify_receipt(changed(receipt, ("nodes", "EXTRA"), 0), small, small_sheet)
    assert "EXTRA" in refused.value.zh


def test_other_answers_do_not_hold(receipt: dict[str, Any], small: Model) -> None:
    for change in ({"SHARE": "41.5001"}, {"QY01": "另一家"}, {"TOOLS": ["A"]}, {"SHOP": None}):
        with pytest.raises(Conflict) as refused:
            verify_receipt(receipt, small, read_sheet(small, SMALL_SHEET | change))
        assert refused.value.code == "receipt.answers"


def test_another_model_does_not_hold(receipt: dict[str, Any], small_sheet: Sheet) -> None:
    raw = small_model()
    raw["tree"]["children"][0]["weight"] = 61
    with pytest.raises(Conflict) as refused:
        verify_receipt(receipt, made(raw), small_sheet)
    assert refused.value.code == "receipt.model"


@pytest.mark.parametrize("receipt_", [{}, {"format": "other"}, {"format": ["guanbiao.score-receipt/1"]}])
def test_something_else_is_no_receipt(receipt_: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    with pytest.raises(Conflict) as refused:
        verify_receipt(receipt_, small, small_sheet)
    assert refused.value.code == "receipt.format"


def test_a_receipt_holds_after_the_round_trip(receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    card = verify_receipt(receipt, small, small_sheet)
    assert card.nodes["TOTAL"] == receipt["nodes"]["TOTAL"]
    assert receipt["scored_at"] == "2026-11-24T10:00:00+00:00"


@pytest.mark.parametrize("answers", [{}, {"SHOP": "B"}, SMALL_SHEET | {"SHOP": "A"}])
def test_incomplete_and_not_applicable_sheets_have_receipts_too(answers: dict[str, Any], small: Model) -> None:
    sheet = read_sheet(small, answers)
    made = json.loads(canonical_bytes(receipt_of(score(small, sheet), at=AT)))
    assert verify_receipt(made, small, sheet).as_json()["nodes"] == made["nodes"]


def test_its_bytes_are_canonical_and_order_does_not_matter(receipt: dict[str, Any], small: Model, small_sheet: Sheet) -> None:
    raw = canonical_bytes(receipt_of(score(small, small_sheet), at=AT))
    assert raw == rfc8785.dumps(json.loads(raw))
    assert b" " not in raw.replace(b"guanbiao ", b"")
    backwards = dict(reversed(receipt.items())) | {"nodes": dict(reversed(receipt["nodes"].items()))}
    verify_receipt(backwards, small, small_sheet)


def test_the_answers_digest_is_that_of_the_contract(receipt: dict[str, Any], small: Model) -> None:
    """Numbers as shortest decimal text, multi in option order, texts as they are (docs/algorithms/scoring.md)."""
    by_hand = SMALL_SHEET | {"MACHINES": "8", "NETWORKED": "3", "TOOLS": ["A", "C"]}
    assert receipt["answers"] == digest_of(by_hand)
    assert counting_answers(score(small, read_sheet(small, by_hand | {"SHARE": "41.50"}))) == by_hand


def test_answers_that_do_not_count_are_not_in_the_digest(small: Model) -> None:
    with_them, without = SMALL_SHEET | {"SHOP": "A"}, {k: v for k, v in SMALL_SHEET.items() if k not in ("MACHINES", "NETWORKED")} | {"SHOP": "A"}
    digests = {digest_of(counting_answers(score(small, read_sheet(small, answers)))) for answers in (with_them, without)}
    assert len(digests) == 1


@pytest.mark.parametrize("name", ["start", "middle", "top"])
def test_a_shipped_models_receipt_holds(name: str, steel: Model, example: Callable[[str, str], dict[str, Any]]) -> None:
    sheet = read_sheet(steel, example("iii-steel", name))
    verify_receipt(json.loads(canonical_bytes(receipt_of(score(steel, sheet), at=AT))), steel, sheet)
