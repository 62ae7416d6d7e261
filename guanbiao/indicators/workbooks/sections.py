"""One section of a questionnaire as a sheet: cards, questions, answer cells, and the hidden columns that count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from guanbiao.indicators.rules.model import Card, Model, Question, Text
from guanbiao.indicators.workbooks.cards import Printed, cards_of, has_heading, printed_of, printed_together
from guanbiao.indicators.workbooks.choices import OptionLists, validate
from guanbiao.indicators.workbooks.conditions import Answer, Names, applies_formula, is_answered
from guanbiao.indicators.workbooks.finish import colour, protect, set_up_print
from guanbiao.indicators.workbooks.layout import (
    ANSWER_MARK,
    CHOSEN,
    CODE_MARK,
    FIRST_ROW,
    HEAD_ROW,
    MARKS_ROW,
    NUMBER_MARK,
    QUESTION_MARK,
    TITLE_ROW,
    Column,
    cell_name,
    column_letters,
    option_code,
)
from guanbiao.indicators.workbooks.styles import Styles, row_height
from guanbiao.indicators.workbooks.words import WORDS, await_text, conflict_text, number_of, options_text
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.kernel.numbers import scaled_text

_WIDTHS = {
    Column.CODE: 12,
    Column.NUMBER: 8,
    Column.QUESTION: 28,
    Column.ANSWER: 24,
    Column.UNIT: 11,
    Column.STATE: 12,
    Column.HELP: 34,
    Column.OPTIONS: 50,
    Column.EVIDENCE: 20,
    Column.REFERENCE: 22,
}
_INDENT = 1.5
"""What an indented text loses of its column."""
_HIDDEN = (Column.CODE, Column.APPLIES, Column.ANSWERED, Column.COUNTS, Column.DONE)


@dataclass(frozen=True)
class Filling:
    """What every sheet of one workbook is written from."""

    model: Model
    language: Language
    answers: Mapping[str, Answer]
    applies: Mapping[str, float]
    names: Names
    styles: Styles
    lists: OptionLists
    workbook: Any
    cells: dict[str, str] = field(default_factory=dict)
    """Question → its answer cell, absolute, with its sheet."""


class SectionSheet:
    """Writes one section; afterwards `counts` and `done` are the ranges the cover adds up, `totals` what they come to now."""

    def __init__(self, filling: Filling, name: str, title: Text) -> None:
        self.filling, self.name = filling, name
        self.sheet = filling.workbook.add_worksheet(name)
        self.row = FIRST_ROW
        self.totals = [0, 0]
        """Cards done, cards that count."""
        self._head(title)

    def reference(self, column: Column, row: int | None = None) -> str:
        """An absolute reference: one cell, or the column from the first row down."""
        quoted = self.name.replace("'", "''")
        letter = column_letters(column)
        return f"'{quoted}'!${letter}${FIRST_ROW + 1}:${letter}${max(self.row, FIRST_ROW + 1)}" if row is None else f"'{quoted}'!${letter}${row + 1}"

    def write(self, questions: list[Question]) -> None:
        part = ""
        for card, fields in cards_of(self.filling.model, questions):
            if fields[0].part != part:
                part = fields[0].part
                self._part(part)
            self._card(card, fields)
        self._finish()

    # -- rows

    def _head(self, title: Text) -> None:
        words, styles, language = WORDS[self.filling.language], self.filling.styles, self.filling.language
        for at, mark in {Column.CODE: CODE_MARK, Column.NUMBER: NUMBER_MARK, Column.QUESTION: QUESTION_MARK, Column.ANSWER: ANSWER_MARK}.items():
            self.sheet.write_string(MARKS_ROW, at, mark)
        self.sheet.set_row(MARKS_ROW, None, None, {"hidden": True})
        self.sheet.set_row(TITLE_ROW, 30)
        self.sheet.write_string(TITLE_ROW, Column.NUMBER, title.in_(language), styles["title"])
        self.sheet.write_string(TITLE_ROW, Column.STATE, words.lead, styles["lead"])
        self.sheet.set_row(HEAD_ROW, 22)
        for column, text in zip(range(Column.NUMBER, Column.APPLIES), words.heads, strict=True):
            self.sheet.write_string(HEAD_ROW, column, text, styles["head_note" if column >= Column.UNIT and column != Column.STATE else "head"])
        for column, width in _WIDTHS.items():
            self.sheet.set_column(column, column, width, None, {"hidden": column in _HIDDEN})
        self.sheet.set_column(Column.APPLIES, Column.DONE, 8, None, {"hidden": True})

    def _part(self, code: str) -> None:
        title = next((part.title for part in self.filling.model.parts if part.code == code), None)
        if title is None:
            return
        self.sheet.set_row(self.row, 20)
        self._across(Column.NUMBER, "part")
        self.sheet.write_string(self.row, Column.NUMBER, title.in_(self.filling.language), self.filling.styles["part"])
        self.row += 1

    def _card(self, card: Card, fields: list[Question]) -> None:
        first = self.row
        headed = has_heading(self.filling.model, card)
        if headed:
            self._across(Column.NUMBER, "blank")
            self._texts(printed_of(card, self.filling.language), "", "question")
            self.row += 1
        rows = [self._question(card, question, alone=not headed) for question in fields]
        self.sheet.write_string(first, Column.NUMBER, number_of(card.number, self.filling.language), self.filling.styles["number"])
        if headed:
            value = max(self.filling.applies[question.code] for question in fields)
            cells = ",".join(cell_name(row, Column.APPLIES) for row in rows)
            self.sheet.write_formula(first, Column.APPLIES, f"=MAX({cells})", self.filling.styles["helper"], value)
        self._counting(first, [(q, row) for q, row in zip(fields, rows, strict=True) if q.code in self.filling.model.required])

    def _question(self, card: Card, question: Question, *, alone: bool) -> int:
        """Write a question's rows; gives the row of its hidden columns."""
        row, language, styles = self.row, self.filling.language, self.filling.styles
        self._across(Column.NUMBER, "blank")
        self._number(card)
        options = options_text(question, language) if question.type == "single" else ""
        printed = printed_together(card, question, language) if alone else printed_of(question, language)
        self._texts(printed, options, "question" if alone else "field")
        self.sheet.write_string(row, Column.UNIT, question.unit.in_(language), styles["note"])
        answered = is_answered(self.filling.answers, question.code)
        if question.type == "multi":
            cells = self._options(card, question, row)
        else:
            self.sheet.write_string(row, Column.CODE, question.code, styles["helper"])
            self._answer(question)
            cells = [(row, cell_name(row, Column.ANSWER))]
        self.row = cells[-1][0] + 1 if cells else row + 1
        self._condition(question, row)
        joined = "&".join(cell for _, cell in cells)
        self.sheet.write_formula(row, Column.ANSWERED, f'=1*(TRIM({joined})<>"")', styles["helper"], int(answered))
        self._state(question, row, [cell for _, cell in cells])
        self._names(question, row)
        return row

    def _number(self, card: Card) -> None:
        """The card's number once more, unseen: the reader compares it with the code of the row."""
        self.sheet.write_string(self.row, Column.NUMBER, number_of(card.number, self.filling.language), self.filling.styles["number_again"])

    def _texts(self, printed: Printed, options: str, style: str) -> None:
        title, how, evidence, reference = printed
        columns = (Column.QUESTION, Column.HELP, Column.OPTIONS, Column.EVIDENCE, Column.REFERENCE)
        texts = dict(zip(columns, (title, how, options, evidence, reference), strict=True))
        for column, text in texts.items():
            self.sheet.write_string(self.row, column, text, self.filling.styles[style if column is Column.QUESTION else "note"])
        self._heighten(texts)

    def _heighten(self, texts: Mapping[Column, str]) -> None:
        self.sheet.set_row(self.row, row_height(((text, _WIDTHS[column] - _INDENT) for column, text in texts.items()), self.filling.language))

    def _across(self, start: Column, style: str) -> None:
        for column in range(start, Column.APPLIES):
            self.sheet.write_blank(self.row, column, None, self.filling.styles[style])

    # -- answer cells

    def _answer(self, question: Question) -> None:
        sheet, styles, answer = self.sheet, self.filling.styles, self.filling.answers.get(question.code)
        style = {"text": "text_input", "single": "choice_input", "count": "count_input"}.get(question.type, "number_input")
        if isinstance(answer, int):
            number = scaled_text(answer)
            # What 15 digits do not hold goes in as text: the reader takes both.
            if len(number.strip("-0").replace(".", "")) <= 15:
                sheet.write_number(self.row, Column.ANSWER, float(number), styles[style])
            else:
                sheet.write_string(self.row, Column.ANSWER, number, styles[style])
        elif isinstance(answer, tuple) and answer:
            title = question.option(answer[0]).title.in_(self.filling.language)
            sheet.write_string(self.row, Column.ANSWER, f"{answer[0]} {title}", styles[style])
        elif isinstance(answer, str) and answer.strip():
            sheet.write_string(self.row, Column.ANSWER, _writable(question, answer), styles[style])
        else:
            sheet.write_blank(self.row, Column.ANSWER, None, styles[style])
        validate(sheet, self.row, question, self.filling.lists, self.filling.language)
        self.filling.cells[question.code] = self.reference(Column.ANSWER, self.row)

    def _options(self, card: Card, question: Question, head: int) -> list[tuple[int, str]]:
        """A row for each option, with the drop-down that chooses it; gives (row, answer cell) of each."""
        language, styles = self.filling.language, self.filling.styles
        answer = self.filling.answers.get(question.code, ())
        applies = cell_name(head, Column.APPLIES)
        cells = []
        for at, option in enumerate(question.options, start=1):
            self.row = row = head + at
            self._across(Column.NUMBER, "blank")
            self._number(card)
            self.sheet.write_string(row, Column.CODE, option_code(question.code, option.code), styles["helper"])
            texts = {Column.QUESTION: f"{option.code} {option.title.in_(language)}", Column.OPTIONS: option.text.in_(language)}
            self.sheet.write_string(row, Column.QUESTION, texts[Column.QUESTION], styles["option"])
            self.sheet.write_string(row, Column.OPTIONS, texts[Column.OPTIONS], styles["note"])
            self._heighten(texts)
            chosen = isinstance(answer, tuple) and option.code in answer
            self.sheet.write_string(row, Column.ANSWER, CHOSEN[language] if chosen else "", styles["option_input"])
            self.sheet.write_formula(row, Column.APPLIES, f"={applies}", styles["helper"], self.filling.applies[question.code])
            validate(self.sheet, row, question, self.filling.lists, language)
            cells.append((row, cell_name(row, Column.ANSWER)))
            if question.code in self.filling.names.wanted:
                self.filling.workbook.define_name(self.filling.names.option(question.code, option.code), "=" + self.reference(Column.ANSWER, row))
        return cells

    # -- hidden columns

    def _condition(self, question: Question, row: int) -> None:
        styles = self.filling.styles
        if question.when is None:
            self.sheet.write_number(row, Column.APPLIES, 1, styles["helper"])
            return
        formula = applies_formula(self.filling.model, question, question.when, self.filling.names)
        self.sheet.write_formula(row, Column.APPLIES, formula, styles["helper"], self.filling.applies[question.code])

    def _state(self, question: Question, row: int, cells: list[str]) -> None:
        filling, words = self.filling, WORDS[self.filling.language]
        applies, has = cell_name(row, Column.APPLIES), cell_name(row, Column.ANSWERED)
        open_ = words.unanswered if question.code in filling.model.required else words.optional
        formula = f'IF({has}=1,"{words.answered}","{open_}")'
        value = words.answered if is_answered(filling.answers, question.code) else open_
        if question.exclusive and len(cells) > 1:
            at = [option.code for option in question.options].index(question.exclusive)
            rest = "&".join(cell for index, cell in enumerate(cells) if index != at)
            formula = f'IF(AND(TRIM({cells[at]})<>"",TRIM({rest})<>""),"{conflict_text(question.exclusive, filling.language)}",{formula})'
        if question.when is not None:
            awaits = await_text(filling.model, question, filling.language)
            formula = f'IF({applies}=0,"{words.inapplicable}",IF({applies}<1,"{awaits}",{formula}))'
            value = {0.0: words.inapplicable, 0.5: awaits}.get(filling.applies[question.code], value)
        self.sheet.write_formula(row, Column.STATE, "=" + formula, filling.styles["state"], value)

    def _names(self, question: Question, row: int) -> None:
        names = self.filling.names
        if question.code not in names.wanted:
            return
        named = [(names.answered(question.code), Column.ANSWERED), (names.applies(question.code), Column.APPLIES)]
        if question.type != "multi":
            named.append((names.answer(question.code), Column.ANSWER))
        for name, column in named:
            self.filling.workbook.define_name(name, "=" + self.reference(column, row))

    def _counting(self, first: int, required: list[tuple[Question, int]]) -> None:
        """A card counts where one of its required answers may apply, and is done where none of those is missing."""
        if not required:
            return
        applies, answers, styles = self.filling.applies, self.filling.answers, self.filling.styles
        counts = int(any(applies[question.code] > 0 for question, _ in required))
        done = int(bool(counts) and all(applies[q.code] == 0 or is_answered(answers, q.code) for q, _ in required))
        may = ",".join(cell_name(row, Column.APPLIES) for _, row in required)
        given = ",".join(f"OR({cell_name(row, Column.APPLIES)}=0,{cell_name(row, Column.ANSWERED)}=1)" for _, row in required)
        self.sheet.write_formula(first, Column.COUNTS, f"=1*(MAX({may})>0)", styles["helper"], counts)
        self.sheet.write_formula(first, Column.DONE, f"={cell_name(first, Column.COUNTS)}*AND({given})", styles["helper"], done)
        self.totals[0] += done
        self.totals[1] += counts

    def _finish(self) -> None:
        colour(self.sheet, self.filling.styles, self.filling.language, self.row)
        set_up_print(self.sheet, self.filling.language, self.row)
        protect(self.sheet)


def _writable(question: Question, text: str) -> str:
    """Text as XML can hold it; half a surrogate pair has no place in a file."""
    if any("\ud800" <= char <= "\udfff" or char in "\ufffe\uffff" for char in text):
        raise Unusable(
            "workbook.unwritable-text",
            zh=f"“{question.title.zh}”（{question.code}）的答案里有 Excel 存不了的字符。请改掉后再生成。",
            en=f"The answer to “{question.title.en}” ({question.code}) holds a character that Excel cannot store. Change it and try again.",
            at=question.code,
        )
    return text
