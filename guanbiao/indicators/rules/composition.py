"""Composing a whole model out of shared parts and a short model file (docs/reference/model-format.md).

Nothing is decided here that a file does not say: parts are taken in the order of the model file, conditions of a part are joined
to those of its questions, checks are taken where everything they name is in the model.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from guanbiao.indicators.rules.conditions import nodes_in, parse_condition, questions_in
from guanbiao.indicators.rules.inheritance import PERSONAS, Composition, merge_keys
from guanbiao.indicators.rules.json_form import json_ready
from guanbiao.indicators.rules.model import FORMAT, measure_of, measured_questions
from guanbiao.indicators.rules.parts import PartsIndex, Place, value_at
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_
from guanbiao.indicators.rules.schema import item_defects

_SCHEMA_OF = {"part": "part", "question": "partQuestion", "card": "partCard", "indicator": "indicator", "check": "check"}


@dataclass(slots=True)
class Composed:
    """A whole model in its JSON form, the places its pieces come from, and the example answers by persona."""

    raw: dict[str, Any]
    places: dict[tuple[str, str], Place]
    defects: list[Defect]
    examples: dict[str, dict[str, Any]] = field(default_factory=dict)
    expected: dict[str, str] = field(default_factory=dict)


def compose(composition: Composition, index: PartsIndex, frame: Document) -> Composed:
    """The whole model of one composition. Unknown codes are defects; the rest is proved by `proofs.defects_of`."""
    return _Composer(composition, index, frame).composed()


class _Composer:
    def __init__(self, composition: Composition, index: PartsIndex, frame: Document) -> None:
        self.c, self.index, self.frame = composition, index, frame
        self.defects: list[Defect] = []
        self.places: dict[tuple[str, str], Place] = {}
        self.changed: dict[tuple[str, str], dict[str, Any]] = {}
        self.aspects = {node["code"] for node in _walk(frame.value["tree"]) if not node.get("children")}

    def composed(self) -> Composed:
        self._check_names()
        parts = {section: self._parts_of(section) for section in ("", *(aspect for aspect in self.c.aspects if aspect in self.aspects))}
        kept = self._kept_questions(parts)
        questions = [q for section in parts for part in parts[section] for q in self._questions(part, section, kept)]
        codes = {q["code"] for q in questions}
        tree = self._tree(self.frame.value["tree"], parts, ("tree",))
        nodes = {node["code"] for node in _walk(tree)}
        cards = [card for section in parts for part in parts[section] for card in self._cards(part, codes)]
        self._note_unused(nodes, codes)
        profile = self.frame.value["profile"]
        titles = {node["code"]: node["title"] for node in _walk(self.frame.value["tree"])}
        sections = [
            {"code": section or profile["code"], "title": titles[section] if section else profile["title"], "parts": self._headings(parts[section])}
            for section in parts
            if parts[section]
        ]
        raw = json_ready(
            {
                "format": FORMAT,
                **self.c.head,
                "full": self.frame.value.get("full", 100),
                "sections": sections,
                "cards": cards,
                "questions": [{key: value for key, value in q.items() if key != "examples"} for q in questions],
                "tree": tree,
                "stages": self.frame.value["stages"],
                "checks": self._checks(codes, nodes),
                "parameters": self.frame.value["parameters"] | self.c.parameters,
            }
        )
        return Composed(raw, self.places, self.defects, self._examples(questions), self._expected())

    # -- what is taken

    def _own(self, *steps: str | int) -> Place:
        return Place(self.c.document, steps)

    def _check_names(self) -> None:
        for aspect, entry in self.c.aspects.items():
            if aspect not in self.aspects:
                self.defects.append(self._own("aspects", aspect).defect(zh=f"没有方面 {aspect}。", en=f"there is no aspect {aspect}."))
            for part in entry["parts"]:
                if part not in self.index.parts:
                    self._unknown(("aspects", aspect, "parts", part), part)
                elif part.split(".")[0] != aspect:
                    place = self._own("aspects", aspect, "parts", part)
                    self.defects.append(place.defect(zh=f"部分 {part} 不属于 {aspect}。", en=f"part {part} does not belong to {aspect}."))
        for number, part in enumerate(self.c.profile):
            if part not in self.index.parts:
                self._unknown(("profile", number), part)
        for code in sorted(self.c.drop):
            if code not in self.index.parts and code not in self.index.indicators:
                own = self.c.document.value.get("drop", [])
                self._unknown(("drop", own.index(code)) if code in own else ("drop",), code)
        for code in self.c.weights:
            if code not in self.index.indicators:
                self._unknown(("weights", code), code)
        for code in self.c.override:
            if not self._kinds_of(code):
                self._unknown(("override", code), code)

    def _unknown(self, path: Path_, code: str) -> None:
        self.defects.append(self._own(*path).defect(zh=f"库里没有 {code}。", en=f"the library holds no {code}."))

    def _kinds_of(self, code: str) -> list[str]:
        index = self.index
        kinds = {"part": index.parts, "question": index.questions, "card": index.cards, "indicator": index.indicators, "check": index.checks}
        return [kind for kind, places in kinds.items() if code in places]

    def _parts_of(self, section: str) -> list[dict[str, Any]]:
        codes = self.c.aspects[section]["parts"] if section else self.c.profile
        found = []
        for code in codes:
            if code in self.c.drop or code not in self.index.parts:
                continue
            part = self._changed("part", self.index.part(code))
            part["indicators"] = [self._indicator(i) for i in part.get("indicators", []) if i["code"] not in self.c.drop]
            self._enter("part", code, self.index.parts[code])
            if part["indicators"] or not section:
                found.append(part)
        return found

    def _enter(self, kind: str, code: str, place: Place) -> None:
        self.places[(kind, code)] = place

    def _changed(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        """A copy of a library item with this model's override merged in."""
        key = (kind, item["code"])
        if key not in self.changed:
            self.changed[key] = self._overridden(kind, item)
        return dict(self.changed[key])

    def _overridden(self, kind: str, item: dict[str, Any]) -> dict[str, Any]:
        change = self.c.override.get(item["code"])
        if change is None:
            return item
        merged = merge_keys(item, change)
        place = self._own("override", item["code"])
        found = item_defects(place.document, _SCHEMA_OF[kind], merged, place.path)
        fixed = {"code", "questions", "cards", "indicators", "checks"} if kind == "part" else {"code"}
        for key in sorted(fixed & change.keys()):
            found.append(place.defect(key, zh=f"{key} 不能覆盖。", en=f"{key} cannot be overridden."))
        self.defects += found
        return item if found else merged

    def _indicator(self, item: dict[str, Any]) -> dict[str, Any]:
        changed = self._changed("indicator", item)
        if item["code"] in self.c.weights:
            changed["weight"] = self.c.weights[item["code"]]
        self._enter("node", item["code"], self.index.indicators[item["code"]])
        return changed

    # -- questions

    def _kept_questions(self, parts: dict[str, list[dict[str, Any]]]) -> set[str]:
        """Measured, named by a kept question's condition, or said of the firm; and fields beside a kept one that nothing ever measures."""
        everything = {q["code"]: (q, part) for section in parts for part in parts[section] for q in part["questions"]}
        measured_anywhere = {q for place in self.index.indicators.values() for q in measured_questions(measure_of(value_at(place)["measure"]))}
        wanted = {q["code"] for part in parts[""] for q in part["questions"]}
        for section in parts:
            for part in parts[section]:
                wanted |= {q for i in part["indicators"] for q in measured_questions(measure_of(i["measure"]))}
        for section in parts:
            for part in parts[section]:
                for card in part.get("cards", []):
                    if set(card["fields"]) & wanted:
                        wanted |= {code for code in card["fields"] if code not in measured_anywhere}
        wanted |= {code for code, (q, _) in everything.items() if q.get("required") or q["type"] == "text"}
        pending = list(wanted)
        while pending:
            code = pending.pop()
            if code not in everything:
                continue
            question, part = everything[code]
            for condition in (self._changed("question", question).get("when"), part.get("when")):
                named = questions_in(parse_condition(condition)) if condition else set()
                pending += sorted(named - wanted)
                wanted |= named
        return wanted

    def _questions(self, part: dict[str, Any], section: str, kept: set[str]) -> Iterator[dict[str, Any]]:
        for original in part["questions"]:
            if original["code"] not in kept:
                continue
            question = self._changed("question", original)
            conditions = [c for c in (part.get("when"), question.pop("when", None)) if c]
            if conditions:
                question["when"] = conditions[0] if len(conditions) == 1 else {"all": conditions}
            question["section"] = section or self.frame.value["profile"]["code"]
            question["part"] = part["code"]
            self._enter("question", original["code"], self.index.questions[original["code"]])
            yield question

    def _cards(self, part: dict[str, Any], codes: set[str]) -> Iterator[dict[str, Any]]:
        for original in part.get("cards", []):
            card = self._changed("card", original)
            card["fields"] = [code for code in card["fields"] if code in codes]
            if card["fields"]:
                card["part"] = part["code"]
                self._enter("card", original["code"], self.index.cards[original["code"]])
                yield card

    def _headings(self, parts: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{"code": part["code"], "title": part["title"]} for part in parts]

    # -- tree and checks

    def _tree(self, node: dict[str, Any], parts: dict[str, list[dict[str, Any]]], path: Path_) -> dict[str, Any]:
        self._enter("node", node["code"], Place(self.frame, path))
        own = {key: value for key, value in node.items() if key != "children"}
        if node.get("children"):
            children = [self._tree(child, parts, (*path, "children", at)) for at, child in enumerate(node["children"])]
            return own | {"children": [child for child in children if child.get("children")]}
        entry = self.c.aspects.get(node["code"], {})
        if "weight" in entry:
            own["weight"] = entry["weight"]
        return own | {"children": [self._part_node(part, entry["parts"][part["code"]]) for part in parts.get(node["code"], [])]}

    def _part_node(self, part: dict[str, Any], weight: int) -> dict[str, Any]:
        self._enter("node", part["code"], self.index.parts[part["code"]])
        return {"code": part["code"], "title": part["title"], "weight": weight, "children": part["indicators"]}

    def _checks(self, codes: set[str], nodes: set[str]) -> list[dict[str, Any]]:
        taken = []
        for code, place in self.index.checks.items():
            check = self._changed("check", value_at(place))
            condition = parse_condition(check["when"])
            if questions_in(condition) <= codes and nodes_in(condition) <= nodes:
                check["when"] = _plain_ratios(check["when"])
                self._enter("check", code, place)
                taken.append(check)
        return taken

    def _note_unused(self, nodes: set[str], codes: set[str]) -> None:
        """An override or a weight that changes nothing in this model is a mistake in its file."""
        own = self.c.document.value
        for key in ("weights", "override"):
            for code in own.get(key, {}):
                present = nodes | codes | {c for kind, c in self.places if kind in ("card", "part")} | set(self.index.checks)
                if code not in present and self._kinds_of(code):
                    zh, en = f"模型里没有 {code}，写了也不起作用。", f"the model holds no {code}; this has no effect."
                    self.defects.append(self._own(key, code).defect(zh=zh, en=en))

    # -- examples

    def _examples(self, questions: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        sheets: dict[str, dict[str, Any]] = {}
        for number, persona in enumerate(PERSONAS):
            answers = {q["code"]: q["examples"][number] for q in questions if "examples" in q}
            answers |= self.c.examples[persona]["answers"]
            sheets[persona] = json_ready({code: value for code, value in answers.items() if value is not None})
        return sheets

    def _expected(self) -> dict[str, str]:
        return {name: entry["expect"] for name, entry in self.c.examples.items() if entry.get("expect")}


def _walk(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield node
    for child in node.get("children", []):
        yield from _walk(child)


def _plain_ratios(condition: dict[str, Any]) -> dict[str, Any]:
    """`scale` of a ratio condition taken into its limits, so that a composed condition says the plain quotient."""
    out: dict[str, Any] = {}
    for key, value in condition.items():
        if key in ("all", "any"):
            out[key] = [_plain_ratios(part) for part in value]
        elif key == "not":
            out[key] = _plain_ratios(value)
        elif key in ("above", "below") and "ratio" in condition:
            out[key] = Decimal(str(value)) / Decimal(condition.get("scale", 1))
        elif key != "scale":
            out[key] = value
    return out
