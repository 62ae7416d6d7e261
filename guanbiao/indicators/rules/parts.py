"""What the parts files define, by code, each with its place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a source file something is defined."""

    document: Document
    path: Path_

    def defect(self, *steps: str | int, zh: str, en: str) -> Defect:
        return self.document.defect((*self.path, *steps), zh=zh, en=en)


@dataclass(slots=True)
class PartsIndex:
    """Everything the parts files define, by code, with its place."""

    parts: dict[str, Place] = field(default_factory=dict)
    questions: dict[str, Place] = field(default_factory=dict)
    cards: dict[str, Place] = field(default_factory=dict)
    indicators: dict[str, Place] = field(default_factory=dict)
    checks: dict[str, Place] = field(default_factory=dict)
    part_of_indicator: dict[str, str] = field(default_factory=dict)
    defects: list[Defect] = field(default_factory=list)

    def _enter(self, kind: dict[str, Place], code: str, place: Place) -> None:
        if code in kind:
            first = kind[code]
            line = first.document.line(first.path)
            where = f"{first.document.file}:{line}"
            self.defects.append(place.defect(zh=f"代码 {code} 已在 {where} 用过。", en=f"code {code} is already used at {where}."))
            return
        kind[code] = place

    def add(self, document: Document) -> None:
        """Take in a parts file that has passed the schema."""
        for number, part in enumerate(document.value["parts"]):
            base: Path_ = ("parts", number)
            self._enter(self.parts, part["code"], Place(document, base))
            for kind, target in (("questions", self.questions), ("cards", self.cards), ("indicators", self.indicators), ("checks", self.checks)):
                for at, item in enumerate(part.get(kind, [])):
                    self._enter(target, item["code"], Place(document, (*base, kind, at)))
            for item in part.get("indicators", []):
                self.part_of_indicator[item["code"]] = part["code"]
        for at, check in enumerate(document.value.get("checks", [])):
            self._enter(self.checks, check["code"], Place(document, ("checks", at)))

    def part(self, code: str) -> dict[str, Any]:
        found: dict[str, Any] = value_at(self.parts[code])
        return found


def value_at(place: Place) -> Any:
    value = place.document.value
    for step in place.path:
        value = value[step]
    return value
