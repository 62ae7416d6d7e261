"""A workbook read back: whose it is, cells that cannot be trusted, rows that are not there. Refused by name."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Conflict, Refusals
from tests.indicators.edited_workbooks import FILLED, Workbook, answers_of, refusal_of, small_model


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path, **FILLED)


# -- whose workbook it is


def with_code(raw: dict[str, Any]) -> None:
    raw["code"] = "iii-other"


def with_edition(raw: dict[str, Any]) -> None:
    raw["edition"] = "2027.1"


@pytest.mark.parametrize(
    ("reader", "code", "theirs", "ours"),
    [
        (small_model(with_code), "other-model", "iii-small", "iii-other"),
        (small_model(with_edition), "other-edition", "2026.1", "2027.1"),
        (small_model(digest="sha256:" + "cd" * 32), "other-digest", "sha256:" + "ab" * 32, "sha256:" + "cd" * 32),
    ],
)
def test_a_workbook_of_another_questionnaire_edition_or_digest_is_a_conflict_naming_both(
    reader: Model, code: str, theirs: str, ours: str, book: Workbook, tmp_path: Path
) -> None:
    refusal = refusal_of(reader, book, tmp_path)
    assert isinstance(refusal, Conflict) and refusal.code == f"workbook.{code}"
    for sentence in (refusal.zh, refusal.en):
        assert theirs in sentence and ours in sentence
    assert "：的" not in refusal.zh


@pytest.mark.parametrize(
    "mark", ["guanbiao.workbook/1", "guanbiao:model=iii-small", "guanbiao:edition=2026.1", "guanbiao:digest=sha256:" + "ab" * 32]
)
def test_a_workbook_without_its_cover_is_refused(mark: str, model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/sharedStrings.xml", re.escape(mark), "x")
    assert refusal_of(model, book, tmp_path).code == "workbook.cover-missing"


def test_a_cover_whose_digest_is_a_formula_is_not_believed(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.put_cell(
        "xl/worksheets/sheet1.xml", "A4", f'<f>"guanbiao:digest="&amp;"{"ab" * 32}"</f><v>guanbiao:digest=sha256:{"ab" * 32}</v>', kind="str"
    )
    assert refusal_of(model, book, tmp_path).code == "workbook.cover-missing"


def test_two_covers_that_differ_are_refused(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.put_cell("xl/worksheets/sheet2.xml", "B2", "<is><t>guanbiao:edition=2031.1</t></is>", kind="inlineStr")
    assert refusal_of(model, book, tmp_path).code == "workbook.covers-differ"


# -- answer cells that cannot be trusted


def merged(name: str) -> Callable[[Workbook], object]:
    return lambda book: book.sub(
        "xl/worksheets/sheet3.xml", "</sheetData>.*?(?=<)", f'</sheetData><mergeCells count="1"><mergeCell ref="{name}"/></mergeCells>'
    )


DATE, PERCENT = "yyyy/m/d", "0.0%"

CELLS: dict[str, tuple[str, Callable[[Workbook], object], str]] = {
    "a formula with the right result": ("BC02A", lambda book: book.put("BC02A", "<f>600+20</f><v>620</v>"), "formula"),
    "a formula that gives text": ("BC03", lambda book: book.put("BC03", '<f>"B x"</f><v>B x</v>', kind="str"), "formula"),
    "a formula that refers to itself in another file": ("QY12", lambda book: book.put("QY12", "<f>[1]Sheet1!A1</f><v>7</v>"), "formula"),
    "an empty formula": ("QY12", lambda book: book.put("QY12", "<f/><v>7</v>"), "formula"),
    "a formula in a multiple choice": ("QY11", lambda book: book.put("QY11#B", '<f>"选"</f><v>选</v>', kind="str"), "formula"),
    "a value that a formula elsewhere spills": (
        "BC02A",
        lambda book: book.put_cell(
            book.places["BC02A"][0], book.cell("BC02A").replace("D", "E"), f'<f t="array" ref="{book.cell("BC02A")}:F99">A1</f><v>1</v>'
        ),
        "formula",
    ),
    "a share of a formula": ("QY12", lambda book: book.put("QY12", '<f t="shared" si="0"/><v>7</v>'), "formula"),
    "merged cells that begin at the answer": ("BC02A", lambda book: merged(f"{book.cell('BC02A')}:E9")(book), "merged"),
    "merged cells that run over the answer": (
        "BC02B",
        lambda book: merged(f"{book.cell('BC02B').replace('D', 'B')}:{book.cell('BC02B')}")(book),
        "merged",
    ),
    "an error value": ("BC02A", lambda book: book.put("BC02A", "<v>#DIV/0!</v>", kind="e"), "error-value"),
    "an error value in a text": ("QY01", lambda book: book.put("QY01", "<v>#N/A</v>", kind="e"), "error-value"),
    "a truth value for a number": ("QY12", lambda book: book.put("QY12", "<v>1</v>", kind="b"), "boolean"),
    "a truth value for a choice": ("BC03", lambda book: book.put("BC03", "<v>0</v>", kind="b"), "boolean"),
    "a truth value for a text": ("QY01", lambda book: book.put("QY01", "<v>1</v>", kind="b"), "boolean"),
    "a truth value in a multiple choice": ("QY11", lambda book: book.put("QY11#A", "<v>1</v>", kind="b"), "unknown-mark"),
    "a date for a number": ("BC04", lambda book: book.number("BC04", "45000", style=book.style_with(DATE)), "date"),
    "a time for a count": ("QY12", lambda book: book.number("QY12", "0.5", style=book.style_with("h:mm")), "date"),
    "a date for a choice": ("BC03", lambda book: book.number("BC03", "45000", style=book.style_with(DATE)), "date"),
    "an ISO date for a number": ("BC04", lambda book: book.put("BC04", "<v>2025-01-02</v>", kind="d"), "date"),
    "a percentage for an amount": ("BC02A", lambda book: book.number("BC02A", "0.41", style=book.style_with(PERCENT)), "percentage"),
    "a number past all numbers": ("BC02A", lambda book: book.number("BC02A", "1e999"), "not-finite"),
    "an option that is none": ("BC03", lambda book: book.text("BC03", "E 另一档"), "unknown-option"),
    "an option without a code": ("BC03", lambda book: book.text("BC03", "第B档"), "unknown-option"),
    "an option's code with another option's text": ("BC03", lambda book: book.text("BC03", "A 第B档"), "other-option"),
    "an option text of another question": ("BC03", lambda book: book.text("BC03", "A 没有部门管"), "other-option"),
    "a thousands separator": ("BC02A", lambda book: book.text("BC02A", "80,000"), "thousands"),
    "a thousands separator in full width": ("QY12", lambda book: book.text("QY12", "８０，０００"), "thousands"),
    "a space between digits": ("BC02A", lambda book: book.text("BC02A", "80 000"), "spaces"),
    "a character nobody sees between digits": ("BC02A", lambda book: book.text("BC02A", "80\u200b000"), "spaces"),
    "a number for a choice": ("BC03", lambda book: book.number("BC03", "2"), "unknown-option"),
    "a code that only begins like one": ("BC03", lambda book: book.text("BC03", "Bx"), "unknown-option"),
    "a word where an option is chosen": ("QY11", lambda book: book.text("QY11#B", "否"), "unknown-mark"),
    "a code of 18 digits as a number": ("QY02", lambda book: book.number("QY02", "913300001234567890"), "long-number"),
}


@pytest.mark.parametrize("name", CELLS)
def test_an_answer_cell_that_cannot_be_trusted_is_refused_naming_file_sheet_cell_and_question(
    name: str, model: Model, book: Workbook, tmp_path: Path
) -> None:
    question, edit, code = CELLS[name]
    edit(book)
    refusal = refusal_of(model, book, tmp_path)
    said = refusal.refusals[0] if isinstance(refusal, Refusals) else refusal
    assert said.code == f"workbook.{code}"
    asked = model.question[question]
    cells = [book.cell(key) for key in book.places if key.partition("#")[0] == question]
    assert said.at in [f"{'企业概况' if asked.section == 'QY' else '基础建设'}!{cell}" for cell in cells]
    for sentence, title in ((said.zh, asked.title.zh), (said.en, asked.title.en)):
        assert said.at in sentence and title in sentence and question in sentence and str(model.card_of[question].number) in sentence
        assert sentence[-1] in "。."


def test_all_refused_cells_are_named_at_once(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.put("BC02A", "<f>1</f><v>1</v>").put("QY11#A", "<f>1</f><v>选</v>", kind="str").put("QY11#B", "<v>#N/A</v>", kind="e").text("BC03", "X")
    refusal = refusal_of(model, book, tmp_path)
    assert isinstance(refusal, Refusals)
    assert [one.code.partition(".")[2] for one in refusal.refusals] == ["formula", "error-value", "formula", "unknown-option"]


def test_a_formula_beside_the_answers_is_nobodys_business(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.put_cell(book.places["BC04"][0], book.cell("BC04").replace("D", "J"), "<f>1/0</f><v>#DIV/0!</v>", kind="e")
    assert answers_of(model, book, tmp_path) == FILLED


# -- rows and sheets


def test_a_code_that_is_not_in_the_questionnaire_is_refused_with_its_cell(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/sharedStrings.xml", ">BC04<", ">BC99<")
    refusal = refusal_of(model, book, tmp_path)
    assert refusal.code == "workbook.unknown-code" and not isinstance(refusal, Refusals)
    assert refusal.at == f"基础建设!A{book.places['BC04'][1] + 1}"
    for sentence in (refusal.zh, refusal.en):
        assert "BC99" in sentence and refusal.at in sentence and re.search("(恢复|restore) BC04", sentence)


def test_a_cleared_code_is_refused_naming_the_code_to_restore_and_its_cell(model: Model, book: Workbook, tmp_path: Path) -> None:
    part, row = book.places["BC04"]
    book.put_cell(part, f"A{row + 1}", "")
    refusal = refusal_of(model, book, tmp_path)
    assert refusal.code == "workbook.code-cleared" and refusal.at == f"基础建设!A{row + 1}"
    for sentence in (refusal.zh, refusal.en):
        assert re.search("(恢复|restore) BC04", sentence) and refusal.at in sentence and "清空这一格" not in sentence


def test_a_row_of_ones_own_with_something_in_the_column_of_codes_may_be_cleared(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/worksheets/sheet3.xml", "</sheetData>", '<row r="400"><c r="A400" t="inlineStr"><is><t>问财务部</t></is></c></row></sheetData>')
    refusal = refusal_of(model, book, tmp_path)
    assert refusal.code == "workbook.unknown-code" and refusal.at == "基础建设!A400" and "清空这一格" in refusal.zh


@pytest.mark.parametrize(("one", "other"), [("BC02A", "BC02B"), ("BC01", "BC04"), ("QY11#A", "QY11#B")])
def test_two_swapped_codes_are_refused_naming_what_stands_there_and_what_belongs_there(
    one: str, other: str, model: Model, book: Workbook, tmp_path: Path
) -> None:
    for at, code in ((one, other), (other, one)):
        part, row = book.places[at]
        book.put_cell(part, f"A{row + 1}", f"<is><t>{code}</t></is>", kind="inlineStr")
    refusal = refusal_of(model, book, tmp_path)
    assert isinstance(refusal, Refusals) and len(refusal.refusals) == 2
    for said, stood in zip(refusal.refusals, sorted((one, other), key=lambda code: book.places[code][1]), strict=True):
        wrong = other if stood == one else one
        assert said.code == "workbook.code-mismatch" and said.at.endswith(f"!A{book.places[stood][1] + 1}")
        for sentence in (said.zh, said.en):
            assert said.at in sentence and wrong in sentence and re.search(f"(恢复|restore) {stood}", sentence)


def test_swapped_codes_of_two_questions_of_one_wording_are_told_apart_by_their_number(tmp_path: Path) -> None:
    def alike(raw: dict[str, Any]) -> None:
        raw["questions"][10]["title"] = raw["questions"][7]["title"]  # BC04 and BC02A, on two cards

    model = small_model(alike)
    book = Workbook.fresh(model, tmp_path)
    for at, code in (("BC04", "BC02A"), ("BC02A", "BC04")):
        part, row = book.places[at]
        book.put_cell(part, f"A{row + 1}", f"<is><t>{code}</t></is>", kind="inlineStr")
    refusal = refusal_of(model, book, tmp_path)
    assert isinstance(refusal, Refusals) and {one.code for one in refusal.refusals} == {"workbook.code-mismatch"}
    assert "恢复 BC04" in refusal.zh and "恢复 BC02A" in refusal.zh


def test_a_question_that_was_reworded_is_refused(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/sharedStrings.xml", ">几天？<", ">几个月？<")
    refusal = refusal_of(model, book, tmp_path)
    assert refusal.code == "workbook.code-mismatch" and "几个月？" in refusal.zh and "几天？" in refusal.zh and "BC04" in refusal.zh


def test_white_space_in_a_printed_question_does_not_matter(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/sharedStrings.xml", "<t>几天？<", '<t xml:space="preserve"> 几 天\n？<')
    assert answers_of(model, book, tmp_path) == FILLED


def test_a_code_that_a_formula_computes_is_refused(model: Model, book: Workbook, tmp_path: Path) -> None:
    part, row = book.places["BC04"]
    book.put_cell(part, f"A{row + 1}", '<f>"BC0"&amp;4</f><v>BC04</v>', kind="str")
    assert refusal_of(model, book, tmp_path).code == "workbook.code-formula"


def test_a_copied_row_is_refused_naming_both_cells(model: Model, book: Workbook, tmp_path: Path) -> None:
    text = book.parts["xl/sharedStrings.xml"].decode().replace(">BC02B<", ">BC02A<").replace(">净收益<", ">建设投入<")
    book.parts["xl/sharedStrings.xml"] = text.encode()
    refusal = refusal_of(model, book, tmp_path)
    refusal = refusal.refusals[0] if isinstance(refusal, Refusals) else refusal
    assert refusal.code == "workbook.code-twice"
    assert f"基础建设!{book.cell('BC02A')}" in refusal.zh and f"基础建设!{book.cell('BC02B')}" in refusal.zh


def test_a_copied_sheet_is_refused(model: Model, book: Workbook, tmp_path: Path) -> None:
    book.parts["xl/worksheets/sheet90.xml"] = book.parts["xl/worksheets/sheet3.xml"]
    book.sub("xl/workbook.xml", "</sheets>", '<sheet name="基础建设 (2)" sheetId="90" r:id="rId90"/></sheets>')
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    book.sub(
        "xl/_rels/workbook.xml.rels",
        "</Relationships>",
        f'<Relationship Id="rId90" Type="{kind}" Target="/xl/worksheets/sheet90.xml"/></Relationships>',
    )
    refusal = refusal_of(model, book, tmp_path)
    assert isinstance(refusal, Refusals) and {one.code for one in refusal.refusals} == {"workbook.code-twice"}
    assert "基础建设 (2)!" in refusal.zh


def test_a_deleted_row_is_refused_naming_the_question(model: Model, book: Workbook, tmp_path: Path) -> None:
    part, row = book.places["QY11#B"]
    book.sub(part, f'<row r="{row + 1}".*?</row>', "")
    refusal = refusal_of(model, book, tmp_path)
    assert refusal.code == "workbook.missing-rows" and "QY11" in refusal.zh and "第 5 题" in refusal.zh


@pytest.mark.parametrize("mark", ["guanbiao:code", "guanbiao:answer", "guanbiao:number", "guanbiao:question"])
def test_a_sheet_whose_marks_are_gone_is_refused(mark: str, model: Model, book: Workbook, tmp_path: Path) -> None:
    book.sub("xl/sharedStrings.xml", mark, "x")
    refusal = refusal_of(model, book, tmp_path)
    assert isinstance(refusal, Refusals) and {one.code for one in refusal.refusals} == {"workbook.marks"}
