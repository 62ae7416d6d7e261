"""How the workbook looks: the colours of the design as cell formats."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from math import ceil
from typing import Any, Final

from guanbiao.kernel.errors import Language

INK, INK_2, INK_3 = "#14202B", "#4A5A68", "#5F6E7B"
PAPER, LINE, TRACK = "#F5F7F8", "#DCE3E8", "#E3E9ED"
PRIMARY, PRIMARY_TINT, PRIMARY_LINE = "#1B4F82", "#EBF2F8", "#BACFE2"
GOOD, ATTENTION, BAD = "#1F7A68", "#8F6200", "#B23A26"

_FONTS: Final[dict[Language, str]] = {"zh": "Microsoft YaHei", "en": "Calibri"}

_HEAD = {"bg_color": PRIMARY, "border": 1, "border_color": PRIMARY}
_WRAPPED = {"text_wrap": True, "valign": "top"}
_RULED = {"bottom": 1, "bottom_color": LINE}
_INPUT = {"bg_color": PRIMARY_TINT, "border": 1, "border_color": PRIMARY_LINE, "locked": False, "text_wrap": True, "valign": "top"}
# General, so that “41%” typed into a cell turns it into a percentage that the reader can see; text stays text (codes of 18 digits, “=…”).
_AS_TEXT, _AS_WHOLE = "@", "#,##0"

_CELLS: Final[dict[str, dict[str, Any]]] = {
    "plain": {**_WRAPPED},
    "title": {"font_size": 16, "bold": True, "font_color": INK, "valign": "vcenter"},
    "lead": {"font_color": INK_2, "valign": "vcenter"},
    "head": {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", **_HEAD},
    "head_note": {"bold": True, "font_color": "#FFFFFF", "text_wrap": True, "valign": "vcenter", "align": "left", "indent": 1, **_HEAD},
    "part": {"bold": True, "font_color": PRIMARY, "bg_color": PAPER, "valign": "vcenter", "top": 1, "top_color": PRIMARY_LINE, **_RULED},
    "number": {"font_color": INK_2, **_WRAPPED, **_RULED},
    "number_again": {"num_format": ";;;", **_RULED},
    "question": {"bold": True, **_WRAPPED, **_RULED},
    "field": {"align": "left", "indent": 1, **_WRAPPED, **_RULED},
    "option": {"align": "left", "indent": 2, **_WRAPPED, **_RULED},
    "note": {"font_color": INK_2, "align": "left", "indent": 1, **_WRAPPED, **_RULED},
    "state": {"font_color": INK_3, **_WRAPPED, **_RULED},
    "blank": {**_RULED},
    "number_input": {**_INPUT, "align": "right"},
    "count_input": {**_INPUT, "align": "right", "num_format": _AS_WHOLE},
    "text_input": {**_INPUT, "num_format": _AS_TEXT},
    "choice_input": {**_INPUT},
    "option_input": {**_INPUT, "align": "center"},
    "helper": {"font_color": INK_3, "num_format": ";;;"},
    "label": {"font_color": INK_2, **_WRAPPED, **_RULED},
    "fact": {"font_color": INK, **_WRAPPED, **_RULED},
    "code": {"font_color": INK_3, "font_name": "Consolas", **_WRAPPED, **_RULED},
    "total": {"font_size": 20, "bold": True, "font_color": PRIMARY, "valign": "vcenter"},
    "link": {"font_color": PRIMARY, "underline": 1, **_WRAPPED, **_RULED},
    "subhead": {"bold": True, "font_color": PRIMARY, "bottom": 1, "bottom_color": PRIMARY_LINE},
    "attention": {"font_color": ATTENTION, **_WRAPPED, **_RULED},
}

_CONDITIONAL: Final[dict[str, dict[str, Any]]] = {
    "inapplicable": {"bg_color": TRACK, "font_color": INK_3, "border": 1, "border_color": TRACK},
    "undecided": {"font_color": INK_3, "italic": True},
    "unanswered": {"font_color": ATTENTION},
    "answered": {"font_color": GOOD},
    "conflict": {"font_color": BAD, "bold": True},
}


_LINE: Final[dict[Language, float]] = {"zh": 14.0, "en": 13.0}
_TALLEST = 400.0
"""Excel takes 409 points."""


def row_height(texts: Iterable[tuple[str, float]], language: Language) -> float:
    """The height in points a row needs for its wrapped texts, each with its column's width in characters.

    Said outright, because not every program measures wrapped rows when it opens a file.
    """
    lines = max((sum(_lines(line, width) for line in text.split("\n")) for text, width in texts), default=1)
    return min(lines * _LINE[language] + 4, _TALLEST)


def _lines(line: str, width: float) -> int:
    # A Chinese character at 10 points is nearly two column units wide; Latin text breaks at words and loses some room.
    units = sum(1.9 if unicodedata.east_asian_width(char) in "WF" else 0.87 for char in line)
    return max(1, ceil(units / width))


class Styles:
    """The cell formats of one workbook, each made when it is first asked for."""

    def __init__(self, workbook: Any, language: Language) -> None:
        self._workbook = workbook
        self._made: dict[str, Any] = {}
        self._base = {"font_name": _FONTS[language], "font_size": 10, "font_color": INK}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            conditional = _CONDITIONAL.get(name)
            self._made[name] = self._workbook.add_format(conditional if conditional is not None else {**self._base, **_CELLS[name]})
        return self._made[name]
