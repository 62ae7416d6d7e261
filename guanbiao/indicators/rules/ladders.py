"""What a parts file promises of its own questions: ladders that ascend, multis that add up, example answers that fit."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from guanbiao.indicators.rules.model import NUMERIC, limits_of
from guanbiao.indicators.rules.safe_yaml import Defect, Document, Path_
from guanbiao.kernel.numbers import parse_scaled


def ladder_defects(document: Document) -> list[Defect]:
    """Defects of a parts file that has passed the schema."""
    return list(_defects(document))


def _defects(document: Document) -> Iterator[Defect]:
    for at, part in enumerate(document.value["parts"]):
        measured = {str(i["measure"][kind]) for i in part.get("indicators", []) for kind in ("option", "options_sum") if kind in i["measure"]}
        for number, question in enumerate(part["questions"]):
            path: Path_ = ("parts", at, "questions", number)
            if question["code"] in measured:
                yield from _points(document, question, path)
            for place, answer in enumerate(question.get("examples", [])):
                if answer is not None and not _fits(question, answer):
                    zh, en = f"示例答案“{answer}”不合这道题。", f"the example answer “{answer}” does not fit."
                    yield document.defect((*path, "examples", place), zh=zh, en=en)


def _points(document: Document, question: dict[str, Any], path: Path_) -> Iterator[Defect]:
    points = [parse_scaled(str(option.get("points", 0))) for option in question.get("options", [])]
    if question["type"] == "single" and any(second <= first for first, second in pairwise(points)):
        yield document.defect((*path, "options"), zh="阶梯的分值应从 A 起严格递增。", en="the points of a ladder must ascend strictly from A.")
    if question["type"] == "multi" and sum(points) != parse_scaled("100"):
        yield document.defect((*path, "options"), zh="多选各项的分值应合计 100。", en="the points of a multi must add up to 100.")


def _fits(question: dict[str, Any], answer: Any) -> bool:
    codes = {option["code"] for option in question.get("options", [])}
    if question["type"] == "single":
        return answer in codes
    if question["type"] == "multi":
        alone = question.get("exclusive") in answer if isinstance(answer, list) else False
        return isinstance(answer, list) and set(answer) <= codes and len(set(answer)) == len(answer) and not (alone and len(answer) > 1)
    if question["type"] not in NUMERIC:
        return isinstance(answer, str)
    try:
        value = parse_scaled(str(answer))
    except ValueError:
        return False
    least, greatest = limits_of(question)
    return least <= value <= greatest
