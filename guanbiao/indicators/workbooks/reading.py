"""A filled workbook read back: question code → raw answer in the interchange form, as a JSON sheet would hold it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from guanbiao.indicators.rules.model import Model, Question
from guanbiao.indicators.workbooks.cells import Book, Value, read_book
from guanbiao.indicators.workbooks.guard import guarded_parts
from guanbiao.indicators.workbooks.layout import OPTION_SEPARATOR, cell_name, is_chosen, is_text_of, leading_option, row_codes
from guanbiao.indicators.workbooks.origin import check_origin
from guanbiao.indicators.workbooks.refusals import Refusing, short
from guanbiao.indicators.workbooks.rows import Spot, find_rows
from guanbiao.indicators.workbooks.typed import misplaced_marks, visible
from guanbiao.kernel.errors import Refusal, Refusals, Unusable

MOST_EXACT = 10**15
"""Excel keeps 15 digits of a number."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A workbook as far as it can be read: question code → raw answer, and what could not be read."""

    answers: dict[str, Any]
    cells: dict[str, str]
    """Question code → “sheet!cell” of its answer, a multiple choice with all its cells."""
    refusals: list[Refusal]
    notes: list[tuple[str, str]]
    """(zh, en): what was normalised on the way in."""


def filled_workbook(model: Model, path: Path) -> Filled:
    """The answers in a workbook written by `write_template` and filled in: numbers as decimal text, options as codes; blank cells are left out.

    Rows and sheets are found by their codes, wherever they stand. Raises Unusable (`workbook.…`) for a file that cannot be trusted or read,
    Conflict where it belongs to another model, edition or digest; faults of rows and cells are listed, so that others can be told with them.
    """
    refusing = Refusing(path.name)
    book = read_book(guarded_parts(path), refusing)
    check_origin(model, book, refusing)
    return _Answers(model, book, refusing).read()


def read_workbook(model: Model, path: Path) -> dict[str, Any]:
    """The answers of `filled_workbook`. Raises what it raises, and Unusable for every fault it lists."""
    filled = filled_workbook(model, path)
    _raise_any(filled.refusals)
    return filled.answers


