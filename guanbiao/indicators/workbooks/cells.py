"""Every cell of a judged workbook: values by calamine, and beside them what calamine does not tell, from the sheet's own XML.

A value may be a formula's cached result, one of many under a merged cell, a share shown as a percentage, an error: the XML says which.
"""

from __future__ import annotations

import datetime
import posixpath
import re
import xml.sax.handler
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from guanbiao.indicators.workbooks.guard import clean_zip
from guanbiao.indicators.workbooks.layout import cell_place, range_places
from guanbiao.indicators.workbooks.refusals import Refusing, short
from guanbiao.kernel.errors import Unusable

MOST_ROWS: Final = 5_000
MOST_COLUMNS: Final = 200
MOST_RANGES: Final = 2_000
"""Merged and filled ranges of one sheet."""

Place = tuple[int, int]
Range = tuple[int, int, int, int]
Value = str | int | float | bool | datetime.date | datetime.time | datetime.timedelta


@dataclass
class Sheet:
    """One sheet. Places are 0-based (row, column)."""

    name: str
    values: dict[Place, Value] = field(default_factory=dict)
    styles: dict[Place, int] = field(default_factory=dict)
    formulas: set[Place] = field(default_factory=set)
    errors: set[Place] = field(default_factory=set)
    filled: list[Range] = field(default_factory=list)
    """Ranges that one formula fills."""
    merged: list[Range] = field(default_factory=list)

    def is_computed(self, place: Place) -> bool:
        return place in self.formulas or _covered(place, self.filled)

    def is_merged(self, place: Place) -> bool:
        return _covered(place, self.merged)


def _covered(place: Place, ranges: list[Range]) -> bool:
    row, column = place
    return any(top <= row <= bottom and left <= column <= right for top, left, bottom, right in ranges)


@dataclass(frozen=True, slots=True)
class Book:
    sheets: list[Sheet]
    percentages: frozenset[int]
    """The cell styles that show a number as a percentage."""


def read_book(parts: dict[str, bytes], refusing: Refusing) -> Book:
    """All sheets of a workbook whose parts have been judged. Raises Unusable where they are not a workbook, damaged or far too long."""
    if "xl/workbook.xml" not in parts:
        raise refusing.refusal("not-a-workbook")
    sheets = []
    for name, part in _sheet_parts(parts, refusing):
        handler = _SheetHandler(Sheet(name), refusing)
        _parse(parts[part], part, handler, refusing)
        sheets.append(handler.sheet)
    _fill_values(sheets, parts, refusing)
    styles = _StylesHandler()
    if "xl/styles.xml" in parts:
        _parse(parts["xl/styles.xml"], "xl/styles.xml", styles, refusing)
    return Book(sheets, frozenset(index for index, number in enumerate(styles.cells) if styles.is_percentage(number)))


# -- values


def _fill_values(sheets: list[Sheet], parts: dict[str, bytes], refusing: Refusing) -> None:
    import python_calamine

    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(clean_zip(parts))
        if len(set(workbook.sheet_names)) != len(workbook.sheet_names):
            raise ValueError("two sheets of one name")
        for sheet in sheets:
            rows = workbook.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            sheet.values.update({(row, column): value for row, cells in enumerate(rows) for column, value in enumerate(cells) if value != ""})
    except Unusable:
        raise
    except BaseException as error:
        # calamine is Rust: where it gives up for good, Python sees a PanicException, which is no Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise refusing.damaged("xml", part="xl/workbook.xml") from None


# -- the XML beside them


def _parse(part: bytes, name: str, handler: xml.sax.handler.ContentHandler, refusing: Refusing) -> None:
    import defusedxml.sax
    from defusedxml.common import DefusedXmlException

    try:
        defusedxml.sax.parseString(part, handler, forbid_dtd=True)
    except Unusable:
        raise
    except (xml.sax.SAXException, DefusedXmlException, ValueError, KeyError):
        raise refusing.damaged("xml", part=name) from None


def _local(name: str) -> str:
    return name.rpartition(":")[2]


class _ListHandler(xml.sax.handler.ContentHandler):
    """The attributes of every element of one name, by their local names."""

    def __init__(self, element: str) -> None:
        super().__init__()
        self.element = element
        self.found: list[dict[str, str]] = []

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  the name is SAX's
        if _local(name) == self.element:
            self.found.append({_local(key): value for key, value in attrs.items()})


