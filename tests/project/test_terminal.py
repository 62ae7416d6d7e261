"""The card in a terminal: what it must show, and that no line is wider than a screen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from rich.cells import cell_len

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import one_decimal
from guanbiao.project.terminal import card_text, fitted, padded, table, wrapped
from tests.cast import SMALL_SHEET, made, small_model, text

CODES = [entry.code for entry in shipped() if entry.code != "ccid-2015"]
LANGUAGES: tuple[Language, ...] = ("zh", "en")
ASPECTS = ("BC", "DX", "ZC", "XT", "JZ", "XY")
ANSI = re.compile("\x1b\\[[0-9;]*m")
Example = Callable[[str, str], dict[str, Any]]


def shown(card: ScoreCard, language: Language, *, colour: bool = False) -> str:
    return card_text(card, language, colour=colour)


def narrow(printed: str) -> None:
    for line in ANSI.sub("", printed).splitlines():
        assert cell_len(line) <= 100, (cell_len(line), line)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["start", "middle", "top"])
@pytest.mark.parametrize("code", CODES)
def test_the_card_shows_ladder_six_aspects_extremes_and_gaps(code: str, name: str, language: Language, example: Example) -> None:
    model = shipped_model(code)
    card = score(model, read_sheet(model, example(code, name)))
    printed = shown(card, language)
    narrow(printed)
    assert one_decimal(card.score("TOTAL") or 0) in printed
    for stage in model.stages:
        assert stage.title.in_(language) in printed and stage.report_title.in_(language) in printed
    assert printed.count("◀") == 1 and ("我在这里" if language == "zh" else "you are here") in printed
    bars = [line for line in printed.splitlines() if re.search("[█·]{30}", line)]
    assert len(bars) == 6
    for aspect, line in zip(ASPECTS, bars, strict=True):
        assert line.startswith(model.node[aspect].title.in_(language)) and line.endswith(one_decimal(card.score(aspect) or 0))
    for gap in card.next:
        assert f"{'✓' if gap.met else '✗'} {model.node[gap.node].title.in_(language)} {one_decimal(gap.score or 0)}" in printed
    assert ("还差" in printed or "asks for" in printed) == (name != "top")
    assert printed.count("▲") == (2 if card.next else 1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_an_empty_sheet_shows_intervals_and_what_is_missing(code: str, language: Language) -> None:
    model = shipped_model(code)
    card = score(model, read_sheet(model, {}))
    printed = shown(card, language)
    narrow(printed)
    assert "0.0–100.0" in printed and str(len(card.missing)) in printed and "…" in printed
    assert ("至少" in printed and "至多" in printed) or ("at least" in printed and "at most" in printed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_colour_changes_nothing_but_the_colour(language: Language, steel: Model, example: Example) -> None:
    card = score(steel, read_sheet(steel, example("iii-steel", "middle")))
    plain, coloured = shown(card, language), shown(card, language, colour=True)
    assert "\x1b" not in plain and "\x1b[1m" in coloured
    assert ANSI.sub("", coloured) == plain


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_warning_is_written_out_over_as_many_lines_as_it_needs(language: Language) -> None:
    raw = small_model()
    raw["checks"][0]["says"] = text("第 {no:NETWORKED} 题联网 {a:NETWORKED}。" * 20, "Card {no:NETWORKED}: {a:NETWORKED} networked. " * 20)
    model = made(raw)
    printed = shown(score(model, read_sheet(model, SMALL_SHEET | {"NETWORKED": 99})), language)
    narrow(printed)
    assert "K01" in printed and printed.replace("\n", "").count("99") == 20


def test_a_check_that_cites_what_was_not_asked_is_shown_as_it_stands() -> None:
    raw = small_model()
    raw["checks"][0]["when"] = {"not": {"question": "SHOP", "in": ["B"]}}
    raw["checks"][0]["says"] = text("设备 {a:MACHINES}。", "Machines {a:MACHINES}.")
    model = made(raw)
    assert "{a:MACHINES}" in shown(score(model, read_sheet(model, SMALL_SHEET | {"SHOP": "A"})), "zh")


NAMES = ["长" * 2_000, "x" * 2_000, "a\x1b[2J\x1b]0;pwned\x07b", "甲\r\n乙\n\n丙", "𠮷" * 90, "\u202egnirts", " " * 50, "👩‍👩‍👧‍👦" * 60]


@pytest.mark.parametrize("name", NAMES)
def test_whatever_the_name_the_card_keeps_its_shape(name: str, small: Model) -> None:
    card = score(small, read_sheet(small, SMALL_SHEET | {"QY01": name, "QY03": name}))
    printed = shown(card, "zh")
    narrow(printed)
    assert "\x1b" not in printed and "\x07" not in printed and "\r" not in printed
    assert len(printed.splitlines()) == len(shown(score(small, read_sheet(small, SMALL_SHEET)), "zh").splitlines())


def test_a_strangers_model_of_long_titles_and_many_stages_keeps_the_shape() -> None:
    raw = small_model()
    long = text("很长的名称" * 60, "A very long title " * 60)
    raw["title"] = long
    for node in (raw["tree"], *raw["tree"]["children"], *raw["tree"]["children"][0]["children"]):
        node["title"] = long
    raw["stages"] = [
        {"code": f"S{n}", "title": long, "report_title": long, "requires": [{"node": "BC", "at_least": n}] if n else []} for n in range(40)
    ]
    for question in raw["questions"]:
        question["title"] = long
    model = made(raw)
    for answers in (SMALL_SHEET, {}, SMALL_SHEET | {"SHOP": None}):
        for language in LANGUAGES:
            narrow(shown(score(model, read_sheet(model, answers)), language))


def test_a_model_of_one_indicator_has_a_card() -> None:
    raw = small_model()
    raw["tree"] = raw["tree"]["children"][1]["children"][0] | {"code": "TOTAL"}
    raw["stages"], raw["checks"] = raw["stages"][:1], []
    model = made(raw)
    card = score(model, read_sheet(model, SMALL_SHEET))
    assert card.nodes == {"TOTAL": 518_750}
    for language in LANGUAGES:
        assert "51.9" in shown(card, language)


@pytest.mark.parametrize("width", [1, 2, 3, 10, 86])
@pytest.mark.parametrize("words", ["", "长", "a", "长a" * 100, "many words of several lengths indeed " * 9, "x" * 500, "，。“”" * 50, "𠮷𬭎" * 40])
def test_wrapping_loses_nothing_and_is_never_too_wide(width: int, words: str) -> None:
    lines = list(wrapped(words, max(width, 2)))
    assert all(cell_len(line) <= max(width, 2) for line in lines)
    assert "".join("".join(lines).split()) == "".join(words.split())
    assert cell_len(fitted(words, width + 2)) <= width + 2


def test_columns_are_lined_up_by_cells() -> None:
    lines = table([["代码", "数"], ["a", "12"], ["长长长", "3"]], right=(0,)).splitlines()
    assert lines == ["  代码  数", "     a  12", "长长长  3"]
    assert padded("长", 5) == "长   " and padded("长", 5, right=True) == "   长" and padded("长长长", 2) == "长长长"
