"""The workbook's own words, in both languages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from guanbiao.indicators.rules.model import Model, Question, Reference
from guanbiao.indicators.workbooks.conditions import awaited_numbers
from guanbiao.kernel.errors import Language
from guanbiao.kernel.numbers import scaled_text

THIN: Final = "\u2009"
"""Between Chinese and figures."""

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Words:
    cover: str
    lists: str
    heads: tuple[str, ...]
    """Number, question, answer, unit, state, help, options, evidence, reference."""
    inapplicable: str
    answered: str
    unanswered: str
    optional: str
    lead: str
    subtitle: str
    progress: str
    sections: str
    how: str
    facts: dict[str, str]
    unverified: str
    calendar_year: str
    pick: str


WORDS: Final[dict[Language, Words]] = {
    "zh": Words(
        cover="封面",
        lists="选项表",
        heads=("题号", "题目", "答案", "单位", "状态", "怎么算", "选项", "附什么", "参考值"),
        inapplicable="不适用",
        answered="已答",
        unanswered="未答",
        optional="选答",
        lead="只填浅蓝色的格子；变灰的题不适用，不用填。",
        subtitle="离线填报工作簿",
        progress="填报进度",
        sections="章节",
        how="怎么填",
        facts={
            "code": "问卷代码",
            "edition": "版本",
            "digest": "摘要",
            "size": "题量",
            "based_on": "依据",
            "name": "企业",
            "period": "填报期间",
            "caliber": "期间口径",
            "see": f"填在第{THIN}{{}}{THIN}题",
        },
        unverified="▲ 平台默认值，非官方规则",
        calendar_year="自然年；时点数取{}月{}日",
        pick="请从下拉列表里选",
    ),
    "en": Words(
        cover="Cover",
        lists="Option lists",
        heads=("No.", "Question", "Answer", "Unit", "State", "How to count", "Options", "What proves it", "Reference"),
        inapplicable="Not applicable",
        answered="Answered",
        unanswered="To answer",
        optional="Optional",
        lead="Fill in the light blue cells only; greyed questions do not apply and stay empty.",
        subtitle="Workbook to fill offline",
        progress="Progress",
        sections="Section",
        how="How to fill it in",
        facts={
            "code": "Questionnaire",
            "edition": "Edition",
            "digest": "Digest",
            "size": "Size",
            "based_on": "Based on",
            "name": "Enterprise",
            "period": "Period",
            "caliber": "Period means",
            "see": "enter it in question {}",
        },
        unverified="▲ Platform default, not an official rule",
        calendar_year="Calendar year; stock values at {1} {0}",
        pick="Choose from the list",
    ),
}


def number_of(number: int, language: Language) -> str:
    """“第 31 题” / “31”."""
    return f"第{THIN}{number}{THIN}题" if language == "zh" else str(number)


def size_text(model: Model, language: Language) -> str:
    """“135 题（168 个填空）”: the numbered cards, and the questions on them."""
    cards, questions = len(model.cards), len(model.questions)
    return f"{cards}{THIN}题（{questions}{THIN}个填空）" if language == "zh" else f"{cards} numbered questions ({questions} answers to enter)"


def await_text(model: Model, question: Question, language: Language) -> str:
    """What has to be answered before one knows whether this question applies."""
    numbers = awaited_numbers(model, question)
    if len(numbers) > MOST_NAMED:
        return "先答前面的题" if language == "zh" else "Answer the earlier questions first"
    if language == "zh":
        return f"先答第{THIN}{'、'.join(map(str, numbers))}{THIN}题"
    return f"Answer {' and '.join(map(str, numbers))} first"


def conflict_text(exclusive: str, language: Language) -> str:
    """Said beside a multiple choice whose exclusive option does not stand alone."""
    return f"选了{THIN}{exclusive}{THIN}就不能再选别的" if language == "zh" else f"{exclusive} excludes the others"


def options_text(question: Question, language: Language) -> str:
    """The steps of a ladder, one a line: “B 全公司一本台账：统一登记……”."""
    lines = []
    for option in question.options:
        text = option.text.in_(language)
        colon = ("：" if language == "zh" else ": ") if text else ""
        lines.append(f"{option.code} {option.title.in_(language)}{colon}{text}")
    return "\n".join(lines)


def reference_text(reference: Reference | None, language: Language) -> str:
    """A published value with year, caliber and source."""
    if reference is None:
        return ""
    value, caliber, source = (text.in_(language) for text in (reference.value, reference.caliber, reference.source))
    return f"{value}（{reference.year}年）\n{caliber}\n{source}" if language == "zh" else f"{value} ({reference.year})\n{caliber}\n{source}"


def range_message(question: Question, language: Language) -> str:
    """What a number may be, for the input hint and the refusal Excel shows."""
    low, high, unit = scaled_text(question.least), scaled_text(question.greatest), question.unit.in_(language)
    if language == "zh":
        whole = "整数" if question.type == "count" else "数"
        percent = f"百分之四十一填{THIN}41。" if unit == "%" else "只填数字，不带单位。"
        return f"请填{THIN}{low}{THIN}到{THIN}{high}{THIN}之间的{whole}{f'，单位{THIN}{unit}' if unit else ''}。{percent}"
    whole = "whole number" if question.type == "count" else "number"
    percent = " For 41 per cent enter 41." if unit == "%" else " Digits only, no unit."
    return f"Enter a {whole} between {low} and {high}{f' ({unit})' if unit else ''}.{percent}"


def how_lines(model: Model, language: Language) -> tuple[str, str, str]:
    """The three lines on the cover."""
    if language == "zh":
        return (
            f"1. 只填浅蓝色的格子：选择题从下拉列表里选，多选题在每个符合的选项旁选“选”；数字只填数、不带单位，百分之四十一填{THIN}41。",
            f"2. 写着“不适用”的题变灰，不用填；“先答第{THIN}N{THIN}题”表示答完那一题才知道要不要答。",
            f"3. 填好存盘，运行{THIN}guanbiao score {model.code} 文件名.xlsx 算分。工作表可以改名、换次序；不要删行，不要在答案格里写公式。",
        )
    return (
        "1. Fill in the light blue cells only: pick from the lists, in a multiple choice “Yes” beside every option that fits; "
        "numbers without units (41 per cent is 41).",
        "2. A question marked “Not applicable” turns grey and stays empty; “Answer N first” means that question N decides whether it applies.",
        f"3. Save the file and run guanbiao score {model.code} FILE.xlsx. Sheets may be renamed and moved; "
        "delete no rows and put no formulas into answer cells.",
    )
