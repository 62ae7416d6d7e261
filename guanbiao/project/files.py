"""Writing results: the old file stays whole until the new one is complete."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from guanbiao.kernel.errors import Unusable


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside the target to write to; renamed onto it when the block ends well, removed otherwise.

    Raises Unusable where the folder cannot be written or the target is a folder, a device or write-protected.
    """
    target = _ordinary(path)
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.stem[:20]}-", suffix=target.suffix)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise _unwritable(path, reason) from None
    os.close(handle)
    beside = Path(name)
    try:
        yield beside
        beside.chmod(_mode(target))
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise _unwritable(path, error.strerror or str(error)) from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _ordinary(path: Path) -> Path:
    """Where writing really goes: behind a link. A device such as /dev/null must never be replaced by a file."""
    try:
        target = path.resolve()
        if target.is_dir():
            raise Unusable("output.directory", zh=f"{path} 是文件夹，请给出文件名。", en=f"{path} is a folder; give a file name.", at=str(path))
        if target.exists() and not target.is_file():
            zh, en = f"{path} 不是普通文件，请给出文件名。", f"{path} is not an ordinary file; give a file name."
            raise Unusable("output.not-regular", zh=zh, en=en, at=str(path))
        if target.exists() and not os.access(target, os.W_OK):
            raise _unwritable(path, "Permission denied")
    except (OSError, ValueError, RuntimeError) as error:
        raise _unwritable(path, getattr(error, "strerror", None) or str(error)) from None
    return target


def _mode(target: Path) -> int:
    """The rights of the file that is replaced; of a new one those the process would give it."""
    if target.exists():
        return stat.S_IMODE(target.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


_REASONS = {
    "Permission denied": "没有写入权限",
    "No such file or directory": "没有这个文件夹",
    "No space left on device": "磁盘空间不够",
    "Read-only file system": "文件系统只读",
    "File name too long": "文件名太长",
    "Not a directory": "上一级不是文件夹",
}


def _unwritable(path: Path, reason: str) -> Unusable:
    return Unusable(
        "output.unwritable",
        zh=f"写不了 {path}（{_REASONS.get(reason, reason)}）。原有文件没有改动；请换个位置或检查权限和磁盘空间。",
        en=f"{path} cannot be written ({reason}). An existing file was left as it was; choose another place, or check rights and disk space.",
        at=str(path),
    )


def write_whole(path: Path, body: bytes) -> None:
    """Write a file completely or not at all."""
    with replacing(path) as beside:
        beside.write_bytes(body)
