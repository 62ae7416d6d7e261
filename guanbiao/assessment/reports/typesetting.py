"""Text made fit for print: thin spaces between Chinese and figures, and what people typed made harmless to every format."""

from __future__ import annotations

import re
import unicodedata

from guanbiao.assessment.rules.wording import THIN
from guanbiao.kernel.errors import Language

_HAN = "\u3400-\u9fff\U00020000-\U000323af"
_BEFORE = re.compile(f"(?<=[{_HAN}])[ {THIN}]?(?=[A-Za-z0-9−])")
_AFTER = re.compile(f"(?<=[A-Za-z0-9%])[ {THIN}]?(?=[{_HAN}])")
_DATE = re.compile(f"(?<=[0-9]){THIN}(?=[年月日])|(?<=[年月]){THIN}(?=[0-9]{{1,2}}{THIN}?[月日])")
GETA = "〓"
"""The printer's mark for a character that no type is at hand for."""

_NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_DROPPED = {"Cf", "Co", "Cn"}
_KEPT_FORMATS = {"\u200c", "\u200d"}


def spaced(text: str, language: Language) -> str:
    """Chinese text with a thin space between characters and figures or Latin letters; none inside dates."""
    if language == "en":
        return text
    return _DATE.sub("", _AFTER.sub(THIN, _BEFORE.sub(THIN, text)))


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
