"""What holds of every score, whatever the model and the sheet."""

from __future__ import annotations

import random
from functools import cache
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import block_of, score
from guanbiao.assessment.rules.kernel import Block, Scores, run
from guanbiao.assessment.rules.plan import Plan, plan_of
from guanbiao.assessment.tables import score_block
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Model
from tests.assessment.sheets_drawn import Drawer

CODES = [entry.code for entry in shipped()]
EXAMPLES = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
Ends = dict[str, tuple[int, int] | None]

codes = st.sampled_from(CODES)
seeds = st.integers(0, 2**32)


@cache
def model_of(code: str) -> Model:
    return shipped_model(code)


@cache
def drawer_of(code: str) -> Drawer:
    return Drawer(model_of(code).raw)


def drawn(code: str, seed: int, kind: str = "") -> dict:
    return drawer_of(code).sheet(random.Random(seed), kind)


def card(code: str, sheet: dict) -> dict[str, Any]:
    return score(model_of(code), read_sheet(model_of(code), sheet)).as_json()


def ends(found: dict[str, Any]) -> Ends:
    return {at: value if value is None else tuple(value) if isinstance(value, list) else (value, value) for at, value in found["nodes"].items()}


def half_up(n: int, d: int) -> int:
    return (2 * n + d) // (2 * d)


# -- bounds, intervals


@EXAMPLES
@given(codes, seeds)
def test_every_score_lies_between_nothing_and_full(code: str, seed: int) -> None:
    found = ends(card(code, drawn(code, seed)))
    assert all(0 <= both[0] <= both[1] <= model_of(code).full for both in found.values() if both)


@EXAMPLES
@given(codes, seeds, st.floats(0.01, 1))
def test_the_interval_contains_every_completion(code: str, seed: int, gone: float) -> None:
    rng = random.Random(seed)
    whole = drawn(code, seed, rng.choice(("full", "edge")))
    draft = {question: answer for question, answer in whole.items() if rng.random() >= gone}
    before, after = card(code, draft), card(code, whole)
    assert after["complete"] is True
    assert set(before["missing"]) <= whole.keys() - draft.keys()
    _within(ends(before), ends(after))
    order = [stage.code for stage in model_of(code).stages]
    lowest, highest = (order.index(s) for s in ([before["stage"]] * 2 if before["complete"] else before["stage"]))
    assert lowest <= order.index(after["stage"]) <= highest


@EXAMPLES
@given(codes, seeds)
def test_one_answer_more_never_widens_an_interval(code: str, seed: int) -> None:
    rng = random.Random(seed)
    whole = drawn(code, seed, "full")
    draft = {question: answer for question, answer in whole.items() if rng.random() < 0.4}
    gates = [question for question in drawer_of(code).gates if question not in draft]
    added = rng.choice(gates if gates and rng.random() < 0.7 else sorted(whole.keys() - draft.keys()))
    _within(ends(card(code, draft)), ends(card(code, draft | {added: whole[added]})))


def _within(wide: Ends, narrow: Ends) -> None:
    for node, inner in narrow.items():
        outer = wide[node]
        if inner is not None:
            assert outer is not None, node
            assert outer[0] <= inner[0] <= inner[1] <= outer[1], node


# -- monotone


@EXAMPLES
@given(codes, seeds)
def test_a_better_option_lowers_nothing(code: str, seed: int) -> None:
    rng = random.Random(seed)
    sheet = drawn(code, seed, "full")
    steps = [(q, at) for q, answer in sheet.items() if (at := _step(code, q, answer)) is not None]
    if not steps:
        assert code == "ccid-2015"
        return
    question, better = rng.choice(steps)
    before, after = ends(card(code, sheet)), ends(card(code, sheet | {question: better}))
    for node, value in before.items():
        later = after[node]
        assert (value is None) == (later is None)
        assert value is None or later is None or value[0] <= later[0], node


def _step(code: str, name: str, answer: Any) -> Any:
    """The next option up a ladder, or one more option of a multi; None where there is none or a condition hangs on the question."""
    model = model_of(code)
    question = model.question[name]
    if name in model.named:
        return None
    options = [option.code for option in question.options]
    if question.type == "single" and [o.points for o in question.options] == sorted(o.points for o in question.options):
        at = options.index(answer)
        return options[at + 1] if at + 1 < len(options) else None
    if question.type == "multi" and answer != [question.exclusive]:
        more = [o for o in options if o not in answer and o != question.exclusive]
        return [*answer, more[0]] if more else None
    return None


