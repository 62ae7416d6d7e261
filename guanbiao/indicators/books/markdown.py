"""A method book as Markdown (CommonMark with tables). Texts of the model are escaped: none of them can act as markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from guanbiao.indicators.books.composing import book_of
from guanbiao.indicators.books.content import Book, Chapter, Feed, Knots, Part, Question, Says, Table
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.rules.words import THIN, thin_spaced
from guanbiao.kernel.errors import Language

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~$]|&(?=#?[0-9A-Za-z]+;))")
_AT_START = re.compile(r"^([0-9]{1,9})(?=[.)])|^(?=[-+=:])")
_UNSEEN = re.compile("[\u0000-\u001f\u007f-\u009f\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]+")


def markdown_book(model: Model, language: Language) -> str:
    """The method book of a model as Markdown; the same model gives the same text."""
    return _Pages(book_of(model, language)).text()


def escaped(text: str) -> str:
    """A text on one line, with everything that Markdown or HTML would read as markup escaped."""
    plain = " ".join(_UNSEEN.sub(" ", text).replace("\u2009", "\ue000").split()).replace("\ue000", THIN)
    return _MARKUP.sub(r"\\\1", plain)


def opening(block: str) -> str:
    """An escaped text as a block of its own: its beginning makes no list and no rule."""
    return _AT_START.sub(lambda found: f"{found[1] or ''}\\", block)


def slug(heading: str) -> str:
    """The anchor that Git hosts give a heading."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


class _Pages:
    def __init__(self, book: Book) -> None:
        self.book, self.language = book, book.language
        self.headings = {question.number: question.heading for ch in book.chapters for part in ch.parts for question in part.questions}

    def text(self) -> str:
        return "\n\n".join(self._blocks()) + "\n"

    def _set(self, text: str) -> str:
        return escaped(thin_spaced(text, self.language))

    def _heading(self, level: int, text: str) -> str:
        return f"{'#' * level} {escaped(text)}"

    def _link(self, heading: str, text: str) -> str:
        return f"[{text}](#{slug(' '.join(heading.split()))})"

    def _blocks(self) -> Iterator[str]:
        book = self.book
        yield self._heading(1, f"{book.title} · {book.subtitle}")
        yield "\n".join(f"- {self._says(fact)}" for fact in book.facts)
        yield self._heading(2, book.labels["contents"])
        yield "\n".join(self._contents())
        for chapter in book.chapters:
            yield from self._chapter(chapter)

    def _contents(self) -> Iterator[str]:
        for chapter in self.book.chapters:
            yield f"- {self._link(chapter.heading, escaped(chapter.heading))}"
            yield from (f"  - {self._link(part.heading, escaped(part.heading))}" for part in chapter.parts if part.heading)

    def _chapter(self, chapter: Chapter) -> Iterator[str]:
        yield self._heading(2, chapter.heading)
        for block in chapter.blocks:
            if isinstance(block, Table):
                yield from self._table(block)
            else:
                yield self._says(block)
        for part in chapter.parts:
            yield from self._part(part)
        if chapter.index:
            yield self._index(chapter)

    def _part(self, part: Part) -> Iterator[str]:
        if part.heading:
            yield self._heading(3, part.heading)
        if part.line:
            yield opening(self._set(part.line))
        for question in part.questions:
            yield from self._question(question)

    def _question(self, question: Question) -> Iterator[str]:
        yield self._heading(4, question.heading)
        codes = " ".join(f"`{code}`" for code in question.codes)
        yield f"{codes} · {self._set(question.line)}"
        yield from (self._says(fact) for fact in question.facts)
        if question.table:
            yield from self._table(question.table)
        yield from (self._says(fact) for fact in question.after)
        for feed in question.feeds:
            yield from self._feed(feed)
        if question.also:
            yield opening(self._set(question.also))

    def _feed(self, feed: Feed) -> Iterator[str]:
        lead = f"**{self.book.labels['feeds']}** `{feed.code}` **{self._set(feed.title)}** · {self._set(feed.line)}"
        yield f"{lead}\\\n{opening(self._set(feed.how))}"
        if feed.knots:
            yield self._knots(feed.knots)
        if feed.basis:
            yield opening(self._set(feed.basis))

    def _knots(self, knots: Knots) -> str:
        head = self._row([knots.values, *knots.xs])
        return "\n".join([head, self._row_raw(["---", *("---:" for _ in knots.xs)]), self._row([knots.points, *knots.ys])])

    def _says(self, says: Says) -> str:
        if not says.lead:
            return opening(self._set(says.text))
        colon = "：" if self.language == "zh" else ":"
        space = "" if self.language == "zh" else " "
        return f"**{self._set(says.lead)}**{colon}{space}{self._set(says.text)}"

    def _table(self, table: Table) -> Iterator[str]:
        if table.title:
            yield f"**{self._set(table.title)}**"
        rule = ["---:" if at in table.right else "---" for at in range(len(table.head))]
        depths = table.depths or (0,) * len(table.rows)
        rows = [self._row(row, indent=depth) for row, depth in zip(table.rows, depths, strict=True)]
        yield "\n".join([self._row(table.head), self._row_raw(rule), *rows])
        if table.note:
            yield opening(self._set(table.note))

    def _row(self, cells: list[str] | tuple[str, ...], *, indent: int = 0) -> str:
        first, *rest = (self._set(cell) for cell in cells)
        return self._row_raw(["\u3000" * indent + first, *rest])

    def _row_raw(self, cells: list[str]) -> str:
        return f"| {' | '.join(cells)} |"

    def _index(self, chapter: Chapter) -> str:
        zh = self.language == "zh"
        head = ("代码", "名称", "题号") if zh else ("Code", "Name", "Question")
        rows = [
            self._row_raw([f"`{entry.code}`", self._set(entry.title), self._link(self.headings[entry.number], str(entry.number))])
            for entry in chapter.index
        ]
        return "\n".join([self._row(head), self._row_raw(["---", "---", "---:"]), *rows])
