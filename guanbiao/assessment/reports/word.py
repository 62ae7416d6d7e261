"""The report as a Word document: real headings, native tables whose heads repeat, the drawings as pictures with alt texts."""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from guanbiao.assessment.reports.content import Chapter, Fact, ReportContent
from guanbiao.assessment.reports.pdf import drawings_of, png_of, qr_png
from guanbiao.assessment.reports.word_parts import Piece, Writer


def word_of(content: ReportContent, *, at: datetime) -> bytes:
    """The report as .docx."""
    writer = Writer()
    _properties(writer, content, at)
    writer.page_head(content.running, content.cover.title, f"{content.foot} · {content.day}")
    _cover(writer, content)
    _summary(writer, content)
    for chapter in content.chapters:
        _chapter(writer, content, chapter)
    _next_stage(writer, content)
    _remarks(writer, content)
    _method(writer, content)
    _receipt(writer, content)
    out = io.BytesIO()
    writer.document.save(out)
    return out.getvalue()


def _properties(writer: Writer, content: ReportContent, at: datetime) -> None:
    properties: Any = writer.document.core_properties
    properties.title = writer.clean(f"{content.cover.title} · {content.author}")
    properties.author = writer.clean(content.author)
    properties.subject = content.foot
    properties.comments = content.receipt.digest
    properties.last_modified_by = properties.author
    properties.revision = 1
    properties.keywords = properties.category = ""
    properties.language = "zh-CN" if content.language == "zh" else "en-GB"
    properties.created = properties.modified = at.replace(tzinfo=None, microsecond=0)


def _cover(writer: Writer, content: ReportContent) -> None:
    cover = content.cover
    writer.paragraph(content.labels["product"], size=11, bold=True, after=110)
    writer.paragraph(cover.subtitle, size=12, colour="4A5A68", after=6)
    writer.paragraph(cover.title, style="Title", after=30)
    writer.paragraph(cover.name, size=22 if len(cover.name) <= 40 else 16 if len(cover.name) <= 90 else 12, bold=True, after=24)
    writer.table(None, [(fact.label, fact.value) for fact in cover.facts], (48, 118), size=10.5)
    writer.paragraph("", after=120)
    writer.table(None, [cover.signatures, ("", "", "")], (62, 58, 46), size=9.5, tall=16)
    writer.paragraph("", after=6)
    writer.paragraph(cover.statement, size=8.5, colour="4A5A68")
    writer.page_break()


def _summary(writer: Writer, content: ReportContent) -> None:
    summary, labels = content.summary, content.labels
    drawn = drawings_of(content)
    writer.heading(labels["summary"], 1)
    writer.paragraph(summary.headline, size=14, bold=True, after=2)
    writer.paragraph(summary.line, colour="4A5A68", after=4)
    total = f"{labels['total']} {summary.total}"
    writer.runs([(total, {"size": 20, "bold": True}), (f"  {summary.of_full}", {"size": 9, "colour": "5F6E7B"})], after=4)
    alts = {"ladder": (88.0, summary.ladder_alt), "radar": (70.0, summary.radar_alt)}
    if shown := [(png_of(drawn[name]), *alts[name]) for name in alts if drawn[name]]:
        writer.pictures(*shown)
    writer.paragraph(summary.radar_title, size=10.5, bold=True, before=4, after=2, keep=True)
    head = (labels["aspect"], labels["score"], labels["possible"], labels["earned"])
    writer.table(head, [(axis.title, axis.score, axis.possible, axis.earned) for axis in summary.axes], (76, 30, 30, 30), right=(1, 2, 3), size=9)
    for name, note, extremes in (
        ("strengths", "strengths_line", summary.strengths),
        ("gaps", "gaps_line", summary.gaps),
    ):
        if extremes:
            title: list[Piece] = [(labels[name], {"size": 10.5, "bold": True}), (f"  {labels[note]}", {"size": 8, "colour": "5F6E7B"})]
            writer.runs(title, before=5, after=2, keep=True)
            writer.table(None, [(item.title, item.where, item.score) for item in extremes], (66, 76, 24), right=(2,), size=9)
    for mark in summary.marks:
        writer.mark(mark)
    writer.page_break()


