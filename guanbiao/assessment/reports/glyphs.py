"""Which characters our print font holds: PDF/A refuses a document with a single one that it lacks."""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from guanbiao.assessment.reports.typesetting import GETA


def font_folder() -> Path:
    """Where Noto Sans CJK lies."""
    found = find_spec("manimgx_fonts_cjk")
    assert found is not None and found.origin  # a locked requirement
    return Path(found.origin).parent


@cache
def _ranges() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last code points of the runs that the Simplified Chinese face maps (its cmap subtable of format 12)."""
    with next(font_folder().glob("NotoSansCJK*.ttc")).open("rb") as file:

        def read(at: int, form: str) -> tuple[Any, ...]:
            file.seek(at)
            return struct.unpack(form, file.read(struct.calcsize(form)))

        (face,) = read(12, ">I")  # all faces of the collection cover the same characters
        (tables,) = read(face + 4, ">H")
        records = [read(face + 12 + 16 * at, ">4sIII") for at in range(tables)]
        cmap = next(record[2] for record in records if record[0] == b"cmap")
        (count,) = read(cmap + 2, ">H")
        offsets = [cmap + read(cmap + 4 + 8 * at, ">HHI")[2] for at in range(count)]
        wide = next(offset for offset in offsets if read(offset, ">H")[0] == 12)
        (groups,) = read(wide + 12, ">I")
        flat = read(wide + 16, f">{groups * 3}I")
    return flat[0::3], flat[1::3]


@cache
def has_glyph(char: str) -> bool:
    """Can the print font show this character? Spaces need no glyph: typst sets them by width."""
    if unicodedata.category(char) == "Zs" or char == "\n":
        return True
    firsts, lasts = _ranges()
    at = bisect_right(firsts, ord(char)) - 1
    return at >= 0 and ord(char) <= lasts[at]


def settable(text: str) -> str:
    """The text with every character that the font lacks replaced by the printer's mark 〓; line feeds stay."""
    return text if text.isascii() else "".join(char if has_glyph(char) else GETA for char in text)


def settable_value(value: Any) -> Any:
    """A JSON value with all its texts made settable."""
    if isinstance(value, str):
        return settable(value)
    if isinstance(value, dict):
        return {key: settable_value(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settable_value(item) for item in value]
    return value
