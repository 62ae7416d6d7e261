"""A method book as PDF/A-2b, tagged (PDF/UA-1), with contents and page numbers, by typst."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from guanbiao.indicators.books.composing import book_of
from guanbiao.indicators.books.glyphs import font_folder, settable, settable_value
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Language

TEMPLATE = Path(__file__).parent / "book.typ"
STANDARDS = ["a-2b", "ua-1"]


class NotTypesetError(Exception):
    """typst warned: a missing font or glyph. A defect of ours, never of the input."""


@cache
def _compiler() -> Any:
    import typst

    return typst.Compiler(root=str(TEMPLATE.parent), font_paths=[str(font_folder())], ignore_system_fonts=True)


def pdf_book(model: Model, language: Language, *, on: date) -> bytes:
    """The method book of a model as PDF, dated in its metadata only (PDF/A asks for it); the same model and day give the same bytes."""
    book = settable_value(asdict(book_of(model, language)), lambda text: settable(thin_spaced(text, language)))
    book["edition"], book["digest"] = settable(model.edition), model.digest
    book["on"] = [on.year, on.month, on.day]
    at = datetime(on.year, on.month, on.day, tzinfo=UTC)
    inputs = {"book": json.dumps(book, ensure_ascii=False)}
    options = {"format": "pdf", "pdf_standards": STANDARDS, "timestamp": at}
    body, warnings = _compiler().compile_with_warnings(input=str(TEMPLATE), sys_inputs=inputs, **options)
    if warnings:
        raise NotTypesetError("; ".join(str(warning) for warning in warnings))
    return bytes(body[0] if isinstance(body, list) else body)
