"""A receipt: everything needed to score a sheet again, anywhere, and see that it comes to the same (RFC 8785, unsigned here)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import guanbiao
from guanbiao.assessment.rules.answers import Answer, Sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.model import Model, Question
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


def verify_receipt(receipt: dict[str, Any], model: Model, sheet: Sheet) -> ScoreCard:
    """Score the sheet again and compare. Raises Conflict with the first thing that differs."""
    if receipt.get("format") != FORMAT:
        raise Conflict("receipt.format", zh=f"这不是 {FORMAT} 格式的回执。", en=f"this is not a receipt of the form {FORMAT}.")
    claimed = receipt.get("model", {})
    if claimed.get("digest") != model.digest:
        raise Conflict(
            "receipt.model",
            zh=f"回执出自问卷 {claimed.get('code')} {claimed.get('edition')}（{claimed.get('digest')}），与所给问卷 {model.code} {model.edition} 不是同一版。",
            en=f"the receipt is for {claimed.get('code')} {claimed.get('edition')} ({claimed.get('digest')}), not for {model.code} {model.edition}.",
        )
    card = score(model, sheet)
    if receipt.get("answers") != digest_of(counting_answers(card)):
        raise Conflict("receipt.answers", zh="回执所依据的答案与所给答卷不同。", en="the receipt was made from other answers than the sheet given.")
    fresh = card.as_json()
    for key in ("complete", "stage"):
        if receipt.get(key) != fresh[key]:
            raise Conflict(f"receipt.{key}", zh=f"重算得到的 {key} 是 {fresh[key]}，回执写的是 {receipt.get(key)}。", en=f"scoring again gives {key} {fresh[key]}; the receipt says {receipt.get(key)}.")
    claimed_nodes = receipt.get("nodes", {})
    for code, value in fresh["nodes"].items():
        if claimed_nodes.get(code, "absent") != value:
            raise Conflict(
                "receipt.nodes",
                zh=f"指标 {code} 重算得 {value}，回执写的是 {claimed_nodes.get(code)}。",
                en=f"node {code} scores {value} when computed again; the receipt says {claimed_nodes.get(code)}.",
            )
    if extra := set(claimed_nodes) - set(fresh["nodes"]):
        raise Conflict("receipt.nodes", zh=f"回执里多出指标 {sorted(extra)[0]}。", en=f"the receipt holds an unknown node {sorted(extra)[0]}.")
    return card
