"""The cast: a small questionnaire with one question of each kind, its sheet, and a folder of sources to compose."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.json_form import json_ready
from guanbiao.indicators.rules.model import Model, model_of


def text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def options(*points: int) -> list[dict[str, Any]]:
    return [{"code": "ABCDEFGH"[at], "title": text(f"第{at}级", f"Step {at}"), "points": worth} for at, worth in enumerate(points)]


def small_model() -> dict[str, Any]:
    """A whole model: two aspects, every question type, a condition, two stages, a check."""
    return deepcopy(_SMALL)


def made(raw: dict[str, Any]) -> Model:
    """A model out of its JSON form, with the digest that is really its own: compiled plans are kept by digest."""
    ready = json_ready(raw)
    return model_of(ready, digest_of(ready))


def _asked(code: str, kind: str, **rest: Any) -> dict[str, Any]:
    return {"code": code, "section": "BC", "part": "BC.1", "type": kind, "title": text(f"题{code}", f"Question {code}"), **rest}


def _leaf(code: str, weight: int, measure: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "weight": weight, "title": text(f"指标{code}", f"Node {code}"), "measure": measure}


_PROFILE = [
    {"code": code, "section": "QY", "part": "QY.1", "type": "text", "title": text(zh, en)}
    for code, zh, en in (("QY01", "名称", "Name"), ("QY02", "代码", "Code"), ("QY03", "期间", "Period"))
]

_SMALL: dict[str, Any] = {
    "format": "guanbiao.indicator-model/1",
    "code": "small",
    "edition": "2026.1",
    "title": text("小问卷", "Small questionnaire"),
    "sections": [
        {"code": "QY", "title": text("概况", "Profile"), "parts": [{"code": "QY.1", "title": text("基本", "Basics")}]},
        {"code": "BC", "title": text("基础", "Foundations"), "parts": [{"code": "BC.1", "title": text("设备", "Machines")}]},
    ],
    "cards": [{"code": "K1", "part": "BC.1", "title": text("设备", "Machines"), "fields": ["MACHINES", "NETWORKED"]}],
    "questions": [
        *_PROFILE,
        _asked("SHOP", "single", options=options(0, 40, 100)),
        _asked("MACHINES", "count", min=1, max=100000, unit="台", when={"question": "SHOP", "in": ["B", "C"]}),
        _asked("NETWORKED", "count", max=100000, unit="台", when={"question": "SHOP", "in": ["B", "C"]}),
        _asked("SHARE", "percent"),
        _asked("SPENT", "amount", unit="万元", max=1000000),
        _asked("GROWTH", "number", min=-100, max=1000, decimals=4),
        _asked("TOOLS", "multi", exclusive="H", options=[*options(30, 30, 40), {"code": "H", "title": text("以上都没有", "None"), "points": 0}]),
    ],
    "tree": {
        "code": "TOTAL",
        "title": text("总分", "Total"),
        "children": [
            {
                "code": "BC",
                "title": text("基础建设", "Foundations"),
                "weight": 60,
                "children": [
                    _leaf("BC.1", 20, {"option": "SHOP"}),
                    _leaf("BC.2", 30, {"piecewise": {"ratio": ["NETWORKED", "MACHINES"], "scale": 100}, "points": [[0, 0], [50, 70], [100, 100]]}),
                    _leaf("BC.3", 50, {"options_sum": "TOOLS"}),
                ],
            },
            {
                "code": "DX",
                "title": text("单项应用", "Single applications"),
                "weight": 40,
                "children": [
                    _leaf("DX.1", 1, {"piecewise": {"question": "SHARE"}, "points": [[0, 0], [80, 100]]}),
                    _leaf("DX.2", 2, {"piecewise": {"question": "SPENT"}, "points": [[0, 0], ["0.5", 50], [100, 100]]}),
                    _leaf("DX.3", 3, {"piecewise": {"question": "GROWTH"}, "points": [[-50, 100], [50, 0]]}),
                ],
            },
        ],
    },
    "stages": [
        {"code": "S1", "title": text("起步", "Start"), "requires": []},
        {"code": "S2", "title": text("提升", "Better"), "requires": [{"node": "BC", "at_least": 60}, {"node": "DX", "at_least": 40}]},
    ],
    "checks": [
        {
            "code": "K01",
            "when": {"more": ["NETWORKED", "MACHINES"]},
            "says": text(
                "第 {no:NETWORKED} 题联网 {a:NETWORKED}，多于全部 {a:MACHINES}。", "Card {no:NETWORKED}: {a:NETWORKED} networked of {a:MACHINES}."
            ),
        }
    ],
}

SMALL_SHEET: dict[str, Any] = {
    "QY01": "𠮷祥𬭎机械厂",
    "QY02": "91310000MA1FL0000X",
    "QY03": "2025年度",
    "SHOP": "B",
    "MACHINES": 8,
    "NETWORKED": 3,
    "SHARE": "41.5",
    "SPENT": "0.25",
    "GROWTH": "-12.3456",
    "TOOLS": ["C", "A"],
}


def written(folder: Path, value: Any, name: str = "model.json") -> str:
    """A value as a JSON file; its path as text."""
    path = folder / name
    path.write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
    return str(path)


FRAME = """
format: guanbiao.indicator-frame/1
full: 100
profile: {code: QY, title: {zh: 企业概况, en: Profile}}
tree:
  code: TOTAL
  title: {zh: 总分, en: Total}
  children:
    - {code: BC, title: {zh: 基础建设, en: Foundations}, weight: 60}
    - {code: DX, title: {zh: 单项应用, en: Single applications}, weight: 40}
