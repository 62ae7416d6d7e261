"""The first page: the stage ladder, the total, six aspects, three strengths, three gaps."""

from __future__ import annotations

from guanbiao.assessment.reports.content import Axis, Extreme, Step, StepState, Summary
from guanbiao.assessment.reports.labels import count_zh, stage_ordinal
from guanbiao.assessment.rules.card import Gap, ScoreCard
from guanbiao.assessment.rules.summary import (
    aspects_of,
    earned_points,
    gaps_of,
    lost_points,
    needs_unverified_mark,
    strengths_of,
)
from guanbiao.assessment.rules.why import path_to, share_of_total
from guanbiao.indicators.rules.model import Node, Stage
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import half_up, one_decimal, scaled_text


def share_of(score: int | None, full: int) -> int | None:
    """A score in thousandths of full."""
    return None if score is None else half_up(score * 1000, full)


def score_text(score: int | None) -> str:
    """One decimal; a dash where it does not apply."""
    return "—" if score is None else one_decimal(score)


def stage_at(card: ScoreCard) -> Stage:
    """The stage a complete card reaches."""
    return next(stage for stage in card.model.stages if stage.code == card.stage)


def short_by(gap: Gap) -> int:
    """How much a requirement lacks, so that the difference of the printed figures is the printed difference."""
    return half_up(gap.at_least, 1000) * 1000 - half_up(gap.score or 0, 1000) * 1000


def summary_of(card: ScoreCard, language: Language) -> Summary:
    """The first page of a complete card."""
    model = card.model
    total = card.score(model.tree.code) or 0
    axes = tuple(_axis(card, node, language) for node in aspects_of(model))
    steps = _steps(card, language) if len(model.stages) > 1 else ()
    full = scaled_text(model.full)
    return Summary(
        headline=thin_spaced(_headline(card, language), language),
        line=thin_spaced(_line(card, language), language),
        total=one_decimal(total),
        total_share=share_of(total, model.full) or 0,
        of_full=thin_spaced(f"满分 {full}" if language == "zh" else f"of {full}", language),
        steps=steps,
        ladder_alt=_ladder_alt(steps, language),
        axes=axes,
        radar_title=_radar_title(axes, language),
        radar_alt=_radar_alt(axes, language),
        strengths=tuple(_extreme(card, node, language, lost=False) for node in strengths_of(card)),
        gaps=tuple(_extreme(card, node, language, lost=True) for node in gaps_of(card)),
        marks=_marks(card, language),
    )


def _headline(card: ScoreCard, language: Language) -> str:
    codes = [stage.code for stage in card.model.stages]
    stage = stage_at(card)
    if len(codes) < 2:
        total = one_decimal(card.score(card.model.tree.code) or 0)
        return f"总分 {total}" if language == "zh" else f"Total {total}"
    ordinal = stage_ordinal(codes.index(stage.code) + 1, language)
    if language == "zh":
        return f"企业处在{ordinal}：{stage.title.zh}（{stage.report_title.zh}）"
    return f"{ordinal}: {stage.title.en} ({stage.report_title.en})"


def _line(card: ScoreCard, language: Language) -> str:
    zh = language == "zh"
    if len(card.model.stages) < 2:
        return "本问卷只计总分，不分阶段。" if zh else "This questionnaire gives a total and knows no stages."
    if not card.next:
        return "已到最高阶段，各阶段的要求都已达到。" if zh else "This is the highest stage; the requirements of every stage are met."
    codes = [stage.code for stage in card.model.stages]
    upcoming = card.model.stages[codes.index(stage_at(card).code) + 1]
    unmet = [gap for gap in card.next if not gap.met]
    node = card.model.node
    if zh:
        parts = "，".join(f"{node[gap.node].title.zh}差 {one_decimal(short_by(gap))} 分" for gap in unmet)
        return f"到“{upcoming.title.zh}”还差{count_zh(len(unmet))}项要求：{parts}。"
    parts = ", ".join(f"{node[gap.node].title.en} {one_decimal(short_by(gap))} short" for gap in unmet)
    return f"Towards “{upcoming.title.en}” {len(unmet)} requirement{'s are' if len(unmet) > 1 else ' is'} missing: {parts}."


