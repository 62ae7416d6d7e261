"""What loading a model proves beyond its schema: every defect, each with its place.

Codes unique · every scored question can be reached · conditions only look back · knots ascend · stage nodes exist · no product can
pass 2⁶³ · no orphan. Weights are positive and both languages present by the schema.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from guanbiao.indicators.rules.composition import Place
from guanbiao.indicators.rules.conditions import (
    All,
    AnyOf,
    AtLeast,
    Chosen,
    Condition,
    Not,
    atoms,
    nodes_in,
    parse_condition,
    questions_in,
)
from guanbiao.indicators.rules.model import NUMERIC, OptionPoints, OptionsSum, Piecewise, limits_of, measure_of, measured_questions
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_
from guanbiao.kernel.numbers import INT64_MAX, UNIT, parse_scaled

MOST_OPTIONS = 62
"""A multi's chosen options are held as the bits of one int64."""

_MOST_CASES = 50_000

Locate = Callable[[str, str], Place]
"""Place of a thing by kind (question, card, node, check, stage, section) and code."""


def locate_in(document: Document) -> Locate:
    """Places inside a whole model file."""
    found: dict[tuple[str, str], Path_] = {}
    value = document.value
    for kind, key in (("question", "questions"), ("card", "cards"), ("check", "checks"), ("stage", "stages"), ("section", "sections")):
        for at, item in enumerate(value.get(key, [])):
            found.setdefault((kind, item["code"]), (key, at))

    def enter(node: dict[str, Any], path: Path_) -> None:
        found.setdefault(("node", node["code"]), path)
        for at, child in enumerate(node.get("children", [])):
            enter(child, (*path, "children", at))

    enter(value["tree"], ("tree",))
    return lambda kind, code: Place(document, found.get((kind, code), ()))


def defects_of(raw: dict[str, Any], locate: Locate) -> list[Defect]:
    """Every defect of a whole model in its JSON form, which has passed the schema."""
    return list(_Proof(raw, locate).defects())


def unguarded_denominators(raw: dict[str, Any], locate: Locate) -> list[Defect]:
    """Ratios whose denominator may be 0 (docs/algorithms/scoring.md): allowed in a stranger's model, never in a shipped one."""
    return list(_Proof(raw, locate).unguarded())


