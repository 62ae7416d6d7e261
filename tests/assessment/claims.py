"""A second opinion on what a diagnosis says: conditions and fields worked out from the model's JSON form and the sheet alone.

Written anew on purpose, with fractions and without the product's own evaluator or wording, so that a slip in one shows against the other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from guanbiao.assessment.rules.answers import Answer
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.indicators.rules.model import Model

UNIT = 10_000
FIELD = re.compile(r"\{(\w+):([\w.]+)\}")
ENGLISH = {"万元": "CNY 10,000", "人": "people", "台": "machines", "天": "days", "家": "firms", "次": "times", "个": "", "项": ""}


class Claims:
    """What one card's sheet bears out."""

    def __init__(self, card: ScoreCard) -> None:
        self.card = card
        self.questions, self.measures = _pieces(card.model)
        self.answers: Mapping[str, Answer] = card.sheet.answers

    # -- conditions

    def holds(self, when: dict[str, Any]) -> bool:
        """The condition of a rule in its JSON form, on this sheet."""
        if "all" in when:
            return all(self.holds(part) for part in when["all"])
        if "any" in when:
            return any(self.holds(part) for part in when["any"])
        if "not" in when:
            return not self.holds(when["not"])
        if "node" in when:
            score = self.card.nodes[when["node"]]
            return isinstance(score, int) and self._between(Fraction(score, UNIT), when)
        if "more" in when:
            left, right = (self._number([code]) for code in when["more"])
            return left is not None and right is not None and left > right
        if "ratio" in when:
            above, below = (self._number(side if isinstance(side, list) else [side]) for side in when["ratio"])
            return above is not None and below is not None and below > 0 and self._between(above / below * when.get("scale", 1), when)
        answer = self.answers.get(when["question"])
        if "in" in when:
            return isinstance(answer, tuple) and any(code in when["in"] for code in answer)
        return isinstance(answer, int) and Fraction(answer, UNIT) >= Fraction(str(when["at_least"]))

    def _number(self, codes: list[str]) -> Fraction | None:
        found = [self.answers.get(code) for code in codes]
        return Fraction(sum(n for n in found if isinstance(n, int)), UNIT) if all(isinstance(n, int) for n in found) else None

    @staticmethod
    def _between(value: Fraction, when: dict[str, Any]) -> bool:
        return ("above" not in when or value > Fraction(str(when["above"]))) and ("below" not in when or value < Fraction(str(when["below"])))

    # -- sentences

    def sentence(self, says: dict[str, str], language: str) -> str:
        """The sentence as this sheet would have it, without any spaces; a field that has no value becomes ∅."""
        return squeezed(FIELD.sub(lambda found: self._field(found[1], found[2], language) or "∅", says[language]))

    def _field(self, kind: str, code: str, language: str) -> str:
        if kind == "s":
            score = self.card.nodes[code]
            return str(_rounded(Fraction(score, UNIT), 1)) if isinstance(score, int) else ""
        if kind == "v":
            return self._measured(code, language)
        question, answer = self.questions[code], self.answers.get(code)
        if kind == "no":
            return str(next(card.number for card in self.card.model.cards if code in card.fields))
        if answer is None or answer == ():
            return ""
        if isinstance(answer, int):
            unit = self._unit(question)
            return _quantity(Fraction(answer, UNIT), ("", "") if kind == "n" and "10,000" not in unit[1] else unit, language, 4)
        titles = [option["title"][language] for option in question["options"]]
        places = [[option["code"] for option in question["options"]].index(chosen) for chosen in answer]
        if kind == "next":
            return titles[places[0] + 1] if places[0] + 1 < len(titles) else ""
        if kind == "letter":
            return ("、" if language == "zh" else ", ").join(answer)
        return ("、" if language == "zh" else ", ").join(titles[at] for at in places)

    def _measured(self, code: str, language: str) -> str:
        source = self.measures[code]["piecewise"]
        if "question" in source:
            value, unit = self._number([source["question"]]), self._unit(self.questions[source["question"]])
        else:
            above, below = (side if isinstance(side, list) else [side] for side in source["ratio"])
            over, under = self._number(above), self._number(below)
            value = None if over is None or not under else over / under * source.get("scale", 1)
            units = {self._unit(self.questions[side[0]])[0] for side in (above, below)} - {""}
            unit = ("%", "%") if source.get("scale") == 100 and len(units) < 2 else ("", "")
        if value is None:
            return ""
        settled = Fraction(_rounded(value, 4))
        return _quantity(settled, unit, language, 1 if abs(settled) >= 1 else 2)

    @staticmethod
    def _unit(question: dict[str, Any]) -> tuple[str, str]:
        unit = question.get("unit", "%" if question["type"] == "percent" else "")
        return (unit["zh"], unit["en"]) if isinstance(unit, dict) else (unit, ENGLISH.get(unit, unit))


_PIECES: dict[str, tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]] = {}


def _pieces(model: Model) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """(questions, measures) of a model's JSON form by code."""
    if model.digest not in _PIECES:
        questions = {q["code"]: q for q in model.raw["questions"]}
        _PIECES[model.digest] = questions, {node["code"]: node["measure"] for node in _walk(model.raw["tree"]) if "measure" in node}
    return _PIECES[model.digest]


def squeezed(text: str) -> str:
    return "".join(text.split())


def _quantity(value: Fraction, unit: tuple[str, str], language: str, places: int) -> str:
    chinese, english = unit
    if language == "zh":
        return _grouped(_away(value, places), 10_000) + chinese
    if "10,000" not in english:
        number = _grouped(_away(value, places), 1_000)
        return number + (_one(english) if number == "1" else english)
    name = english.replace("× ", "").replace("CNY 10,000", "").replace("10,000 ", "")
    ones = value * 10_000
    before = "CNY " if english.startswith("CNY") else ""
    sign, ones = ("−", -ones) if ones < 0 else ("", ones)
    for size, word, digits in ((10**9, "billion", 2), (10**6, "million", 1)):
        if ones >= size:
            whole, _, rest = str(_rounded(ones / size, digits)).partition(".")
            return f"{before}{sign}{int(whole):,}.{rest.rstrip('0') or '0'} {word}{name}"
    return f"{before}{sign}{_grouped(_rounded(ones, 0), 1_000)}{name}"


def _one(name: str) -> str:
    words = {"people": "person", "batches": "batch", "deliveries": "delivery", "processes": "process", "vessels and ranges": "vessel or range"}
    return words.get(name) or (name[:-1] if name.endswith("s") and name != "million hours" else name)


def _rounded(value: Fraction, places: int) -> Decimal:
    """Half up, also below zero."""
    shifted = value * 10**places + Fraction(1, 2)
    return Decimal(shifted.numerator // shifted.denominator).scaleb(-places)


def _away(value: Fraction, places: int) -> Decimal:
    """Halves away from zero, as people read figures."""
    return _rounded(value, places) if value >= 0 else -_rounded(-value, places)


def _grouped(number: Decimal, least: int) -> str:
    plain = f"{abs(number):f}"
    whole, _, rest = plain.partition(".")
    rest = rest.rstrip("0")
    text = (f"{int(whole):,}" if int(whole) >= least else whole) + (f".{rest}" if rest else "")
    return f"−{text}" if number < 0 else text


def _walk(node: dict[str, Any]) -> list[dict[str, Any]]:
    return [node, *(below for child in node.get("children", []) for below in _walk(child))]
