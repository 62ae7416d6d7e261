"""The diagnosis report in its three formats, read back."""

from __future__ import annotations

import io
import json
import re
import zipfile
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from pypdf import PdfReader

from guanbiao.assessment.reports.chapters import chapter_of, weights_in_print
from guanbiao.assessment.reports.composing import moment_text, report_of
from guanbiao.assessment.reports.content import ReportContent
from guanbiao.assessment.reports.glyphs import settable
from guanbiao.assessment.reports.measures import ratio_unit
from guanbiao.assessment.reports.page import page_of
from guanbiao.assessment.reports.pdf import pdf_of, qr_svg
from guanbiao.assessment.reports.typesetting import printable, wrapped
from guanbiao.assessment.reports.word import word_of
from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.assessment.rules.receipt import receipt_of, result_digest
from guanbiao.assessment.rules.summary import aspects_of
from guanbiao.assessment.sheets import model_by_name
from guanbiao.indicators.books.glyphs import has_glyph
from guanbiao.indicators.rules.model import Node, Piecewise
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Incomplete, Language
from guanbiao.project.command import main

MODEL = "iii-discrete-mass"
EXAMPLES = Path(__file__).parents[2] / "examples"
AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
HOSTILE = "#set page()[*]<script>alert(1)</script> $x$ `raw` @ref <label> &amp; ]]> \\ \x07\u202e end"
RARE = "𠮷田𬭎业𰻞面有限公司"
LONG = "内蒙古自治区呼伦贝尔市鄂温克族自治旗伊敏河镇示例能源装备制造与维修服务有限责任公司伊敏露天矿大型采掘设备再制造分公司第二生产车间"


def answers(which: str, **changed: Any) -> dict[str, Any]:
    return json.loads((EXAMPLES / MODEL / f"{which}.json").read_text(encoding="utf-8")) | changed


def card_of(which: str, **changed: Any) -> ScoreCard:
    model = model_by_name(MODEL)
    return score(model, read_sheet(model, answers(which, **changed)))


def content_of(which: str, language: Language = "zh", **changed: Any) -> ReportContent:
    return report_of(card_of(which, **changed), language, at=AT)


def pdf_text(body: bytes) -> str:
    """All text without spaces and line breaks, as these depend on the layout."""
    return squeezed("".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages))


def squeezed(text: str) -> str:
    return "".join(text.split())


def word_text(body: bytes) -> str:
    document = Document(io.BytesIO(body))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


class Page(HTMLParser):
    """The text and the tags of a page; a tag that is not closed in order fails."""

    VOID = frozenset({"meta", "br", "rect", "line", "circle", "polygon", "path"})

    def __init__(self, body: bytes) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words: list[str] = []
        self.feed(body.decode("utf-8"))
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def command(tmp_path: Path, sheet: dict[str, Any], name: str, *more: str) -> tuple[int, Path]:
    source, target = tmp_path / "sheet.json", tmp_path / name
    source.write_text(json.dumps(sheet, ensure_ascii=False), encoding="utf-8")
    return main(["report", MODEL, str(source), "-o", str(target), *more]), target


# ── Refused ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["r.pdf", "r.docx", "r.html"])
def test_an_incomplete_sheet_is_refused_in_one_sentence_that_names_its_first_missing_questions(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    model, sheet = model_by_name(MODEL), answers("middle")
    del sheet["BC101A"], sheet["QY05"]
    status, target = command(tmp_path, sheet, name)
    said = capsys.readouterr().err
    assert status == 2
    assert not target.exists()
    assert said.count("\n") == 1
    assert "还有 2 题没有答" in said
    for code in ("BC101A", "QY05"):
        assert f"第 {model.card_of[code].number} 题“{model.question[code].title.zh}”" in said


def test_an_empty_sheet_is_refused_with_the_first_three_questions_and_how_many_there_are() -> None:
    model = model_by_name(MODEL)
    with pytest.raises(Incomplete) as refused:
        report_of(score(model, read_sheet(model, {})), "en", at=AT)
    assert len(refused.value.missing) > 100
    assert f"{len(refused.value.missing)} answers" in refused.value.en
    assert refused.value.en.count("question ") == 3


def test_an_unknown_file_ending_is_refused_and_the_old_file_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "old.txt").write_text("old")
    status, target = command(tmp_path, answers("middle"), "old.txt", "--lang", "en")
    assert status == 2
    assert target.read_text() == "old"
    assert ".pdf, .docx or .html" in capsys.readouterr().err


