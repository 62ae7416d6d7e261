"""A workbook read back: answers are found wherever they stand, and are what somebody typed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.reading import decimal_text, read_workbook
from guanbiao.kernel.errors import Unusable
from guanbiao.kernel.numbers import scaled_text
from tests.indicators.edited_workbooks import FILLED, Workbook, answers_of, saved, small_model


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path, **FILLED)


def moved_rows(part: str, order: Callable[[list[int]], list[int]]) -> Callable[[Workbook], object]:
    """Give every row of a sheet another place, as sorting or inserting does; cells keep their columns."""

    def edit(book: Workbook) -> None:
        text = book.parts[part].decode()
        rows = re.findall(r"<row .*?</row>", text)
        numbers = order(list(range(1, len(rows) + 1)))
        moved = {}
        for row, number in zip(rows, numbers, strict=True):
            moved[number] = re.sub(r'(<row r="|<c r="[A-Z]+)[0-9]+', lambda found, n=number: f"{found[1]}{n}", row)
        body = "".join(moved[number] for number in sorted(moved))
        book.parts[part] = re.sub(r"<sheetData>.*</sheetData>", lambda _: f"<sheetData>{body}</sheetData>", text).encode()

    return edit


def swapped(old: str, new: str) -> Callable[[Workbook], object]:
    return lambda book: book.sub("xl/workbook.xml", f'name="{old}"', f'name="{new}"')


def reversed_sheets(book: Workbook) -> None:
    listed = re.findall(r"<sheet .*?/>", book.parts["xl/workbook.xml"].decode())
    book.sub("xl/workbook.xml", "<sheets>.*?</sheets>", "<sheets>" + "".join(reversed(listed)) + "</sheets>")


def hidden(book: Workbook) -> None:
    book.sub("xl/workbook.xml", '<sheet name="基础建设"', '<sheet state="hidden" name="基础建设"')


def answers_elsewhere(book: Workbook) -> None:
    """A column was inserted before the answers of one sheet."""
    text = book.parts["xl/worksheets/sheet3.xml"].decode()
    for old, new in (("E", "M1"), ("D", "E")):
        text = re.sub(rf'(<c r="){old}([0-9])', rf"\g<1>{new}\2" if new == "E" else r"\g<1>AZ\2", text)
    # the format wants cells from left to right
    text = re.sub(
        r"(<row [^>]*>)(.*?)(</row>)", lambda row: row[1] + "".join(sorted(re.findall(r"<c .*?(?:/>|</c>)", row[2]), key=_column)) + row[3], text
    )
    book.parts["xl/worksheets/sheet3.xml"] = text.encode()


def _column(cell: str) -> tuple[int, str]:
    letters = re.findall(r'r="([A-Z]+)', cell)[0]
    return len(letters), letters


def own_notes(book: Workbook) -> None:
    """A row of one's own below the questions, without a code."""
    book.sub("xl/worksheets/sheet3.xml", "</sheetData>", '<row r="400"><c r="D400" t="inlineStr"><is><t>问财务部</t></is></c></row></sheetData>')


