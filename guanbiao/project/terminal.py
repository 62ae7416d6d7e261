"""The card in a terminal: stage ladder, six aspects as bars, strongest and weakest, what the next stage lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rich.cells import cell_len, set_cell_size

from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.summary import aspects_of, earned_points, gaps_of, lost_points, needs_unverified_mark, strengths_of
from guanbiao.assessment.rules.wording import THIN, EmptyField, filled
from guanbiao.indicators.rules.model import NAME, PERIOD, Check, Node
from guanbiao.kernel.characters import on_one_line
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import one_decimal

_BAR = 30
_STAGE_COLOURS = (152, 74, 31, 24)
_LADDER = 24
_WIDTH = 96
_TITLE = 60
"""Cells. A title from a stranger's model may be longer than a line."""


def fitted(text: str, width: int) -> str:
    """Text on one line of at most so many terminal cells, cut with … where it is longer."""
    line = on_one_line(text, 4 * width)
    if cell_len(line) <= width:
        return line
    while cell_len(line) >= width:
        line = line[:-1]
    return line + "…"


def wrapped(text: str, width: int) -> Iterator[str]:
    """Text over as many lines as it needs, each of at most so many cells: Chinese breaks anywhere, other words between them."""
    line = ""
    for piece in re.findall(r"[!-~‐-―’“”]+ ?|.", on_one_line(text, 4_000)):
        if line and cell_len(line + piece.rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += piece
        while cell_len(line.rstrip()) > width:
            head = set_cell_size(line, width).rstrip()
            yield head
            line = line[len(head) :]
    if line.strip():
        yield line.rstrip()


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Text filled with spaces to a width in terminal cells (a Chinese character takes two)."""
    space = " " * max(0, width - cell_len(text))
    return space + text if right else text + space


def table(rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Columns lined up by terminal cells; the last column is not padded."""
    widths = [max(cell_len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [padded(cell, widths[at], right=at in right) for at, cell in enumerate(row[:-1])]
        lines.append("  ".join([*cells, row[-1]]).rstrip())
    return "\n".join(lines) + "\n"


class _Pen:
    def __init__(self, *, colour: bool) -> None:
        self.colour = colour

    def __call__(self, text: str, *codes: str) -> str:
        return f"\x1b[{';'.join(codes)}m{text}\x1b[0m" if self.colour and codes else text

    def bold(self, text: str) -> str:
        return self(text, "1")

    def dim(self, text: str) -> str:
        return self(text, "2")

    def amber(self, text: str) -> str:
        return self(text, "33")


def card_text(card: ScoreCard, language: Language, *, colour: bool) -> str:
    """The whole card as lines of at most 96 cells."""
    pen = _Pen(colour=colour)
    blocks = [_head(card, language, pen), _ladder(card, language, pen), _aspects(card, language, pen)]
    if card.complete:
        blocks += [_extremes(card, language, pen), _next_stage(card, language, pen), _warnings(card, language, pen), _dropped(card, language, pen)]
    else:
        blocks.append(_missing(card, language, pen))
    blocks.append(_foot(language, pen))
    return "\n".join("\n".join(block) + "\n" for block in blocks if block)


def _head(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    zh = language == "zh"
    name = card.sheet.answers.get(NAME) or ("（未填名称）" if zh else "(no name given)")
    period = card.sheet.answers.get(PERIOD)
    about = f"{fitted(card.model.title.in_(language), _TITLE)} {card.model.edition}" + (f" · {fitted(str(period), 20)}" if period else "")
    low, high = card.bounds(card.model.tree.code) or (0, 0)
    total = one_decimal(low) if card.complete else f"{one_decimal(low)}–{one_decimal(high)}"
    full = card.model.full // 10_000
    label = "总分" if zh else "Total"
    incomplete = "（尚未答完，总分在此区间内）" if zh else " (not all answered: the total lies within)"
    note = "" if card.complete else incomplete
    out_of = f"满分{THIN}{full}" if zh else f"of {full}"
    return [pen.bold(fitted(str(name), _WIDTH)), pen.dim(about), "", f"{label}  {pen.bold(total)}  {pen.dim(out_of)}{note}"]


def _ladder(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    stages = card.model.stages
    if len(stages) < 2:
        return []
    reached = card.stage if isinstance(card.stage, str) else card.stage[0]
    highest = card.stage if isinstance(card.stage, str) else card.stage[1]
    codes = [stage.code for stage in stages]
    here, there = codes.index(reached), codes.index(highest)
    lines = []
    for at in reversed(range(len(stages))):
        stage = stages[at]
        block = ("█" if at <= here else "▒" if at <= there else "░") * (_LADDER * (at + 1) // len(stages))
        tint = ("38", "5", str(_STAGE_COLOURS[min(at, 3)])) if at <= there else ("2",)
        title, report = fitted(stage.title.in_(language), 28), fitted(stage.report_title.in_(language), 22)
        place = _place(at, here, there, language)
        name = f"{at + 1} {title}" + (f"（{report}）" if language == "zh" else f" ({report})")
        lines.append(f"{pen(block, *tint)}{' ' * (_LADDER + 2 - len(block))}{pen.bold(name) if at == here else name}{place}")
    return lines


def _place(at: int, here: int, there: int, language: Language) -> str:
    if here == there == at:
        return "  ◀ 我在这里" if language == "zh" else "  ◀ you are here"
    if at == here:
        return "  ◀ 至少" if language == "zh" else "  ◀ at least"
    if at == there:
        return "  ◀ 至多" if language == "zh" else "  ◀ at most"
    return ""


def _bar(low: int, high: int, full: int, pen: _Pen) -> str:
    first, last = low * _BAR // full, high * _BAR // full
    return pen("█" * first, "38", "5", "31") + pen("▒" * (last - first), "38", "5", "74") + pen.dim("·" * (_BAR - last))


def _aspects(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    nodes = aspects_of(card.model)
    titles = {node.code: fitted(node.title.in_(language), 40) for node in nodes}
    wide = max(map(cell_len, titles.values()), default=0)
    lines = []
    for node in nodes:
        bounds = card.bounds(node.code)
        title = padded(titles[node.code], wide)
        if bounds is None:
            lines.append(f"{title}  {'不适用' if language == 'zh' else 'not applicable'}")
            continue
        value = one_decimal(bounds[0]) if card.complete else f"{one_decimal(bounds[0])}–{one_decimal(bounds[1])}"
        lines.append(f"{title}  {_bar(*bounds, card.model.full, pen)}  {value}")
    return lines


def _extremes(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    zh = language == "zh"
    lines = []
    won, lost = ("对总分贡献最大的三项", "失分最多的三项") if zh else ("Bring the most points", "Lose the most points")
    for label, nodes, points in ((won, strengths_of(card), earned_points), (lost, gaps_of(card), lost_points)):
        if nodes:
            lines.append(pen.bold(label))
        for node in nodes:
            score, share = one_decimal(card.score(node.code) or 0), one_decimal(points(card, node.code))
            said = (f"得{THIN}{share}{THIN}分" if label == won else f"失{THIN}{share}{THIN}分") if zh else f"{share} of the total"
            lines.append(f"  {_titled(node, language)}  {score}  {pen.dim(said)}")
    return lines


def _titled(node: Node, language: Language) -> str:
    title = fitted(node.title.in_(language), _TITLE)
    return f"{title}（{node.code}）" if language == "zh" else f"{title} ({node.code})"


def _next_stage(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    zh = language == "zh"
    if not card.next:
        return []
    codes = [stage.code for stage in card.model.stages]
    upcoming = card.model.stages[codes.index(str(card.stage)) + 1]
    lines = [pen.bold(f"到“{fitted(upcoming.title.zh, _TITLE)}”还差" if zh else f"What {fitted(upcoming.title.en.lower(), _TITLE)} asks for")]
    for gap in card.next:
        title = fitted(card.model.node[gap.node].title.in_(language), 40)
        have = ("不适用" if zh else "not applicable") if gap.score is None else one_decimal(gap.score)
        need = one_decimal(gap.at_least)
        if gap.met:
            lines.append(f"  ✓ {title} {have}，要求 {need}" if zh else f"  ✓ {title} {have}, {need} asked for")
        else:
            short = one_decimal(gap.at_least - (gap.score or 0))
            lines.append(f"  ✗ {title} {have}，要求 {need}，差 {short}" if zh else f"  ✗ {title} {have}, {need} asked for, {short} short")
    if needs_unverified_mark(card.model):
        lines.append(pen.amber("  ▲ 阶段门槛为平台默认值，非官方规则" if zh else "  ▲ Stage thresholds are platform defaults, not official rules"))
    return lines


def _warnings(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    if not card.warnings:
        return []
    checks = {check.code: check for check in card.model.checks}
    lines = [pen.bold("请核对" if language == "zh" else "Please check")]
    for code in card.warnings:
        first, *rest = wrapped(_said(checks[code], card, language), _WIDTH - 10)
        lines += [f"  {padded(code, 6)}  {first}", *(f"{' ' * 10}{line}" for line in rest)]
    return lines


def _said(check: Check, card: ScoreCard, language: Language) -> str:
    """A check's sentence; in a stranger's model it may ask for an answer that this sheet does not have."""
    try:
        return filled(check.says, card, language)
    except EmptyField:
        return check.says.in_(language)


def _missing(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    zh = language == "zh"
    shown = card.missing[:10]
    title = f"还有 {len(card.missing)} 题要答" if zh else f"{len(card.missing)} questions to answer"
    lines = [pen.bold(title)]
    for code in shown:
        question = card.model.question[code]
        title = fitted(question.title.in_(language), _WIDTH - 30)
        lines.append(f"  {card.model.card_of[code].number:>3}  {title}" + (f"（{code}）" if zh else f" ({code})"))
    if left := len(card.missing) - len(shown):
        lines.append(f"  …另有 {left} 题，加 --json 在 missing 里看全部" if zh else f"  … and {left} more: all of them with --json, under missing")
    return lines


def _dropped(card: ScoreCard, language: Language, pen: _Pen) -> list[str]:
    """Answers that were given but do not count, because their questions do not apply."""
    gone = [code for code in card.sheet.answers if code not in card.counted]
    if not card.complete or not gone:
        return []
    listed = "、".join(gone[:8]) if language == "zh" else ", ".join(gone[:8])
    more = "……" if language == "zh" else ", …"
    tail = more if len(gone) > 8 else ""
    zh = f"有 {len(gone)} 个答案按前面的回答不适用，没有计入：{listed}{tail}"
    return [pen.dim(zh if language == "zh" else f"{len(gone)} answers do not apply, by those before them, and were left out: {listed}{tail}")]


def _foot(language: Language, pen: _Pen) -> list[str]:
    zh = language == "zh"
    weights = "▲ 权重为平台默认值，非官方规则。" if zh else "▲ Weights are platform defaults, not official rules."
    hint = "为什么是这个分：加 --why；某一项：--why BC.1" if zh else "Why this score: add --why; of one node: --why BC.1"
    return [pen.amber(weights), pen.dim(hint)]
