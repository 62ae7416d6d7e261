"""Characters that no document can hold: control characters, halves of surrogate pairs, non-characters."""

from __future__ import annotations

import re

_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    """The text with every character that a terminal would obey or that XML, JSON and PDF cannot hold shown as � (tab and line ends stay)."""
    return _UNWRITABLE.sub("\ufffd", text)


def on_one_line(text: str, most: int) -> str:
    """The text as a sentence quotes it: writable, white space collapsed, at most so many characters."""
    line = writable(" ".join(text[: 4 * most].split()))
    return line if len(line) <= most else line[: most - 1] + "…"
