"""What loading the diagnosis rules proves: no sentence can come out with an empty field, and every rule can speak somewhere.

A complete sheet has an answer to every required question that applies. So a cited question is answered where the rule's own condition says so,
or where the question's condition follows from it. `entails` is sound, not complete: what it cannot show is a defect.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from guanbiao.assessment.rules.diagnosis import Rule, names_in, names_known, rule_of
from guanbiao.assessment.rules.summary import aspects_of
from guanbiao.assessment.rules.wording import fields_in
from guanbiao.indicators.rules.conditions import All, AnyOf, AtLeast, Chosen, Condition, More, NodeIs, Not, RatioIs, atoms, questions_in
from guanbiao.indicators.rules.model import Model, Question, Text, measured_questions

if TYPE_CHECKING:
    from guanbiao.indicators.rules.safe_yaml import Defect, Document

Hole = tuple[str, str]
"""What is wrong with a rule, (zh, en)."""


def rule_defects(document: Document, models: Sequence[Model]) -> list[Defect]:
    """Every defect of a file of rules that has passed the schema, over all models of the library; each once."""
    found: list[Defect] = []
    for at, raw in enumerate(document.value["rules"]):
        rule = rule_of(raw)
        holding = [model for model in models if names_known(rule, model)]
        wrong = [*_unknown(rule, models, holding), *_unlike(rule.says)]
        wrong += [hole for model in holding for hole in holes(rule, model)]
        for zh, en in dict.fromkeys(wrong):
            found.append(document.defect(("rules", at), zh=f"{rule.code}：{zh}", en=f"{rule.code}: {en}"))
    return found


def twice_given(documents: Sequence[Document]) -> list[Defect]:
    """Rule codes that stand more than once in the library."""
    first: dict[str, str] = {}
    found = []
    for document in documents:
        for at, raw in enumerate(document.value["rules"]):
            code, path = raw["code"], ("rules", at)
            if code in first:
                zh, en = f"规则代码 {code} 已在 {first[code]} 用过。", f"rule code {code} is already used at {first[code]}."
                found.append(document.defect(path, zh=zh, en=en))
            first.setdefault(code, f"{document.file}:{document.line(path)}")
    return found


def _unknown(rule: Rule, models: Sequence[Model], holding: Sequence[Model]) -> Iterator[Hole]:
    questions, nodes = names_in(rule)
    questions -= {code for model in models for code in model.question}
    nodes -= {code for model in models for code in model.node}
    unknown = sorted(questions | nodes)
    for code in unknown:
        yield f"没有题目或指标 {code}。", f"there is no question or node {code}."
    if not unknown and not holding:
        yield "没有一份问卷同时有它提到的题目和指标，用不上。", "no questionnaire holds all the questions and nodes it names, so it is never used."


def _unlike(says: Text) -> Iterator[Hole]:
    chinese, english = ({("a" if kind == "n" else kind, code) for kind, code in fields_in(Text(text, ""))} for text in (says.zh, says.en))
    if chinese != english:
        only = "、".join(f"{{{kind}:{code}}}" for kind, code in sorted(chinese ^ english))
        yield f"中英文引用的字段不同：{only}。", f"the two languages cite different fields: {only}."
    for text in (says.zh, says.en):
        left = text
        for kind, code in fields_in(Text(text, "")):
            left = left.replace(f"{{{kind}:{code}}}", "")
        if "{" in left or "}" in left:
            yield "句子里有不认识的字段或多余的花括号。", "the sentence holds an unknown field or a stray brace."


def holes(rule: Rule, model: Model) -> list[Hole]:
    """Fields of a rule that may stay empty in this model, and conditions that can never hold in it."""
    return list(dict.fromkeys(_Holes(rule, model).found()))


class _Holes:
    def __init__(self, rule: Rule, model: Model) -> None:
        self.rule, self.model = rule, model
        self.answered, self.facts = closure(rule.when, model)

    def found(self) -> Iterator[Hole]:
        yield from self._condition()
        for kind, code in sorted(self.rule.fields):
            match kind:
                case "no":
                    pass
                case "v":
                    yield from self._value(code)
                case "s":
                    if not self._scored(code):
                        yield self._may_be_empty(f"{{s:{code}}}")
                case _:
                    yield from self._answer(kind, self.model.question[code])
        if not any(node.code == self.rule.node for aspect in aspects_of(self.model) for node in aspect.walk()):
            yield f"{self.rule.node} 不在任何一个方面之下。", f"{self.rule.node} stands below no aspect."

    def _may_be_empty(self, field: str) -> Hole:
        return (
            f"{field} 可能是空的：when 没有保证它有值。",
            f"{field} may be empty: the rule's condition does not guarantee it.",
        )

    def _condition(self) -> Iterator[Hole]:
        for atom in atoms(self.rule.when):
            match atom:
                case Chosen(code, options):
                    known = {option.code for option in self.model.question[code].options}
                    if gone := "、".join(sorted(options - known)):
                        yield f"{code} 没有选项 {gone}。", f"{code} has no option {gone}."
                case AtLeast(code, value) if not self.model.question[code].is_numeric or value > self.model.question[code].greatest:
                    yield f"{code} 到不了 at_least 的数。", f"{code} can never reach the number in at_least."
                case RatioIs() | More():
                    for code in sorted(questions_in(atom)):
                        if not self.model.question[code].is_numeric:
                            yield f"{code} 不是数字题，不能比较。", f"{code} is not a number and cannot be compared."
                case _:
                    pass
        for code in sorted(questions_in(self.rule.when)):
            if self.model.question[code].type == "single" and possible(self.rule.when, self.model.question[code]) == frozenset():
                yield f"条件永远不成立：{code} 没有选项同时满足。", f"the condition can never hold: no option of {code} meets it."

    def _value(self, code: str) -> Iterator[Hole]:
        measure = self.model.node[code].measure
        if measure is None or not hasattr(measure, "xs"):
            yield f"{{v:{code}}} 没有测量值。", f"{{v:{code}}} has no measured value."
        elif not all(map(self._known, measured_questions(measure))):
            yield self._may_be_empty(f"{{v:{code}}}")

    def _scored(self, code: str) -> bool:
        """Does the condition guarantee that some leaf below the node applies?"""
        guaranteed = {atom.node for atom in conjuncts(self.rule.when) if isinstance(atom, NodeIs)}
        if guaranteed & {code, *(node.code for node in self.model.node[code].walk())}:
            return True
        return any(all(map(self._known, measured_questions(leaf.measure))) for leaf in self.model.node[code].walk() if leaf.measure)

    def _answer(self, kind: str, question: Question) -> Iterator[Hole]:
        field = f"{{{kind}:{question.code}}}"
        if not self._known(question.code) or question.type == "text":
            yield self._may_be_empty(field)
        if kind == "letter" and question.is_numeric:
            yield f"{field}：数字题没有选项代码。", f"{field}: a number has no option code."
        if kind == "n" and not question.is_numeric:
            yield f"{field}：不是数字题。", f"{field}: not a number."
        if kind == "next":
            allowed = possible(self.rule.when, question)
            if question.type != "single" or allowed is None or question.options[-1].code in allowed:
                yield f"{field}：when 允许最高一档，没有下一档。", f"{field}: the condition allows the top option, which has no next."

    def _known(self, code: str) -> bool:
        """Is the question surely answered on a complete sheet where the condition holds?"""
        return code in self.answered or (code in self.model.required and entails(self.facts, self.model.question[code].when))


def conjuncts(condition: Condition) -> list[Condition]:
    """What must all hold where a condition holds."""
    return [atom for part in condition.parts for atom in conjuncts(part)] if isinstance(condition, All) else [condition]


def answered(condition: Condition, model: Model) -> frozenset[str]:
    """The questions that are answered wherever a condition holds."""
    match condition:
        case All(parts):
            return frozenset(code for part in parts for code in answered(part, model))
        case AnyOf(parts):
            return frozenset.intersection(*(answered(part, model) for part in parts))
        case Chosen(code, _) | AtLeast(code, _):
            return frozenset({code})
        case More(left, right):
            return frozenset({left, right})
        case RatioIs(top, bottom):
            return frozenset({*top, *bottom})
        case NodeIs(code) if (measure := model.node[code].measure) is not None:
            return frozenset(measured_questions(measure))
        case _:  # a Not says nothing of what is there, a Previous nothing of this period, an inner node not which leaf applies
            return frozenset()


def closure(condition: Condition, model: Model) -> tuple[frozenset[str], list[Condition]]:
    """(questions answered where a condition holds, all that holds then): an answer that counts brings the conditions of its question along."""
    facts = conjuncts(condition)
    known = answered(condition, model)
    pending = set(known)
    while pending:
        when = model.question[pending.pop()].when
        if when is not None and when not in facts:
            facts += [when, *conjuncts(when)]
            more = answered(when, model) - known
            known |= more
            pending |= more
    return known, facts


def entails(facts: Sequence[Condition], wanted: Condition | None) -> bool:
    """Does a condition surely hold where all the facts do?"""
    if wanted is None or wanted in facts:
        return True
    match wanted:
        case All(parts):
            return all(entails(facts, part) for part in parts)
        case AnyOf(parts):
            return any(entails(facts, part) for part in parts)
        case Chosen(code, options):
            return any(isinstance(fact, Chosen) and fact.question == code and fact.options <= options for fact in facts)
        case AtLeast(code, value):
            return any(isinstance(fact, AtLeast) and fact.question == code and fact.value >= value for fact in facts)
        case _:
            return False


def possible(condition: Condition, question: Question) -> frozenset[str] | None:
    """The options a single choice can have where a condition holds; None where it says nothing of it."""
    everything = frozenset(option.code for option in question.options)
    match condition:
        case Chosen(code, options) if code == question.code:
            return options
        case Not(Chosen(code, options)) if code == question.code:
            return everything - options
        case All(parts):
            said = [found for part in parts if (found := possible(part, question)) is not None]
            return frozenset.intersection(*said) if said else None
        case AnyOf(parts):
            each = [possible(part, question) for part in parts]
            return None if None in each else frozenset(code for found in each if found for code in found)
        case _:
            return None
