"""Reading the library's source files into whole models. Only set-up, `model check` and tests come here: it parses YAML."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanbiao.indicators.rules.composition import PERSONAS, Composed, PartsIndex, Place, compose, json_ready, merged
from guanbiao.indicators.rules.digest import canonical_bytes
from guanbiao.indicators.rules.model import FORMAT
from guanbiao.indicators.rules.proofs import defects_of, locate_in, unguarded_denominators
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Unreadable, read_yaml
from guanbiao.indicators.rules.schema import schema_defects
from guanbiao.kernel.errors import Unusable


@dataclass(frozen=True, slots=True)
class SourceModel:
    """A whole model out of its sources, with the example answers that stand beside the questions."""

    code: str
    raw: dict[str, Any]
    examples: dict[str, dict[str, Any]]
    expected: dict[str, str]

    @property
    def canonical(self) -> bytes:
        return canonical_bytes(self.raw)


class Defective(Unusable):
    """Files with defects; `defects` holds each with its place."""

    def __init__(self, defects: list[Defect]) -> None:
        self.defects = defects
        shown = defects[:20]
        super().__init__(
            "model.defects",
            zh=f"问卷文件有 {len(defects)} 处问题：\n" + "\n".join(d.sentence("zh") for d in shown),
            en=f"the questionnaire files have {len(defects)} defects:\n" + "\n".join(d.sentence("en") for d in shown),
        )


def composed_library(library: Path, *, strict: bool = True) -> list[SourceModel]:
    """Every model of a library folder, in the order of their codes. Raises Defective with everything that is wrong."""
    models, defects = read_library(library)
    if defects and strict:
        raise Defective(defects)
    return models


def read_library(library: Path) -> tuple[list[SourceModel], list[Defect]]:
    """Every model that can be composed, and every defect of every file."""
    defects: list[Defect] = []
    index = PartsIndex()
    for path in sorted(library.glob("parts/*.yaml")):
        if document := _sound(path, library, defects):
            index.add(document)
    defects += index.defects
    frame = _sound(library / "frame.yaml", library, defects)
    files = {}
    for path in sorted(library.glob("models/*.yaml")):
        if document := _sound(path, library, defects):
            files[document.value["code"]] = document
    if frame is None:
        return [], defects
    models = []
    for code, document in sorted(files.items()):
        if document.value["format"] == FORMAT:
            defects += defects_of(json_ready(document.value), locate_in(document))
            models.append(SourceModel(code, json_ready(document.value), {}, {}))
            continue
        composition = merged(code, {c: d for c, d in files.items() if d.value["format"] != FORMAT}, defects)
        if composition is None:
            continue
        composed = compose(composition, index, frame)
        defects += composed.defects
        if not composed.defects:
            locate = _locator(composed, document)
            defects += defects_of(composed.raw, locate) or unguarded_denominators(composed.raw, locate)
        models.append(SourceModel(code, composed.raw, composed.examples, composed.expected))
    return models, _once(defects)


def _locator(composed: Composed, document: Document) -> Any:
    def locate(kind: str, code: str) -> Place:
        return composed.places.get((kind, code), Place(document, ()))

    return locate


def _sound(path: Path, library: Path, defects: list[Defect]) -> Document | None:
    try:
        document = read_yaml(path, name=str(path.relative_to(library)))
    except Unreadable as error:
        defects.append(error.defect)
        return None
    found = schema_defects(document)
    defects += found
    return None if found else document


def _once(defects: list[Defect]) -> list[Defect]:
    """Each defect once, though several models share the part it is in; by file and line."""
    return sorted(dict.fromkeys(defects), key=lambda d: (d.file, d.line, d.path))


def read_model_file(path: Path, *, library: Path | None = None) -> tuple[dict[str, Any] | None, list[Defect]]:
    """A model out of one file (whole, or a composition over the shipped parts), and its defects."""
    from guanbiao.indicators.library import LIBRARY

    base = library or LIBRARY
    try:
        document = read_yaml(path, name=str(path))
    except Unreadable as error:
        return None, [error.defect]
    if defects := schema_defects(document):
        return None, defects
    kind = document.value["format"]
    if kind == FORMAT:
        raw = json_ready(document.value)
        defects = defects_of(raw, locate_in(document))
        return (None if defects else raw), defects
    if kind == "guanbiao.indicator-composition/1":
        return _composition_file(document, base)
    return None, []


def _composition_file(document: Document, library: Path) -> tuple[dict[str, Any] | None, list[Defect]]:
    defects: list[Defect] = []
    index = PartsIndex()
    for path in sorted(library.glob("parts/*.yaml")):
        if part := _sound(path, library, defects):
            index.add(part)
    frame = _sound(library / "frame.yaml", library, defects)
    files = {d.value["code"]: d for p in sorted(library.glob("models/*.yaml")) if (d := _sound(p, library, defects)) and d.value["format"] != FORMAT}
    files[document.value["code"]] = document
    composition = merged(document.value["code"], files, defects)
    if composition is None or frame is None:
        return None, defects
    composed = compose(composition, index, frame)
    defects += composed.defects
    if not composed.defects:
        defects += defects_of(composed.raw, _locator(composed, document))
    return (None if defects else composed.raw), _once(defects)


def check_file(path: Path) -> tuple[tuple[str, str], list[Defect]]:
    """What a file holds in one sentence (zh, en), and every defect of it; for any of the formats."""
    from guanbiao.indicators.library import LIBRARY
    from guanbiao.indicators.rules.model import model_of

    nothing = ("", "")
    try:
        document = read_yaml(path, name=str(path))
    except Unreadable as error:
        return nothing, [error.defect]
    if defects := schema_defects(document):
        return nothing, defects
    kind = document.value["format"]
    if kind == "guanbiao.indicator-parts/1":
        index = PartsIndex()
        index.add(document)
        found = f"{len(index.parts)}/{len(index.questions)}/{len(index.indicators)}"
        return (f"没有问题：部分/题目/指标 {found}。", f"no defects: parts/questions/indicators {found}."), index.defects
    if kind == FORMAT or kind == "guanbiao.indicator-composition/1":
        raw, defects = read_model_file(path, library=LIBRARY)
        if raw is None:
            return nothing, defects
        model = model_of(raw, "")
        zh = f"没有问题：{model.code} {model.edition}，{len(model.questions)} 题，{len(model.leaves)} 个计分指标。"
        return (zh, f"no defects: {model.code} {model.edition}, {len(model.questions)} questions, {len(model.leaves)} scored indicators."), defects
    return ("没有问题。", "no defects."), []
