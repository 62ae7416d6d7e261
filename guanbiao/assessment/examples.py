"""The example sheets in `examples/`: written from the answers beside the questions, one folder a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from guanbiao.assessment.rules.card import score
from guanbiao.assessment.rules.examples import example_sheet
from guanbiao.assessment.rules.receipt import counting_answers
from guanbiao.indicators.library import LIBRARY, shipped_model
from guanbiao.indicators.sources import SourceModel, composed_library


def write_examples(folder: Path) -> None:
    """Write `folder/CODE/{start,middle,top}.json` for every composed model."""
    for source in composed_library(LIBRARY):
        for name, answers in example_answers(source).items():
            path = folder / source.code / f"{name}.json"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(answers, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def example_answers(source: SourceModel) -> dict[str, dict[str, Any]]:
    """Each example firm's answers that count in this model, in the interchange form."""
    model = shipped_model(source.code)
    return {name: counting_answers(score(model, example_sheet(model, answers))) for name, answers in source.examples.items()}
