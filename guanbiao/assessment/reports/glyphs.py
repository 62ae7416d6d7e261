"""Text the report's font can set: as in the method book, but what a person wrote on several lines stays on several lines."""

from __future__ import annotations

from typing import Any

from guanbiao.indicators.books import glyphs
from guanbiao.indicators.books.glyphs import font_folder

__all__ = ["font_folder", "settable", "settable_value"]


def settable(text: str) -> str:
    """The text with every character that the font lacks replaced by the printer's mark 〓; line feeds stay."""
    return "\n".join(glyphs.settable(line) for line in text.split("\n"))


def settable_value(value: Any) -> Any:
    """The same for every text inside lists and mappings."""
    return glyphs.settable_value(value, settable)
