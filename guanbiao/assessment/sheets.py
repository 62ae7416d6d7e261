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
    if path.suffix == ".json":
        return _json_model(path)
    from guanbiao.indicators.rules.digest import digest_of
    from guanbiao.indicators.sources import Defective, read_model_file

    raw, defects = read_model_file(path)
    if defects or raw is None:
        raise Defective(defects) if defects else Unusable("model.not-a-model", zh=f"{path} 不是问卷文件。", en=f"{path} is not a questionnaire file.")
    return model_of(raw, digest_of(raw))


def _looks_like_path(name: str) -> bool:
    return os.sep in name or name.endswith((".yaml", ".yml", ".json"))


def _json_model(path: Path) -> Model:
    """A whole model in JSON, as `guanbiao model show` prints it. JSON is YAML, so the same reader and the same proofs apply."""
    from guanbiao.indicators.rules.digest import digest_of
    from guanbiao.indicators.rules.proofs import defects_of, locate_in
    from guanbiao.indicators.rules.safe_yaml import Document
    from guanbiao.indicators.rules.schema import schema_defects
    from guanbiao.indicators.sources import Defective

    raw = parse_plain_json(path)
    document = Document(str(path), raw)
    defects = schema_defects(document) or defects_of(raw, locate_in(document))
    if defects:
        raise Defective(defects)
    return model_of(raw, digest_of(raw))


def parse_plain_json(path: Path) -> dict[str, Any]:
    """A JSON object out of a file (a model, a receipt)."""
    try:
        value = json.loads(read_bytes(path, MOST_BYTES).decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Unusable("file.not-json", zh=f"{path} 不是有效的 UTF-8 JSON。", en=f"{path} is not valid UTF-8 JSON.", at=str(path)) from None
    if not isinstance(value, dict):
        raise Unusable("file.not-json", zh=f"{path} 应是一个 JSON 对象。", en=f"{path} should be one JSON object.", at=str(path))
    return value


def checked_file(path: Path) -> None:
    """Raises Unusable unless the path is a readable, ordinary file."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise Unusable("file.unreadable", zh=f"读不到 {path}（{_zh(error)}）。请检查路径。", en=f"{path} cannot be read ({error.strerror}). Check the path.", at=str(path)) from None
    except ValueError:
        raise Unusable("file.unreadable", zh="文件路径含有不能使用的字符。", en="the path holds a character that cannot be used.") from None
    if stat.S_ISDIR(mode):
        raise Unusable("file.directory", zh=f"{path} 是文件夹，请给出其中的文件。", en=f"{path} is a folder; name a file in it.", at=str(path))
    if not stat.S_ISREG(mode):
        raise Unusable("file.not-regular", zh=f"{path} 不是普通文件。", en=f"{path} is not an ordinary file.", at=str(path))


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
        raise Unusable("file.unreadable", zh=f"读不到 {path}（{_zh(error)}）。", en=f"{path} cannot be read ({error.strerror}).", at=str(path)) from None
    if len(body) > most:
        raise Unusable("file.too-large", zh=f"{path} 超过 {most // 1_000_000} MB。", en=f"{path} is larger than {most // 1_000_000} MB.", at=str(path))
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
