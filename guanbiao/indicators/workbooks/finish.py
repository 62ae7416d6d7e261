"""What a section's sheet gets once its rows stand: colours by state, print set-up, protection."""

from __future__ import annotations

from typing import Any

from guanbiao.indicators.workbooks.layout import FIRST_ROW, HEAD_ROW, TITLE_ROW, Column, cell_name
from guanbiao.indicators.workbooks.styles import Styles
from guanbiao.indicators.workbooks.words import WORDS
from guanbiao.kernel.errors import Language


def colour(sheet: Any, styles: Styles, language: Language, end: int) -> None:
    """Grey where a question does not apply, and the colour of its state."""
    words = WORDS[language]
    first, last = FIRST_ROW, max(end - 1, FIRST_ROW)
    applies, state = f"${cell_name(FIRST_ROW, Column.APPLIES)}", f"${cell_name(FIRST_ROW, Column.STATE)}"
    whole = (first, Column.NUMBER, last, Column.REFERENCE)
    for test, style in (("=0", "inapplicable"), ("<1", "undecided")):
        criteria = f"=AND(ISNUMBER({applies}),{applies}{test})"
        sheet.conditional_format(*whole, {"type": "formula", "criteria": criteria, "format": styles[style], "stop_if_true": True})
    states = (first, Column.STATE, last, Column.STATE)
    for text, style in ((words.answered, "answered"), (words.unanswered, "unanswered")):
        sheet.conditional_format(*states, {"type": "formula", "criteria": f'={state}="{text}"', "format": styles[style], "stop_if_true": True})
    others = f'=AND({state}<>"",{state}<>"{words.optional}")'
    sheet.conditional_format(*states, {"type": "formula", "criteria": others, "format": styles["conflict"]})


def set_up_print(sheet: Any, language: Language, end: int) -> None:
    """A4 landscape, one page wide, the head on every page; on the screen head and answers stay in view."""
    sheet.freeze_panes(FIRST_ROW, Column.UNIT)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(HEAD_ROW)
    sheet.print_area(TITLE_ROW, Column.NUMBER, max(end - 1, FIRST_ROW), Column.REFERENCE)
    sheet.set_footer("&L&9&A&R&9第 &P / &N 页" if language == "zh" else "&L&9&A&R&9Page &P of &N")
    sheet.ignore_errors({"number_stored_as_text": f"{cell_name(FIRST_ROW, Column.ANSWER)}:{cell_name(max(end, FIRST_ROW), Column.ANSWER)}"})


def protect(sheet: Any) -> None:
    """Only answer cells can be edited; no password, so that nobody is locked out. Widths and heights stay free, and so do formats:
    Excel turns a cell into a percentage where “41%” is typed only if formats may change.
    """
    sheet.protect("", {"format_cells": True, "format_columns": True, "format_rows": True})
