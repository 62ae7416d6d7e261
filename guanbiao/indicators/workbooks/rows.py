"""Which row of a workbook belongs to which question: by its code, which must agree with the number and the question printed beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from guanbiao.indicators.rules.model import Model, Question
from guanbiao.indicators.workbooks.cells import Book, Place, Sheet
from guanbiao.indicators.workbooks.layout import (
    ANSWER_MARK,
    CODE_MARK,
    NUMBER_MARK,
    QUESTION_MARK,
    cell_name,
    printed_texts,
    squeezed,
)
from guanbiao.indicators.workbooks.refusals import RESTORE, Refusing, short
from guanbiao.kernel.errors import Refusal

_MARKS = (CODE_MARK, ANSWER_MARK, NUMBER_MARK, QUESTION_MARK)
_MOST_LISTED = 6


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell."""

    sheet: Sheet
    place: Place

    @property
    def name(self) -> str:
        return f"{short(self.sheet.name)}!{cell_name(*self.place)}"

    @property
    def text(self) -> str:
        return str(self.sheet.values.get(self.place, "")).strip()


@dataclass(frozen=True, slots=True)
class _Row:
    code: Spot
    answer: Spot
    number: Spot
    question: Spot

    @property
    def printed_number(self) -> int | None:
        """“第 31 题” → 31; None where nothing of the kind is printed."""
        found = re.search("[0-9]{1,4}", self.number.text)
        return int(found[0]) if found else None


@dataclass(frozen=True, slots=True)
class Rows:
    """Row code (`DX07`, `DX07#A`) → its answer cell, and what is wrong with the rows."""

    spots: dict[str, Spot] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)


def find_rows(model: Model, book: Book, refusing: Refusing) -> Rows:
    """The answer cells of a workbook. Never raises: every fault is listed, once, with the way out."""
    return _Finder(model, book, refusing).find()


class _Finder:
    def __init__(self, model: Model, book: Book, refusing: Refusing) -> None:
        self.model, self.book, self.refusing = model, book, refusing
        self.rows = Rows()
        self.told: set[str] = set()
        """Codes whose absence a fault of their row already explains."""
        self.question_of: dict[str, Question] = {}
        self.texts: dict[str, frozenset[str]] = {}
        self.codes_of: dict[str, list[str]] = {}
        for question in model.questions:
            for code, texts in printed_texts(question).items():
                self.question_of[code], self.texts[code] = question, texts
                for text in texts:
                    self.codes_of.setdefault(text, []).append(code)

    def find(self) -> Rows:
        columns = [(sheet, self._columns(sheet)) for sheet in self.book.sheets]
        bare: dict[str, Spot] = {}
        for sheet, marks in columns:
            for row in _filled_rows(sheet, marks) if marks else ():
                belongs = self._belongs(row)
                if row.code.text:
                    self._coded(row, belongs)
                elif belongs:
                    # A card's heading may say what its question says; it stands above, so the question's row has the last word.
                    bare[belongs] = row.code
        if all(marks is None or marks for _, marks in columns):
            self._check_missing(bare)
        return self.rows

    def _columns(self, sheet: Sheet) -> dict[str, int] | None:
        """The column of every mark; None for a sheet that is not ours, empty for one whose marks were changed."""
        found = {mark: {place[1] for place, value in sheet.values.items() if value == mark} for mark in _MARKS}
        if not any(found.values()):
            return None
        if any(len(columns) != 1 for columns in found.values()):
            self.rows.refusals.append(self.refusing.refusal("marks", at=short(sheet.name), sheet=short(sheet.name)))
            return {}
        return {mark: columns.pop() for mark, columns in found.items()}

    def _belongs(self, row: _Row) -> str | None:
        """The code that belongs to what is printed in the row, where that is beyond doubt."""
        codes = [code for code in self.codes_of.get(squeezed(row.question.text), ()) if row.printed_number in (None, self._number(code))]
        return codes[0] if len(codes) == 1 else None

    def _number(self, code: str) -> int:
        return self.model.card_of[self.question_of[code].code].number

    # -- faults

    def _coded(self, row: _Row, belongs: str | None) -> None:
        refusal = self._fault(row, belongs)
        if refusal is None:
            self.rows.spots[row.code.text] = row.answer
            return
        self.rows.refusals.append(refusal)
        if belongs:
            self.told.add(belongs)

    def _fault(self, row: _Row, belongs: str | None) -> Refusal | None:
        """What is wrong with a row's code, if anything."""
        code = row.code.text
        if row.code.sheet.is_computed(row.code.place):
            return self._changed("code-formula", row.code, belongs)
        if code not in self.question_of:
            return self._changed("unknown-code", row.code, belongs, given=short(code, 40), model=f"{self.model.code} {self.model.edition}")
        if squeezed(row.question.text) not in self.texts[code] or row.printed_number not in (None, self._number(code)):
            printed = short(f"{row.number.text} {row.question.text}")
            return self._changed("code-mismatch", row.code, belongs, given=code, printed=printed, row=row.question.name, **self._named("own", code))
        if code in self.rows.spots:
            number, first, cell = self._number(code), self.rows.spots[code].name, row.answer.name
            return self.refusing.refusal("code-twice", at=cell, number=number, given=code, first=first, cell=cell)
        return None

    def _changed(self, key: str, cell: Spot, belongs: str | None, **fields: Any) -> Refusal:
        """A refusal that says which code to restore, where the printed question tells it."""
        if belongs:
            return self.refusing.refusal(key + RESTORE, at=cell.name, cell=cell.name, belongs=belongs, **self._named("its", belongs), **fields)
        return self.refusing.refusal(key, at=cell.name, cell=cell.name, **fields)

    def _named(self, whose: str, code: str) -> dict[str, Any]:
        """How a sentence names the question of a row."""
        title = self.question_of[code].title
        return {f"{whose}_number": self._number(code), f"{whose}_zh": short(title.zh), f"{whose}_en": short(title.en)}

    def _check_missing(self, bare: dict[str, Spot]) -> None:
        gone = []
        for code in self.question_of:
            if code in self.rows.spots or code in self.told:
                continue
            if code in bare:
                self.rows.refusals.append(self._changed("code-cleared", bare[code], code))
            else:
                gone.append(code)
        if gone:
            codes = list(dict.fromkeys(self.question_of[code].code for code in gone))
            numbers = list(dict.fromkeys(str(self._number(code)) for code in gone))
            self.rows.refusals.append(self.refusing.refusal("missing-rows", at=codes[0], numbers=_listed(numbers), codes=_listed(codes)))


def _filled_rows(sheet: Sheet, columns: dict[str, int]) -> Iterator[_Row]:
    """Every row with something in the column of codes or of questions, from the top, the marks aside."""
    wanted = (columns[CODE_MARK], columns[QUESTION_MARK])
    marked = {row for (row, _), value in sheet.values.items() if value in _MARKS}
    for row in sorted({row for row, column in sheet.values if column in wanted} - marked):
        yield _Row(*(Spot(sheet, (row, columns[mark])) for mark in _MARKS))


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_MOST_LISTED]) + (" …" if len(names) > _MOST_LISTED else "")
