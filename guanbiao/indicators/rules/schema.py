"""The JSON Schema of the questionnaire files, applied with the line of every defect."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator

KINDS = {
    "guanbiao.indicator-model/1": "model",
    "guanbiao.indicator-parts/1": "parts",
    "guanbiao.indicator-composition/1": "composition",
    "guanbiao.indicator-frame/1": "frame",
    "guanbiao.diagnosis/1": "diagnosis",
}


@cache
def _validator(kind: str) -> Validator:
    from jsonschema import Draft202012Validator, validators

    text = resources.files("guanbiao.indicators").joinpath("schema/questionnaires.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    strict: Any = validators.extend(Draft202012Validator, {"pattern": _whole_pattern})  # type: ignore[no-untyped-call]  # untyped upstream
    found: Validator = strict(schema | {"$ref": f"#/$defs/{kind}"})
    return found


def _whole_pattern(_validator: Validator, pattern: str, instance: Any, _schema: Any) -> Iterator[ValidationError]:
    """Python's `$` also matches before a final newline; the schema's must not."""
    from jsonschema.exceptions import ValidationError

    if isinstance(instance, str) and not re.fullmatch(pattern, instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def schema_defects(document: Document) -> list[Defect]:
    """Everything in a file that its JSON Schema forbids, each with line and path."""
    value = document.value
    said = value.get("format") if isinstance(value, dict) else None
    kind = KINDS.get(said) if isinstance(said, str) else None
    if kind is None:
        known = "、".join(KINDS)
        return [document.defect((), zh=f"format 应是 {known} 之一。", en=f"format must be one of {', '.join(KINDS)}.")]
    return _defects(document, kind, value, ())


def item_defects(document: Document, kind: str, value: Any, path: Path_) -> list[Defect]:
    """The same for one item (partQuestion, partCard, indicator, part, check) that a file changes at `path`."""
    return _defects(document, kind, value, path)


def _defects(document: Document, kind: str, value: Any, path: Path_) -> list[Defect]:
    errors = _validator(kind).iter_errors(value)
    return [_defect(document, error, path) for top in errors for error in _leaves(top)]


def _leaves(error: ValidationError) -> Iterator[ValidationError]:
    """Of an error inside alternatives, the errors of the alternative that came closest."""
    if not error.context:
        yield error
        return
    branches: dict[Any, list[ValidationError]] = {}
    for inner in error.context:
        branches.setdefault(inner.schema_path[0], []).append(inner)
    closest = min(branches.values(), key=lambda found: (_is_other_type(found), _misses_key(found), len(found)))
    for inner in closest:
        yield from _leaves(inner)


def _is_other_type(found: list[ValidationError]) -> bool:
    return any(error.validator == "type" and len(error.path) == 0 for error in found)


def _misses_key(found: list[ValidationError]) -> int:
    return sum(1 for error in found if error.validator in ("required", "additionalProperties") and len(error.path) == 0)


def _defect(document: Document, error: ValidationError, base: Path_) -> Defect:
    path = (*base, *error.absolute_path)
    zh, en = _words(error)
    return document.defect(path, zh=zh, en=en)


def _words(error: ValidationError) -> tuple[str, str]:
    shown = _short(error.instance)
    expected: Any = error.validator_value
    match error.validator:
        case "required":
            missing = [key for key in _listed(expected) if key not in _listed(error.instance)]
            return f"缺少 {'、'.join(missing)}。", f"{', '.join(missing)} is missing."
        case "additionalProperties":
            allowed = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
            extra = [_short(key) for key in _listed(error.instance) if key not in allowed][:10]
            return f"不认识的键：{'、'.join(extra)}。", f"unknown key: {', '.join(extra)}."
        case "pattern":
            return f"“{shown}”写法不对。", f"“{shown}” is not of the right form."
        case "type":
            return f"类型不对：“{shown}”应是 {expected}。", f"wrong type: “{shown}” should be {expected}."
        case "enum" | "const":
            return f"“{shown}”不在允许的取值之内（{expected}）。", f"“{shown}” is not among the allowed values ({expected})."
        case "minimum" | "maximum" | "minItems" | "maxItems" | "minLength" | "maxLength":
            limit = f"{error.validator} {expected}"
            return f"“{shown}”超出允许的范围（{limit}）。", f"“{shown}” is outside the allowed range ({limit})."
        case "not":
            return "这种类型的题不能有 options。", "a question of this type has no options."
        case _:
            return f"不符合格式：{error.message[:160]}。", f"does not fit the format: {error.message[:160]}."


def _listed(value: Any) -> list[Any]:
    """jsonschema's types leave open whether a validation error has a value at all."""
    return list(value) if isinstance(value, (list, dict)) else []


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "…"
