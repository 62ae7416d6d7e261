"""The radar and the stage ladder as SVG drawn by us: the same drawing for PDF, Word and HTML.

Colours stand as presentation attributes (print, light); the classes let a page restyle them for dark mode.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from xml.sax.saxutils import escape

from guanbiao.assessment.reports.content import Axis, Step
from guanbiao.assessment.reports.typesetting import wrapped

FONT = "Noto Sans CJK SC, PingFang SC, Hiragino Sans GB, Microsoft YaHei, Source Han Sans SC, sans-serif"
INK, INK_2, INK_3, SURFACE, LINE, PRIMARY = "#14202B", "#4A5A68", "#5F6E7B", "#FFFFFF", "#DCE3E8", "#1B4F82"
STAGES = ("#A9C9D9", "#5F9FBF", "#2C7399", "#123F5C")
LEAST_AXES = 5
"""With fewer aspects a radar says nothing that their table does not."""

RADAR = (360, 292)
LADDER = (470, 236)

_KINDS = {"t": INK, "t2": INK_2, "t3": INK_3, "on-1": INK, "on-2": INK, "on-3": "#FFFFFF", "on-4": "#FFFFFF"}
"""Text classes and their colours in print; on-N stands on the colour of stage N."""


def _text(x: float, y: float, size: float, kind: str, says: str, *, anchor: str = "start", bold: bool = False) -> str:
    weight = 600 if bold else 400
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="{kind}" {place} font-size="{size:g}" font-weight="{weight}" fill="{_KINDS[kind]}">{escape(says)}</text>'


def _svg(size: tuple[int, int], alt: str, body: Sequence[str]) -> str:
    wide, high = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" width="{wide}" height="{high}" role="img" '
        f'aria-label="{escape(alt, {chr(34): "&quot;"})}" font-family="{FONT}">{"".join(body)}</svg>'
    )


def radar(axes: Sequence[Axis], alt: str, full: int) -> str:
    """The aspects as a radar with rings at fifths of full and direct labels; "" where there are too few aspects."""
    shown = [axis for axis in axes if axis.share is not None]
    if len(shown) < LEAST_AXES:
        return ""
    wide, high = RADAR
    x, y, reach = wide / 2, high / 2 + 2, 96.0
    angles = [math.tau * at / len(shown) - math.pi / 2 for at in range(len(shown))]

    def at(angle: float, share: float) -> tuple[float, float]:
        return x + math.cos(angle) * reach * share, y + math.sin(angle) * reach * share

    body = [_polygon([at(angle, ring / 5) for angle in angles], "ring", f'fill="none" stroke="{LINE}" stroke-width="1"') for ring in range(1, 6)]
    for angle in angles:
        end = at(angle, 1)
        body.append(f'<line class="ring" x1="{x:.1f}" y1="{y:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" stroke="{LINE}" stroke-width="1"/>')
    points = [at(angle, (axis.share or 0) / 1000) for angle, axis in zip(angles, shown, strict=True)]
    body.append(_polygon(points, "area", f'fill="{PRIMARY}" fill-opacity="0.12" stroke="{PRIMARY}" stroke-width="2" stroke-linejoin="round"'))
    body += [_text(x + 4, y - reach * ring / 5 + 3, 9, "t3", f"{full * ring // 5}") for ring in (2, 4)]
    body += [f'<circle class="dot" cx="{px:.1f}" cy="{py:.1f}" r="3.2" fill="{SURFACE}" stroke="{PRIMARY}" stroke-width="2"/>' for px, py in points]
    for angle, axis in zip(angles, shown, strict=True):
        body += _axis_label(axis, angle, at(angle, 1))
    return _svg(RADAR, alt, body)


def _polygon(points: Sequence[tuple[float, float]], kind: str, style: str) -> str:
    return f'<polygon class="{kind}" points="{" ".join(f"{px:.1f},{py:.1f}" for px, py in points)}" {style}/>'


def _axis_label(axis: Axis, angle: float, tip: tuple[float, float]) -> list[str]:
    """Name over bold score, outside the tip."""
    side = math.cos(angle)
    anchor = "middle" if abs(side) < 0.1 else "start" if side > 0 else "end"
    x = tip[0] + (0 if anchor == "middle" else 9 if side > 0 else -9)
    lines = wrapped(axis.title, 7.6 if anchor != "middle" else 18)
    lead = 13.0
    block = lead * (len(lines) + 1)
    above = math.sin(angle) < 0
    top = tip[1] - block / 2 + 9 if anchor != "middle" else tip[1] - block + 3 if above else tip[1] + 18
    out = [_text(x, top + lead * at, 11, "t2", line, anchor=anchor) for at, line in enumerate(lines)]
    out.append(_text(x, top + lead * len(lines) + 1, 12.5, "t", axis.score, anchor=anchor, bold=True))
    return out


def ladder(steps: Sequence[Step], here: str, alt: str) -> str:
    """Rising steps in the stage colours, the step the enterprise stands on marked, the next one dashed with what it lacks."""
    if not steps:
        return ""
    wide, high = LADDER
    gap = 6.0
    step_wide = (wide - 2 - gap * (len(steps) - 1)) / len(steps)
    floor, rise = high - 34.0, (high - 34.0 - 24.0) / len(steps)
    body: list[str] = []
    for at, step in enumerate(steps):
        body += _step(step, 1 + at * (step_wide + gap), step_wide, floor, rise * (at + 1))
        if step.state == "here":
            body += _here(1 + at * (step_wide + gap), floor - rise * (at + 1), here)
    return _svg(LADDER, alt, body)


def _here(x: float, top: float, here: str) -> list[str]:
    return [
        f'<polygon class="mark" points="{x + 1:.1f},{top - 15:.1f} {x + 11:.1f},{top - 15:.1f} {x + 6:.1f},{top - 8:.1f}" fill="{INK}"/>',
        _text(x + 15, top - 7, 11, "t", here, bold=True),
    ]


def _step(step: Step, x: float, wide: float, floor: float, tall: float) -> list[str]:
    top = floor - tall
    colour = min(step.number, len(STAGES))
    solid = step.state in ("reached", "here")
    if solid:
        style = f'class="stage-{colour}" fill="{STAGES[colour - 1]}"'
    else:
        dash = ' stroke-dasharray="4 3"' if step.state == "next" else ""
        style = f'class="open {step.state}" fill="{SURFACE}" stroke="{PRIMARY if step.state == "next" else LINE}" stroke-width="1.2"{dash}'
    body = [f'<rect {style} x="{x:.1f}" y="{top:.1f}" width="{wide:.1f}" height="{tall:.1f}" rx="2"/>']
    ink = f"on-{colour}" if solid else "t"
    size = 11.5
    room = wide - 26
    lines = wrapped(step.title, room / size) if tall > 50 else wrapped(step.title, (wide - 22) / size)[:2]
    base = top + 17
    for at, line in enumerate(lines):
        body.append(_text(x + 8, base + 14 * at, size, ink, line, bold=step.state in ("here", "next")))
    body.append(_text(x + wide - 8, base, 11, ink if solid else "t3", str(step.number), anchor="end"))
    y = base + 14 * len(lines) + 4
    notes = [line for note in step.notes for line in wrapped(note, (wide - 14) / 10)]
    if y + 13.5 * len(notes) <= floor:  # a low step has no room: the sentence above the ladder says the same
        body += [_text(x + 8, y + 13.5 * line_at, 10, "t2", line) for line_at, line in enumerate(notes)]
    for at, line in enumerate(wrapped(step.report_title, wide / 10)[:2]):
        body.append(_text(x + 2, floor + 14 + 12 * at, 10, "t3", line))
    return body


def upright_ladder(steps: Sequence[Step], here: str, alt: str) -> str:
    """The ladder for a phone: one row a stage, the highest on top."""
    if not steps:
        return ""
    row, wide = 46, 320
    body: list[str] = []
    for at, step in enumerate(reversed(steps)):
        y = at * row
        colour = min(step.number, len(STAGES))
        long = wide * step.number / len(steps)
        bold = step.state == "here"
        body.append(_text(0, y + 15, 14, "t" if step.state in ("here", "reached") else "t2", f"{step.number}  {step.title}", bold=bold))
        if bold:
            body.append(_text(wide, y + 15, 13, "t", f"◀ {here}", anchor="end", bold=True))
        else:
            body.append(_text(wide, y + 15, 11, "t3", step.report_title, anchor="end"))
        if step.state in ("reached", "here"):
            body.append(f'<rect class="stage-{colour}" y="{y + 23}" width="{long:.0f}" height="10" rx="2" fill="{STAGES[colour - 1]}"/>')
        else:
            dash = ' stroke-dasharray="4 3"' if step.state == "next" else ""
            style = f'class="open {step.state}" fill="{SURFACE}" stroke="{PRIMARY if step.state == "next" else LINE}"{dash}'
            body.append(f'<rect {style} x="0.6" y="{y + 23}" width="{long - 1.2:.0f}" height="10" rx="2"/>')
    return _svg((wide, row * len(steps)), alt, body)
