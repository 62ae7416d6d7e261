"""What every test may ask for: shipped models, their example sheets, and the command line run in-process."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.indicators.library import shipped_model
from guanbiao.indicators.rules.model import Model
from tests.cast import SMALL_SHEET, made, small_model

REPOSITORY = Path(__file__).parent.parent
EXAMPLES = REPOSITORY / "examples"


class Ran(NamedTuple):
    """What one command came to."""

    status: int
    out: str
    err: str


@pytest.fixture(autouse=True)
def _chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GUANBIAO_LANG", raising=False)


@pytest.fixture
def guanbiao(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ran]:
    """Run the command line in-process."""
    from guanbiao.project.command import main

    def run(*argv: str) -> Ran:
        capsys.readouterr()
        try:
            status = main(argv)
        except SystemExit as stopped:  # argparse's own way to refuse a wrong command line
            status = int(stopped.code or 0)
        out, err = capsys.readouterr()
        return Ran(status, out, err)

    return run


@pytest.fixture(scope="session")
def steel() -> Model:
    return shipped_model("iii-steel")


@pytest.fixture(scope="session")
def small() -> Model:
    return made(small_model())


@pytest.fixture
def small_sheet(small: Model) -> Sheet:
    return read_sheet(small, SMALL_SHEET)


@pytest.fixture(scope="session")
def example() -> Callable[[str, str], dict[str, Any]]:
    """The committed answers of an example firm: (model code, start | middle | top)."""

    def answers(code: str, name: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((EXAMPLES / code / f"{name}.json").read_text(encoding="utf-8"))
        return found

    return answers
