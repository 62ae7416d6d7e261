"""The guard before a workbook is opened: what the zip declares is judged first, then every part is unpacked within its declared size.

Nothing here trusts the interpreter's zip reader with hostile sizes, and whoever reads the workbook afterwards gets the parts that were
judged, not the file.
"""

from __future__ import annotations

import io
import os
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Final

from guanbiao.indicators.workbooks.refusals import Refusing, short

MOST_FILE_BYTES: Final = 20_000_000
MOST_PARTS: Final = 500
MOST_PART_BYTES: Final = 16_000_000
MOST_BYTES: Final = 48_000_000
MOST_RATIO: Final = 200
"""A sheet of XML shrinks 10 to 60 times; small parts are let through, whatever their ratio."""
RATIO_FREE_BYTES: Final = 500_000
MOST_DIRECTORY_BYTES: Final = 200_000

_OLE = bytes.fromhex("d0cf11e0a1b11ae1")
_LOCAL, _END = b"PK\x03\x04", b"PK\x05\x06"
_END_BYTES, _LOCAL_BYTES = 22, 30
_ENCRYPTED_FLAG = 0x1


def guarded_parts(path: Path) -> dict[str, bytes]:
    """Part name → content of a workbook that is a plain zip of modest size without macros, DOCTYPEs or links to other files.

    Raises Unusable (`workbook.…`) otherwise, before anything is unpacked where the zip's own figures already tell.
    """
    refusing = Refusing(path.name)
    body = _body(path, refusing)
    entries = _entries(body, refusing)
    _judge_names(entries, refusing)
    _judge_sizes(entries, refusing)
    _judge_places(body, entries, refusing)
    parts = {entry.filename: _unpacked(body, entry, refusing) for entry in entries if not entry.is_dir()}
    for name, part in parts.items():
        _judge_part(name, part, refusing)
    return parts


def clean_zip(parts: dict[str, bytes]) -> io.BytesIO:
    """The judged parts as a zip without tricks, for a reader that wants one."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    packed.seek(0)
    return packed


# -- the file as it lies there


def _body(path: Path, refusing: Refusing) -> bytes:
    try:
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            body = file.read(size) if size <= MOST_FILE_BYTES else b""
    except OSError as error:
        raise refusing.refusal("unreadable", reason=error.strerror or str(error)) from None
    if size > MOST_FILE_BYTES:
        raise refusing.refusal("too-large", most=MOST_FILE_BYTES // 1_000_000)
    if body.startswith(_OLE):
        raise refusing.refusal("encrypted" if "EncryptedPackage".encode("utf-16-le") in body else "legacy-xls")
    if not body.startswith(_LOCAL):
        raise refusing.refusal("not-a-workbook")
    return body


def _entries(body: bytes, refusing: Refusing) -> list[zipfile.ZipInfo]:
    """The zip's directory, read only where its end record is plain and small."""
    at = len(body) - _END_BYTES
    if body[at : at + 4] != _END:
        raise refusing.damaged("end")
    disk, start_disk, here, total, size, offset, comment = struct.unpack("<4H2LH", body[at + 4 :])
    if disk or start_disk or here != total or comment or offset + size != at:
        raise refusing.damaged("directory")
    if total > MOST_PARTS or size > MOST_DIRECTORY_BYTES:
        raise refusing.refusal("too-many-parts", total=total, most=MOST_PARTS)
    try:
        entries = zipfile.ZipFile(io.BytesIO(body)).infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise refusing.damaged("directory") from None
    if len(entries) != total:
        raise refusing.damaged("directory")
    return entries


def _judge_names(entries: list[zipfile.ZipInfo], refusing: Refusing) -> None:
    seen: set[str] = set()
    for entry in entries:
        name = entry.filename
        if name.casefold() in seen:
            raise refusing.damaged("twice", part=name)
        seen.add(name.casefold())
        if name.startswith("/") or "\\" in name or ".." in name.split("/") or not entry.orig_filename.isprintable():
            raise refusing.damaged("name", part=name)
        if entry.flag_bits & _ENCRYPTED_FLAG:
            raise refusing.refusal("encrypted")
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise refusing.damaged("method", part=name)