# ── What a report says ───────────────────────────────────────────────────────────────────────


def expected_of(content: ReportContent) -> list[str]:
    """What every format has to say."""
    said = [content.cover.name, content.cover.title, content.summary.total, content.summary.headline, content.receipt.digest]
    said += [f"{chapter.number}{chapter.title}" for chapter in content.chapters]
    said += [row.title for chapter in content.chapters for group in chapter.groups for row in group.rows]
    said += [finding.text for chapter in content.chapters for finding in chapter.findings]
    said += [fact for chapter in content.chapters for fact in chapter.facts]
    said += [extreme.title for extreme in (*content.summary.strengths, *content.summary.gaps)]
    return [*said, *content.remarks.says, *content.summary.marks]


WARNED = {"BC701A": "400", "BC701B": "210", "BC701C": "300"}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("which", ["start", "middle", "top"])
def test_the_pdf_says_name_total_stage_every_aspect_indicator_and_warning(which: str, language: Language) -> None:
    content = content_of(which, language, **(WARNED if which == "middle" else {}))
    text = pdf_text(pdf_of(content, at=AT))
    assert len(content.chapters) == 6
    for said in expected_of(content):
        assert squeezed(said) in text
    if which == "middle":
        assert content.remarks.says


def test_word_and_html_say_the_same_as_the_pdf() -> None:
    content = content_of("middle", **WARNED)
    word, page = squeezed(word_text(word_of(content, at=AT))), squeezed(Page(page_of(content)).text)
    for said in expected_of(content):
        assert squeezed(said) in word
        assert squeezed(said) in page


def test_a_report_of_120_indicators_has_10_to_14_pages_in_both_languages() -> None:
    for which, language in (("start", "en"), ("middle", "zh"), ("top", "en")):
        pages = len(PdfReader(io.BytesIO(pdf_of(content_of(which, language), at=AT))).pages)
        assert 10 <= pages <= 14, (which, language, pages)


def test_every_indicator_that_applies_stands_once_with_the_score_of_the_card() -> None:
    card = card_of("start")
    rows = [row for chapter in report_of(card, "zh", at=AT).chapters for group in chapter.groups for row in group.rows]
    assert [row.code for row in rows] == [leaf.code for leaf in card.model.leaves]
    for row in rows:
        value = card.score(row.code)
        assert (row.score == "—") == (value is None)
        assert row.share is None if value is None else abs(row.share * 1000 - value) <= 500  # type: ignore[operator]


def test_the_next_stage_lists_every_requirement_and_no_rung_promises_more_than_the_aspect_lacks() -> None:
    card = card_of("middle")
    upcoming = report_of(card, "zh", at=AT).next
    assert upcoming is not None
    assert [need.met for need in upcoming.needs] == [gap.met for gap in card.next]
    for need, gap in zip(upcoming.needs, card.next, strict=True):
        assert bool(need.rungs) is not gap.met
        gains = [float(rung.gain) for rung in need.rungs]
        assert gains == sorted(gains, reverse=True)
        assert all(0 < gain <= (card.model.full - (gap.score or 0)) / 10_000 for gain in gains)


def test_the_gain_of_a_rung_is_what_scoring_again_brings() -> None:
    """Only single choices that no condition hangs on: there the other weights stay as they are."""
    card = card_of("middle")
    upcoming = report_of(card, "zh", at=AT).next
    assert upcoming is not None
    need = next(need for need in upcoming.needs if need.rungs)
    node = next(gap.node for gap in card.next if not gap.met)
    checked = 0
    for rung in need.rungs:
        question = next(q for q in card.model.questions if card.model.card_of[q.code].number == int(rung.number))
        if question.type == "single" and question.code not in card.model.named:
            raised = card_of("middle", **{question.code: rung.then[0]})
            gained = (raised.score(node) or 0) - (card.score(node) or 0)
            assert abs(gained - float(rung.gain) * 10_000) <= 501
            checked += 1
    assert checked


def test_at_the_top_there_is_no_next_requirement_and_the_ladder_is_full() -> None:
    content = content_of("top", "en")
    assert content.next is not None
    assert content.next.needs == ()
    assert "highest stage" in content.next.line
    assert [step.state for step in content.summary.steps] == ["reached", "reached", "reached", "here"]


