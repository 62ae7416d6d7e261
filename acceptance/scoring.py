"""Kernel and an independent scorer on random sheets of every shipped questionnaire."""

from __future__ import annotations

from guanbiao.assessment.rules import kernel
from guanbiao.indicators.library import shipped
from tests.assessment.comparing import compare_shipped


def scoring(*, control: bool, full: bool) -> bool:
    """Bar: 0 disagreements over ≥ 300 sheets per model (FULL: 20,000). Planted fault: means are truncated instead of rounded."""
    count = 20_000 if full else 300
    if control:
        kernel._mean = lambda weighted, total: weighted // total.clip(1)
    checked = faults = 0
    for entry in shipped():
        outcome = compare_shipped(entry.code, count, 41)
        checked += outcome.sheets
        faults += len(outcome.faults)
        print(f"{entry.code:24} {outcome.sheets} sheets, {len(outcome.faults)} disagreements", flush=True)
    print(f"models {len(shipped())}, sheets {checked}, disagreements {faults}")
    return faults == 0
