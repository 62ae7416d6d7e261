"""The shipped questionnaires: sources in `library/`, composed models in `built/` (made at set-up, checked by digest)."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.kernel.characters import on_one_line
from guanbiao.kernel.errors import Unusable

if TYPE_CHECKING:
    from guanbiao.indicators.sources import SourceModel

ROOT = Path(__file__).parent
LIBRARY = ROOT / "library"
BUILT = Path(os.environ.get("GUANBIAO_BUILT_DIR") or ROOT / "built")


@dataclass(frozen=True, slots=True)
class Entry:
    """One shipped model as a list shows it."""

    code: str
    edition: str
    title: dict[str, str]
    digest: str
    questions: int
    indicators: int
    applies_to: dict[str, Any]


def source_files() -> list[Path]:
    """Every file a composed model depends on, in a fixed order."""
    return sorted([*LIBRARY.glob("parts/*.yaml"), *LIBRARY.glob("models/*.yaml"), LIBRARY / "frame.yaml"])


def sources_fingerprint() -> str:
    """One digest over all sources: tells whether what was built is still what is written."""
    fingerprint = hashlib.sha256()
    for path in source_files():
        fingerprint.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return fingerprint.hexdigest()


@cache
def _index() -> dict[str, Any]:
    path = BUILT / "index.json"
    try:
        index: dict[str, Any] = json.loads(path.read_bytes())
        if index["sources"] == sources_fingerprint():
            return index
    except (OSError, ValueError, KeyError, TypeError):
        pass  # not built yet, or damaged: both are cured by building
    build_library()
    rebuilt: dict[str, Any] = json.loads(path.read_bytes())
    return rebuilt


def shipped() -> list[Entry]:
    """All shipped models, in the order of their codes."""
    return [Entry(**entry) for entry in _index()["models"]]


def raw_model(code: str) -> tuple[dict[str, Any], str]:
    """The composed JSON of a shipped model, and its digest. Raises Unusable for an unknown code or a file that was changed."""
    try:
        return _read_built(code)
    except Unusable:
        _index.cache_clear()  # another process may have built the library anew since we read its index
        return _read_built(code)


def _read_built(code: str) -> tuple[dict[str, Any], str]:
    entry = next((entry for entry in shipped() if entry.code == code), None)
    if entry is None:
        near, shown = _nearest(code), on_one_line(code, 60)
        zh_hint = f"是不是 {near}？" if near else ""
        en_hint = f" Did you mean {near}?" if near else ""
        raise Unusable(
            "model.unknown",
            zh=f"没有问卷 {shown}。{zh_hint}用 guanbiao model list 查看全部。",
            en=f"There is no questionnaire {shown}.{en_hint} See guanbiao model list.",
            at=code,
        )
    try:
        body = (BUILT / f"{code}.json").read_bytes()
    except OSError:
        body = b""
    if "sha256:" + hashlib.sha256(body).hexdigest() != entry.digest:
        raise Unusable(
            "model.damaged",
            zh=f"问卷 {code} 的文件与登记的摘要不符，可能被改动。请运行 make setup 重新生成。",
            en=f"The file of questionnaire {code} does not match its digest; it may have been changed. Run make setup to rebuild it.",
            at=code,
        )
    raw: dict[str, Any] = json.loads(body)
    return raw, entry.digest


def shipped_model(code: str) -> Model:
    """A shipped model by its code."""
    raw, digest = raw_model(code)
    return model_of(raw, digest)


def _nearest(code: str) -> str | None:
    import difflib

    found = difflib.get_close_matches(code[:60], [entry.code for entry in shipped()], n=1, cutoff=0.5)
    return found[0] if found else None


def build_library(
    *, library: Path = LIBRARY, into: Path | None = None, advance: Callable[[int, int | None], None] = lambda _done, _total: None
) -> list[Entry]:
    """Compose every model and write it in its canonical form. Raises Unusable listing every defect.

    `advance(done, of how many)` is called as the models are composed.
    """
    from guanbiao.indicators.sources import composed_library

    target = into or BUILT
    fingerprint = sources_fingerprint()  # before reading: a file changed meanwhile is noticed by the next who asks
    composed = composed_library(library, advance=advance)
    try:
        return _written(composed, target, fingerprint)
    except OSError as error:
        raise Unusable(
            "library.unwritable",
            zh=f"写不了 {target}（{error.strerror}）。请检查权限和磁盘空间，或用 GUANBIAO_BUILT_DIR 指定别处。",
            en=f"{target} cannot be written ({error.strerror}). Check rights and disk space, or name another place in GUANBIAO_BUILT_DIR.",
            at=str(target),
        ) from None


def _written(composed: list[SourceModel], target: Path, fingerprint: str) -> list[Entry]:
    target.mkdir(parents=True, exist_ok=True)
    entries, bodies = [], {}
    for model in composed:
        body = bodies[model.code] = model.canonical
        digest = "sha256:" + hashlib.sha256(body).hexdigest()
        parsed = model_of(json.loads(body), digest)
        entries.append(
            {
                "code": parsed.code,
                "edition": parsed.edition,
                "title": model.raw["title"],
                "digest": digest,
                "questions": len(parsed.questions),
                "indicators": len(parsed.leaves),
                "applies_to": parsed.applies_to,
            }
        )
    for code, body in bodies.items():  # together at the end: files and index disagree for an instant only
        _replace(target / f"{code}.json", body)
    index = {"sources": fingerprint, "models": entries}
    _replace(target / "index.json", json.dumps(index, ensure_ascii=False, indent=1).encode())
    return [Entry(**entry) for entry in entries]


def _replace(path: Path, body: bytes) -> None:
    """Write beside, then rename: a reader sees the old file or the new one, never half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(body)
    beside = Path(name)
    beside.chmod(0o644)
    beside.replace(path)
