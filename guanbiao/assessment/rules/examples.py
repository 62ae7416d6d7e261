"""The example firms' sheets, out of the answers that stand beside the questions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.indicators.rules.model import Model


def example_sheet(model: Model, answers: Mapping[str, Any]) -> Sheet:
    """An example's answers, without those of questions that do not apply to it."""
    everything = read_sheet(model, answers)
    counted = score(model, everything).counted
    return Sheet({code: answer for code, answer in everything.answers.items() if code in counted})
