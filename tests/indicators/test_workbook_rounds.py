"""Every shipped questionnaire through the workbook and back; its formulas against the scoring kernel."""

from __future__ import annotations

import json
import random
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import block_of, score
from guanbiao.assessment.rules.kernel import run
from guanbiao.assessment.rules.plan import plan_of
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.conditions import applicability, is_answered
from guanbiao.indicators.workbooks.layout import Column
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.indicators.workbooks.template import write_template
from tests.indicators.edited_workbooks import FILLED, small_model

EXAMPLES = Path(__file__).parents[2] / "examples"


def example_answers(model: Model, name: str) -> dict[str, Any]:
    raw = json.loads((EXAMPLES / model.code / f"{name}.json").read_text(encoding="utf-8"))
    return dict(read_sheet(model, raw).answers)


def fields_of(path: Path) -> tuple[str, dict[str, tuple[Any, str, Any]]]:
    """What a workbook's formulas show: the progress on the cover; question → (applies, state, answered)."""
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    cover = book.get_sheet_by_name(book.sheet_names[0]).to_python(skip_empty_area=False)
    total = next(str(cell) for row in cover for cell in row if re.search(r"共|of [0-9]", str(cell)))
    shown = {}
    for name in book.sheet_names[1:-1]:
        for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False):
            if row[0]:
                shown[str(row[0])] = (row[Column.APPLIES], str(row[Column.STATE]), row[Column.ANSWERED])
    return total.replace("\u2009", " "), shown


def expected_total(model: Model, answers: dict[str, Any]) -> str:
    """The progress as the scoring kernel sees it: cards with a required answer that applies or may apply, and how many of them miss none."""
    card = score(model, Sheet(answers))
    missing = {model.card_of[code].number for code in card.missing}
    applies = applicability(model, answers)  # agrees with the kernel: see the test below
    counted = missing | {model.card_of[code].number for code in answers if code in model.required and applies[code] > 0}
    return f"已答 {len(counted) - len(missing)} / 共 {len(counted)} 题"


@pytest.mark.parametrize("code", [entry.code for entry in shipped() if (EXAMPLES / entry.code).is_dir()])
def test_the_three_example_sheets_survive_the_workbook(code: str, tmp_path: Path) -> None:
    model = shipped_model(code)
    names = sorted(path.stem for path in (EXAMPLES / code).glob("*.json"))
    assert len(names) == 3
    for name, language in zip(names, ("en", "zh", "zh"), strict=True):
        answers = example_answers(model, name)
        path = tmp_path / f"{name}.xlsx"
        write_template(model, path, language, answers=answers)  # type: ignore[arg-type]
        assert read_sheet(model, read_workbook(model, path)).answers == answers
        total, shown = fields_of(path)
        if language == "zh":
            assert total == expected_total(model, answers)
        card = score(model, Sheet(answers))
        for question, (applies, state, answered) in shown.items():
            if question in model.question:
                assert answered == int(question in answers)
                assert (state == {"zh": "不适用", "en": "Not applicable"}[language]) == (applies == 0)
                assert (question in card.missing) <= (applies > 0)


@pytest.mark.parametrize("code", [entry.code for entry in shipped()])
def test_a_question_applies_in_the_workbook_as_it_does_in_the_kernel(code: str) -> None:
    model, chance = shipped_model(code), random.Random(11)
    plan = plan_of(model)
    sheets = [drawn(model, chance) for _ in range(100)]
    scores = run(plan, block_of(plan, sheets))
    required = plan.required.tolist()
    for column, sheet in enumerate(sheets):
        ours = applicability(model, sheet.answers)
        for row, question in enumerate(plan.questions):
            assert (ours[question.code] == 1) == scores.applies[row, column]
        for at, row in enumerate(required):
            question = plan.questions[row]
            assert (ours[question.code] > 0 and question.code not in sheet.answers) == scores.missing[at, column]


