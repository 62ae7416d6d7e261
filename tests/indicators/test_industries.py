"""Every section and division of GB/T 4754-2017 finds a questionnaire, with its reason."""

from __future__ import annotations

import pytest

from guanbiao.indicators.industries import BY_PRODUCTION, GENERAL, divisions, questionnaire_for, sections
from guanbiao.indicators.library import shipped
from guanbiao.kernel.errors import Unusable

CODES = {entry.code for entry in shipped()}


UNKNOWN = ["", " ", "U", "Z1", "00", "98", "99", "C44", "I31", "3", "C3", "31100", "C311000", "C-31", "31;", "0", "١٣", "\x1b[2J", "x" * 9_999]


@pytest.mark.parametrize("code", UNKNOWN)
def test_a_code_that_does_not_exist_is_refused_in_a_sentence(code: str) -> None:
    with pytest.raises(Unusable) as refused:
        questionnaire_for(code)
    assert refused.value.code == "industry.unknown"
    assert "GB/T 4754-2017" in refused.value.zh and "GB/T 4754-2017" in refused.value.en
    assert len(refused.value.zh) < 120 and "\x1b" not in refused.value.zh


def test_there_are_twenty_sections_and_ninety_seven_divisions() -> None:
    assert list(sections()) == list("ABCDEFGHIJKLMNOPQRST")
    assert sorted(divisions()) == [f"{number:02d}" for number in range(1, 98)]


@pytest.mark.parametrize("code", [*sections(), *divisions()])
def test_each_finds_a_questionnaire_and_says_why_in_both_languages(code: str) -> None:
    proposal = questionnaire_for(code)
    assert proposal.model in CODES
    assert proposal.industry in proposal.reason.zh and proposal.industry in proposal.reason.en
    assert proposal.reason.zh.endswith("。") and proposal.reason.en.endswith(".")
    assert not any("\u4e00" <= character <= "\u9fff" for character in proposal.reason.en)


FAMILIES = {
    "C31": "iii-steel", "25": "iii-petrochemical", "26": "iii-petrochemical", "27": "iii-pharma", "30": "iii-building-materials",
    "34": "iii-machinery", "35": "iii-machinery", "36": "iii-automotive", "39": "iii-electronics", "17": "iii-textile",
    "18": "iii-textile", "13": "iii-food", "14": "iii-food", "15": "iii-food", "E": "iii-construction", "47": "iii-construction",
    "54": "iii-logistics", "60": "iii-logistics", "65": "iii-software", "64": "iii-software", "44": "iii-energy", "46": "iii-energy",
    "51": "iii-retail", "52": "iii-retail",
}  # fmt: skip


@pytest.mark.parametrize("code", FAMILIES)
def test_an_industry_goes_to_its_own_family(code: str) -> None:
    assert questionnaire_for(code).model == FAMILIES[code]


@pytest.mark.parametrize(
    ("group", "model", "division_model"),
    [
        ("358", "iii-pharma", "iii-machinery"),
        ("384", "iii-electronics", None),
        ("373", "iii-shipbuilding", None),
        ("C3581", "iii-pharma", "iii-machinery"),
    ],
)
def test_the_longest_prefix_wins(group: str, model: str, division_model: str | None) -> None:
    assert questionnaire_for(group).model == model
    division = questionnaire_for(group.lstrip("C")[:2]).model
    assert division != model
    if division_model:
        assert division == division_model


@pytest.mark.parametrize("code", [f"{number}" for number in range(91, 98)] + ["S", "T", "S92", "T97"])
def test_bodies_that_are_no_enterprises_get_the_general_one_with_a_sentence(code: str) -> None:
    proposal = questionnaire_for(code)
    assert proposal.model == GENERAL
    assert "不是企业" in proposal.reason.zh and "not an enterprise" in proposal.reason.en


@pytest.mark.parametrize("production", BY_PRODUCTION)
def test_without_an_industry_model_the_production_type_chosen_decides(production: str) -> None:
    proposal = questionnaire_for("C41", production=production)
    assert proposal.model == BY_PRODUCTION[production]
    assert "所选" in proposal.reason.zh and "chosen" in proposal.reason.en


def test_an_industry_model_goes_before_the_production_type() -> None:
    assert questionnaire_for("C31", production="discrete_mass").model == "iii-steel"


def test_manufacturing_without_a_family_is_told_that_the_type_is_a_default() -> None:
    proposal = questionnaire_for("22")
    assert proposal.model == "iii-process"
    assert "可改" in proposal.reason.zh and "may be changed" in proposal.reason.en


@pytest.mark.parametrize("typed", ["31", "c31", " C31 ", "Ｃ３１", "C3110", "311"])
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert questionnaire_for(typed).model == "iii-steel"


def test_no_two_models_claim_one_prefix() -> None:
    claimed = [prefix for entry in shipped() for prefix in entry.applies_to.get("industries") or []]
    assert len(claimed) == len(set(claimed))
    for prefix in claimed:
        assert questionnaire_for(prefix).industry == prefix
