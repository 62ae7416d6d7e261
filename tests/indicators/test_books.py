"""Method books: complete, readable, and safe whatever a model says."""

from __future__ import annotations

import copy
import io
import json
import re
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pypdfium2
import pytest
from markdown_it import MarkdownIt
from pypdf import PdfReader

from guanbiao.indicators.books.composing import book_of
from guanbiao.indicators.books.content import Table, chapter_heading, percent, shares_of, sourced
from guanbiao.indicators.books.glyphs import has_glyph, settable
from guanbiao.indicators.books.markdown import escaped, markdown_book, opening, slug
from guanbiao.indicators.books.pdf import pdf_book
from guanbiao.indicators.books.writing import write_book
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.conditions import parse_condition
from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.indicators.rules.words import condition_words, thin_spaced
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.project.command import main

MODEL = "iii-discrete-mass"
ON = date(2026, 11, 24)
HOSTILE = "# x | `y` **z** <script>alert(1)</script> [a](javascript:b) $m$ &lt; \\ ~~s~~ #set page() @ref ]] \u202e\u0007 1. end"
RARE = "𠮷𬭎𰻞\U000e0041\ue123"

parser = MarkdownIt("commonmark").enable("table").enable("strikethrough")


@cache
def model(code: str = MODEL) -> Model:
    return shipped_model(code)


@cache
def markdown(code: str = MODEL, language: Language = "zh") -> str:
    return markdown_book(model(code), language)


def changed(edit: Callable[[dict[str, Any]], None]) -> Model:
    raw = copy.deepcopy(model().raw)
    edit(raw)
    return model_of(raw, digest_of(raw))


def hostile(text: str = HOSTILE) -> Model:
    """Every text of the model made hostile."""

    def poison(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"zh", "en"}:
                return {"zh": f"{text} 题", "en": f"{text} q"}
            return {key: poison(item) for key, item in value.items()}
        return [poison(item) for item in value] if isinstance(value, list) else value

    raw = poison(copy.deepcopy(shipped_model("ccid-2015").raw))
    raw["edition"] = text
    return model_of(raw, digest_of(raw))


def tokens(text: str) -> list[Any]:
    """All tokens of a Markdown text, inline ones too."""
    found = []
    for token in parser.parse(text):
        found.append(token)
        found += token.children or []
    return found


def pdf_text(body: bytes) -> str:
    """All text without spaces, and line breaks, as these depend on the layout."""
    pages = pypdfium2.PdfDocument(body)
    return "".join("".join(page.get_textpage().get_text_bounded() for page in pages).split())


# -- what may not happen


def test_another_suffix_is_refused_with_the_way_out(tmp_path: Path) -> None:
    for name in ("book.docx", "book"):
        with pytest.raises(Unusable) as refused:
            write_book(model("ccid-2015"), tmp_path / name, "zh")
        assert ".md" in refused.value.zh and ".pdf" in refused.value.en
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_of_a_model_acts_as_markup_in_markdown(language: Language) -> None:
    poisoned = tokens(markdown_book(hostile(), language))
    plain = tokens(markdown("ccid-2015", language))
    kinds = ("html_inline", "html_block", "em_open", "s_open", "image", "fence", "hr", "ordered_list_open", "blockquote_open")
    assert [t.type for t in poisoned if t.type in kinds] == []
    for kind in ("heading_open", "table_open", "tr_open", "td_open", "bullet_list_open", "code_inline", "link_open", "strong_open"):
        assert sum(t.type == kind for t in poisoned) == sum(t.type == kind for t in plain), kind
    assert all(t.attrs["href"].startswith("#") for t in poisoned if t.type == "link_open")
    assert "<script>alert(1)</script>" in "".join(t.content for t in poisoned if t.type in ("text", "text_special"))


def test_no_text_of_a_model_acts_as_markup_in_pdf() -> None:
    found = pdf_text(pdf_book(hostile(), "zh", on=ON))
    assert "#setpage()" in found and "<script>alert(1)</script>" in found and "\u202e" not in found


def test_the_digest_in_the_pdf_can_be_copied_and_searched() -> None:
    book = model("ccid-2015")
    pages = pypdfium2.PdfDocument(pdf_book(book, "zh", on=ON))
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    assert "\u200b" not in text
    assert book.digest in text.replace("\r\n", "")


