"""The diagnosis: rules over answers and scores that become sentences about this one sheet.

Which rules can speak about a model at all is proved by `diagnosis_proofs`; here they are only chosen and filled in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from guanbiao.assessment.rules.card import CardFacts, ScoreCard
from guanbiao.assessment.rules.summary import aspects_of, lost_points
from guanbiao.assessment.rules.wording import fields_in, filled
from guanbiao.indicators.rules.conditions import Condition, Facts, holds, nodes_in, parse_condition, questions_in
from guanbiao.indicators.rules.model import Model, Text, measured_questions

MOST_PER_ASPECT = 3
MOST = 12


@dataclass(frozen=True, slots=True)
class Rule:
    """When it speaks, about which node, and what it says."""

    code: str
    node: str
    topic: str
    weight: int
    """1–10, the stronger is taken first."""
    when: Condition
    says: Text
    source: Text
    fields: frozenset[tuple[str, str]]
    """(kind, code) of the fields in its sentences."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that spoke: its sentence filled in, both languages."""

    code: str
    node: str
    aspect: str
    says: Text
    weight: int


def rule_of(raw: dict[str, Any]) -> Rule:
    """A rule from its JSON form, which has passed the schema."""
    says = Text.of(raw["says"])
    when, source = parse_condition(raw["when"]), Text.of(raw["source"])
    return Rule(raw["code"], raw["node"], raw["topic"], raw["weight"], when, says, source, frozenset(fields_in(says)))


def rules_of(raw: Iterable[dict[str, Any]], model: Model) -> tuple[Rule, ...]:
    """The rules that can speak about a model: all they name is in it, and no field of theirs can stay empty there.

    The second matters for a stranger's model only, which may give a code of ours another meaning.
    """
    from guanbiao.assessment.rules.diagnosis_proofs import holes

    rules = (rule_of(item) for item in raw)
    return tuple(rule for rule in rules if names_known(rule, model) and not holes(rule, model))


def names_known(rule: Rule, model: Model) -> bool:
    """Are the questions and nodes a rule names all in the model?"""
    questions, nodes = names_in(rule)
    return questions <= model.question.keys() and nodes <= model.node.keys()


def names_in(rule: Rule) -> tuple[set[str], set[str]]:
    """(questions, nodes) a rule names, in its condition or in its sentences."""
    questions, nodes = questions_in(rule.when), nodes_in(rule.when) | {rule.node}
    for kind, code in rule.fields:
        (nodes if kind in ("v", "s") else questions).add(code)
    return questions, nodes


def cited_questions(rule: Rule, model: Model) -> frozenset[str]:
    """The questions a rule's sentence is about: those it cites itself or through a measured value; the profile's stand for size only."""
    cited: set[str] = set()
    for kind, code in rule.fields:
        if kind == "v":
            measure = model.node[code].measure
            cited |= set(measured_questions(measure)) if measure else set()
        elif kind != "s":
            cited.add(code)
    profile = model.sections[0][0]
    return frozenset(code for code in cited if model.question[code].section != profile)


def diagnose(
    card: ScoreCard,
    rules: Sequence[Rule],
    *,
    most_per_aspect: int = MOST_PER_ASPECT,
    most: int = MOST,
    previous: Facts | None = None,
) -> tuple[Finding, ...]:
    """The strongest rules that hold and do not repeat each other, by aspect and weight; none of an incomplete card.

    Turn by turn each aspect gives its strongest, so that one aspect with many rules does not crowd out the others.
    """
    if not card.complete:
        return ()
    facts = CardFacts(card, previous)
    aspects = aspects_of(card.model)
    order = {node.code: number for number, aspect in enumerate(aspects) for node in aspect.walk()}
    speaking = [rule for rule in rules if rule.node in order and holds(rule.when, facts)]
    queues = [_strongest_first(card, [rule for rule in speaking if order[rule.node] == number]) for number in range(len(aspects))]
    taken: list[Rule] = []
    for _ in range(most_per_aspect):
        for queue in queues:
            found = next(_fresh(queue, taken, card.model), None) if len(taken) < most else None
            if found:
                taken.append(found)
    taken.sort(key=lambda rule: (order[rule.node], -rule.weight, rule.code))
    return tuple(_finding(card, rule, aspects[order[rule.node]].code) for rule in taken)


def _strongest_first(card: ScoreCard, rules: list[Rule]) -> list[Rule]:
    """By weight; of equal ones the rule about the node that loses more points of the total."""
    lost = {node: lost_points(card, node) for node in {rule.node for rule in rules}}
    return sorted(rules, key=lambda rule: (-rule.weight, -lost[rule.node], rule.code))


def _fresh(queue: list[Rule], taken: list[Rule], model: Model) -> Iterator[Rule]:
    for rule in queue:
        if not any(repeats(rule, other, model) for other in taken):
            yield rule


def repeats(rule: Rule, other: Rule, model: Model) -> bool:
    """Would a reader hear the same thing twice? One topic, one next step, or one node and part of the same questions."""
    if rule.topic == other.topic or any(kind == "next" for kind, _ in rule.fields & other.fields):
        return True
    return rule.node == other.node and bool(cited_questions(rule, model) & cited_questions(other, model))


def _finding(card: ScoreCard, rule: Rule, aspect: str) -> Finding:
    says = Text(filled(rule.says, card, "zh"), filled(rule.says, card, "en"))
    return Finding(rule.code, rule.node, aspect, says, rule.weight)
