"""A filled workbook on its way into a sheet: every fault with its place, all in one run; and files that are no workbook of ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from guanbiao.assessment.sheets import sheet_from
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Refusal, Refusals
from guanbiao.project.command import main
from tests.indicators.edited_workbooks import FILLED, Workbook, small_model


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path, **FILLED)


def refusals_of(model: Model, book: Workbook, tmp_path: Path) -> tuple[Refusal, ...]:
    with pytest.raises(Refusal) as caught:
        sheet_from(model, book.save(tmp_path / "填报.xlsx"))
    return caught.value.refusals if isinstance(caught.value, Refusals) else (caught.value,)


def test_faults_of_rows_of_cells_and_of_numbers_are_told_in_one_run_each_with_its_cell(model: Model, book: Workbook, tmp_path: Path) -> None:
    part, row = book.places["BC04"]
    book.put_cell(part, f"A{row + 1}", "")
    book.put("BC02A", "<f>1</f><v>1</v>").number("BC01", "412").number("QY12", "1.5").text("BC02B", "八万").text("QY11#Z", "选")
    found = refusals_of(model, book, tmp_path)
    expected = {
        "workbook.code-cleared": f"基础建设!A{row + 1}",
        "workbook.formula": f"基础建设!{book.cell('BC02A')}",
        "answers.out-of-range": f"基础建设!{book.cell('BC01')}",
        "answers.not-whole": f"企业概况!{book.cell('QY12')}",
        "answers.not-a-number": f"基础建设!{book.cell('BC02B')}",
        "answers.exclusive": f"企业概况!{book.cell('QY11#A')}:{book.cell('QY11#Z')}",
    }
    assert {one.code for one in found} == set(expected)
    for one in found:
        for sentence in (one.zh, one.en):
            assert expected[one.code] in sentence and "填报.xlsx" in sentence and sentence[-1] in "。."


def test_a_single_fault_of_a_number_names_file_sheet_and_cell_and_keeps_its_question(model: Model, book: Workbook, tmp_path: Path) -> None:
    (one,) = refusals_of(model, book.number("BC01", "412"), tmp_path)
    assert one.code == "answers.out-of-range" and one.at == "BC01"
    assert one.zh.endswith(f"（填报.xlsx，基础建设!{book.cell('BC01')}）。") and one.en.endswith(f"(填报.xlsx, 基础建设!{book.cell('BC01')}).")


def test_a_thousands_separator_is_refused_by_its_name(model: Model, book: Workbook, tmp_path: Path) -> None:
    (one,) = refusals_of(model, book.text("BC02A", "80,000"), tmp_path)
    assert "不要用千位分隔符" in one.zh and "thousands separator" in one.en and "“80,000”" in one.zh


@pytest.mark.parametrize("typed", ["80 000", "80\u00a0000", "80\u200b000"])
def test_blanks_between_digits_are_quoted_so_that_they_can_be_seen(typed: str, model: Model, book: Workbook, tmp_path: Path) -> None:
    (one,) = refusals_of(model, book.text("BC02A", typed), tmp_path)
    assert "“80␣000”" in one.zh and "“80␣000”" in one.en


def test_blanks_around_a_number_are_dropped_and_said_visibly(model: Model, book: Workbook, tmp_path: Path) -> None:
    sheet = sheet_from(model, book.text("BC02A", " 80000 ").save(tmp_path / "填报.xlsx"))
    assert sheet.answers["BC02A"] == 800_000_000
    assert [zh for zh, _ in sheet.notes if "“␣80000␣”按 80000 读取" in zh and book.cell("BC02A") in zh]


def test_words_and_units_are_left_to_the_sheet_to_refuse(model: Model, book: Workbook, tmp_path: Path) -> None:
    assert {one.code for one in refusals_of(model, book.text("BC02A", "8 万").text("BC02B", "a,b"), tmp_path)} == {"answers.not-a-number"}


@pytest.mark.parametrize("name", ["表.ods", "表.CSV", "表.et", "表.numbers"])
def test_another_kind_of_table_is_refused_with_the_format_to_save_it_in(name: str, model: Model, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"a,b\n")
    with pytest.raises(Refusal) as caught:
        sheet_from(model, tmp_path / name)
    assert caught.value.code == "file.other-table" and name in caught.value.zh
    assert ".xlsx" in caught.value.zh and ".xlsx" in caught.value.en


# -- writing the template


@pytest.mark.parametrize("name", ["q.xls", "q", "q.xlsm", "q.csv"])
def test_a_template_that_is_not_named_xlsx_is_refused(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "template", "ccid-2015", "-o", str(tmp_path / name), "--lang", "zh"]) == 2
    said = capsys.readouterr().err
    assert name in said and "取名为 .xlsx" in said and said.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_a_template_never_replaces_a_file_unless_it_is_told_to(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "问卷.XLSX"
    path.write_bytes(b"filled in by hand")
    assert main(["model", "template", "ccid-2015", "-o", str(path), "--lang", "zh"]) == 2
    said = capsys.readouterr().err
    assert "问卷.XLSX" in said and "--force" in said and path.read_bytes() == b"filled in by hand"
    assert main(["model", "template", "ccid-2015", "-o", str(path), "--force", "--quiet"]) == 0
    assert path.read_bytes().startswith(b"PK")
