"""A second scorer, deliberately naive: Python integers and recursion over the model's JSON, nothing taken from the product.

It was written from the contract alone (docs/algorithms/scoring.md), before the kernel was read; where the two disagree, one of them is wrong.
Settled afterwards, the contract being silent: an empty string is unanswered, a count is whole, a check compares ratio and limit unrounded, a
denominator of 0 refuses a sheet only where the indicator surely applies (undecided, it counts as unanswered).
Every amount, ratio, point and score is an integer of 1/10,000.
"""

from __future__ import annotations

import re
from itertools import pairwise

UNIT = 10_000
LONGEST_TEXT = 2_000

_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?[0-9]{1,4}))?")


class OracleRefused(Exception):  # noqa: N818  a refusal is no error of ours
    """The contract refuses this sheet; `at` is the question."""

    def __init__(self, at: str, why: str) -> None:
        super().__init__(f"{at}: {why}")
        self.at = at


def half_up(n: int, d: int) -> int:
    return (2 * n + d) // (2 * d)


def scaled(text: object) -> int:
    """Decimal text → integer of 1/10,000, halves away from zero; ValueError for what is no number."""
    if isinstance(text, int) and not isinstance(text, bool):
        return text * UNIT
    match = _NUMBER.fullmatch(str(text))
    if match is None or not (match[2] or match[3]):
        raise ValueError(text)
    whole, part = match[2] or "", match[3] or ""
    digits = int(whole + part)
    shift = int(match[4] or 0) - len(part) + 4
    if shift >= 0:
        size = digits * 10**shift
    else:
        step = 10**-shift
        size = (2 * digits + step) // (2 * step)
    return -size if match[1] == "-" else size