# -- not applicable


@EXAMPLES
@given(codes, seeds)
def test_what_does_not_apply_leaves_its_weight_to_its_siblings(code: str, seed: int) -> None:
    found = card(code, drawn(code, seed, "full"))["nodes"]
    for node in model_of(code).tree.walk():
        staying = [(child.weight, found[child.code]) for child in node.children if found[child.code] is not None]
        if node.children:
            expected = half_up(sum(w * s for w, s in staying), sum(w for w, _ in staying)) if staying else None
            assert found[node.code] == expected, node.code


@EXAMPLES
@given(codes, seeds)
def test_answers_to_questions_that_do_not_apply_change_nothing(code: str, seed: int) -> None:
    whole = drawn(code, seed, "full")
    drawer = drawer_of(code)
    applies = drawer.oracle.applying(drawer.oracle.read(whole))
    other = drawn(code, seed + 1, "full")
    swapped = {q: answer if applies[q] else other[q] for q, answer in whole.items()}
    assert card(code, whole) == card(code, swapped) == card(code, {q: answer for q, answer in whole.items() if applies[q]})


# -- blocks


def drawn_block(code: str, count: int) -> tuple[Plan, Block]:
    rng = random.Random(f"{code} {count}")
    model = model_of(code)
    plan = plan_of(model)
    return plan, block_of(plan, [read_sheet(model, drawer_of(code).sheet(rng)) for _ in range(count)])


def columns(block: Block, which: Any) -> Block:
    return Block(np.ascontiguousarray(block.values[:, which]), np.ascontiguousarray(block.answered[:, which]))


def tiled(block: Block, times: int) -> Block:
    return Block(np.tile(block.values, times), np.tile(block.answered, times))


def told(plan: Plan, scored: Scores) -> dict[str, np.ndarray]:
    """What of the scores means something: the points of a node that does not apply do not."""
    low, high = (np.where(scored.may, a.astype(np.int64), -1) for a in (scored.low, scored.high))
    return {
        "low": low,
        "high": high,
        "may": scored.may,
        "complete": scored.complete,
        "missing": np.broadcast_to(scored.missing, (len(plan.required), low.shape[1])),
        "stages": np.stack([scored.stage_low, scored.stage_high]),
    }


def same(one: dict[str, np.ndarray], other: dict[str, np.ndarray]) -> None:
    for name, array in one.items():
        assert np.array_equal(array, other[name]), name


SOME = ["ccid-2015", "iii-general", "iii-discrete-mass", "iii-steel"]


@pytest.mark.parametrize("code", SOME)
def test_block_size_does_not_matter(code: str) -> None:
    plan, small = drawn_block(code, 700)
    block = tiled(small, 9)  # more than the slices that threads take
    total = block.values.shape[1]
    whole = told(plan, score_block(plan, block))
    same(whole, told(plan, run(plan, block)))
    for size in (1, 7, 31, 32, 1024, total):
        reach = 200 if size == 1 else 700 if size < 1024 else total
        parts = [told(plan, run(plan, columns(block, slice(start, min(reach, start + size))))) for start in range(0, reach, size)]
        joined = {name: np.concatenate([part[name] for part in parts], axis=-1) for name in parts[0]}
        same({name: array[..., :reach] for name, array in whole.items()}, joined)


@pytest.mark.parametrize("code", SOME)
def test_complete_sheets_score_the_same_among_drafts_and_among_themselves(code: str) -> None:
    plan, block = drawn_block(code, 700)
    whole = told(plan, run(plan, block))
    complete = np.flatnonzero(whole["complete"])
    assert 100 < len(complete) < 700
    same({name: array[..., complete] for name, array in whole.items()}, told(plan, run(plan, columns(block, complete))))


@cache
def small_block(code: str) -> tuple[Plan, Block]:
    return drawn_block(code, 120)


@EXAMPLES
@given(st.sampled_from(SOME), st.randoms(use_true_random=False))
def test_rows_may_stand_in_any_order(code: str, rng: random.Random) -> None:
    plan, block = small_block(code)
    order = list(range(120))
    rng.shuffle(order)
    whole = told(plan, run(plan, block))
    same({name: array[..., order] for name, array in whole.items()}, told(plan, run(plan, columns(block, order))))
