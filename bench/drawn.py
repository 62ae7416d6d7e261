"""Random complete sheets as kernel columns: what a country's worth of enterprises looks like to the machine."""

from __future__ import annotations

import numpy as np

from guanbiao.assessment.rules.kernel import Block
from guanbiao.assessment.rules.plan import Plan
from guanbiao.kernel.numbers import UNIT


def drawn_block(plan: Plan, rows: int, seed: int = 7) -> Block:
    """`rows` sheets with every question answered; conditions then drop what does not apply. Same seed, same sheets."""
    random = np.random.default_rng(seed)
    values = np.zeros((len(plan.questions), rows), np.int64)
    for at, question in enumerate(plan.questions):
        if question.type == "single":
            values[at] = random.integers(0, len(question.options), rows)
        elif question.type == "multi":
            values[at] = random.integers(1, 2 ** (len(question.options) - 1), rows)
        else:
            low, high = max(question.least, 0), question.greatest
            spread = np.exp(random.uniform(np.log(UNIT), np.log(max(high / 50, 10 * UNIT)), rows))
            step = UNIT if question.type == "count" else UNIT // 100
            values[at] = np.clip((spread // step * step).astype(np.int64), low or step, high)
    return Block(values, np.ones(values.shape, np.bool_))
