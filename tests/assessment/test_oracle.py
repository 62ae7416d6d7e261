"""Every shipped model: the kernel and the naive oracle agree on every byte over drawn sheets; and would notice a fault."""

from __future__ import annotations

import copy
import json
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import product

import pytest

from guanbiao.assessment.rules import kernel
from guanbiao.indicators.library import raw_model, shipped
from guanbiao.indicators.rules.model import model_of
from guanbiao.project.command import main
from tests.assessment.comparing import Outcome, compare_blocks, compare_shipped, compare_single
from tests.assessment.oracle import Oracle, extreme, half_up
from tests.assessment.sheets_drawn import sheets

CODES = [entry.code for entry in shipped()]
FULL = os.environ.get("FULL") == "1"
COUNT = 100_000 if FULL else 2_000
CHUNK = 5_000
CONTROL = 30


@pytest.fixture(scope="module")
def outcomes(request: pytest.FixtureRequest) -> Iterator[dict[str, list[Future[Outcome]]]]:
    """The comparisons of the chosen models, on as many processes as there are cores."""
    chosen = [item.callspec.params["code"] for item in request.session.items if getattr(item, "originalname", "") == AGREE]
    with ProcessPoolExecutor(os.cpu_count(), mp_context=multiprocessing.get_context("spawn")) as pool:
        size = min(CHUNK, COUNT)
        yield {code: [pool.submit(compare_shipped, code, size, seed) for seed in range(COUNT // size)] for code in chosen}


@pytest.mark.parametrize("code", CODES)
def test_kernel_and_oracle_agree_on_every_byte(code: str, outcomes: dict[str, list[Future[Outcome]]]) -> None:
    outcome = Outcome()
    for chunk in outcomes[code]:
        outcome.add(chunk.result())
    assert not outcome.faults, f"{len(outcome.faults)} of {outcome.sheets}\n" + "\n".join(outcome.faults[:3])
    assert outcome.sheets >= COUNT
    assert min(outcome.complete, outcome.sheets - outcome.complete) > COUNT // 10
    assert outcome.refused >= COUNT // 50, "spoilt sheets are refused by both"
    assert outcome.warned > COUNT // 40 or not raw_model(code)[0]["checks"]


AGREE = test_kernel_and_oracle_agree_on_every_byte.__name__


@pytest.mark.parametrize("code", CODES)
def test_truncating_instead_of_rounding_is_noticed(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    raw, digest = raw_model(code)
    drawn = list(sheets(raw, CONTROL, 99))
    assert not compare_blocks(model_of(raw, digest), Oracle(raw), drawn).faults
    monkeypatch.setattr(kernel, "_mean", lambda weighted, total: weighted // total.clip(1))
    assert compare_blocks(model_of(raw, digest), Oracle(raw), drawn).faults


@pytest.mark.parametrize("code", CODES)
def test_one_weight_off_by_one_is_noticed(code: str) -> None:
    raw, _ = raw_model(code)
    changed = copy.deepcopy(raw)
    node = changed["tree"]
    while len(node["children"]) == 1 or any("children" in child for child in node["children"]):
        node = next(child for child in node["children"] if "children" in child)
    node["children"][0]["weight"] += 1
    drawn = list(sheets(raw, CONTROL, 98))
    assert compare_blocks(model_of(changed, ""), Oracle(raw), drawn).faults


@pytest.mark.parametrize("code", CODES)
def test_a_check_that_is_lost_or_points_that_moved_are_noticed(code: str) -> None:
    raw, _ = raw_model(code)
    drawn = list(sheets(raw, CONTROL, 97))
    silent = raw | {"checks": []}
    assert compare_single(model_of(silent, ""), Oracle(raw), drawn).faults or not raw["checks"]
    changed = copy.deepcopy(raw)
    leaf = changed["tree"]
    while "children" in leaf:
        leaf = leaf["children"][0]
    measure = leaf["measure"]
    if "points" in measure:
        measure["points"][-1][1] = str(int(measure["points"][-1][1]) - 1)
    else:
        question = next(q for q in changed["questions"] if q["code"] in measure.values())
        question["options"][0]["points"] = question["options"][0].get("points", 0) + 1
    assert compare_single(model_of(changed, ""), Oracle(raw), drawn).faults


def test_what_show_prints_is_what_the_oracle_reads(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["model", "show", CODES[-1]]) == 0
    assert json.loads(capsys.readouterr().out) == raw_model(CODES[-1])[0]


def test_merging_choices_of_one_weight_changes_nothing() -> None:
    """The oracle's own short cut against every one of the 2^n choices."""
    children = [(w, (7 * w % 31 * 10_007 + at, 900_000 - (w * w + at) * 311 % 400_000)) for at, w in enumerate((3, 5, 5, 2, 8, 1, 5, 9))]
    for one_sure, end, better in product((True, False), (0, 1), (min, max)):
        flagged = [(w, (*s, one_sure and at == 0)) for at, (w, s) in enumerate(children)]
        means = []
        for stays in product((0, 1), repeat=len(flagged)):
            kept = [(w, s[end]) for stay, (w, s) in zip(stays, flagged, strict=True) if stay or s[2]]
            if kept:
                means.append(half_up(sum(w * s for w, s in kept), sum(w for w, _ in kept)))
        assert extreme(flagged, end, better) == better(means)
