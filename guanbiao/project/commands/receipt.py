"""`guanbiao verify-receipt`: score again, anywhere, and compare."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guanbiao.assessment.rules.receipt import check_model, result_digest, verify_receipt
from guanbiao.assessment.sheets import model_by_name, parse_plain_json, sheet_from
from guanbiao.kernel.errors import Conflict


def verify(arguments: argparse.Namespace) -> int:
    """0 where everything agrees, 1 where something differs."""
    receipt = parse_plain_json(Path(arguments.file))
    model = model_by_name(arguments.model)
    zh = arguments.lang == "zh"
    try:
        check_model(receipt, model)
        card = verify_receipt(receipt, model, sheet_from(model, Path(arguments.answers)))
    except Conflict as conflict:
        sys.stderr.write(("回执不符：" if zh else "The receipt does not hold: ") + conflict.sentence(arguments.lang) + "\n")
        return 1
    count, digest = len(card.nodes), result_digest(receipt)
    stage = card.stage if isinstance(card.stage, str) else "–".join(card.stage)
    named = f"{model.code} {model.edition}, {model.digest}"
    sys.stdout.write(
        f"回执相符：{count} 个节点逐一重算一致，阶段 {stage}，问卷 {named}。回执未签名。\n结果摘要 {digest}\n"
        if zh
        else f"The receipt holds: {count} nodes agree when computed again, stage {stage}, {named}. It is unsigned.\nresult digest {digest}\n"
    )
    return 0
