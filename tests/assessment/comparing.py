"""Kernel against oracle: the same sheets through both, every byte compared."""

from __future__ import annotations

import json
import random
from dataclasses import dataclass, field

import numpy as np

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import block_of, score
from guanbiao.assessment.rules.kernel import Scores
from guanbiao.assessment.rules.plan import Plan, plan_of
from guanbiao.assessment.tables import score_block
from guanbiao.indicators.library import raw_model
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.kernel.errors import Refusal
from tests.assessment.oracle import Oracle, OracleRefused
from tests.assessment.sheets_drawn import sheets, spoilt

REFUSED = "refused"
BLOCK = 1_000


@dataclass
class Outcome:
    """What a comparison came to; `faults` holds the first sheets on which the two disagree."""

    sheets: int = 0
    complete: int = 0
    refused: int = 0
    warned: int = 0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Outcome) -> None:
        self.sheets += other.sheets
        self.complete += other.complete
        self.refused += other.refused
        self.warned += other.warned
        self.faults += other.faults

    def disagree(self, sheet: dict, expected: str, got: str) -> None:
        if len(self.faults) < 3:
            at = next((n for n, (a, b) in enumerate(zip(expected, got, strict=False)) if a != b), 0)
            start = max(0, at - 120)
            shown = json.dumps(sheet, ensure_ascii=False)[:6_000]
            self.faults.append(f"oracle …{expected[start : at + 80]}…\nkernel …{got[start : at + 80]}…\nsheet {shown}")
        else:
            self.faults.append("and another")


def bytes_of(card: dict) -> str:
    """A card in one spelling; where a missing text question stands among the missing is free."""
    return json.dumps(card | {"missing": sorted(card["missing"])}, sort_keys=True)


def oracle_card(oracle: Oracle, sheet: dict, *, checks: bool = True) -> dict | None:
    try:
        return oracle.score(sheet, checks=checks)
    except OracleRefused:
        return None


def kernel_card(model: Model, sheet: dict) -> dict | None:
    try:
        card = score(model, read_sheet(model, sheet)).as_json()
    except Refusal as refusal:
        assert refusal.zh and refusal.en
        return None
    assert (card.pop("model"), card.pop("edition"), card.pop("digest")) == (model.code, model.edition, model.digest)
    return card


def compare_single(model: Model, oracle: Oracle, drawn: list[dict]) -> Outcome:
    """Whole cards, sheet by sheet."""
    outcome = Outcome()
    for sheet in drawn:
        expected, got = oracle_card(oracle, sheet), kernel_card(model, sheet)
        outcome.sheets += 1
        outcome.refused += expected is None
        outcome.complete += bool(expected and expected["complete"])
        outcome.warned += bool(expected and expected["warnings"])
        before = REFUSED if expected is None else bytes_of(expected)
        after = REFUSED if got is None else bytes_of(got)
        if before != after:
            outcome.disagree(sheet, before, after)
    return outcome


def compare_blocks(model: Model, oracle: Oracle, drawn: list[dict], size: int = BLOCK) -> Outcome:
    """Nodes, stages and what is missing, in blocks as a table is scored; neither texts nor warnings are part of a block."""
    outcome = Outcome()
    plan = plan_of(model)
    for start in range(0, len(drawn), size):
        part = drawn[start : start + size]
        rows = rows_of(plan, [_read(model, sheet) for sheet in part])
        for sheet, got in zip(part, rows, strict=True):
            card = oracle_card(oracle, sheet, checks=False)
            expected = REFUSED if card is None else json.dumps(as_row(oracle, card))
            outcome.sheets += 1
            outcome.complete += bool(card and card["complete"])
            outcome.refused += card is None
            if expected != got:
                outcome.disagree(sheet, expected, got)
    return outcome


def as_row(oracle: Oracle, card: dict) -> list:
    """The oracle's card as what a block says of a sheet."""
    missing = sorted(q for q in card["missing"] if oracle.questions[q]["type"] != "text")
    nodes = [[code, value if value is None or isinstance(value, list) else [value, value]] for code, value in sorted(card["nodes"].items())]
    stage = card["stage"]
    return [not missing, missing, stage if isinstance(stage, list) else [stage, stage], nodes]


def _read(model: Model, sheet: dict) -> Sheet | None:
    try:
        return read_sheet(model, sheet)
    except Refusal:
        return None


def rows_of(plan: Plan, read: list[Sheet | None]) -> list[str]:
    """What the kernel says of each sheet of a block, as `as_row` spells it; None: refused before it came to the kernel."""
    scored = score_block(plan, block_of(plan, [sheet or Sheet({}) for sheet in read]))
    order = sorted(range(len(plan.codes)), key=lambda at: plan.codes[at])
    low, high, may = (np.asarray(a).T.tolist() for a in (scored.low.astype(np.int64), scored.high.astype(np.int64), scored.may))
    stages = [stage.code for stage in plan.model.stages]
    rows = []
    for column in range(len(read)):
        if read[column] is None or (scored.zero.size and scored.zero[:, column].any()):
            rows.append(REFUSED)
            continue
        nodes = [[plan.codes[at], [low[column][at], high[column][at]] if may[column][at] else None] for at in order]
        stage = [stages[int(end[column])] for end in (scored.stage_low, scored.stage_high)]
        rows.append(json.dumps([bool(scored.complete[column]), _missing(plan, scored, column), stage, nodes]))
    return rows


def _missing(plan: Plan, scored: Scores, column: int) -> list[str]:
    return sorted(plan.questions[row].code for row in plan.required[scored.missing[:, column]].tolist())


def compare_shipped(code: str, count: int, seed: int) -> Outcome:
    """A shipped model on `count` drawn sheets: one in eight alone and whole, the rest in blocks; one in forty is spoilt besides."""
    raw, digest = raw_model(code)
    model, oracle = model_of(raw, digest), Oracle(raw)
    drawn = list(sheets(raw, count, seed))
    alone = count // 8
    outcome = compare_single(model, oracle, drawn[:alone])
    outcome.add(compare_blocks(model, oracle, drawn[alone:]))
    rng = random.Random(seed)
    outcome.add(compare_single(model, oracle, [spoilt(raw, sheet, rng) for sheet in drawn[: count // 40]]))
    return outcome
