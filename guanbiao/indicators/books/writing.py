"""Writing a method book to a file, in the form its suffix names."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Language, Unusable


def write_book(model: Model, path: Path, language: Language, *, on: date | None = None) -> None:
    """Write the book as .md or .pdf (dated `on`, else today). Raises Unusable for another suffix; OSError passes through."""
    suffix = path.suffix.lower()
    if suffix == ".md":
        from guanbiao.indicators.books.markdown import markdown_book

        path.write_text(markdown_book(model, language), encoding="utf-8", newline="\n")
    elif suffix == ".pdf":
        from guanbiao.indicators.books.pdf import pdf_book

        path.write_bytes(pdf_book(model, language, on=on or datetime.now(UTC).date()))
    else:
        raise Unusable(
            "docs.format",
            zh=f"方法手册只写成 .md 或 .pdf，不能写成“{path.suffix or '没有后缀的文件'}”。请改输出文件的后缀。",
            en=f"A method book is written as .md or .pdf, not as “{path.suffix or 'a file without suffix'}”. Change the suffix of the output file.",
            at=path.suffix,
        )
