"""Small models made in tests: written in the contract's own format, loaded with every proof; and drawn at random."""

from __future__ import annotations

import random
from itertools import count

from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.indicators.rules.proofs import defects_of, locate_in
from guanbiao.indicators.rules.safe_yaml import Document
from guanbiao.indicators.rules.schema import schema_defects
from tests.assessment.comparing import Outcome, compare_blocks, compare_single, kernel_card
from tests.assessment.oracle import Oracle
from tests.assessment.sheets_drawn import Drawer

CORE = [{"code": code, "section": "QY", "type": "text", "title": {"zh": code, "en": code}} for code in ("QY01", "QY02", "QY03")]


def made(questions: list[dict], tree: dict, *, stages: list[dict] | None = None, checks: list[dict] | None = None, full: int = 100) -> dict:
    """A whole model; titles and sections filled in, the core text questions in front."""
    asked = [{"section": "QY", "title": {"zh": q["code"], "en": q["code"]}, **q} for q in questions]
    for question in asked:
        if question["type"] == "amount":
            question.setdefault("unit", "万元")
        for option in question.get("options", []):
            option.setdefault("title", {"zh": option["code"], "en": option["code"]})
    return {
        "format": "guanbiao.indicator-model/1",
        "code": "made",
        "edition": "2026.1",
        "title": {"zh": "小问卷", "en": "Small"},
        "full": full,
        "sections": [{"code": "QY", "title": {"zh": "题", "en": "Questions"}}],
        "questions": CORE + asked,
        "tree": tree,
        "stages": [{"code": f"S{n}", "title": {"zh": f"{n}", "en": f"{n}"}, **stage} for n, stage in enumerate(stages or [{"requires": []}], 1)],
        "checks": [{"says": {"zh": "请核对。", "en": "Please check."}, **check} for check in checks or []],
    }


def loaded(raw: dict) -> Model:
    document = Document("made.json", raw)
    defects = list(schema_defects(document)) or defects_of(raw, locate_in(document))
    assert not defects, defects
    return model_of(raw, digest_of(raw))


def agreed(raw: dict, sheet: dict) -> dict | None:
    """The card of a sheet (None: refused), on which kernel and oracle must agree, alone and in a block of many."""
    model, oracle = loaded(raw), Oracle(raw)
    for outcome in (compare_single(model, oracle, [sheet]), compare_in_blocks(model, oracle, [sheet] * 40)):
        assert not outcome.faults, outcome.faults[0]
    return kernel_card(model, sheet)


def agreed_everywhere(raw: dict, sheets: list[dict]) -> Outcome:
    model, oracle = loaded(raw), Oracle(raw)
    outcome = compare_single(model, oracle, sheets)
    outcome.add(compare_in_blocks(model, oracle, sheets))
    assert not outcome.faults, f"{outcome.faults[0]}\nmodel {raw}"
    return outcome


def compare_in_blocks(model: Model, oracle: Oracle, sheets: list[dict]) -> Outcome:
    """Few at a time and many at a time: the kernel takes another way for few; and only complete ones: it takes another way for those."""
    outcome = compare_blocks(model, oracle, sheets, size=7)
    outcome.add(compare_blocks(model, oracle, sheets))
    return outcome


def single(code: str, *points: object, **more: object) -> dict:
    return {"code": code, "type": "single", "options": [{"code": "ABCDEFGH"[n], "points": p} for n, p in enumerate(points)], **more}


def multi(code: str, points: dict, **more: object) -> dict:
    return {"code": code, "type": "multi", "options": [{"code": o, "points": p} for o, p in points.items()], **more}


def leaf(code: str, weight: int = 1, **measure: object) -> dict:
    return {"code": code, "weight": weight, "measure": measure}


def node(code: str, *children: dict, weight: int = 1) -> dict:
    return {"code": code, "weight": weight, "children": list(children)}


# -- models drawn at random


def drawn_model(rng: random.Random) -> dict:
    """Nested conditions, curves that rise and fall, ratios over sums and over what may be 0, trees of uneven depth, checks, stages."""
    full = rng.choice((100, 100, 200, 1, 100_000))
    questions = [_question(f"Q{n:02}", rng, full) for n in range(rng.randint(2, 14))]
    for at, question in enumerate(questions):
        if at and rng.random() < 0.55:
            question["when"] = _condition(questions[:at], rng, rng.randint(0, 3))
    leaves = [_leaf(f"L{n:02}", questions, rng, full) for n in range(rng.randint(2, 16))]
    tree = _tree(leaves, rng)
    codes = _codes(tree)
    stages: list[dict] = [{"requires": []}]
    stages += [{"requires": [_requirement(codes, rng, full) for _ in range(rng.randint(1, 2))]} for _ in range(rng.randint(0, 3))]
    checks = [{"code": f"K{n}", "when": _check(questions, codes, rng, rng.randint(0, 2))} for n in range(rng.randint(0, 4))]
    for question in questions:
        question["required"] = True  # so that none is an orphan
    return made(questions, tree, stages=stages, checks=checks, full=full)


def _requirement(codes: list[str], rng: random.Random, full: int) -> dict:
    return {"node": rng.choice(codes), "at_least": rng.choice((1, full / 2, full, "0.0001"))}


