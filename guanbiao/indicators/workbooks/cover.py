"""The cover: what this workbook is, how far it is filled, how to fill it."""

from __future__ import annotations

import re
from calendar import month_name
from typing import Any

from guanbiao.indicators.rules.model import NAME, PERIOD, Model
from guanbiao.indicators.workbooks.finish import protect
from guanbiao.indicators.workbooks.layout import DIGEST_KEY, EDITION_KEY, MODEL_KEY, WORKBOOK_MARK, Column, cell_name
from guanbiao.indicators.workbooks.sections import Filling, SectionSheet
from guanbiao.indicators.workbooks.styles import row_height
from guanbiao.indicators.workbooks.words import THIN, WORDS, how_lines, size_text
from guanbiao.kernel.errors import Language

_KEYS, _LABEL, _VALUE, _DONE, _COUNTS = 0, 2, 3, 4, 5
_MONTH_DAY = re.compile(r"(0?[1-9]|1[0-2])-[0-9]{1,2}")
_LABEL_WIDTH, _VALUE_WIDTH = 26, 84


def progress_text(done: int, counts: int, language: Language) -> str:
    """“已答 12 / 共 142 题”, with thin spaces."""
    return f"已答{THIN}{done}{THIN}/{THIN}共{THIN}{counts}{THIN}题" if language == "zh" else f"{done} of {counts} answered"


def _progress_formula(done: str, counts: str, language: Language) -> str:
    if language == "zh":
        return f'="已答{THIN}"&{done}&"{THIN}/{THIN}共{THIN}"&{counts}&"{THIN}题"'
    return f'={done}&" of "&{counts}&" answered"'


def write_cover(sheet: Any, filling: Filling, sections: list[SectionSheet]) -> None:
    """Fill the cover, once every section is written."""
    _identity(sheet, filling.model)
    row = _title_and_facts(sheet, filling)
    row = _progress(sheet, filling, sections, row + 1)
    _how(sheet, filling, row + 1)
    sheet.set_column(_KEYS, _KEYS, 4, None, {"hidden": True})
    sheet.set_column(1, 1, 2)
    sheet.set_column(_LABEL, _LABEL, _LABEL_WIDTH)
    sheet.set_column(_VALUE, _VALUE, _VALUE_WIDTH)
    sheet.set_column(_DONE, _COUNTS, 8, None, {"hidden": True})
    sheet.hide_gridlines(2)
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)
    protect(sheet)
    sheet.activate()


def _identity(sheet: Any, model: Model) -> None:
    marks = (WORKBOOK_MARK, MODEL_KEY + model.code, EDITION_KEY + model.edition, DIGEST_KEY + model.digest)
    for row, mark in enumerate(marks):
        sheet.write_string(row, _KEYS, mark)


def _title_and_facts(sheet: Any, filling: Filling) -> int:
    model, language, styles, words = filling.model, filling.language, filling.styles, WORDS[filling.language]
    sheet.set_row(0, 34)
    sheet.write_string(0, _LABEL, model.title.in_(language), styles["title"])
    sheet.write_string(1, _LABEL, words.subtitle, styles["lead"])
    row = 3
    size = size_text(model, language)
    facts = (("code", model.code, "fact"), ("edition", model.edition, "fact"), ("digest", model.digest, "code"), ("size", size, "fact"))
    for key, text, style in facts:
        _fact(sheet, filling, row, key, text, style)
        row += 1
    if based_on := _based_on(model, language):
        _fact(sheet, filling, row, "based_on", based_on)
        row += 1
    for key, question in (("name", NAME), ("period", PERIOD)):
        if question in filling.cells:
            _given(sheet, filling, row, words.facts[key], question)
            row += 1
    if caliber := _caliber(model, language):
        _fact(sheet, filling, row, "caliber", caliber)
        row += 1
    return row


