"""Corners of the contract on small models: kernel, oracle and a figure worked out by hand agree."""

from __future__ import annotations

import os
import random
from itertools import count
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.kernel.errors import Refusal
from tests.assessment.models_made import agreed, agreed_everywhere, decimal, drawn_model, drawn_sheets, leaf, loaded, made, multi, node, single

NUMBER = {"code": "A", "type": "number", "min": -100, "max": 1_000_000}
FULL = os.environ.get("FULL") == "1"


def nodes(raw: dict, sheet: dict) -> dict[str, Any]:
    card = agreed(raw, sheet)
    assert card is not None
    return card["nodes"]


def test_a_denominator_of_zero_is_refused_with_a_sentence_that_names_it() -> None:
    questions = [{"code": "A", "type": "amount", "max": 100}, {"code": "B", "type": "amount", "max": 100}]
    raw = made(questions, node("TOTAL", leaf("L", piecewise={"ratio": ["A", "B"], "scale": 100}, points=[[0, 0], [100, 100]])))
    model = loaded(raw)
    for sheet in ({"A": 5, "B": 0}, {"A": 0, "B": "0.00004"}, {"B": "-0"}):
        assert agreed(raw, sheet) is None
        with pytest.raises(Refusal) as refused:
            score(model, read_sheet(model, sheet))
        assert refused.value.code == "answers.zero-denominator"
        assert "B" in refused.value.zh
        assert "B" in refused.value.en
    assert nodes(raw, {"A": 0, "B": "0.0001"})["L"] == 0


def test_a_sum_below_the_line_may_hold_a_zero_but_not_be_one() -> None:
    questions = [{"code": code, "type": "count", "max": 100} for code in "ABC"]
    raw = made(questions, node("TOTAL", leaf("L", piecewise={"ratio": ["A", ["B", "C"]], "scale": 100}, points=[[0, 0], [100, 100]])))
    assert agreed(raw, {"A": 1, "B": 0, "C": 0}) is None
    assert nodes(raw, {"A": 1, "B": 0, "C": 3})["L"] == 333_333
    assert nodes(raw, {"A": 1, "B": 0})["L"] == [0, 1_000_000]


def test_an_undecided_ratio_over_zero_is_not_refused_and_may_be_anything() -> None:
    gated = {"code": "A", "type": "count", "max": 9, "when": {"question": "G", "in": ["B"]}}
    questions = [single("G", 0, 100), gated, {"code": "B", "type": "count", "max": 9}]
    raw = made(questions, node("TOTAL", leaf("L", piecewise={"ratio": ["A", "B"]}, points=[[0, 0], [5, 70]]), leaf("M", option="G")))
    assert nodes(raw, {"A": 2, "B": 0})["L"] == [0, 700_000]
    assert nodes(raw, {"A": 2, "B": 0, "G": "A"})["L"] is None
    assert agreed(raw, {"A": 2, "B": 0, "G": "B"}) is None


def test_a_margin_may_be_negative_and_rounds_up_at_halves() -> None:
    questions = [{"code": "A", "type": "amount", "min": -1000, "max": 1000}, {"code": "B", "type": "amount", "min": 1, "max": 1000}]
    curve = leaf("L", piecewise={"ratio": ["A", "B"], "scale": 100}, points=[[-20, 0], [0, 45], [20, 100]])
    raw = made(questions, node("TOTAL", curve))
    assert nodes(raw, {"A": -500, "B": 1000})["L"] == 0
    assert nodes(raw, {"A": "-0.05", "B": 1})["L"] == (200_000 - 50_000) * 450_000 // 200_000
    # −12.5 of 1/10,000 comes to −12, not −13: halves go up, below zero too.
    assert nodes(raw, {"A": "-0.0125", "B": 1000})["L"] == 449_973
    assert nodes(raw, {"A": "-0.0012", "B": 96})["L"] == 449_973


def half_up(n: int, d: int) -> int:
    return (2 * n + d) // (2 * d)