def test_characters_without_type_do_not_stop_the_book() -> None:
    found = pdf_text(pdf_book(hostile(RARE), "en", on=ON))
    assert "𠮷𬭎𰻞" in found
    assert not has_glyph("\U0001f600") and settable("a\U0001f600\u202eb") == "a〓b"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a|b", "a\\|b"),
        ("<b>", "\\<b\\>"),
        ("R&D", "R&D"),
        ("&lt;", "\\&lt;"),
        ("a\n\n# b", "a \\# b"),
        ("第\u20093\u2009题", "第\u20093\u2009题"),
        ("a\u202eb", "a b"),
    ],
)
def test_markup_is_escaped_and_lines_are_joined(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize("text", ["1. x", "12) x", "- x", "+ x", "---", "==="])
def test_a_block_that_begins_like_a_list_or_a_rule_stays_a_paragraph(text: str) -> None:
    assert [t.type for t in parser.parse(opening(escaped(text)))] == ["paragraph_open", "inline", "paragraph_close"]


# -- complete


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", [entry.code for entry in shipped()])
def test_every_shipped_book_holds_every_text_of_its_model(code: str, language: Language) -> None:
    text, found = markdown(code, language), model(code)

    def stands(value: str) -> bool:
        return escaped(thin_spaced(value, language)) in text

    for card in found.cards:
        assert f"#### {escaped(('第 ' if language == 'zh' else 'Question ') + str(card.number))}" in text
        assert stands(card.help.in_(language)) and stands(card.evidence.in_(language))
        if card.reference:
            assert stands(card.reference.value.in_(language)) and stands(card.reference.source.in_(language))
    for question in found.questions:
        assert f"`{question.code}`" in text and stands(question.title.in_(language))
        for option in question.options:
            assert stands(option.title.in_(language)) and stands(option.text.in_(language))
    for leaf in found.leaves:
        assert text.count(f"`{leaf.code}` **") == 1, leaf.code
        if leaf.basis:
            assert stands(sourced(leaf.basis, language))
    for check in found.checks:
        assert stands(condition_words(found, check.when, language)[1:])
    for stage in found.stages if len(found.stages) > 1 else ():
        assert stands(stage.title.in_(language)) and stands(stage.report_title.in_(language))
    assert found.digest in text and "{" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("code", ["ccid-2015", MODEL, "iii-software"])
def test_tables_render_and_links_lead_to_headings(code: str, language: Language) -> None:
    parsed = parser.parse(markdown(code, language))
    headings = [parsed[at + 1] for at, t in enumerate(parsed) if t.type == "heading_open"]
    anchors = [slug("".join(c.content for c in t.children or [])) for t in headings]
    assert len(anchors) == len(set(anchors))
    links = [t.attrs["href"] for t in tokens(markdown(code, language)) if t.type == "link_open"]
    assert len(links) > len(model(code).questions)
    assert {unquote(str(link)).removeprefix("#") for link in links} <= set(anchors)
    rows = [t for t in parsed if t.type == "inline" and t.content.startswith("|")]
    assert rows == []  # a row outside a table: its table did not render
    rules = [line for line in markdown(code, language).splitlines() if re.fullmatch(r"\|( ---:? \|)+", line)]
    assert sum(t.type == "table_open" for t in parsed) == len(rules) > 2


def test_shares_of_the_total_add_up_on_every_level() -> None:
    shares = shares_of(model())
    for node in model().tree.walk():
        if node.children:
            total = sum(shares[c.code][0] / shares[c.code][1] for c in node.children)
            assert total == pytest.approx(shares[node.code][0] / shares[node.code][1])
    assert shares["BC"] == (70 * 25, 100 * 100) and percent(*shares["BC"]) == "17.50%"


# -- readable


def test_a_question_says_when_it_is_asked_and_what_it_feeds() -> None:
    text = markdown()
    number = model().card_of["QY10"].number
    assert f"**何时答**：只在第\u2009{number}\u2009题选\u2009A\u2009或\u2009B\u2009时回答。" in text
    at = text.index("`BC.1.1` **")
    feed = text[at : at + 900]
    assert "权重\u200945 / 100 · 占总分" in feed and " · 关键" in feed
    assert "| 得分 | 0 | 20 | 45 | 65 | 82 | 100 |" in feed
    assert "▲ 平台默认值，非官方规则：按多数企业" in feed


@pytest.mark.parametrize(
    ("when", "zh", "en"),
    [
        ({"question": "QY10", "in": ["A"]}, "第 {QY10} 题选 A", "question {QY10} is answered A"),
        ({"not": {"question": "QY10", "in": ["C"]}}, "并非第 {QY10} 题选 C", "it is not so that question {QY10} is answered C"),
        (
            {"all": [{"question": "QY04", "at_least": 30}, {"any": [{"more": ["QY04", "QY12"]}, {"question": "QY10", "in": ["A", "B", "C"]}]}]},
            "第 {QY04} 题至少 30 人，且（第 {QY04} 题大于第 {QY12} 题，或者第 {QY10} 题选 A、B 或 C）",
            "question {QY04} is at least 30 people and (question {QY04} exceeds question {QY12} or question {QY10} is answered A, B or C)",
        ),
        (
            {"ratio": ["QY12", "QY04"], "above": "0.5", "below": "0.9"},
            "第 {QY12} 题 ÷ 第 {QY04} 题大于 50%且小于 90%",
            "question {QY12} ÷ question {QY04} is above 50% and below 90%",
        ),
        (
            {"ratio": ["QY05", "QY04"], "scale": 3, "below": 1},
            "第 {QY05} 题 ÷ 第 {QY04} 题小于约 0.3333",
            "question {QY05} ÷ question {QY04} is below about 0.3333",
        ),
        ({"node": "BC", "below": 40}, "“基础建设”（BC）的得分小于 40", "the score of “Foundations” (BC) is below 40"),
        ({"previous": "QY04", "at_least": 5}, "上一期第 {QY04} 题至少 5 人", "last period question {QY04} is at least 5 people"),
    ],
)
def test_conditions_read_as_sentences(when: dict[str, Any], zh: str, en: str) -> None:
    numbers = {code: card.number for code, card in model().card_of.items()}
    condition = parse_condition(when)
    assert condition_words(model(), condition, "zh") == zh.format(**numbers)
    assert condition_words(model(), condition, "en") == en.format(**numbers)


def test_industries_are_those_that_are_proposed_the_questionnaire() -> None:
    def codes(code: str) -> list[str]:
        chapter = next(ch for ch in book_of(model(code), "zh").chapters if ch.heading.endswith("适用行业"))
        return [row[0] for block in chapter.blocks if isinstance(block, Table) for row in block.rows]

    assert codes("iii-steel") == ["C31"]
    assert {"C373"} == set(codes("iii-shipbuilding"))
    assert codes("ccid-2015") == []
    everywhere = [code for entry in shipped() for code in codes(entry.code)]
    assert len(everywhere) == len(set(everywhere))
    assert len({code for code in everywhere if len(code) == 3} | {c for c in everywhere if len(c) == 1}) >= 97


@pytest.mark.parametrize(("at", "zh"), [(1, "一、甲"), (10, "十、甲"), (11, "十一、甲"), (20, "二十、甲"), (21, "二十一、甲")])
def test_chapters_are_numbered_as_people_write_them(at: int, zh: str) -> None:
    assert chapter_heading(at, "甲", "zh") == zh


def test_a_verified_basis_names_its_source_without_a_mark() -> None:
    basis = {"verified": True, "source": {"zh": "统计公报", "en": "A bulletin"}}
    assert sourced(basis, "zh") == "出处：统计公报。"
    assert sourced(basis, "en") == "Source: A bulletin."


# -- the two forms and the command


def test_the_same_model_and_day_give_the_same_bytes() -> None:
    first = pdf_book(model("ccid-2015"), "zh", on=ON)
    assert first == pdf_book(model("ccid-2015"), "zh", on=ON) != pdf_book(model("ccid-2015"), "zh", on=date(2026, 11, 25))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_pdf_is_archival_tagged_and_numbered(language: Language) -> None:
    body = pdf_book(model(), language, on=ON)
    reader = PdfReader(io.BytesIO(body))
    assert reader.xmp_metadata is not None
    packet = reader.xmp_metadata.stream.get_data()
    assert b"<pdfaid:part>2</pdfaid:part>" in packet and b"<pdfaid:conformance>B</pdfaid:conformance>" in packet
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert len(reader.outline) > 10
    last = len(reader.pages)
    assert f"{last}/{last}" in "".join(reader.pages[-1].extract_text().split())
    found = pdf_text(body)
    for card in model().cards:
        assert "".join(thin_spaced(card.title.in_(language), language).split()) in found


def test_the_command_prints_markdown_and_writes_both_forms(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "docs", "ccid-2015", "--lang", "en"]) == 0
    printed = capsys.readouterr().out
    assert printed == markdown("ccid-2015", "en")
    for name in ("a.md", "b.PDF"):
        assert main(["model", "docs", "ccid-2015", "-o", str(tmp_path / name), "--lang", "en"]) == 0
    assert (tmp_path / "a.md").read_text(encoding="utf-8") == printed
    assert (tmp_path / "b.PDF").read_bytes().startswith(b"%PDF-1.7")
    assert main(["model", "docs", "ccid-2015", "-o", str(tmp_path / "c.txt")]) == 2
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.md", "b.PDF"]


def test_the_command_tells_two_editions_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    raw = copy.deepcopy(model().raw) | {"edition": "2027.1"}
    raw["stages"][1]["requires"][0]["at_least"] = 45
    path = tmp_path / "next.json"
    path.write_text(json.dumps(raw, ensure_ascii=False), encoding="utf-8")
    assert main(["model", "diff", MODEL, str(path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"breaking": 0, "score": 1, "harmless": 0} and found["new"]["edition"] == "2027.1"
    assert main(["model", "diff", MODEL, str(path), "--lang", "zh"]) == 0
    assert "≥ 45" in capsys.readouterr().out
