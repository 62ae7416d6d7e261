"""Reading the library's source files into whole models. Only set-up, `model check` and tests come here: it parses YAML."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from guanbiao.indicators.library import LIBRARY
from guanbiao.indicators.rules.composition import Composed, compose
from guanbiao.indicators.rules.digest import canonical_bytes
from guanbiao.indicators.rules.inheritance import merged
from guanbiao.indicators.rules.json_form import json_ready
from guanbiao.indicators.rules.ladders import ladder_defects
from guanbiao.indicators.rules.model import FORMAT, model_of
from guanbiao.indicators.rules.parts import PartsIndex, Place
from guanbiao.indicators.rules.proofs import Locate, defects_of, locate_in, unguarded_denominators
from guanbiao.indicators.rules.safe_json import read_json
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Unreadable, bytes_of, read_yaml
from guanbiao.indicators.rules.schema import schema_defects
from guanbiao.kernel.errors import Unusable

PARTS, COMPOSITION, FRAME = "guanbiao.indicator-parts/1", "guanbiao.indicator-composition/1", "guanbiao.indicator-frame/1"


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


_MOST_SHOWN = 20


class Defective(Unusable):
    """Files with defects; `defects` holds each with its place."""

    def __init__(self, defects: list[Defect]) -> None:
        self.defects = defects
        shown = defects[:_MOST_SHOWN]
        cut = len(defects) > _MOST_SHOWN
        more_zh = "\n……用 guanbiao model check 查看全部。" if cut else ""
        more_en = "\n… see them all with guanbiao model check." if cut else ""
        super().__init__(
            "model.defects",
            zh=f"问卷文件有 {len(defects)} 处问题：\n" + "\n".join(d.sentence("zh") for d in shown) + more_zh,
            en=f"The questionnaire files have {len(defects)} defects:\n" + "\n".join(d.sentence("en") for d in shown) + more_en,
        )


Advance = Callable[[int, int | None], None]


def _silent(_done: int, _total: int | None) -> None:
    """Nobody watches."""


def composed_library(library: Path, *, strict: bool = True, advance: Advance = _silent) -> list[SourceModel]:
    """Every model of a library folder, in the order of their codes. Raises Defective with everything that is wrong."""
    models, defects = read_library(library, advance=advance)
    if defects and strict:
        raise Defective(defects)
    return models


def read_library(library: Path, *, advance: Advance = _silent) -> tuple[list[SourceModel], list[Defect]]:
    """Every model that can be composed, and every defect of every file."""
    defects: list[Defect] = []
    index = _parts(library, defects)
    frame = _sound(library / "frame.yaml", library, defects, FRAME)
    files = _model_files(library, defects)
    if frame is None:
        return [], _once(defects)
    compositions = {code: document for code, document in files.items() if document.value["format"] == COMPOSITION}
    models = []
    for number, (code, document) in enumerate(sorted(files.items()), start=1):
        advance(number, len(files))
        if document.value["format"] == FORMAT:
            raw = json_ready(document.value)
            defects += defects_of(raw, locate_in(document))
            models.append(SourceModel(code, raw, {}, {}))
        elif composed := _composed(code, compositions, index, frame, defects, guarded=True):
            models.append(SourceModel(code, composed.raw, composed.examples, composed.expected))
    return models, _once(defects)


def _parts(library: Path, defects: list[Defect]) -> PartsIndex:
    index = PartsIndex()
    for path in sorted(library.glob("parts/*.yaml")):
        if document := _sound(path, library, defects, PARTS):
            index.add(document)
            defects += ladder_defects(document)
    defects += index.defects
    return index


def _model_files(library: Path, defects: list[Defect]) -> dict[str, Document]:
    files: dict[str, Document] = {}
    for path in sorted(library.glob("models/*.yaml")):
        if document := _sound(path, library, defects, FORMAT, COMPOSITION):
            code = document.value["code"]
            if code in files:
                where = files[code].file
                defects.append(document.defect(("code",), zh=f"代码 {code} 已在 {where} 用过。", en=f"code {code} is already used in {where}."))
            files.setdefault(code, document)
    return files


def _composed(
    code: str, files: dict[str, Document], index: PartsIndex, frame: Document, defects: list[Defect], *, guarded: bool
) -> Composed | None:
    """A composition in whole, or None where its chain is broken; its defects join the others. `guarded`: no denominator may be 0."""
    composition = merged(code, files, defects)
    if composition is None:
        return None
    composed = compose(composition, index, frame)
    defects += composed.defects
    if not composed.defects:
        locate = _locator(composed, files[code])
        found = defects_of(composed.raw, locate)
        defects += found or (unguarded_denominators(composed.raw, locate) if guarded else [])
    return composed


def _locator(composed: Composed, document: Document) -> Locate:
    def locate(kind: str, code: str) -> Place:
        return composed.places.get((kind, code), Place(document, ()))

    return locate


def _sound(path: Path, library: Path, defects: list[Defect], *formats: str) -> Document | None:
    """A file of the library that is of one of the formats and fits its schema."""
    try:
        document = read_yaml(path, name=str(path.relative_to(library)))
    except Unreadable as error:
        defects.append(error.defect)
        return None
    found = schema_defects(document)
    if not found and document.value["format"] not in formats:
        listed = "、".join(formats)
        found = [document.defect(("format",), zh=f"这里的文件应是 {listed}。", en=f"a file here must be {' or '.join(formats)}.")]
    defects += found
    return None if found else document


def _once(defects: list[Defect]) -> list[Defect]:
    """Each defect once, though several models share the part it is in; by file and line."""
    return sorted(dict.fromkeys(defects), key=lambda d: (d.file, d.line, d.path))


def read_model_file(path: Path, *, library: Path = LIBRARY) -> tuple[dict[str, Any] | None, list[Defect]]:
    """A model out of one YAML or JSON file (whole, or a composition over the shipped parts), and its defects."""
    try:
        document = _document(path)
    except Unreadable as error:
        return None, [error.defect]
    if defects := schema_defects(document):
        return None, defects
    return _model_in(document, library)


def _document(path: Path) -> Document:
    """A stranger's file, JSON or YAML by its ending; both read as strictly."""
    if path.suffix.lower() == ".json":
        return read_json(bytes_of(path, str(path)), name=str(path))
    return read_yaml(path, name=str(path))


