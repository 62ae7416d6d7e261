"""Every kind of defect a model can have, each listed with file, line and path; all of them, not only the first."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guanbiao.indicators.rules.json_form import json_ready
from guanbiao.indicators.rules.proofs import defects_of, locate_in, unguarded_denominators
from guanbiao.indicators.rules.safe_json import read_json
from guanbiao.indicators.rules.safe_yaml import Defect
from guanbiao.indicators.rules.schema import schema_defects
from guanbiao.indicators.sources import check_file, read_model_file
from tests.cast import options, small_model, text, written

SHOP, MACHINES, NETWORKED, SHARE, SPENT, GROWTH, TOOLS = range(3, 10)


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(model: Any) -> None:
        for step in path[:-1]:
            model = model[step]
        model[path[-1]] = value

    return change


def gone(*path: str | int) -> Callable[[dict[str, Any]], None]:
    def change(model: Any) -> None:
        for step in path[:-1]:
            model = model[step]
        del model[path[-1]]

    return change


def added(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(model: Any) -> None:
        for step in path:
            model = model[step]
        model.append(value)

    return change


BC = ("tree", "children", 0, "children")
DX = ("tree", "children", 1, "children")
CHECK_SAYS = ("checks", 0, "says", "zh")

# name: (change, path of the defect, what it says)
PROOFS: dict[str, tuple[Callable[[dict[str, Any]], None], str, str]] = {
    "a question code used twice": (put("questions", SHARE, "code", value="SPENT"), "questions[6]", "SPENT is used twice"),
    "a node code used twice": (put(*BC, 1, "code", value="BC.1"), "tree.children[0].children[0]", "BC.1 is used twice"),
    "a stage code used twice": (put("stages", 1, "code", value="S1"), "stages[0]", "S1 is used twice"),
    "a section code used twice": (put("sections", 1, "code", value="QY"), "sections[0]", "QY is used twice"),
    "a check code used twice": (lambda m: m["checks"].append(m["checks"][0]), "checks[0]", "K01 is used twice"),
    "a card code used twice": (lambda m: m["cards"].append(m["cards"][0]), "cards[0]", "K1 is used twice"),
    "a card named as a question": (put("cards", 0, "code", value="SHARE"), "cards[0]", "share the code SHARE"),
    "no name question": (put("questions", 0, "code", value="QY99"), "sections[0]", "text question QY01"),
    "a period that is no text": (lambda m: m["questions"][2].update(type="percent"), "sections[0]", "text question QY03"),
    "an unknown section": (put("questions", SHARE, "section", value="ZZ"), "questions[6].section", "no section ZZ"),
    "an unknown part": (put("questions", SHARE, "part", value="BC.9"), "questions[6].part", "no part BC.9"),
    "min above max": (put("questions", SHARE, "min", value=200), "questions[6].min", "min is above max"),
    "a range beyond 64 bits": (put("questions", SPENT, "max", value=10**15), "questions[7].max", "too wide"),
    "an option code used twice": (put("questions", SHOP, "options", 1, "code", value="A"), "questions[3].options", "used twice"),
    "63 options": (
        put("questions", TOOLS, "options", value=[{"code": f"O{n}", "title": text("项", "Item"), "points": 1} for n in range(63)] + options(1)),
        "questions[9].options",
        "more than 62",
    ),
    "an unknown exclusive option": (put("questions", TOOLS, "exclusive", value="Z"), "questions[9].exclusive", "no option Z"),
    "points below 0": (put("questions", SHOP, "options", 0, "points", value=-1), "questions[3].options[0].points", "between 0 and full"),
    "points above full": (put("questions", SHOP, "options", 2, "points", value="100.0001"), "questions[3].options[2].points", "0 and full"),
    "a condition on an unknown question": (put("questions", SHARE, "when", value={"question": "NONE", "in": ["A"]}), "questions[6].when", "NONE"),
    "a condition that looks ahead": (put("questions", SHOP, "when", value={"question": "SHARE", "at_least": 1}), "questions[3].when", "look back"),
    "a condition on itself": (put("questions", SHARE, "when", value={"question": "SHARE", "at_least": 1}), "questions[6].when", "look back"),
    "in on a number": (put("questions", SPENT, "when", value={"question": "SHARE", "in": ["A"]}), "questions[7].when", "say at_least"),
    "at_least on a choice": (put("questions", SPENT, "when", value={"question": "SHOP", "at_least": 1}), "questions[7].when", "say in"),
    "in on a text": (put("questions", SPENT, "when", value={"question": "QY01", "in": ["A"]}), "questions[7].when", "no options"),
    "an unknown option in a condition": (put("questions", SPENT, "when", value={"question": "SHOP", "in": ["X"]}), "questions[7].when", "option X"),
    "a number out of reach": (put("questions", SPENT, "when", value={"question": "SHARE", "at_least": 101}), "questions[7].when", "never reach"),
    "a condition that can never hold": (
        put("questions", SPENT, "when", value={"all": [{"question": "SHOP", "in": ["A"]}, {"not": {"question": "SHOP", "in": ["A"]}}]}),
        "tree.children[1].children[1].measure",
        "can never hold",
    ),
    "a condition that hangs on one that never applies": (
        put("questions", SPENT, "when", value={"all": [{"question": "SHOP", "in": ["A"]}, {"question": "MACHINES", "at_least": 1}]}),
        "tree.children[1].children[1].measure",
        "can never hold",
    ),
    "a card of an unknown question": (put("cards", 0, "fields", value=["MACHINES", "NETWORKED", "NONE"]), "cards[0].fields", "no question NONE"),
    "a question on two cards": (
        added("cards", value={"code": "K2", "title": text("又", "Again"), "fields": ["NETWORKED"]}),
        "cards[1].fields",
        "shares a question with card K1",
    ),
    "a question twice on one card": (put("cards", 0, "fields", value=["MACHINES", "MACHINES"]), "cards[0].fields", "names a question twice"),
    "a card of questions that stand apart": (put("cards", 0, "fields", value=["MACHINES", "SHARE"]), "cards[0].fields", "next to each other"),
    "a measure of an unknown question": (put(*BC, 0, "measure", value={"option": "NONE"}), "tree.children[0].children[0].measure", "question NONE"),
    "option of a number": (put(*BC, 0, "measure", value={"option": "SHARE"}), "tree.children[0].children[0].measure", "cannot be measured"),
    "a sum over a single choice": (put(*BC, 0, "measure", value={"options_sum": "SHOP"}), "tree.children[0].children[0].measure", "cannot be"),
    "a curve over a text": (
        put(*DX, 0, "measure", "piecewise", value={"question": "QY01"}),
        "tree.children[1].children[0].measure",
        "cannot be measured",
    ),
    "knots that do not ascend": (put(*DX, 0, "measure", "points", value=[[0, 0], [0, 100]]), "tree.children[1].children[0].measure", "ascend"),
    "knots equal after rounding": (
        put(*DX, 0, "measure", "points", value=[["0.00001", 0], ["0.00002", 100]]),
        "tree.children[1].children[0].measure",
        "ascend",
    ),
    "knots above full": (put(*DX, 0, "measure", "points", value=[[0, 0], [80, 101]]), "tree.children[1].children[0].measure", "0 and full"),
    "knots beyond the range": (put(*DX, 0, "measure", "points", value=[[0, 0], [101, 100]]), "tree.children[1].children[0].measure", "beyond"),
    "knots beyond 64 bits": (
        put(*BC, 1, "measure", "points", value=[[-(10**15), 0], [10**15, 0]]),
        "tree.children[0].children[1].measure",
        "too large for 64-bit",
    ),
    "knots whose product passes 2⁶³": (
        put(*BC, 1, "measure", "points", value=[[0, 0], [10**9, 100]]),
        "tree.children[0].children[1].measure",
        "wide",
    ),
    "a ratio whose product passes 2⁶³": (
        lambda m: (m["questions"][NETWORKED].update(max=10**12), m["tree"]["children"][0]["children"][1]["measure"]["piecewise"].update(scale=10**6)),
        "tree.children[0].children[1].measure",
        "numerator's max",
    ),
    "a negative denominator": (
        put(*BC, 1, "measure", "piecewise", value={"ratio": ["SPENT", "GROWTH"]}),
        "tree.children[0].children[1].measure",
        "may not be negative",
    ),
    "a first stage that asks": (put("stages", 0, "requires", value=[{"node": "BC", "at_least": 1}]), "stages[0].requires", "requires nothing"),
    "a later stage that asks nothing": (put("stages", 1, "requires", value=[]), "stages[1].requires", "must require"),
    "a stage of an unknown node": (put("stages", 1, "requires", 0, "node", value="ZZ"), "stages[1].requires[0].node", "no node ZZ"),
    "a threshold of 0": (put("stages", 1, "requires", 0, "at_least", value=0), "stages[1].requires[0].at_least", "above 0"),
    "a threshold above full": (put("stages", 1, "requires", 1, "at_least", value=101), "stages[1].requires[1].at_least", "at most full"),
    "a check of an unknown question": (put("checks", 0, "when", value={"question": "NONE", "at_least": 1}), "checks[0].when", "no question NONE"),
    "a check of an unknown node": (put("checks", 0, "when", value={"node": "ZZ", "above": 1}), "checks[0].when", "no node ZZ"),
    "a comparison of a choice": (put("checks", 0, "when", value={"more": ["SHOP", "SHARE"]}), "checks[0].when", "cannot be compared"),
    "last period's unknown option": (put("checks", 0, "when", value={"previous": "SHOP", "in": ["X"]}), "checks[0].when", "no option X"),
    "a sentence with an unknown question": (put(*CHECK_SAYS, value="见 {a:NONE}。"), "checks[0].says.zh", "{a:NONE} can never be filled"),
    "a sentence with an unknown field": (put(*CHECK_SAYS, value="见 {b:SHOP}。"), "checks[0].says.zh", "{b:SHOP} can never be filled"),
    "the next option of a number": (put(*CHECK_SAYS, value="见 {next:SHARE}。"), "checks[0].says.zh", "{next:SHARE} can never be filled"),
    "the value of an inner node": (put(*CHECK_SAYS, value="见 {v:BC}。"), "checks[0].says.zh", "{v:BC} can never be filled"),
    "an orphan": (
        added("questions", value={"code": "IDLE", "section": "BC", "part": "BC.1", "type": "percent", "title": text("闲", "Idle")}),
        "questions[10]",
        "neither scored nor named",
    ),
    "full of 0": (put("full", value=0), "full", "full must lie"),
    "full below 0": (put("full", value=-100), "full", "full must lie"),
    "full beyond int32": (put("full", value=10**6), "full", "full must lie"),
}

SCHEMA: dict[str, tuple[Callable[[dict[str, Any]], None], str, str]] = {
    "weight 0": (put(*BC, 0, "weight", value=0), "tree.children[0].children[0].weight", "outside the allowed range"),
    "weight below 0": (put(*BC, 0, "weight", value=-3), "tree.children[0].children[0].weight", "outside the allowed range"),
    "weight 1.5": (put(*BC, 0, "weight", value=1.5), "tree.children[0].children[0].weight", "wrong type"),
    "weight true": (put(*BC, 0, "weight", value=True), "tree.children[0].children[0].weight", "wrong type"),
    "no English": (gone("questions", SHOP, "title", "en"), "questions[3].title", "en is missing"),
    "no Chinese": (gone("title", "zh"), "title", "zh is missing"),
    "an empty English": (put("questions", SHOP, "title", "en", value=""), "questions[3].title.en", ""),
    "a blank Chinese": (put("questions", SHOP, "title", "zh", value=" \n "), "questions[3].title.zh", "not of the right form"),
    "a title that steers the terminal": (put("title", "zh", value="\x1b[2J"), "title.zh", "not of the right form"),
    "half a surrogate pair": (put("title", "zh", value="\ud800"), "title.zh", "not of the right form"),
    "a code with a newline": (put("questions", SHARE, "code", value="SHARE\n"), "questions[6].code", "not of the right form"),
    "a lower-case code": (put("questions", SHARE, "code", value="share"), "questions[6].code", "not of the right form"),
    "an unknown key": (put("questions", SHARE, "colour", value="red"), "questions[6]", "unknown key: colour"),
    "an unknown type": (put("questions", SHARE, "type", value="slider"), "questions[6].type", "not among the allowed values"),
    "a choice without options": (gone("questions", SHOP, "options"), "questions[3]", "options is missing"),
    "options on a number": (put("questions", SHARE, "options", value=options(0, 1)), "questions[6]", "no options"),
    "an amount without max": (gone("questions", SPENT, "max"), "questions[7]", "max is missing"),
    "an amount without unit": (gone("questions", SPENT, "unit"), "questions[7]", "unit is missing"),
    "exclusive on a single choice": (put("questions", SHOP, "exclusive", value="A"), "questions[3].type", ""),
    "a max as words": (put("questions", SPENT, "max", value="plenty"), "questions[7].max", "not of the right form"),
    "a max of a million digits": (put("questions", SPENT, "max", value="9" * 1_000_000), "questions[7].max", "not of the right form"),
    "a max of 10⁴⁰": (put("questions", SPENT, "max", value=10**40), "questions[7].max", "outside the allowed range"),
    "one knot": (put(*DX, 0, "measure", "points", value=[[0, 0]]), "tree.children[1].children[0].measure.points", "outside the allowed range"),
    "a knot of three": (put(*DX, 0, "measure", "points", 0, value=[0, 0, 0]), "tree.children[1].children[0].measure.points[0]", "range"),
    "a node without children": (put("tree", "children", 0, "children", value=[]), "tree.children[0].children", ""),
    "no tree": (gone("tree"), "", "tree is missing"),
    "no stages": (put("stages", value=[]), "stages", ""),
    "a condition of nothing": (put("questions", SHARE, "when", value={}), "questions[6].when", ""),
    "a condition of two kinds": (
        put("questions", SHARE, "when", value={"question": "SHOP", "in": ["A"], "at_least": 1}),
        "questions[6].when",
        "",
    ),
    "a check that looks back on a question": (put("questions", SHARE, "when", value={"more": ["A", "B"]}), "questions[6].when", ""),
    "a parameter beyond 2⁵³": (
        put("parameters", value={"x": {"value": 2**60, "source": text("无", "None"), "verified": False}}),
        "parameters.x.value",
        "",
    ),
}


def defects(model: dict[str, Any], tmp_path: Path) -> tuple[list[Defect], list[str]]:
    path = written(tmp_path, model) if not _has_half_pair(model) else _ascii(tmp_path, model)
    _, found = read_model_file(Path(path))
    return found, Path(path).read_text(encoding="utf-8").splitlines()


def _has_half_pair(model: dict[str, Any]) -> bool:
    return "\\ud" in json.dumps(model)


def _ascii(tmp_path: Path, model: dict[str, Any]) -> str:
    path = tmp_path / "model.json"
    path.write_text(json.dumps(model, indent=1), encoding="utf-8")
    return str(path)


@pytest.mark.parametrize("case", [*PROOFS, *SCHEMA])
def test_each_defect_is_listed_with_its_file_line_and_path(case: str, tmp_path: Path) -> None:
    change, path, says = (PROOFS | SCHEMA)[case]
    model = small_model()
    change(model)
    found, lines = defects(model, tmp_path)
    assert any(defect.path == path and says in defect.en for defect in found), [defect.sentence("en") for defect in found]
    for defect in found:
        assert defect.file == str(tmp_path / "model.json")
        assert 1 <= defect.line <= len(lines)
        last = defect.path.split(".")[-1]
        if last and not last.endswith("]"):
            assert f'"{last}"' in lines[defect.line - 1] or last not in str(model), defect
        assert defect.zh.endswith(("。", "）。")) and defect.zh != defect.en


def test_the_small_model_itself_has_no_defect(tmp_path: Path) -> None:
    found, _ = defects(small_model(), tmp_path)
    assert found == []
    assert unguarded_denominators(json_ready(small_model()), locate_in(read_json(json.dumps(small_model()).encode(), name="x"))) == []


def test_all_defects_are_listed_at_once(tmp_path: Path) -> None:
    model = small_model()
    wanted = ["an unknown exclusive option", "knots above full", "a threshold of 0", "a check of an unknown node", "an orphan", "an unknown section"]
    for case in wanted:
        PROOFS[case][0](model)
    found, _ = defects(model, tmp_path)
    assert {(PROOFS[case][1], True) for case in wanted} <= {(defect.path, True) for defect in found}
    assert len(found) >= len(wanted)


def test_all_schema_defects_are_listed_at_once(tmp_path: Path) -> None:
    model = small_model()
    wanted = ["weight 0", "no English", "an unknown type", "a max as words", "one knot", "no Chinese"]
    for case in wanted:
        SCHEMA[case][0](model)
    found, _ = defects(model, tmp_path)
    assert {SCHEMA[case][1] for case in wanted} <= {defect.path for defect in found}


def test_a_denominator_that_may_be_0_is_found_though_a_stranger_may_have_it() -> None:
    model = small_model()
    model["questions"][MACHINES]["min"] = 0
    document = read_json(json.dumps(model).encode(), name="x")
    assert schema_defects(document) == [] and defects_of(json_ready(document.value), locate_in(document)) == []
    found = unguarded_denominators(json_ready(document.value), locate_in(document))
    assert [(defect.path, "may be 0" in defect.en) for defect in found] == [("tree.children[0].children[1].measure", True)]
    model["questions"][NETWORKED]["when"] = {"question": "MACHINES", "at_least": 1}
    document = read_json(json.dumps(model).encode(), name="x")
    assert unguarded_denominators(json_ready(document.value), locate_in(document)) == []


@pytest.mark.parametrize("lines", [2_000])
def test_conditions_that_run_in_circles_or_chains_end(lines: int, tmp_path: Path) -> None:
    model = small_model()
    model["questions"][SHOP]["when"] = {"question": "SHARE", "at_least": 1}
    model["questions"][SHARE]["when"] = {"question": "SHOP", "in": ["A"]}
    for n in range(lines):
        before = f"C{n - 1}" if n else "SHARE"
        asked = {"code": f"C{n}", "section": "BC", "type": "count", "max": 5, "title": text("链", "Chain")}
        model["questions"].append(asked | {"when": {"question": before, "at_least": 0}})
    measure = {"piecewise": {"question": f"C{lines - 1}"}, "points": [[0, 0], [5, 100]]}
    model["tree"]["children"].append({"code": "END", "weight": 1, "title": text("末", "End"), "measure": measure})
    start = time.perf_counter()
    found, _ = defects(model, tmp_path)
    assert any("look back" in defect.en for defect in found)
    assert time.perf_counter() - start < 20


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        ("format: guanbiao.indicator-model/9\n", 1, "format must be one of"),
        ("[]\n", 1, "format must be one of"),
        ("just words\n", 1, "format must be one of"),
        ("format: [guanbiao.indicator-model/1]\n", 1, "format must be one of"),
        ("a: &x 1\nb: *x\n", 1, "anchors"),
        ("format: x\nformat: y\n", 2, "twice"),
    ],
)
def test_a_file_that_is_no_questionnaire_at_all_is_one_defect(body: str, line: int, says: str, tmp_path: Path) -> None:
    path = tmp_path / "m.yaml"
    path.write_text(body, encoding="utf-8")
    _, found = check_file(path)
    assert [(defect.file, defect.line, says in defect.en) for defect in found] == [(str(path), line, True)]


@pytest.mark.parametrize("raw", [b"\xff\xfe", "名".encode("gbk"), b"", b"x" * 2_000_001, b"[" * 100 + b"]" * 100])
@pytest.mark.parametrize("name", ["m.yaml", "m.json"])
def test_bytes_that_are_no_text_are_one_defect(raw: bytes, name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(raw)
    _, found = check_file(path)
    assert len(found) == 1 and found[0].file == str(path)


def test_a_model_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    for name, body in (("m.json", json.dumps(small_model())), ("m.yaml", json.dumps(small_model(), ensure_ascii=False))):
        path = tmp_path / name
        path.write_text("\ufeff" + body, encoding="utf-8")
        assert check_file(path)[1] == []


def test_yaml_and_json_of_one_model_come_to_one_digest(tmp_path: Path) -> None:
    from guanbiao.assessment.sheets import model_by_name

    body = json.dumps(small_model(), ensure_ascii=False)
    for name in ("m.json", "m.yaml"):
        (tmp_path / name).write_text(body, encoding="utf-8")
    assert model_by_name(str(tmp_path / "m.json")).digest == model_by_name(str(tmp_path / "m.yaml")).digest
