"""Numbers and units in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.rules.wording import quantity_text, singular, value_unit
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Text

MONEY, MACHINES, PIECES = Text("万元", "CNY 10,000"), Text("台", "machines"), Text("万件", "× 10,000 pieces")


@pytest.mark.parametrize(
    ("scaled", "unit", "zh", "en"),
    [
        (99_700, MONEY, "9.97\u2009万元", "CNY 99,700"),
        (8_000_000, MONEY, "800\u2009万元", "CNY 8.0 million"),
        (8_045_000, MONEY, "804.5\u2009万元", "CNY 8.0 million"),
        (-1_250_000, MONEY, "−125\u2009万元", "CNY −1.3 million"),
        (0, MONEY, "0\u2009万元", "CNY 0"),
        (15_000_000_000, MONEY, "1,500,000\u2009万元", "CNY 15.0 billion"),
        (1_234_560_000, MONEY, "123,456\u2009万元", "CNY 1.23 billion"),
        (1_120, Text("", ""), "0.112", "0.112"),
        (10_000, MACHINES, "1\u2009台", "1 machine"),
        (30_000, MACHINES, "3\u2009台", "3 machines"),
        (35_000, PIECES, "3.5\u2009万件", "35,000 pieces"),
        (415_000, Text("%", "%"), "41.5%", "41.5%"),
    ],
)
def test_a_number_is_said_with_its_unit(scaled: int, unit: Text, zh: str, en: str) -> None:
    assert quantity_text(scaled, unit, "zh", rounded=True) == zh
    assert quantity_text(scaled, unit, "en", rounded=True) == en


def test_an_answer_in_a_report_keeps_every_figure_where_a_sentence_rounds() -> None:
    assert quantity_text(8_045_200, MONEY, "en") == "CNY 8.0452 million"
    assert quantity_text(8_045_200, MONEY, "en", rounded=True) == "CNY 8.0 million"


@pytest.mark.parametrize("pair", ["people person", "batches batch", "deliveries delivery", "processes process", "kgce/t kgce/t", "days day"])
def test_one_of_a_unit_is_singular(pair: str) -> None:
    many, one = pair.split()
    assert singular(many) == one


@pytest.mark.parametrize(
    ("leaf", "unit"),
    [
        ("BC.7.2", "%"),  # machines of machines
        ("DX.21.1", "%"),  # neither has a unit
        ("BC.1.1", "%"),  # money of money
        ("XY.2.1", ""),  # injuries per 100 staff
        ("BC.4.2", ""),  # computers per 100 staff
        ("BC.3.2", ""),  # hours per head
        ("JZ.12.3", ""),  # days of cost
        ("DX.3.3", "个工作日"),  # a question's own unit
        ("BC.5.4", ""),  # a ladder measures nothing
    ],
)
def test_a_measured_value_is_a_percentage_only_of_like_things(leaf: str, unit: str, example: Callable[[str, str], dict[str, Any]]) -> None:
    model = next(model for entry in shipped() if leaf in (model := shipped_model(entry.code)).node)
    card = score(model, read_sheet(model, example(model.code, "middle")))
    assert value_unit(card, leaf).zh == unit
