"""Drop-down lists and the limits of answer cells."""

from __future__ import annotations

from typing import Any

from guanbiao.indicators.rules.model import LONGEST_TEXT, Question
from guanbiao.indicators.workbooks.layout import CHOSEN, Column, column_letters
from guanbiao.indicators.workbooks.words import WORDS, range_message
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import UNIT, scaled_text


class OptionLists:
    """A hidden sheet with the drop-down lists, one a row, equal ones once: an inline list breaks at commas and ends at 255 characters."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._rows: dict[tuple[str, ...], int] = {}

    def source(self, question: Question) -> str:
        """The range that holds a question's options."""
        items = tuple(f"{option.code} {option.title.in_(self.language)}" for option in question.options)
        row = self._rows.setdefault(items, len(self._rows))
        return f"='{WORDS[self.language].lists}'!$A${row + 1}:${column_letters(len(items) - 1)}${row + 1}"

    def write(self, workbook: Any) -> None:
        """Add the sheet, last and out of sight, once every question has asked for its list."""
        sheet = workbook.add_worksheet(WORDS[self.language].lists)
        for items, row in self._rows.items():
            for column, item in enumerate(items):
                sheet.write_string(row, column, item)
        sheet.very_hidden()


def validate(sheet: Any, row: int, question: Question, lists: OptionLists, language: Language) -> None:
    """Tell Excel what the answer cell of this row may hold."""
    sheet.data_validation(row, Column.ANSWER, row, Column.ANSWER, _rule(question, lists, language))


def _rule(question: Question, lists: OptionLists, language: Language) -> dict[str, Any]:
    words = WORDS[language]
    if question.type == "single":
        return {"validate": "list", "source": lists.source(question), "error_message": words.pick}
    if question.type == "multi":
        return {"validate": "list", "source": [CHOSEN[language]], "error_message": words.pick}
    if question.type == "text":
        message = f"最多 {LONGEST_TEXT} 个字" if language == "zh" else f"At most {LONGEST_TEXT} characters"
        return {"validate": "length", "criteria": "<=", "value": LONGEST_TEXT, "error_message": message}
    message = range_message(question, language)[:255]
    return {
        "validate": "integer" if question.type == "count" else "decimal",
        "criteria": "between",
        "minimum": _number(question.least),
        "maximum": _number(question.greatest),
        "input_message": message,
        "error_message": message,
    }


def _number(scaled: int) -> int | float:
    return scaled // UNIT if scaled % UNIT == 0 else float(scaled_text(scaled))
