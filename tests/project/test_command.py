"""The command line: exit statuses, streams, languages; whatever the input, a sentence and never a traceback."""

from __future__ import annotations

import io
import json
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from guanbiao.indicators.library import LIBRARY
from guanbiao.project.files import replacing, write_whole
from tests.cast import SMALL_SHEET, small_model, text, written
from tests.conftest import EXAMPLES, REPOSITORY, Ran

Guanbiao = Callable[..., Ran]

MIDDLE = str(EXAMPLES / "iii-steel" / "middle.json")


@pytest.fixture
def sheet(tmp_path: Path) -> str:
    return written(tmp_path, SMALL_SHEET, "sheet.json")


@pytest.fixture
def model(tmp_path: Path) -> str:
    return written(tmp_path, small_model())


def one_sentence(ran: Ran, *, says: str = "") -> None:
    assert ran.status == 2 and ran.out == "", ran
    assert "Traceback" not in ran.err and ran.err.strip() and ran.err.endswith("\n")
    assert says in ran.err


# -- bad input


def test_a_refusal_is_said_in_the_language_chosen(guanbiao: Guanbiao, monkeypatch: pytest.MonkeyPatch) -> None:
    one_sentence(guanbiao("score", "iii-steel", "no.json"), says="没有这个文件")
    one_sentence(guanbiao("score", "iii-steel", "no.json", "--lang", "en"), says="cannot be read")
    monkeypatch.setenv("GUANBIAO_LANG", "en")
    one_sentence(guanbiao("score", "iii-steel", "no.json"), says="cannot be read")
    one_sentence(guanbiao("score", "iii-steel", "no.json", "--lang", "zh"), says="请检查路径")


UNUSABLE: dict[str, list[str]] = {
    "an unknown model": ["score", "iii-stele", MIDDLE],
    "a model of control characters": ["score", "\x1b[2J", MIDDLE],
    "a missing model file": ["score", "./no.yaml", MIDDLE],
    "a sheet as model": ["score", MIDDLE, MIDDLE],
    "a folder as model": ["score", "./", MIDDLE],
    "a folder as sheet": ["score", "iii-steel", "/tmp"],
    "a device as sheet": ["score", "iii-steel", "/dev/zero"],
    "a null byte in the path": ["score", "iii-steel", "a\0b.json"],
    "an endless name": ["score", "iii-steel", "x" * 5_000],
    "another model's sheet": ["score", "iii-software", MIDDLE],
    "an unknown node": ["score", "iii-steel", MIDDLE, "--why", "ZZ"],
    "a receipt of many": ["score", "iii-steel", "x.ndjson", "--receipt", "r.json"],
    "missing lines": ["score", "iii-steel", "no.ndjson"],
    "an unknown industry": ["model", "find", "Z9"],
    "a missing file to check": ["model", "check", "no.yaml"],
    "a folder to check": ["model", "check", "/tmp"],
    "showing an unknown model": ["model", "show", "nothing"],
    "a missing receipt": ["verify-receipt", "no.json", "--model", "iii-steel", "--answers", MIDDLE],
    "a sheet as a receipt's file of bytes": ["verify-receipt", sys.executable, "--model", "iii-steel", "--answers", MIDDLE],
    "a missing table": ["rescore", "iii-steel", "no.parquet", "-o", "out.parquet"],
}


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("case", UNUSABLE)
def test_what_cannot_be_used_is_a_sentence_and_status_2(case: str, language: str, guanbiao: Guanbiao) -> None:
    ran = guanbiao(*UNUSABLE[case], "--lang", language)
    one_sentence(ran)
    assert "\x1b" not in ran.err and len(ran.err) < 6_000
    chinese = any("\u4e00" <= character <= "\u9fff" for character in ran.err.replace("钢铁", ""))
    assert chinese == (language == "zh"), ran.err