def test_a_falling_segment_rounds_what_is_taken_away() -> None:
    """At a half the points lost are rounded up: 3 − half_up(1·1, 2) = 2, where rising 2 + half_up(1·1, 2) = 3."""
    falling = made([NUMBER], node("TOTAL", leaf("L", piecewise={"question": "A"}, points=[[0, "0.0003"], ["0.0002", "0.0002"], [1, 0]])))
    assert [nodes(falling, {"A": decimal(x)})["L"] for x in (0, 1, 2)] == [3, 2, 2]
    rising = made([NUMBER], node("TOTAL", leaf("L", piecewise={"question": "A"}, points=[[0, "0.0002"], ["0.0002", "0.0003"]])))
    assert [nodes(rising, {"A": decimal(x)})["L"] for x in (0, 1, 2)] == [2, 3, 3]


def test_a_curve_that_rises_falls_and_rests_is_exact_at_and_beside_every_knot() -> None:
    knots = [[-10, 0], ["-0.0001", "33.3333"], [0, 100], ["0.0003", "99.9"], [7, "12.5"], ["7.7777", "12.5"], [1_000, 88]]
    raw = made([NUMBER], node("TOTAL", leaf("L", piecewise={"question": "A"}, points=knots)))
    xs = [int(float(str(x)) * 10_000 + (0.5 if float(str(x)) > 0 else -0.5)) + step for x, _ in knots for step in range(-3, 4)]
    agreed_everywhere(raw, [{"A": decimal(x)} for x in {*xs, -1_000_000, 10_000_000_000}])


