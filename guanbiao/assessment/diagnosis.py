"""The diagnosis of a card: rules in `library/diagnosis/`, built beside the models so that nothing parses YAML at run time."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.diagnosis import Finding, Rule, diagnose, rules_of
from guanbiao.indicators.library import BUILT, shipped, shipped_model
from guanbiao.indicators.rules.conditions import Facts
from guanbiao.indicators.rules.model import Model

__all__ = ["Finding", "build_diagnosis", "diagnosis_of", "library_rules", "rules_for"]

LIBRARY = Path(__file__).parent / "library" / "diagnosis"
FORMAT = "guanbiao.diagnosis/1"


def diagnosis_of(card: ScoreCard, *, previous: Facts | None = None) -> tuple[Finding, ...]:
    """What the library's rules find in a card, by aspect and weight; nothing of an incomplete one."""
    return diagnose(card, rules_for(card.model), previous=previous)


_FOR_MODEL: dict[str, tuple[Rule, ...]] = {}
_MOST_KEPT = 64


def rules_for(model: Model) -> tuple[Rule, ...]:
    """The library's rules that can speak about a model."""
    if model.digest not in _FOR_MODEL:
        if len(_FOR_MODEL) >= _MOST_KEPT:
            _FOR_MODEL.clear()
        _FOR_MODEL[model.digest] = rules_of(library_rules(), model)
    return _FOR_MODEL[model.digest]


def source_files(library: Path = LIBRARY) -> list[Path]:
    """Every file of rules, in a fixed order."""
    return sorted(library.glob("*.yaml"))


def sources_fingerprint(library: Path = LIBRARY) -> str:
    """One digest over all files of rules: tells whether what was built is still what is written."""
    fingerprint = hashlib.sha256()
    for path in source_files(library):
        fingerprint.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return fingerprint.hexdigest()


@cache
def library_rules() -> tuple[dict[str, Any], ...]:
    """All rules in their JSON form; built again where their sources have changed. Raises Unusable listing every defect."""
    path = BUILT / "diagnosis.json"
    try:
        built: dict[str, Any] = json.loads(path.read_bytes())
        if built["sources"] == sources_fingerprint():
            return tuple(built["rules"])
    except (OSError, ValueError, KeyError):
        pass  # not built yet, or damaged: both are cured by building
    build_diagnosis(BUILT)
    return tuple(json.loads(path.read_bytes())["rules"])


def build_diagnosis(into: Path, *, library: Path = LIBRARY) -> int:
    """Prove all rules over the shipped models and write `into/diagnosis.json`; gives how many. Raises Unusable listing every defect."""
    from guanbiao.indicators.sources import Defective

    rules, defects = read_rules(library, [shipped_model(entry.code) for entry in shipped()])
    if defects:
        raise Defective(defects)
    into.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"format": FORMAT, "sources": sources_fingerprint(library), "rules": rules}, ensure_ascii=False, indent=1)
    _replace(into / "diagnosis.json", body.encode())
    return len(rules)


def read_rules(library: Path, models: list[Model]) -> tuple[list[dict[str, Any]], list[Any]]:
    """The rules of a folder in their JSON form, and every defect of every file."""
    from guanbiao.assessment.rules.diagnosis_proofs import rule_defects, twice_given
    from guanbiao.indicators.rules.json_form import json_ready
    from guanbiao.indicators.rules.safe_yaml import Defect, Document, Unreadable, read_yaml
    from guanbiao.indicators.rules.schema import schema_defects

    sound: list[Document] = []
    defects: list[Defect] = []
    for path in source_files(library):
        try:
            document = read_yaml(path, name=path.name)
        except Unreadable as error:
            defects.append(error.defect)
            continue
        found = schema_defects(document)
        defects += found or rule_defects(document, models)
        sound += [] if found else [document]
    defects += twice_given(sound)
    return [json_ready(raw) for document in sound for raw in document.value["rules"]], defects


def _replace(path: Path, body: bytes) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half of it."""
    import os
    import tempfile

    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    Path(name).chmod(0o644)
    Path(name).replace(path)