def _question(code: str, rng: random.Random, full: int) -> dict:
    kind = rng.choice(("single", "single", "multi", "number", "amount", "count", "percent"))
    if kind == "single":
        return single(code, *(_points(rng, full) for _ in range(rng.randint(2, 6))))
    if kind == "multi":
        points = {f"O{n}": _points(rng, full) for n in range(rng.randint(2, rng.choice((5, 14))))}
        return multi(code, points, **({"exclusive": rng.choice(list(points))} if rng.random() < 0.7 else {}))
    least = rng.choice((0, 0, 0, 1, -50, *(("0.0001", "-0.5") if kind != "count" else ())))
    return {"code": code, "type": kind, "min": least, "max": rng.choice((3, 100, 1000, 100_000_000))}


def _points(rng: random.Random, full: int) -> object:
    return rng.choice((0, full, rng.randint(0, full), f"{rng.randint(0, full * 10_000) / 10_000:.4f}"))


def _condition(earlier: list[dict], rng: random.Random, depth: int) -> dict:
    form = rng.random()
    if depth and form < 0.6:
        parts = [_condition(earlier, rng, depth - 1) for _ in range(rng.randint(1, 3))]
        return {"all": parts} if form < 0.2 else {"any": parts} if form < 0.4 else {"not": parts[0]}
    question = rng.choice(earlier)
    if "options" in question:
        codes = [option["code"] for option in question["options"]]
        return {"question": question["code"], "in": rng.sample(codes, rng.randint(1, len(codes)))}
    return {"question": question["code"], "at_least": rng.choice((0, 1, "0.0001", "2.5", 3, -1))}


def _check(questions: list[dict], nodes: list[str], rng: random.Random, depth: int) -> dict:
    numeric = [q["code"] for q in questions if "options" not in q]
    side = {rng.choice(("above", "below")): rng.choice((0, 1, "0.3333", 50, "-0.5", 0.00005))}
    form = rng.random()
    if depth and form < 0.5:
        parts = [_check(questions, nodes, rng, depth - 1) for _ in range(2)]
        return {"all": parts} if form < 0.2 else {"any": parts} if form < 0.35 else {"not": parts[0]}
    if numeric and form < 0.65:
        return {"more": [rng.choice(numeric), rng.choice(numeric)]}
    if numeric and form < 0.8:
        return {"ratio": [rng.choice(numeric), rng.choice(numeric)], "scale": rng.choice((1, 100)), **side}
    if form < 0.9:
        return {"node": rng.choice(nodes), **side}
    return _condition(questions, rng, 0)


def _leaf(code: str, questions: list[dict], rng: random.Random, full: int) -> dict:
    question = rng.choice(questions)
    weight = rng.choice((1, 2, 3, 10, 33, 1_000_000))
    if question["type"] == "single":
        return leaf(code, weight, option=question["code"])
    if question["type"] == "multi":
        return leaf(code, weight, options_sum=question["code"])
    below = [q for q in questions if "options" not in q and not str(q["min"]).startswith("-")]
    if below and rng.random() < 0.6:
        chosen = [q["code"] for q in rng.sample(below, min(len(below), rng.randint(1, 2)))]
        others = [q["code"] for q in questions if "options" not in q]
        above = rng.sample(others, min(len(others), rng.randint(1, 2)))
        curve = {"ratio": [above if len(above) > 1 else above[0], chosen if len(chosen) > 1 else chosen[0]], "scale": rng.choice((1, 100, 180))}
        return leaf(code, weight, piecewise=curve, points=_knots(rng, full, -30, 120))
    return leaf(code, weight, piecewise={"question": question["code"]}, points=_knots(rng, full, float(question["min"]), question["max"]))


def _knots(rng: random.Random, full: int, least: float, most: float) -> list:
    low, high = round(least * 10_000), round(min(most, 2_000) * 10_000)
    xs = {rng.randint(low, high) for _ in range(rng.randint(2, 6))} | {low} | ({low + 3, low + 10} if rng.random() < 0.3 else {high})
    return [[decimal(x), _points(rng, full)] for x in sorted(xs)]


def decimal(scaled: int) -> str:
    whole, part = divmod(abs(scaled), 10_000)
    return f"{'-' if scaled < 0 else ''}{whole}.{part:04}"


def _tree(leaves: list[dict], rng: random.Random) -> dict:
    names = count(1)
    level = leaves
    while len(level) > 4:
        grouped = []
        while level:
            size = rng.randint(1, 5)
            part, level = level[:size], level[size:]
            alone = len(part) == 1 and rng.random() < 0.7
            grouped.append(part[0] if alone else node(f"N{next(names)}", *part, weight=rng.randint(1, 99)))
        level = grouped
    return node("TOTAL", *level)


def _codes(tree: dict) -> list[str]:
    return [tree["code"], *(code for child in tree.get("children", []) for code in _codes(child))]


def drawn_sheets(raw: dict, number: int, rng: random.Random) -> list[dict]:
    drawer = Drawer(raw)
    return [drawer.sheet(rng) for _ in range(number)]
