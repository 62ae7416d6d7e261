"""Writing to the terminal or a pipe, whatever its encoding."""

from __future__ import annotations

import json
import sys
from typing import Any


def prepare_streams() -> None:
    """A character that the terminal's encoding lacks is printed as its escape instead of ending the command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def print_json(value: Any, *, indent: int | None = None) -> None:
    """One JSON value and a newline on stdout; plain ASCII where the encoding could not hold the rest."""
    narrow = (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "") not in ("utf8", "utf8sig")
    separators = (",", ":") if indent is None else None
    sys.stdout.write(json.dumps(value, ensure_ascii=narrow, indent=indent, separators=separators) + "\n")
