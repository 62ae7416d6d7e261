"""Decimal text to integers of 1/10,000 and back, rounded exactly once."""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest

from guanbiao.kernel.characters import on_one_line, writable
from guanbiao.kernel.numbers import half_up, normalised_digits, one_decimal, parse_scaled, scaled_text

NOT_NUMBERS = [
    "", " ", "NaN", "nan", "Infinity", "-inf", "1e400", "1E+99", "--1", "1,000", "1_000", "12a",
    "0x10", "1e", "e5", ".", "+", "1.2.3", "１２", "٣", "²",
    "1 2", "5%", "5\n", "\x005", "9" * 61, "1" + "0" * 31,
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_is_not_a_plain_finite_number_is_no_number(text: str) -> None:
    with pytest.raises(ValueError):
        parse_scaled(text)


@pytest.mark.parametrize(
    ("text", "scaled"),
    [
        ("0", 0),
        ("-0", 0),
        ("41.5", 415_000),
        (".5", 5_000),
        ("5.", 50_000),
        ("+7", 70_000),
        ("1e3", 10_000_000),
        ("1.5E-2", 150),
        ("0.00004", 0),
        ("0.00005", 1),
        ("-0.00005", -1),
        ("-0.00004", 0),
        ("0.00014999999999999999999999", 1),
        ("1e-9999", 0),
        ("000123", 1_230_000),
    ],
)
def test_decimal_text_is_rounded_to_four_places_halves_away_from_zero(text: str, scaled: int) -> None:
    assert parse_scaled(text) == scaled


def test_any_decimal_is_read_as_exact_arithmetic_would() -> None:
    draw = random.Random(1)
    for _ in range(2_000):
        text = f"{draw.choice(['', '-'])}{draw.randrange(10**draw.randrange(1, 16))}.{draw.randrange(10**8):0{draw.randrange(1, 12)}d}"
        exact = (Decimal(text) * 10_000).to_integral_value(rounding=ROUND_HALF_UP)
        assert parse_scaled(text) == exact
        assert parse_scaled(scaled_text(parse_scaled(text))) == exact


@pytest.mark.parametrize(("n", "d", "rounded"), [(1, 2, 1), (-1, 2, 0), (3, 2, 2), (-3, 2, -1), (7, 3, 2), (8, 3, 3), (0, 5, 0), (-8, 3, -3)])
def test_halves_go_up(n: int, d: int, rounded: int) -> None:
    assert half_up(n, d) == rounded


def test_half_up_is_never_more_than_half_away() -> None:
    draw = random.Random(2)
    for _ in range(2_000):
        n, d = draw.randrange(-(10**12), 10**12), draw.randrange(1, 10**6)
        difference = half_up(n, d) - Fraction(n, d)
        assert Fraction(-1, 2) < difference <= Fraction(1, 2)


SHORTEST = {0: "0", 415_000: "41.5", -1: "-0.0001", 30_000: "3", -25_000: "-2.5", 10**18: "100000000000000"}


@pytest.mark.parametrize(("scaled", "text"), SHORTEST.items())
def test_the_shortest_text_of_a_number(scaled: int, text: str) -> None:
    assert scaled_text(scaled) == text


ONE_DECIMAL = {583_123: "58.3", 583_500: "58.4", 583_499: "58.3", 0: "0.0", 1_000_000: "100.0", 499: "0.0", 999_500: "100.0"}


@pytest.mark.parametrize(("scaled", "text"), ONE_DECIMAL.items())
def test_a_score_is_read_with_one_decimal(scaled: int, text: str) -> None:
    assert one_decimal(scaled) == text


TYPED = {"１２３．５": "123.5", "－１２": "-12", "−3": "-3", "　７　": "7", "＋４": "+4", "１ｅ３": "1e3"}


@pytest.mark.parametrize(("typed", "plain"), TYPED.items())
def test_full_width_digits_are_made_plain(typed: str, plain: str) -> None:
    assert normalised_digits(typed) == plain


@pytest.mark.parametrize("typed", ["10²", "①", "½", "㊂", "Ⅳ", "٣"])
def test_characters_that_merely_look_like_digits_stay_what_they_are(typed: str) -> None:
    assert normalised_digits(typed) == typed
    with pytest.raises(ValueError):
        parse_scaled(normalised_digits(typed))


def test_characters_no_document_can_hold_are_shown_as_replaced() -> None:
    assert [ord(c) for c in writable("\x00\x1b\ud800\ufffe\x9b\x7f")] == [0xFFFD] * 6
    assert writable("𠮷 𬭎\t\r\n，“”") == "𠮷 𬭎\t\r\n，“”"


def test_a_quoted_text_stays_on_one_line_and_short() -> None:
    assert on_one_line("a\r\nb\t c\x1b[2J", 40) == "a b c�[2J"
    assert on_one_line("长" * 10_000, 40) == "长" * 39 + "…"
