"""The Excel workbook to fill offline, written from a model."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import Final

from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.choices import OptionLists
from guanbiao.indicators.workbooks.conditions import Answer, Names, applicability
from guanbiao.indicators.workbooks.cover import write_cover
from guanbiao.indicators.workbooks.layout import names_of
from guanbiao.indicators.workbooks.sections import Filling, SectionSheet
from guanbiao.indicators.workbooks.styles import Styles
from guanbiao.indicators.workbooks.words import WORDS
from guanbiao.kernel.errors import Language

_NO_ANSWERS: Final[Mapping[str, Answer]] = MappingProxyType({})

_CREATED = datetime(2026, 1, 1)
"""A fixed day: the same model gives the same bytes."""


def write_template(model: Model, path: Path, language: Language, *, answers: Mapping[str, Answer] = _NO_ANSWERS) -> None:
    """Write the workbook of a model, with answers filled in where they are given (numbers in 1/10,000 of their unit).

    No text of anybody becomes a formula. Raises Unusable where an answer cannot be stored, OSError where the file cannot be written.
    """
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    words = WORDS[language]
    workbook = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    workbook.set_properties({"title": model.title.in_(language), "subject": f"{model.code} {model.edition}", "created": _CREATED})
    cover = workbook.add_worksheet(words.cover)
    lists = OptionLists(language)
    filling = Filling(model, language, answers, applicability(model, answers), Names(model), Styles(workbook, language), lists, workbook)
    sheets = names_of(model, language, (words.cover, words.lists))
    sections = []
    for code, title in model.sections:
        section = SectionSheet(filling, sheets[code], title)
        section.write([question for question in model.questions if question.section == code])
        sections.append(section)
    write_cover(cover, filling, sections)
    lists.write(workbook)
    try:
        workbook.close()
    except FileCreateError as error:
        raise error.args[0] if error.args and isinstance(error.args[0], OSError) else OSError(str(error)) from None
