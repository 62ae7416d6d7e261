"""What loading a model proves beyond its schema: every defect, each with its place.

Codes unique · every scored question can be reached · conditions only look back · knots ascend · stage nodes exist · no product can
pass 2⁶³ · no orphan. Weights are positive and both languages present by the schema.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from guanbiao.indicators.rules.conditions import AtLeast, Chosen, Condition, More, Previous, RatioIs, atoms, nodes_in, parse_condition, questions_in
from guanbiao.indicators.rules.measures import MeasureProof
from guanbiao.indicators.rules.model import NUMERIC, Piecewise, limits_of, measure_of, measured_questions
from guanbiao.indicators.rules.parts import Place
from guanbiao.indicators.rules.reach import Reach
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_
from guanbiao.kernel.numbers import INT64_MAX, UNIT, parse_scaled

MOST_FULL = 100_000
"""Points; scores in 1/10,000 of a point are written to tables as int32."""

MOST_OPTIONS = 62
"""A multi's chosen options are held as the bits of one int64."""

_FIELD = re.compile(r"\{([a-z]+):([^{}]*)\}")

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
        self.sections = {s["code"]: {p["code"] for p in s.get("parts", [])} for s in raw["sections"]}
        self.owners: dict[str, list[str]] = {}
        for card in raw.get("cards", []):
            for code in card["fields"]:
                self.owners.setdefault(code, []).append(card["code"])
        reach = Reach(self.questions, self.order, self.conditions)
        self.measures = MeasureProof(self.questions, self.conditions, reach, self.full)

    def defects(self) -> Iterator[Defect]:
        if not UNIT <= self.full <= MOST_FULL * UNIT:
            place = self.locate("model", "")
            yield place.defect("full", zh=f"满分应在 1 与 {MOST_FULL} 之间。", en=f"full must lie between 1 and {MOST_FULL}.")
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
            for code in sorted(code for code, times in Counter(codes).items() if times > 1):
                yield self.locate(kind, code).defect(zh=f"代码 {code} 用了两次。", en=f"code {code} is used twice.")
        for clash in sorted(set(kinds["question"]) & set(kinds["card"])):
            yield self.locate("card", clash).defect(zh=f"卡片与题目同用代码 {clash}。", en=f"a card and a question share the code {clash}.")

    def _core_questions(self) -> Iterator[Defect]:
        for code in ("QY01", "QY02", "QY03"):
            if self.questions.get(code, {}).get("type") != "text":
                place = self.locate("section", self.raw["sections"][0]["code"])
                en = f"the text question {code} (name, credit code, period) is missing."
                yield place.defect(zh=f"缺少文字题 {code}（名称、统一社会信用代码、期间）。", en=en)

    # -- questions

    def _question(self, q: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("question", q["code"])
        if q["section"] not in self.sections:
            yield place.defect("section", zh=f"没有章节 {q['section']}。", en=f"there is no section {q['section']}.")
        elif q.get("part") and q["part"] not in self.sections[q["section"]]:
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
            yield place.defect("max" if "max" in q else "min", zh="min 大于 max。", en="min is above max.")
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
                en = f"the condition names {name}, which is not in this questionnaire."
                yield place.defect("when", zh=f"条件里的题目 {name} 不在这份问卷里。", en=en)
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
                elif value < -INT64_MAX // 4:
                    yield place.defect(key, zh="at_least 太小，无法用 64 位整数计算。", en="at_least is too small for 64-bit integers.")
            case Previous(inner):
                yield from self._atom(inner, place, key)
            case More() | RatioIs():
                for name in sorted(questions_in(atom) & self.questions.keys()):
                    if self.questions[name]["type"] not in NUMERIC:
                        yield place.defect(key, zh=f"{name} 不是数字题，不能这样比较。", en=f"{name} is not a number and cannot be compared.")

    # -- cards

    def _card(self, card: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("card", card["code"])
        for code in card["fields"]:
            if code not in self.questions:
                yield place.defect("fields", zh=f"没有题目 {code}。", en=f"there is no question {code}.")
        owners = {owner for code in card["fields"] for owner in self.owners.get(code, [])[:1]} - {card["code"]}
        for owner in sorted(owners):
            yield place.defect("fields", zh=f"与卡片 {owner} 收了同一道题。", en=f"shares a question with card {owner}.")
        if len(set(card["fields"])) < len(card["fields"]):
            yield place.defect("fields", zh="同一道题写了两次。", en="names a question twice.")
        positions = [self.order[code] for code in card["fields"] if code in self.order]
        if positions and positions != list(range(positions[0], positions[0] + len(positions))):
            yield place.defect("fields", zh="同一张卡片的题目应按顺序相邻。", en="the questions of a card must stand next to each other, in order.")

    # -- tree

    def _node(self, node: dict[str, Any]) -> Iterator[Defect]:
        place = self.locate("node", node["code"])
        if "measure" in node:
            yield from self.measures.defects(node, place)
            return
        total = sum(child.get("weight", 1) for child in node["children"])
        if 2 * total * self.full + total > INT64_MAX:
            yield place.defect("children", zh="权重太大，乘积会超过 2⁶³。", en="the weights are so large that a product could pass 2⁶³.")

    def unguarded(self) -> Iterator[Defect]:
        """Ratios whose denominator an honest sheet could make 0, so that it would be refused."""
        for node in self.nodes:
            measure = measure_of(node["measure"]) if "measure" in node else None
            if isinstance(measure, Piecewise) and measure.is_ratio:
                yield from self.measures.unguarded(measure, self.locate("node", node["code"]))

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
                    en = "a threshold must be above 0 and at most full."
                    yield place.defect("requires", number, "at_least", zh="门槛应大于 0 且不超过满分。", en=en)

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
        for language in ("zh", "en"):
            for kind, code in _FIELD.findall(check["says"][language]):
                if not self._has_field(kind, code):
                    field = f"{{{kind}:{code}}}"
                    yield place.defect("says", language, zh=f"{field} 填不出内容。", en=f"{field} can never be filled.")

    def _has_field(self, kind: str, code: str) -> bool:
        """Could a sentence's field be filled (docs/reference/model-format.md)? Unknown kinds cannot."""
        if kind in ("s", "v"):
            node = next((node for node in self.nodes if node["code"] == code), None)
            return node is not None and (kind == "s" or "piecewise" in node.get("measure", {}))
        choices: dict[str, set[str]] = {"letter": {"single", "multi"}, "next": {"single"}}
        if code not in self.questions or kind not in ("no", "a", *choices):
            return False
        return kind not in choices or self.questions[code]["type"] in choices[kind]

    def _orphans(self) -> Iterator[Defect]:
        measured = {q for node in self.nodes if "measure" in node for q in measured_questions(measure_of(node["measure"]))}
        named = {name for condition in self.conditions.values() for name in questions_in(condition)}
        beside = {code for card in self.raw.get("cards", []) if set(card["fields"]) & (measured | named) for code in card["fields"]}
        first = self.raw["sections"][0]["code"]
        for q in self.raw["questions"]:
            free = q["type"] == "text" or q.get("required") or q["section"] == first
            if not free and q["code"] not in measured | named | beside:
                place = self.locate("question", q["code"])
                en = f"question {q['code']} is neither scored nor named by a condition."
                yield place.defect(zh=f"题目 {q['code']} 不计分，也没有条件用到它。", en=en)


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _walk(child)
