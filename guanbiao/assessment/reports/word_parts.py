"""The pieces a Word report is made of: headings, paragraphs, tables, pictures, page heads, with the fonts of both scripts set."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_BREAK
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from guanbiao.assessment.reports.typesetting import xml_safe

FONT = "Microsoft YaHei"
INK, AMBER, LINE, TINT = "14202B", "8F6200", "DCE3E8", "EBF2F8"

Piece = tuple[str, dict[str, Any]]
"""A run's text and look: size, bold, colour."""


class Writer:
    """Writes one document from top to bottom."""

    def __init__(self) -> None:
        self.document: Any = Document()
        _own(self.document.part.package)
        self._page()
        self._styles()

    def clean(self, text: str) -> str:
        """Text as XML may hold it."""
        return xml_safe(text)

    def _page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(22)
        section.top_margin, section.bottom_margin = Mm(25), Mm(22)
        section.different_first_page_header_footer = True

    def _styles(self) -> None:
        styles = self.document.styles
        for name, size, before, after in (("Normal", 10, 0, 4), ("Title", 26, 0, 12), ("Heading 1", 16, 20, 6), ("Heading 2", 11, 10, 4)):
            style = styles[name]
            style.font.size, style.font.name = Pt(size), FONT
            style.font.bold = name != "Normal"
            style.font.color.rgb = RGBColor.from_string("123F5C" if name == "Title" else INK)
            _fonts(style.element.get_or_add_rPr())
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
            style.paragraph_format.line_spacing = 1.2
            if name != "Normal":
                style.paragraph_format.keep_with_next = True
        _no_extra_space(styles["Normal"].element.get_or_add_pPr())
        for name in ("Header", "Footer"):
            styles[name].font.size = Pt(8)
            styles[name].font.color.rgb = RGBColor.from_string("5F6E7B")
            styles[name].paragraph_format.tab_stops.clear_all()
        border = styles["Title"].element.find(".//" + qn("w:pBdr"))
        if border is not None:
            border.getparent().remove(border)

    def page_head(self, left: str, right: str, foot: str) -> None:
        """The running head and foot of every page but the cover."""
        section = self.document.sections[0]
        for holder, first, last in ((section.header, left, right), (section.footer, foot, None)):
            paragraph = holder.paragraphs[0]
            paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(166), alignment=2)  # 2: right
            self._run(paragraph, f"{first}\t{last or ''}")
            if last is None:
                for instruction, after in (("PAGE", " / "), ("NUMPAGES", "")):
                    _field(paragraph, instruction)
                    self._run(paragraph, after)

    def heading(self, text: str, level: int) -> None:
        """A real heading, kept with what follows."""
        self.document.add_heading(self.clean(text), level)

    def paragraph(self, text: str, *, style: str | None = None, before: float = 0, after: float = 4, keep: bool = False, **look: Any) -> None:
        """One paragraph in one look."""
        paragraph = self.document.add_paragraph(style=style)
        if style is None:
            paragraph.paragraph_format.space_before = Pt(before)
        paragraph.paragraph_format.space_after = Pt(after)
        paragraph.paragraph_format.keep_with_next = keep
        self._run(paragraph, text, **look)

    def runs(self, pieces: Sequence[Piece], *, before: float = 0, after: float = 4, keep: bool = False) -> None:
        """One paragraph in several looks."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_before, paragraph.paragraph_format.space_after = Pt(before), Pt(after)
        paragraph.paragraph_format.keep_with_next = keep
        for text, look in pieces:
            self._run(paragraph, text, **look)

    def mark(self, text: str, *, keep: bool = False) -> None:
        """The mark of an unverified value."""
        self.paragraph(text, size=8, colour=AMBER, before=2, after=3, keep=keep)

    def page_break(self) -> None:
        """What follows starts a new page."""
        self.document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)

    def pictures(self, *pictures: tuple[bytes, float, str]) -> None:
        """Pictures beside each other: body, width in millimetres, alternative text."""
        table = self.document.add_table(rows=1, cols=len(pictures))
        table.autofit = False
        for cell, (body, width, alt) in zip(table.rows[0].cells, pictures, strict=True):
            cell.width = Mm(width + 5)
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            shape = cell.paragraphs[0].add_run().add_picture(io.BytesIO(body), width=Mm(width))
            shape._inline.docPr.set("descr", self.clean(alt))
        for column, (_, width, _) in zip(table.columns, pictures, strict=True):
            column.width = Mm(width + 5)

    def _run(self, paragraph: Any, text: str, *, size: float | None = None, bold: bool = False, colour: str | None = None) -> Any:
        run = paragraph.add_run(self.clean(text))
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)
        return run

    def table(
        self,
        head: Sequence[str] | None,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        right: Collection[int] = (),
        size: float = 9,
        bands: Collection[int] = (),
        tall: float | None = None,
        whole: bool = False,
    ) -> None:
        """A native table: widths in millimetres, figures to the right, the head repeated on every page, rows never split.

        The first two and the last two rows stay on one page; `whole`: all of them, and what follows.
        """
        table = self.document.add_table(rows=0, cols=len(widths))
        table.autofit = False
        _layout(table, widths)
        if head:
            cells = self._row(table, head, widths, right, size=8, colour="4A5A68", keep=True)
            _row_flag(cells[0], "w:tblHeader")
        for at, row in enumerate(rows):
            band = at in bands
            keep = band or whole or at + 2 == len(rows) or (at == 0 and len(rows) > 1)
            cells = self._row(table, row, widths, right, size=size, bold=band, keep=keep)
            if band:
                for cell in cells:
                    _shade(cell, TINT)
        if tall:
            table.rows[-1].height = Mm(tall)

    def _row(
        self, table: Any, texts: Sequence[str], widths: Sequence[float], right: Collection[int], *, keep: bool = False, **look: Any
    ) -> Sequence[Any]:
        cells: Sequence[Any] = table.add_row().cells
        _row_flag(cells[0], "w:cantSplit")
        for at, (cell, text) in enumerate(zip(cells, texts, strict=True)):
            cell.width = Mm(widths[at])
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(1.5)
            paragraph.paragraph_format.space_before = Pt(1.5)
            paragraph.paragraph_format.line_spacing = 1.05
            paragraph.paragraph_format.keep_with_next = keep
            if at in right:
                paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            self._run(paragraph, text, **look)
        return cells


_PROGRAM = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Guanbiao</Application></Properties>"""


