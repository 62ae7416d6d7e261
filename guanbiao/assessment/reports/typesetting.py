"""Text made fit for print: thin spaces between Chinese and figures, and what people typed made harmless to every format."""

from __future__ import annotations

import re
import unicodedata

from guanbiao.indicators.books.glyphs import GETA

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DROPPED = {"Cf", "Co", "Cn"}
_KEPT_FORMATS = {"\u200c", "\u200d"}


def printable(text: str) -> str:
    """What a person typed, on one line: no control or direction marks, lone surrogates replaced."""
    kept = []
    for char in text:
        kind = unicodedata.category(char)
        if kind == "Cs":
            kept.append(GETA)
        elif kind in ("Cc", "Zl", "Zp"):
            kept.append(" ")
        elif kind not in _DROPPED or char in _KEPT_FORMATS:
            kept.append(char)
    return " ".join("".join(kept).split())


def xml_safe(text: str) -> str:
    """The text without characters that no XML, so neither Word nor HTML, may hold."""
    return _NOT_XML.sub(GETA, text)


def shortened(text: str, most: int) -> str:
    """At most so many characters, the last an ellipsis where something was left out."""
    return text if len(text) <= most else text[: most - 1] + "…"


def width(text: str) -> float:
    """A width estimate in em: 1 for wide characters, 0.56 for the rest."""
    return sum(1.0 if unicodedata.east_asian_width(char) in "WF" else 0.56 for char in text)


def wrapped(text: str, most: float) -> list[str]:
    """Lines of at most `most` em, broken between words, or between wide characters; a longer word stands alone."""
    lines: list[str] = []
    line = ""
    for piece in re.findall(r"[!-~]+ ?|.", text):
        if line and width((line + piece).rstrip()) > most:
            lines.append(line.rstrip())
            line = ""
        line += piece
    return [*lines, line.rstrip()] if line.rstrip() else lines
