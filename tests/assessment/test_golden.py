"""Three sheets whose arithmetic is written out by hand in docs/algorithms/scoring.md."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.sheets import model_by_name

GOLDEN = Path(__file__).parent.parent / "golden"
SHEETS: list[dict[str, Any]] = json.loads((GOLDEN / "sheets.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("golden", SHEETS, ids=[sheet["name"] for sheet in SHEETS])
def test_a_sheet_worked_by_hand_comes_to_the_same_integers(golden: dict[str, Any]) -> None:
    model = model_by_name(str(GOLDEN / "model.json"))
    card = score(model, read_sheet(model, golden["answers"])).as_json()
    for key, expected in golden["card"].items():
        assert card[key] == expected, key


@pytest.mark.parametrize("golden", SHEETS, ids=[sheet["name"] for sheet in SHEETS])
def test_the_method_page_writes_out_every_golden_figure(golden: dict[str, Any]) -> None:
    page = (GOLDEN.parent.parent / "docs" / "algorithms" / "scoring.md").read_text(encoding="utf-8")
    for value in golden["card"]["nodes"].values():
        for figure in value if isinstance(value, list) else [value]:
            assert figure is None or f"{figure:,}" in page or str(figure) in page