def _fact(sheet: Any, filling: Filling, row: int, key: str, text: str, style: str = "fact") -> None:
    sheet.write_string(row, _LABEL, WORDS[filling.language].facts[key], filling.styles["label"])
    sheet.write_string(row, _VALUE, text, filling.styles[style])
    sheet.set_row(row, row_height([(text, _VALUE_WIDTH)], filling.language))


def _given(sheet: Any, filling: Filling, row: int, label: str, question: str) -> None:
    """What was answered to a question, shown on the cover too."""
    cell = filling.cells[question]
    hint = WORDS[filling.language].facts["see"].format(filling.model.card_of[question].number)
    sheet.write_string(row, _LABEL, label, filling.styles["label"])
    sheet.set_row(row, row_height([("", _VALUE_WIDTH)], filling.language))
    # A formula's cached result is not escaped the way text in a cell is: what XML cannot hold would spoil the file.
    text = str(filling.answers.get(question, ""))
    value = "".join(char if char.isprintable() else " " for char in text) if text.strip() else hint
    sheet.write_formula(row, _VALUE, f'=IF(TRIM({cell})="","{hint}",{cell})', filling.styles["fact"], value)


def _based_on(model: Model, language: Language) -> str:
    text = (model.based_on.get("text") or {}).get(language, "")
    mark = "" if model.based_on.get("verified") else WORDS[language].unverified
    return f"{text}\n{mark}".strip() if text else ""


def _caliber(model: Model, language: Language) -> str:
    period, day = model.parameters.get("period"), model.parameters.get("stock_day")
    if not period or not day or period.get("value") != "calendar_year" or not _MONTH_DAY.fullmatch(str(day.get("value"))):
        return ""
    month, date = (int(figure) for figure in str(day["value"]).split("-"))
    text = WORDS[language].calendar_year.format(month if language == "zh" else month_name[month], date)
    return text if period.get("verified") and day.get("verified") else f"{text}\n{WORDS[language].unverified}"


def _progress(sheet: Any, filling: Filling, sections: list[SectionSheet], row: int) -> int:
    language, styles, words = filling.language, filling.styles, WORDS[filling.language]
    total, first = row, row + 2
    sheet.set_row(total, 34)
    sheet.write_string(row + 1, _LABEL, words.sections, styles["subhead"])
    sheet.write_string(row + 1, _VALUE, words.progress, styles["subhead"])
    row = first
    for section in sections:
        quoted = section.name.replace("'", "''")
        sheet.write_url(row, _LABEL, f"internal:'{quoted}'!A1", styles["link"], section.name)
        done, counts = section.totals
        sheet.write_formula(row, _DONE, f"=SUM({section.reference(Column.DONE)})", styles["helper"], done)
        sheet.write_formula(row, _COUNTS, f"=SUM({section.reference(Column.COUNTS)})", styles["helper"], counts)
        formula = _progress_formula(cell_name(row, _DONE), cell_name(row, _COUNTS), language)
        sheet.write_formula(row, _VALUE, formula, styles["fact"], progress_text(done, counts, language))
        sheet.set_row(row, row_height([("", _VALUE_WIDTH)], language))
        row += 1
    sum_done, sum_counts = (f"SUM({cell_name(first, column)}:{cell_name(row - 1, column)})" for column in (_DONE, _COUNTS))
    done, counts = (sum(section.totals[at] for section in sections) for at in (0, 1))
    sheet.write_formula(total, _LABEL, _progress_formula(sum_done, sum_counts, language), styles["total"], progress_text(done, counts, language))
    return row


def _how(sheet: Any, filling: Filling, row: int) -> None:
    styles, words = filling.styles, WORDS[filling.language]
    sheet.write_string(row, _LABEL, words.how, styles["subhead"])
    sheet.write_blank(row, _VALUE, None, styles["subhead"])
    for line in how_lines(filling.model, filling.language):
        row += 1
        sheet.merge_range(row, _LABEL, row, _VALUE, "", styles["plain"])
        sheet.write_string(row, _LABEL, line, styles["plain"])
        sheet.set_row(row, row_height([(line, _LABEL_WIDTH + _VALUE_WIDTH)], filling.language))
