"""Exact numbers: decimal text in, integers of 1/10,000 out (docs/algorithms/scoring.md, "Arithmetic")."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation

UNIT = 10_000
"""A numeric answer and a point are held as integers of 1/10,000."""

INT64_MAX = 2**63 - 1

_DECIMAL = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_LONGEST = 60
# Enough digits for every number that passes the length check: nothing is rounded before we round it.
_EXACT = Context(prec=200, Emax=99_999, Emin=-99_999)


def half_up(n: int, d: int) -> int:
    """n/d rounded to the nearest integer, halves up, by floor division; d > 0, n may be negative."""
    return (2 * n + d) // (2 * d)


def parse_scaled(text: str) -> int:
    """Decimal text as an integer of 1/10,000, rounded to four places, halves away from zero.

    Raises ValueError for anything that is not a finite decimal number of at most 60 characters.
    """
    if len(text) > _LONGEST or not _DECIMAL.fullmatch(text):
        raise ValueError(f"not a decimal number: {text[:_LONGEST]!r}")
    try:
        scaled = _EXACT.multiply(Decimal(text), Decimal(UNIT))
        if scaled.adjusted() > 30:
            raise ValueError(f"number too large: {text!r}")
        return int(scaled.to_integral_value(rounding=ROUND_HALF_UP, context=_EXACT))
    except InvalidOperation as error:
        raise ValueError(f"not a decimal number: {text!r}") from error


def scaled_text(scaled: int, unit: int = UNIT) -> str:
    """The shortest decimal text of an integer of 1/10,000: 415000 → "41.5", 30000 → "3"."""
    sign = "-" if scaled < 0 else ""
    whole, rest = divmod(abs(scaled), unit)
    if not rest:
        return f"{sign}{whole}"
    places = len(str(unit)) - 1
    return f"{sign}{whole}.{rest:0{places}d}".rstrip("0")


def one_decimal(scaled: int) -> str:
    """A score of 1/10,000 points as people read it, one decimal, half up: 583123 → "58.3"."""
    tenths = half_up(scaled, UNIT // 10)
    return scaled_text(tenths * (UNIT // 10)) if tenths % 10 else f"{tenths // 10}.0"


# The full-width forms of ASCII (！ … ～) and the minus sign. Not NFKC: it would read “10²” as 102 and “①” as 1.
_PLAIN = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {ord("−"): ord("-")}


def normalised_digits(text: str) -> str:
    """Full-width digits, signs and points as people type them in Chinese input methods, made plain."""
    return text.translate(_PLAIN).strip()
