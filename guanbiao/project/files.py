"""Writing results: the old file stays whole until the new one is complete."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guanbiao.kernel.errors import Unusable


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside the target to write to; renamed onto it when the block ends well, removed otherwise.

    Raises Unusable where the folder cannot be written or the target is a folder.
    """
    if path.is_dir():
        raise Unusable("output.directory", zh=f"{path} 是文件夹，请给出文件名。", en=f"{path} is a folder; give a file name.", at=str(path))
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}-", suffix=path.suffix)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unwritable(path, reason) from None
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(0o644)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(path, error.strerror or str(error)) from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _unwritable(path: Path, reason: str) -> Unusable:
    return Unusable(
        "output.unwritable",
        zh=f"写不了 {path}（{reason}）。原有文件没有改动；请换个位置或检查权限和磁盘空间。",
        en=f"{path} cannot be written ({reason}). An existing file was left as it was; choose another place, or check rights and disk space.",
        at=str(path),
    )


def write_whole(path: Path, body: bytes) -> None:
    """Write a file completely or not at all."""
    with replacing(path) as beside:
        beside.write_bytes(body)
