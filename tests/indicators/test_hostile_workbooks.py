"""What hides inside a workbook: macros, DOCTYPEs, links to other files, sheets without end, damage. Refused in a sentence, never a traceback."""

from __future__ import annotations

import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks import guard
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.kernel.errors import Refusal
from tests.indicators.edited_workbooks import Workbook, refused, small_model, written


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path)


def with_part(name: str, content: bytes) -> Callable[[Workbook], object]:
    return lambda book: book.parts.__setitem__(name, content)


OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
RELATION = '<Relationship Id="rId900" Type="' + OFFICE + '/{}" Target="{}" TargetMode="External"/></Relationships>'


def relation(kind: str, target: str) -> Callable[[Workbook], object]:
    return lambda book: book.sub("xl/_rels/workbook.xml.rels", "</Relationships>", RELATION.format(kind, target))


BILLION = '<!DOCTYPE a [<!ENTITY x "ha">]><worksheet'

INSIDE: dict[str, tuple[Callable[[Workbook], object], str]] = {
    "a macro project": (with_part("xl/vbaProject.bin", b"\x01\x02"), "macros"),
    "a macro project elsewhere, in another case": (with_part("Other/VBAPROJECT.BIN", b"\x01"), "macros"),
    "the content type of .xlsm": (
        lambda book: book.sub("[Content_Types].xml", r"spreadsheetml\.sheet\.main\+xml", "sheet.macroEnabled.main+xml"),
        "macros",
    ),
    "a macro sheet": (with_part("xl/macrosheets/sheet1.xml", b"<a/>"), "macros"),
    "an ActiveX control": (with_part("xl/activeX/activeX1.bin", b"\x01"), "macros"),
    "a DOCTYPE in a sheet": (lambda book: book.sub("xl/worksheets/sheet2.xml", "<worksheet", BILLION), "doctype"),
    "a DOCTYPE in the workbook": (lambda book: book.sub("xl/workbook.xml", "<workbook", "<!DOCTYPE workbook><workbook"), "doctype"),
    "a DOCTYPE in the relations": (lambda book: book.sub("_rels/.rels", "<Relationships", "<!doctype a><Relationships"), "doctype"),
    "a DOCTYPE in the properties": (
        lambda book: book.sub("docProps/core.xml", "<cp:core", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><cp:core'),
        "doctype",
    ),
    "a DOCTYPE in a part that hides what it is": (
        with_part("xl/media/image1.png", b"\xef\xbb\xbf  <?xml version='1.0'?><!DOCTYPE a><a/>"),
        "doctype",
    ),
    "a DOCTYPE in UTF-16": (
        with_part("xl/worksheets/sheet9.xml", "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16")),
        "encoding",
    ),
    "a DOCTYPE in UTF-7": (with_part("xl/worksheets/sheet9.xml", b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE a+AD4-<a/>'), "encoding"),
    "a link to another workbook": (with_part("xl/externalLinks/externalLink1.xml", b"<externalLink/>"), "external-link"),
    "a relation to another file": (relation("externalLinkPath", "file:///C:/other.xlsx"), "external-link"),
    "a picture from the network": (relation("image", "http://192.0.2.1/a.png"), "external-link"),
    "a data connection": (with_part("xl/connections.xml", b"<connections/>"), "external-link"),
    "a query table": (with_part("xl/queryTables/queryTable1.xml", b"<queryTable/>"), "external-link"),
    "a sheet whose XML breaks off": (lambda book: book.sub("xl/worksheets/sheet2.xml", "</sheetData>.*", ""), "damaged"),
    "a sheet that is not there": (lambda book: book.parts.pop("xl/worksheets/sheet2.xml"), "damaged"),
    "relations that are not there": (lambda book: book.parts.pop("xl/_rels/workbook.xml.rels"), "damaged"),
    "a cell that gives no place": (lambda book: book.sub("xl/worksheets/sheet2.xml", 'r="D5"', 'r="5D"'), "damaged"),
    "a cell outside its row": (lambda book: book.sub("xl/worksheets/sheet2.xml", '<c r="D5"', '<c r="D6"'), "damaged"),
    "a cell given twice": (lambda book: book.sub("xl/worksheets/sheet2.xml", '<c r="E5"', '<c r="D5"/><c r="E5"'), "damaged"),
    "a string that is not in the list": (lambda book: book.put_cell("xl/worksheets/sheet2.xml", "D5", "<v>99999</v>", kind="s"), "damaged"),
    "a cell in the last row": (
        lambda book: book.sub("xl/worksheets/sheet2.xml", "</sheetData>", '<row r="1048576"><c r="A1048576"><v>1</v></c></row></sheetData>'),
        "too-many-rows",
    ),
    "a cell in the last column": (
        lambda book: book.sub("xl/worksheets/sheet2.xml", "</sheetData>", '<row r="900"><c r="XFD900"><v>1</v></c></row></sheetData>'),
        "too-many-rows",
    ),
    "a million empty cells in one row": (
        lambda book: book.sub("xl/worksheets/sheet2.xml", "</sheetData>", '<row r="900">' + "<c/>" * 100_000 + "</row></sheetData>"),
        "too-many-rows",
    ),
    "thousands of merged ranges": (
        lambda book: book.sub(
            "xl/worksheets/sheet2.xml", "</sheetData>", "</sheetData><mergeCells>" + '<mergeCell ref="A1:A2"/>' * 3_000 + "</mergeCells>"
        ),
        "damaged",
    ),
}


@pytest.mark.parametrize("name", INSIDE)
def test_what_hides_inside_is_refused(name: str, model: Model, tmp_path: Path, book: Workbook) -> None:
    edit, code = INSIDE[name]
    edit(book)
    path = book.save(tmp_path / "填报.xlsx")
    started = time.monotonic()
    assert refused(model, path).code == f"workbook.{code}"
    assert time.monotonic() - started < 5


def test_a_sheet_of_a_million_rows_is_refused_in_a_moment(model: Model, tmp_path: Path, book: Workbook) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(1_000, 1_048_577))
    book.parts["xl/worksheets/sheet2.xml"] = book.parts["xl/worksheets/sheet2.xml"].replace(b"</sheetData>", rows + b"</sheetData>")
    path = tmp_path / "百万行.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in book.parts.items():
            archive.writestr(name, part)
    started = time.monotonic()
    assert refused(model, path).code == "workbook.part-too-large"
    assert time.monotonic() - started < 2


def test_a_web_address_that_excel_made_a_hyperlink_is_no_external_link(model: Model, tmp_path: Path, book: Workbook) -> None:
    relation("hyperlink", "https://example.com/a?b=1")(book)
    book.text("BC05", "https://example.com/a?b=1")
    assert read_workbook(model, book.save(tmp_path / "a.xlsx")) == {"BC05": "https://example.com/a?b=1"}


def test_text_that_talks_about_doctypes_is_only_text(model: Model, tmp_path: Path, book: Workbook) -> None:
    book.text("BC05", "&lt;!DOCTYPE a&gt;")
    assert read_workbook(model, book.save(tmp_path / "a.xlsx")) == {"BC05": "<!DOCTYPE a>"}


def test_the_reader_sees_the_parts_that_were_judged_and_not_the_file(tmp_path: Path, book: Workbook) -> None:
    parts = guard.guarded_parts(book.save(tmp_path / "a.xlsx"))
    assert parts == book.parts
    with zipfile.ZipFile(guard.clean_zip(parts)) as archive:
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}