def test_a_chapter_without_a_finding_gives_its_strongest_and_weakest_indicator() -> None:
    card = card_of("middle")
    for aspect in aspects_of(card.model):
        chapter = chapter_of(card, aspect, (), "zh", "一、")
        scores = {leaf.title.zh: card.score(leaf.code) for leaf in aspect.walk() if leaf.measure and card.score(leaf.code) is not None}
        strongest, weakest = chapter.facts
        named = [title for title in scores if f"“{title}”" in strongest]
        assert max(scores.values()) in [scores[title] for title in named]  # type: ignore[type-var]
        assert min(scores.values()) in [scores[title] for title in scores if f"“{title}”" in weakest]  # type: ignore[type-var]


def test_a_finding_stands_in_the_chapter_of_its_aspect_and_takes_the_place_of_the_facts() -> None:
    diagnosis = pytest.importorskip("guanbiao.assessment.diagnosis")
    card = card_of("middle")
    findings = diagnosis.diagnosis_of(card)
    assert findings
    content = report_of(card, "zh", at=AT)
    for chapter in content.chapters:
        assert len(chapter.findings) == sum(finding.aspect == chapter.code for finding in findings)
        assert bool(chapter.findings) is not bool(chapter.facts)


def test_unverified_values_are_marked_wherever_they_decide() -> None:
    card = card_of("middle")
    content = report_of(card, "zh", at=AT)
    assert any("阶段要求为平台默认值，非官方规则" in mark for mark in content.summary.marks)
    assert any("权重为平台默认值，非官方规则" in mark for mark in content.summary.marks)
    assert content.next is not None
    assert "▲" in content.next.mark
    for chapter in content.chapters:
        assert chapter.mark.startswith("▲")
        for group in chapter.groups:
            for row in group.rows:
                basis = card.model.node[row.code].basis
                assert row.unverified == (basis is not None and not basis["verified"] and card.score(row.code) is not None)


def test_a_model_without_stages_and_with_three_aspects_gives_a_report_too() -> None:
    model = model_by_name("ccid-2015")
    figures = {"QY01": "某省", "QY02": "未编", "QY03": "2015年度", "IDX01": "94.9", "IDX02": "82.4", "IDX03": "135.6"}
    content = report_of(score(model, read_sheet(model, figures)), "zh", at=AT)
    assert content.next is None
    text = pdf_text(pdf_of(content, at=AT))
    assert "98.8" in text
    assert "满分200" in text
    assert "98.8" in Page(page_of(content)).text
    assert "98.8" in word_text(word_of(content, at=AT))


# ── Figures ──────────────────────────────────────────────────────────────────────────────────


def rows_of(content: ReportContent) -> dict[str, Any]:
    return {row.code: row for chapter in content.chapters for group in chapter.groups for row in group.rows}


def redone(working: str) -> Fraction:
    """The printed division, done again."""
    above, below = working[1:].replace(",", "").replace("−", "-").replace("\u2009", " ").split("÷")
    below, _, times = below.partition("×")
    sides = [sum(Fraction(term.strip()) for term in side.strip().strip("()").split("+")) for side in (above, below)]
    return Fraction(sides[0]) / sides[1] * Fraction(times.strip() or 1)


