"""Reading a JSON file that a stranger may have written as strictly as YAML: exact decimals, no repeated keys, bounded, with lines."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from decimal import Decimal, InvalidOperation
from typing import Any

from guanbiao.indicators.rules.safe_yaml import MAX_DEPTH, Document, Path_, Unreadable, decoded, unreadable

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')
_LONGEST_NUMBER = 60


def read_json(raw: bytes, *, name: str) -> Document:
    """Read one JSON value. Raises Unreadable with file and line."""
    text = decoded(raw, name)
    if not text.strip():
        raise unreadable(name, 1, "文件是空的。", "the file is empty.")
    try:
        value = json.loads(text, parse_int=_integer, parse_float=_decimal, parse_constant=_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        raise unreadable(name, error.lineno, f"不是有效的 JSON（第 {error.colno} 列）。", f"not valid JSON (column {error.colno}).") from None
    except RecursionError:
        raise _too_deep(name, 0) from None
    except _BadValueError as bad:
        raise unreadable(name, 0, bad.zh, bad.en) from None
    return Document(name, value, _lines(text, name))


def _too_deep(name: str, line: int) -> Unreadable:
    return unreadable(name, line, f"嵌套超过 {MAX_DEPTH} 层。", f"nested more than {MAX_DEPTH} levels deep.")


class _BadValueError(Exception):
    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping: dict[str, Any] = {}
    for key, value in pairs:
        if key in mapping:
            raise _BadValueError(f"键“{key[:40]}”在同一处写了两次。", f"the key “{key[:40]}” is given twice in one place.")
        mapping[key] = value
    return mapping


def _constant(text: str) -> Any:
    raise _BadValueError(f"{text} 不是数。", f"{text} is not a number.")


def _integer(text: str) -> int:
    return int(_bounded(text))


def _decimal(text: str) -> Decimal:
    number = _bounded(text)
    try:
        # 1e3 is written out as 1000: an exponent would otherwise reach texts and digests.
        return Decimal(format(number, "f"))
    except InvalidOperation as error:
        raise _too_large(text) from error


def _bounded(text: str) -> Decimal:
    number = Decimal(text) if len(text) <= _LONGEST_NUMBER else None
    if number is None or not -_LONGEST_NUMBER < number.adjusted() < _LONGEST_NUMBER:
        raise _too_large(text)
    return number


def _too_large(text: str) -> _BadValueError:
    return _BadValueError(f"数 {text[:20]} 太大或太细。", f"the number {text[:20]} is too large or too fine.")


def _lines(text: str, name: str) -> dict[Path_, int]:
    """The line of every value of valid JSON, and of every key."""
    breaks = [found.start() for found in re.finditer("\n", text)]
    lines: dict[Path_, int] = {}
    path: list[str | int] = []
    key: str | None = None
    for token in _TOKEN.finditer(text):
        mark = token[0]
        line = bisect_left(breaks, token.start()) + 1
        if mark in "}]":
            path.pop()
        elif mark == ",":
            path[-1] = path[-1] + 1 if isinstance(path[-1], int) else ""
        elif mark == ":" and key is not None:
            path[-1] = key
            lines[tuple(path)] = line
        else:
            lines.setdefault(tuple(path), line)
            if mark in "{[":
                path.append("" if mark == "{" else 0)
                if len(path) > MAX_DEPTH:
                    raise _too_deep(name, line)
            key = json.loads(mark) if mark[0] == '"' else None
    return lines
