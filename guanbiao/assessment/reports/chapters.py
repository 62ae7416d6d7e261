"""A chapter per aspect: what the diagnosis says of it, then every indicator with its answer, score and weight."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from guanbiao.assessment.reports.content import Chapter, Group, Row, Says
from guanbiao.assessment.reports.measures import answer_in_print, division, value_in_print
from guanbiao.assessment.reports.overview import score_text, share_of
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.summary import earned_points
from guanbiao.assessment.rules.why import path_to, share_of_total
from guanbiao.indicators.rules.model import Node, Piecewise, measured_questions
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import one_decimal

if TYPE_CHECKING:
    from guanbiao.assessment.diagnosis import Finding


def chapter_of(card: ScoreCard, aspect: Node, findings: Iterable[Finding], language: Language, number: str) -> Chapter:
    """The chapter of one aspect."""
    mine = [finding for finding in findings if finding.aspect == aspect.code]
    groups = tuple(_groups(card, aspect, language))
    curves = any(row.unverified for group in groups for row in group.rows)
    return Chapter(
        code=aspect.code,
        number=number,
        title=aspect.title.in_(language),
        score=score_text(card.score(aspect.code)),
        share=share_of(card.score(aspect.code), card.model.full),
        line=thin_spaced(_line(card, aspect, language), language),
        findings=tuple(_says(card, finding, language) for finding in mine),
        facts=() if mine else tuple(thin_spaced(fact, language) for fact in _facts(card, aspect, language)),
        groups=groups,
        mark=_mark(language, curves=curves),
    )


def _says(card: ScoreCard, finding: Finding, language: Language) -> Says:
    return Says(card.model.node[finding.node].title.in_(language), thin_spaced(finding.says.in_(language), language))


def _line(card: ScoreCard, aspect: Node, language: Language) -> str:
    zh = language == "zh"
    if card.score(aspect.code) is None:
        if zh:
            return "本方面的题目按前面的回答都不适用，不参与计分。"
        return "By the answers before, no question of this aspect applies; it does not enter the score."
    possible, earned = share_of_total(card, aspect.code), earned_points(card, aspect.code)
    leaves = [leaf for leaf in aspect.walk() if leaf.measure]
    used = sum(card.score(leaf.code) is not None for leaf in leaves)
    if zh:
        left = f"，另有 {len(leaves) - used} 个不适用" if used < len(leaves) else ""
        return f"在总分里占 {one_decimal(possible)} 分，得到 {one_decimal(earned)} 分。共 {used} 个指标计分{left}。"
    left = f", {len(leaves) - used} {'does' if len(leaves) - used == 1 else 'do'} not apply" if used < len(leaves) else ""
    return f"Worth {one_decimal(possible)} points of the total, of which {one_decimal(earned)} were earned. {used} indicators count{left}."


def _facts(card: ScoreCard, aspect: Node, language: Language) -> Iterable[str]:
    scored = [(score, leaf) for leaf in aspect.walk() if leaf.measure and (score := card.score(leaf.code)) is not None]
    if not scored:
        return
    ordered = sorted(scored, key=lambda pair: pair[0])
    chosen = ((ordered[-1], "最强", "Strongest"), (ordered[0], "最弱", "Weakest")) if len(ordered) > 1 else ((ordered[0], "唯一", "Only"),)
    for (score, leaf), name_zh, name_en in chosen:
        number, said = number_of(card, leaf), _said(card, leaf, language)
        if language == "zh":
            yield f"{name_zh}的指标是“{leaf.title.zh}”（第 {number} 题），{said}，得 {one_decimal(score)} 分。"
        else:
            yield f"{name_en} indicator: “{leaf.title.en}” (question {number}), {said}, {one_decimal(score)} points."


def _said(card: ScoreCard, leaf: Node, language: Language) -> str:
    """A ratio is no answer: it follows from two."""
    answer, working = answered(card, leaf, language)
    if language == "zh":
        return f"现为 {answer}" if working else f"回答“{answer}”"
    return f"now {answer}" if working else f"answered “{answer}”"


def _mark(language: Language, *, curves: bool) -> str:
    if language == "zh":
        more = "；带 ▲ 的得分由平台默认的折线取得" if curves else ""
        return f"▲ 权重为平台默认值，非官方规则{more}。权重按适用的各项折算，每部分内合计 100%。"
    more = "; scores with ▲ come from a platform default line" if curves else ""
    return f"▲ Weights (shares of what applies, 100% within a part) are platform defaults, not official rules{more}."


def _groups(card: ScoreCard, aspect: Node, language: Language) -> Iterable[Group]:
    loose: list[Node] = [aspect] if aspect.measure else [child for child in aspect.children if child.measure]
    parts = [child for child in aspect.children if not child.measure]
    weights = weights_in_print(card, aspect, (*loose, *parts))
    if loose:
        yield Group("", "", None, "", tuple(_row(card, leaf, weights[leaf.code], language) for leaf in loose))
    for part in parts:
        leaves = [leaf for leaf in part.walk() if leaf.measure]
        inner = weights_in_print(card, part, leaves)
        rows = tuple(_row(card, leaf, inner[leaf.code], language) for leaf in leaves)
        score = card.score(part.code)
        yield Group(part.title.in_(language), score_text(score), share_of(score, card.model.full), weights[part.code], rows)


def share_within(card: ScoreCard, node: Node, below: Node) -> Fraction:
    """The weight of a node below another in that one's mean, over what applies."""
    share = Fraction(1)
    for parent, child in pairwise(path_to(node, below.code)):
        share *= Fraction(child.weight, sum(c.weight for c in parent.children if card.nodes[c.code] is not None))
    return share