class _Answers:
    def __init__(self, model: Model, book: Book, refusing: Refusing) -> None:
        self.model, self.book, self.refusing = model, book, refusing
        self.notes: list[tuple[str, str]] = []

    def read(self) -> Filled:
        rows = find_rows(self.model, self.book, self.refusing)
        answers: dict[str, Any] = {}
        cells: dict[str, str] = {}
        refusals = rows.refusals
        for question in self.model.questions:
            spots = {code: rows.spots[code] for code in row_codes(question) if code in rows.spots}
            if len(spots) < len(row_codes(question)):
                continue  # the rows' own faults say so
            cells[question.code] = _named(list(spots.values()))
            try:
                answer = self._options(question, spots) if question.type == "multi" else self._single(question, spots[question.code])
            except Refusal as refusal:
                refusals.extend(refusal.refusals if isinstance(refusal, Refusals) else [refusal])
                continue
            if answer is not None:
                answers[question.code] = answer
        return Filled(answers, cells, refusals, self.notes)

    # -- what they hold

    def _options(self, question: Question, spots: Mapping[str, Spot]) -> list[str] | None:
        chosen, refusals = [], []
        for code in row_codes(question):
            try:
                if self._is_chosen(question, spots[code]):
                    chosen.append(code.partition(OPTION_SEPARATOR)[2])
            except Refusal as refusal:
                refusals.append(refusal)
        _raise_any(refusals)
        return chosen or None

    def _is_chosen(self, question: Question, spot: Spot) -> bool:
        value = self._trusted(question, spot)
        if value is None:
            return False
        if isinstance(value, str) and is_chosen(value):
            return True
        raise self._refusal(question, spot, "unknown-mark", given=short(value, 40))

    def _single(self, question: Question, spot: Spot) -> str | None:
        value = self._trusted(question, spot)
        if value is None:
            return None
        if isinstance(value, bool):
            raise self._refusal(question, spot, "boolean", given=str(value).upper())
        if question.type == "text":
            return self._text(question, spot, value)
        if isinstance(value, (datetime.date, datetime.time, datetime.timedelta)):
            raise self._refusal(question, spot, "date")
        if question.type == "single":
            return self._option(question, spot, value)
        return self._number(question, spot, value)

    def _trusted(self, question: Question, spot: Spot) -> Value | None:
        """The value that somebody typed into the cell; None where it is blank."""
        sheet, place = spot.sheet, spot.place
        if sheet.is_computed(place):
            raise self._refusal(question, spot, "formula")
        if sheet.is_merged(place):
            raise self._refusal(question, spot, "merged")
        if place in sheet.errors:
            raise self._refusal(question, spot, "error-value")
        value = sheet.values.get(place)
        return None if value is None or (isinstance(value, str) and not value.strip()) else value

    def _text(self, question: Question, spot: Spot, value: Value) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, datetime.date):
            return value.isoformat()[:10]
        if isinstance(value, (int, float)) and abs(value) < MOST_EXACT and not self._is_percentage(spot):
            return decimal_text(value)
        raise self._refusal(question, spot, "long-number")

    def _option(self, question: Question, spot: Spot, value: str | float) -> str:
        codes = [option.code for option in question.options]
        text = value if isinstance(value, str) else decimal_text(value)
        found = leading_option(text, codes)
        if found is None:
            raise self._refusal(question, spot, "unknown-option", given=short(text, 40), options=", ".join(codes))
        code, rest = found
        title = question.option(code).title
        if not is_text_of(question.option(code), rest):
            raise self._refusal(question, spot, "other-option", given=short(text), option=code, title_zh=short(title.zh), title_en=short(title.en))
        return code

    def _number(self, question: Question, spot: Spot, value: str | float) -> str:
        if isinstance(value, str):
            return self._typed_number(question, spot, value)
        if not math.isfinite(value):
            raise self._refusal(question, spot, "not-finite")
        if not self._is_percentage(spot):
            return decimal_text(value)
        if question.unit.zh != "%":
            raise self._refusal(question, spot, "percentage")
        return decimal_text(value, times=100)

    def _typed_number(self, question: Question, spot: Spot, text: str) -> str:
        """A number typed as text, without the blanks around it; whether it is one, the sheet is asked."""
        bare = text.strip()
        if reason := misplaced_marks(bare):
            raise self._refusal(question, spot, reason, given=visible(text))
        if bare != text:
            number, shown = self.model.card_of[question.code].number, visible(text)
            zh = f"第 {number} 题（{question.code}）的“{shown}”按 {short(bare)} 读取（␣ 是空格，{spot.name}）。"
            self.notes.append((zh, f"“{shown}” in question {number} ({question.code}) was read as {short(bare)} (␣ is a space, {spot.name})."))
        return bare

    def _is_percentage(self, spot: Spot) -> bool:
        return spot.sheet.styles.get(spot.place, 0) in self.book.percentages

    def _refusal(self, question: Question, spot: Spot, code: str, **fields: str) -> Unusable:
        return self.refusing.answer(self.model, question, spot.name, code, **fields)


def _named(spots: list[Spot]) -> str:
    """“基础建设!D5”; of a multiple choice “基础建设!D5:D8”."""
    first, last = min(spots, key=lambda spot: spot.place), max(spots, key=lambda spot: spot.place)
    return first.name if first is last else f"{first.name}:{cell_name(*last.place)}"


def decimal_text(number: float, *, times: int = 1) -> str:
    """A cell's number as the decimal somebody typed: Excel keeps 15 significant digits, the rest is noise of the binary form."""
    exact = Decimal(f"{number:.15g}") * times
    if exact and not -20 <= exact.adjusted() <= 30:
        return str(exact)
    plain = f"{exact:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) if exact else "0"


def _raise_any(refusals: list[Refusal]) -> None:
    if refusals:
        raise refusals[0] if len(refusals) == 1 else Refusals(refusals)
