"""Workbooks that are not to be trusted: each is refused before it can do harm, in a sentence with a stable code."""

from __future__ import annotations

import random
import re
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks import guard
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.kernel.errors import Refusal
from tests.indicators.edited_workbooks import Workbook, small_model


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path)


def refusal_of(model: Model, path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_workbook(model, path)
    said = caught.value
    assert path.name in said.zh and path.name in said.en
    assert said.zh.endswith("。") and said.en.endswith(".")
    assert re.search("[一-鿿]", said.zh) and "{" not in said.zh + said.en
    return said


def written(tmp_path: Path, body: bytes, name: str = "填报.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(body)
    return path


# -- the file


NOT_WORKBOOKS = {
    "an empty file": (b"", "not-a-workbook"),
    "a text file": ("题号,答案\n1,A\n".encode(), "not-a-workbook"),
    "a web page": (b"<html><table></table></html>", "not-a-workbook"),
    "an old .xls": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "Workbook".encode("utf-16-le"), "legacy-xls"),
    "a workbook with a password": (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
    "the first bytes of a zip": (b"PK\x03\x04", "damaged"),
    "noise behind a zip's first bytes": (b"PK\x03\x04" + b"\xa5" * 5_000, "damaged"),
    "an end record alone behind the first bytes": (b"PK\x03\x04" + b"PK\x05\x06" + b"\0" * 18, "damaged"),
}


@pytest.mark.parametrize("name", NOT_WORKBOOKS)
def test_what_is_no_workbook_is_refused(name: str, model: Model, tmp_path: Path) -> None:
    body, code = NOT_WORKBOOKS[name]
    assert refusal_of(model, written(tmp_path, body)).code == f"workbook.{code}"


def test_a_missing_file_and_a_folder_are_refused(model: Model, tmp_path: Path) -> None:
    assert refusal_of(model, tmp_path / "没有.xlsx").code == "workbook.unreadable"
    (tmp_path / "夹.xlsx").mkdir()
    assert refusal_of(model, tmp_path / "夹.xlsx").code == "workbook.unreadable"


def test_a_huge_file_is_not_read_whole(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(10_000_000_000)
    tracemalloc.start()
    assert refusal_of(model, path).code == "workbook.too-large"
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_a_zip_that_is_no_workbook_is_refused(model: Model, tmp_path: Path, book: Workbook) -> None:
    book.parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
    assert refusal_of(model, book.save(tmp_path / "表.xlsx")).code == "workbook.not-a-workbook"


def test_a_cut_off_workbook_is_refused_at_every_length(model: Model, tmp_path: Path, book: Workbook) -> None:
    whole = book.packed()
    for length in range(4, len(whole), len(whole) // 40):
        assert refusal_of(model, written(tmp_path, whole[:length])).code == "workbook.damaged"


# -- the zip


class Zip:
    """A zip written by hand, so that it can lie."""

    def __init__(self) -> None:
        self.body, self.directory, self.count = b"", b"", 0

    def add(self, name: str, content: bytes, *, size: int | None = None, method: int = 8, flags: int = 0x800, at: int | None = None, named: str = "") -> Zip:
        packer = zlib.compressobj(9, wbits=-15)
        packed = packer.compress(content) + packer.flush() if method == 8 else content
        fields = struct.pack("<HHHHHLLL", 20, flags, method, 0, 0x21, zlib.crc32(content), len(packed), len(content) if size is None else size)
        offset = len(self.body) if at is None else at
        if at is None:
            local = (named or name).encode()
            self.body += b"PK\x03\x04" + fields + struct.pack("<HH", len(local), 0) + local + packed
        raw = name.encode()
        self.directory += b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHHHLL", len(raw), 0, 0, 0, 0, 0, offset) + raw
        self.count += 1
        return self

    def packed(self, *, count: int | None = None) -> bytes:
        total = self.count if count is None else count
        end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, total, total, len(self.directory), len(self.body), 0)
        return self.body + self.directory + end


def lying(book: Workbook) -> Zip:
    made = Zip()
    for name, part in book.parts.items():
        made.add(name, part)
    return made


def test_the_handmade_zip_itself_is_fine(model: Model, tmp_path: Path, book: Workbook) -> None:
    assert read_workbook(model, written(tmp_path, lying(book).packed())) == {}


BOMB = b"<a/>" + b" " * 15_000_000

ZIPS: dict[str, tuple[Callable[[Zip], bytes], str]] = {
    "a part that swells": (lambda made: made.add("xl/a.xml", BOMB).packed(), "zip-bomb"),
    "a part that declares more than a sheet can be": (lambda made: made.add("xl/a.xml", b"<a/>", size=4_000_000_000).packed(), "part-too-large"),
    "a part that holds more than it declares": (lambda made: made.add("xl/a.xml", BOMB, size=400).packed(), "damaged"),
    "a part that holds less than it declares": (lambda made: made.add("xl/a.xml", b"<a/>", size=400).packed(), "damaged"),
    "an entry that points into another one": (lambda made: made.add("xl/a.xml", b"<a/>", at=0).packed(), "overlapping-parts"),
    "an entry that points to no header": (lambda made: made.add("xl/a.xml", b"<a/>", at=90_000_000).packed(), "damaged"),
    "entries that share one body": (lambda made: [made.add("xl/a.xml", b"<a/>" * 99), made.add("xl/b.xml", b"<a/>" * 99, at=made.body.rfind(b"PK\x03\x04"))][0].packed(), "overlapping-parts"),
    "one name twice": (lambda made: made.add("xl/workbook.xml", b"<a/>").packed(), "damaged"),
    "one name twice in another case": (lambda made: made.add("XL/Workbook.xml", b"<a/>").packed(), "damaged"),
    "a name that climbs": (lambda made: made.add("xl/../../etc/passwd", b"x").packed(), "damaged"),
    "an absolute name": (lambda made: made.add("/etc/passwd", b"x").packed(), "damaged"),
    "a backslash in a name": (lambda made: made.add("xl\\a.xml", b"x").packed(), "damaged"),
    "a zero byte in a name": (lambda made: made.add("xl/a.xml\0.png", b"x").packed(), "damaged"),
    "a name that differs inside": (lambda made: made.add("xl/a.xml", b"<a/>", named="xl/b.xml").packed(), "damaged"),
    "an encrypted part": (lambda made: made.add("xl/a.xml", b"<a/>", flags=0x801).packed(), "encrypted"),
    "an unusual method": (lambda made: made.add("xl/a.xml", b"<a/>", method=12).packed(), "damaged"),
    "a directory that counts less than it holds": (lambda made: made.add("xl/a.xml", b"<a/>").packed(count=1), "damaged"),
    "a comment behind the end": (lambda made: made.packed() + b"PK", "damaged"),
    "ten thousand parts": (lambda made: [made.add(f"xl/{n}.xml", b"") for n in range(10_000)][0].packed(), "too-many-parts"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_lies_or_swells_is_refused(name: str, model: Model, tmp_path: Path, book: Workbook) -> None:
    make, code = ZIPS[name]
    path = written(tmp_path, make(lying(book)))
    started = time.monotonic()
    assert refusal_of(model, path).code == f"workbook.{code}"
    assert time.monotonic() - started < 5


def test_entries_that_share_one_body_are_refused_before_anything_is_unpacked(model: Model, tmp_path: Path, book: Workbook) -> None:
    made = lying(book)
    made.add("xl/kernel.xml", b"<a>" + b"x" * 400_000 + b"</a>")
    at = made.body.rfind(b"PK\x03\x04")
    for number in range(100):
        made.add(f"xl/a{number}.xml", b"<a>" + b"x" * 400_000 + b"</a>", at=at)
    path = written(tmp_path, made.packed())
    assert path.stat().st_size < 100_000  # 40 MB within the sum that is allowed, so only the places tell
    tracemalloc.start()
    assert refusal_of(model, path).code == "workbook.overlapping-parts"
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def test_parts_that_are_modest_alone_but_not_together_are_refused(model: Model, tmp_path: Path, book: Workbook) -> None:
    noise = random.Random(1).randbytes(4_000).hex().encode()
    for number in range(12):
        book.parts[f"xl/media/{number}.xml"] = b"<a>" + noise * 600 + b"</a>"
    assert refusal_of(model, book.save(tmp_path / "多.xlsx")).code == "workbook.zip-bomb"


def test_a_bomb_is_refused_without_being_unpacked(model: Model, tmp_path: Path, book: Workbook) -> None:
    path = written(tmp_path, lying(book).add("xl/a.xml", BOMB).packed())
    tracemalloc.start()
    assert refusal_of(model, path).code == "workbook.zip-bomb"
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


# -- what is inside


def with_part(name: str, content: bytes) -> Callable[[Workbook], object]:
    return lambda book: book.parts.__setitem__(name, content)


RELATION = '<Relationship Id="rId900" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}" TargetMode="External"/></Relationships>'


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
    "a DOCTYPE in the properties": (lambda book: book.sub("docProps/core.xml", "<cp:core", '<!DOCTYPE a SYSTEM "file:///etc/passwd"><cp:core'), "doctype"),
    "a DOCTYPE in a part that hides what it is": (with_part("xl/media/image1.png", b"\xef\xbb\xbf  <?xml version='1.0'?><!DOCTYPE a><a/>"), "doctype"),
    "a DOCTYPE in UTF-16": (with_part("xl/worksheets/sheet9.xml", "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16")), "encoding"),
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
        lambda book: book.sub("xl/worksheets/sheet2.xml", "</sheetData>", "</sheetData><mergeCells>" + '<mergeCell ref="A1:A2"/>' * 3_000 + "</mergeCells>"),
        "damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", INSIDE)
def test_what_hides_inside_is_refused(name: str, model: Model, tmp_path: Path, book: Workbook) -> None:
    edit, code = INSIDE[name]
    edit(book)
    path = book.save(tmp_path / "填报.xlsx")
    started = time.monotonic()
    assert refusal_of(model, path).code == f"workbook.{code}"
    assert time.monotonic() - started < 5


def test_a_sheet_of_a_million_rows_is_refused_in_a_moment(model: Model, tmp_path: Path, book: Workbook) -> None:
    rows = b"".join(b'<row r="%d"><c r="A%d"/></row>' % (n, n) for n in range(1_000, 1_048_577))
    book.parts["xl/worksheets/sheet2.xml"] = book.parts["xl/worksheets/sheet2.xml"].replace(b"</sheetData>", rows + b"</sheetData>")
    path = tmp_path / "百万行.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in book.parts.items():
            archive.writestr(name, part)
    started = time.monotonic()
    assert refusal_of(model, path).code == "workbook.part-too-large"
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