def _sheet_parts(parts: dict[str, bytes], refusing: Refusing) -> Iterator[tuple[str, str]]:
    """(sheet name, part) of every worksheet, hidden ones too."""
    relations, listed = _ListHandler("Relationship"), _ListHandler("sheet")
    _parse(parts.get("xl/_rels/workbook.xml.rels", b""), "xl/_rels/workbook.xml.rels", relations, refusing)
    _parse(parts["xl/workbook.xml"], "xl/workbook.xml", listed, refusing)
    targets = {relation.get("Id", ""): relation for relation in relations.found}
    for sheet in listed.found:
        relation = targets.get(sheet.get("id", ""))
        if relation is None or "name" not in sheet:
            raise refusing.damaged("xml", part="xl/workbook.xml")
        if not relation.get("Type", "").endswith("/worksheet"):
            continue  # a chart on a sheet of its own
        target = relation.get("Target", "")
        part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
        if part not in parts:
            raise refusing.damaged("xml", part=part)
        yield sheet["name"], part


class _SheetHandler(xml.sax.handler.ContentHandler):
    """Walks one sheet's XML; a cell without a reference stands right of the last one, as the format says."""

    def __init__(self, sheet: Sheet, refusing: Refusing) -> None:
        super().__init__()
        self.sheet, self.refusing = sheet, refusing
        self.row, self.place = -1, (-1, -1)
        self.in_cell = False
        self.seen: set[Place] = set()

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  the name is SAX's
        match _local(name):
            case "row":
                self.row = int(attrs["r"]) - 1 if "r" in attrs else self.row + 1
                self.place = (self.row, -1)
                self._within(self.row, 0)
            case "c":
                self._cell(attrs)
            case "f" if self.in_cell:
                self.sheet.formulas.add(self.place)
                if "ref" in attrs:
                    self._range(self.sheet.filled, attrs["ref"])
            case "mergeCell":
                self._range(self.sheet.merged, attrs["ref"])

    def endElement(self, name: str) -> None:  # noqa: N802  the name is SAX's
        if _local(name) == "c":
            self.in_cell = False

    def _cell(self, attrs: Any) -> None:
        row, column = self.place
        place = cell_place(attrs["r"]) if "r" in attrs else (row, column + 1)
        if place[0] != self.row or place in self.seen:
            raise ValueError("a cell outside its row, or twice")
        self._within(*place)
        self.seen.add(place)
        self.place, self.in_cell = place, True
        if "s" in attrs:
            self.sheet.styles[place] = int(attrs["s"])
        if attrs.get("t") == "e":
            self.sheet.errors.add(place)

    def _within(self, row: int, column: int) -> None:
        if row >= MOST_ROWS or column >= MOST_COLUMNS:
            name = short(self.sheet.name)
            raise self.refusing.refusal("too-many-rows", at=name, sheet=name, rows=MOST_ROWS, columns=MOST_COLUMNS)

    def _range(self, ranges: list[Range], text: str) -> None:
        ranges.append(range_places(text))
        if len(ranges) > MOST_RANGES:
            raise ValueError("too many ranges")


_PERCENT_FORMATS = frozenset({9, 10})
_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


class _StylesHandler(xml.sax.handler.ContentHandler):
    """Number formats, and which of them each cell style uses."""

    def __init__(self) -> None:
        super().__init__()
        self.formats: dict[int, str] = {}
        self.cells: list[int] = []
        self._in_cells = False

    def startElement(self, name: str, attrs: Any) -> None:  # noqa: N802  the name is SAX's
        match _local(name):
            case "numFmt" if "numFmtId" in attrs:
                self.formats[int(attrs["numFmtId"])] = attrs.get("formatCode", "")
            case "cellXfs":
                self._in_cells = True
            case "xf" if self._in_cells:
                self.cells.append(int(attrs.get("numFmtId", 0)))

    def endElement(self, name: str) -> None:  # noqa: N802  the name is SAX's
        if _local(name) == "cellXfs":
            self._in_cells = False

    def is_percentage(self, number: int) -> bool:
        """Does a number format multiply by a hundred? A quoted % is only a letter."""
        return number in _PERCENT_FORMATS if number not in self.formats else "%" in _LITERAL.sub("", self.formats[number])
