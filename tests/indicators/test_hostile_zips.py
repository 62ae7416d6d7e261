"""Files that are no workbook, and zips that lie or swell: refused before anything is unpacked."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.reading import read_workbook
from tests.indicators.edited_workbooks import Workbook, refused, small_model, written


@pytest.fixture(scope="module")
def model() -> Model:
    return small_model()


@pytest.fixture
def book(model: Model, tmp_path: Path) -> Workbook:
    return Workbook.fresh(model, tmp_path)


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
    assert refused(model, written(tmp_path, body)).code == f"workbook.{code}"


def test_a_missing_file_and_a_folder_are_refused(model: Model, tmp_path: Path) -> None:
    assert refused(model, tmp_path / "没有.xlsx").code == "workbook.unreadable"
    (tmp_path / "夹.xlsx").mkdir()
    assert refused(model, tmp_path / "夹.xlsx").code == "workbook.unreadable"


def test_a_huge_file_is_not_read_whole(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "大.xlsx"
    with path.open("wb") as file:
        file.write(b"PK\x03\x04")
        file.truncate(10_000_000_000)
    tracemalloc.start()
    assert refused(model, path).code == "workbook.too-large"
    assert tracemalloc.get_traced_memory()[1] < 100_000_000
    tracemalloc.stop()


def test_a_zip_that_is_no_workbook_is_refused(model: Model, tmp_path: Path, book: Workbook) -> None:
    book.parts = {"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}
    assert refused(model, book.save(tmp_path / "表.xlsx")).code == "workbook.not-a-workbook"


def test_a_cut_off_workbook_is_refused_at_every_length(model: Model, tmp_path: Path, book: Workbook) -> None:
    whole = book.packed()
    for length in range(4, len(whole), len(whole) // 40):
        assert refused(model, written(tmp_path, whole[:length])).code == "workbook.damaged"


# -- the zip


class Zip:
    """A zip written by hand, so that it can lie."""

    def __init__(self) -> None:
        self.body, self.directory, self.count = b"", b"", 0

    def add(
        self, name: str, content: bytes, *, size: int | None = None, method: int = 8, flags: int = 0x800, at: int | None = None, named: str = ""
    ) -> Zip:
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


def sharing(made: Zip, times: int) -> Zip:
    """One body, many names: the kernel of a bomb."""
    content = b"<a>" + b"x" * 400_000 + b"</a>"
    made.add("xl/kernel.xml", content)
    at = made.body.rfind(b"PK\x03\x04")
    for number in range(times):
        made.add(f"xl/a{number}.xml", content, at=at)
    return made


def crowd(made: Zip) -> Zip:
    for number in range(10_000):
        made.add(f"xl/{number}.xml", b"")
    return made


BOMB = b"<a/>" + b" " * 15_000_000

ZIPS: dict[str, tuple[Callable[[Zip], bytes], str]] = {
    "a part that swells": (lambda made: made.add("xl/a.xml", BOMB).packed(), "zip-bomb"),
    "a part that declares more than a sheet can be": (lambda made: made.add("xl/a.xml", b"<a/>", size=4_000_000_000).packed(), "part-too-large"),
    "a part that holds more than it declares": (lambda made: made.add("xl/a.xml", BOMB, size=400).packed(), "damaged"),
    "a part that holds less than it declares": (lambda made: made.add("xl/a.xml", b"<a/>", size=400).packed(), "damaged"),
    "an entry that points into another one": (lambda made: made.add("xl/a.xml", b"<a/>", at=0).packed(), "overlapping-parts"),
    "an entry that points to no header": (lambda made: made.add("xl/a.xml", b"<a/>", at=90_000_000).packed(), "damaged"),
    "entries that share one body": (lambda made: sharing(made, 1).packed(), "overlapping-parts"),
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
    "ten thousand parts": (lambda made: crowd(made).packed(), "too-many-parts"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_a_zip_that_lies_or_swells_is_refused(name: str, model: Model, tmp_path: Path, book: Workbook) -> None:
    make, code = ZIPS[name]
    path = written(tmp_path, make(lying(book)))
    started = time.monotonic()
    assert refused(model, path).code == f"workbook.{code}"
    assert time.monotonic() - started < 5


def test_entries_that_share_one_body_are_refused_before_anything_is_unpacked(model: Model, tmp_path: Path, book: Workbook) -> None:
    path = written(tmp_path, sharing(lying(book), 100).packed())
    assert path.stat().st_size < 100_000  # 40 MB within the sum that is allowed, so only the places tell
    tracemalloc.start()
    assert refused(model, path).code == "workbook.overlapping-parts"
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()


def test_parts_that_are_modest_alone_but_not_together_are_refused(model: Model, tmp_path: Path, book: Workbook) -> None:
    noise = random.Random(1).randbytes(4_000).hex().encode()
    for number in range(12):
        book.parts[f"xl/media/{number}.xml"] = b"<a>" + noise * 600 + b"</a>"
    assert refused(model, book.save(tmp_path / "多.xlsx")).code == "workbook.zip-bomb"


def test_a_bomb_is_refused_without_being_unpacked(model: Model, tmp_path: Path, book: Workbook) -> None:
    path = written(tmp_path, lying(book).add("xl/a.xml", BOMB).packed())
    tracemalloc.start()
    assert refused(model, path).code == "workbook.zip-bomb"
    assert tracemalloc.get_traced_memory()[1] < 3_000_000
    tracemalloc.stop()
