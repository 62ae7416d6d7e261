"""Answers are read strictly: what is refused, in which words, and what is made plain and said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import MOST_BYTES, JsonNumber, Sheet, parse_json_sheet, read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.assessment.sheets import sheet_from
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Refusals, Unusable
from tests.cast import SMALL_SHEET, made, small_model

REFUSED: dict[str, tuple[dict[str, Any], str, str]] = {
    "an unknown question": ({"NOPE": 1}, "unknown-question", "NOPE"),
    "a question in lower case": ({"share": 1}, "unknown-question", "share"),
    "a node as a question": ({"BC.1": 1}, "unknown-question", "BC.1"),
    "an unknown option": ({"SHOP": "D"}, "unknown-option", "“D”"),
    "an option in lower case": ({"SHOP": "a"}, "unknown-option", "“a”"),
    "an option's title": ({"SHOP": "第1级"}, "unknown-option", "第1级"),
    "a list for a single choice": ({"SHOP": ["A"]}, "wrong-type", "SHOP"),
    "a number for a single choice": ({"SHOP": 1}, "wrong-type", "“1”"),
    "true for a single choice": ({"SHOP": True}, "wrong-type", "true"),
    "an object for a single choice": ({"SHOP": {"code": "A"}}, "wrong-type", "SHOP"),
    "one option without a list": ({"TOOLS": "A"}, "wrong-type", "list"),
    "an object of options": ({"TOOLS": {"A": True}}, "wrong-type", "list"),
    "an unknown option in a list": ({"TOOLS": ["A", "Q"]}, "unknown-option", "“Q”"),
    "null in a list": ({"TOOLS": ["A", None]}, "wrong-type", "TOOLS"),
    "a nested list": ({"TOOLS": [["A"]]}, "wrong-type", "TOOLS"),
    "a repeated option": ({"TOOLS": ["A", "A"]}, "repeated-option", "twice"),
    "none beside others": ({"TOOLS": ["H", "A"]}, "exclusive", "excludes"),
    "none twice": ({"TOOLS": ["H", "H"]}, "repeated-option", "twice"),
    "words for a number": ({"SHARE": "about half"}, "not-a-number", "about half"),
    "a unit beside a number": ({"SHARE": "41.5%"}, "not-a-number", "no unit"),
    "a full-width unit": ({"SHARE": "４１．５％"}, "not-a-number", "no unit"),
    "thousands": ({"SPENT": "1,200"}, "not-a-number", "1,200"),
    "NaN": ({"SHARE": "NaN"}, "not-a-number", "NaN"),
    "infinity": ({"SHARE": "Infinity"}, "not-a-number", "Infinity"),
    "1e400": ({"SHARE": "1e400"}, "not-a-number", "1e400"),
    "a superscript": ({"SHARE": "10²"}, "not-a-number", "10²"),
    "a circled digit": ({"SHARE": "①"}, "not-a-number", "①"),
    "blanks": ({"SHARE": "  "}, "not-a-number", "SHARE"),
    "true for a number": ({"SHARE": True}, "wrong-type", "true"),
    "false for a number": ({"MACHINES": False}, "wrong-type", "false"),
    "a list for a number": ({"SHARE": [1]}, "wrong-type", "[1]"),
    "a float in Python": ({"SHARE": 0.1}, "float", "float"),
    "above its range": ({"SHARE": "100.0001"}, "out-of-range", "between 0 and 100"),
    "below its range": ({"SHARE": "-0.0001"}, "out-of-range", "between 0 and 100"),
    "an integer of 5,000 digits": ({"SPENT": 10**5_000}, "not-a-number", "SPENT"),
    "below a min of 1": ({"MACHINES": 0}, "out-of-range", "between 1 and 100000"),
    "half a machine": ({"MACHINES": "1.5"}, "not-whole", "whole"),
    "a number as text": ({"QY01": JsonNumber("2025")}, "wrong-type", "quotes"),
    "a list as text": ({"QY01": ["a"]}, "wrong-type", "text"),
    "true as text": ({"QY01": True}, "wrong-type", "text"),
    "2,001 characters": ({"QY01": "长" * 2_001}, "too-long", "2000"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_an_answer_that_does_not_fit_is_refused_naming_its_question(case: str, small: Model) -> None:
    raw, code, says = REFUSED[case]
    with pytest.raises(Unusable) as refused:
        read_sheet(small, raw)
    refusal = refused.value
    assert refusal.code == f"answers.{code}"
    assert says in refusal.en + refusal.zh
    assert refusal.at == next(iter(raw))
    for sentence in (refusal.zh, refusal.en):
        assert next(iter(raw)) in sentence and len(sentence) < 250 and "\n" not in sentence
    if code != "unknown-question":
        assert "第 " in refusal.zh and "Question " in refusal.en


def test_every_question_that_does_not_fit_is_named_at_once(small: Model) -> None:
    with pytest.raises(Refusals) as refused:
        read_sheet(small, {"SHOP": "Z", "SHARE": "x", "NOPE": 1, "TOOLS": ["A", "A"], "QY02": "fine"})
    assert [refusal.at for refusal in refused.value.refusals] == ["SHOP", "SHARE", "NOPE", "TOOLS"]


def test_of_very_many_refusals_the_first_are_said_and_the_rest_counted(small: Model) -> None:
    with pytest.raises(Refusals) as refused:
        read_sheet(small, {f"Q{n}": 1 for n in range(50_000)})
    assert len(refused.value.said("zh")) == 21 and "49980" in refused.value.said("en")[-1]
    assert len(refused.value.zh) < 2_000


BROKEN: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "answers.empty"),
    "blanks": (b" \n\t ", "answers.empty"),
    "a byte order mark alone": (b"\xef\xbb\xbf", "answers.empty"),
    "a list": (b"[]", "answers.not-object"),
    "a string": (b'"SHOP"', "answers.not-object"),
    "a number": (b"17", "answers.not-object"),
    "null": (b"null", "answers.not-object"),
    "NaN": (b"NaN", "answers.not-object"),
    "an open brace": (b'{"SHOP": "A"', "answers.not-json"),
    "a trailing comma": (b'{"SHOP": "A",}', "answers.not-json"),
    "single quotes": (b"{'SHOP': 'A'}", "answers.not-json"),
    "two objects": (b"{} {}", "answers.not-json"),
    "a comment": (b"{} // done", "answers.not-json"),
    "a null byte": (b'{"SHOP": "A\x00"}', "answers.not-json"),
    "a question given twice": (b'{"SHOP": "A", "SHOP": "A"}', "answers.twice"),
    "a question given twice inside": (b'{"X": {"SHOP": "A", "SHOP": "A"}}', "answers.twice"),
    "GBK": ('{"QY01": "钢铁"}'.encode("gbk"), "answers.not-utf8"),
    "UTF-16": ('{"QY01": "钢铁"}'.encode("utf-16"), "answers.not-utf8"),
    "overlong UTF-8": (b'{"QY01": "\xc0\xaf"}', "answers.not-utf8"),
    "a surrogate in UTF-8": (b'{"QY01": "\xed\xa0\x80"}', "answers.not-utf8"),
    "a million brackets": (b"[" * 1_000_000, "answers.not-json"),
    "too many bytes": (b" " * (MOST_BYTES + 1), "answers.too-large"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_file_that_is_no_sheet_is_refused_naming_it(case: str) -> None:
    raw, code = BROKEN[case]
    with pytest.raises(Unusable) as refused:
        parse_json_sheet(raw, name="sheet.json")
    assert refused.value.code == code
    assert refused.value.zh.startswith("sheet.json：") and refused.value.en.startswith("sheet.json: ")


@pytest.mark.parametrize("depth", [50, 900, 5_000, 20_000, 100_000])
def test_however_deep_a_list_is_nested_it_is_a_sentence(depth: int, small: Model) -> None:
    with pytest.raises(Unusable) as refused:
        read_sheet(small, parse_json_sheet(b'{"TOOLS": ' + b"[" * depth + b"]" * depth + b"}"))
    assert refused.value.code in ("answers.wrong-type", "answers.not-json")
    with pytest.raises(Unusable):
        read_sheet(small, parse_json_sheet(b'{"SHARE": ' + b'{"a":' * depth + b"1" + b"}" * depth + b"}"))


# -- what is accepted


def test_the_sheet_of_the_cast_is_read_exactly(small: Model) -> None:
    sheet = read_sheet(small, parse_json_sheet(json.dumps(SMALL_SHEET)))
    assert sheet.answers == {
        "QY01": "𠮷祥𬭎机械厂", "QY02": "91310000MA1FL0000X", "QY03": "2025年度", "SHOP": ("B",), "MACHINES": 80_000, "NETWORKED": 30_000,
        "SHARE": 415_000, "SPENT": 2_500, "GROWTH": -123_456, "TOOLS": ("A", "C"),
    }  # fmt: skip
    assert sheet.notes == ()
    assert list(sheet.answers) == [q.code for q in small.questions]


READ = {"0.1": 1_000, "1e1": 100_000, "4.15E+1": 415_000, "0.00005": 1, "99.99994": 999_999, "100.00004": 1_000_000, "-0": 0}


@pytest.mark.parametrize(("text", "scaled"), [*READ.items(), ("0.30000000000000004", 3_000)])
def test_a_json_number_is_read_as_its_text(text: str, scaled: int, small: Model) -> None:
    assert read_sheet(small, parse_json_sheet(f'{{"SHARE": {text}}}')).answers == {"SHARE": scaled}
    assert read_sheet(small, parse_json_sheet(f'{{"SHARE": "{text}"}}')).answers == {"SHARE": scaled}


@pytest.mark.parametrize(("typed", "scaled"), [("４１．５", 415_000), ("　７", 70_000), (" 8 ", 80_000), ("１ｅ１", 100_000)])
def test_full_width_digits_are_accepted_and_said(typed: str, scaled: int, small: Model) -> None:
    sheet = read_sheet(small, {"SHARE": typed})
    assert sheet.answers == {"SHARE": scaled}
    [(zh, en)] = sheet.notes
    assert "SHARE" in zh and "SHARE" in en and "读取" in zh and "was read as" in en


@pytest.mark.parametrize("raw", [{}, {"SHOP": None}, {"TOOLS": []}, {"SHARE": None, "QY01": None}, {"QY01": ""}])
def test_null_and_an_empty_list_are_unanswered(raw: dict[str, Any], small: Model) -> None:
    sheet = read_sheet(small, raw)
    assert sheet.answers == {}
    card = score(small, sheet)
    assert not card.complete and card.nodes["TOTAL"] == (0, 1_000_000) and "SHOP" in card.missing


def test_an_integer_from_python_is_read(small: Model) -> None:
    assert read_sheet(small, {"MACHINES": 7, "SHARE": 40}).answers == {"MACHINES": 70_000, "SHARE": 400_000}


def test_rare_characters_are_kept_and_impossible_ones_replaced_and_said(small: Model) -> None:
    assert read_sheet(small, {"QY01": "𠮷𬭎𰻞 Ünï"}).notes == ()
    sheet = read_sheet(small, parse_json_sheet('{"QY01": "甲\\u001b[2J\\ud800乙\\u0000"}'))
    assert sheet.answers == {"QY01": "甲�[2J�乙�"}
    assert len(sheet.notes) == 1 and "QY01" in sheet.notes[0][0]
    json.dumps(sheet.answers, ensure_ascii=False).encode("utf-8")


def test_a_text_of_two_thousand_characters_is_kept(small: Model) -> None:
    assert len(str(read_sheet(small, {"QY01": "长" * 2_000}).answers["QY01"])) == 2_000


def test_a_zero_denominator_is_refused_naming_the_question() -> None:
    raw = small_model()
    raw["questions"][4]["min"] = 0
    loose = made(raw)
    with pytest.raises(Unusable) as refused:
        score(loose, read_sheet(loose, SMALL_SHEET | {"MACHINES": 0}))
    assert refused.value.code == "answers.zero-denominator" and refused.value.at == "MACHINES"
    assert "分母" in refused.value.zh and "denominator" in refused.value.en
    # not asked, so nothing is divided
    assert score(loose, read_sheet(loose, SMALL_SHEET | {"SHOP": "A", "MACHINES": 0})).nodes["BC.2"] is None


def test_an_answer_that_does_not_apply_is_dropped_not_refused(small: Model) -> None:
    card = score(small, read_sheet(small, SMALL_SHEET | {"SHOP": "A"}))
    assert card.complete and "MACHINES" not in card.counted and card.nodes["BC.2"] is None


# -- files


def test_a_folder_a_missing_file_and_a_device_are_refused(tmp_path: Path, small: Model) -> None:
    cases = {tmp_path: "directory", tmp_path / "no.json": "unreadable", Path("/dev/zero"): "not-regular", Path("a\0b"): "unreadable"}
    for path, code in cases.items():
        with pytest.raises(Unusable) as refused:
            sheet_from(small, path)
        assert refused.value.code == f"file.{code}"
        assert refused.value.zh != refused.value.en


def test_a_huge_file_is_refused_without_being_read(tmp_path: Path, small: Model) -> None:
    path = tmp_path / "huge.json"
    with path.open("wb") as file:
        file.truncate(10**12)
    with pytest.raises(Unusable) as refused:
        sheet_from(small, path)
    assert refused.value.code == "file.too-large" and "huge.json" in refused.value.zh


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path, small: Model) -> None:
    path = tmp_path / "bom.json"
    path.write_bytes(b"\xef\xbb\xbf" + json.dumps(SMALL_SHEET, ensure_ascii=False).encode())
    assert isinstance(sheet_from(small, path), Sheet)
