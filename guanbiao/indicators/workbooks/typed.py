"""Numbers that somebody typed as text: what stands between their digits."""

from __future__ import annotations

import re
from typing import Final

from guanbiao.kernel.numbers import normalised_digits, parse_scaled

_COMMAS: Final = re.compile("[,、'’‘٬]")
_MOST_QUOTED: Final = 40


def visible(text: str) -> str:
    """A text as a refusal quotes it, every blank and every character that cannot be seen shown as ␣, at most 40 of them."""
    shown = "".join(char if char.isprintable() and not char.isspace() else "␣" for char in text)
    return shown if len(shown) <= _MOST_QUOTED else shown[: _MOST_QUOTED - 1] + "…"


def misplaced_marks(text: str) -> str | None:
    """“thousands” or “spaces” where nothing but separators or blanks between its digits keeps a text from being a number."""
    plain = normalised_digits(text)
    without_commas = _COMMAS.sub("", plain)
    bare = "".join(char for char in without_commas if char.isprintable() and not char.isspace())
    if bare == plain:
        return None
    try:
        parse_scaled(bare)
    except ValueError:
        return None
    return "thousands" if without_commas != plain else "spaces"
