"""The report as PDF/A-2b, tagged (PDF/UA-1), by typst; and its drawings as PNG for Word."""

from __future__ import annotations

import io
import json
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from guanbiao.assessment.reports.content import ReportContent
from guanbiao.assessment.reports.glyphs import font_folder, settable, settable_value
from guanbiao.assessment.reports.radar import ladder, radar

# typst draws the texts of an SVG at the variable font's lightest weight unless the axis itself is set.
_AXES = "".join(f'[font-weight="{weight}"]{{font-variation-settings:"wght" {weight}}}' for weight in (400, 600))

TEMPLATES = Path(__file__).parent / "typst"
STANDARDS = ["a-2b", "ua-1"]


class NotTypesetError(Exception):
    """typst warned: a missing font or glyph. A defect of ours, never of the input."""


@cache
def _compiler() -> Any:
    """One compiler a process: it keeps the fonts open and remembers what it has laid out."""
    import typst

    return typst.Compiler(root=str(TEMPLATES), font_paths=[str(font_folder())], ignore_system_fonts=True)


def _compiled(template: str, inputs: dict[str, str], **options: Any) -> bytes:
    body, warnings = _compiler().compile_with_warnings(input=str(TEMPLATES / template), sys_inputs=inputs, **options)
    if warnings:
        raise NotTypesetError("; ".join(str(warning) for warning in warnings))
    return bytes(body[0] if isinstance(body, list) else body)


def pdf_of(content: ReportContent, *, at: datetime) -> bytes:
    """The report as PDF/A-2b; the same content and instant give the same bytes."""
    value = settable_value(asdict(content))
    value["svg"] = drawings_of(content)
    value["qr"] = qr_svg(content)
    value["at"] = [at.year, at.month, at.day]
    inputs = {"content": json.dumps(value, ensure_ascii=False)}
    return _compiled("report.typ", inputs, format="pdf", pdf_standards=STANDARDS, timestamp=at.replace(microsecond=0))


def drawings_of(content: ReportContent) -> dict[str, str]:
    """The radar and the ladder as typst needs them; "" where there is none."""
    summary = content.summary
    drawn = {
        "radar": radar(summary.axes, summary.radar_alt, int(content.labels["full"])),
        "ladder": ladder(summary.steps, content.labels["here"], summary.ladder_alt),
    }
    return {name: settable(svg.replace(">", f"><style>{_AXES}</style>", 1)) for name, svg in drawn.items()}


def png_of(svg: str, *, ppi: int = 220) -> bytes:
    """A drawing out of `drawings_of` as PNG."""
    return _compiled("drawing.typ", {"svg": svg}, format="png", ppi=ppi)


def qr_svg(content: ReportContent) -> str:
    """The receipt's QR code, dark on white."""
    return _qr(content, "svg").decode()


def qr_png(content: ReportContent) -> bytes:
    """The receipt's QR code as PNG."""
    return _qr(content, "png")


def _qr(content: ReportContent, kind: str) -> bytes:
    import segno

    out = io.BytesIO()
    code = segno.make(content.receipt.qr, error="m", micro=False)
    if kind == "svg":
        code.save(out, kind="svg", border=2, dark="#14202B", light="#FFFFFF", xmldecl=False, omitsize=True)
    else:
        code.save(out, kind="png", border=2, scale=8, dark="#14202B", light="#FFFFFF")
    return out.getvalue()