@pytest.mark.parametrize(
    "argv", ["nonsense", "score", "score iii-steel", "score a b --lang fr", "model", "model find 31 --production x", "--nope", "rescore a b"]
)
def test_a_wrong_command_line_is_status_2_in_both_languages(argv: str, guanbiao: Guanbiao) -> None:
    ran = guanbiao(*argv.split())
    assert ran.status == 2 and ran.out == ""
    assert "命令写法不对" in ran.err and "wrong command line" in ran.err and "usage:" in ran.err


def test_no_command_prints_the_help(guanbiao: Guanbiao) -> None:
    ran = guanbiao()
    assert ran.status == 2 and "score" in ran.out and "计分" in ran.out


def test_every_defect_of_a_model_file_is_listed_and_the_status_is_2(guanbiao: Guanbiao, tmp_path: Path) -> None:
    raw = small_model()
    raw["questions"][9]["exclusive"] = "Z"
    raw["stages"][1]["requires"][0]["at_least"] = 0
    raw["tree"]["children"][1]["children"][0]["measure"]["points"] = [[0, 0], [101, 100]]
    path = written(tmp_path, raw)
    for language, word in (("zh", "没有选项 Z"), ("en", "no option Z")):
        ran = guanbiao("model", "check", path, "--lang", language)
        assert ran.status == 2 and len(ran.out.splitlines()) == 3 and word in ran.out and "3" in ran.err
        assert all(line.startswith(f"{path}:") for line in ran.out.splitlines())
        one_sentence(guanbiao("score", path, MIDDLE, "--lang", language), says=word)


@pytest.mark.parametrize("name", ["frame", "models/ccid-2015", "models/iii-pharma", "parts/profile", "parts/bc", "parts/steel", "parts/energy"])
def test_the_shipped_sources_pass_the_check(name: str, guanbiao: Guanbiao) -> None:
    ran = guanbiao("model", "check", str(LIBRARY / f"{name}.yaml"))
    assert (ran.status, ran.err) == (0, "") and "没有问题" in ran.out


# -- unwritable output


def test_an_unwritable_receipt_leaves_the_old_file_whole(guanbiao: Guanbiao, model: str, sheet: str, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for target in (folder, tmp_path / "no" / "r.json", tmp_path / "model.json" / "r.json", tmp_path / ("n" * 300)):
        ran = guanbiao("score", model, sheet, "--receipt", str(target), "--lang", "en")
        one_sentence(ran)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "model.json", "sheet.json"]


def test_a_write_that_fails_half_way_leaves_the_old_file_whole(tmp_path: Path) -> None:
    path = tmp_path / "report.bin"
    path.write_bytes(b"old")
    for error in (OSError(28, "No space left on device"), ValueError("a bug"), KeyboardInterrupt()):
        with pytest.raises(BaseException) as raised, replacing(path) as beside:
            beside.write_bytes(b"half")
            raise error
        assert isinstance(raised.value, type(error)) or "磁盘空间" in getattr(raised.value, "zh", "")
        assert path.read_bytes() == b"old" and [found.name for found in tmp_path.iterdir()] == ["report.bin"]


def test_a_device_is_never_replaced_by_a_file(guanbiao: Guanbiao, model: str, sheet: str) -> None:
    one_sentence(guanbiao("score", model, sheet, "--receipt", "/dev/null"), says="不是普通文件")
    assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


