"""What a first page says of a card: the six aspects, the three strongest parts, the three that lose most."""

from __future__ import annotations

from collections.abc import Callable

from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.why import share_of_total
from guanbiao.indicators.rules.model import Model, Node

ASPECTS = ("BC", "DX", "ZC", "XT", "JZ", "XY")


def aspects_of(model: Model) -> tuple[Node, ...]:
    """The six aspects; of a model built otherwise, the root's children."""
    found = tuple(model.node[code] for code in ASPECTS if code in model.node)
    return found or model.tree.children


def parts_of(model: Model) -> tuple[Node, ...]:
    """The sub-dimensions: the children of the aspects that have children of their own."""
    return tuple(child for aspect in aspects_of(model) for child in aspect.children if child.children)


def strengths_of(card: ScoreCard, count: int = 3) -> list[Node]:
    """Without peers: of the parts that reach the firm's own total, those with the largest weight × score."""
    total = card.score(card.model.tree.code) or 0
    return _ranked(card, count, lambda score, _full: score if score >= total else 0)


def gaps_of(card: ScoreCard, count: int = 3) -> list[Node]:
    """Of the parts below the firm's own total, those with the largest weight × (full − score): never a strength too."""
    total = card.score(card.model.tree.code) or 0
    return _ranked(card, count, lambda score, full: full - score if score < total else 0)


def lost_points(card: ScoreCard, node: str) -> int:
    """How many points of the total a node loses, 1/10,000 of a point."""
    score = card.score(node)
    return 0 if score is None else share_of_total(card, node) * (card.model.full - score) // card.model.full


def earned_points(card: ScoreCard, node: str) -> int:
    """How many points of the total a node brings, 1/10,000 of a point."""
    score = card.score(node)
    return 0 if score is None else share_of_total(card, node) * score // card.model.full


def _ranked(card: ScoreCard, count: int, measure: Callable[[int, int], int]) -> list[Node]:
    found = []
    for node in parts_of(card.model):
        score = card.score(node.code)
        if score is not None:
            worth = share_of_total(card, node.code) * measure(score, card.model.full)
            if worth > 0:
                found.append((worth, node))
    found.sort(key=lambda pair: -pair[0])
    return [node for _, node in found[:count]]


def needs_unverified_mark(model: Model) -> bool:
    """Do unverified thresholds decide the stage?"""
    return len(model.stages) > 1 and not model.parameters.get("stage_thresholds", {}).get("verified", False)
