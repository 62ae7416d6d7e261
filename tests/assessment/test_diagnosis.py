"""The diagnosis over sheets that firms could have filled (maturity.py): specific, true, complete; and its controls."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any

import pytest

from guanbiao.assessment.diagnosis import diagnosis_of, library_rules, rules_for
from guanbiao.assessment.rules.card import CardFacts, ScoreCard, score
from guanbiao.assessment.rules.diagnosis import MOST, MOST_PER_ASPECT, Finding, Rule, diagnose, repeats, rule_of, rules_of
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.conditions import holds
from guanbiao.indicators.rules.model import Model, Text
from tests.assessment.claims import Claims, squeezed
from tests.assessment.maturity import Maturity

MODELS = [entry.code for entry in shipped() if entry.code.startswith("iii-")]
WHOLE = {"iii-discrete-mass", "iii-retail"}
FULL = bool(os.environ.get("FULL"))
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