def test_rights_and_links_are_kept(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    real.write_bytes(b"old")
    real.chmod(0o600)
    link.symlink_to(real)
    write_whole(link, b"new")
    assert link.is_symlink() and real.read_bytes() == b"new" and stat.S_IMODE(real.stat().st_mode) == 0o600


# -- scoring


def test_json_prints_only_json(guanbiao: Guanbiao, model: str, sheet: str) -> None:
    ran = guanbiao("score", model, sheet, "--json")
    assert (ran.status, ran.err) == (0, "") and ran.out.count("\n") == 1
    card = json.loads(ran.out)
    assert list(card) == ["model", "edition", "digest", "complete", "missing", "nodes", "stage", "next", "warnings"]
    assert card["complete"] is True and card["nodes"]["TOTAL"] == 545_108


def test_the_small_sheet_comes_to_what_the_hand_computes(guanbiao: Guanbiao, model: str, sheet: str) -> None:
    """BC.1 40 · BC.2 3/8 = 37.5 % → 52.5 · BC.3 30+40; DX.1 41.5 → 51.875 · DX.2 0.25 → 25 · DX.3 −12.3456 → 62.3456."""
    nodes = json.loads(guanbiao("score", model, sheet, "--json").out)["nodes"]
    assert nodes == {
        "TOTAL": (60 * 587_500 + 40 * 481_520 + 50) // 100,
        "BC": (20 * 400_000 + 30 * 525_000 + 50 * 700_000 + 50) // 100,
        "BC.1": 400_000, "BC.2": 525_000, "BC.3": 700_000,
        "DX": (518_750 + 2 * 250_000 + 3 * 623_456 + 3) // 6,
        "DX.1": 518_750, "DX.2": 250_000, "DX.3": 623_456,
    }  # fmt: skip


@pytest.mark.parametrize("answers", [{}, {"SHOP": "B"}, SMALL_SHEET | {"TOOLS": None}])
def test_an_incomplete_sheet_is_scored_with_status_0(answers: dict[str, Any], guanbiao: Guanbiao, model: str, tmp_path: Path) -> None:
    path = written(tmp_path, answers, "draft.json")
    card = json.loads(guanbiao("score", model, path, "--json").out)
    assert card["complete"] is False and card["missing"] and card["next"] == []
    assert all(value is None or (isinstance(value, list) and value[0] <= value[1]) for value in card["nodes"].values())
    shown = guanbiao("score", model, path)
    assert shown.status == 0 and "区间" in shown.out and "题要答" in shown.out


def test_full_width_digits_are_scored_and_said(guanbiao: Guanbiao, model: str, tmp_path: Path) -> None:
    path = written(tmp_path, SMALL_SHEET | {"SHARE": "４１．５"}, "wide.json")
    plain = guanbiao("score", model, path, "--json")
    assert "按 41.5 读取" in plain.err and json.loads(plain.out)["nodes"]["DX.1"] == 518_750
    assert "was read as 41.5" in guanbiao("score", model, path, "--json", "--lang", "en").err


@pytest.mark.parametrize("code", ["iii-steel", "iii-software", "ccid-2015"])
def test_why_is_sentences_or_part_of_the_json(code: str, guanbiao: Guanbiao, tmp_path: Path) -> None:
    path = str(EXAMPLES / code / "middle.json")
    if code == "ccid-2015":
        path = written(tmp_path, {"QY01": "全国", "QY02": "0", "QY03": "2015", "IDX01": "75.37", "IDX02": "80", "IDX03": "120"}, "ccid.json")
    for language in ("zh", "en"):
        shown = guanbiao("score", code, path, "--why", "--lang", language)
        assert shown.status == 0 and "TOTAL" in shown.out.splitlines()[0]
        assert json.loads(guanbiao("score", code, path, "--json", "--why", "TOTAL", "--lang", language).out)["why"] == shown.out.splitlines()


def test_a_receipt_is_written_verified_and_found_out(guanbiao: Guanbiao, model: str, sheet: str, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    assert guanbiao("score", model, sheet, "--receipt", str(receipt), "--json").status == 0
    for language, word in (("zh", "回执相符"), ("en", "The receipt holds")):
        ran = guanbiao("verify-receipt", str(receipt), "--model", model, "--answers", sheet, "--lang", language)
        assert ran.status == 0 and word in ran.out and ran.err == ""
    body = receipt.read_text(encoding="utf-8")
    tampered = tmp_path / "tampered.json"
    for old, new in {"545108": "545109", '"S1"': '"S2"', '"complete":true': '"complete":false', "score-receipt/1": "score-receipt/2"}.items():
        assert old in body
        tampered.write_text(body.replace(old, new), encoding="utf-8")
        for language, word in (("zh", "回执不符"), ("en", "does not hold")):
            ran = guanbiao("verify-receipt", str(tampered), "--model", model, "--answers", sheet, "--lang", language)
            assert ran.status == 1 and ran.out == "" and word in ran.err


@pytest.mark.parametrize("body", ["[]", "{", '{"format":1,"format":2}', '{"nodes": 1' + "0" * 9_000 + "}", "\ufeff[]", ""])
def test_a_receipt_that_is_no_object_cannot_be_used(body: str, guanbiao: Guanbiao, model: str, sheet: str, tmp_path: Path) -> None:
    path = tmp_path / "receipt.json"
    path.write_text(body, encoding="utf-8")
    one_sentence(guanbiao("verify-receipt", str(path), "--model", model, "--answers", sheet))


@pytest.mark.parametrize("field", ["model", "nodes", "stage", "engine", "scored_at", "answers"])
@pytest.mark.parametrize("value", [None, 7, "x", ["a"], {"a": 1}, True])
def test_a_receipt_of_odd_fields_does_not_hold(field: str, value: Any, guanbiao: Guanbiao, model: str, sheet: str, tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.json"
    guanbiao("score", model, sheet, "--receipt", str(receipt))
    body = json.loads(receipt.read_bytes())
    ran = guanbiao("verify-receipt", written(tmp_path, body | {field: value}, "odd.json"), "--model", model, "--answers", sheet)
    assert ran.status == 1 and "回执不符" in ran.err


# -- many sheets


LINES = [json.dumps(SMALL_SHEET), "", '{"SHOP": "Z"}', "not json", "{}", '{"SHOP": "A", "SHOP": "B"}', json.dumps(SMALL_SHEET | {"QY01": "\ud800"})]


def test_refused_lines_are_reported_in_their_place_and_the_others_go_on(guanbiao: Guanbiao, model: str, tmp_path: Path) -> None:
    path = tmp_path / "sheets.ndjson"
    path.write_text("\n".join(LINES), encoding="utf-8")
    ran = guanbiao("score", model, str(path))
    cards = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.status == 0
    assert [card.get("line", "card") for card in cards] == ["card", 3, 4, "card", 6, "card"]
    assert "SHOP" in cards[1]["refused"] and "JSON" in cards[2]["refused"] and "两次" in cards[4]["refused"]
    assert cards[0] == json.loads(guanbiao("score", model, written(tmp_path, SMALL_SHEET, "one.json"), "--json").out)
    assert "第 7 行" in ran.err
    english = guanbiao("score", model, str(path), "--lang", "en")
    assert "Question" in json.loads(english.out.splitlines()[1])["refused"] and "Line 7" in english.err


def test_sheets_are_read_from_stdin(guanbiao: Guanbiao, model: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO("\n".join(LINES).encode())))
    assert [("line" in json.loads(line)) for line in guanbiao("score", model, "-").out.splitlines()] == [False, True, True, False, True, False]


def test_a_line_too_long_is_refused_as_one_line(guanbiao: Guanbiao, model: str, tmp_path: Path) -> None:
    path = tmp_path / "long.ndjson"
    path.write_bytes(b'{"QY01": "' + b"x" * 11_000_000 + b'"}\n{}\n')
    cards = [json.loads(line) for line in guanbiao("score", model, str(path)).out.splitlines()]
    assert [card.get("line") for card in cards] == [1, None] and "5 MB" in cards[0]["refused"]


@pytest.mark.parametrize("body", [b"", b"\n\n  \n"])
def test_a_file_without_a_sheet_cannot_be_used(body: bytes, guanbiao: Guanbiao, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "none.ndjson"
    path.write_bytes(body)
    one_sentence(guanbiao("score", model, str(path)), says="没有答卷")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(body)))
    one_sentence(guanbiao("score", model, "-"), says="没有答卷")


# -- models


def test_the_list_is_an_array_with_codes(guanbiao: Guanbiao) -> None:
    entries = json.loads(guanbiao("model", "list", "--json").out)
    assert {"iii-steel", "ccid-2015"} <= {entry["code"] for entry in entries}
    for entry in entries:
        assert entry["questions"] and entry["indicators"] and entry["title"]["zh"] and entry["digest"].startswith("sha256:")
    shown = guanbiao("model", "list", "--lang", "en").out.splitlines()
    assert len(shown) == len(entries) + 1 and shown[0].startswith("code")


@pytest.mark.parametrize("code", ["iii-steel", "ccid-2015"])
def test_what_show_prints_can_be_scored_with_and_has_the_same_digest(code: str, guanbiao: Guanbiao, tmp_path: Path) -> None:
    shown = guanbiao("model", "show", code)
    path = tmp_path / "shown.json"
    path.write_text(shown.out, encoding="utf-8")
    assert guanbiao("model", "check", str(path)).status == 0
    draft = written(tmp_path, {}, "draft.json")
    assert json.loads(guanbiao("score", str(path), draft, "--json").out) == json.loads(guanbiao("score", code, draft, "--json").out)


def test_the_questionnaire_for_an_industry(guanbiao: Guanbiao) -> None:
    assert guanbiao("model", "find", "C3110").out.splitlines()[0] == "iii-steel"
    found = json.loads(guanbiao("model", "find", "41", "--production", "process", "--json").out)
    assert found["model"] == "iii-process" and set(found["reason"]) == {"zh", "en"}


def test_building_is_quiet_when_asked_and_refuses_where_it_cannot_write(guanbiao: Guanbiao, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from guanbiao.indicators import library

    monkeypatch.setattr(library, "BUILT", tmp_path / "built")
    try:
        loud = guanbiao("model", "build", "--examples", str(tmp_path / "examples"))
        refused = guanbiao("model", "build", "--quiet", "--examples", "/dev/null")
    finally:
        library._index.cache_clear()
    assert "份问卷" in loud.err and loud.status == 0
    assert refused.status == 2 and refused.out == "" and refused.err.count("\n") == 1 and "Traceback" not in refused.err
    assert (tmp_path / "examples" / "iii-steel" / "top.json").exists()


# -- as a process


def started(*argv: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    command = [sys.executable, "-m", "guanbiao.project.command", *argv]
    return subprocess.run(command, capture_output=True, cwd=REPOSITORY, env=os.environ | environment, timeout=60, check=False)


def test_the_process_ends_with_the_same_statuses(tmp_path: Path, sheet: str, model: str) -> None:
    assert started("score", model, sheet, "--json").returncode == 0
    refused = started("score", model, "no.json")
    assert refused.returncode == 2 and b"Traceback" not in refused.stderr and refused.stdout == b""
    assert started("--version").stdout.startswith(b"guanbiao ")
    receipt = written(tmp_path, {"format": "x"}, "r.json")
    assert started("verify-receipt", receipt, "--model", model, "--answers", sheet).returncode == 1


def test_a_terminal_that_knows_no_chinese_gets_escapes_and_valid_json(sheet: str, model: str) -> None:
    narrow = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    card = started("score", model, sheet, **narrow)
    assert card.returncode == 0 and card.stderr == b""
    shown = started("model", "show", model, **narrow)
    assert json.loads(shown.stdout.decode("ascii"))["title"]["zh"] == "小问卷"
    refused = started("score", model, "没有.json", **narrow)
    assert refused.returncode == 2 and b"Traceback" not in refused.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    command = f"{sys.executable} -m guanbiao.project.command model show iii-steel | head -c 1; echo ${{PIPESTATUS[0]}}"
    ran = subprocess.run(["bash", "-c", command], capture_output=True, cwd=REPOSITORY, timeout=60, check=False)
    assert ran.stdout == b"{0\n" and ran.stderr == b""


def test_the_texts_of_a_strangers_model_cannot_steer_the_terminal(guanbiao: Guanbiao, tmp_path: Path, sheet: str) -> None:
    raw = small_model()
    raw["title"] = text("\x1b[31m红\x1b]0;x\x07", "\x1b[31mred")
    ran = guanbiao("model", "check", written(tmp_path, raw))
    assert ran.status == 2 and "\x1b" not in ran.out + ran.err
