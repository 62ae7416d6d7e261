"""Answer sheets out of files: JSON, our workbook, or lines of JSON; and models by code or by file."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any

from guanbiao.assessment.rules.answers import MOST_BYTES, Sheet, parse_json_sheet, read_sheet
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.kernel.errors import Unusable

MOST_WORKBOOK_BYTES = 20_000_000


def model_by_name(name: str) -> Model:
    """A shipped model by its code, or a model file by its path. Raises Unusable with every defect of a file."""
    if not _looks_like_path(name):
        from guanbiao.indicators.library import shipped_model

        return shipped_model(name)
    path = Path(name)
    checked_file(path)
    from guanbiao.indicators.rules.digest import digest_of
    from guanbiao.indicators.sources import Defective, read_model_file

    raw, defects = read_model_file(path)
    if defects or raw is None:
        zh, en = f"{path} 不是问卷文件。请给出整份问卷或组合文件。", f"{path} is not a questionnaire file; name a whole model or a composition."
        raise Defective(defects) if defects else Unusable("model.not-a-model", zh=zh, en=en)
    return model_of(raw, digest_of(raw))


def _looks_like_path(name: str) -> bool:
    return os.sep in name or name.lower().endswith((".yaml", ".yml", ".json"))


def parse_plain_json(path: Path) -> dict[str, Any]:
    """A JSON object out of a file (a receipt); keys are never repeated."""
    try:
        value = json.loads(read_bytes(path, MOST_BYTES).decode("utf-8-sig"), object_pairs_hook=_once, parse_int=_integer)
    except (ValueError, RecursionError):  # UnicodeDecodeError and JSONDecodeError are ValueErrors
        zh, en = f"{path} 不是有效的 UTF-8 JSON。请检查是不是给错了文件。", f"{path} is not valid UTF-8 JSON; check whether it is the right file."
        raise Unusable("file.not-json", zh=zh, en=en, at=str(path)) from None
    if not isinstance(value, dict):
        raise Unusable("file.not-json", zh=f"{path} 应是一个 JSON 对象。", en=f"{path} should be one JSON object.", at=str(path))
    return value


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice")
    return found


def _integer(text: str) -> int:
    if len(text) > 30:
        raise ValueError("no figure of ours is so long")
    return int(text)


def checked_file(path: Path) -> None:
    """Raises Unusable unless the path is a readable, ordinary file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    except ValueError:
        raise Unusable("file.unreadable", zh="文件路径含有不能使用的字符。", en="the path holds a character that cannot be used.") from None
    if stat.S_ISDIR(mode):
        raise Unusable("file.directory", zh=f"{path} 是文件夹，请给出其中的文件。", en=f"{path} is a folder; name a file in it.", at=str(path))
    if not stat.S_ISREG(mode):
        zh, en = f"{path} 不是普通文件。请先存成文件。", f"{path} is not an ordinary file; save it as one first."
        raise Unusable("file.not-regular", zh=zh, en=en, at=str(path))


def _unreadable(path: Path, error: OSError) -> Unusable:
    zh, en = f"读不到 {path}（{_zh(error)}）。请检查路径和权限。", f"{path} cannot be read ({error.strerror}). Check the path and rights."
    return Unusable("file.unreadable", zh=zh, en=en, at=str(path))


def _zh(error: OSError) -> str:
    known = {"No such file or directory": "没有这个文件", "Permission denied": "没有读取权限", "File name too long": "文件名太长"}
    return known.get(error.strerror or "", error.strerror or "")


def read_bytes(path: Path, most: int) -> bytes:
    """A file's bytes. Raises Unusable where it cannot be read or is larger than `most`."""
    checked_file(path)
    try:
        with path.open("rb") as file:
            body = file.read(most + 1)
    except OSError as error:
        raise _unreadable(path, error) from None
    if len(body) > most:
        size = most // 1_000_000
        zh = f"{path} 超过 {size} MB，不会是这种文件。请检查是不是给错了。"
        raise Unusable("file.too-large", zh=zh, en=f"{path} is larger than {size} MB; check whether it is the right file.", at=str(path))
    return body


def raw_answers(model: Model, path: Path) -> dict[str, Any]:
    """Question code → answer as a file holds it, before the answers are read strictly."""
    if path.suffix.lower() in (".xlsx", ".xlsm", ".xls"):
        from guanbiao.indicators.workbooks.reading import read_workbook

        checked_file(path)
        return read_workbook(model, path)
    return parse_json_sheet(read_bytes(path, MOST_BYTES), name=path.name)


def sheet_from(model: Model, path: Path) -> Sheet:
    """One answer sheet out of a .json or .xlsx file."""
    return read_sheet(model, raw_answers(model, path))
