"""`why` lets a reader redo the arithmetic: these tests are that reader. They know the sentences, not the kernel."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.assessment.rules.why import contributions, share_of_total, why
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Model, OptionPoints, OptionsSum
from guanbiao.kernel.errors import Language, Unusable
from tests.cast import SMALL_SHEET, made, small_model

UNIT = 10_000
LANGUAGES: tuple[Language, ...] = ("zh", "en")
NUMBER = r"[-−]?[0-9][0-9,]*(?:\.[0-9]+)?"
CODES = [entry.code for entry in shipped() if entry.code != "ccid-2015"]


def scaled(text: str) -> int:
    """A printed number as an integer of 1/10,000: nothing may be lost in print."""
    whole, _, rest = text.replace(",", "").replace("−", "-").lstrip("-").partition(".")
    assert len(rest) <= 4, text
    size = int(whole) * UNIT + int((rest + "0000")[:4])
    return -size if text[0] in "-−" else size


def half_up(n: int, d: int) -> int:
    return (2 * n + d) // (2 * d)


def on_the_line(x: int, knots: list[tuple[int, int]]) -> int:
    """Straight lines between knots, by hand."""
    if x <= knots[0][0]:
        return knots[0][1]
    for (x0, y0), (x1, y1) in pairwise(knots):
        if x <= x1:
            return y0 + half_up((x - x0) * (y1 - y0), x1 - x0) if y1 >= y0 else y0 - half_up((x - x0) * (y0 - y1), x1 - x0)
    return knots[-1][1]


def first(pattern: str, text: str) -> Any:
    found = re.search(pattern, text)
    assert found, (pattern, text)
    return found


def redo_inner(lines: list[str]) -> int:
    """The weighted mean out of the last line; every child's line must be in it."""
    sums = next(line for line in lines if "÷" in line)
    terms = re.findall(f"({NUMBER})×([0-9]+)", sums)
    total = int(first(r"÷ ([0-9]+) =", sums)[1])
    assert total == sum(int(weight) for _, weight in terms)
    listed = [(found[1], found[2]) for line in lines if (found := re.search(f"[：:] ?({NUMBER})(?: 分)? × (?:权重|weight) ([0-9]+)/{total}", line))]
    assert listed == terms
    return half_up(sum(scaled(value) * int(weight) for value, weight in terms), total)


def redo_curve(lines: list[str], answers: dict[str, int]) -> int:
    curve = next(line for line in lines if "→" in line)
    knots = [(scaled(x), scaled(y)) for x, y in re.findall(f"({NUMBER})→({NUMBER})", curve)]
    ratio = next((line for line in lines if re.search("比率|Ratio", line)), None)
    if ratio is None:
        [x] = answers.values()
        return on_the_line(x, knots)
    above, below = (sum(answers[code] for code in re.split(r" ?[＋+] ?", side)) for side in re.findall(r"[（(]([A-Z][^（()）]*)[）)]", ratio)[:2])
    scale = int(first("× ([0-9]+)", ratio)[1])
    x = half_up(above * scale * UNIT, below)
    assert scaled(first(f"[＝=] ({NUMBER})[^0-9]*(?:[（(]|$)", ratio.split("×")[1])[1]) == x
    return on_the_line(x, knots)


def redo(model: Model, code: str, lines: list[str]) -> int | None:
    """A node's score from its sentences alone; None where they say that it does not apply."""
    if re.search("）不适用：|is not applicable:", lines[0]):
        return None
    measure = model.node[code].measure
    if measure is None:
        return redo_inner(lines)
    if isinstance(measure, OptionPoints):
        return scaled(first(f"(?:该选项|This option gives) ({NUMBER})", "\n".join(lines))[1])
    if isinstance(measure, OptionsSum):
        added = next(line for line in lines if re.match("\\s*(各选项得分相加|Points added up)", line))
        points = first(r"[：:] ?([0-9. +]+?)(?: =|，|,)", added)[1].split(" + ")
        return min(sum(scaled(point) for point in points), model.full)
    asked = [found for line in lines if (found := re.search(rf"[（(]([A-Z][A-Za-z0-9_.-]*)[）)][：:] ?({NUMBER})", line))]
    return redo_curve(lines, {found[1]: scaled(found[2]) for found in asked})


