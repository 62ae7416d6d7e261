"""Files that a stranger may have written: what is refused, with file and line."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from guanbiao.indicators.rules.safe_json import read_json
from guanbiao.indicators.rules.safe_yaml import MAX_BYTES, Unreadable, bytes_of, read_yaml

BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(['*' + before] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

REFUSED = {
    "an alias bomb": (BOMB.encode(), 1, "anchors and aliases"),
    "an alias alone": (b"x: 1\ny: *x\n", 2, ""),
    "a Python tag": (b"x: 1\ny: !!python/object/apply:os.system [echo]\n", 2, "tags"),
    "a harmless tag": (b"x: !!str 1\n", 1, "tags"),
    "a tag on a key": (b"!!str x: 1\n", 1, "key"),
    "an own tag": (b"- 1\n- !mine {}\n", 2, "tags"),
    "a repeated key": (b"x: 1\ny: 2\nx: 3\n", 3, "twice"),
    "a repeated key deep inside": (b"x:\n  - {a: 1, b: 2, a: 3}\n", 2, "twice"),
    "a merge key with an alias": (b"a: &a {x: 1}\nb: {<<: *a}\n", 1, "anchors"),
    "a list as a key": (b"? [a, b]\n: 1\n", 1, "key"),
    "more than 2 MB": (b"# " + b"x" * MAX_BYTES, 0, "2 MB"),
    "41 levels": (b"[" * 60 + b"]" * 60, 1, "40 levels"),
    "a million levels": (b"[" * 1_000_000, 1, "nesting depth"),
    "two documents": (b"a: 1\n---\nb: 2\n", 1, "one YAML document"),
    "nothing": (b"", 1, "empty"),
    "only a comment": (b"# nothing\n", 1, "empty"),
    "an open bracket": (b"a: 1\nb: [1, 2\nc: 3\n", 3, "not valid YAML"),
    "a tab as indent": (b"a:\n\tb: 1\n", 2, "not valid YAML"),
    "GBK": ("a: 1\nb: 钢铁\n".encode("gbk"), 2, "UTF-8"),
    "UTF-16": ("a: 1\n".encode("utf-16"), 1, "UTF-8"),
    "a null byte": (b"a: \x00\n", 0, ""),
    "half a surrogate pair": (b'a: "\\ud800"\n', 1, ""),
}


@pytest.mark.parametrize("case", REFUSED)
def test_unsafe_or_broken_yaml_is_refused_with_its_line(case: str) -> None:
    raw, line, says = REFUSED[case]
    with pytest.raises(Unreadable) as refused:
        read_yaml(raw, name="x.yaml")
    defect = refused.value.defect
    assert defect.file == "x.yaml"
    assert says in defect.en
    assert defect.zh and defect.zh != defect.en
    if line:
        assert defect.line == line


def test_the_alias_bomb_is_refused_at_once() -> None:
    import time

    start = time.perf_counter()
    with pytest.raises(Unreadable):
        read_yaml(BOMB.encode())
    assert time.perf_counter() - start < 0.5


def test_a_byte_order_mark_is_not_part_of_the_first_key() -> None:
    assert read_yaml(b"\xef\xbb\xbfa: 1\n").value == {"a": 1}
    assert read_json(b'\xef\xbb\xbf{"a": 1}', name="x.json").value == {"a": 1}


def test_words_that_only_yaml_thinks_are_booleans_stay_words() -> None:
    assert read_yaml(b"[yes, no, on, off, y, n, TRUE, NULL, .nan, 0x1F, 0o17, 1_000, 12:30:45, 2025-12-31]").value == [
        "yes", "no", "on", "off", "y", "n", "TRUE", "NULL", ".nan", "0x1F", "0o17", "1_000", "12:30:45", "2025-12-31",
    ]  # fmt: skip


def test_numbers_are_exact_and_quoted_ones_stay_text() -> None:
    found = read_yaml(b'[0.1, -3, 100, "100", true, null, ~, 007, 123456789012345678901]').value
    assert found == [Decimal("0.1"), -3, 100, "100", True, None, None, "007", "123456789012345678901"]
    assert isinstance(found[0], Decimal)


def test_every_value_knows_its_line() -> None:
    document = read_yaml(b"a:\n  - x: 1\n    y:\n      - 2\n      - z: 3\nb: 4\n")
    assert document.line(("a", 0, "y", 1, "z")) == 5
    assert document.line(("b",)) == 6
    assert document.line(("a", 0, "nothing", 7)) == 2
    assert document.defect(("a", 0, "y", 1), zh="错", en="wrong").path == "a[0].y[1]"


def test_a_folder_or_a_missing_file_is_an_unreadable_file(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "no.yaml"):
        with pytest.raises(Unreadable, match="cannot be read"):
            read_yaml(path)


def test_a_large_file_is_not_even_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(10**12)  # sparse: no byte of it is on the disk
    assert len(bytes_of(path, "big.yaml")) == MAX_BYTES + 1


JSON_REFUSED = {
    "a repeated key": ('{"a": 1,\n "b": {"c": 1, "c": 2}}', "twice"),
    "NaN": ('{"a": NaN}', "not a number"),
    "Infinity": ('{"a": [-Infinity]}', "not a number"),
    "1e400": ('{"a": 1e400}', "too large"),
    "1e-400": ('{"a": 1e-400}', "too large or too fine"),
    "a number of ten thousand digits": ('{"a": ' + "9" * 10_000 + "}", "too large"),
    "41 levels": ("[" * 60 + "]" * 60, "40 levels"),
    "a million levels": ("[" * 1_000_000, "levels"),
    "a trailing comma": ('{"a": 1,}', "not valid JSON"),
    "nothing": ("  \n", "empty"),
    "two values": ("{} {}", "not valid JSON"),
}


@pytest.mark.parametrize("case", JSON_REFUSED)
def test_json_is_read_as_strictly_as_yaml(case: str) -> None:
    text, says = JSON_REFUSED[case]
    with pytest.raises(Unreadable) as refused:
        read_json(text.encode(), name="x.json")
    assert says in refused.value.defect.en


def test_json_and_yaml_see_the_same_values_on_the_same_lines() -> None:
    value = {"a": [{"x": 1, "名": "值"}, [], {}, [1.5, "b", None]], "c": {"d": {"e": "f\"g"}}, "h": True}
    raw = json.dumps(value, ensure_ascii=False, indent=2).encode()
    as_json, as_yaml = read_json(raw, name="x"), read_yaml(raw)
    assert as_json.value == as_yaml.value
    assert as_yaml.lines.items() <= as_json.lines.items()
    assert as_json.line(("c", "d", "e")) == raw[: raw.index(b'"e"')].count(b"\n") + 1


def test_a_json_number_with_an_exponent_is_written_out() -> None:
    value = read_json(b"[1e3, 2.5E-3, 1e-4]", name="x").value
    assert [str(number) for number in value] == ["1000", "0.0025", "0.0001"]