def _steps(card: ScoreCard, language: Language) -> tuple[Step, ...]:
    zh = language == "zh"
    codes = [stage.code for stage in card.model.stages]
    here = codes.index(stage_at(card).code)
    steps = []
    for at, stage in enumerate(card.model.stages):
        state: StepState = "here" if at == here else "reached" if at < here else "next" if at == here + 1 else "later"
        notes: list[str] = []
        if state == "next":
            for gap in card.next:
                title = card.model.node[gap.node].title.in_(language)
                missing = f"还差 {one_decimal(short_by(gap))}" if zh else f": {one_decimal(short_by(gap))} short"
                notes.append(f"{title}{('已达到' if zh else ': met') if gap.met else missing}")
        report = f"{stage.report_title.in_(language)}"
        steps.append(Step(at + 1, stage.title.in_(language), report, state, tuple(thin_spaced(note, language) for note in notes)))
    return tuple(steps)


def _ladder_alt(steps: tuple[Step, ...], language: Language) -> str:
    here = next((step for step in steps if step.state == "here"), None)
    if here is None:
        return ""
    names = ("、" if language == "zh" else ", ").join(step.title for step in steps)
    if language == "zh":
        return f"阶段阶梯，由低到高：{names}。企业在第 {here.number} 级“{here.title}”。"
    return f"Stage ladder from low to high: {names}. The enterprise stands on step {here.number}, “{here.title}”."


def _axis(card: ScoreCard, node: Node, language: Language) -> Axis:
    score = card.score(node.code)
    possible = share_of_total(card, node.code)
    return Axis(
        code=node.code,
        title=node.title.in_(language),
        score=score_text(score),
        share=share_of(score, card.model.full),
        possible=score_text(possible if score is not None else None),
        earned=score_text(earned_points(card, node.code) if score is not None else None),
    )


def _extremes_of(axes: tuple[Axis, ...]) -> tuple[Axis, Axis] | None:
    known = [axis for axis in axes if axis.share is not None]
    if len(known) < 2:
        return None
    ordered = sorted(known, key=lambda axis: axis.share or 0)
    return (ordered[-1], ordered[0]) if ordered[0].share != ordered[-1].share else None


def _radar_title(axes: tuple[Axis, ...], language: Language) -> str:
    found = _extremes_of(axes)
    zh = language == "zh"
    if found is None:
        return "各方面得分" if zh else "Scores of the aspects"
    high, low = found
    return f"{high.title}最高，{low.title}最低" if zh else f"Highest: {high.title}; lowest: {low.title}"


def _radar_alt(axes: tuple[Axis, ...], language: Language) -> str:
    parts = ("；" if language == "zh" else "; ").join(f"{axis.title} {axis.score}" for axis in axes)
    return f"各方面得分：{parts}" if language == "zh" else f"Scores of the aspects: {parts}"


def _extreme(card: ScoreCard, node: Node, language: Language, *, lost: bool) -> Extreme:
    score = card.score(node.code)
    aspect = path_to(card.model.tree, node.code)[-2].title.in_(language)
    points = one_decimal((lost_points if lost else earned_points)(card, node.code))
    zh = f"{aspect}；{'失' if lost else '得'} {points} 分"
    where = zh if language == "zh" else f"{aspect}; {points}\u00a0points\u00a0{'lost' if lost else 'earned'}"
    return Extreme(node.title.in_(language), thin_spaced(where, language), score_text(score), share_of(score, card.model.full) or 0)


def _marks(card: ScoreCard, language: Language) -> tuple[str, ...]:
    zh = language == "zh"
    marks = []
    if needs_unverified_mark(card.model):
        marks.append("▲ 阶段要求为平台默认值，非官方规则" if zh else "▲ Stage requirements are platform defaults, not official rules")
    marks.append("▲ 权重为平台默认值，非官方规则" if zh else "▲ Weights are platform defaults, not official rules")
    return tuple(marks)
