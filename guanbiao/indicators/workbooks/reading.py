"""A filled workbook read back: question code → raw answer in the interchange form, as a JSON sheet would hold it."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from guanbiao.indicators.rules.model import Model, Question
from guanbiao.indicators.workbooks.cells import Book, Place, Sheet, Value, read_book
from guanbiao.indicators.workbooks.guard import guarded_parts
from guanbiao.indicators.workbooks.layout import ANSWER_MARK, CODE_MARK, OPTION_SEPARATOR, cell_name, is_chosen, leading_option, row_codes
from guanbiao.indicators.workbooks.origin import check_origin
from guanbiao.indicators.workbooks.refusals import Refusing, short
from guanbiao.kernel.errors import Refusal, Refusals, Unusable

MOST_EXACT = 10**15
"""Excel keeps 15 digits of a number."""


def read_workbook(model: Model, path: Path) -> dict[str, Any]:
    """The answers in a workbook written by `write_template` and filled in: numbers as decimal text, options as codes; blank cells are left out.

    Rows and sheets are found by their codes, wherever they stand. Raises Unusable (`workbook.…`) for whatever cannot be trusted or read,
    Conflict where the workbook belongs to another model, edition or digest.
    """
    refusing = Refusing(path.name)
    book = read_book(guarded_parts(path), refusing)
    check_origin(model, book, refusing)
    return _Answers(model, book, refusing).read()


@dataclass(frozen=True, slots=True)
class _Spot:
    """An answer cell."""

    sheet: Sheet
    place: Place

    @property
    def name(self) -> str:
        return f"{short(self.sheet.name)}!{cell_name(*self.place)}"


class _Answers:
    def __init__(self, model: Model, book: Book, refusing: Refusing) -> None:
        self.model, self.book, self.refusing = model, book, refusing
        self.question_of = {code: question for question in model.questions for code in row_codes(question)}

    def read(self) -> dict[str, Any]:
        spots = self._spots()
        self._check_missing(spots)
        answers: dict[str, Any] = {}
        refusals: list[Refusal] = []
        for question in self.model.questions:
            try:
                answer = self._options(question, spots) if question.type == "multi" else self._single(question, spots[question.code])
            except Refusals as several:
                refusals.extend(several.refusals)
                continue
            except Refusal as refusal:
                refusals.append(refusal)
                continue
            if answer is not None:
                answers[question.code] = answer
        _raise_any(refusals)
        return answers

    # -- where the answers stand

    def _spots(self) -> dict[str, _Spot]:
        found: dict[str, _Spot] = {}
        refusals: list[Refusal] = []
        for sheet in self.book.sheets:
            columns = self._columns(sheet)
            if columns is None:
                continue
            for row, code in _codes(sheet, columns[0]):
                spot = _Spot(sheet, (row, columns[1]))
                if refusal := self._misplaced(code, _Spot(sheet, (row, columns[0])), spot, found):
                    refusals.append(refusal)
                else:
                    found[code] = spot
        _raise_any(refusals)
        return found

    def _columns(self, sheet: Sheet) -> tuple[int, int] | None:
        """The columns of codes and of answers; None for a sheet that is not ours."""
        marks = {mark: {place[1] for place, value in sheet.values.items() if value == mark} for mark in (CODE_MARK, ANSWER_MARK)}
        codes, answers = marks[CODE_MARK], marks[ANSWER_MARK]
        if not codes and not answers:
            return None
        if len(codes) != 1 or len(answers) != 1:
            raise self.refusing.refusal("marks", at=short(sheet.name), sheet=short(sheet.name))
        return codes.pop(), answers.pop()

    def _misplaced(self, code: str, spot: _Spot, marked: _Spot, found: dict[str, _Spot]) -> Refusal | None:
        """What is wrong with a row's code, if anything."""
        where, given = spot.name, short(code, 40)
        if spot.sheet.is_computed(spot.place):
            return self.refusing.refusal("code-formula", at=where, cell=where)
        if code not in self.question_of:
            return self.refusing.refusal("unknown-code", at=where, cell=where, given=given, model=f"{self.model.code} {self.model.edition}")
        if code in found:
            number = self.model.card_of[self.question_of[code].code].number
            return self.refusing.refusal("code-twice", at=marked.name, number=number, given=given, first=found[code].name, cell=marked.name)
        return None

    def _check_missing(self, spots: dict[str, _Spot]) -> None:
        missing = list(dict.fromkeys(self.question_of[code].code for code in self.question_of if code not in spots))
        if not missing:
            return
        numbers = list(dict.fromkeys(str(self.model.card_of[code].number) for code in missing))
        raise self.refusing.refusal("missing-rows", at=missing[0], numbers=_listed(numbers), codes=_listed(missing))

    # -- what they hold

    def _options(self, question: Question, spots: dict[str, _Spot]) -> list[str] | None:
        chosen, refusals = [], []
        for code in row_codes(question):
            try:
                if self._is_chosen(question, spots[code]):
                    chosen.append(code.partition(OPTION_SEPARATOR)[2])
            except Refusal as refusal:
                refusals.append(refusal)
        _raise_any(refusals)
        return chosen or None

    def _is_chosen(self, question: Question, spot: _Spot) -> bool:
        value = self._trusted(question, spot)
        if value is None:
            return False
        if isinstance(value, str) and is_chosen(value):
            return True
        raise self._refusal(question, spot, "unknown-mark", given=short(value, 40))

    def _single(self, question: Question, spot: _Spot) -> str | None:
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

    def _trusted(self, question: Question, spot: _Spot) -> Value | None:
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

    def _text(self, question: Question, spot: _Spot, value: Value) -> str:
        if isinstance(value, str):
            return value
        if isinstance(value, datetime.date):
            return value.isoformat()[:10]
        if isinstance(value, (int, float)) and abs(value) < MOST_EXACT and not self._is_percentage(spot):
            return decimal_text(value)
        raise self._refusal(question, spot, "long-number")

    def _option(self, question: Question, spot: _Spot, value: str | float) -> str:
        codes = [option.code for option in question.options]
        found = leading_option(value if isinstance(value, str) else decimal_text(value), codes)
        if found is None:
            raise self._refusal(question, spot, "unknown-option", given=short(value, 40), options=", ".join(codes))
        return found

    def _number(self, question: Question, spot: _Spot, value: str | float) -> str:
        if isinstance(value, str):
            return value
        if not math.isfinite(value):
            raise self._refusal(question, spot, "not-finite")
        if not self._is_percentage(spot):
            return decimal_text(value)
        if question.unit.zh != "%":
            raise self._refusal(question, spot, "percentage")
        return decimal_text(value, times=100)

    def _is_percentage(self, spot: _Spot) -> bool:
        return spot.sheet.styles.get(spot.place, 0) in self.book.percentages

    def _refusal(self, question: Question, spot: _Spot, code: str, **fields: str) -> Unusable:
        return self.refusing.answer(self.model, question, spot.name, code, **fields)


def _codes(sheet: Sheet, column: int) -> Iterator[tuple[int, str]]:
    """(row, code) of every filled cell of the column of codes, the mark aside."""
    for (row, at), value in sheet.values.items():
        text = str(value).strip() if at == column else ""
        if text and text != CODE_MARK:
            yield row, text


def decimal_text(number: float, *, times: int = 1) -> str:
    """A cell's number as the decimal somebody typed: Excel keeps 15 significant digits, the rest is noise of the binary form."""
    exact = Decimal(f"{number:.15g}") * times
    if exact and not -20 <= exact.adjusted() <= 30:
        return str(exact)
    plain = f"{exact:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) if exact else "0"


_MOST_LISTED = 6


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")


def _raise_any(refusals: list[Refusal]) -> None:
    if refusals:
        raise refusals[0] if len(refusals) == 1 else Refusals(refusals)