def test_a_workbook_with_random_damage_is_read_or_refused_and_never_breaks(model: Model, tmp_path: Path, book: Workbook) -> None:
    book.number("QY12", "40").text("QY01", "甲厂")
    whole, chance, outcomes = book.packed(), random.Random(20261124), set()
    for _ in range(150):
        body = bytearray(whole)
        for _ in range(chance.choice((1, 3, 20))):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            outcomes.add(str(sorted(read_workbook(model, written(tmp_path, bytes(body))))))
        except Refusal as refusal:
            outcomes.add(refusal.code)
    assert "workbook.damaged" in outcomes


def test_a_part_with_random_damage_is_read_or_refused_and_never_breaks(model: Model, tmp_path: Path, book: Workbook) -> None:
    book.number("QY12", "40").text("QY01", "甲厂")
    chance, outcomes = random.Random(7), set()
    names = ["xl/workbook.xml", "xl/worksheets/sheet2.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels"]
    whole = dict(book.parts)
    for _ in range(120):
        name = chance.choice(names)
        body = bytearray(whole[name])
        at = chance.randrange(len(body))
        body[at : at + chance.choice((0, 1, 9))] = chance.choice((b"<", b'"', b"9999999999", b"-1", b"</c>", b"&#0;", b"\xff", b"<f/>", b" r=''"))
        book.parts = {**whole, name: bytes(body)}
        try:
            outcomes.add(str(sorted(read_workbook(model, book.save(tmp_path / "a.xlsx")))))
        except Refusal as refusal:
            outcomes.add(refusal.code)
    assert {"workbook.damaged", "['QY01', 'QY12']"} <= outcomes