@pytest.mark.parametrize("family", ["iii-machinery", "iii-software", "iii-logistics", "iii-textile"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_printed_division_comes_to_the_printed_value(family: str, language: Language) -> None:
    model = model_by_name(family)
    sheet = json.loads((EXAMPLES / family / "middle.json").read_text(encoding="utf-8"))
    rows = rows_of(report_of(score(model, read_sheet(model, sheet)), language, at=AT))
    with_division = [row for row in rows.values() if row.working]
    assert len(with_division) > 20
    for row in with_division:
        printed = re.search(r"[0-9][0-9,]*(?:\.[0-9]+)?", row.answer)
        assert printed is not None
        value = Fraction(printed[0].replace(",", "")) * (-1 if "−" in row.answer else 1)
        exact = redone(row.working) * (100 if "%" in row.answer else 1)
        assert abs(value - exact) <= Fraction(1, 100), (row.answer, row.working)
        assert row.working.startswith("=" if value == exact else "≈"), (row.answer, row.working)
        assert not re.search(r"(?<![0-9,.])[0-9]{4}", row.answer + row.working), "thousands are grouped"


def test_small_operands_keep_four_decimals() -> None:
    leaf = leaf_titled(card_of("middle"), "单位产品能耗与上年之比")
    assert isinstance(leaf.measure, Piecewise)
    above, below = leaf.measure.above[0], leaf.measure.below[0]
    row = rows_of(content_of("middle", **{above: "0.0608", below: "0.062"}))[leaf.code]
    assert (row.answer, row.working) == ("98.06%", "≈ 0.0608 ÷ 0.062")


def leaf_titled(card: ScoreCard, title: str) -> Node:
    return next(leaf for leaf in card.model.leaves if leaf.title.zh == title)


@pytest.mark.parametrize(
    ("title", "zh", "en"),
    [
        ("人均营业收入", "万元/人", "CNY 10,000 per person"),
        ("人均数字化培训学时", "学时/人", "hours per person"),
        ("每百元资产实现的收入", "元", "yuan"),
        ("每百人工伤人次", "", ""),
        ("应收账款回收天数", "天", "days"),
        ("研发投入强度", "%", "%"),
    ],
)
def test_a_ratio_has_the_unit_of_numerator_and_denominator(title: str, zh: str, en: str) -> None:
    card = card_of("middle")
    unit = ratio_unit(card, leaf_titled(card, title))
    assert (unit.zh, unit.en) == (zh, en)


def test_a_derived_value_is_not_called_an_answer() -> None:
    card = card_of("middle")
    per_head = rows_of(report_of(card, "zh", at=AT))[leaf_titled(card, "人均营业收入").code]
    assert per_head.answer.endswith("\u2009万元/人")
    facts = [fact for aspect in aspects_of(card.model) for fact in chapter_of(card, aspect, (), "zh", "").facts]
    ratios = {leaf.title.zh for leaf in card.model.leaves if isinstance(leaf.measure, Piecewise) and leaf.measure.is_ratio}
    assert any("现为" in fact for fact in facts)
    for fact in facts:
        assert ("回答" in fact) is not any(f"“{title}”" in fact for title in ratios)


@pytest.mark.parametrize("which", ["start", "middle"])
def test_printed_weights_add_up_to_100_within_every_part_and_over_the_parts(which: str) -> None:
    def total(weights: list[str]) -> Fraction:
        return sum((Fraction(weight.rstrip("%")) for weight in weights if weight != "—"), Fraction(0))

    content = content_of(which)
    for chapter in content.chapters:
        parts = [group for group in chapter.groups if group.title]
        loose = [row.weight for group in chapter.groups if not group.title for row in group.rows]
        assert total(loose + [group.weight for group in parts]) == 100
        for group in parts:
            assert total([row.weight for row in group.rows]) == (0 if group.weight == "—" else 100)


def test_three_unequal_weights_still_add_up_to_100() -> None:
    card = card_of("middle")
    node = next(node for node in card.model.tree.walk() if len(node.children) == 3 and len({child.weight for child in node.children}) > 1)
    printed = weights_in_print(card, node, node.children)
    assert sum(Fraction(weight.rstrip("%")) for weight in printed.values()) == 100


# ── The receipt ──────────────────────────────────────────────────────────────────────────────


def test_the_printed_digest_is_the_result_digest_and_stands_in_the_qr_code() -> None:
    import segno

    card = card_of("middle")
    content = report_of(card, "zh", at=AT)
    receipt = receipt_of(card, at=AT)
    assert content.receipt.digest == result_digest(receipt) == report_of(card, "en", at=AT + timedelta(days=40)).receipt.digest
    lines = content.receipt.qr.splitlines()
    assert lines[1] == f"{MODEL} {card.model.edition}"
    assert lines[2:] == [f"TOTAL {card.score('TOTAL') / 10_000:.4f}".rstrip("0"), str(card.stage), content.receipt.digest]  # type: ignore[operator]
    size = segno.make(content.receipt.qr, error="m", micro=False).symbol_size(border=2)[0]
    assert f'viewBox="0 0 {size} {size}"' in qr_svg(content)


@pytest.mark.parametrize(
    ("offset", "zh", "en"),
    [
        (timezone(timedelta(hours=8)), "2026年11月24日 09:30（UTC+8）", "24 November 2026, 09:30 (UTC+8)"),
        (timezone(timedelta(hours=-3, minutes=-30)), "2026年11月24日 09:30（UTC−3:30）", "24 November 2026, 09:30 (UTC−3:30)"),
        (UTC, "2026年11月24日 09:30（UTC+0）", "24 November 2026, 09:30 (UTC+0)"),
    ],
)
def test_the_time_of_scoring_is_local_with_its_offset(offset: timezone, zh: str, en: str) -> None:
    at = AT.replace(tzinfo=offset)
    assert (moment_text(at, "zh"), moment_text(at, "en")) == (zh, en)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_digest_in_the_pdf_can_be_copied_and_searched(language: Language) -> None:
    content = content_of("middle", language)
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf_of(content, at=AT))).pages)
    assert "\u200b" not in text
    for digest in (content.receipt.digest, *(fact.value for fact in content.receipt.facts if fact.value.startswith("sha256:"))):
        assert digest in text.replace("\n", "")


