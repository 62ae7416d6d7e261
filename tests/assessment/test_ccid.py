"""The public regional index (CCID 2015): totals computed by hand, and the published ones within their own rounding."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.indicators.library import shipped_model
from guanbiao.kernel.errors import Refusal
from guanbiao.project.command import main

# Region, 基础环境, 工业应用, 应用效益 as published (facts 3.6.2); the total by hand in 1/10,000: 25·a + 50·b + 25·c over 100, half up;
# the published total.
TABLE = [
    ("全国", "75.4", "66.0", "83.3", 726_750, "72.7"),
    ("广东", "94.9", "82.4", "135.6", 988_250, "98.8"),
    ("浙江", "91.6", "94.0", "112.9", 981_250, "98.2"),
    ("江苏", "91.7", "80.9", "135.9", 973_500, "97.4"),
    ("上海", "94.5", "84.3", "119.2", 955_750, "95.5"),
    ("山东", "85.8", "85.8", "114.7", 930_250, "93.0"),
    ("北京", "97.0", "74.7", "120.0", 916_000, "91.6"),
    ("福建", "91.0", "76.9", "101.9", 866_750, "86.7"),
    ("安徽", "70.1", "88.2", "92.0", 846_250, "84.6"),
    ("湖北", "74.0", "81.6", "92.4", 824_000, "82.4"),
    ("湖南", "76.9", "81.4", "89.1", 822_000, "82.2"),
    ("天津", "79.4", "70.1", "106.9", 816_250, "81.6"),
    ("四川", "76.7", "66.1", "104.4", 783_250, "78.3"),
    ("重庆", "81.1", "65.2", "97.6", 772_750, "77.3"),
    ("黑龙江", "80.2", "80.8", "64.2", 765_000, "76.5"),
    ("辽宁", "85.5", "60.2", "96.6", 756_250, "75.6"),
    ("河北", "84.7", "70.2", "71.3", 741_000, "74.1"),
    ("广西", "67.3", "76.1", "70.9", 726_000, "72.6"),
]
# The nation in 2014, parts with two decimals: 25·71.71 + 50·59.70 + 25·73.43 over 100 = 66.135; published 66.14.
NATION_2014 = ("全国 2014", "71.71", "59.70", "73.43", 661_350, "66.14")


def tenths_of_thousandths(text: str) -> int:
    whole, _, part = text.partition(".")
    return int(whole) * 10_000 + int(part.ljust(4, "0"))


def card_of(region: str, parts: tuple[str, str, str]) -> dict:
    model = shipped_model("ccid-2015")
    raw = {"QY01": region, "IDX01": parts[0], "IDX02": parts[1], "IDX03": parts[2]}
    return score(model, read_sheet(model, raw)).as_json()


def test_all_published_rows_are_here() -> None:
    assert len(TABLE) == 18


@pytest.mark.parametrize("row", [*TABLE, NATION_2014], ids=lambda row: row[0])
def test_total_is_the_one_computed_by_hand_and_near_the_published_one(row: tuple) -> None:
    region, environment, application, benefit, by_hand, published = row
    a, b, c = (tenths_of_thousandths(text) for text in (environment, application, benefit))
    assert (2 * (25 * a + 50 * b + 25 * c) + 100) // 200 == by_hand
    card = card_of(region, (environment, application, benefit))
    assert card["nodes"] == {"TOTAL": by_hand, "ENV": a, "APP": b, "EFF": c}
    assert card["complete"] is True
    assert abs(by_hand - tenths_of_thousandths(published)) <= 1_000
    assert (card["stage"], card["next"]) == ("S1", [])


def test_the_index_may_exceed_100_but_not_200() -> None:
    assert card_of("示例", ("200", "200", "200"))["nodes"]["TOTAL"] == 2_000_000
    assert card_of("示例", ("0.0001", "0", "0"))["nodes"]["TOTAL"] == 0
    assert card_of("示例", ("0.0001", "0", "0.0001"))["nodes"]["TOTAL"] == 1
    with pytest.raises(Refusal):
        card_of("示例", ("200.0001", "0", "0"))


def test_a_part_that_is_not_known_leaves_an_interval() -> None:
    model = shipped_model("ccid-2015")
    card = score(model, read_sheet(model, {"IDX01": "75.4", "IDX03": "83.3"})).as_json()
    assert card["nodes"] == {"TOTAL": [396_750, 1_396_750], "ENV": [754_000, 754_000], "APP": [0, 2_000_000], "EFF": [833_000, 833_000]}
    assert card["missing"] == ["IDX02"]


def test_the_command_says_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sheet = tmp_path / "guangdong.json"
    sheet.write_text('{"QY01": "广东", "IDX01": 94.9, "IDX02": 8.24e1, "IDX03": "135.60"}', encoding="utf-8")
    assert main(["score", "ccid-2015", str(sheet), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["nodes"]["TOTAL"] == 988_250