def _chapter(writer: Writer, content: ReportContent, chapter: Chapter) -> None:
    labels = content.labels
    writer.heading(f"{chapter.number}{chapter.title}", 1)
    writer.runs([(f"{chapter.score}  ", {"size": 18, "bold": True}), (chapter.line, {"colour": "4A5A68"})], after=4, keep=True)
    if chapter.findings:
        writer.heading(labels["diagnosis"], 2)
        for at, says in enumerate(chapter.findings, start=1):
            colon = "：" if content.language == "zh" else ": "
            writer.runs([(f"{at}  ", {"colour": "5F6E7B"}), (f"{says.lead}{colon}", {"bold": True}), (says.text, {})], after=4)
    elif chapter.facts:
        writer.heading(labels["facts"], 2)
        for fact in chapter.facts:
            writer.paragraph(fact, after=3)
    writer.heading(labels["indicators"], 2)
    writer.mark(chapter.mark, keep=True)
    head = tuple(labels[key] for key in ("number", "indicator", "answer", "score", "weight"))
    rows: list[Sequence[str]] = []
    bands: set[int] = set()
    for group in chapter.groups:
        if group.title:
            bands.add(len(rows))
            rows.append(("", group.title, "", group.score, group.weight))
        for row in group.rows:
            answer = row.answer + (f"  {row.working}" if row.working else "")
            rows.append((row.number, row.title, answer, f"{'▲ ' if row.unverified else ''}{row.score}", row.weight))
    writer.table(head, rows, (12, 48, 72, 18, 16), right=(0, 3, 4), size=8.5, bands=bands)


def _next_stage(writer: Writer, content: ReportContent) -> None:
    upcoming, labels = content.next, content.labels
    if upcoming is None:
        return
    writer.heading(f"{upcoming.number}{upcoming.title}", 1)
    writer.paragraph(upcoming.line, after=3)
    if not upcoming.needs:
        return
    writer.mark(upcoming.mark, keep=True)
    head = (labels["requirement"], labels["now"], labels["asked"], labels["state"])
    writer.table(head, [(need.title, need.score, need.at_least, need.short) for need in upcoming.needs], (70, 30, 30, 36), right=(1, 2, 3), size=9)
    writer.paragraph(upcoming.note, size=8, colour="5F6E7B", before=4, after=2)
    for need in upcoming.needs:
        if need.rungs:
            writer.heading(need.rungs_title, 2)
            rung_head = tuple(labels[key] for key in ("number", "indicator", "now", "step_up", "gain"))
            rungs = [(rung.number, rung.title, rung.now, rung.then, rung.gain) for rung in need.rungs]
            writer.table(rung_head, rungs, (12, 46, 46, 46, 16), right=(0, 4), size=8.5)


def _remarks(writer: Writer, content: ReportContent) -> None:
    remarks = content.remarks
    writer.heading(f"{remarks.number}{remarks.title}", 1)
    writer.paragraph(remarks.line, after=4, keep=bool(remarks.says))
    for at, says in enumerate(remarks.says, start=1):
        writer.runs([(f"{at}  ", {"colour": "5F6E7B"}), (says, {})], after=4)
    if remarks.notes:
        writer.heading(content.labels["notes"], 2)
        for note in remarks.notes:
            writer.paragraph(note, after=3)


def _method(writer: Writer, content: ReportContent) -> None:
    method = content.method
    writer.heading(f"{method.number}{method.title}", 1)
    for says in method.paragraphs:
        writer.runs([(f"{says.lead}  ", {"bold": True}), (says.text, {})], after=4)
    widths = {5: (12, 38, 38, 16, 62), 4: (36, 44, 42, 44)}
    for table in method.tables:
        writer.heading(table.title, 2)
        numbered = bool(table.rows) and table.rows[0][0].isdigit()
        columns = (14, 40, 40, 72) if numbered and len(table.head) == 4 else (46, 50, 56, 14) if len(table.head) == 4 else widths[len(table.head)]
        writer.table(table.head, table.rows, columns, right=(0,) if numbered else (), size=8.5)


def _receipt(writer: Writer, content: ReportContent) -> None:
    receipt = content.receipt
    writer.heading(f"{receipt.number}{receipt.title}", 1)
    writer.paragraph(receipt.line, after=4, keep=True)
    writer.pictures((qr_png(content), 34, receipt.qr_alt))
    writer.paragraph(content.labels["scan"], size=8, colour="5F6E7B", after=4, keep=True)
    facts = [*receipt.facts, Fact(content.labels["digest"], receipt.digest)]
    writer.table(None, [(fact.label, fact.value) for fact in facts], (44, 122), size=8.5, whole=True)
    writer.paragraph(receipt.check, size=8, colour="4A5A68", before=4)
