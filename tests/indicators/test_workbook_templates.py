"""The workbook as it is written: nothing becomes a formula, nothing is lost, only answers can be edited."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.layout import is_text_of, leading_option, sheet_names
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.indicators.workbooks.template import write_template
from guanbiao.kernel.errors import Unusable
from tests.indicators.edited_workbooks import FILLED, Workbook, small_model


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path, **FILLED)


def test_an_empty_template_reads_as_an_empty_sheet(model: Model, tmp_path: Path) -> None:
    for language in ("zh", "en"):
        write_template(model, tmp_path / "a.xlsx", language)
        assert read_workbook(model, tmp_path / "a.xlsx") == {}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_what_goes_in_comes_out(language: Any, model: Model, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_template(model, path, language, answers=FILLED)
    assert read_sheet(model, read_workbook(model, path)).answers == FILLED


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://192.0.2.1")',
        "+1",
        "@SUM(A1)",
        "https://example.com",
        "_x0041_",
        "a\tb\r\nc",
        "\x07响",
        "  两边  ",
        "字" * 2_000,
        "{=1}",
        "𠮷𬭎𰻞",
    ],
)
def test_nobodys_text_becomes_a_formula_or_a_link_or_gets_lost(text: str, model: Model, tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_template(model, path, "zh", answers={"QY01": text, "BC05": text})
    raw = read_workbook(model, path)
    assert raw == {"QY01": text, "BC05": text}
    with zipfile.ZipFile(path) as archive:
        formulas = [found for name in archive.namelist() for found in re.findall(r"<f>.*?</f>", archive.read(name).decode())]
        assert formulas and not any("192.0.2.1" in formula or "SUM(A1)" in formula for formula in formulas)
        assert not any("External" in archive.read(name).decode() for name in archive.namelist())


def test_half_a_character_is_refused_before_a_file_is_spoilt(model: Model, tmp_path: Path) -> None:
    with pytest.raises(Unusable, match="cannot store") as caught:
        write_template(model, tmp_path / "a.xlsx", "zh", answers={"QY01": "\ud842"})
    assert caught.value.code == "workbook.unwritable-text" and caught.value.at == "QY01"


def test_numbers_that_excel_cannot_hold_go_in_as_text(tmp_path: Path) -> None:
    def wide(raw: dict[str, Any]) -> None:
        raw["questions"][7]["max"] = 999999999999999

    model = small_model(wide)
    path = tmp_path / "a.xlsx"
    write_template(model, path, "zh", answers={"BC02A": 9999999999999980001, "BC02B": -15})
    assert read_sheet(model, read_workbook(model, path)).answers == {"BC02A": 9999999999999980001, "BC02B": -15}


def test_the_same_answers_give_the_same_bytes(model: Model, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template(model, tmp_path / name, "zh", answers=FILLED)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_only_answer_cells_can_be_edited_and_every_one_says_what_it_takes(model: Model, book: Workbook) -> None:
    styles = book.parts["xl/styles.xml"].decode()
    cells = re.findall(r"<xf [^>]*?(?:/>|>.*?</xf>)", styles.partition("<cellXfs")[2].partition("</cellXfs>")[0])
    unlocked = {index for index, cell in enumerate(cells) if 'locked="0"' in cell}
    for at in (1, 2, 3, 4):
        part = book.parts[f"xl/worksheets/sheet{at}.xml"].decode()
        editable = {name for name, style in re.findall(r'<c r="([A-Z]+[0-9]+)" s="([0-9]+)"', part) if int(style) in unlocked}
        answers = {book.cell(code) for code, (where, _) in book.places.items() if where == f"xl/worksheets/sheet{at}.xml" and "guanbiao" not in code}
        limited = set(re.findall(r'<dataValidation [^>]*sqref="([A-Z]+[0-9]+)"', part))
        assert editable == answers == limited
        assert ("<sheetProtection" in part) == (at < 4) and "password" not in part


def test_a_drop_down_lists_code_and_title_of_every_option(model: Model, book: Workbook) -> None:
    rule = re.search(
        rf'<dataValidation type="list"[^>]*sqref="{book.cell("BC03")}"[^>]*>(.*?)</dataValidation>', book.parts["xl/worksheets/sheet3.xml"].decode()
    )
    assert rule and re.search(r"'选项表'!\$A\$2:\$B\$2", rule[1])
    lists = re.findall(r"<t>([ABC] [^<]*)</t>", book.parts["xl/sharedStrings.xml"].decode())
    assert {"A 第A档", "B 第B档", "C 第C档"} <= set(lists)


def test_sheet_names_are_such_as_excel_takes() -> None:
    names = sheet_names(["能源/水务: [试]", "a" * 40, "A" * 40, "'", "History", "𠮷" * 20, "封面"], ["封面"])
    assert names == ["能源 水务 试", "a" * 31, "A" * 27 + " (2)", "Sheet", "History (2)", "𠮷" * 15, "封面 (2)"]


def test_an_option_is_known_by_its_code_alone() -> None:
    assert leading_option("B2 x", ["B", "B2"]) == ("B2", "x")
    assert leading_option("b x", ["b", "B"]) == ("b", "x")
    assert leading_option("A-1：x", ["A", "A-1"]) == ("A-1", "x")
    assert leading_option("A. x ", ["A"]) == ("A", "x")
    assert leading_option(" ａ", ["A"]) == ("A", "")
    assert leading_option("甲 A", ["A"]) is None
    assert leading_option("Ab", ["aB", "AB"]) is None


def test_what_follows_an_options_code_is_its_title_in_either_language_or_nothing(model: Model) -> None:
    option = model.question["BC03"].options[0]
    for fits in ("", "第A档", "第 A\n档", "Step A", "step a", "第A档：看得见的A"):
        assert is_text_of(option, fits)
    for other in ("第B档", "第", "看得见的A", "第A档 等"):
        assert not is_text_of(option, other)