def weights_in_print(card: ScoreCard, node: Node, below: Sequence[Node]) -> dict[str, str]:
    """Shares of a node's mean as percentages with one decimal that add up to 100 (largest remainders); a dash where it does not apply."""
    exact = {each.code: share_within(card, node, each) * 1000 for each in below if card.nodes[each.code] is not None}
    tenths = {code: int(share) for code, share in exact.items()}
    missing = int(sum(exact.values())) - sum(tenths.values())
    for code in sorted(exact, key=lambda code: tenths[code] - exact[code])[:missing]:
        tenths[code] += 1
    return {each.code: f"{tenths[each.code] / 10:.1f}%" if each.code in tenths else "—" for each in below}


def _row(card: ScoreCard, leaf: Node, weight: str, language: Language) -> Row:
    score = card.score(leaf.code)
    answer, working = answered(card, leaf, language)
    unverified = isinstance(leaf.measure, Piecewise) and not (leaf.basis or {}).get("verified", False)
    return Row(
        number=number_of(card, leaf),
        code=leaf.code,
        title=leaf.title.in_(language),
        answer=thin_spaced(answer, language),
        working=thin_spaced(working, language),
        score=score_text(score),
        share=share_of(score, card.model.full),
        weight=weight,
        unverified=unverified and score is not None,
    )


def number_of(card: ScoreCard, leaf: Node) -> str:
    """The number of the question an indicator measures first."""
    assert leaf.measure is not None
    return str(card.model.card_of[measured_questions(leaf.measure)[0]].number)


def answered(card: ScoreCard, leaf: Node, language: Language) -> tuple[str, str]:
    """What was answered, in words; where it is a ratio, its value and the division behind it (“= 3 ÷ 4”)."""
    measure = leaf.measure
    assert measure is not None
    if card.score(leaf.code) is None:
        return ("不适用" if language == "zh" else "not applicable"), ""
    if isinstance(measure, Piecewise) and measure.is_ratio:
        return value_in_print(card, leaf, card.measured(leaf.code) or 0, language), division(card, leaf, language)
    return answer_in_print(card, measured_questions(measure)[0], language), ""
