"""Answer sheets out of files: JSON, our workbook, or lines of JSON; and models by code or by file."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

from guanbiao.assessment.rules.answers import MOST_BYTES, Sheet, parse_json_sheet, read_sheet
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.kernel.errors import Refusal, Refusals, Unusable

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


WORKBOOKS = (".xlsx", ".xlsm", ".xls")
OTHER_TABLES = (".ods", ".csv", ".tsv", ".et", ".xlsb", ".numbers")


def sheet_from(model: Model, path: Path) -> Sheet:
    """One answer sheet out of a .json or .xlsx file. Raises Unusable, Conflict, or Refusals with every fault of the file."""
    kind = path.suffix.lower()
    if kind in WORKBOOKS:
        checked_file(path)
        return _sheet_from_workbook(model, path)
    if kind in OTHER_TABLES:
        checked_file(path)
        zh = f"{path} 是 {kind} 文件，读不了。请在 Excel、WPS 或 LibreOffice 里打开填报工作簿，另存为“Excel 工作簿（.xlsx）”。"
        en = f"{path} is a {kind} file, which is not read. Open the workbook in Excel, WPS or LibreOffice and save it as “Excel Workbook (.xlsx)”."
        raise Unusable("file.other-table", zh=zh, en=en, at=str(path))
    return read_sheet(model, parse_json_sheet(read_bytes(path, MOST_BYTES), name=path.name))


def _sheet_from_workbook(model: Model, path: Path) -> Sheet:
    """What the workbook's cells and what the answers themselves are refused for is said together, so that it is mended in one go."""
    from guanbiao.indicators.workbooks.reading import filled_workbook

    filled = filled_workbook(model, path)
    refusals = list(filled.refusals)
    try:
        sheet = read_sheet(model, filled.answers)
    except Refusal as refusal:
        found = refusal.refusals if isinstance(refusal, Refusals) else (refusal,)
        refusals.extend(_placed(one, path.name, filled.cells.get(one.at)) for one in found)
    if refusals:
        raise refusals[0] if len(refusals) == 1 else Refusals(refusals)
    return replace(sheet, notes=(*filled.notes, *sheet.notes))


def _placed(refusal: Refusal, file: str, cell: str | None) -> Refusal:
    """A refusal of an answer with the file and the cell it stands in."""
    if cell is None:
        return refusal
    zh, en = refusal.zh.removesuffix("。"), refusal.en.removesuffix(".")
    return Unusable(refusal.code, zh=f"{zh}（{file}，{cell}）。", en=f"{en} ({file}, {cell}).", at=refusal.at)
