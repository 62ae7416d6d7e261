"""Thousands of broken sheets and model files, drawn from a seed: never anything but status 0 or 2, and a sentence with the latter."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from guanbiao.indicators.library import LIBRARY, raw_model
from tests.cast import SMALL_SHEET, small_model, written
from tests.conftest import EXAMPLES, Ran

ODD: list[Any] = [
    None, True, False, 0, -1, 1, 2, 63, 64, 10**15, 10**18, 2**63, 10**40, -(10**18), 0.1, -0.0, 1e22, 1e300, float("nan"), float("inf"), "", " ",
    "A", "Z", "１２", "NaN", "1e400", "1e-400", "-", "9" * 70, "9" * 5_000, "\x00", "\x1b[2J",
    "\ud800", "\uffff", "𠮷", "{a:SHOP}", "{no:X}", "長" * 2_100,
    [], [[]], [None], ["A"], ["A", "A"], ["A", "Z"], {}, {"zh": "", "en": ""}, {"zh": "甲", "en": "a"}, {"question": "SHOP", "in": ["A"]},
    {"all": []},
    {"not": {"not": {"not": {"question": "SHARE", "at_least": 1}}}}, [[0, 0], [1, 1]], [[0, 0]], "TOTAL", "BC", "SHOP", "QY01", "single", "count",
    "guanbiao.indicator-parts/1", "guanbiao.indicator-composition/1", "guanbiao.indicator-frame/1", "guanbiao.diagnosis/1",
]  # fmt: skip

SNIPPETS = [
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"\\", b"\\u", b"\\ud800", b"\x00", b"\xff", b"\xc0\xaf", b"\xef\xbb\xbf", b"NaN", b"1e999", b"-",
    b"null",
    b"!!python/object:os.system ", b"&a ", b"*a", b"<<: *a", b"? ", b"---\n", b"%TAG ! x\n", b"\t", b"\n", b"#", b"|\n", b">\n", b"'", b"@", b"`",
    b"~",
    b"[" * 500, b"{\"a\":" * 500, b"9" * 6_000, "１２３".encode(), "\u2028".encode(),
]  # fmt: skip


def spots(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of every value inside."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, inner in items for found in spots(inner, (*path, key)))]


def mutated_value(value: Any, draw: random.Random) -> Any:
    """One to four things inside changed, taken away, doubled, renamed or exchanged."""
    value = deepcopy(value)
    for _ in range(draw.choice([1, 1, 1, 2, 4])):
        path = draw.choice(spots(value))
        if not path:
            continue
        holder = value
        for key in path[:-1]:
            holder = holder[key]
        _mutate(value, holder, path[-1], draw)
    return value


def _mutate(whole: Any, holder: Any, key: Any, draw: random.Random) -> None:
    match draw.randrange(6):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(draw.randrange(len(holder) + 1), deepcopy(holder[key]))
        case 2 if isinstance(holder, dict):
            holder[str(draw.choice(["code", "when", "max", "extra", "SHOP", "QY01", "title", "\ud800", "a\nb"]))] = holder.pop(key)
        case 3:
            source = whole
            for step in draw.choice(spots(whole)):
                source = source[step]
            holder[key] = deepcopy(source)
        case _:
            holder[key] = deepcopy(draw.choice(ODD))


def mutated_bytes(raw: bytes, draw: random.Random) -> bytes:
    """One to five cuts, insertions, doublings or flipped bits."""
    for _ in range(draw.choice([1, 1, 2, 5])):
        at, end = sorted((draw.randrange(len(raw) + 1), draw.randrange(len(raw) + 1)))
        match draw.randrange(5):
            case 0:
                raw = raw[:at] + raw[min(end, at + 40) :]
            case 1:
                raw = raw[:at] + draw.choice(SNIPPETS) + raw[at:]
            case 2:
                raw = raw[:at] + raw[at : at + 60] * 2 + raw[at + 60 :]
            case 3:
                raw = raw[:at]
            case _:
                raw = raw[:at] + bytes([draw.randrange(256)]) + raw[at + 1 :]
        raw = raw or b"x"
    return raw


def drawn(value: Any, draw: random.Random) -> bytes:
    """The JSON of a mutated value, or mutated bytes of the JSON, or both."""
    kind = draw.randrange(3)
    if kind != 0:
        value = mutated_value(value, draw)
    raw = json.dumps(value, indent=draw.choice([None, 1]), ensure_ascii=draw.random() < 0.5).encode("utf-8", "surrogatepass")
    return mutated_bytes(raw, draw) if kind != 1 else raw


def sound(ran: Ran, what: object) -> None:
    assert ran.status in (0, 2), (what, ran)
    assert "Traceback" not in ran.err and "\x1b" not in ran.out + ran.err, what
    if ran.status == 2:
        said = (ran.err or ran.out).strip()
        assert said and any("\u4e00" <= character <= "\u9fff" for character in said), (what, ran)
    (ran.out + ran.err).encode("utf-8", "backslashreplace")


@pytest.mark.parametrize(("code", "name", "count"), [("iii-steel", "middle", 120), ("iii-general", "top", 120)])
def test_broken_sheets_one_by_one(code: str, name: str, count: int, guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    sheet = json.loads((EXAMPLES / code / f"{name}.json").read_bytes())
    draw, statuses = random.Random(f"sheets {code}"), set()
    for number in range(count):
        path = tmp_path / "sheet.json"
        path.write_bytes(drawn(sheet, draw))
        options = draw.choice([[], ["--json"], ["--why"], ["--why", "BC.1"], ["--receipt", str(tmp_path / "r.json")]])
        ran = guanbiao("score", code, str(path), *options)
        sound(ran, (number, options, path.read_bytes()[:2_000]))
        if ran.status == 0 and "--json" in options:
            json.loads(ran.out)
        statuses.add(ran.status)
    assert statuses == {0, 2}


@pytest.mark.parametrize(("code", "name"), [("iii-steel", "top"), ("iii-logistics", "start")])
def test_broken_sheets_as_lines(code: str, name: str, guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    sheet = json.loads((EXAMPLES / code / f"{name}.json").read_bytes())
    draw = random.Random(f"lines {code}")
    lines = [drawn(sheet, draw).replace(b"\n", b" ").replace(b"\r", b" ") or b"x" for _ in range(1_000)]
    path = tmp_path / "sheets.ndjson"
    path.write_bytes(b"\n".join(lines))
    ran = guanbiao("score", code, str(path))
    sound(ran, code)
    cards = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 0 and len(cards) == sum(bool(line.strip()) for line in lines)
    assert {"refused" in card for card in cards} == {True, False}
    for card in cards:
        if "refused" in card:
            assert len(card["refused"]) < 6_000 and card["refused"].endswith("。")


def sheets(tmp_path: Path) -> list[str]:
    return [written(tmp_path, value, f"s{at}.json") for at, value in enumerate([SMALL_SHEET, {}, SMALL_SHEET | {"SHOP": "A", "MACHINES": 1}])]


def test_broken_models_in_json(guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    draw, answers, statuses = random.Random("models"), sheets(tmp_path), []
    for number in range(320):
        path = tmp_path / draw.choice(["m.json", "m.yaml"])
        path.write_bytes(drawn(small_model(), draw))
        what = (number, path.read_bytes()[:6_000])
        for command in (["model", "check", str(path)], ["score", str(path), draw.choice(answers), *draw.choice([[], ["--json"], ["--why"]])]):
            ran = guanbiao(*command)
            sound(ran, what)
            statuses.append(ran.status)
        if statuses[-2] == 2:
            assert statuses[-1] == 2, what
    assert 10 < statuses.count(0) < 610


def test_broken_large_models(guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    raw, _ = raw_model("iii-general")
    draw = random.Random("large")
    draft = written(tmp_path, {}, "draft.json")
    for number in range(12):
        path = tmp_path / "m.json"
        path.write_bytes(drawn(raw, draw))
        sound(guanbiao("score", str(path), draft), number)


def test_broken_compositions(guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    from guanbiao.indicators.rules.json_form import json_ready
    from guanbiao.indicators.rules.safe_yaml import read_yaml

    own = {
        "format": "guanbiao.indicator-composition/1",
        "code": "own",
        "edition": "2026.1",
        "title": {"zh": "自有", "en": "Own"},
        "extends": "iii-general",
        "drop": ["BC.1.3"],
        "weights": {"BC.1.1": 3},
        "override": {
            "BC102": {"title": {"zh": "钱怎么定？"}},
            "BC.1.1": {"measure": {"points": [[0, 0], [1, 100]]}},
            "BC.1": {"title": {"en": "Money"}},
        },
        "aspects": json_ready(read_yaml(LIBRARY / "models" / "iii-general.yaml").value)["aspects"],
        "examples": {"start": {"expect": "S1", "answers": {"QY04": "5"}}},
    }
    draw = random.Random("compositions")
    bodies = [mutated_value(own, draw) if number else own for number in range(14)]
    for number, body in enumerate(bodies):
        ran = guanbiao("model", "check", written(tmp_path, json.loads(json.dumps(body).replace("\\ud800", "?")), "own.json"))
        sound(ran, (number, body))
        assert number or ran.status == 0, ran


def test_broken_yaml_sources(guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    draw = random.Random("yaml")
    paths = [LIBRARY / "models" / "ccid-2015.yaml", LIBRARY / "parts" / "xt-process.yaml", LIBRARY / "frame.yaml"]
    sources = [path.read_bytes() for path in paths]
    for number in range(150):
        path = tmp_path / "source.yaml"
        path.write_bytes(mutated_bytes(draw.choice(sources), draw))
        sound(guanbiao("model", "check", str(path)), (number, path.read_bytes()[:3_000]))


def test_broken_receipts(guanbiao: Callable[..., Ran], tmp_path: Path) -> None:
    model, sheet = written(tmp_path, small_model()), written(tmp_path, SMALL_SHEET, "sheet.json")
    receipt = tmp_path / "r.json"
    assert guanbiao("score", model, sheet, "--receipt", str(receipt)).status == 0
    good, draw, held = json.loads(receipt.read_bytes()), random.Random("receipts"), 0
    for number in range(150):
        path = tmp_path / "broken.json"
        path.write_bytes(drawn(good, draw))
        ran = guanbiao("verify-receipt", str(path), "--model", model, "--answers", sheet)
        assert ran.status in (0, 1, 2) and "Traceback" not in ran.err, (number, path.read_bytes())
        held += ran.status == 0
    assert held < 30
