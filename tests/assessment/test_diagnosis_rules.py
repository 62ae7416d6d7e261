"""Loading the diagnosis rules: every defect with its file and line; built once, read without YAML."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from guanbiao.assessment.diagnosis import LIBRARY, build_diagnosis, library_rules, read_rules
from guanbiao.indicators.library import BUILT, shipped, shipped_model
from guanbiao.indicators.sources import Defective

CORE = ("bc", "common", "making", "discrete", "process", "effects")

GOOD = """
format: guanbiao.diagnosis/1
rules:
  - code: D-T-01
    node: BC.5
    topic: t
    weight: 5
    when: {all: [{question: BC504, in: [A, B]}, {question: QY04, at_least: 20}]}
    says:
      zh: "{a:QY04}的企业，取数靠“{a:BC504}”（第 {no:BC504} 题），下一步“{next:BC504}”，数据资源得{s:BC.5}分。"
      en: "With {n:QY04} people data go by “{a:BC504}” (question {no:BC504}); next “{next:BC504}”; data score {s:BC.5}."
    source: {zh: 平台经验, en: Platform experience}
"""

BAD = [
    ("an unknown question", [("BC504", "BC999")], "没有题目或指标 BC999"),
    ("an unknown node", [("node: BC.5", "node: BC.99")], "没有题目或指标 BC.99"),
    ("a node above all aspects", [("node: BC.5", "node: CAP")], "CAP 不在任何一个方面之下"),
    ("an unknown option", [("in: [A, B]", "in: [A, X]")], "BC504 没有选项 X"),
    ("an options question compared as a number", [("{question: QY04, at_least: 20}", "{more: [BC504, QY04]}")], "BC504 不是数字题"),
    ("a condition that can never hold", [("in: [A, B]}", "in: [A]}, {question: BC504, in: [B]}")], "条件永远不成立"),
    ("an answer that may be missing", [("{s:BC.5}", "{a:QY12}")], "{a:QY12} 可能是空的"),
    (
        "an answer under not",
        [("{question: BC504, in: [A, B]}", "{not: {question: DX202A, at_least: 1}}"), ("BC504", "DX202A")],
        "{a:DX202A} 可能是空的",
    ),
    ("a next step above the top", [("in: [A, B]", "in: [C, D]")], "{next:BC504}：when 允许最高一档"),
    ("a next step of a number", [("{next:BC504}", "{next:QY04}")], "{next:QY04}：when 允许最高一档"),
    ("a measured value that may be missing", [("{s:BC.5}", "{v:BC.7.2}")], "{v:BC.7.2} 可能是空的"),
    ("a measured value of a ladder", [("{s:BC.5}", "{v:BC.5.4}")], "{v:BC.5.4} 没有测量值"),
    ("a score that may not apply", [("{s:BC.5}", "{s:BC.7}")], "{s:BC.7} 可能是空的"),
    ("the letter of a number", [("{next:BC504}", "{letter:QY04}")], "{letter:QY04}：数字题没有选项代码"),
    ("the bare number of a choice", [("{n:QY04}", "{n:BC504}"), ("{a:QY04}", "{n:BC504}")], "{n:BC504}：不是数字题"),
    ("a field in Chinese only", [("next “{next:BC504}”; ", "")], "中英文引用的字段不同：{next:BC504}"),
    ("an unknown kind of field", [("{s:BC.5}", "{x:BC.5}")], "多余的花括号"),
    ("no model that holds it all", [("BC504", "DXRT02"), ("node: BC.5", "node: BC.7")], "没有一份问卷同时有它提到的题目和指标"),
]


def defects_in(folder: Path, *texts: str) -> list[str]:
    for at, text in enumerate(texts):
        (folder / f"rules{at}.yaml").write_text(text, encoding="utf-8")
    models = [shipped_model(code) for code in ("iii-discrete-mass", "iii-general", "iii-retail")]
    return [defect.sentence("zh") for defect in read_rules(folder, models)[1]]


def test_a_sound_rule_has_no_defect(tmp_path: Path) -> None:
    assert defects_in(tmp_path, GOOD) == []


@pytest.mark.parametrize(("changes", "expected"), [bad[1:] for bad in BAD], ids=[bad[0] for bad in BAD])
def test_a_defect_is_named_with_file_and_line(tmp_path: Path, changes: list[tuple[str, str]], expected: str) -> None:
    text = GOOD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    found = defects_in(tmp_path, text)
    assert any(expected in defect and defect.startswith("rules0.yaml:4 ") for defect in found), found


def test_a_code_used_twice_is_named_with_both_places(tmp_path: Path) -> None:
    found = defects_in(tmp_path, GOOD, GOOD)
    assert [defect for defect in found if defect.startswith("rules1.yaml:4 ") and "rules0.yaml:4" in defect], found


def test_broken_yaml_and_a_missing_key_are_defects_too(tmp_path: Path) -> None:
    found = defects_in(tmp_path, "format: [", GOOD.replace("    topic: t\n", ""))
    assert any(defect.startswith("rules0.yaml") for defect in found)
    assert any("rules1.yaml:4" in defect and "topic" in defect for defect in found)


def test_building_refuses_rules_with_defects_and_keeps_what_was_built(tmp_path: Path) -> None:
    (tmp_path / "sources").mkdir()
    (tmp_path / "diagnosis.json").write_text("kept", encoding="utf-8")
    (tmp_path / "sources" / "bad.yaml").write_text(GOOD.replace("BC504", "BC999"), encoding="utf-8")
    with pytest.raises(Defective, match="BC999"):
        build_diagnosis(tmp_path, library=tmp_path / "sources")
    assert (tmp_path / "diagnosis.json").read_text(encoding="utf-8") == "kept"


def test_the_library_has_no_defect_and_its_floor_of_rules() -> None:
    raw, defects = read_rules(LIBRARY, [shipped_model(entry.code) for entry in shipped()])
    assert [defect.sentence("zh") for defect in defects] == []
    per_file: Counter[str] = Counter()
    for path in LIBRARY.glob("*.yaml"):
        per_file[path.stem] = path.read_text(encoding="utf-8").count("\n  - code: ")
    assert sum(per_file.values()) == len(raw) == len(library_rules())
    assert sum(per_file[name] for name in CORE) >= 60
    assert {name: n for name, n in per_file.items() if name not in CORE and n < 8} == {}


def test_built_rules_are_read_without_yaml_and_built_again_when_stale(tmp_path: Path) -> None:
    library_rules()
    for path in BUILT.glob("*.json"):
        shutil.copy(path, tmp_path)
    program = "import sys; from guanbiao.assessment.diagnosis import library_rules; print(len(library_rules()), 'yaml' in sys.modules)"

    def read() -> list[str]:
        told = os.environ | {"GUANBIAO_BUILT_DIR": str(tmp_path)}
        ran = subprocess.run([sys.executable, "-c", program], env=told, capture_output=True, text=True, check=False, timeout=60)
        assert ran.returncode == 0, ran.stderr[-2_000:]
        return ran.stdout.split()

    count = str(len(library_rules()))
    assert read() == [count, "False"]
    stale = json.loads((tmp_path / "diagnosis.json").read_bytes()) | {"sources": "older", "rules": []}
    (tmp_path / "diagnosis.json").write_text(json.dumps(stale), encoding="utf-8")
    assert read() == [count, "True"]
    assert read() == [count, "False"]
