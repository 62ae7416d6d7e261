"""The fixed words of a report in both languages."""

from __future__ import annotations

from guanbiao.indicators.rules.model import Text
from guanbiao.kernel.errors import Language

UNVERIFIED = Text("▲ 平台默认值，非官方规则", "▲ Platform default, not an official rule")

_LABELS: dict[str, Text] = {
    "product": Text("贯标", "Guanbiao"),
    "report": Text("两化融合自评估与自诊断报告", "Self-assessment and self-diagnosis report"),
    "summary": Text("一页概览", "Summary"),
    "total": Text("总分", "Total"),
    "here": Text("我在这里", "you are here"),
    "aspects": Text("六个方面", "Aspects"),
    "aspect": Text("方面", "Aspect"),
    "possible": Text("占总分", "Possible"),
    "earned": Text("得到", "Earned"),
    "page": Text("页", "Page"),
    "strengths": Text("得分最多的三项", "Three strengths"),
    "strengths_line": Text("对总分贡献最大：权重 × 得分", "Largest share of the total: weight × score"),
    "gaps": Text("失分最多的三项", "Three gaps"),
    "gaps_line": Text("失分＝权重 ×（满分 − 得分）", "Points lost: weight × (full − score)"),
    "radar_line": Text("得分 0–{full}", "Scores from 0 to {full}"),
    "diagnosis": Text("诊断", "Diagnosis"),
    "facts": Text("最强与最弱", "Strongest and weakest"),
    "indicators": Text("指标与回答", "Indicators and answers"),
    "number": Text("题号", "No."),
    "indicator": Text("指标", "Indicator"),
    "answer": Text("回答或数值", "Answer or value"),
    "score": Text("得分", "Score"),
    "weight": Text("权重", "Weight"),
    "requirement": Text("要求", "Requirement"),
    "now": Text("现在", "Now"),
    "asked": Text("要求", "Asked for"),
    "state": Text("结果", "Result"),
    "step_up": Text("上一级", "One step up"),
    "gain": Text("可提高", "Gain"),
    "not_applicable": Text("不适用", "not applicable"),
    "scan": Text("扫码可读出结果摘要、问卷版本、总分和阶段。", "The code holds the result digest, the questionnaire, total and stage."),
    "of": Text("共", "of"),
    "notes": Text("读取时的说明", "Noted while reading"),
    "digest": Text("结果摘要（SHA-256）", "Result digest (SHA-256)"),
    "unverified": UNVERIFIED,
    "full": Text("{full}", "{full}"),
}


def labels_in(language: Language, **fields: str) -> dict[str, str]:
    """Every label in one language, fields filled."""
    return {key: text.in_(language).format(**fields) if "{full}" in text.in_(language) else text.in_(language) for key, text in _LABELS.items()}


_CHINESE = "一二三四五六七八九十"


def chapter_number(at: int, language: Language) -> str:
    """The number of a chapter, from 1: “三、”, “3 ”."""
    return f"{_CHINESE[at - 1]}、" if language == "zh" and at <= len(_CHINESE) else f"{at}. "


def stage_ordinal(at: int, language: Language) -> str:
    """“第二阶段”, “stage 2”."""
    return f"第{_CHINESE[at - 1]}阶段" if language == "zh" else f"Stage {at}"


def count_zh(count: int) -> str:
    """A small count in Chinese characters, as it stands before a measure word."""
    return "两" if count == 2 else _CHINESE[count - 1] if 1 <= count <= len(_CHINESE) else str(count)
