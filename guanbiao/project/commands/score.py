"""`guanbiao score MODEL FILE`: one sheet as a card one wants to read, or many as lines of JSON."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from guanbiao.assessment.rules.answers import Sheet, parse_json_sheet, read_sheet
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.card import score as score_sheet
from guanbiao.assessment.sheets import checked_file, model_by_name, sheet_from
from guanbiao.indicators.rules.model import Model
from guanbiao.kernel.characters import writable
from guanbiao.kernel.errors import Language, Refusal, Unusable
from guanbiao.project.files import write_whole
from guanbiao.project.printing import print_json

LONGEST_LINE = 5_000_000


def score(arguments: argparse.Namespace) -> int:
    """Score one file; with .ndjson, .jsonl or -, one card a line."""
    model = model_by_name(arguments.model)
    if arguments.why and arguments.why not in model.node:
        from guanbiao.assessment.rules.why import unknown_node

        raise unknown_node(model, arguments.why)
    if arguments.file == "-" or arguments.file.lower().endswith((".ndjson", ".jsonl")):
        return _lines(model, arguments)
    sheet = sheet_from(model, Path(arguments.file))
    language: Language = arguments.lang
    _say_notes(sheet, language)
    card = score_sheet(model, sheet)
    if arguments.receipt:
        _write_receipt(card, Path(arguments.receipt))
    if arguments.json:
        print_json(_with_why(card, arguments))
    elif arguments.why:
        from guanbiao.assessment.rules.why import why

        sys.stdout.write("\n".join(why(card, arguments.why, language)) + "\n")
    else:
        from guanbiao.project.terminal import card_text

        sys.stdout.write(card_text(card, language, colour=sys.stdout.isatty()))
    return 0


def _say_notes(sheet: Sheet, language: Language, *, line: int | None = None) -> None:
    place = "" if line is None else f"第 {line} 行：" if language == "zh" else f"Line {line}: "
    for zh, en in sheet.notes:
        sys.stderr.write(place + (zh if language == "zh" else en) + "\n")


def _with_why(card: ScoreCard, arguments: argparse.Namespace) -> dict[str, Any]:
    out = card.as_json()
    if arguments.why:
        from guanbiao.assessment.rules.why import why

        out["why"] = why(card, arguments.why, arguments.lang)
    return out


def _write_receipt(card: ScoreCard, path: Path) -> None:
    from guanbiao.assessment.rules.receipt import receipt_of
    from guanbiao.indicators.rules.digest import canonical_bytes

    receipt = receipt_of(card, at=datetime.now().astimezone())
    write_whole(path, canonical_bytes(receipt) + b"\n")


def _lines(model: Model, arguments: argparse.Namespace) -> int:
    """One sheet a line in, one card a line out, in order; a refused line says why and the others go on. Status 0 all the same."""
    if arguments.receipt:
        raise Unusable("receipt.many", zh="--receipt 只用于一份答卷。请逐份计分。", en="--receipt is for a single sheet; score them one by one.")
    found = 0
    for number, line in _numbered(arguments.file):
        found += 1
        try:
            sheet = read_sheet(model, parse_json_sheet(line))
            _say_notes(sheet, arguments.lang, line=number)
            print_json(_with_why(score_sheet(model, sheet), arguments))
        except Refusal as refusal:
            print_json({"line": number, "refused": writable(refusal.sentence(arguments.lang))})
    if not found:
        raise Unusable("answers.no-lines", zh="没有答卷：每行应是一份 JSON 答卷。", en="There is no sheet: each line should be one sheet in JSON.")
    return 0


def _numbered(name: str) -> Iterator[tuple[int, bytes]]:
    """Every line that is not blank, with its number; of one that is too long only its beginning, which is refused by its length."""
    with ExitStack() as stack:
        if name == "-":
            source: BinaryIO = sys.stdin.buffer
        else:
            checked_file(Path(name))
            source = stack.enter_context(Path(name).open("rb"))
        number = 0
        while line := source.readline(LONGEST_LINE + 2):
            number += 1
            rest = line
            while len(rest) > LONGEST_LINE and not rest.endswith(b"\n"):
                rest = source.readline(LONGEST_LINE + 2)
            if line.strip():
                yield number, line
