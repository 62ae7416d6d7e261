"""A small questionnaire with every kind of question, and workbooks edited the way Excel, or somebody hostile, would leave them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.indicators.workbooks.layout import CODE_MARK, Column, cell_name
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.indicators.workbooks.template import write_template
from guanbiao.kernel.errors import Language, Refusal


def _t(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def _options(*codes: str) -> list[dict[str, Any]]:
    return [
        {"code": code, "title": _t(f"第{code}档", f"Step {code}"), "text": _t(f"看得见的{code}", f"visible {code}"), "points": 10} for code in codes
    ]


def small_raw() -> dict[str, Any]:
    """QY: name, credit code, period, kind, steps (multi), staff. BC: share (percent), spend (two amounts), systems, orders; a chain of conditions."""
    questions: list[dict[str, Any]] = [
        {"code": "QY01", "section": "QY", "part": "QY.1", "type": "text", "title": _t("企业叫什么？", "Name?"), "required": True},
        {"code": "QY02", "section": "QY", "part": "QY.1", "type": "text", "title": _t("信用代码？", "Credit code?"), "required": True},
        {"code": "QY03", "section": "QY", "part": "QY.1", "type": "text", "title": _t("评哪一年？", "Which year?"), "required": True},
        {
            "code": "QY10",
            "section": "QY",
            "part": "QY.1",
            "type": "single",
            "title": _t("谁来生产？", "Who makes it?"),
            "options": _options("A", "B", "C"),
        },
        {
            "code": "QY11",
            "section": "QY",
            "part": "QY.1",
            "type": "multi",
            "exclusive": "Z",
            "title": _t("有哪些工序？", "Which steps?"),
            "options": _options("A", "B", "Z"),
        },
        {"code": "QY12", "section": "QY", "part": "QY.1", "type": "count", "unit": "人", "max": 1000000, "title": _t("有几人？", "How many people?")},
        {
            "code": "BC01",
            "section": "BC",
            "part": "BC.1",
            "type": "percent",
            "title": _t("覆盖多少？", "What share?"),
            "when": {"question": "QY10", "in": ["A", "B"]},
        },
        {"code": "BC02A", "section": "BC", "part": "BC.1", "type": "amount", "unit": "万元", "max": 100000000, "title": _t("建设投入", "Building")},
        {
            "code": "BC02B",
            "section": "BC",
            "part": "BC.1",
            "type": "amount",
            "unit": "万元",
            "min": -500,
            "max": 100000000,
            "title": _t("净收益", "Net gain"),
        },
        {
            "code": "BC03",
            "section": "BC",
            "part": "BC.1",
            "type": "single",
            "title": _t("系统怎么用？", "How is it used?"),
            "options": _options("A", "B"),
            "when": {"all": [{"question": "QY11", "in": ["A", "B"]}, {"question": "QY12", "at_least": 20}]},
        },
        {
            "code": "BC04",
            "section": "BC",
            "part": "BC.1",
            "type": "number",
            "max": 100,
            "title": _t("几天？", "How many days?"),
            "when": {"any": [{"question": "BC03", "in": ["B"]}, {"not": {"question": "QY10", "in": ["A"]}}]},
        },
        {"code": "BC05", "section": "BC", "part": "BC.1", "type": "text", "title": _t("还有什么要说？", "Anything else?")},
    ]
    leaves = [
        {"code": "BC.1.1", "weight": 1, "title": _t("覆盖", "Share"), "measure": {"piecewise": {"question": "BC01"}, "points": [[0, 0], [80, 100]]}},
        {"code": "BC.1.2", "weight": 1, "title": _t("用法", "Use"), "measure": {"option": "BC03"}},
        {"code": "BC.1.3", "weight": 1, "title": _t("天数", "Days"), "measure": {"piecewise": {"question": "BC04"}, "points": [[0, 0], [80, 100]]}},
        {
            "code": "BC.1.4",
            "weight": 1,
            "title": _t("收益", "Gain"),
            "measure": {"piecewise": {"ratio": [["BC02A", "BC02B"], "QY12"]}, "points": [[0, 0], [9, 100]]},
        },
    ]
    return {
        "format": "guanbiao.indicator-model/1",
        "code": "iii-small",
        "edition": "2026.1",
        "title": _t("小问卷", "Small questionnaire"),
        "sections": [
            {"code": "QY", "title": _t("企业概况", "About you"), "parts": [{"code": "QY.1", "title": _t("基本情况", "Basics")}]},
            {"code": "BC", "title": _t("基础建设", "Foundations"), "parts": [{"code": "BC.1", "title": _t("资金投入", "Funding")}]},
        ],
        "cards": [
            {"code": "KBC02", "part": "BC.1", "title": _t("花了多少？", "How much?"), "help": _t("按年算", "By year"), "fields": ["BC02A", "BC02B"]}
        ],
        "questions": questions,
        "tree": {
            "code": "TOTAL",
            "title": _t("总", "Total"),
            "children": [{"code": "BC", "title": _t("基础", "Base"), "weight": 1, "children": leaves}],
        },
        "stages": [{"code": "S1", "title": _t("起步", "Start"), "requires": []}],
    }


FILLED: dict[str, Any] = {
    "QY01": "𠮷林𬭎业（集团）公司",
    "QY02": "91000000MA0000001R",
    "QY03": "2025年度",
    "QY10": ("A",),
    "QY11": ("A", "B"),
    "QY12": 250000,
    "BC01": 412500,
    "BC02A": 12345678912,
    "BC02B": -1200500,
    "BC03": ("B",),
    "BC04": 30000,
    "BC05": "=1+1",
}
"""An answer to every question, in the internal form."""

DIGEST = "sha256:" + "ab" * 32


def small_model(change: Callable[[dict[str, Any]], None] = lambda raw: None, *, digest: str = DIGEST) -> Model:
    raw = small_raw()
    change(raw)
    return model_of(raw, digest)


class Workbook:
    """The parts of a workbook, to be edited as text and packed again."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as archive:
            self.parts = {name: archive.read(name) for name in archive.namelist()}
        self.places: dict[str, tuple[str, int]] = {}
        book = python_calamine.CalamineWorkbook.from_path(str(path))
        for at, name in enumerate(book.sheet_names, start=1):
            rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
            if rows and rows[0] and rows[0][0] == CODE_MARK:
                self.places.update({str(cells[0]): (f"xl/worksheets/sheet{at}.xml", row) for row, cells in enumerate(rows) if cells[0]})

    @classmethod
    def fresh(cls, model: Model, folder: Path, language: Language = "zh", **answers: Any) -> Workbook:
        path = folder / "fresh.xlsx"
        write_template(model, path, language, answers=answers)
        return cls(path)

    def cell(self, code: str) -> str:
        """The name of a code's answer cell, such as D5."""
        return cell_name(self.places[code][1], Column.ANSWER)

    def sub(self, part: str, pattern: str, replacement: str, *, count: int = 1) -> Workbook:
        text, times = re.subn(pattern, lambda _: replacement, self.parts[part].decode(), count=count)
        assert times, f"{pattern} is not in {part}"
        self.parts[part] = text.encode()
        return self

    def put(self, code: str, inside: str, *, kind: str = "", style: int | None = None) -> Workbook:
        """Replace what an answer cell holds: `inside` is the XML between <c …> and </c>, `kind` its t, `style` its s."""
        return self.put_cell(self.places[code][0], self.cell(code), inside, kind=kind, style=style)

    def put_cell(self, part: str, cell: str, inside: str, *, kind: str = "", style: int | None = None) -> Workbook:
        found = re.search(rf'<c r="{cell}"([^>]*?)(/>|>.*?</c>)', self.parts[part].decode())
        assert found, f"{cell} is not in {part}"
        old = re.search(r's="([0-9]+)"', found[1])
        number = style if style is not None else int(old[1]) if old else 0
        return self.sub(part, re.escape(found[0]), f'<c r="{cell}" s="{number}"' + (f' t="{kind}"' if kind else "") + f">{inside}</c>")

    def number(self, code: str, text: str, **more: Any) -> Workbook:
        return self.put(code, f"<v>{text}</v>", **more)

    def text(self, code: str, text: str) -> Workbook:
        return self.put(code, f'<is><t xml:space="preserve">{text}</t></is>', kind="inlineStr")

    def style_with(self, number_format: str) -> int:
        """Add a cell style with a number format and give its index."""
        styles = self.parts["xl/styles.xml"].decode()
        formats = re.search(r'<numFmts count="[0-9]+">', styles)
        new = f'<numFmt numFmtId="190" formatCode="{number_format}"/>'
        styles = styles.replace(formats[0], formats[0] + new) if formats else styles.replace("<fonts", f'<numFmts count="1">{new}</numFmts><fonts', 1)
        count = re.search(r'<cellXfs count="([0-9]+)">', styles)
        assert count
        styles = styles.replace("</cellXfs>", '<xf numFmtId="190" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/></cellXfs>')
        self.parts["xl/styles.xml"] = styles.encode()
        return int(count[1])

    def save(self, path: Path) -> Path:
        path.write_bytes(self.packed())
        return path

    def packed(self) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, part in self.parts.items():
                archive.writestr(name, part)
        return out.getvalue()


def refused(model: Model, path: Path) -> Refusal:
    """The refusal of a file; it names the file, has both languages and ends as a sentence."""
    with pytest.raises(Refusal) as caught:
        read_workbook(model, path)
    said = caught.value
    assert path.name in said.zh and path.name in said.en
    assert said.zh.endswith("。") and said.en.endswith(".")
    assert re.search("[一-鿿]", said.zh) and "{" not in said.zh + said.en
    return said


def written(tmp_path: Path, body: bytes, name: str = "填报.xlsx") -> Path:
    path = tmp_path / name
    path.write_bytes(body)
    return path


def saved(book: Workbook, tmp_path: Path) -> Path:
    return book.save(tmp_path / "填报.xlsx")


def refusal_of(model: Model, book: Workbook, tmp_path: Path) -> Refusal:
    with pytest.raises(Refusal) as caught:
        read_workbook(model, saved(book, tmp_path))
    assert caught.value.zh.startswith("填报.xlsx：") and caught.value.en.startswith("填报.xlsx: ")
    return caught.value


def answers_of(model: Model, book: Workbook, tmp_path: Path) -> dict[str, Any]:
    return dict(read_sheet(model, read_workbook(model, saved(book, tmp_path))).answers)
