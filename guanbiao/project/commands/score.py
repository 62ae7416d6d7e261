"""`guanbiao score MODEL FILE`: one sheet as a card one wants to read, or many as lines of JSON."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from guanbiao.assessment.rules.answers import parse_json_sheet, read_sheet
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.card import score as score_sheet
from guanbiao.assessment.sheets import checked_file, model_by_name, sheet_from
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.errors import Language, Refusal, Unusable
from guanbiao.project.files import write_whole

LONGEST_LINE = 5_000_000


def score(arguments: argparse.Namespace) -> int:
    """Score one file; with .ndjson or -, one card a line."""
    model = model_by_name(arguments.model)
    if arguments.file == "-" or arguments.file.endswith(".ndjson"):
        return _lines(model, arguments)
    sheet = sheet_from(model, Path(arguments.file))
    language: Language = arguments.lang
    for zh, en in sheet.notes:
        sys.stderr.write((zh if language == "zh" else en) + "\n")
    card = score_sheet(model, sheet)
    if arguments.receipt:
        _write_receipt(card, Path(arguments.receipt))
    if arguments.json:
        _print_json(_with_why(card, arguments))
    elif arguments.why:
        from guanbiao.assessment.rules.why import why

        sys.stdout.write("\n".join(why(card, arguments.why, language)) + "\n")
    else:
        from guanbiao.project.terminal import card_text

        sys.stdout.write(card_text(card, language, colour=sys.stdout.isatty()))
    return 0


def _with_why(card: ScoreCard, arguments: argparse.Namespace) -> dict[str, Any]:
    out = card.as_json()
    if arguments.why:
        from guanbiao.assessment.rules.why import why

        out["why"] = why(card, arguments.why, arguments.lang)
    return out


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def _write_receipt(card: ScoreCard, path: Path) -> None:
    from guanbiao.assessment.rules.receipt import receipt_of
    from guanbiao.indicators.rules.digest import canonical_bytes

    receipt = receipt_of(card, at=datetime.now().astimezone())
    write_whole(path, canonical_bytes(receipt) + b"\n")


def _lines(model: Model, arguments: argparse.Namespace) -> int:
    """One sheet a line in, one card a line out, in order; a refused line says why and the others go on."""
    if arguments.receipt:
        raise Unusable("receipt.many", zh="--receipt 只用于一份答卷。", en="--receipt is for a single sheet.")
    refused = 0
    for number, line in enumerate(_source(arguments.file), start=1):
        if not line.strip():
            continue
        try:
            card = score_sheet(model, read_sheet(model, parse_json_sheet(line)))
            _print_json(_with_why(card, arguments))
        except Refusal as refusal:
            refused += 1
            _print_json({"line": number, "refused": refusal.sentence(arguments.lang)})
    return 1 if refused else 0


def _source(name: str) -> Iterable[bytes]:
    if name == "-":
        return iter(lambda: sys.stdin.buffer.readline(LONGEST_LINE), b"")
    path = Path(name)
    checked_file(path)
    file = path.open("rb")
    return iter(lambda: file.readline(LONGEST_LINE), b"")
