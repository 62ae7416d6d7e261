"""Why a node has its score: the arithmetic as sentences, down to the answer given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from guanbiao.assessment.rules.card import Interval, ScoreCard
from guanbiao.assessment.rules.wording import answer_text, measured_text
from guanbiao.indicators.rules.model import Node, OptionPoints, OptionsSum, Piecewise, measured_questions
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.kernel.numbers import half_up, one_decimal, scaled_text


@dataclass(frozen=True, slots=True)
class Contribution:
    """One child in its parent's mean. Scores in 1/10,000 of a point; the share is of the parent's score."""

    node: Node
    score: int | Interval | None
    weight: int
    """0 where it does not apply."""
    earned: int
    """weight × score / Σ weights, 1/10,000 of a point (0 for an interval)."""
    possible: int
    """The most it could have brought."""


def contributions(card: ScoreCard, code: str) -> list[Contribution]:
    """The children of a node, as they enter its score."""
    node = card.model.node[code]
    used = {child.code: child.weight if card.nodes[child.code] is not None else 0 for child in node.children}
    total = sum(used.values())
    found = []
    for child in node.children:
        score, weight = card.nodes[child.code], used[child.code]
        earned = half_up(weight * score, total) if isinstance(score, int) and total else 0
        found.append(Contribution(child, score, weight, earned, half_up(weight * card.model.full, total) if total else 0))
    return found


def share_of_total(card: ScoreCard, code: str) -> int:
    """How many points of the total a node's full score would bring, 1/10,000 of a point, with the weights in use."""
    path = path_to(card.model.tree, code)
    numerator, denominator = 1, 1
    for parent, child in zip(path, path[1:], strict=False):
        if card.nodes[child.code] is None:
            return 0
        numerator *= child.weight
        denominator *= sum(c.weight for c in parent.children if card.nodes[c.code] is not None)
    return half_up(numerator * card.model.full, denominator)


def path_to(root: Node, code: str) -> list[Node]:
    """The nodes from the root down to a node, both included."""
    if root.code == code:
        return [root]
    for child in root.children:
        if below := path_to(child, code):
            return [root, *below]
    return []


def why(card: ScoreCard, code: str, language: Language) -> list[str]:
    """Sentences that let a reader redo the arithmetic of a node by hand. Raises Unusable for an unknown node."""
    if code not in card.model.node:
        raise Unusable(
            "why.unknown-node",
            zh=f"问卷 {card.model.code} 没有指标 {code}。用 --json 查看全部指标代码。",
            en=f"Questionnaire {card.model.code} has no node {code}. See all node codes with --json.",
            at=code,
        )
    node = card.model.node[code]
    return list(_leaf(card, node, language) if node.measure else _inner(card, node, language))


def _score(value: int | Interval | None, language: Language) -> str:
    if value is None:
        return "不适用" if language == "zh" else "not applicable"
    if isinstance(value, int):
        return scaled_text(value)
    return f"{scaled_text(value[0])}–{scaled_text(value[1])}"


def _inner(card: ScoreCard, node: Node, language: Language) -> Iterator[str]:
    zh = language == "zh"
    value = _score(card.nodes[node.code], language)
    parts = [c for c in contributions(card, node.code) if c.weight]
    total = sum(c.weight for c in parts)
    yield f"{node.title.zh}（{node.code}）{value} 分，是下列 {len(parts)} 项按权重的平均。" if zh else (
        f"{node.title.en} ({node.code}) is {value}: the mean of these {len(parts)} by weight."
    )
    for c in parts:
        score = _score(c.score, language)
        yield f"　{c.node.title.zh}（{c.node.code}）：{score} 分 × 权重 {c.weight}/{total}" if zh else (
            f"  {c.node.title.en} ({c.node.code}): {score} × weight {c.weight}/{total}"
        )
    gone = [c.node for c in contributions(card, node.code) if not c.weight]
    if gone:
        names = "、".join(n.title.zh for n in gone) if zh else ", ".join(n.title.en for n in gone)
        yield f"　不适用、不参与计算：{names}。" if zh else f"  Not applicable, left out: {names}."
    if all(isinstance(c.score, int) for c in parts) and parts:
        sums = " + ".join(f"{scaled_text(c.score)}×{c.weight}" for c in parts if isinstance(c.score, int))
        yield f"　（{sums}）÷ {total} = {value}，四舍五入到万分之一分。" if zh else f"  ({sums}) ÷ {total} = {value}, rounded half up to 1/10,000 of a point."


def _leaf(card: ScoreCard, node: Node, language: Language) -> Iterator[str]:
    zh = language == "zh"
    model, measure = card.model, node.measure
    assert measure is not None  # noqa: S101  only leaves come here
    value = _score(card.nodes[node.code], language)
    yield f"{node.title.zh}（{node.code}）{value} 分。" if zh else f"{node.title.en} ({node.code}) is {value}."
    if card.nodes[node.code] is None:
        yield "　它所问的题目按前面的回答不适用。" if zh else "  Its questions do not apply, by the answers before them."
        return
    for code in measured_questions(measure):
        question = model.question[code]
        number = model.card_of[code].number
        answer = answer_text(question, card.sheet.answers.get(code), language) if code in card.counted else ("未答" if zh else "not answered")
        yield f"　第 {number} 题“{question.title.zh}”（{code}）：{answer}" if zh else f"  Question {number} “{question.title.en}” ({code}): {answer}"
    match measure:
        case OptionPoints(code) if code in card.counted:
            yield f"　该选项 {value} 分。" if zh else f"  This option gives {value}."
        case OptionsSum(code) if code in card.counted:
            answer = card.counted[code]
            points = " + ".join(scaled_text(model.question[code].option(o).points) for o in answer) if isinstance(answer, tuple) else ""
            yield f"　各选项得分相加：{points} = {value}（最多 {scaled_text(model.full)}）。" if zh else f"  Points added up: {points} = {value} (at most {scaled_text(model.full)})."
        case Piecewise() if card.measured(node.code) is not None:
            yield from _curve(card, node, measure, value, language)


def _curve(card: ScoreCard, node: Node, m: Piecewise, value: str, language: Language) -> Iterator[str]:
    zh = language == "zh"
    knots = "、".join(f"{scaled_text(x)}→{scaled_text(y)}" for x, y in zip(m.xs, m.ys, strict=True))
    measured = measured_text(card, node.code, language)
    if m.is_ratio:
        above, below = ("＋".join(side) if zh else " + ".join(side) for side in (m.above, m.below))
        yield f"　比率＝（{above}）÷（{below}）× {m.scale} ＝ {measured}" if zh else f"  Ratio = ({above}) ÷ ({below}) × {m.scale} = {measured}"
    yield f"　按折线 {knots} 取值，得 {value} 分；两端之外取端点。" if zh else f"  On the line {knots} this gives {value}; beyond the ends the end counts."
    if node.basis and not node.basis.get("verified", False):
        source = node.basis["source"]["zh" if zh else "en"]
        yield f"　▲ 折线为平台默认值，非官方规则：{source}" if zh else f"  ▲ The line is a platform default, not an official rule: {source}"
