"""Random answer sheets in the interchange form for any model: the same seed, the same sheets.

A drawn number is held as an integer of a millionth, so that what is written has up to six decimals, and then written as a JSON integer,
as decimal text or in scientific notation.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from tests.assessment.oracle import Oracle

MICRO = 1_000_000
STEP = 100
"""The contract's 1/10,000 in millionths."""

KINDS = ("full", "trimmed", "edge", "draft", "gates", "nameless")
SHARES = (40, 10, 15, 20, 10, 5)
"""Of a hundred sheets: everything answered · only what applies · all at the edges · some unanswered · conditions unanswered · texts missing."""

NUMERIC = ("percent", "number", "amount", "count")


def micro(text: object) -> int:
    """The model's numbers (ints, floats as JSON wrote them, text) in millionths, cut off after six places."""
    mantissa, _, exponent = str(text).lower().partition("e")
    whole, _, part = mantissa.lstrip("+-").partition(".")
    digits, shift = int(whole + part or "0"), int(exponent or 0) - len(part) + 6
    size = digits * 10**shift if shift >= 0 else digits // 10**-shift
    return -size if mantissa.startswith("-") else size


class Drawer:
    """Sheets of one model (its JSON)."""

    def __init__(self, model: dict) -> None:
        self.model = model
        self.oracle = Oracle(model)
        self.questions = model["questions"]
        self.texts = [q["code"] for q in self.questions if q["type"] == "text"]
        self.numeric = {q["code"]: q for q in self.questions if q["type"] in NUMERIC}
        self.range = {c: (micro(q.get("min", 0)), micro(q.get("max", 100))) for c, q in self.numeric.items()}
        self.gates = sorted({name for q in self.questions if "when" in q for name in named_in(q["when"])})
        self.ratios: list = []
        self.edges = {code: list(self.range[code]) for code in self.numeric}
        for question in self.questions:
            self._thresholds(question.get("when", {}))
        self._curves(model["tree"])
        self.edges = {code: self._within(code, edges) for code, edges in self.edges.items()}

    def _thresholds(self, condition: dict) -> None:
        for inner in condition.get("all", []) + condition.get("any", []) + ([condition["not"]] if "not" in condition else []):
            self._thresholds(inner)
        if "at_least" in condition:
            self.edges[condition["question"]].append(micro(condition["at_least"]))

    def _curves(self, node: dict) -> None:
        for child in node.get("children", []):
            self._curves(child)
        if "piecewise" not in node.get("measure", {}):
            return
        curve, xs = node["measure"]["piecewise"], [micro(x) for x, _ in node["measure"]["points"]]
        if "question" in curve:
            self.edges[curve["question"]] += xs
        else:
            above, below = ([side] if isinstance(side, str) else side for side in curve["ratio"])
            self.ratios.append((above, below, curve.get("scale", 1), xs))

    def _within(self, code: str, edges: list) -> list:
        """Edges and what lies one step, half a step and a hair beside them, inside the range."""
        whole = self.numeric[code]["type"] == "count"
        beside = (0, MICRO, -MICRO) if whole else (0, STEP, -STEP, STEP // 2, -STEP // 2, STEP // 2 - 1, 1)
        least, most = self.range[code]
        found = sorted({edge + step for edge in edges for step in beside if least <= edge + step <= most})
        return [edge for edge in found if not whole or edge % MICRO == 0]

    # ---- one sheet

    def sheet(self, rng: random.Random, kind: str = "") -> dict:
        kind = kind or rng.choices(KINDS, SHARES)[0]
        numbers = {code: self._number(code, rng, edge=kind == "edge") for code in self.numeric}
        for ratio in self.ratios:
            if rng.random() < 0.5:
                self._aim(ratio, numbers, rng)
        sheet: dict = {}
        for question in self.questions:
            code, type_ = question["code"], question["type"]
            if type_ == "text":
                sheet[code] = rng.choice(("示例", "𠮷林 & 2026", "x" * 2_000))
            elif type_ == "single":
                sheet[code] = rng.choice(question["options"])["code"]
            elif type_ == "multi":
                sheet[code] = self._multi(question, rng)
            else:
                sheet[code] = written(numbers[code], rng)
        return self._thinned(sheet, kind, rng)

    def _number(self, code: str, rng: random.Random, *, edge: bool) -> int:
        least, most = self.range[code]
        whole = self.numeric[code]["type"] == "count"
        style = 0.0 if edge else rng.random()
        if style < 0.2:
            return rng.choice(self.edges[code])
        if style < 0.3:
            value = rng.randint(least, most)
        elif style < 0.5:
            value = rng.randint(0, 40) * MICRO // rng.choice((1, 4))
        else:
            value = int(10 ** rng.uniform(3, len(str(max(most, 10)))))
            if least < 0 and rng.random() < 0.4:
                value = -value
        value = max(least, min(most, value))
        if rng.random() < 0.3:
            value -= value % STEP
        return clamped_whole(value, least, most) if whole else value

    def _aim(self, ratio: tuple, numbers: dict, rng: random.Random) -> None:
        """Turn one numerator so that the ratio falls onto a knot or between the outermost knots."""
        above, below, scale, xs = ratio
        divisor = sum(numbers[q] for q in below)
        target = rng.choice(xs) if rng.random() < 0.4 else rng.randint(xs[0], xs[-1])
        one = rng.choice(above)
        wanted = divisor * target // (scale * MICRO) + rng.choice((0, 0, 1)) - sum(numbers[q] for q in above if q != one)
        least, most = self.range[one]
        wanted = max(least, min(most, wanted))
        numbers[one] = clamped_whole(wanted, least, most) if self.numeric[one]["type"] == "count" else wanted

    def _multi(self, question: dict, rng: random.Random) -> list:
        codes = [option["code"] for option in question["options"]]
        alone = question.get("exclusive")
        if alone and rng.random() < 0.15:
            return [alone]
        others = [code for code in codes if code != alone]
        return rng.sample(others, rng.randint(1, len(others)))

    def _thinned(self, sheet: dict, kind: str, rng: random.Random) -> dict:
        if kind == "trimmed":
            applies = self.oracle.applying(self.oracle.read(sheet))
            return {code: answer for code, answer in sheet.items() if applies[code]}
        if kind == "draft":
            gone = rng.choice((0.02, 0.1, 0.3, 0.7, 0.95, 1.0))
            return {code: answer for code, answer in sheet.items() if rng.random() >= gone}
        if kind == "gates":
            return {code: answer for code, answer in sheet.items() if code not in self.gates or rng.random() < 0.5}
        if kind == "nameless":
            return {code: answer for code, answer in sheet.items() if code not in self.texts or rng.random() < 0.5}
        return sheet


def sheets(model: dict, count: int, seed: int) -> Iterator[dict]:
    drawer, rng = Drawer(model), random.Random(f"{model['code']} {seed}")
    for _ in range(count):
        yield drawer.sheet(rng)


def spoilt(model: dict, sheet: dict, rng: random.Random) -> dict:
    """The sheet with one answer that the contract refuses."""
    bad = dict(sheet)
    question = rng.choice([q for q in model["questions"] if q["type"] != "text" or rng.random() < 0.1])
    code, type_ = question["code"], question["type"]
    if rng.random() < 0.1:
        bad["QX9999"] = "A"
    elif type_ == "text":
        bad[code] = rng.choice(("x" * 2_001, 7, ["A"]))
    elif type_ == "single":
        bad[code] = rng.choice(("ZZ", "a", 1, ["A", "B"], True, " A"))
    elif type_ == "multi":
        first, second = (option["code"] for option in question["options"][:2])
        wrong = [[first, first], ["ZZ"], first, [1], [first, second, first]]
        bad[code] = rng.choice(wrong + ([[first, question["exclusive"]]] if question.get("exclusive", first) != first else []))
    else:
        least, most = micro(question.get("min", 0)), micro(question.get("max", 100))
        outside = (written(most + STEP // 2, rng), written(least - STEP // 2, rng), written(most + MICRO, rng), written(least - MICRO, rng))
        bad[code] = rng.choice((*outside, "1e400", "-1e30", "twelve", "NaN", "Infinity", "1,5", "0x10", True, ["1"]))
    return bad


def named_in(condition: dict) -> set[str]:
    inner = condition.get("all", []) + condition.get("any", []) + ([condition["not"]] if "not" in condition else [])
    return {name for c in inner for name in named_in(c)} | ({condition["question"]} if "question" in condition else set())


def clamped_whole(value: int, least: int, most: int) -> int:
    """A whole number near the value, inside the range."""
    value = value // MICRO * MICRO
    return value if value >= least else min(value + MICRO, most // MICRO * MICRO)


def written(value: int, rng: random.Random) -> int | str:
    """Millionths as an answer: an integer, decimal text, or scientific notation."""
    style = rng.random()
    sign, size = ("-" if value < 0 else ""), abs(value)
    whole, part = divmod(size, MICRO)
    if style < 0.15 and not part:
        return value // MICRO
    if style < 0.3:
        zeros = len(str(size)) - len(str(size).rstrip("0")) if size else 0
        digits, exponent = str(size)[: len(str(size)) - zeros] or "0", zeros - 6
        if len(digits) > 1 and rng.random() < 0.5:
            return f"{sign}{digits[0]}.{digits[1:]}{rng.choice('eE')}{exponent + len(digits) - 1}"
        return f"{sign}{digits}e{exponent}" if exponent < 0 else f"{sign}{digits}E+{exponent}"
    if style < 0.4:
        return f"{sign}{whole}.{part:06d}"
    return f"{sign}{whole}.{part:06d}".rstrip("0").rstrip(".")