def drawn(model: Model, chance: random.Random) -> Sheet:
    """A sheet answered here and there, without regard to sense."""
    answers: dict[str, Any] = {}
    share = chance.choice((0.3, 0.7, 1.0))
    for question in model.questions:
        if chance.random() > share or question.type == "text":
            continue
        if question.options:
            codes = [option.code for option in question.options]
            answers[question.code] = (
                (chance.choice(codes),) if question.type == "single" else tuple(c for c in codes if chance.random() < 0.5) or (codes[0],)
            )
        else:
            answers[question.code] = chance.choice((question.least, max(question.least, 10_000), question.greatest))
    return Sheet(answers)


# -- formulas, as another program computes them


def without_results(path: Path, into: Path) -> None:
    """The same workbook with every cached result taken out, so that whoever shows one has computed it."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(into, "w", zipfile.ZIP_DEFLATED) as out:
        for name in archive.namelist():
            body = archive.read(name)
            if name.startswith("xl/worksheets/"):
                body = re.sub(rb'(<c [^>]*?)(?: t="str")?(>)(<f>[^<]*</f>)<v>[^<]*</v>', rb"\1\2\3", body)
            out.writestr(name, body)


def recalculated(paths: list[Path], folder: Path) -> list[Path]:
    """The workbooks as LibreOffice saves them; skips where it, or its Calc, is not on the machine."""
    soffice = shutil.which("soffice")
    if soffice is None:
        pytest.skip("LibreOffice Calc is not installed (apt-get install libreoffice-calc)")
    command = [
        soffice,
        f"-env:UserInstallation=file://{folder}/profile",
        "--headless",
        "--convert-to",
        "xlsx:Calc MS Excel 2007 XML",
        "--outdir",
        str(folder / "out"),
    ]
    subprocess.run([*command, *map(str, paths)], capture_output=True, timeout=120, check=False)
    found = [folder / "out" / path.name for path in paths]
    if not all(path.exists() for path in found):
        pytest.skip("LibreOffice is here, but without Calc (apt-get install libreoffice-calc)")
    return found


def test_libreoffice_computes_progress_and_applicability_as_the_kernel_does_and_its_file_reads_back(tmp_path: Path) -> None:
    chance = random.Random(5)
    cases: list[tuple[Model, dict[str, Any], Path]] = []
    for code, name, share in (
        ("iii-steel", "middle", 1.0),
        ("iii-building-materials", "top", 0.6),
        ("iii-energy", "start", 0.9),
        ("iii-discrete-mass", "start", 0.0),
    ):
        model = shipped_model(code)
        answers = {question: answer for question, answer in example_answers(model, name).items() if share == 1.0 or chance.random() < share}
        write_template(model, tmp_path / "whole.xlsx", "zh", answers=answers)
        without_results(tmp_path / "whole.xlsx", tmp_path / f"{code}.xlsx")
        cases.append((model, answers, tmp_path / f"{code}.xlsx"))
    small = small_model()
    write_template(small, tmp_path / "whole.xlsx", "zh", answers={**FILLED, "QY10": ("C",), "QY11": ("B", "Z")})
    without_results(tmp_path / "whole.xlsx", tmp_path / "small.xlsx")
    saved_again = recalculated([*(path for _, _, path in cases), tmp_path / "small.xlsx"], tmp_path)
    for (model, answers, _), path in zip(cases, saved_again, strict=False):
        total, shown = fields_of(path)
        assert total == expected_total(model, answers)
        expected = applicability(model, answers)
        for question, (applies, state, answered) in shown.items():
            if question in model.question:
                assert applies == expected[question]
                assert answered == int(is_answered(answers, question))
                assert (state == "不适用") == (expected[question] == 0)
                assert state.startswith("先答第") == (expected[question] == 0.5)
        assert read_sheet(model, read_workbook(model, path)).answers == answers
    _, shown = fields_of(saved_again[-1])
    assert shown["BC01"][:2] == (0, "不适用") and shown["BC04"][:2] == (1, "已答") and shown["QY11#B"][0] == 1
    with zipfile.ZipFile(saved_again[-1]) as archive:
        assert "就不能再选别的" in archive.read("xl/sharedStrings.xml").decode() + archive.read("xl/worksheets/sheet2.xml").decode()