def _model_in(document: Document, library: Path) -> tuple[dict[str, Any] | None, list[Defect]]:
    """The model a sound file holds; no model and no defects where it is a file of another kind."""
    kind = document.value["format"]
    if kind == FORMAT:
        raw = json_ready(document.value)
        defects = defects_of(raw, locate_in(document))
        return (None if defects else raw), defects
    if kind != COMPOSITION:
        return None, []
    defects = []
    index = _parts(library, defects)
    frame = _sound(library / "frame.yaml", library, defects, FRAME)
    files = {code: d for code, d in _model_files(library, defects).items() if d.value["format"] == COMPOSITION}
    code = document.value["code"]
    files[code] = document
    composed = _composed(code, files, index, frame, defects, guarded=False) if frame else None
    return (composed.raw if composed and not defects else None), _once(defects)


def _defects_in_parts(document: Document, own: PartsIndex) -> list[Defect]:
    """Defects of one parts file: its own, and those that show only in a whole model that takes it."""
    defects = [*own.defects, *ladder_defects(document)]
    if defects:
        return _once(defects)
    index = PartsIndex()
    for path in sorted(LIBRARY.glob("parts/*.yaml")):
        shipped = _sound(path, LIBRARY, defects, PARTS)
        if shipped and not {part["code"] for part in shipped.value["parts"]} & own.parts.keys():
            index.add(shipped)
    index.add(document)
    frame = _sound(LIBRARY / "frame.yaml", LIBRARY, defects, FRAME)
    compositions = {code: d for code, d in _model_files(LIBRARY, defects).items() if d.value["format"] == COMPOSITION}
    for code in compositions if frame else ():
        _composed(code, compositions, index, frame, defects, guarded=True)  # type: ignore[arg-type]
    return _once([*index.defects, *(defect for defect in defects if defect.file == document.file)])


def check_file(path: Path) -> tuple[tuple[str, str], list[Defect]]:
    """What a file holds in one sentence (zh, en), and every defect of it; for any of the formats."""
    nothing = ("", "")
    try:
        document = _document(path)
    except Unreadable as error:
        return nothing, [error.defect]
    if defects := schema_defects(document):
        return nothing, defects
    if document.value["format"] == PARTS:
        index = PartsIndex()
        index.add(document)
        found = f"{len(index.parts)}/{len(index.questions)}/{len(index.indicators)}"
        return (f"没有问题：部分/题目/指标 {found}。", f"No defects: parts/questions/indicators {found}."), _defects_in_parts(document, index)
    raw, defects = _model_in(document, LIBRARY)
    if defects:
        return nothing, defects
    if raw is None:
        return ("没有问题。", "No defects."), []
    model = model_of(raw, "")
    zh = f"没有问题：{model.code} {model.edition}，{len(model.questions)} 题，{len(model.leaves)} 个计分指标。"
    return (zh, f"No defects: {model.code} {model.edition}, {len(model.questions)} questions, {len(model.leaves)} scored indicators."), []
