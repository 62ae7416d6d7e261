"""What a report says, ready to be laid out: every text in one language, every number already written out.

`report_of` (composing.py) builds it once from a ScoreCard; PDF, Word and HTML only lay it out. `share` is a score in thousandths of full.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from guanbiao.kernel.errors import Language

StepState = Literal["reached", "here", "next", "later"]


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Cover:
    title: str
    subtitle: str
    name: str
    """The enterprise as it typed itself, cut at a length a cover can bear."""
    facts: tuple[Fact, ...]
    statement: str
    signatures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the stage ladder; `notes` stand in it: what it asks for, or what is still missing."""

    number: int
    title: str
    report_title: str
    state: StepState
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axis:
    """One aspect on the first page."""

    code: str
    title: str
    score: str
    share: int | None
    """None: does not apply."""
    possible: str
    earned: str


@dataclass(frozen=True, slots=True)
class Extreme:
    """A part among the three strongest or the three that lose most."""

    title: str
    where: str
    score: str
    share: int


@dataclass(frozen=True, slots=True)
class Summary:
    headline: str
    line: str
    total: str
    total_share: int
    of_full: str
    steps: tuple[Step, ...]
    ladder_alt: str
    axes: tuple[Axis, ...]
    radar_title: str
    radar_alt: str
    strengths: tuple[Extreme, ...]
    gaps: tuple[Extreme, ...]
    marks: tuple[str, ...]
    """What of this page hangs on unverified values."""


@dataclass(frozen=True, slots=True)
class Row:
    """One indicator: the number of its first question, the answer in words, the division written out with the sign before it (“= 3 ÷ 4”)."""

    number: str
    code: str
    title: str
    answer: str
    working: str
    score: str
    share: int | None
    weight: str
    unverified: bool


@dataclass(frozen=True, slots=True)
class Group:
    """The indicators of one part; an aspect without parts is one group without a title."""

    title: str
    score: str
    share: int | None
    weight: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Says:
    """A diagnosis sentence, led by the part it speaks about."""

    lead: str
    text: str


@dataclass(frozen=True, slots=True)
class Chapter:
    code: str
    number: str
    title: str
    score: str
    share: int | None
    line: str
    findings: tuple[Says, ...]
    facts: tuple[str, ...]
    """Strongest and weakest indicator, where no finding speaks."""
    groups: tuple[Group, ...]
    mark: str


@dataclass(frozen=True, slots=True)
class Rung:
    """One indicator and what it would bring to the requirement, one step up."""

    number: str
    title: str
    now: str
    then: str
    gain: str


@dataclass(frozen=True, slots=True)
class Need:
    title: str
    score: str
    at_least: str
    short: str
    met: bool
    share: int | None
    at_least_share: int
    rungs_title: str
    rungs: tuple[Rung, ...]


@dataclass(frozen=True, slots=True)
class NextStage:
    number: str
    title: str
    line: str
    needs: tuple[Need, ...]
    note: str
    mark: str


@dataclass(frozen=True, slots=True)
class Remarks:
    number: str
    title: str
    line: str
    says: tuple[str, ...]
    notes: tuple[str, ...]
    """What was normalised while reading the sheet."""


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Method:
    number: str
    title: str
    paragraphs: tuple[Says, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    number: str
    title: str
    line: str
    facts: tuple[Fact, ...]
    digest: str
    """Of the receipt without its time: scoring the same sheet again gives the same."""
    check: str
    """How a reader finds the same digest."""
    qr: str
    """The text in the QR code."""
    qr_alt: str


@dataclass(frozen=True, slots=True)
class ReportContent:
    language: Language
    labels: dict[str, str]
    running: str
    """The enterprise's name, short enough for a page head."""
    author: str
    foot: str
    day: str
    cover: Cover
    summary: Summary
    chapters: tuple[Chapter, ...]
    next: NextStage | None
    remarks: Remarks
    method: Method
    receipt: Receipt
