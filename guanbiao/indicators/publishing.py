"""Published editions are frozen: their digests stand in `library/published.json`, and a changed one is refused at set-up."""

from __future__ import annotations

import json
from pathlib import Path

from guanbiao.indicators.library import LIBRARY, Entry
from guanbiao.kernel.errors import Conflict

PUBLISHED = LIBRARY / "published.json"


def published(path: Path = PUBLISHED) -> dict[str, dict[str, str]]:
    """Code → edition → digest of every published edition."""
    if not path.exists():
        return {}
    found: dict[str, dict[str, str]] = json.loads(path.read_text(encoding="utf-8"))
    return found


def check_frozen(entries: list[Entry], path: Path = PUBLISHED) -> None:
    """Raises Conflict where a published edition no longer comes to its digest."""
    known = published(path)
    for entry in entries:
        frozen = known.get(entry.code, {}).get(entry.edition)
        if frozen is not None and frozen != entry.digest:
            raise Conflict(
                "model.frozen",
                zh=f"问卷 {entry.code} 的 {entry.edition} 版已经发布，内容不能再改。请改用新的版本号（edition）。",
                en=f"Edition {entry.edition} of {entry.code} is published and may not change. Give the change a new edition.",
                at=entry.code,
            )


def publish(entries: list[Entry], path: Path = PUBLISHED) -> list[Entry]:
    """Freeze every edition that is not published yet; gives those. Raises Conflict where a published one changed."""
    check_frozen(entries, path)
    known = published(path)
    fresh = [entry for entry in entries if entry.edition not in known.get(entry.code, {})]
    for entry in fresh:
        known.setdefault(entry.code, {})[entry.edition] = entry.digest
    path.write_text(json.dumps(known, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    return fresh
