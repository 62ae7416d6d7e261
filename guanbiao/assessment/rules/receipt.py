"""A receipt: everything needed to score a sheet again, anywhere, and see that it comes to the same (RFC 8785, unsigned here)."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import guanbiao
from guanbiao.assessment.rules.answers import Answer, Sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.model import Model, Question
from guanbiao.kernel.characters import on_one_line
from guanbiao.kernel.errors import Conflict
from guanbiao.kernel.numbers import scaled_text

FORMAT = "guanbiao.score-receipt/1"


def counting_answers(card: ScoreCard) -> dict[str, Any]:
    """The answers that count, in the form that is digested: numbers as shortest decimal text, multi in option order."""
    return {code: _form(card.model.question[code], answer) for code, answer in card.counted.items()}


def _form(question: Question, answer: Answer) -> Any:
    if isinstance(answer, int):
        return scaled_text(answer)
    if isinstance(answer, tuple):
        return answer[0] if question.type == "single" else list(answer)
    return answer


def receipt_of(card: ScoreCard, *, at: datetime) -> dict[str, Any]:
    """The receipt of a scored sheet; `at` is the instant of scoring, with its offset."""
    found = card.as_json()
    return {
        "format": FORMAT,
        "model": {"code": card.model.code, "edition": card.model.edition, "digest": card.model.digest},
        "answers": digest_of(counting_answers(card)),
        "complete": card.complete,
        "nodes": found["nodes"],
        "stage": found["stage"],
        "engine": f"guanbiao {guanbiao.__version__}",
        "scored_at": at.isoformat(timespec="seconds"),
    }


_FIELDS = frozenset({"format", "model", "answers", "complete", "nodes", "stage", "engine", "scored_at"})
_ENGINE = re.compile(r"guanbiao [0-9]+(?:\.[0-9]+){1,2}")


def result_digest(receipt: dict[str, Any]) -> str:
    """The digest of what a receipt says, without when it was made: equal wherever and whenever the same sheet is scored."""
    return digest_of({key: value for key, value in receipt.items() if key != "scored_at"})


def verify_receipt(receipt: dict[str, Any], model: Model, sheet: Sheet) -> ScoreCard:
    """Score the sheet again and compare every field. Raises Conflict with the first thing that differs.

    `engine` and `scored_at` cannot be computed again: only their form is checked, and the signature (where there is one) vouches for them.
    """
    check_model(receipt, model)
    card = score(model, sheet)
    if receipt["answers"] != digest_of(counting_answers(card)):
        raise Conflict("receipt.answers", zh="回执所依据的答案与所给答卷不同。", en="the receipt was made from other answers than the sheet given.")
    fresh = card.as_json()
    for key, name in (("complete", "是否完整（complete）"), ("stage", "阶段（stage）")):
        if not _same(receipt[key], fresh[key]):
            told = on_one_line(json.dumps(receipt[key]), 40)
            zh = f"{name}重算得 {json.dumps(fresh[key])}，回执写的是 {told}。"
            raise Conflict(f"receipt.{key}", zh=zh, en=f"scoring again gives {key} {json.dumps(fresh[key])}; the receipt says {told}.")
    _compare_nodes(receipt["nodes"] if isinstance(receipt["nodes"], dict) else {}, fresh["nodes"])
    return card


def check_model(receipt: dict[str, Any], model: Model) -> None:
    """Raises Conflict unless the receipt has its form and is for this edition of this questionnaire."""
    _check_form(receipt)
    claimed = receipt["model"] if isinstance(receipt["model"], dict) else {}
    if not _same(claimed, {"code": model.code, "edition": model.edition, "digest": model.digest}):
        named = " ".join(on_one_line(str(claimed.get(key)), 80) for key in ("code", "edition", "digest"))
        raise Conflict(
            "receipt.model",
            zh=f"回执出自问卷 {named}，与所给问卷 {model.code} {model.edition} {model.digest} 不是同一版。",
            en=f"the receipt is for {named}, not for {model.code} {model.edition} {model.digest}.",
        )


def _check_form(receipt: dict[str, Any]) -> None:
    if receipt.get("format") != FORMAT:
        raise Conflict("receipt.format", zh=f"这不是 {FORMAT} 格式的回执。", en=f"this is not a receipt of the form {FORMAT}.")
    if odd := sorted(receipt.keys() ^ _FIELDS):
        told = on_one_line(odd[0], 40)
        raise Conflict("receipt.fields", zh=f"回执缺少或多出字段 {told}。", en=f"the receipt lacks, or holds beyond its form, the field {told}.")
    if not (isinstance(receipt["engine"], str) and _ENGINE.fullmatch(receipt["engine"])):
        raise Conflict("receipt.engine", zh="回执的 engine 不是“guanbiao 版本号”。", en="the receipt's engine is not “guanbiao” and a version.")
    if not _is_instant(receipt["scored_at"]):
        raise Conflict("receipt.scored_at", zh="回执的 scored_at 不是带时区的时刻。", en="the receipt's scored_at is not an instant with its offset.")


def _is_instant(value: Any) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _compare_nodes(claimed: dict[str, Any], fresh: dict[str, Any]) -> None:
    for code, value in fresh.items():
        if code not in claimed or not _same(claimed[code], value):
            told = on_one_line(json.dumps(claimed[code]), 40) if code in claimed else "—"
            zh = f"指标 {code} 重算得 {json.dumps(value)}，回执写的是 {told}。"
            raise Conflict("receipt.nodes", zh=zh, en=f"node {code} scores {json.dumps(value)} when computed again; the receipt says {told}.")
    if extra := sorted(claimed.keys() - fresh.keys()):
        told = on_one_line(extra[0], 40)
        raise Conflict("receipt.nodes", zh=f"回执里多出指标 {told}。", en=f"the receipt holds an unknown node {told}.")


def _same(claimed: Any, fresh: Any) -> bool:
    """Equal as JSON: true is not 1, and 1.0 is not 1."""
    return json.dumps(claimed, sort_keys=True) == json.dumps(fresh, sort_keys=True)