class Oracle:
    """One model. `score(sheet)` gives the card of the contract without model, edition and digest."""

    def __init__(self, model: dict) -> None:
        self.model = model
        self.full = scaled(model.get("full", 100))
        self.questions = {q["code"]: q for q in model["questions"]}
        self.points = {
            q["code"]: {o["code"]: scaled(o.get("points", 0)) for o in q["options"]} for q in model["questions"] if q["type"] in ("single", "multi")
        }
        self.ranges = {
            q["code"]: (scaled(q.get("min", 0)), scaled(q["max"]) if "max" in q else 100 * UNIT)
            for q in model["questions"]
            if q["type"] in ("percent", "number", "amount", "count")
        }
        self.required = {q["code"] for q in model["questions"] if q.get("required")}
        for question in model["questions"]:
            self.required |= set(_named(question.get("when", {})))
        self.leaves: dict[str, Leaf] = {}
        self._read_tree(model["tree"])
        self.checks = model.get("checks", [])
        self.numbers: dict = {}

    def _read_tree(self, node: dict) -> None:
        for child in node.get("children", []):
            self._read_tree(child)
        if "children" not in node:
            leaf = self.leaves[node["code"]] = Leaf(node["measure"], self)
            self.required |= set(leaf.asked)

    # ---- answers

    def read(self, sheet: dict) -> dict:
        """Question → option code, list of codes, integer of 1/10,000, text; unanswered ones are left out."""
        values = {}
        for code, answer in sheet.items():
            if code not in self.questions:
                raise OracleRefused(code, "no such question")
            if answer is None or answer in ([], ""):
                continue
            values[code] = self._read_one(code, self.questions[code], answer)
        return values

    def _read_one(self, code: str, question: dict, answer: object) -> object:
        kind = question["type"]
        if kind == "text":
            if not isinstance(answer, str) or len(answer) > LONGEST_TEXT:
                raise OracleRefused(code, "not a text of at most 2,000 characters")
            return answer
        if kind == "single":
            if not isinstance(answer, str) or answer not in self.points[code]:
                raise OracleRefused(code, "no such option")
            return answer
        if kind == "multi":
            return self._read_multi(code, question, answer)
        value = self._read_number(code, answer)
        if kind == "count" and value % UNIT:
            raise OracleRefused(code, "not a whole number")
        return value

    def _read_multi(self, code: str, question: dict, answer: object) -> list:
        if not isinstance(answer, list) or any(not isinstance(o, str) or o not in self.points[code] for o in answer):
            raise OracleRefused(code, "no such option")
        if len(set(answer)) < len(answer):
            raise OracleRefused(code, "an option twice")
        if question.get("exclusive") in answer and len(answer) > 1:
            raise OracleRefused(code, "an option beside the exclusive one")
        return answer

    def _read_number(self, code: str, answer: object) -> int:
        if isinstance(answer, bool) or not isinstance(answer, int | str):
            raise OracleRefused(code, "not a number")
        try:
            value = scaled(answer)
        except ValueError:
            raise OracleRefused(code, "not a number") from None
        least, most = self.ranges[code]
        if not least <= value <= most:
            raise OracleRefused(code, "outside its range")
        return value

    # ---- which questions apply: True, False, or None (undecided)

    def applying(self, values: dict) -> dict:
        applies: dict = {}
        for code, question in self.questions.items():
            applies[code] = self._decided(question["when"], values, applies) if "when" in question else True
        return applies

    def _decided(self, condition: dict, values: dict, applies: dict) -> bool | None:
        if "all" in condition:
            each = [self._decided(c, values, applies) for c in condition["all"]]
            return False if False in each else None if None in each else True
        if "any" in condition:
            each = [self._decided(c, values, applies) for c in condition["any"]]
            return True if True in each else None if None in each else False
        if "not" in condition:
            inner = self._decided(condition["not"], values, applies)
            return None if inner is None else not inner
        code = condition["question"]
        if applies[code] is False:
            return False
        if code not in values:
            return None
        if not self._answers(condition, values[code]):
            return False
        return applies[code]

    def _answers(self, condition: dict, value: object) -> bool:
        if "in" in condition:
            chosen = value if isinstance(value, list) else [value]
            return any(option in condition["in"] for option in chosen)
        return value >= self._number(condition["at_least"])

    def _number(self, text: object) -> int:
        key = str(text)
        if key not in self.numbers:
            self.numbers[key] = scaled(text)
        return self.numbers[key]

    # ---- scores: every node is None (not applicable) or (lowest, highest, sure)

    def _leaf(self, code: str, values: dict, applies: dict) -> tuple | None:
        leaf = self.leaves[code]
        sure = answered = True
        for question in leaf.asked:
            if applies[question] is False:
                return None
            sure = sure and applies[question] is True
            answered = answered and question in values
        if leaf.below and all(q in values for q in leaf.below) and sum(values[q] for q in leaf.below) == 0:
            if sure:
                raise OracleRefused(leaf.below[0], "a share of nothing")
            answered = False
        if not answered:
            return *leaf.reach, sure
        points = leaf.measured(values)
        return points, points, sure

    def _node(self, node: dict, values: dict, applies: dict, found: dict) -> tuple | None:
        if "children" not in node:
            found[node["code"]] = self._leaf(node["code"], values, applies)
            return found[node["code"]]
        children = []
        for child in node["children"]:
            score = self._node(child, values, applies, found)
            if score is not None:
                children.append((child["weight"], score))
        found[node["code"]] = _mean(children)
        return found[node["code"]]

    # ---- the card

    def score(self, sheet: dict, *, checks: bool = True) -> dict:
        """The card; without `checks` its warnings stay empty, which is quicker."""
        values = self.read(sheet)
        applies = self.applying(values)
        missing = [q for q in self.questions if q in self.required and q not in values and applies[q] is not False]
        found: dict = {}
        self._node(self.model["tree"], values, applies, found)
        complete = not missing
        ends = [{c: s and s[end] for c, s in found.items() if s is None or s[2] or end} for end in (0, 1)]
        if complete:
            nodes = {c: s and s[0] for c, s in found.items()}
            reached = self._stage(ends[0])
            stage = self.model["stages"][reached]["code"]
            following = self._gaps(reached + 1, nodes)
        else:
            nodes = {c: s and [s[0], s[1]] for c, s in found.items()}
            stage = [self.model["stages"][self._stage(end)]["code"] for end in ends]
            following = []
        seen = {q: v for q, v in values.items() if applies[q] is True}
        known = {c: s for c, s in nodes.items() if s is not None} if complete else {}
        warnings = [check["code"] for check in self.checks if checks and self._fires(check["when"], seen, known)]
        return {"complete": complete, "missing": missing, "nodes": nodes, "stage": stage, "next": following, "warnings": warnings}

    def _stage(self, scores: dict) -> int:
        reached = 0
        for number, stage in enumerate(self.model["stages"]):
            if number and not all(self._meets(r, scores) for r in stage["requires"]):
                break
            reached = number
        return reached

    def _meets(self, requirement: dict, scores: dict) -> bool:
        score = scores.get(requirement["node"])
        return score is not None and score >= self._number(requirement["at_least"])

    def _gaps(self, number: int, nodes: dict) -> list:
        if number >= len(self.model["stages"]):
            return []
        requires = self.model["stages"][number]["requires"]
        return [{"node": r["node"], "at_least": self._number(r["at_least"]), "score": nodes[r["node"]]} for r in requires]

    def _fires(self, condition: dict, seen: dict, known: dict) -> bool:
        if "all" in condition:
            return all(self._fires(c, seen, known) for c in condition["all"])
        if "any" in condition:
            return any(self._fires(c, seen, known) for c in condition["any"])
        if "not" in condition:
            return not self._fires(condition["not"], seen, known)
        if "previous" in condition:
            return False
        if "question" in condition:
            return condition["question"] in seen and self._answers(condition, seen[condition["question"]])
        if "node" in condition:
            return condition["node"] in known and self._beyond(condition, known[condition["node"]], UNIT)
        sides = [_listed(side) for side in condition.get("more") or condition["ratio"]]
        if any(q not in seen for side in sides for q in side):
            return False
        above, below = (sum(seen[q] for q in side) for side in sides)
        if "more" in condition:
            return above > below
        return below > 0 and self._beyond(condition, above * condition.get("scale", 1), below)

    def _beyond(self, condition: dict, n: int, d: int) -> bool:
        """Is n/d beyond the limit? Compared exactly: neither is rounded."""
        whole, parts = self._limit(condition["above" if "above" in condition else "below"])
        return n * parts > whole * d if "above" in condition else n * parts < whole * d

    def _limit(self, text: object) -> tuple[int, int]:
        key = f"limit {text}"
        if key not in self.numbers:
            mantissa, _, exponent = str(text).lower().partition("e")
            places = len(mantissa.partition(".")[2]) - int(exponent or 0)
            digits = int(mantissa.replace(".", ""))
            self.numbers[key] = (digits * 10 ** max(0, -places), 10 ** max(0, places))
        return self.numbers[key]