def _judge_sizes(entries: list[zipfile.ZipInfo], refusing: Refusing) -> None:
    """A zip bomb shows in the sizes it declares; `_unpacked` holds it to them."""
    total = 0
    for entry in entries:
        part = short(entry.filename)
        if entry.file_size > MOST_PART_BYTES:
            raise refusing.refusal("part-too-large", at=part, part=part, size=f"{entry.file_size:,}", most=MOST_PART_BYTES // 1_000_000)
        total += entry.file_size
        swells = entry.file_size > RATIO_FREE_BYTES and entry.file_size > MOST_RATIO * max(entry.compress_size, 1)
        if swells or total > MOST_BYTES:
            raise refusing.refusal("zip-bomb", at=part, part=part, ratio=MOST_RATIO, most=MOST_BYTES // 1_000_000)


def _judge_places(body: bytes, entries: list[zipfile.ZipInfo], refusing: Refusing) -> None:
    """Every entry must lie between its own header and the next one: overlapping entries are how a small file becomes a huge one."""
    (directory,) = struct.unpack("<L", body[-6:-2])
    ordered = sorted(entries, key=lambda entry: entry.header_offset)
    for entry, limit in zip(ordered, [*(e.header_offset for e in ordered[1:]), directory], strict=True):
        if _data_start(body, entry, refusing) + entry.compress_size > limit:
            part = short(entry.filename)
            raise refusing.refusal("overlapping-parts", at=part, part=part)


def _data_start(body: bytes, entry: zipfile.ZipInfo, refusing: Refusing) -> int:
    header = body[entry.header_offset : entry.header_offset + _LOCAL_BYTES]
    if len(header) < _LOCAL_BYTES or not header.startswith(_LOCAL):
        raise refusing.damaged("header", part=entry.filename)
    _, flags, method, _, _, _, _, _, name_size, extra_size = struct.unpack("<5H3L2H", header[4:])
    name_at = entry.header_offset + _LOCAL_BYTES
    name = body[name_at : name_at + name_size].decode("utf-8" if flags & 0x800 else "cp437", "replace")
    if name != entry.orig_filename or method != entry.compress_type:
        raise refusing.damaged("header", part=entry.filename)
    return name_at + int(name_size) + int(extra_size)


def _unpacked(body: bytes, entry: zipfile.ZipInfo, refusing: Refusing) -> bytes:
    start = _data_start(body, entry, refusing)
    packed = body[start : start + entry.compress_size]
    try:
        if entry.compress_type == zipfile.ZIP_STORED:
            part, ended = packed, True
        else:
            inflate = zlib.decompressobj(-zlib.MAX_WBITS)
            part = inflate.decompress(packed, entry.file_size + 1)
            ended = inflate.eof
    except zlib.error:
        raise refusing.damaged("contents", part=entry.filename) from None
    if len(part) != entry.file_size or not ended or zlib.crc32(part) != entry.CRC:
        raise refusing.damaged("contents", part=entry.filename)
    return part


# -- what is inside


_ACTIVE = re.compile(r"(^|/)(vbaproject[^/]*|vbadata[^/]*|macrosheets/.*|dialogsheets/.*|activex/.*|ctrlprops/.*activex.*)$")
_ACTIVE_TYPES = re.compile(rb"macroenabled|vbaproject|macrosheet", re.IGNORECASE)
_LINKING = re.compile(r"^xl/(externallinks/|connections\.xml|querytables/|model/)")
_XML_NAMES = (".xml", ".rels", ".vml")
_ENCODING = re.compile(rb"""^<\?xml[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")
_UTF8 = frozenset({b"utf-8", b"utf8", b"us-ascii", b"ascii"})
_DOCTYPE = re.compile(rb"<!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_RELATIONSHIP = re.compile(rb"<[^<>]*TargetMode\s*=\s*[\"']\s*External\s*[\"'][^<>]*>", re.IGNORECASE)
_HYPERLINK = re.compile(rb"Type\s*=\s*[\"'][^\"']*/hyperlink[\"']", re.IGNORECASE)


def _judge_part(name: str, part: bytes, refusing: Refusing) -> None:
    lower, shown = name.casefold(), short(name)
    if _ACTIVE.search(lower) or (lower == "[content_types].xml" and _ACTIVE_TYPES.search(part)):
        raise refusing.refusal("macros", at=shown, part=shown)
    if lower.endswith(_XML_NAMES) or part[:64].lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        _judge_xml(shown, part, refusing)
    outside = lower.endswith(".rels") and any(not _HYPERLINK.search(found) for found in _RELATIONSHIP.findall(part))
    if outside or _LINKING.search(lower):
        raise refusing.refusal("external-link", at=shown, part=shown)


def _judge_xml(shown: str, part: bytes, refusing: Refusing) -> None:
    declared = _ENCODING.match(part.removeprefix(b"\xef\xbb\xbf"))
    if b"\x00" in part or part[:2] in (b"\xff\xfe", b"\xfe\xff") or (declared and declared[1].strip().lower() not in _UTF8):
        raise refusing.refusal("encoding", at=shown, part=shown)
    if _DOCTYPE.search(part):
        raise refusing.refusal("doctype", at=shown, part=shown)