def check(card: ScoreCard, codes: list[str]) -> None:
    for code in codes:
        for language in LANGUAGES:
            lines = why(card, code, language)
            assert code in lines[0]
            assert redo(card.model, code, lines) == card.nodes[code], (code, lines)


@pytest.mark.parametrize("code", CODES)
def test_a_reader_can_redo_every_score_of_the_examples(code: str, example: Callable[[str, str], dict[str, Any]]) -> None:
    model = shipped_model(code)
    draw = random.Random(code)
    for name in ("start", "middle", "top"):
        card = score(model, read_sheet(model, example(code, name)))
        check(card, ["TOTAL", "CAP", "BEN", *draw.sample(list(model.node), 45)])


def test_a_reader_can_redo_random_sheets_of_awkward_numbers(small: Model) -> None:
    draw = random.Random(7)
    for _ in range(150):
        machines = draw.randrange(1, 100_000)
        raw = SMALL_SHEET | {
            "SHOP": draw.choice("ABC"),
            "MACHINES": machines,
            "NETWORKED": draw.randrange(0, machines + 1),
            "SHARE": f"{draw.randrange(0, 1_000_001) / 10_000:.4f}",
            "SPENT": f"{draw.randrange(0, 10**10) / 10_000:.4f}",
            "GROWTH": f"{draw.randrange(-1_000_000, 10_000_000) / 10_000:.4f}",
            "TOOLS": draw.choice([["H"], ["A"], ["A", "B"], ["A", "B", "C"]]),
        }
        check(score(small, read_sheet(small, raw)), list(small.node))


def test_more_than_full_is_said_to_be_cut(small_sheet: Sheet) -> None:
    raw = small_model()
    for option in raw["questions"][9]["options"][:3]:
        option["points"] = 70
    model = made(raw)
    card = score(model, small_sheet)
    lines = why(card, "BC.3", "zh")
    assert card.nodes["BC.3"] == model.full and "70 + 70，超过满分，记 100" in lines[-1]
    check(card, ["BC.3"])


def test_what_does_not_apply_is_named_and_left_out(small: Model) -> None:
    card = score(small, read_sheet(small, SMALL_SHEET | {"SHOP": "A"}))
    lines = why(card, "BC", "zh")
    assert any("不适用" in line and "指标BC.2" in line for line in lines)
    assert "不适用" in " ".join(why(card, "BC.2", "zh")) and "not apply" in " ".join(why(card, "BC.2", "en"))
    check(card, list(small.node))


def test_an_incomplete_sheet_is_told_in_intervals(small: Model) -> None:
    card = score(small, read_sheet(small, {"SHOP": "B"}))
    assert "0–100" in why(card, "DX.1", "zh")[0]
    assert any("未答" in line for line in why(card, "DX.1", "zh"))
    assert any("not answered" in line for line in why(card, "DX.1", "en"))
    assert not any("÷" in line for line in why(card, "DX", "zh"))


def test_an_unknown_node_is_a_sentence(small: Model, small_sheet: Sheet) -> None:
    with pytest.raises(Unusable) as refused:
        why(score(small, small_sheet), "ZZ\x1b[2J", "zh")
    assert refused.value.code == "why.unknown-node" and "\x1b" not in refused.value.zh


def test_unverified_lines_are_marked(steel: Model, example: Callable[[str, str], dict[str, Any]]) -> None:
    card = score(steel, read_sheet(steel, example("iii-steel", "middle")))
    assert any(line.strip().startswith("▲") and "平台默认值" in line for line in why(card, "BC.1.1", "zh"))
    assert any(line.strip().startswith("▲") and "platform default" in line for line in why(card, "BC.1.1", "en"))


@pytest.mark.parametrize("name", ["start", "middle", "top"])
def test_shares_and_contributions_add_up(name: str, steel: Model, example: Callable[[str, str], dict[str, Any]]) -> None:
    card = score(steel, read_sheet(steel, example("iii-steel", name)))
    leaves = [leaf.code for leaf in steel.leaves]
    assert abs(sum(share_of_total(card, code) for code in leaves) - steel.full) <= len(leaves)
    for node in steel.node.values():
        found = contributions(card, node.code)
        if found:
            assert abs(sum(c.earned for c in found) - (card.score(node.code) or 0)) <= len(found)
            assert abs(sum(c.possible for c in found) - steel.full) <= len(found)