def _own(package: Any) -> None:
    """The template python-docx brings names another program and carries its picture; ours says who wrote it."""
    for key, relation in list(package.rels.items()):
        if relation.reltype.endswith("/thumbnail"):
            package.rels.pop(key)
        elif relation.reltype.endswith("/extended-properties"):
            relation.target_part._blob = _PROGRAM.encode()


def _fonts(properties: Any) -> None:
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:eastAsiaTheme", "w:cstheme"):
        fonts.attrib.pop(qn(theme), None)
    for script in ("w:ascii", "w:hAnsi", "w:eastAsia", "w:cs"):
        fonts.set(qn(script), FONT)
    said = properties.find(qn("w:lang"))
    if said is None:
        said = OxmlElement("w:lang")
        properties.append(said)
    said.set(qn("w:val"), "en-GB")
    said.set(qn("w:eastAsia"), "zh-CN")


def _field(paragraph: Any, instruction: str) -> None:
    for kind, text in (("begin", None), (None, instruction), ("end", None)):
        element = OxmlElement("w:fldChar" if kind else "w:instrText")
        if kind:
            element.set(qn("w:fldCharType"), kind)
        element.text = text
        paragraph.add_run()._r.append(element)


# The order of children that the format prescribes: Word calls a file damaged that does not keep it.
_AFTER_AUTO_SPACE = ("w:bidi", "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents", "w:jc", "w:rPr")


def _no_extra_space(properties: Any) -> None:
    """Word would widen every border of Chinese and figures, in dates too; our texts bring their thin spaces."""
    for name in ("w:autoSpaceDE", "w:autoSpaceDN"):
        element = OxmlElement(name)
        element.set(qn("w:val"), "0")
        properties.insert_element_before(element, *_AFTER_AUTO_SPACE)


def _layout(table: Any, widths: Sequence[float]) -> None:
    properties = table._tbl.tblPr
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        edge = OxmlElement(f"w:{side}")
        for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", LINE)):
            edge.set(qn(f"w:{key}"), value)
        borders.append(edge)
    properties.insert_element_before(borders, "w:shd", "w:tblLayout", "w:tblCellMar", "w:tblLook")
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)


def _row_flag(cell: Any, flag: str) -> None:
    row = cell._tc.getparent()
    row.get_or_add_trPr().append(OxmlElement(flag))


def _shade(cell: Any, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)
