"""The diagnosis over sheets that firms could have filled (maturity.py): specific, true, complete; and its controls."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from guanbiao.assessment.diagnosis import LIBRARY, build_diagnosis, diagnosis_of, library_rules, read_rules, rules_for
from guanbiao.assessment.rules.card import CardFacts, ScoreCard, score
from guanbiao.assessment.rules.diagnosis import MOST, MOST_PER_ASPECT, Finding, Rule, diagnose, repeats, rule_of, rules_of
from guanbiao.assessment.rules.wording import quantity_text, singular, value_unit
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.conditions import holds
from guanbiao.indicators.rules.model import Model, Text
from guanbiao.indicators.sources import Defective
from tests.assessment.claims import Claims, squeezed
from tests.assessment.maturity import Maturity

MODELS = [entry.code for entry in shipped() if entry.code.startswith("iii-")]
WHOLE = {"iii-discrete-mass", "iii-retail"}
FULL = bool(os.environ.get("FULL"))
CORE = ("bc", "common", "making", "discrete", "process", "effects")
Speak = Callable[[ScoreCard, Sequence[Rule]], tuple[Finding, ...]]


def sheets_for(code: str) -> int:
    return 1000 if FULL or code in WHOLE else 200


def room(limit: float, count: int) -> float:
    """A limit for 1,000 sheets; fewer of them scatter more, so they get three standard errors."""
    return limit if count >= 1000 else limit + 3 * (limit * (1 - limit) / count) ** 0.5


@dataclass
class Survey:
    """What many reports of one model said."""

    count: int = 0
    fired: Counter[str] = field(default_factory=Counter)
    sentences: dict[str, Counter[str]] = field(default_factory=lambda: {"zh": Counter(), "en": Counter()})
    reports: Counter[tuple[str, ...]] = field(default_factory=Counter)
    few: int = 0
    empty: int = 0
    wrong: list[str] = field(default_factory=list)

    def complaints(self) -> list[str]:
        """Every promise that was not kept."""
        found = list(self.wrong[:5])
        found += [f"{code} fires in {n} of {self.count}" for code, n in self.fired.items() if n > room(0.40, self.count) * self.count]
        for language in ("zh", "en"):
            found += [f"{n} of {self.count} read: {says}" for says, n in self.sentences[language].items() if n > room(0.15, self.count) * self.count]
        found += [f"{n} profiles share one diagnosis: {report}" for report, n in self.reports.items() if n > 1]
        if self.few > 0.05 * self.count:
            found.append(f"{self.few} of {self.count} have fewer than 3 findings")
        if self.empty:
            found.append(f"{self.empty} of {self.count} have no finding at all")
        return found


def survey(model: Model, rules: Sequence[Rule], raw: Iterable[dict[str, Any]], count: int, speak: Speak = diagnose) -> Survey:
    """Draw sheets, diagnose them and note every claim the sheet does not bear out."""
    said = {item["code"]: item for item in raw}
    result = Survey()
    for sheet in Maturity(model, 20260).sheets(count):
        card = score(model, sheet)
        assert card.complete, card.missing
        facts, claims = CardFacts(card), Claims(card)
        result.count += 1
        result.fired.update(rule.code for rule in rules if holds(rule.when, facts))
        findings = speak(card, rules)
        for finding in findings:
            result.wrong += untrue(claims, said[finding.code], finding)
            for language, says in (("zh", finding.says.zh), ("en", finding.says.en)):
                result.sentences[language][says] += 1
        result.reports[tuple(finding.says.zh for finding in findings)] += 1
        result.few += len(findings) < 3
        result.empty += not findings
    return result


def untrue(claims: Claims, raw: dict[str, Any], finding: Finding) -> list[str]:
    """Where the rule should not have spoken, or says something the sheet does not."""
    wrong = [] if claims.holds(raw["when"]) else [f"{finding.code}: its condition does not hold"]
    for language, says in (("zh", finding.says.zh), ("en", finding.says.en)):
        expected = claims.sentence(raw["says"], language)
        if squeezed(says) != expected or not says.strip() or set("{}∅") & set(says):
            wrong.append(f"{finding.code} {language}: “{says}” should be “{expected}”")
    return wrong


@cache
def drawn(code: str, count: int) -> tuple[ScoreCard, ...]:
    model = shipped_model(code)
    return tuple(score(model, sheet) for sheet in Maturity(model, 7).sheets(count))


# ── Rules that must not load ─────────────────────────────────────────────────────────────────


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


# ── A stranger's model, an unfinished sheet ──────────────────────────────────────────────────


def test_a_rule_stays_silent_about_a_model_where_its_field_could_be_empty() -> None:
    model = shipped_model("iii-discrete-mass")
    rule = next(rule for rule in rules_for(model) if any(kind == "next" for kind, _ in rule.fields))
    code = next(code for kind, code in rule.fields if kind == "next")
    shortened = replace(model.question[code], options=model.question[code].options[:2])
    stranger = replace(model, questions=tuple(shortened if q.code == code else q for q in model.questions), digest="stranger")
    raw = [item for item in library_rules() if item["code"] == rule.code]
    assert rules_of(raw, model)
    assert not rules_of(raw, stranger)


def test_an_unfinished_sheet_has_no_diagnosis() -> None:
    card = drawn("iii-retail", 1)[0]
    sheet = replace(card.sheet, answers={code: answer for code, answer in card.sheet.answers.items() if code != "BC504"})
    assert diagnosis_of(card)
    assert diagnosis_of(score(card.model, sheet)) == ()


# ── What is chosen ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", ["iii-discrete-mass", "iii-general"])
def test_findings_do_not_repeat_each_other_and_spread_over_the_aspects(code: str) -> None:
    rules = {rule.code: rule for rule in rules_for(shipped_model(code))}
    for card in drawn(code, 60):
        findings = diagnosis_of(card)
        chosen = [rules[finding.code] for finding in findings]
        assert not [(a.code, b.code) for at, a in enumerate(chosen) for b in chosen[:at] if repeats(a, b, card.model)]
        assert len({rule.topic for rule in chosen}) == len(chosen) <= MOST
        per_aspect = Counter(finding.aspect for finding in findings)
        assert max(per_aspect.values()) <= MOST_PER_ASPECT
        speaking = {rule.code for rule in rules.values() if holds(rule.when, CardFacts(card))}
        assert {rule.code for rule in chosen} <= speaking


def test_findings_stand_by_aspect_and_weight_and_a_tighter_limit_keeps_the_strongest() -> None:
    order = ["BC", "DX", "ZC", "XT", "JZ", "XY"]
    rules = rules_for(shipped_model("iii-steel"))
    for card in drawn("iii-steel", 40):
        findings = diagnose(card, rules)
        keys = [(order.index(finding.aspect), -finding.weight) for finding in findings]
        assert keys == sorted(keys)
        one_each = diagnose(card, rules, most_per_aspect=1)
        for aspect in order:
            weights = [finding.weight for finding in findings if finding.aspect == aspect]
            assert [finding.weight for finding in one_each if finding.aspect == aspect] == weights[:1]
        assert len(diagnose(card, rules, most=4)) <= 4


def test_the_order_of_the_rules_changes_nothing() -> None:
    rules = rules_for(shipped_model("iii-retail"))
    for card in drawn("iii-retail", 20):
        assert diagnose(card, rules) == diagnose(card, tuple(reversed(rules)))


# ── What is said, over many sheets ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("code", MODELS)
def test_diagnoses_are_true_complete_and_specific(code: str) -> None:
    model = shipped_model(code)
    result = survey(model, rules_for(model), library_rules(), sheets_for(code))
    assert result.complaints() == []


def planted(when: dict[str, Any], zh: str, en: str) -> dict[str, Any]:
    text = {"zh": zh, "en": en}
    return {"code": "D-PLANTED", "node": "BC.5", "topic": "planted", "weight": 10, "when": when, "says": text, "source": text}


def test_control_a_rule_that_always_fires_is_noticed() -> None:
    model = shipped_model("iii-general")
    raw = [*library_rules(), planted({"question": "QY04", "at_least": 1}, "共{a:QY04}，宜加强集成。", "With {a:QY04} integrate more.")]
    found = survey(model, rules_of(raw, model), raw, 60).complaints()
    assert any(complaint.startswith("D-PLANTED fires in 60 of 60") for complaint in found)


def test_control_a_sentence_without_figures_is_noticed_in_both_languages() -> None:
    model = shipped_model("iii-general")
    raw = [planted({"question": "BC504", "in": ["A", "B", "C"]}, "取数靠“{a:BC504}”。", "Data go by “{a:BC504}”.")]
    found = survey(model, rules_of(raw, model), raw, 200).complaints()
    assert any("取数靠" in complaint for complaint in found) and any("Data go by" in complaint for complaint in found)
    assert any("share one diagnosis" in complaint for complaint in found) and any("fewer than 3" in complaint for complaint in found)


def test_control_a_wrong_claim_is_noticed() -> None:
    model = shipped_model("iii-general")
    rules = rules_for(model)

    def lying(card: ScoreCard, rules: Sequence[Rule]) -> tuple[Finding, ...]:
        first, *rest = diagnose(card, rules)
        says = first.says.zh.translate(str.maketrans("1234567890", "2345678901"))
        return (replace(first, says=Text(says, first.says.en)), *rest)

    found = survey(model, rules, library_rules(), 30, lying).complaints()
    assert any("should be" in complaint for complaint in found)


def test_control_a_rule_that_speaks_though_its_condition_does_not_hold_is_noticed() -> None:
    model = shipped_model("iii-general")
    says = ("{a:QY04}。", "{a:QY04}.")
    spoken = planted({"question": "QY04", "at_least": 1}, *says)
    meant = planted({"question": "QY04", "at_least": 100_000}, *says)
    found = survey(model, [rule_of(spoken)], [meant], 20).complaints()
    assert any("its condition does not hold" in complaint for complaint in found)


def test_no_sentence_says_a_unit_twice() -> None:
    units = {q.code: q.unit for entry in shipped() for q in shipped_model(entry.code).questions if q.is_numeric}
    for raw in library_rules():
        for language in ("zh", "en"):
            for code, unit in units.items():
                name = unit.in_(language)
                before, found, after = raw["says"][language].partition(f"{{a:{code}}}")
                if found and name:
                    assert not after.lstrip().startswith(name), (raw["code"], language, before[-10:], after[:20])
                    assert not before.rstrip().endswith("CNY"), raw["code"]


# ── Numbers in words ─────────────────────────────────────────────────────────────────────────

MONEY, MACHINES, PIECES = Text("万元", "CNY 10,000"), Text("台", "machines"), Text("万件", "× 10,000 pieces")


@pytest.mark.parametrize(
    ("scaled", "unit", "zh", "en"),
    [
        (99_700, MONEY, "9.97\u2009万元", "CNY 99,700"),
        (8_000_000, MONEY, "800\u2009万元", "CNY 8.0 million"),
        (8_045_000, MONEY, "804.5\u2009万元", "CNY 8.0 million"),
        (-1_250_000, MONEY, "−125\u2009万元", "CNY −1.3 million"),
        (0, MONEY, "0\u2009万元", "CNY 0"),
        (15_000_000_000, MONEY, "1,500,000\u2009万元", "CNY 15.0 billion"),
        (1_234_560_000, MONEY, "123,456\u2009万元", "CNY 1.23 billion"),
        (1_120, Text("", ""), "0.112", "0.112"),
        (10_000, MACHINES, "1\u2009台", "1 machine"),
        (30_000, MACHINES, "3\u2009台", "3 machines"),
        (35_000, PIECES, "3.5\u2009万件", "35,000 pieces"),
        (415_000, Text("%", "%"), "41.5%", "41.5%"),
    ],
)
def test_a_number_is_said_with_its_unit(scaled: int, unit: Text, zh: str, en: str) -> None:
    assert quantity_text(scaled, unit, "zh", rounded=True) == zh
    assert quantity_text(scaled, unit, "en", rounded=True) == en


def test_an_answer_in_a_report_keeps_every_figure_where_a_sentence_rounds() -> None:
    assert quantity_text(8_045_200, MONEY, "en") == "CNY 8.0452 million"
    assert quantity_text(8_045_200, MONEY, "en", rounded=True) == "CNY 8.0 million"


@pytest.mark.parametrize("pair", ["people person", "batches batch", "deliveries delivery", "processes process", "kgce/t kgce/t", "days day"])
def test_one_of_a_unit_is_singular(pair: str) -> None:
    many, one = pair.split()
    assert singular(many) == one


@pytest.mark.parametrize(
    ("leaf", "unit"),
    [
        ("BC.7.2", "%"),  # machines of machines
        ("DX.21.1", "%"),  # neither has a unit
        ("BC.1.1", "%"),  # money of money
        ("XY.2.1", ""),  # injuries per 100 staff
        ("BC.4.2", ""),  # computers per 100 staff
        ("BC.3.2", ""),  # hours per head
        ("JZ.12.3", ""),  # days of cost
        ("DX.3.3", "个工作日"),  # a question's own unit
        ("BC.5.4", ""),  # a ladder measures nothing
    ],
)
def test_a_measured_value_is_a_percentage_only_of_like_things(leaf: str, unit: str) -> None:
    code = next(entry.code for entry in shipped() if leaf in shipped_model(entry.code).node)
    card = drawn(code, 1)[0]
    assert value_unit(card, leaf).zh == unit
