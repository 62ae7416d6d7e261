"""A model file with everything it extends merged in, nearest last."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from guanbiao.indicators.rules.safe_yaml import Defect, Document

PERSONAS = ("start", "middle", "top")
"""The three example firms, in the order of a question's `examples`."""


@dataclass(slots=True)
class Composition:
    """A model file with everything it inherits already merged in."""

    code: str
    document: Document
    profile: list[str]
    aspects: dict[str, dict[str, Any]]
    drop: set[str]
    weights: dict[str, int]
    override: dict[str, dict[str, Any]]
    parameters: dict[str, Any]
    examples: dict[str, dict[str, Any]]
    head: dict[str, Any]


def merged(code: str, files: dict[str, Document], defects: list[Defect], seen: tuple[str, ...] = ()) -> Composition | None:
    """A composition with all it extends, nearest last. Adds to `defects` and gives None where the chain is broken."""
    document = files[code]
    own = document.value
    base: Composition | None = None
    if parent := own.get("extends"):
        if parent in seen or parent == code:
            defects.append(document.defect(("extends",), zh="extends 绕成了圈。", en="extends runs in a circle."))
            return None
        if parent not in files:
            defects.append(document.defect(("extends",), zh=f"没有可继承的模型 {parent}。", en=f"there is no model {parent} to extend."))
            return None
        base = merged(parent, files, defects, (*seen, code))
        if base is None:
            return None
    aspects = deepcopy(base.aspects) if base else {}
    for aspect, change in own.get("aspects", {}).items():
        entry = aspects.setdefault(aspect, {"parts": {}})
        if "weight" in change:
            entry["weight"] = change["weight"]
        entry["parts"].update(change.get("parts", {}))
    profile = list(base.profile) if base else []
    profile += [part for part in own.get("profile", []) if part not in profile]
    head = {key: own[key] for key in ("code", "edition", "title", "based_on", "applies_to") if key in own}
    inherited = {"based_on": base.head["based_on"]} if base and "based_on" in base.head else {}
    examples = {name: own.get("examples", {}).get(name, {}) for name in PERSONAS}
    return Composition(
        code=code,
        document=document,
        profile=profile,
        aspects=aspects,
        drop=(base.drop if base else set()) | set(own.get("drop", [])),
        weights=(base.weights if base else {}) | own.get("weights", {}),
        override=merge_keys(base.override if base else {}, own.get("override", {})),
        parameters=(base.parameters if base else {}) | own.get("parameters", {}),
        examples=_merge_examples(base.examples if base else {}, examples),
        head=inherited | head,
    )


def merge_keys(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Mappings merged key by key, everything else replaced."""
    out = dict(base)
    for key, value in change.items():
        out[key] = merge_keys(out[key], value) if isinstance(value, dict) and isinstance(out.get(key), dict) else value
    return out


def _merge_examples(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {
            "expect": own[name].get("expect") or base.get(name, {}).get("expect"),
            "answers": base.get(name, {}).get("answers", {}) | own[name].get("answers", {}),
        }
        for name in PERSONAS
    }