LAYOUTS: dict[str, Callable[[Workbook], object]] = {
    "a renamed sheet": swapped("基础建设", "我们的表 &amp; 数"),
    "moved sheets": reversed_sheets,
    "a hidden sheet": hidden,
    "rows in reverse": moved_rows("xl/worksheets/sheet3.xml", lambda numbers: numbers[::-1]),
    "rows shuffled": moved_rows("xl/worksheets/sheet2.xml", lambda numbers: random.Random(3).sample(numbers, len(numbers))),
    "inserted rows": moved_rows("xl/worksheets/sheet2.xml", lambda numbers: [number * 3 for number in numbers]),
    "an inserted column": answers_elsewhere,
    "a row of notes": own_notes,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_answers_are_found_by_their_codes(name: str, model: Model, book: Workbook, tmp_path: Path) -> None:
    before = dict(book.parts)
    LAYOUTS[name](book)
    assert book.parts != before
    assert answers_of(model, book, tmp_path) == FILLED


# -- what cells hold


@pytest.mark.parametrize(
    ("code", "edit", "raw"),
    [
        ("BC02A", lambda book: book.number("BC02A", "1.1000000000000001"), "1.1"),
        ("BC02A", lambda book: book.number("BC02A", "0.30000000000000004"), "0.3"),
        ("BC02A", lambda book: book.number("BC02A", "1E-2"), "0.01"),
        ("BC02A", lambda book: book.number("BC02A", "1.2345E7"), "12345000"),
        ("BC02A", lambda book: book.number("BC02A", "620"), "620"),
        ("BC02A", lambda book: book.number("BC02A", "-0"), "0"),
        ("BC02A", lambda book: book.text("BC02A", "１２３．５"), "１２３．５"),
        ("BC02A", lambda book: book.text("BC02A", " 620 "), "620"),
        ("BC01", lambda book: book.number("BC01", "0.41", style=book.style_with("0%")), "41"),
        ("BC01", lambda book: book.number("BC01", "0.28999999999999998", style=book.style_with("0.00%")), "29"),
        ("BC01", lambda book: book.number("BC01", "0.0725", style=book.style_with("0.0%;[Red]-0.0%")), "7.25"),
        ("BC01", lambda book: book.number("BC01", "41", style=book.style_with("0&quot;%&quot;")), "41"),
        ("BC01", lambda book: book.number("BC01", "41", style=book.style_with("0\\%")), "41"),
        ("BC03", lambda book: book.text("BC03", "A"), "A"),
        ("BC03", lambda book: book.text("BC03", "  ａ．第Ａ档"), "A"),
        ("BC03", lambda book: book.text("BC03", "A：第 A  档 "), "A"),
        ("BC03", lambda book: book.text("BC03", "A Step A"), "A"),
        ("BC03", lambda book: book.text("BC03", "A 第A档：看得见的A"), "A"),
        ("QY03", lambda book: book.number("QY03", "2025"), "2025"),
        ("QY03", lambda book: book.number("QY03", "46022", style=book.style_with("yyyy/m/d")), "2025-12-31"),
        ("QY01", lambda book: book.text("QY01", "=1+1 &lt;b&gt; 两行&#10;字 "), "=1+1 <b> 两行\n字 "),
        ("QY01", lambda book: book.put("QY01", "<is><r><t>甲</t></r><r><rPr><b/></rPr><t>厂</t></r></is>", kind="inlineStr"), "甲厂"),
    ],
)
def test_a_cell_becomes_the_answer_somebody_typed(
    code: str, edit: Callable[[Workbook], object], raw: str, model: Model, book: Workbook, tmp_path: Path
) -> None:
    edit(book)
    assert read_workbook(model, saved(book, tmp_path))[code] == raw


def test_full_width_digits_are_normalised_and_said_when_the_sheet_is_read(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.text("BC02A", "１２３．５")
    sheet = read_sheet(model, read_workbook(model, saved(book, tmp_path)))
    assert sheet.answers["BC02A"] == 1235000
    assert any("１２３．５" in zh for zh, _ in sheet.notes)


@pytest.mark.parametrize("word", ["选", " 选 ", "Yes", "yes", "√", "✓", "ｘ", "X", "是"])
def test_an_option_is_chosen_in_whatever_language_and_hand(word: str, model: Model, book: Workbook, tmp_path: Path) -> None:
    book.text("QY11#A", word).put("QY11#B", "")
    assert read_workbook(model, saved(book, tmp_path))["QY11"] == ["A"]


def test_blank_cells_and_cells_of_spaces_are_unanswered(model: Model, book: Workbook, tmp_path: Path) -> None:
    for code in book.places:
        if code != "guanbiao:code":
            book.text(code, "  ") if code[-1] in "13" else book.put(code, "")
    assert read_workbook(model, saved(book, tmp_path)) == {}


def test_a_chosen_none_beside_another_option_is_left_to_the_sheet_to_refuse(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.text("QY11#Z", "选")
    raw = read_workbook(model, saved(book, tmp_path))
    assert raw["QY11"] == ["A", "B", "Z"]
    with pytest.raises(Unusable, match="excludes"):
        read_sheet(model, raw)


@given(st.integers(-(10**14), 10**14))
def test_every_decimal_of_a_form_survives_the_way_through_a_binary_number(scaled: int) -> None:
    text = scaled_text(scaled)
    assert decimal_text(float(text)) == text
    assert decimal_text(float(f"{float(text):.17g}")) == text


@given(st.integers(0, 10**8))
def test_every_percentage_is_multiplied_exactly(scaled: int) -> None:
    share = float(f"{scaled_text(scaled, 10**6)}")
    assert decimal_text(share, times=100) == scaled_text(scaled)