def test_score_and_verify_receipt_print_the_digest_of_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet, receipt = EXAMPLES / MODEL / "middle.json", tmp_path / "receipt.json"
    assert main(["score", MODEL, str(sheet), "--receipt", str(receipt)]) == 0
    capsys.readouterr()
    assert main(["verify-receipt", str(receipt), "--model", MODEL, "--answers", str(sheet)]) == 0
    assert content_of("middle").receipt.digest in capsys.readouterr().out


def test_the_same_sheet_and_instant_give_the_same_bytes() -> None:
    content = content_of("start")
    assert pdf_of(content, at=AT) == pdf_of(content_of("start"), at=AT)
    assert page_of(content) == page_of(content_of("start"))


# ── The formats ──────────────────────────────────────────────────────────────────────────────


def test_the_pdf_is_tagged_pdf_a_2b_with_a_title_bookmarks_a_language_and_alternative_texts() -> None:
    content = content_of("middle")
    body = pdf_of(content, at=AT)
    assert b"<pdfaid:part>2</pdfaid:part>" in body
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in body
    reader = PdfReader(io.BytesIO(body))
    catalogue = reader.trailer["/Root"]
    assert catalogue["/MarkInfo"]["/Marked"]
    assert str(catalogue["/Lang"]).startswith("zh")
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith(content.cover.title)
    assert len(reader.outline) >= 10
    objects = [reader.get_object(at) for at in range(1, reader.trailer["/Size"])]
    alternatives = {str(found["/Alt"]) for found in objects if isinstance(found, dict) and "/Alt" in found}
    assert {content.summary.radar_alt, content.summary.ladder_alt, content.receipt.qr_alt} <= alternatives


def test_the_word_document_has_real_headings_repeating_heads_and_pictures_with_alternative_texts() -> None:
    content = content_of("middle")
    document = Document(io.BytesIO(word_of(content, at=AT)))
    headings = [paragraph.text for paragraph in document.paragraphs if paragraph.style.name == "Heading 1"]
    assert [f"{chapter.number}{chapter.title}" for chapter in content.chapters] == headings[1:7]
    heads = document.element.body.xpath(".//w:tblHeader")
    assert len(heads) >= 8
    described = [found.get("descr") for found in document.element.body.xpath(".//wp:docPr")]
    assert described == [content.summary.ladder_alt, content.summary.radar_alt, content.receipt.qr_alt]
    fonts = document.styles["Normal"].element.xpath(".//w:rFonts")[0]
    assert fonts.values().count("Microsoft YaHei") == 4


def test_the_word_document_names_its_author_and_nobody_elses_program() -> None:
    content = content_of("middle")
    body = word_of(content, at=AT)
    properties = Document(io.BytesIO(body)).core_properties
    assert properties.title == f"{content.cover.title} · {content.author}"
    assert properties.author == properties.last_modified_by == content.author
    with zipfile.ZipFile(io.BytesIO(body)) as parts:
        assert not [name for name in parts.namelist() if "thumbnail" in name]
        everything = b"".join(parts.read(name) for name in parts.namelist())
    assert b"Macintosh" not in everything
    assert b"python-docx" not in everything


def test_the_receipt_table_of_the_word_document_stays_together() -> None:
    table = Document(io.BytesIO(word_of(content_of("middle"), at=AT))).tables[-1]
    assert all(cell.paragraphs[0].paragraph_format.keep_with_next for row in table.rows for cell in row.cells)


def test_no_chapter_of_the_pdf_begins_in_the_last_lines_of_a_page_and_no_table_row_stands_alone() -> None:
    cases: tuple[tuple[str, Language], ...] = (("start", "zh"), ("middle", "zh"), ("middle", "en"), ("top", "en"))
    for which, language in cases:
        content = content_of(which, language)
        rows = {squeezed(row.number + row.title) for chapter in content.chapters for group in chapter.groups for row in group.rows}
        chapters = [*(chapter.number + chapter.title for chapter in content.chapters), content.method.number + content.method.title]
        for page in PdfReader(io.BytesIO(pdf_of(content, at=AT))).pages[2:]:
            lines = [squeezed(line) for line in page.extract_text().splitlines()]
            for chapter in chapters:
                if squeezed(chapter) in lines:
                    assert len(lines) - lines.index(squeezed(chapter)) > 5, (which, language, chapter)
            on_page = [line for line in lines if any(line.startswith(row) for row in rows)]
            assert len(on_page) != 1, (which, language, on_page)


