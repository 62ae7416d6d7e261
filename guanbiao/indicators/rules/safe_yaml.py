"""Reading YAML that a stranger may have written: no tags, no aliases, bounded, with the line of every value.

PyYAML's own loaders resolve tags and aliases and say "yes" is true; this reader walks the parser's events instead.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml

from guanbiao.kernel.characters import writable

MAX_BYTES = 2_000_000
MAX_DEPTH = 40

_INTEGER = re.compile(r"[+-]?(?:0|[1-9][0-9]{0,17})")
_NUMBER = re.compile(r"[+-]?(?:0|[1-9][0-9]*)\.[0-9]+")
_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}

Path_ = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Defect:
    """One thing wrong in a file: where (file, line, path) and what, in both languages."""

    file: str
    line: int
    path: str
    zh: str
    en: str

    def sentence(self, language: str = "zh") -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        where = f" {self.path}" if self.path else ""
        return writable(f"{place}{where}: {self.zh if language == 'zh' else self.en}")


class Unreadable(Exception):  # noqa: N818  carries a defect, in words
    """The file could not be read as safe YAML at all."""

    def __init__(self, defect: Defect) -> None:
        super().__init__(defect.sentence("en"))
        self.defect = defect


@dataclass(slots=True)
class Document:
    """What a YAML file holds, and the line (from 1) of each value by its path."""

    file: str
    value: Any
    lines: dict[Path_, int] = field(default_factory=dict)

    def line(self, path: Path_) -> int:
        """The line of a path, or of its nearest ancestor."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def defect(self, path: Path_, *, zh: str, en: str) -> Defect:
        return Defect(self.file, self.line(path), dotted(path), zh, en)


def dotted(path: Path_) -> str:
    """questions/3/title → "questions[3].title"."""
    out = ""
    for step in path:
        out += f"[{step}]" if isinstance(step, int) else (f".{step}" if out else str(step))
    return out


def read_yaml(source: Path | bytes, *, name: str = "") -> Document:
    """Read one document. Raises Unreadable with file and line for everything that is not safe, plain YAML."""
    if isinstance(source, Path):
        name = name or source.name
        raw = bytes_of(source, name)
    else:
        raw = source
    return _Reader(name, decoded(raw, name)).document()


def decoded(raw: bytes, name: str) -> str:
    """The text of a file of at most 2 MB, without a byte order mark. Raises Unreadable."""
    if len(raw) > MAX_BYTES:
        raise unreadable(name, 0, "文件超过 2 MB。请拆成几个文件。", "the file is larger than 2 MB; split it into several files.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise unreadable(name, line, "不是 UTF-8 文本。请另存为 UTF-8 编码。", "this is not UTF-8 text; save it as UTF-8.") from None


def bytes_of(path: Path, name: str) -> bytes:
    """A file's bytes, or too many of them. Raises Unreadable."""
    try:
        return path.read_bytes() if path.stat().st_size <= MAX_BYTES else b"x" * (MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(name, 0, f"读不到文件（{error.strerror}）。", f"cannot be read ({error.strerror}).") from None


def unreadable(name: str, line: int, zh: str, en: str) -> Unreadable:
    """What is wrong with a file as a whole, or at one line of it (0: nowhere in particular)."""
    return Unreadable(Defect(name, line, "", zh, en))


class _Reader:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.lines: dict[Path_, int] = {}
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events = yaml.parse(text, Loader=loader)

    def document(self) -> Document:
        try:
            next(self.events)  # stream start
            first = next(self.events)
            if isinstance(first, yaml.StreamEndEvent):
                raise unreadable(self.name, 1, "文件是空的。", "the file is empty.")
            value = self._value(next(self.events), (), 0)
            next(self.events)  # document end
            if not isinstance(next(self.events), yaml.StreamEndEvent):
                raise unreadable(self.name, 1, "一个文件只能有一份 YAML 文档。", "a file holds one YAML document only.")
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = mark.line + 1 if mark else 0
            problem = getattr(error, "problem", None) or "unreadable"
            raise unreadable(self.name, line, f"YAML 写法有误：{problem}。", f"not valid YAML: {problem}.") from None
        except ValueError as error:  # characters YAML forbids
            raise unreadable(self.name, 0, f"含有 YAML 不允许的字符：{error}", f"holds characters YAML forbids: {error}") from None
        return Document(self.name, value, self.lines)

    def _value(self, event: yaml.Event, path: Path_, depth: int) -> Any:
        line = _line(event)
        self.lines[path] = line
        if depth > MAX_DEPTH:
            raise unreadable(self.name, line, f"嵌套超过 {MAX_DEPTH} 层。", f"nested more than {MAX_DEPTH} levels deep.")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            zh, en = "不接受锚点和别名（& *），请直接写出内容。", "anchors and aliases (& *) are not accepted; write the content out."
            raise unreadable(self.name, line, zh, en)
        if tag := getattr(event, "tag", None):
            raise unreadable(self.name, line, f"不接受类型标签（{tag}）。", f"tags are not accepted ({tag}).")
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event.value, plain=event.style is None or event.style == "")
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(inner := next(self.events), yaml.SequenceEndEvent):
                items.append(self._value(inner, (*path, len(items)), depth + 1))
            return items
        return self._mapping(path, depth)

    def _mapping(self, path: Path_, depth: int) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            line = _line(key)
            if not isinstance(key, yaml.ScalarEvent) or key.anchor or key.tag:
                raise unreadable(self.name, line, "键必须是普通文字。", "a key must be plain text.")
            if key.value in mapping:
                raise unreadable(self.name, line, f"键“{key.value}”在同一处写了两次。", f"the key “{key.value}” is given twice in one place.")
            mapping[key.value] = self._value(next(self.events), (*path, key.value), depth + 1)
            self.lines[(*path, key.value)] = line
        return mapping


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(text: str, *, plain: bool) -> Any:
    if not plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _NUMBER.fullmatch(text):
        return Decimal(text)
    return text
