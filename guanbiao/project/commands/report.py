"""`guanbiao report MODEL FILE -o OUT`: the diagnosis report as PDF, Word or HTML."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from pathlib import Path

from guanbiao.assessment.reports.composing import report_of
from guanbiao.assessment.reports.content import ReportContent
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.sheets import model_by_name, sheet_from
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.project.files import write_whole

FORMATS = (".pdf", ".docx", ".html")


def report(arguments: argparse.Namespace) -> int:
    """Score one complete sheet and write its report. Raises Incomplete naming the first missing questions."""
    target = Path(arguments.output)
    if target.suffix.lower() not in FORMATS:
        raise Unusable(
            "report.format",
            zh=f"报告写不成 {target.name}：文件名请以 .pdf、.docx 或 .html 结尾。",
            en=f"A report cannot be written as {target.name}: end the file name in .pdf, .docx or .html.",
            at=str(target),
        )
    language: Language = arguments.lang
    model = model_by_name(arguments.model)
    card = score(model, sheet_from(model, Path(arguments.file)))
    at = datetime.now().astimezone().replace(microsecond=0)
    content = report_of(card, language, at=at)
    write_whole(target, _written(content, target.suffix.lower(), at))
    if not arguments.quiet:
        sys.stderr.write(f"报告已写到 {target}\n" if language == "zh" else f"The report is in {target}\n")
    return 0


def _written(content: ReportContent, suffix: str, at: datetime) -> bytes:
    if suffix == ".docx":
        from guanbiao.assessment.reports.word import word_of

        return word_of(content, at=at)
    if suffix == ".html":
        from guanbiao.assessment.reports.page import page_of

        return page_of(content)
    from guanbiao.assessment.reports.pdf import pdf_of

    return pdf_of(content, at=at)
