"""The report as one self-contained HTML file: no script, no address outside; for screens of any width, light or dark, and for print."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from guanbiao.assessment.reports.content import Chapter, Extreme, Fact, Need, ReportContent, Row, Summary, Table
from guanbiao.assessment.reports.pdf import qr_svg
from guanbiao.assessment.reports.radar import ladder, radar, upright_ladder
from guanbiao.assessment.reports.typesetting import xml_safe

_STYLE = Path(__file__).with_name("page.css")


def page_of(content: ReportContent) -> bytes:
    """The report as UTF-8 HTML."""
    language = "zh-CN" if content.language == "zh" else "en-GB"
    body = "".join((_head(content), _summary(content), *(_chapter(content, chapter) for chapter in content.chapters), _next_stage(content)))
    body += _remarks(content) + _method(content) + _receipt(content)
    page = (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta name="color-scheme" content="light dark"><title>{_e(content.cover.title)} · {_e(content.running)}</title>'
        f"<style>{_STYLE.read_text(encoding='utf-8')}</style></head><body><main>{body}</main></body></html>\n"
    )
    return page.encode("utf-8")


def _e(text: str) -> str:
    return escape(xml_safe(text))


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""


def _span(columns: int) -> str:
    return f' colspan="{columns}"' if columns > 1 else ""


def _p(text: str, kind: str = "") -> str:
    return f"<p{_class(kind)}>{_e(text)}</p>"


def _facts(facts: Iterable[Fact]) -> str:
    return "<dl>" + "".join(f"<dt>{_e(fact.label)}</dt><dd>{_e(fact.value)}</dd>" for fact in facts) + "</dl>"


def _meter(share: int | None, *, met: bool = False, tick: int | None = None) -> str:
    """A bar from 0 to full in a 1000-wide drawing; the figure stands beside it, so it is hidden from screen readers."""
    filled = f'<rect class="bar{" met" if met else ""}" width="{share}" height="8" rx="4"/>' if share else ""
    mark = f'<rect class="tick" x="{max(0, tick - 2)}" width="5" height="8"/>' if tick is not None else ""
    track = '<rect class="bar-track" width="1000" height="8" rx="4"/>'
    return f'<svg class="meter" viewBox="0 0 1000 8" preserveAspectRatio="none" aria-hidden="true">{track}{filled}{mark}</svg>'


def _head(content: ReportContent) -> str:
    cover = content.cover
    return (
        f"<header>{_p(cover.subtitle, 'eyebrow')}<h1>{_e(cover.title)}</h1>{_p(cover.name, 'name')}"
        f"{_facts(cover.facts)}{_p(cover.statement, 'statement')}</header>"
    )


def _summary(content: ReportContent) -> str:
    summary, labels = content.summary, content.labels
    drawn = ladder(summary.steps, labels["here"], summary.ladder_alt).replace("<svg ", '<svg class="wide" ', 1)
    drawn += upright_ladder(summary.steps, labels["here"], summary.ladder_alt).replace("<svg ", '<svg class="upright" ', 1)
    figure = f'<p class="total">{_e(summary.total)}<small>{_e(summary.of_full)}</small></p>'
    total = f"<div>{_p(labels['total'], 'line')}{figure}{_meter(summary.total_share)}</div>"
    hero = f'<div class="hero"><div>{drawn}</div>{total}</div>' if summary.steps else total
    web = radar(summary.axes, summary.radar_alt, int(labels["full"]))
    aspects = _aspects(summary, labels)
    aspect_part = f'<div class="pair"><div>{web}</div>{aspects}</div>' if web else aspects
    marks = "".join(_p(mark, "mark") for mark in summary.marks)
    extremes = ""
    if summary.strengths or summary.gaps:
        extremes = (
            f'<div class="card pair top">{_extremes(labels["strengths"], labels["strengths_line"], summary.strengths)}'
            f"{_extremes(labels['gaps'], labels['gaps_line'], summary.gaps)}</div>"
        )
    return (
        f'<section><h2>{_e(labels["summary"])}</h2><div class="card">{_p(summary.headline, "headline")}{_p(summary.line, "line")}{hero}</div>'
        f'<div class="card">{_p(summary.radar_title, "lead")}{_p(labels["radar_line"], "small")}{aspect_part}</div>{extremes}{marks}</section>'
    )


def _td(inner: str, kind: str = "", *, label: str = "") -> str:
    """A cell that stays one for screen readers where a narrow screen stacks the row."""
    said = f' data-label="{_e(label)}"' if label else ""
    return f'<td role="cell"{_class(kind)}{said}>{inner}</td>'


def _head_row(*columns: tuple[str, str, int]) -> str:
    """The head of a table: (title, class, columns it spans)."""
    cells = "".join(f'<th role="columnheader" scope="col"{_class(kind)}{_span(span)}>{_e(title)}</th>' for title, kind, span in columns)
    return f'<thead role="rowgroup"><tr role="row">{cells}</tr></thead>'


def _table_of(head: str, rows: Iterable[str], kind: str = "") -> str:
    return f'<table{_class(kind)} role="table">{head}<tbody role="rowgroup">{"".join(rows)}</tbody></table>'


def _tr(cells: str, kind: str = "") -> str:
    return f'<tr role="row"{_class(kind)}>{cells}</tr>'


def _row_head(title: str, *, span: int = 1) -> str:
    return f'<th role="rowheader" scope="row" class="title"{_span(span)}>{_e(title)}</th>'


def _aspects(summary: Summary, labels: dict[str, str]) -> str:
    head = _head_row((labels["aspect"], "", 1), *((labels[key], "r", 1) for key in ("score", "possible", "earned")))
    rows = (
        _tr(_row_head(axis.title) + _td(f"<b>{_e(axis.score)}</b>", "r") + _td(_e(axis.possible), "r") + _td(_e(axis.earned), "r"))
        for axis in summary.axes
    )
    return _table_of(head, rows)


def _extremes(title: str, note: str, items: Sequence[Extreme]) -> str:
    rows = (
        _tr(_td(f'{_e(item.title)}<br><small>{_e(item.where)}</small>') + _td(_meter(item.share), "bar-cell") + _td(_e(item.score), "r"))
        for item in items
    )
    return f"<div>{_p(title, 'lead')}{_p(note, 'small')}{_table_of('', rows)}</div>"


def _chapter(content: ReportContent, chapter: Chapter) -> str:
    labels = content.labels
    says = ""
    if chapter.findings:
        items = "".join(f"<li><b>{_e(found.lead)}</b>{_e(found.text)}</li>" for found in chapter.findings)
        says = f"<h3>{_e(labels['diagnosis'])}</h3><ol>{items}</ol>"
    elif chapter.facts:
        says = f"<h3>{_e(labels['facts'])}</h3><ol>{''.join(f'<li>{_e(fact)}</li>' for fact in chapter.facts)}</ol>"
    return (
        f'<section id="{_e(chapter.code)}"><h2>{_e(chapter.number)}{_e(chapter.title)}</h2>'
        f'<div class="chapter-head"><b>{_e(chapter.score)}</b><div>{_p(chapter.line, "line")}{_meter(chapter.share)}</div></div>'
        f"{says}<h3>{_e(labels['indicators'])}</h3>{_p(chapter.mark, 'mark')}{_indicators(content, chapter)}</section>"
    )


def _indicators(content: ReportContent, chapter: Chapter) -> str:
    labels = content.labels
    rows = []
    for group in chapter.groups:
        if group.title:
            figures = _td(_meter(group.share), "bar-cell") + _td(_e(group.score), "r score") + _td(_e(group.weight), "r weight")
            rows.append(_tr(_row_head(group.title, span=3) + figures, "part"))
        rows += [_row(row) for row in group.rows]
    head = _head_row(
        (labels["number"], "r", 1), (labels["indicator"], "", 1), (labels["answer"], "", 1), (labels["score"], "r", 2), (labels["weight"], "r", 1)
    )
    return _table_of(head, rows, "stack")


def _row(row: Row) -> str:
    working = f' <span class="working">{_e(row.working)}</span>' if row.working else ""
    flag = '<span class="flag">▲ </span>' if row.unverified else ""
    return _tr(
        _td(_e(row.number), "r no")
        + _td(_e(row.title), "title")
        + _td(_e(row.answer) + working, "answer")
        + _td(_meter(row.share), "bar-cell")
        + _td(flag + _e(row.score), "r score")
        + _td(_e(row.weight), "r weight")
    )


def _next_stage(content: ReportContent) -> str:
    upcoming = content.next
    if upcoming is None:
        return ""
    title = f"<h2>{_e(upcoming.number)}{_e(upcoming.title)}</h2>{_p(upcoming.line)}"
    if not upcoming.needs:
        return f"<section>{title}</section>"
    labels = content.labels
    head = _head_row((labels["requirement"], "", 1), (labels["now"], "r", 2), (labels["asked"], "r", 1), (labels["state"], "r", 1))
    needs = (
        _tr(
            _row_head(need.title)
            + _td(_meter(need.share, met=need.met, tick=need.at_least_share), "bar-cell")
            + _td(_e(need.score), "r")
            + _td(_e(need.at_least), "r")
            + _td(_e(need.short), "r good" if need.met else "r bad")
        )
        for need in upcoming.needs
    )
    rungs = "".join(_rungs(need, labels) for need in upcoming.needs if need.rungs)
    return f"<section>{title}{_p(upcoming.mark, 'mark')}{_table_of(head, needs, 'needs')}{_p(upcoming.note, 'statement')}{rungs}</section>"


def _rungs(need: Need, labels: dict[str, str]) -> str:
    rows = (
        _tr(
            _td(_e(rung.number), "r no")
            + _td(_e(rung.title), "title")
            + _td(_e(rung.now), "answer", label=labels["now"])
            + _td(_e(rung.then), "answer", label=labels["step_up"])
            + _td(f"<b>{_e(rung.gain)}</b>", "r score")
        )
        for rung in need.rungs
    )
    head = _head_row((labels["number"], "r", 1), *((labels[key], "", 1) for key in ("indicator", "now", "step_up")), (labels["gain"], "r", 1))
    return f"<h3>{_e(need.rungs_title)}</h3>{_table_of(head, rows, 'stack')}"


def _remarks(content: ReportContent) -> str:
    remarks = content.remarks
    says = "<ol>" + "".join(f"<li>{_e(one)}</li>" for one in remarks.says) + "</ol>" if remarks.says else ""
    notes = f"<h3>{_e(content.labels['notes'])}</h3>{''.join(_p(note) for note in remarks.notes)}" if remarks.notes else ""
    return f"<section><h2>{_e(remarks.number)}{_e(remarks.title)}</h2>{_p(remarks.line, 'line')}{says}{notes}</section>"


def _method(content: ReportContent) -> str:
    method = content.method
    facts = _facts(Fact(says.lead, says.text) for says in method.paragraphs)
    return f"<section><h2>{_e(method.number)}{_e(method.title)}</h2>{facts}{''.join(_table(table) for table in method.tables)}</section>"


def _table(table: Table) -> str:
    head = _head_row(*((name, "", 1) for name in table.head))
    rows = (_tr("".join(_td(_e(cell), label=name) for name, cell in zip(table.head, row, strict=True))) for row in table.rows)
    return f"<h3>{_e(table.title)}</h3>{_table_of(head, rows, 'plain')}"


def _receipt(content: ReportContent) -> str:
    receipt = content.receipt
    code = qr_svg(content).replace("<svg ", f'<svg role="img" aria-label="{_e(receipt.qr_alt)}" ', 1)
    facts = _facts((*receipt.facts, Fact(content.labels["digest"], receipt.digest)))
    return (
        f"<section><h2>{_e(receipt.number)}{_e(receipt.title)}</h2>{_p(receipt.line, 'line')}"
        f'<div class="receipt"><div>{code}{_p(content.labels["scan"], "small")}</div>{facts}</div>{_p(receipt.check, "small")}</section>'
    )