stages:
  - {code: S1, title: {zh: 起步, en: Start}, requires: []}
  - {code: S2, title: {zh: 提升, en: Better}, requires: [{node: BC, at_least: 40}]}
parameters: {}
"""

PROFILE = """
format: guanbiao.indicator-parts/1
parts:
  - code: QY.1
    title: {zh: 基本, en: Basics}
    questions:
      - {code: QY01, type: text, title: {zh: 名称, en: Name}, examples: [甲, 乙, 丙]}
      - {code: QY02, type: text, title: {zh: 代码, en: Code}, examples: [null, null, null]}
      - {code: QY03, type: text, title: {zh: 期间, en: Period}, examples: ["2025", "2025", "2025"]}
      - {code: QY10, type: single, title: {zh: 谁来生产？, en: Who makes it?}, examples: [A, A, A],
         options: [{code: A, title: {zh: 自己, en: We do}}, {code: B, title: {zh: 外协, en: Others}}]}
"""

PARTS = """
format: guanbiao.indicator-parts/1
parts:
  - code: BC.1
    title: {zh: 资金, en: Funding}
    questions:
      - {code: BC101, type: single, title: {zh: 有预算吗？, en: Is there a budget?}, examples: [A, B, B],
         options: [{code: A, title: {zh: 没有, en: None}, points: 0}, {code: B, title: {zh: 有, en: Yes}, points: 100}]}
      - {code: BC102, type: percent, title: {zh: 花了几成？, en: Share spent?}, when: {question: BC101, in: [B]}, examples: [null, "40", "90"]}
    indicators:
      - {code: BC.1.1, weight: 60, title: {zh: 预算, en: Budget}, measure: {option: BC101}}
      - {code: BC.1.2, weight: 40, title: {zh: 执行, en: Spending}, measure: {piecewise: {question: BC102}, points: [[0, 0], ["99.5", 100]]}}
  - code: DX.1
    title: {zh: 设备, en: Machines}
    when: {question: QY10, in: [A]}
    questions:
      - {code: DX101A, type: count, title: {zh: 设备总数, en: Machines}, min: 1, max: 9000, unit: 台, examples: ["10", "50", "90"]}
      - {code: DX101B, type: count, title: {zh: 联网台数, en: Networked}, max: 9000, unit: 台, examples: ["1", "30", "80"]}
      - {code: DX102, type: percent, title: {zh: 点检率, en: Checked}, when: {question: DX101B, at_least: 1}, examples: ["5", "50", "90"]}
    cards:
      - {code: KDX101, title: {zh: 联网, en: Networked machines}, fields: [DX101A, DX101B]}
    indicators:
      - code: DX.1.1
        weight: 50
        title: {zh: 联网率, en: Networked}
        measure: {piecewise: {ratio: [DX101B, DX101A], scale: 100}, points: [[0, 0], [100, 100]]}
      - {code: DX.1.2, weight: 50, title: {zh: 点检, en: Checked}, measure: {piecewise: {question: DX102}, points: [[0, 0], [100, 100]]}}
checks:
  - {code: K1, when: {more: [DX101B, DX101A]}, says: {zh: 联网多于总数。, en: More networked than there are.}}
  - {code: K2, when: {ratio: [DX101B, DX101A], scale: 100, above: 99}, says: {zh: 几乎都联网。, en: Nearly all.}}
  - {code: K3, when: {question: BC102, at_least: 99}, says: {zh: 花完了。, en: All spent.}}
"""

BASE = """
format: guanbiao.indicator-composition/1
code: base
edition: "2026.1"
title: {zh: 基础问卷, en: Base}
profile: [QY.1]
aspects:
  BC: {weight: 30, parts: {BC.1: 10}}
  DX: {weight: 70, parts: {DX.1: 10}}
examples: {start: {expect: S1}, middle: {expect: S2}, top: {expect: S2}}
"""


def library(folder: Path, **files: str) -> Path:
    """A folder of sources: the frame, two parts files, a base model, and what is given (`models__x="…"` is models/x.yaml)."""
    for name in ("parts", "models"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    everything = {"frame": FRAME, "parts__profile": PROFILE, "parts__all": PARTS, "models__base": BASE} | files
    for name, body in everything.items():
        (folder / f"{name.replace('__', '/')}.yaml").write_text(body, encoding="utf-8")
    return folder
