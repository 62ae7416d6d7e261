"""Why a node has its score: the arithmetic as sentences, down to the answer given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from guanbiao.assessment.rules.card import Interval, ScoreCard
from guanbiao.assessment.rules.wording import THIN, answer_text, value_unit
from guanbiao.indicators.rules.model import Model, Node, OptionPoints, OptionsSum, Piecewise, Text, measured_questions
from guanbiao.kernel.characters import on_one_line
from guanbiao.kernel.errors import Language, Unusable
from guanbiao.kernel.numbers import half_up, scaled_text


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
    for parent, child in pairwise(path):
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
        raise unknown_node(card.model, code)
    node = card.model.node[code]
    return list(_leaf(card, node, language) if node.measure else _inner(card, node, language))


def unknown_node(model: Model, code: str) -> Unusable:
    """The refusal of a node that a model does not have."""
    shown = on_one_line(code, 40)
    return Unusable(
        "why.unknown-node",
        zh=f"问卷 {model.code} 没有指标 {shown}。用 --json 查看全部指标代码。",
        en=f"Questionnaire {model.code} has no node {shown}. See all node codes with --json.",
        at=shown,
    )


def _score(value: int | Interval | None, language: Language) -> str:
    if value is None:
        return "不适用" if language == "zh" else "not applicable"
    if isinstance(value, int):
        return scaled_text(value)
    return f"{scaled_text(value[0])}–{scaled_text(value[1])}"


def _inner(card: ScoreCard, node: Node, language: Language) -> Iterator[str]:
    zh = language == "zh"
    if card.nodes[node.code] is None:
        en = f"{node.title.en} ({node.code}) is not applicable: nothing below it applies."
        yield f"{node.title.zh}（{node.code}）不适用：它下面各项都不适用。" if zh else en
        return
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
        rounded = "四舍五入到万分之一分。" if zh else "rounded half up to 1/10,000 of a point."
        yield f"　（{sums}）÷ {total} = {value}，{rounded}" if zh else f"  ({sums}) ÷ {total} = {value}, {rounded}"


def _leaf(card: ScoreCard, node: Node, language: Language) -> Iterator[str]:
    zh = language == "zh"
    model, measure = card.model, node.measure
    assert measure is not None  # only leaves come here
    value = _score(card.nodes[node.code], language)
    if card.nodes[node.code] is None:
        en = f"{node.title.en} ({node.code}) is not applicable: its questions do not apply, by the answers before them."
        yield f"{node.title.zh}（{node.code}）不适用：它所问的题目按前面的回答不适用。" if zh else en
        return
    yield f"{node.title.zh}（{node.code}）{value} 分。" if zh else f"{node.title.en} ({node.code}) is {value}."
    for code in measured_questions(measure):
        question = model.question[code]
        number = model.card_of[code].number
        answer = _exact_answer(card, code, language)
        yield f"　第 {number} 题“{question.title.zh}”（{code}）：{answer}" if zh else f"  Question {number} “{question.title.en}” ({code}): {answer}"
    match measure:
        case OptionPoints(code) if code in card.counted:
            yield f"　该选项 {value} 分。" if zh else f"  This option gives {value}."
        case OptionsSum(code) if code in card.counted:
            yield _added(card, code, value, language)
        case Piecewise() if card.measured(node.code) is not None:
            yield from _curve(card, node, measure, value, language)


def _exact(scaled: int, unit: Text, language: Language) -> str:
    """A number with every digit that counts, in the unit the arithmetic uses: “80,000 万元”, “80,000 (CNY 10,000)”."""
    whole, _, rest = scaled_text(abs(scaled)).partition(".")
    number = f"{'−' if scaled < 0 else ''}{int(whole):,}{'.' + rest if rest else ''}"
    name = unit.in_(language)
    if not name or name == "%":
        return number + name
    return f"{number}{THIN}{name}" if language == "zh" else f"{number} ({name})"


def _exact_answer(card: ScoreCard, code: str, language: Language) -> str:
    question, answer = card.model.question[code], card.counted.get(code)
    return _exact(answer, question.unit, language) if isinstance(answer, int) else answer_text(question, answer, language)


def _added(card: ScoreCard, code: str, value: str, language: Language) -> str:
    answer = card.counted[code]
    chosen = [card.model.question[code].option(option).points for option in answer] if isinstance(answer, tuple) else []
    points, most = " + ".join(scaled_text(each) for each in chosen), scaled_text(card.model.full)
    zh = language == "zh"
    if sum(chosen) > card.model.full:
        return f"　各选项得分相加：{points}，超过满分，记 {value}。" if zh else f"  Points added up: {points}, more than full: {value} counts."
    return f"　各选项得分相加：{points} = {value}（最多 {most}）。" if zh else f"  Points added up: {points} = {value} (at most {most})."


def _curve(card: ScoreCard, node: Node, m: Piecewise, value: str, language: Language) -> Iterator[str]:
    zh = language == "zh"
    knots = ("、" if zh else ", ").join(f"{scaled_text(x)}→{scaled_text(y)}" for x, y in zip(m.xs, m.ys, strict=True))
    measured = _exact(card.measured(node.code) or 0, value_unit(card, node.code), language)
    if m.is_ratio:
        above, below = ("＋".join(side) if zh else " + ".join(side) for side in (m.above, m.below))
        ratio = f"比率＝（{above}）÷（{below}）× {m.scale} ＝" if zh else f"Ratio = ({above}) ÷ ({below}) × {m.scale} ="
        yield f"　{ratio} {measured}（四位小数）" if zh else f"  {ratio} {measured} (four decimals)"
    ends = "两端之外取端点。" if zh else "beyond the ends the end counts."
    yield f"　按折线 {knots} 取值，得 {value} 分；{ends}" if zh else f"  On the line {knots} this gives {value}; {ends}"
    if node.basis and not node.basis.get("verified", False):
        source = node.basis["source"]["zh" if zh else "en"]
        yield f"　▲ 折线为平台默认值，非官方规则：{source}" if zh else f"  ▲ The line is a platform default, not an official rule: {source}"
