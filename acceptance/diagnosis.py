"""Diagnoses of simulated firms: specific, true of the answers they cite, not repeated."""

from __future__ import annotations

from guanbiao.assessment.diagnosis import library_rules, rules_for
from guanbiao.assessment.rules.diagnosis import rules_of
from guanbiao.indicators.library import shipped, shipped_model
from tests.assessment.test_diagnosis import planted, survey


def diagnosis(*, control: bool, full: bool) -> bool:
    """Bar: 0 complaints over ≥ 60 firms per model (FULL: 1,000). Planted fault: a rule that always fires."""
    count = 1_000 if full else 60
    complaints = 0
    for entry in shipped():
        if not entry.code.startswith("iii-"):
            continue
        model = shipped_model(entry.code)
        raw, rules = library_rules(), rules_for(model)
        if control:
            raw = [*raw, planted({"question": "QY04", "at_least": 1}, "共{a:QY04}，宜加强集成。", "With {a:QY04} integrate more.")]
            rules = rules_of(raw, model)
        found = survey(model, rules, raw, count).complaints()
        complaints += len(found)
        print(f"{entry.code:24} {count} firms, {len(found)} complaints", flush=True)
    print(f"firms per model {count}, complaints {complaints}")
    return complaints == 0
