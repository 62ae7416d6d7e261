"""What the writer and the reader of a workbook share: marks, codes, columns, sheet names.

A reader finds everything by marks and codes, never by position: sheets may be renamed and moved, rows sorted and inserted.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from enum import IntEnum
from typing import Final

from guanbiao.indicators.rules.model import Model, Option, Question
from guanbiao.kernel.errors import Language

WORKBOOK_MARK: Final = "guanbiao.workbook/1"
"""Stands in one cell of the cover: this is our workbook."""

MODEL_KEY: Final = "guanbiao:model="
EDITION_KEY: Final = "guanbiao:edition="
DIGEST_KEY: Final = "guanbiao:digest="
"""Key and value in one hidden cell of the cover, so that an inserted column cannot part them."""

CODE_MARK: Final = "guanbiao:code"
ANSWER_MARK: Final = "guanbiao:answer"
NUMBER_MARK: Final = "guanbiao:number"
QUESTION_MARK: Final = "guanbiao:question"
"""In the hidden first row of a section's sheet: the columns of codes, of answers, of card numbers and of printed questions."""

OPTION_SEPARATOR: Final = "#"
"""Cannot stand in a code, so `DX07#A` is option A of question DX07."""

CHOSEN: Final[dict[Language, str]] = {"zh": "选", "en": "Yes"}
"""What marks an option of a multiple choice as chosen; both are read, whatever the language of the workbook."""

LONGEST_SHEET_NAME: Final = 31


class Column(IntEnum):
    """Columns of a section's sheet, from 0."""

    CODE = 0
    NUMBER = 1
    QUESTION = 2
    ANSWER = 3
    UNIT = 4
    STATE = 5
    HELP = 6
    OPTIONS = 7
    EVIDENCE = 8
    REFERENCE = 9
    APPLIES = 10
    """1 applies, 0 does not, 0.5 hangs on a question without an answer."""
    ANSWERED = 11
    COUNTS = 12
    """On the first row of a card: 1 where one of its required answers applies or may apply."""
    DONE = 13


MARKS_ROW, TITLE_ROW, HEAD_ROW, FIRST_ROW = range(4)


def option_code(question: str, option: str) -> str:
    """The code of an option's row: `DX07#A`."""
    return f"{question}{OPTION_SEPARATOR}{option}"


def row_codes(question: Question) -> tuple[str, ...]:
    """The codes of the rows a question is answered in."""
    if question.type != "multi":
        return (question.code,)
    return tuple(option_code(question.code, option.code) for option in question.options)


def squeezed(text: str) -> str:
    """A printed text without its white space, which Excel and its kin may change."""
    return "".join(text.split())


def printed_texts(question: Question) -> dict[str, frozenset[str]]:
    """Row code → what may be printed as the question of that row, squeezed, in either language."""
    if question.type != "multi":
        return {question.code: frozenset(map(squeezed, (question.title.zh, question.title.en)))}
    return {
        option_code(question.code, option.code): frozenset(squeezed(f"{option.code} {title}") for title in (option.title.zh, option.title.en))
        for option in question.options
    }


_FORBIDDEN_IN_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def sheet_names(titles: Iterable[str], taken: Iterable[str]) -> list[str]:
    """Sheet names as Excel accepts them: at most 31 characters, without []:*?/\\, each once whatever its case."""
    used = {name.casefold() for name in (*taken, "history")}
    names = []
    for title in titles:
        plain = " ".join(_FORBIDDEN_IN_NAMES.sub(" ", title).split()).strip("'") or "Sheet"
        name, again = _shortened(plain, ""), 1
        while name.casefold() in used:
            again += 1
            name = _shortened(plain, f" ({again})")
        used.add(name.casefold())
        names.append(name)
    return names


def _shortened(title: str, suffix: str) -> str:
    # Excel counts UTF-16 units: a rare character such as 𠮷 is two.
    room = LONGEST_SHEET_NAME - len(suffix)
    while len(title.encode("utf-16-le")) // 2 > room:
        title = title[:-1]
    return title.rstrip(" '") + suffix


def column_letters(column: int) -> str:
    """0-based column → “D”."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def cell_name(row: int, column: int) -> str:
    """(0-based row, column) → “D14”."""
    return f"{column_letters(column)}{row + 1}"


_CELL = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


def cell_place(name: str) -> tuple[int, int]:
    """“D14” → (13, 3), 0-based. Raises ValueError for anything else."""
    found = _CELL.fullmatch(name)
    if not found:
        raise ValueError(name[:20])
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]) - 1, column - 1


def range_places(name: str) -> tuple[int, int, int, int]:
    """“A1:B3” or “A1” → (first row, first column, last row, last column), 0-based. Raises ValueError for anything else."""
    first, _, last = name.partition(":")
    top, left = cell_place(first)
    bottom, right = cell_place(last or first)
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


_LEADING_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")


_AFTER_CODE = " \t\r\n.:,;)、。，-–—"


def leading_option(text: str, codes: Iterable[str]) -> tuple[str, str] | None:
    """The option a cell names and what follows its code: “B 全公司一本台账”, “Ｂ．全公司一本台账” → (B, 全公司一本台账), “b” → (B, "").

    None where the code is none of `codes`.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    found = _LEADING_CODE.match(plain)
    if not found:
        return None
    known = list(codes)
    for given in dict.fromkeys((found[0], found[0].rstrip(".-"))):
        fits = [code for code in known if code == given] or [code for code in known if code.casefold() == given.casefold()]
        if len(fits) == 1:
            return fits[0], plain[len(given) :].strip(_AFTER_CODE)
    return None


def is_text_of(option: Option, rest: str) -> bool:
    """Is what follows an option's code in a cell its title, alone or with its explanation, or nothing?"""
    given = _comparable(rest)
    titles = [(option.title.in_(language), option.text.in_(language)) for language in _LANGUAGES]
    return not given or any(given in (_comparable(title), _comparable(f"{title}:{text}")) for title, text in titles)


_LANGUAGES: Final[tuple[Language, ...]] = ("zh", "en")


def _comparable(text: str) -> str:
    return squeezed(unicodedata.normalize("NFKC", text)).strip(_AFTER_CODE).casefold()


_CHOSEN_WORDS = frozenset({"选", "是", "yes", "y", "x", "√", "✓", "✔"})


def is_chosen(text: str) -> bool:
    """Does the text in an option's cell choose it?"""
    return unicodedata.normalize("NFKC", text).strip().casefold() in _CHOSEN_WORDS


def names_of(model: Model, language: Language, reserved: Iterable[str]) -> dict[str, str]:
    """Section code → its sheet's name."""
    codes = [code for code, _ in model.sections]
    return dict(zip(codes, sheet_names((title.in_(language) for _, title in model.sections), reserved), strict=True))