class Leaf:
    """An indicator: the questions it asks, and the points it brings at least, at most, and for given answers."""

    def __init__(self, measure: dict, oracle: Oracle) -> None:
        self.full = oracle.full
        self.below: list[str] = []
        if "piecewise" in measure:
            curve = measure["piecewise"]
            self.kind = "question" if "question" in curve else "ratio"
            self.above, self.below = ([curve["question"]], []) if self.kind == "question" else (_listed(side) for side in curve["ratio"])
            self.scale = scaled(curve.get("scale", 1))
            self.knots = [(scaled(x), scaled(y)) for x, y in measure["points"]]
            heights = [y for _, y in self.knots]
            self.reach = min(heights), max(heights)
        else:
            self.kind = "option" if "option" in measure else "options_sum"
            self.above = [measure[self.kind]]
            self.points = oracle.points[self.above[0]]
            alone = oracle.questions[self.above[0]].get("exclusive")
            together = sum(p for o, p in self.points.items() if o != alone)
            most = max(self.points.values()) if self.kind == "option" else min(self.full, max(together, self.points.get(alone, 0)))
            self.reach = min(self.points.values()), most
        self.asked = list(dict.fromkeys(self.above + self.below))

    def measured(self, values: dict) -> int:
        if self.kind == "option":
            return self.points[values[self.above[0]]]
        if self.kind == "options_sum":
            return min(self.full, sum([self.points[o] for o in values[self.above[0]]]))
        if self.kind == "question":
            return _height(self.knots, values[self.above[0]])
        above, below = sum([values[q] for q in self.above]), sum([values[q] for q in self.below])
        return _height(self.knots, half_up(above * self.scale, below))


def _listed(side: object) -> list:
    return side if isinstance(side, list) else [side]


def _named(condition: dict) -> list[str]:
    """The questions a condition names."""
    inner = condition.get("all", []) + condition.get("any", []) + ([condition["not"]] if "not" in condition else [])
    return [q for c in inner for q in _named(c)] + ([condition["question"]] if "question" in condition else [])


def _height(knots: list, x: int) -> int:
    x = max(knots[0][0], min(knots[-1][0], x))
    for (x0, y0), (x1, y1) in pairwise(knots):
        if x <= x1:
            if y1 >= y0:
                return y0 + half_up((x - x0) * (y1 - y0), x1 - x0)
            return y0 - half_up((x - x0) * (y0 - y1), x1 - x0)
    return knots[-1][1]


def _mean(children: list) -> tuple | None:
    """The node over its children [(weight, (lowest, highest, sure))], those not applicable already left out."""
    if not children:
        return None
    if not all(score[2] for _, score in children):
        return extreme(children, 0, min), extreme(children, 1, max), any(score[2] for _, score in children)
    weights = lowest = highest = 0
    for weight, score in children:
        weights += weight
        lowest += weight * score[0]
        highest += weight * score[1]
    return half_up(lowest, weights), half_up(highest, weights), True


def extreme(children: list, end: int, better: object) -> int:
    """The least (greatest) mean over every choice of which undecided children stay, at least one child staying.

    All 2^n choices are formed; those of one total weight are kept as one, by their least (greatest) sum, which alone can win among them.
    """
    choices = {0: 0}
    for weight, score in children:
        grown = {} if score[2] else dict(choices)
        for weights, total in choices.items():
            key, value = weights + weight, total + weight * score[end]
            grown[key] = better(grown[key], value) if key in grown else value
        choices = grown
    return better(half_up(total, weights) for weights, total in choices.items() if weights)
