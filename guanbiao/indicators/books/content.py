"""What a method book says, without its layout. Every text is in one language and ready to be escaped and set."""

from __future__ import annotations

from dataclasses import dataclass, field

from guanbiao.indicators.rules.model import Model, Text
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import half_up

UNVERIFIED = Text("▲ 平台默认值，非官方规则", "▲ Platform default, not an official rule")


@dataclass(frozen=True, slots=True)
class Says:
    """A paragraph, led by a short bold word where there is one."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: tuple[int, ...] = ()
    """Columns of figures."""
    shares: tuple[int, ...] = ()
    """How wide each column is beside the others; 0: as wide as it needs."""
    depths: tuple[int, ...] = ()
    """How far the first cell of each row is indented."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Knots:
    """A broken line as two rows: measured values and points."""

    values: str
    points: str
    xs: tuple[str, ...]
    ys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """An indicator as it stands with the question it measures."""

    code: str
    title: str
    line: str
    how: str
    knots: Knots | None
    basis: str


@dataclass(frozen=True, slots=True)
class Question:
    """One card: what is asked, how to count, what it feeds."""

    number: int
    codes: tuple[str, ...]
    heading: str
    title: str
    line: str
    facts: tuple[Says, ...]
    table: Table | None
    after: tuple[Says, ...]
    feeds: tuple[Feed, ...]
    also: str


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    heading: str
    line: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the index; `number` is the question it leads to."""

    code: str
    title: str
    number: int


@dataclass(frozen=True, slots=True)
class Chapter:
    heading: str
    blocks: tuple[Says | Table, ...] = ()
    parts: tuple[Part, ...] = ()
    index: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Book:
    language: Language
    title: str
    subtitle: str
    facts: tuple[Says, ...]
    chapters: tuple[Chapter, ...]
    labels: dict[str, str] = field(default_factory=dict)


_DIGITS = "零一二三四五六七八九十"


def chapter_heading(at: int, title: str, language: Language) -> str:
    """“十二、参数与来源”, “12. Parameters”."""
    if language == "en":
        return f"{at}. {title}"
    if at <= 10:
        return f"{_DIGITS[at]}、{title}"
    tens, ones = divmod(at, 10)
    return f"{_DIGITS[tens] if tens > 1 else ''}十{_DIGITS[ones] if ones else ''}、{title}"


def percent(numerator: int, denominator: int) -> str:
    """A share with two decimals, half up: “2.13%”."""
    hundredths = half_up(numerator * 10_000, denominator)
    return f"{hundredths // 100}.{hundredths % 100:02d}%"


def shares_of(model: Model) -> dict[str, tuple[int, int]]:
    """Node → its share of the total as (numerator, denominator), where everything applies."""
    found = {model.tree.code: (1, 1)}
    for node in model.tree.walk():
        above, below = found[node.code]
        weights = sum(child.weight for child in node.children)
        for child in node.children:
            found[child.code] = (above * child.weight, below * weights)
    return found


def parents_of(model: Model) -> dict[str, str]:
    """Node → the code of the node above it; the root has none."""
    return {child.code: node.code for node in model.tree.walk() for child in node.children}


_DEFAULT: dict[Language, tuple[str, ...]] = {
    "zh": ("平台默认值，非官方规则；", "平台默认值，非官方规则，", "平台默认值；", "平台默认值，", "平台默认值："),
    "en": ("Platform default, not an official rule; ", "Platform default; ", "Platform default: ", "Platform default, "),
}


def default_reason(source: str, language: Language) -> str:
    """An unverified source without the words that the mark already says."""
    for start in _DEFAULT[language]:
        if source.startswith(start):
            return source.removeprefix(start)
    return source


def sourced(basis: dict[str, object], language: Language) -> str:
    """A basis with its state: “▲ 平台默认值，非官方规则：按……设定”, “出处：……”."""
    source = basis.get("source")
    text = str(source.get(language, "")) if isinstance(source, dict) else ""
    lead = UNVERIFIED.in_(language)
    if basis.get("verified"):
        lead = "出处" if language == "zh" else "Source"
    reason = text if basis.get("verified") else default_reason(text, language)
    return ended(f"{lead}{'：' if language == 'zh' else ': '}{reason}" if reason else lead, language)


def ended(text: str, language: Language) -> str:
    """A sentence with its full stop."""
    if text.endswith(("。", "！", "？", "；")) or (language == "en" and text.endswith((".", "?", "!"))):
        return text
    return f"{text}{'。' if language == 'zh' else '.'}"


def capital(text: str) -> str:
    """The first letter large, as a sentence begins."""
    return text[:1].upper() + text[1:]
