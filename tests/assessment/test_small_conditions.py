"""Conditions, undecided questions, stages and checks on small models: kernel, oracle and what was worked out by hand agree."""

from __future__ import annotations

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from tests.assessment.models_made import agreed, agreed_everywhere, leaf, loaded, made, multi, node, single
from tests.assessment.test_small_models import half_up, nodes


def test_all_any_not_nested_with_three_values() -> None:
    gate = {
        "any": [
            {"all": [{"question": "A", "in": ["B", "C"]}, {"not": {"question": "N", "at_least": 3}}]},
            {"not": {"any": [{"question": "M", "in": ["P"]}, {"not": {"question": "A", "in": ["C"]}}]}},
        ]
    }
    questions = [
        single("A", 0, 50, 100),
        multi("M", {"P": 30, "Q": 70, "Z": 0}, exclusive="Z", when={"not": {"question": "A", "in": ["A"]}}),
        {"code": "N", "type": "count", "max": 9},
        single("X", 10, 90, when=gate),
        single("Y", 20, 80, when={"not": {"question": "X", "in": ["B"]}}),
    ]
    leaves = [leaf("LA", 2, option="A"), leaf("LM", 3, options_sum="M"), leaf("LX", 5, option="X"), leaf("LY", 7, option="Y")]
    raw = made(questions, node("TOTAL", *leaves))
    some: dict[str, list] = {"A": [None, *"ABC"], "M": [None, ["P"], ["Q", "P"], ["Z"]], "N": [None, "2.5", 3, 2]}
    some |= {"X": [None, "A", "B"], "Y": [None, "A", "B"]}
    sheets: list[dict] = [{}]
    for code, answers in some.items():
        sheets = [{**sheet, code: answer} for sheet in sheets for answer in answers]
    outcome = agreed_everywhere(raw, sheets)
    assert outcome.sheets == 3 * len(sheets)
    assert outcome.refused * 4 == outcome.sheets, "2.5 is no count"
    # A = A: M does not apply, so `not (M in P)` holds, but the other half of that `any` says A is not C: X leaves; and `not X` then holds.
    assert nodes(raw, {"A": "A", "N": 2, "Y": "B"}) == {"TOTAL": (7 * 800_000 + 4) // 9, "LA": 0, "LM": None, "LX": None, "LY": 800_000}
    # A undecided and N = 3: X hangs on A alone, Y on X.
    assert nodes(raw, {"N": 3, "X": "B", "Y": "A"})["LY"] == [200_000, 200_000]


GATED = [single("G", 0, 100), single("X", 10, 30, when={"question": "G", "in": ["B"]}), single("Y", 40, 60, when={"question": "G", "in": ["B"]})]


def test_a_node_all_of_whose_children_are_undecided() -> None:
    tree = node("TOTAL", leaf("LG", 1, option="G"), node("N", leaf("LX", 1, option="X"), leaf("LY", 3, option="Y"), weight=2))
    raw = made(GATED, tree)
    # N: X alone 10, Y alone 60, or both. TOTAL: with N or without.
    leaves = {"LG": [0, 1_000_000], "LX": [100_000, 300_000], "LY": [400_000, 600_000]}
    assert nodes(raw, {}) == {"TOTAL": [0, 1_000_000], "N": [100_000, 600_000], **leaves}
    assert nodes(raw, {"X": "B", "Y": "A"})["N"] == [300_000, 400_000]
    assert nodes(raw, {"G": "A"}) == {"TOTAL": 0, "LG": 0, "N": None, "LX": None, "LY": None}
    assert nodes(raw, {"G": "B"})["TOTAL"] == [half_up(1_000_000 + 2 * 325_000, 3), half_up(1_000_000 + 2 * 525_000, 3)]
    assert (card := agreed(raw, {"G": "A", "X": "A"})) is not None
    assert card["complete"] is True


def test_a_stage_that_asks_for_an_undecided_node() -> None:
    tree = node("TOTAL", leaf("LG", 1, option="G"), leaf("LX", 1, option="X"))
    stages: list[dict] = [{"requires": []}, {"requires": [{"node": "LX", "at_least": 10}]}, {"requires": [{"node": "LX", "at_least": "30"}]}]
    raw = made([*GATED, single("W", 0, 1, required=True)], tree, stages=stages)
    assert [agreed(raw, sheet)["stage"] for sheet in ({}, {"X": "B"}, {"G": "B"}, {"G": "B", "X": "B"}, {"G": "A"})] == [
        ["S1", "S3"],
        ["S1", "S3"],
        ["S2", "S3"],
        ["S3", "S3"],
        ["S1", "S1"],
    ]
    card = agreed(raw, {"G": "A", "W": "A"})
    assert (card["stage"], card["next"]) == ("S1", [{"node": "LX", "at_least": 100_000, "score": None}])
    card = agreed(raw, {"G": "B", "X": "A", "W": "A"})
    assert (card["stage"], card["next"]) == ("S2", [{"node": "LX", "at_least": 300_000, "score": 100_000}])
    assert agreed(raw, {"G": "B", "X": "B", "W": "A"})["next"] == []


def test_a_later_stage_does_not_count_where_an_earlier_one_fails() -> None:
    stages: list[dict] = [{"requires": []}, {"requires": [{"node": "LX", "at_least": 50}]}, {"requires": [{"node": "LY", "at_least": 50}]}]
    raw = made([single("X", 0, 100), single("Y", 0, 100)], node("TOTAL", leaf("LX", option="X"), leaf("LY", option="Y")), stages=stages)
    assert agreed(raw, {"X": "A", "Y": "B"})["stage"] == "S1"
    assert agreed(raw, {"X": "B", "Y": "A"})["stage"] == "S2"
    assert agreed(raw, {"Y": "B"})["stage"] == ["S1", "S3"]


def test_a_tree_that_does_not_apply_at_all() -> None:
    stages: list[dict] = [{"requires": []}, {"requires": [{"node": "N", "at_least": 1}]}]
    raw = made([single("G", 0, 1), GATED[1]], node("TOTAL", node("N", leaf("LX", option="X"))), stages=stages)
    card = agreed(raw, {"G": "A"})
    assert (card["nodes"], card["stage"], card["complete"]) == ({"TOTAL": None, "N": None, "LX": None}, "S1", True)
    assert agreed(raw, {})["nodes"]["TOTAL"] == [100_000, 300_000]


def test_a_required_text_that_is_missing_makes_the_sheet_incomplete() -> None:
    texts = [{"code": "T", "type": "text", "required": True, "when": {"question": "G", "in": ["B"]}}, {"code": "U", "type": "text", "required": True}]
    raw = made([single("G", 0, 100), *texts], node("TOTAL", leaf("L", option="G")))
    model = loaded(raw)
    cases = {"no": {"G": "A", "U": "u"}, "yes": {"G": "B", "U": "u"}, "open": {"U": "u"}, "none": {"G": "A"}, "empty": {"G": "A", "U": ""}}
    found = {}
    for name, sheet in cases.items():
        card = score(model, read_sheet(model, sheet))
        found[name] = (card.complete, card.missing, card.nodes["TOTAL"])
    assert found == {
        "no": (True, (), 0),
        "yes": (False, ("T",), (1_000_000, 1_000_000)),
        "open": (False, ("G", "T"), (0, 1_000_000)),
        "none": (False, ("U",), (0, 0)),
        "empty": (False, ("U",), (0, 0)),
    }
    dropped = score(model, read_sheet(model, {"G": "A", "U": "u", "T": "gone"}))
    assert "T" not in dropped.counted
    for sheet in ({}, {"G": "B"}, {"G": "B", "T": "x" * 2_000, "U": "u"}, {"T": "x"}, {"G": "A", "U": "𠮷" * 2_001}):
        agreed(raw, sheet)


def test_checks_compare_exactly_and_see_only_what_counts() -> None:
    questions = [
        single("G", 0, 100),
        {"code": "A", "type": "amount", "max": 100_000_000},
        {"code": "B", "type": "amount", "max": 100_000_000, "when": {"question": "G", "in": ["B"]}},
    ]
    tree = node("TOTAL", leaf("LG", option="G"), leaf("LA", piecewise={"question": "A"}, points=[[0, 0], [10, 100]]))
    checks = [
        {"code": "K1", "when": {"ratio": ["A", "B"], "below": "0.0001"}},
        {"code": "K2", "when": {"ratio": ["A", "B"], "scale": 100, "above": "33.3333"}},
        {"code": "K3", "when": {"not": {"question": "A", "at_least": 5}}},
        {"code": "K4", "when": {"node": "LA", "above": "49.9999"}},
        {"code": "K5", "when": {"more": ["B", "A"]}},
        {"code": "K6", "when": {"previous": "A", "at_least": 0}},
    ]
    raw = made([*questions, single("W", 0, 1, required=True)], tree, checks=checks)
    raw["questions"][-2]["required"] = True
    done = {"G": "B", "W": "A"}
    expected = {
        ("0.9999", "10000", "W"): ["K1", "K3", "K5"],
        ("1", "10000", "W"): ["K3", "K5"],
        ("1", "3", "W"): ["K2", "K3", "K5"],
        ("33.3333", "100", "W"): ["K4", "K5"],
        ("5", "0", "W"): ["K4"],
        ("5", "6", ""): ["K2", "K5"],
    }
    for (a, b, rest), warnings in expected.items():
        assert agreed(raw, {"A": a, "B": b, "G": "B", **(done if rest else {})})["warnings"] == warnings, (a, b)
    assert agreed(raw, {"A": 1, "B": 9, "W": "A"})["warnings"] == ["K3"], "B is undecided, A not 5"
    assert agreed(raw, {"A": 1, "B": 9, "G": "A", "W": "A"})["warnings"] == ["K3"], "B was dropped"
