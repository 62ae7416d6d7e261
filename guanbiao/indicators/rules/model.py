"""A questionnaire and its indicator tree as values, read from the composed form (`guanbiao.indicator-model/1`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from guanbiao.indicators.rules.conditions import Condition, parse_condition, questions_in
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import parse_scaled

FORMAT = "guanbiao.indicator-model/1"

QuestionType = Literal["single", "multi", "percent", "number", "amount", "count", "text"]
NUMERIC: frozenset[str] = frozenset({"percent", "number", "amount", "count"})

NAME, CREDIT_CODE, PERIOD = "QY01", "QY02", "QY03"
"""The core text questions of every model: a report's cover comes from them."""

LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Text:
    """One text in both languages."""

    zh: str
    en: str

    def in_(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en

    @staticmethod
    def of(raw: dict[str, str] | None) -> Text:
        return Text(raw["zh"], raw["en"]) if raw else EMPTY


EMPTY = Text("", "")


@dataclass(frozen=True, slots=True)
class Option:
    code: str
    title: Text
    text: Text
    points: int
    """1/10,000 of a point."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A published value beside a question: information, never a target."""

    value: Text
    year: str
    caliber: Text
    source: Text


@dataclass(frozen=True, slots=True)
class Question:
    code: str
    section: str
    part: str
    type: QuestionType
    title: Text
    help: Text
    evidence: Text
    reference: Reference | None
    options: tuple[Option, ...]
    exclusive: str | None
    unit: Text
    least: int
    """Smallest accepted answer, 1/10,000."""
    greatest: int
    decimals: int
    when: Condition | None
    required: bool

    @property
    def is_numeric(self) -> bool:
        return self.type in NUMERIC

    def option(self, code: str) -> Option:
        return next(option for option in self.options if option.code == code)


@dataclass(frozen=True, slots=True)
class Card:
    """Questions shown together; its number is its position in the questionnaire (“第 31 题”)."""

    code: str
    number: int
    part: str
    title: Text
    help: Text
    evidence: Text
    reference: Reference | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OptionPoints:
    """The points of the chosen option of a single choice."""

    question: str


@dataclass(frozen=True, slots=True)
class OptionsSum:
    """The points of all chosen options of a multi, at most full."""

    question: str


@dataclass(frozen=True, slots=True)
class Piecewise:
    """Points by straight lines between knots, over a question's answer or a ratio × scale.

    `xs` in 1/10,000 of the unit, ascending; `ys` in 1/10,000 of a point.
    """

    above: tuple[str, ...]
    below: tuple[str, ...]
    """Empty: the value is the answer of `above[0]` itself."""
    scale: int
    xs: tuple[int, ...]
    ys: tuple[int, ...]

    @property
    def is_ratio(self) -> bool:
        return bool(self.below)


Measure = OptionPoints | OptionsSum | Piecewise


def measured_questions(measure: Measure) -> tuple[str, ...]:
    """The questions a measure needs, each once."""
    if isinstance(measure, Piecewise):
        return tuple(dict.fromkeys((*measure.above, *measure.below)))
    return (measure.question,)


@dataclass(frozen=True, slots=True)
class Node:
    code: str
    title: Text
    weight: int
    key: bool
    children: tuple[Node, ...]
    measure: Measure | None
    basis: dict[str, Any] | None
    """Where weight or saturation come from, and whether that is verified."""

    def walk(self) -> Iterator[Node]:
        """This node and everything below it, parents first."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Requirement:
    node: str
    at_least: int
    """1/10,000 of a point."""


@dataclass(frozen=True, slots=True)
class Stage:
    code: str
    title: Text
    report_title: Text
    requires: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True)
class Check:
    """A sentence about answers that do not fit together: a warning, never a silent change."""

    code: str
    when: Condition
    says: Text
    explain: bool


@dataclass(frozen=True, slots=True)
class Part:
    code: str
    section: str
    title: Text


@dataclass(frozen=True)
class Model:
    """One edition of one questionnaire. `digest` (SHA-256 of its RFC 8785 form) is its identity."""

    code: str
    edition: str
    digest: str
    title: Text
    based_on: dict[str, Any]
    full: int
    """The most points a node can have, 1/10,000."""
    applies_to: dict[str, Any]
    sections: tuple[tuple[str, Text], ...]
    parts: tuple[Part, ...]
    questions: tuple[Question, ...]
    cards: tuple[Card, ...]
    tree: Node
    stages: tuple[Stage, ...]
    checks: tuple[Check, ...]
    parameters: dict[str, Any]
    raw: dict[str, Any] = field(repr=False, compare=False)

    @cached_property
    def question(self) -> dict[str, Question]:
        return {question.code: question for question in self.questions}

    @cached_property
    def node(self) -> dict[str, Node]:
        return {node.code: node for node in self.tree.walk()}

    @cached_property
    def leaves(self) -> tuple[Node, ...]:
        return tuple(node for node in self.tree.walk() if node.measure is not None)

    @cached_property
    def card_of(self) -> dict[str, Card]:
        """The card a question stands on."""
        return {code: card for card in self.cards for code in card.fields}

    @cached_property
    def measured(self) -> frozenset[str]:
        """The questions an indicator measures."""
        return frozenset(code for leaf in self.leaves if leaf.measure for code in measured_questions(leaf.measure))

    @cached_property
    def named(self) -> frozenset[str]:
        """The questions another question's condition names."""
        return frozenset(code for question in self.questions if question.when for code in questions_in(question.when))

    @cached_property
    def required(self) -> frozenset[str]:
        """Measured, named by a condition, or said to be required."""
        return self.measured | self.named | frozenset(q.code for q in self.questions if q.required)


def model_of(raw: dict[str, Any], digest: str) -> Model:
    """Read a composed model that has passed `defects_of`."""
    full = parse_scaled(str(raw.get("full", 100)))
    questions = tuple(_question(item) for item in raw["questions"])
    return Model(
        code=raw["code"],
        edition=raw["edition"],
        digest=digest,
        title=Text.of(raw["title"]),
        based_on=raw.get("based_on") or {},
        full=full,
        applies_to=raw.get("applies_to") or {},
        sections=tuple((section["code"], Text.of(section["title"])) for section in raw["sections"]),
        parts=tuple(
            Part(part["code"], section["code"], Text.of(part["title"])) for section in raw["sections"] for part in section.get("parts", [])
        ),
        questions=questions,
        cards=_numbered_cards(raw.get("cards", []), questions),
        tree=_node(raw["tree"]),
        stages=tuple(_stage(item) for item in raw["stages"]),
        checks=tuple(
            Check(item["code"], parse_condition(item["when"]), Text.of(item["says"]), item.get("explain", False)) for item in raw.get("checks", [])
        ),
        parameters=raw.get("parameters") or {},
        raw=raw,
    )


def _question(raw: dict[str, Any]) -> Question:
    kind: QuestionType = raw["type"]
    unit = raw.get("unit")
    least, greatest = limits_of(raw)
    return Question(
        code=raw["code"],
        section=raw["section"],
        part=raw.get("part", ""),
        type=kind,
        title=Text.of(raw["title"]),
        help=Text.of(raw.get("help")),
        evidence=Text.of(raw.get("evidence")),
        reference=_reference(raw.get("reference")),
        options=tuple(
            Option(o["code"], Text.of(o.get("title")), Text.of(o.get("text")), parse_scaled(str(o.get("points", 0)))) for o in raw.get("options", [])
        ),
        exclusive=raw.get("exclusive"),
        unit=_unit(kind, unit),
        least=least,
        greatest=greatest,
        decimals=raw.get("decimals", 0 if kind == "count" else 2),
        when=parse_condition(raw["when"]) if raw.get("when") else None,
        required=raw.get("required", False),
    )


_UNITS = {"万元": "CNY 10,000", "人": "people", "台": "machines", "天": "days", "家": "firms", "个": "", "项": "", "次": "times"}
"""English of the units that files write in Chinese alone."""


def _unit(kind: QuestionType, raw: str | dict[str, str] | None) -> Text:
    if isinstance(raw, dict):
        return Text.of(raw)
    if raw is None:
        return Text("%", "%") if kind == "percent" else EMPTY
    return Text(raw, _UNITS.get(raw, raw))


def limits_of(raw: dict[str, Any]) -> tuple[int, int]:
    """Least and greatest answer of a question in its JSON form, 1/10,000; a greatest of 0 where none is said."""
    greatest = raw.get("max", 100 if raw["type"] == "percent" else 0)
    return parse_scaled(str(raw.get("min", 0))), parse_scaled(str(greatest))


def _reference(raw: dict[str, Any] | None) -> Reference | None:
    if not raw:
        return None
    return Reference(Text.of(raw["value"]), str(raw["year"]), Text.of(raw["caliber"]), Text.of(raw["source"]))


def _numbered_cards(raw: list[dict[str, Any]], questions: tuple[Question, ...]) -> tuple[Card, ...]:
    """Every card in the order of its first question; a question in no card is a card of its own."""
    card_of = {code: card for card in raw for code in card["fields"]}
    numbered: dict[str, Card] = {}
    for q in questions:
        card = card_of.get(q.code)
        if card is None:
            numbered[q.code] = Card(q.code, len(numbered) + 1, q.part, q.title, q.help, q.evidence, q.reference, (q.code,))
        elif card["code"] not in numbered:
            numbered[card["code"]] = Card(
                card["code"],
                len(numbered) + 1,
                card.get("part", q.part),
                Text.of(card["title"]),
                Text.of(card.get("help")),
                Text.of(card.get("evidence")),
                _reference(card.get("reference")),
                tuple(card["fields"]),
            )
    return tuple(numbered.values())


def _node(raw: dict[str, Any]) -> Node:
    measure = raw.get("measure")
    return Node(
        code=raw["code"],
        title=Text.of(raw.get("title")),
        weight=raw.get("weight", 1),
        key=raw.get("key", False),
        children=tuple(_node(child) for child in raw.get("children", [])),
        measure=measure_of(measure) if measure else None,
        basis=raw.get("basis"),
    )


def measure_of(raw: dict[str, Any]) -> Measure:
    """A measure from its JSON form."""
    if "option" in raw:
        return OptionPoints(raw["option"])
    if "options_sum" in raw:
        return OptionsSum(raw["options_sum"])
    source, knots = raw["piecewise"], raw["points"]
    xs = tuple(parse_scaled(str(x)) for x, _ in knots)
    ys = tuple(parse_scaled(str(y)) for _, y in knots)
    if "question" in source:
        return Piecewise((source["question"],), (), 1, xs, ys)
    above, below = (tuple([side] if isinstance(side, str) else side) for side in source["ratio"])
    return Piecewise(above, below, source.get("scale", 1), xs, ys)


def _stage(raw: dict[str, Any]) -> Stage:
    title = Text.of(raw["title"])
    return Stage(
        code=raw["code"],
        title=title,
        report_title=Text.of(raw["report_title"]) if raw.get("report_title") else title,
        requires=tuple(Requirement(r["node"], parse_scaled(str(r["at_least"]))) for r in raw.get("requires", [])),
    )
