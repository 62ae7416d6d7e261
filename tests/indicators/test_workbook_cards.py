"""What a workbook prints of a card: its question, how to count, what proves it, the reference; and how many there are on the cover."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import python_calamine

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.indicators.library import shipped, shipped_model
from guanbiao.indicators.rules.model import Model
from guanbiao.indicators.workbooks.layout import Column
from guanbiao.indicators.workbooks.reading import read_workbook
from guanbiao.indicators.workbooks.template import write_template
from guanbiao.indicators.workbooks.words import THIN, reference_text
from guanbiao.kernel.errors import Language
from tests.indicators.edited_workbooks import FILLED, small_model

_REFERENCE = {
    "value": {"zh": "85.39元", "en": "85.39 yuan"},
    "year": "2024",
    "caliber": {"zh": "规模以上", "en": "Above size"},
    "source": {"zh": "统计局", "en": "NBS"},
}


def rows_of(path: Path) -> list[list[str]]:
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return [
        [str(cell) for cell in row] for name in book.sheet_names[1:-1] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]


def with_lone_fields(raw: dict[str, Any]) -> None:
    """BC04 on a card that asks otherwise, BC05 and the multiple choice QY11 on cards that ask the same."""
    texts = {"help": {"zh": "怎么算这里", "en": "Count here"}, "evidence": {"zh": "附这个", "en": "This proof"}, "reference": _REFERENCE}
    for code, part, title in (("BC04", "BC.1", {"zh": "等多久？", "en": "How long?"}), ("BC05", "BC.1", None), ("QY11", "QY.1", None)):
        question = next(item for item in raw["questions"] if item["code"] == code)
        raw["cards"].append({"code": f"K{code}", "part": part, "title": title or question["title"], "fields": [code], **texts})
    question["help"] = {"zh": "题里也有", "en": "In the question too"}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_card_with_one_field_prints_its_question_help_evidence_and_reference(language: Language, tmp_path: Path) -> None:
    model = small_model(with_lone_fields)
    path = tmp_path / "a.xlsx"
    write_template(model, path, language, answers=FILLED)
    rows = rows_of(path)
    for code, more in (("BC04", ""), ("BC05", ""), ("QY11", "\n" + model.question["QY11"].help.in_(language))):
        card = model.card_of[code]
        heading = next(row for row in rows if row[Column.QUESTION] == card.title.in_(language))
        assert str(card.number) in heading[Column.NUMBER]
        assert heading[Column.HELP] == card.help.in_(language) + more
        assert heading[Column.EVIDENCE] == card.evidence.in_(language)
        assert heading[Column.REFERENCE] == reference_text(card.reference, language)
    field = next(row for row in rows if row[Column.CODE] == "BC04")
    assert field[Column.QUESTION] == model.question["BC04"].title.in_(language)
    assert sum(row[Column.QUESTION] == model.question["BC05"].title.in_(language) for row in rows) == 1
    assert read_sheet(model, read_workbook(model, path)).answers == FILLED


@pytest.mark.parametrize("code", ["iii-automotive", "iii-energy", "iii-software"])
def test_no_card_of_a_shipped_questionnaire_loses_its_texts(code: str, tmp_path: Path) -> None:
    model = shipped_model(code)
    write_template(model, tmp_path / "a.xlsx", "zh")
    rows = rows_of(tmp_path / "a.xlsx")
    for card in model.cards:
        heading = [row for row in rows if row[Column.QUESTION] == card.title.zh and row[Column.NUMBER] == f"第{THIN}{card.number}{THIN}题"]
        assert heading, card.code
        assert card.help.zh in heading[0][Column.HELP]
        assert card.evidence.zh in heading[0][Column.EVIDENCE]
        assert reference_text(card.reference, "zh") in heading[0][Column.REFERENCE]


def cover_of(model: Model, path: Path, language: Language) -> str:
    write_template(model, path, language)
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return "\n".join(str(cell) for row in book.get_sheet_by_name(book.sheet_names[0]).to_python() for cell in row).replace(THIN, " ")


@pytest.mark.parametrize("code", [entry.code for entry in shipped()][:3])
def test_the_cover_says_how_many_questions_and_how_many_answers(code: str, tmp_path: Path) -> None:
    model = shipped_model(code)
    cards, fields = len(model.cards), len(model.questions)
    assert f"{cards} 题（{fields} 个填空）" in cover_of(model, tmp_path / "zh.xlsx", "zh")
    assert f"{cards} numbered questions ({fields} answers to enter)" in cover_of(model, tmp_path / "en.xlsx", "en")