@pytest.mark.parametrize("width", [1, 2, 3, 7, 1_000, 9_973])
def test_steep_curves_far_from_zero_are_exact(width: int) -> None:
    """Where double precision could no longer tell a half from what lies beside it."""
    for start, bottom, top in ((8_123_456_789, 0, 200), (8_589_000_000, 200, 1), (4_398_046_511, 7, 199)):
        knots = [[decimal(start), bottom], [decimal(start + width), top]]
        raw = made([NUMBER], node("TOTAL", leaf("L", piecewise={"question": "A"}, points=knots)), full=200)
        agreed_everywhere(raw, [{"A": decimal(start + step)} for step in range(0, width + 1, max(1, width // 200))])


def test_amounts_to_the_edge_of_the_contract_do_not_overflow() -> None:
    most = 400_000_000
    questions = [{"code": "A", "type": "amount", "max": most}, {"code": "B", "type": "amount", "min": "0.0001", "max": most}]
    raw = made(questions, node("TOTAL", leaf("L", piecewise={"ratio": ["A", "B"], "scale": 100}, points=[[0, 0], ["33.3333", 50], [100, 100]])))
    assert nodes(raw, {"A": most, "B": most})["L"] == 1_000_000
    assert nodes(raw, {"A": most, "B": "0.0001"})["L"] == 1_000_000
    assert nodes(raw, {"A": "399999999.9999", "B": most})["L"] == 1_000_000
    rng = random.Random(3)
    drawn = [{"A": decimal(rng.randint(0, most * 10_000)), "B": decimal(rng.randint(1, most * 10_000))} for _ in range(3_000)]
    near = [{"A": decimal(most * 10_000 - a), "B": decimal(most * 10_000 - b)} for a in range(12) for b in range(12)]
    agreed_everywhere(raw, drawn + near)


def test_amounts_beyond_it_are_refused_when_the_model_is_loaded() -> None:
    questions = [{"code": "A", "type": "amount", "max": 10**10}, {"code": "B", "type": "amount", "min": 1, "max": 10**10}]
    raw = made(questions, node("TOTAL", leaf("L", piecewise={"ratio": ["A", "B"], "scale": 10_000}, points=[[0, 0], [1, 100]])))
    with pytest.raises(AssertionError, match="2⁶³"):
        loaded(raw)


def test_huge_weights_and_points_are_exact_where_double_precision_would_not_be() -> None:
    heavy = [leaf(f"L{n}", 10**6 - n, option=f"Q{n}") for n in range(4)]
    asked = [single(f"Q{n}", 0, "33333.3333", "66666.6667", 100_000, when={"not": {"question": "G", "in": ["AB"[n % 2]]}}) for n in range(4)]
    raw = made([single("G", 0, 1, 2), *asked], node("TOTAL", *heavy), full=100_000)
    sheets = [{"G": "ABC"[at % 3]} | {f"Q{n}": "ABCD"[at >> 2 * n & 3] for n in range(4)} for at in range(256)]
    drafts = [{q: a for at_q, (q, a) in enumerate(sheet.items()) if (at + at_q) % 3} for at, sheet in enumerate(sheets)]
    agreed_everywhere(raw, sheets + drafts)
    with pytest.raises(AssertionError, match="2⁶³"):
        loaded(raw | {"full": 200_000_000_000})


def test_options_above_full_are_cut_at_full() -> None:
    raw = made([multi("M", {"A": 60, "B": 70, "C": "0.0001", "Z": 0}, exclusive="Z")], node("TOTAL", leaf("L", options_sum="M")))
    found = [nodes(raw, {"M": chosen})["L"] for chosen in (["A", "B"], ["C", "A"], ["Z"], ["B", "C", "A"])]
    assert found == [1_000_000, 600_001, 0, 1_000_000]
    assert nodes(raw, {"M": []})["L"] == [0, 1_000_000]


def test_the_least_of_an_unanswered_multi_is_its_smallest_option_and_the_exclusive_one_may_be_its_best() -> None:
    raw = made([multi("M", {"A": 5, "B": 7, "Z": 40}, exclusive="Z")], node("TOTAL", leaf("L", options_sum="M")))
    assert nodes(raw, {})["L"] == [50_000, 400_000]
    raw = made([multi("M", {"A": 5, "B": 7})], node("TOTAL", leaf("L", options_sum="M")))
    assert nodes(raw, {})["L"] == [50_000, 120_000]


@pytest.mark.parametrize("size", [12, 13, 30, 62])
def test_multis_with_many_options(size: int) -> None:
    points = {f"O{n}": decimal(1_000_000 * (n + 1) // size // 4) for n in range(size)}
    raw = made([multi("M", points, exclusive="O3")], node("TOTAL", leaf("L", options_sum="M")))
    rng = random.Random(size)
    others = [o for o in points if o != "O3"]
    sheets = [{"M": rng.sample(others, rng.randint(1, len(others)))} for _ in range(200)]
    agreed_everywhere(raw, [*sheets, {"M": ["O3"]}, {"M": others}, {"M": ["O3", "O4"]}, {"M": [others[-1]]}, {}])


def test_trees_of_six_levels_round_once_per_node() -> None:
    names = (f"Q{n:03}" for n in count())

    def grown(depth: int, code: str) -> dict:
        if depth == 0:
            return leaf(code, 1 + len(code) % 3, option=next(names))
        children = [grown(depth - 1, f"{code}{at}") for at in range(1 + depth % 2)] + [leaf(f"{code}x", 7, option=next(names))]
        return node(code, *children, weight=depth)

    tree = grown(6, "T")
    asked = int(next(names)[1:])
    gate = {"when": {"question": "Q000", "in": ["B", "C"]}}
    questions = [single(f"Q{n:03}", 0, "33.3333", "77.7777", 100, **(gate if n % 3 == 1 else {})) for n in range(asked)]
    raw = made(questions, tree)
    rng = random.Random(6)
    assert agreed_everywhere(raw, drawn_sheets(raw, 150, rng)).complete


def test_an_answer_beyond_the_fourth_place_is_rounded_before_its_range_is_looked_at() -> None:
    raw = made([{"code": "A", "type": "percent"}], node("TOTAL", leaf("L", piecewise={"question": "A"}, points=[[0, 0], [100, 100]])))
    rounded = {"100.00004": 1_000_000, "-0.00004": 0, "0.00005": 1, "99.99995": 1_000_000, "1e2": 1_000_000, "1.5E-3": 15, "0.000049999": 0}
    for text, points in rounded.items():
        assert nodes(raw, {"A": text})["L"] == points
    for text in ("100.00005", "-0.00005", "1e3", "1e400", "NaN", ""):
        card = agreed(raw, {"A": text})
        assert (card is None) == bool(text)


@pytest.mark.parametrize("seed", range(2_000 if FULL else 120))
def test_models_drawn_at_random(seed: int) -> None:
    rng = random.Random(seed)
    raw = drawn_model(rng)
    try:
        loaded(raw)
    except AssertionError as refused:
        assert "永远不成立" in str(refused), "a drawn condition may never hold; nothing else may be wrong with a drawn model"
        return
    agreed_everywhere(raw, drawn_sheets(raw, 40, rng))
