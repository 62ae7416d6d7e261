"""Conditions: when a question is asked, a check warns, a diagnosis rule speaks. One language for all three.

`when` of a question uses the first five forms; checks and diagnosis rules all of them (docs/reference/model-format.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from guanbiao.kernel.numbers import UNIT, parse_scaled


@dataclass(frozen=True, slots=True)
class Chosen:
    """`{question, in: […]}`: any chosen option is listed."""

    question: str
    options: frozenset[str]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """`{question, at_least: n}`, n in 1/10,000."""

    question: str
    value: int


@dataclass(frozen=True, slots=True)
class All:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    part: Condition


@dataclass(frozen=True, slots=True)
class More:
    """`{more: [A, B]}`: A's answer exceeds B's."""

    left: str
    right: str


@dataclass(frozen=True, slots=True)
class RatioIs:
    """`{ratio: [A, B], scale: n, above|below: x}`: the sum of A divided by the sum of B, times n (1), compared exactly."""

    above_line: tuple[str, ...]
    below_line: tuple[str, ...]
    above: Fraction | None
    below: Fraction | None


@dataclass(frozen=True, slots=True)
class NodeIs:
    """`{node: N, above|below: x}`, x in points."""

    node: str
    above: Fraction | None
    below: Fraction | None


@dataclass(frozen=True, slots=True)
class Previous:
    """`{previous: Q, in | at_least | above | below}`: last period's answer; holds only where there is one."""

    condition: Chosen | AtLeast


Condition = Chosen | AtLeast | All | AnyOf | Not | More | RatioIs | NodeIs | Previous


class Facts(Protocol):
    """What a condition may look at: the answers that count, and the scores."""

    def chosen(self, question: str) -> frozenset[str] | None: ...

    def number(self, question: str) -> int | None: ...

    def score(self, node: str) -> int | None: ...

    def last_period(self) -> Facts | None: ...


def parse_condition(raw: dict[str, Any]) -> Condition:
    """A condition from its JSON form, which has passed the schema."""
    if "all" in raw:
        return All(tuple(parse_condition(part) for part in raw["all"]))
    if "any" in raw:
        return AnyOf(tuple(parse_condition(part) for part in raw["any"]))
    if "not" in raw:
        return Not(parse_condition(raw["not"]))
    if "more" in raw:
        return More(*raw["more"])
    if "ratio" in raw:
        top, bottom = raw["ratio"]
        scale = raw.get("scale", 1)
        return RatioIs(_codes(top), _codes(bottom), _limit(raw, "above", scale), _limit(raw, "below", scale))
    if "node" in raw:
        return NodeIs(raw["node"], _limit(raw, "above"), _limit(raw, "below"))
    if "previous" in raw:
        return Previous(_simple(raw["previous"], raw))
    return _simple(raw["question"], raw)


def _simple(question: str, raw: dict[str, Any]) -> Chosen | AtLeast:
    if "in" in raw:
        return Chosen(question, frozenset(raw["in"]))
    return AtLeast(question, parse_scaled(str(raw["at_least"])))


def _codes(raw: str | list[str]) -> tuple[str, ...]:
    return (raw,) if isinstance(raw, str) else tuple(raw)


def _limit(raw: dict[str, Any], key: str, scale: int = 1) -> Fraction | None:
    return Fraction(str(raw[key])) / scale if key in raw else None


def atoms(condition: Condition) -> Iterator[Condition]:
    """Every part of a condition that is not all, any or not."""
    match condition:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from atoms(part)
        case Not(part):
            yield from atoms(part)
        case _:
            yield condition


def questions_in(condition: Condition) -> set[str]:
    """The questions a condition names."""
    found: set[str] = set()
    for atom in atoms(condition):
        match atom:
            case Chosen(question, _) | AtLeast(question, _):
                found.add(question)
            case Previous(inner):
                found.add(inner.question)
            case More(left, right):
                found |= {left, right}
            case RatioIs(top, bottom):
                found |= {*top, *bottom}
    return found


def nodes_in(condition: Condition) -> set[str]:
    """The nodes a condition names."""
    return {atom.node for atom in atoms(condition) if isinstance(atom, NodeIs)}


def holds(condition: Condition, facts: Facts) -> bool:
    """Does it hold? On something that was not answered, or does not apply, an atom does not."""
    match condition:
        case All(parts):
            return all(holds(part, facts) for part in parts)
        case AnyOf(parts):
            return any(holds(part, facts) for part in parts)
        case Not(part):
            return not holds(part, facts)
        case Chosen(question, options):
            return bool((facts.chosen(question) or frozenset()) & options)
        case AtLeast(question, value):
            number = facts.number(question)
            return number is not None and number >= value
        case More(left, right):
            first, second = facts.number(left), facts.number(right)
            return first is not None and second is not None and first > second
        case RatioIs(top, bottom, above, below):
            return _ratio_holds(facts, top, bottom, above, below)
        case NodeIs(node, above, below):
            score = facts.score(node)
            return score is not None and _within(Fraction(score, UNIT), above, below)
        case Previous(inner):
            earlier = facts.last_period()
            return earlier is not None and holds(inner, earlier)


def _ratio_holds(facts: Facts, top: tuple[str, ...], bottom: tuple[str, ...], above: Fraction | None, below: Fraction | None) -> bool:
    numbers = [facts.number(question) for question in (*top, *bottom)]
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return False
    divisor = sum(known[len(top) :])
    return divisor > 0 and _within(Fraction(sum(known[: len(top)]), divisor), above, below)


def _within(value: Fraction, above: Fraction | None, below: Fraction | None) -> bool:
    return (above is None or value > above) and (below is None or value < below)