class _Proof:
    def __init__(self, raw: dict[str, Any], locate: Locate) -> None:
        self.raw, self.locate = raw, locate
        self.questions: dict[str, dict[str, Any]] = {q["code"]: q for q in reversed(raw["questions"])}
        self.order = {q["code"]: at for at, q in enumerate(raw["questions"])}
        self.nodes = list(_walk(raw["tree"]))
        self.full = parse_scaled(str(raw.get("full", 100)))
        self.conditions: dict[str, Condition] = {q["code"]: parse_condition(q["when"]) for q in raw["questions"] if q.get("when")}

    def defects(self) -> Iterator[Defect]:
        yield from self._unique()
        yield from self._core_questions()
        for question in self.raw["questions"]:
            yield from self._question(question)
        for card in self.raw.get("cards", []):
            yield from self._card(card)
        for node in self.nodes:
            yield from self._node(node)
        yield from self._stages()
        for check in self.raw.get("checks", []):
            yield from self._check(check)
        yield from self._orphans()

    # -- names

    def _unique(self) -> Iterator[Defect]:
        kinds = {
            "question": [q["code"] for q in self.raw["questions"]],
            "card": [c["code"] for c in self.raw.get("cards", [])],
            "node": [n["code"] for n in self.nodes],
            "check": [c["code"] for c in self.raw.get("checks", [])],
            "stage": [s["code"] for s in self.raw["stages"]],
            "section": [s["code"] for s in self.raw["sections"]],
        }
        for kind, codes in kinds.items():
            for code in sorted({code for code in codes if codes.count(code) > 1}):
                yield self.locate(kind, code).defect(zh=f"代码 {code} 用了两次。", en=f"code {code} is used twice.")
        for clash in sorted(set(kinds["question"]) & set(kinds["card"])):
            yield self.locate("card", clash).defect(zh=f"卡片与题目同用代码 {clash}。", en=f"a card and a question share the code {clash}.")

    def _core_questions(self) -> Iterator[Defect]:
        for code in ("QY01", "QY02", "QY03"):
            if self.questions.get(code, {}).get("type") != "text":
                place = self.locate("section", self.raw["sections"][0]["code"])
                yield place.defect(zh=f"缺少文字题 {code}（名称、统一社会信用代码、期间）。", en=f"the text question {code} (name, credit code, period) is missing.")

    # -- questions

    def _question(self, q: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("question", q["code"])
        sections = {s["code"]: {p["code"] for p in s.get("parts", [])} for s in self.raw["sections"]}
        if q["section"] not in sections:
            yield place.defect("section", zh=f"没有章节 {q['section']}。", en=f"there is no section {q['section']}.")
        elif q.get("part") and q["part"] not in sections[q["section"]]:
            yield place.defect("part", zh=f"章节 {q['section']} 里没有部分 {q['part']}。", en=f"section {q['section']} has no part {q['part']}.")
        if q["type"] in NUMERIC:
            yield from self._range(q, place)
        if "options" in q:
            yield from self._options(q, place)
        if q["code"] in self.conditions:
            yield from self._when(q["code"], self.conditions[q["code"]], place)

    def _range(self, q: dict[str, Any], place: Place) -> Iterator[Defect]:
        least, greatest = limits_of(q)
        if least > greatest:
            yield place.defect("max", zh="min 大于 max。", en="min is above max.")
        if max(abs(least), abs(greatest)) > INT64_MAX // 4:
            yield place.defect("max", zh="范围过大，无法用 64 位整数计算。", en="the range is too wide for 64-bit integers.")

    def _options(self, q: dict[str, Any], place: Place) -> Iterator[Defect]:
        codes = [option["code"] for option in q["options"]]
        if len(set(codes)) < len(codes):
            yield place.defect("options", zh="选项代码重复。", en="an option code is used twice.")
        if len(codes) > MOST_OPTIONS:
            yield place.defect("options", zh=f"选项多于 {MOST_OPTIONS} 个。", en=f"more than {MOST_OPTIONS} options.")
        if "exclusive" in q and q["exclusive"] not in codes:
            yield place.defect("exclusive", zh=f"没有选项 {q['exclusive']}。", en=f"there is no option {q['exclusive']}.")
        for at, option in enumerate(q["options"]):
            points = parse_scaled(str(option.get("points", 0)))
            if not 0 <= points <= self.full:
                yield place.defect("options", at, "points", zh="分值应在 0 与满分之间。", en="points must lie between 0 and full.")

    def _when(self, code: str, condition: Condition, place: Place) -> Iterator[Defect]:
        for name in sorted(questions_in(condition)):
            if name not in self.questions:
                yield place.defect("when", zh=f"条件里的题目 {name} 不在这份问卷里。", en=f"the condition names {name}, which is not in this questionnaire.")
            elif self.order[name] >= self.order[code]:
                yield place.defect("when", zh=f"条件只能看前面的题目，{name} 在后面。", en=f"a condition may only look back; {name} comes later.")
        for atom in atoms(condition):
            yield from self._atom(atom, place, "when")

    def _atom(self, atom: Condition, place: Place, key: str) -> Iterator[Defect]:
        match atom:
            case Chosen(name, options) if name in self.questions:
                known = {option["code"] for option in self.questions[name].get("options", [])}
                if not known:
                    yield place.defect(key, zh=f"{name} 没有选项，条件应写 at_least。", en=f"{name} has no options; say at_least.")
                elif options - known:
                    gone = "、".join(sorted(options - known))
                    yield place.defect(key, zh=f"{name} 没有选项 {gone}。", en=f"{name} has no option {gone}.")
            case AtLeast(name, value) if name in self.questions:
                if self.questions[name]["type"] not in NUMERIC:
                    yield place.defect(key, zh=f"{name} 不是数字题，条件应写 in。", en=f"{name} is not a number; say in.")
                elif value > limits_of(self.questions[name])[1]:
                    yield place.defect(key, zh=f"{name} 到不了这个数。", en=f"{name} can never reach this value.")

    # -- cards

    def _card(self, card: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("card", card["code"])
        for code in card["fields"]:
            if code not in self.questions:
                yield place.defect("fields", zh=f"没有题目 {code}。", en=f"there is no question {code}.")
        owners = [c["code"] for c in self.raw.get("cards", []) if set(c["fields"]) & set(card["fields"])]
        if len(owners) > 1 and owners[0] != card["code"]:
            yield place.defect("fields", zh=f"与卡片 {owners[0]} 收了同一道题。", en=f"shares a question with card {owners[0]}.")
        positions = [self.order[code] for code in card["fields"] if code in self.order]
        if positions and positions != list(range(positions[0], positions[0] + len(positions))):
            yield place.defect("fields", zh="同一张卡片的题目应按顺序相邻。", en="the questions of a card must stand next to each other, in order.")

    # -- tree

    def _node(self, node: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("node", node["code"])
        if "measure" in node:
            yield from self._measure(node, place)
            return
        total = sum(child.get("weight", 1) for child in node["children"])
        if 2 * total * self.full + total > INT64_MAX:
            yield place.defect("children", zh="权重太大，乘积会超过 2⁶³。", en="the weights are so large that a product could pass 2⁶³.")

    def _measure(self, node: dict[str, Any], place: Place) -> Iterator[Defect]:
        measure = measure_of(node["measure"])
        unknown = [code for code in measured_questions(measure) if code not in self.questions]
        for code in unknown:
            yield place.defect("measure", zh=f"没有题目 {code}。", en=f"there is no question {code}.")
        if unknown:
            return
        match measure:
            case OptionPoints(question):
                yield from self._kind(question, {"single"}, place)
            case OptionsSum(question):
                yield from self._kind(question, {"multi"}, place)
            case Piecewise():
                for code in measured_questions(measure):
                    yield from self._kind(code, set(NUMERIC), place)
                yield from self._piecewise(measure, place)
        for code in measured_questions(measure):
            if not self._reachable(code):
                yield place.defect("measure", zh=f"题目 {code} 的条件永远不成立。", en=f"the condition of question {code} can never hold.")

    def _kind(self, code: str, kinds: set[str], place: Place) -> Iterator[Defect]:
        if (kind := self.questions[code]["type"]) not in kinds:
            yield place.defect("measure", zh=f"{code} 是 {kind} 题，不能这样计分。", en=f"{code} is a {kind} question and cannot be measured this way.")

    def _piecewise(self, m: Piecewise, place: Place) -> Iterator[Defect]:
        if any(second <= first for first, second in zip(m.xs, m.xs[1:], strict=False)):
            yield place.defect("measure", zh="折线的横坐标必须递增。", en="the knots must ascend in x.")
            return
        if any(not 0 <= y <= self.full for y in m.ys):
            yield place.defect("measure", zh="折线的分值应在 0 与满分之间。", en="the knots' points must lie between 0 and full.")
        if any(self.questions[code]["type"] not in NUMERIC for code in measured_questions(m)):
            return
        span = (m.xs[-1] - m.xs[0]) * max(m.ys)
        if 2 * span + (m.xs[-1] - m.xs[0]) > INT64_MAX:
            yield place.defect("measure", zh="折线太宽，乘积会超过 2⁶³。", en="the knots are so wide that a product could pass 2⁶³.")
        if not m.is_ratio:
            least, greatest = limits_of(self.questions[m.above[0]])
            if m.xs[0] < least or m.xs[-1] > greatest:
                yield place.defect("measure", zh="折线超出了这道题的取值范围。", en="the knots reach beyond the question's range.")
            return
        above = sum(max(abs(limit) for limit in limits_of(self.questions[code])) for code in m.above)
        below = sum(limits_of(self.questions[code])[1] for code in m.below)
        if 2 * above * m.scale * UNIT + below > INT64_MAX:
            yield place.defect("measure", zh="分子上限乘以 scale 会超过 2⁶³；请降低 max。", en="the numerator's max times scale could pass 2⁶³; lower max.")
        if any(limits_of(self.questions[code])[0] < 0 for code in m.below):
            yield place.defect("measure", zh="分母不能取负数。", en="a denominator may not be negative.")

    def unguarded(self) -> Iterator[Defect]:
        """Ratios whose denominator an honest sheet could make 0, so that it would be refused."""
        for node in self.nodes:
            measure = measure_of(node["measure"]) if "measure" in node else None
            if isinstance(measure, Piecewise) and measure.is_ratio:
                yield from self._denominator(measure, self.locate("node", node["code"]))

    def _denominator(self, m: Piecewise, place: Place) -> Iterator[Defect]:
        limits = [limits_of(self.questions[code]) for code in m.below]
        positive = any(least > 0 for least, _ in limits)
        guarded = any(self._guards(self.conditions[code], set(m.below)) for code in m.above if code in self.conditions)
        if not positive and not guarded:
            zh = f"分母 {'+'.join(m.below)} 可能为 0：给它正的 min，或给分子加上 at_least 条件。"
            en = f"the denominator {'+'.join(m.below)} may be 0: give it a positive min, or give the numerator an at_least condition on it."
            yield place.defect("measure", zh=zh, en=en)

    def _guards(self, condition: Condition, below: set[str]) -> bool:
        match condition:
            case AtLeast(question, value):
                return question in below and value > 0
            case All(parts):
                return any(self._guards(part, below) for part in parts)
            case AnyOf(parts):
                return all(self._guards(part, below) for part in parts)
            case _:
                return False

    # -- reach

    def _reachable(self, code: str) -> bool:
        """Can some sheet of answers make the question apply? Tried on every combination of the answers that matter."""
        involved = self._involved(code)
        if any(name not in self.questions for name in involved):
            return True  # already named as a defect of its own
        domains = [self._domain(name, involved | {code}) for name in sorted(involved, key=lambda name: self.order[name])]
        names = sorted(involved, key=lambda name: self.order[name])
        cases = 1
        for domain in domains:
            cases *= len(domain)
        if cases > _MOST_CASES:
            return True
        return any(self._applies(code, dict(zip(names, case, strict=True)), {}) for case in product(*domains))

    def _involved(self, code: str) -> set[str]:
        found: set[str] = set()
        pending = [code]
        while pending:
            condition = self.conditions.get(pending.pop())
            fresh = (questions_in(condition) if condition else set()) - found
            found |= fresh
            pending += [name for name in fresh if name in self.questions]
        return found

    def _domain(self, name: str, askers: set[str]) -> list[frozenset[str] | int | None]:
        question = self.questions[name]
        if question["type"] in NUMERIC:
            values = {atom.value for asker in askers if asker in self.conditions for atom in atoms(self.conditions[asker]) if isinstance(atom, AtLeast) and atom.question == name}
            least, greatest = limits_of(question)
            return [least, *sorted(value for value in values if least <= value <= greatest)]
        codes = [option["code"] for option in question.get("options", [])]
        together = [frozenset(codes) - {question.get("exclusive")}] if question["type"] == "multi" else []
        return [*(frozenset({code}) for code in codes), *together]

    def _applies(self, code: str, answers: dict[str, frozenset[str] | int | None], known: dict[str, bool]) -> bool:
        if code not in known:
            condition = self.conditions.get(code)
            known[code] = condition is None or self._true(condition, answers, known)
        return known[code]

    def _true(self, condition: Condition, answers: dict[str, frozenset[str] | int | None], known: dict[str, bool]) -> bool:
        match condition:
            case All(parts):
                return all(self._true(part, answers, known) for part in parts)
            case AnyOf(parts):
                return any(self._true(part, answers, known) for part in parts)
            case Not(part):
                return not self._true(part, answers, known)
            case Chosen(name, options):
                answer = answers[name]
                return self._applies(name, answers, known) and isinstance(answer, frozenset) and bool(answer & options)
            case AtLeast(name, value):
                answer = answers[name]
                return self._applies(name, answers, known) and isinstance(answer, int) and answer >= value
            case _:
                return True

    # -- stages, checks, orphans

    def _stages(self) -> Iterator[Defect]:
        known = {node["code"] for node in self.nodes}
        for at, stage in enumerate(self.raw["stages"]):
            place = self.locate("stage", stage["code"])
            if at == 0 and stage.get("requires"):
                yield place.defect("requires", zh="第一个阶段不能有要求。", en="the first stage requires nothing.")
            if at > 0 and not stage.get("requires"):
                yield place.defect("requires", zh="后面的阶段必须有要求。", en="a later stage must require something.")
            for number, need in enumerate(stage.get("requires", [])):
                if need["node"] not in known:
                    yield place.defect("requires", number, "node", zh=f"没有指标 {need['node']}。", en=f"there is no node {need['node']}.")
                if not 0 < parse_scaled(str(need["at_least"])) <= self.full:
                    yield place.defect("requires", number, "at_least", zh="门槛应大于 0 且不超过满分。", en="a threshold must be above 0 and at most full.")

    def _check(self, check: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("check", check["code"])
        condition = parse_condition(check["when"])
        known = {node["code"] for node in self.nodes}
        for name in sorted(questions_in(condition) - self.questions.keys()):
            yield place.defect("when", zh=f"没有题目 {name}。", en=f"there is no question {name}.")
        for name in sorted(nodes_in(condition) - known):
            yield place.defect("when", zh=f"没有指标 {name}。", en=f"there is no node {name}.")
        for atom in atoms(condition):
            yield from self._atom(atom, place, "when")

    def _orphans(self) -> Iterator[Defect]:
        measured = {q for node in self.nodes if "measure" in node for q in measured_questions(measure_of(node["measure"]))}
        named = {name for condition in self.conditions.values() for name in questions_in(condition)}
        beside = {code for card in self.raw.get("cards", []) if set(card["fields"]) & (measured | named) for code in card["fields"]}
        first = self.raw["sections"][0]["code"]
        for q in self.raw["questions"]:
            free = q["type"] == "text" or q.get("required") or q["section"] == first
            if not free and q["code"] not in measured | named | beside:
                place = self.locate("question", q["code"])
                yield place.defect(zh=f"题目 {q['code']} 不计分，也没有条件用到它。", en=f"question {q['code']} is neither scored nor named by a condition.")


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _walk(child)
