"""What the next stage asks for, and which indicators, one step up, bring a missing requirement closest."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from guanbiao.assessment.reports.chapters import answered, number_of, share_within
from guanbiao.assessment.reports.content import Need, NextStage, Rung
from guanbiao.assessment.reports.measures import value_in_print
from guanbiao.assessment.reports.overview import score_text, share_of, short_by, stage_at
from guanbiao.assessment.rules.card import Gap, ScoreCard
from guanbiao.indicators.rules.model import Node, OptionPoints, OptionsSum, Piecewise
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import one_decimal

MOST_RUNGS = 6


def next_stage_of(card: ScoreCard, language: Language, number: str) -> NextStage:
    """Every requirement of the next stage; at the top a sentence that there is none."""
    zh = language == "zh"
    if not card.next:
        top = stage_at(card).title
        return NextStage(
            number=number,
            title="到下一阶段" if zh else "The next stage",
            line=f"企业已在最高阶段“{top.zh}”，没有更高阶段的要求。失分最多的三项见一页概览。"
            if zh
            else f"The enterprise is at the highest stage, “{top.en}”. The three gaps are on the summary page.",
            needs=(),
            note="",
            mark="",
        )
    codes = [stage.code for stage in card.model.stages]
    upcoming = card.model.stages[codes.index(stage_at(card).code) + 1]
    note = (
        "“可提高”是只改这一项、上升一级时，该方面能提高的分数；按现在适用的题目计算，有的改动会使新的题目变为适用，改后请重新计分。"
        if zh
        else "“Gain” is what the aspect gains when this one indicator alone goes one step up, with the questions that apply now; "
        "some changes make further questions apply, so score again afterwards."
    )
    return NextStage(
        number=number,
        title=f"到下一阶段：{upcoming.title.zh}" if zh else f"The next stage: {upcoming.title.en}",
        line=f"“{upcoming.title.zh}”（{upcoming.report_title.zh}）要求下列各项同时达到。"
        if zh
        else f"“{upcoming.title.en}” ({upcoming.report_title.en}) asks for all of the following.",
        needs=tuple(_need(card, gap, language) for gap in card.next),
        note=note,
        mark="▲ 阶段要求为平台默认值，非官方规则" if zh else "▲ Stage requirements are platform defaults, not official rules",
    )


def _need(card: ScoreCard, gap: Gap, language: Language) -> Need:
    zh = language == "zh"
    node = card.model.node[gap.node]
    title = node.title.in_(language)
    if gap.score is None:
        short = "不适用，无法达到" if zh else "not applicable, cannot be met"
    elif gap.met:
        short = "已达到" if zh else "met"
    else:
        short = f"差 {one_decimal(short_by(gap))}" if zh else f"{one_decimal(short_by(gap))} short"
    rungs = () if gap.met or gap.score is None else _rungs(card, node, language)
    return Need(
        title=title,
        score=score_text(gap.score),
        at_least=one_decimal(gap.at_least),
        short=thin_spaced(short, language),
        met=gap.met,
        share=share_of(gap.score, card.model.full),
        at_least_share=share_of(gap.at_least, card.model.full) or 0,
        rungs_title=f"{title}：上升一级提高最多的指标" if zh else f"{title}: indicators that gain most one step up",
        rungs=rungs,
    )


@dataclass(frozen=True, slots=True)
class _Lift:
    leaf: Node
    then: str
    gain: Fraction
    """1/10,000 of a point of the required node."""


def _rungs(card: ScoreCard, node: Node, language: Language) -> tuple[Rung, ...]:
    lifts = [lift for leaf in node.walk() if leaf.measure and (lift := _lift(card, node, leaf, language)) is not None]
    lifts.sort(key=lambda lift: -lift.gain)
    return tuple(
        Rung(
            number=number_of(card, lift.leaf),
            title=lift.leaf.title.in_(language),
            now=thin_spaced(answered(card, lift.leaf, language)[0], language),
            then=thin_spaced(lift.then, language),
            gain="+" + one_decimal(round(lift.gain)),
        )
        for lift in lifts[:MOST_RUNGS]
        if lift.gain >= 500
    )


def _lift(card: ScoreCard, node: Node, leaf: Node, language: Language) -> _Lift | None:
    score = card.score(leaf.code)
    if score is None or score >= card.model.full:
        return None
    found = _step_up(card, leaf, score, language)
    if found is None:
        return None
    then, points = found
    return _Lift(leaf, then, share_within(card, node, leaf) * (min(points, card.model.full) - score))


def _step_up(card: ScoreCard, leaf: Node, score: int, language: Language) -> tuple[str, int] | None:
    """The next step in words and the points it gives; None where there is none."""
    match leaf.measure:
        case OptionPoints(code):
            question, answer = card.model.question[code], card.counted[code]
            better = [option for option in question.options if option.points > score]
            if not better or not isinstance(answer, tuple):
                return None
            option = min(better, key=lambda o: o.points)
            return f"{option.code} {option.title.in_(language)}", option.points
        case OptionsSum(code):
            question, answer = card.model.question[code], card.counted[code]
            chosen = set(answer) if isinstance(answer, tuple) else set()
            open_ = [option for option in question.options if option.code not in chosen and option.points > 0]
            if not open_:
                return None
            option = max(open_, key=lambda o: o.points)
            return ("再做到 " if language == "zh" else "also ") + f"{option.code} {option.title.in_(language)}", score + option.points
        case Piecewise() as measure:
            return _next_knot(card, leaf, measure, score, language)
    return None


def _next_knot(card: ScoreCard, leaf: Node, measure: Piecewise, score: int, language: Language) -> tuple[str, int] | None:
    value = card.measured(leaf.code)
    better = [(x, y) for x, y in zip(measure.xs, measure.ys, strict=True) if y > score]
    if value is None or not better:
        return None
    x, y = min(better, key=lambda knot: abs(knot[0] - value))
    reach = value_in_print(card, leaf, x, language)
    if language == "zh":
        return (f"升到 {reach}" if x > value else f"降到 {reach}"), y
    return (f"up to {reach}" if x > value else f"down to {reach}"), y
