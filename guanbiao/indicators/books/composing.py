"""One model as the content of a book."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from guanbiao.indicators.books.closing import checks_chapter, index_chapter, industries_chapter, parameters_chapter
from guanbiao.indicators.books.content import Book, Chapter, Says, chapter_heading
from guanbiao.indicators.books.opening import about_chapter, arithmetic_chapter, stages_chapter, total_chapter
from guanbiao.indicators.books.questions import Sections
from guanbiao.indicators.rules.model import Model, Text
from guanbiao.kernel.errors import Language

_TITLES = {
    "about": Text("这份问卷", "This questionnaire"),
    "total": Text("总分怎么来", "How the total is made"),
    "stages": Text("阶段怎么定", "The stages"),
    "arithmetic": Text("分数怎么算", "The arithmetic"),
    "checks": Text("合理性核对", "Plausibility checks"),
    "parameters": Text("参数与来源", "Parameters and sources"),
    "industries": Text("适用行业", "Industries"),
    "index": Text("代码索引", "Index of codes"),
}
_LABELS = {
    "contents": Text("目录", "Contents"),
    "book": Text("方法手册", "Method book"),
    "feeds": Text("计入", "Feeds"),
    "index": Text("每行依次为代码、名称、题号、页码。", "Each line: code, name, question, page."),
    "product": Text("贯标", "Guanbiao"),
    "digest": Text("摘要", "digest"),
}

_Write = Callable[[Model, str, Language], Chapter]


def book_of(model: Model, language: Language) -> Book:
    """The whole book: opening chapters, one per section, closing chapters, the index."""
    sections = Sections(model, language)
    writers: list[tuple[str, Callable[[str], Chapter]]] = [
        (_TITLES["about"].in_(language), partial(_write, about_chapter, model, language)),
        (_TITLES["total"].in_(language), partial(_write, total_chapter, model, language)),
    ]
    if len(model.stages) > 1:
        writers.append((_TITLES["stages"].in_(language), partial(_write, stages_chapter, model, language)))
    writers.append((_TITLES["arithmetic"].in_(language), partial(_write, arithmetic_chapter, model, language)))
    writers += [(title.in_(language), partial(sections.chapter, code)) for code, title in model.sections]
    if model.checks:
        writers.append((_TITLES["checks"].in_(language), partial(_write, checks_chapter, model, language)))
    if model.parameters:
        writers.append((_TITLES["parameters"].in_(language), partial(_write, parameters_chapter, model, language)))
    writers.append((_TITLES["industries"].in_(language), partial(_write, industries_chapter, model, language)))
    writers.append((_TITLES["index"].in_(language), partial(_write, index_chapter, model, language)))
    chapters = tuple(write(chapter_heading(at, title, language)) for at, (title, write) in enumerate(writers, start=1))
    return Book(
        language=language,
        title=model.title.in_(language),
        subtitle=_LABELS["book"].in_(language),
        facts=_facts(model, language),
        chapters=chapters,
        labels={key: text.in_(language) for key, text in _LABELS.items()},
    )


def _write(chapter: _Write, model: Model, language: Language, heading: str) -> Chapter:
    return chapter(model, heading, language)


def _facts(model: Model, language: Language) -> tuple[Says, ...]:
    zh = language == "zh"
    stages = len(model.stages) if len(model.stages) > 1 else 0
    size = (
        f"{len(model.cards)} 题，{len(model.leaves)} 个指标" + (f"，{stages} 个阶段" if stages else "")
        if zh
        else f"{len(model.cards)} questions, {len(model.leaves)} indicators" + (f", {stages} stages" if stages else "")
    )
    return (
        Says("问卷代码" if zh else "Code", model.code),
        Says("版本" if zh else "Edition", model.edition),
        Says("规模" if zh else "Size", size),
        Says("内容摘要" if zh else "Digest", model.digest),
    )
