"""Which characters our print font holds: PDF/A refuses a document with a single one that it lacks."""

from __future__ import annotations

import struct
import unicodedata
from bisect import bisect_right
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

GETA = "〓"
"""The printer's mark for a character that no type is at hand for."""


def font_folder() -> Path:
    """Where Noto Sans CJK lies."""
    found = find_spec("manimgx_fonts_cjk")
    assert found is not None and found.origin  # a locked requirement
    return Path(found.origin).parent


@cache
def _runs() -> tuple[tuple[int, ...], tuple[int, ...]]:
    """First and last code points of the runs that the font maps (its cmap subtable of format 12; all faces cover the same)."""
    with next(font_folder().glob("NotoSansCJK*.ttc")).open("rb") as file:

        def read(at: int, form: str) -> tuple[Any, ...]:
            file.seek(at)
            return struct.unpack(form, file.read(struct.calcsize(form)))

        (face,) = read(12, ">I")
        (tables,) = read(face + 4, ">H")
        directory = [read(face + 12 + 16 * at, ">4sIII") for at in range(tables)]
        cmap = next(entry[2] for entry in directory if entry[0] == b"cmap")
        (count,) = read(cmap + 2, ">H")
        subtables = [cmap + read(cmap + 4 + 8 * at, ">HHI")[2] for at in range(count)]
        wide = next(at for at in subtables if read(at, ">H")[0] == 12)
        (groups,) = read(wide + 12, ">I")
        flat = read(wide + 16, f">{groups * 3}I")
    return flat[0::3], flat[1::3]


@cache
def has_glyph(char: str) -> bool:
    """Can the print font show this character? Spaces need no glyph: they are set by width."""
    if unicodedata.category(char) == "Zs":
        return True
    firsts, lasts = _runs()
    at = bisect_right(firsts, ord(char)) - 1
    return at >= 0 and ord(char) <= lasts[at]


def settable(text: str) -> str:
    """The text with what the font lacks replaced by 〓, and what cannot be seen dropped."""
    if text.isascii() and text.isprintable():
        return text
    seen = (char for char in text if unicodedata.category(char) not in ("Cf", "Cc", "Zl", "Zp", "Co", "Cn") or char in "\n\t")
    return "".join(" " if char in "\n\t" else char if has_glyph(char) else GETA for char in seen)


def settable_value(value: Any, words: Any = settable) -> Any:
    """A JSON value with all its texts made settable."""
    if isinstance(value, str):
        return words(value)
    if isinstance(value, dict):
        return {key: settable_value(item, words) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [settable_value(item, words) for item in value]
    return value