def test_the_page_needs_nothing_from_outside_and_runs_nothing() -> None:
    page = Page(page_of(content_of("middle")))
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in ("src", "href", "style") or name.startswith("on")]
    assert page.tags.count("h1") == 1
    assert page.tags.count("svg") > 100


# ── What people typed ────────────────────────────────────────────────────────────────────────


def test_a_hostile_name_is_plain_text_in_every_format() -> None:
    content = content_of("start", "en", QY01=HOSTILE, QY03=HOSTILE)
    plain = squeezed(content.author)
    assert plain.startswith("#setpage()[*]<script>alert(1)</script>$x$`raw`@ref<label>&amp;]]>")
    body = pdf_of(content, at=AT)
    assert squeezed(settable(content.author)) in pdf_text(body)
    assert len(PdfReader(io.BytesIO(body)).pages) >= 10
    assert plain in squeezed(word_text(word_of(content, at=AT)))
    page = Page(page_of(content))
    assert "script" not in page.tags
    assert "label" not in page.tags
    assert plain in squeezed(page.text)


def test_rare_characters_print_in_every_format() -> None:
    content = content_of("start", QY01=RARE)
    assert RARE in pdf_text(pdf_of(content, at=AT))
    assert RARE in word_text(word_of(content, at=AT))
    assert RARE in Page(page_of(content)).text


def test_a_character_that_no_font_of_ours_holds_does_not_stop_the_pdf_and_stays_in_the_others() -> None:
    content = content_of("start", QY01="示例\U0001f600公司")
    assert "示例〓公司" in pdf_text(pdf_of(content, at=AT))
    assert "示例\U0001f600公司" in word_text(word_of(content, at=AT))
    assert "示例\U0001f600公司" in Page(page_of(content)).text


@pytest.mark.parametrize("name", [LONG, "长" * 2000, "W" * 2000])
def test_a_very_long_name_leaves_the_cover_one_page_and_the_summary_the_second(name: str) -> None:
    content = content_of("start", QY01=name, QY02=name, QY03=name)
    pages = PdfReader(io.BytesIO(pdf_of(content, at=AT))).pages
    assert squeezed(content.cover.statement) in squeezed(pages[0].extract_text())
    assert content.labels["summary"] in pages[1].extract_text()
    assert squeezed(content.summary.marks[-1]) in squeezed(pages[1].extract_text())
    if len(name) < 200:
        assert name in squeezed(pages[0].extract_text())


def test_the_font_table_knows_what_the_font_holds() -> None:
    assert all(has_glyph(char) for char in "两A1𠮷𬭎𰻞▲−÷ \u2009")
    assert not has_glyph("\U0001f600")
    assert settable("甲\U0001f600\n乙") == "甲〓\n乙"


# ── Typesetting ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("raw", "set_"),
    [
        ("第 31 题", "第\u200931\u2009题"),
        ("得到8.9分", "得到\u20098.9\u2009分"),
        ("2026年11月24日", "2026年11月24日"),
        ("取12月31日的数", "取\u200912月31日的数"),
        ("到“综合集成”还差", "到“综合集成”还差"),
        ("占 23.75 %：", "占\u200923.75 %："),
    ],
)
def test_chinese_gets_thin_spaces_but_dates_none(raw: str, set_: str) -> None:
    assert thin_spaced(raw, "zh") == set_
    assert thin_spaced(thin_spaced(raw, "zh"), "zh") == set_
    assert thin_spaced(raw, "en") == raw


def test_typed_text_loses_control_and_direction_marks_and_line_breaks() -> None:
    assert printable("甲\n\t乙\u202e\x07丙\u200b \ud800") == "甲 乙 丙 〓"


def test_lines_wrap_by_width_and_lose_nothing() -> None:
    assert wrapped("Collaboration and innovation", 7) == ["Collaboration", "and", "innovation"]
    assert wrapped("经济和社会效益", 4) == ["经济和社", "会效益"]


# ── The command ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("name", "magic"), [("r.pdf", b"%PDF"), ("r.DOCX", b"PK"), ("r.html", b"<!doctype html>")])
def test_the_command_writes_each_format(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, magic: bytes) -> None:
    status, target = command(tmp_path, answers("middle"), name, "--lang", "en")
    assert status == 0
    assert target.read_bytes().startswith(magic)
    assert str(target) in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
