"""The shipped questionnaires: sound, complete, in both languages, and true to their level (docs: questions.md, the issue's “Content”)."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import ScoreCard, score
from guanbiao.assessment.rules.examples import example_sheet
from guanbiao.assessment.rules.receipt import counting_answers
from guanbiao.assessment.rules.wording import filled
from guanbiao.indicators import library
from guanbiao.indicators.library import LIBRARY, build_library, raw_model, shipped, shipped_model
from guanbiao.indicators.rules.conditions import NodeIs, atoms
from guanbiao.indicators.rules.digest import canonical_bytes, digest_of
from guanbiao.indicators.rules.model import Model, Piecewise, Question
from guanbiao.indicators.rules.safe_yaml import read_yaml
from guanbiao.indicators.sources import SourceModel, read_library
from guanbiao.kernel.errors import Unusable
from tests.conftest import EXAMPLES

CODES = [entry.code for entry in shipped()]
ENTERPRISE = [code for code in CODES if code != "ccid-2015"]
ASPECTS = ("BC", "DX", "ZC", "XT", "JZ", "XY")
NAMES = ("start", "middle", "top")
UNIT = 10_000

HAN = re.compile("[\u4e00-\u9fff]")


@cache
def sources() -> dict[str, SourceModel]:
    models, _ = read_library(LIBRARY)
    return {model.code: model for model in models}


@cache
def card_of(code: str, name: str) -> ScoreCard:
    model = shipped_model(code)
    return score(model, example_sheet(model, sources()[code].examples[name]))


def texts(value: Any, path: str = "") -> list[tuple[str, dict[str, str]]]:
    """Every text in both languages, with the path to it."""
    if isinstance(value, dict):
        if set(value) == {"zh", "en"}:
            return [(path, value)]
        return [found for key, inner in value.items() for found in texts(inner, f"{path}.{key}")]
    if isinstance(value, list):
        names = [inner.get("code", at) if isinstance(inner, dict) else at for at, inner in enumerate(value)]
        return [found for name, inner in zip(names, value, strict=True) for found in texts(inner, f"{path}[{name}]")]
    return []


def stem_length(text: str) -> int:
    """Chinese characters and the rest, a run of Latin letters or digits counting as one."""
    return len(HAN.findall(text)) + len(re.findall(r"[A-Za-z0-9]+", text))


# -- the library as a whole


def test_no_file_has_a_defect() -> None:
    _, defects = read_library(LIBRARY)
    assert [defect.sentence("en") for defect in defects] == []


def test_there_are_the_models_the_issue_asks_for() -> None:
    assert {"iii-general", "iii-discrete-mass", "iii-discrete-batch", "iii-process", "iii-mixed", "ccid-2015"} <= set(CODES)
    assert len([code for code in CODES if code in INDUSTRY]) >= 8
    assert {"iii-construction", "iii-logistics", "iii-software", "iii-energy", "iii-retail"} <= set(CODES)
    assert [entry.code for entry in shipped()] == sorted(CODES)


INDUSTRY = {
    "iii-steel", "iii-petrochemical", "iii-building-materials", "iii-machinery", "iii-automotive", "iii-electronics", "iii-textile", "iii-food",
    "iii-pharma", "iii-shipbuilding",
}  # fmt: skip


def test_what_is_built_is_what_is_written(tmp_path: Path) -> None:
    built = build_library(into=tmp_path)
    assert [(entry.code, entry.digest) for entry in built] == [(entry.code, entry.digest) for entry in shipped()]


@pytest.mark.parametrize("code", CODES)
def test_a_digest_is_that_of_the_canonical_bytes(code: str) -> None:
    raw, digest = raw_model(code)
    assert digest_of(raw) == digest
    assert canonical_bytes(raw) == (library.BUILT / f"{code}.json").read_bytes()


def test_an_unknown_code_is_told_the_nearest_one() -> None:
    with pytest.raises(Unusable) as refused:
        shipped_model("iii-stele")
    assert "iii-steel" in refused.value.zh and "iii-steel" in refused.value.en


@pytest.mark.parametrize("index", [b"", b"[1, 2", b"[1, 2]", b"{}", b'{"sources": 1, "models": 2}', b"\xff"])
def test_a_broken_index_is_built_anew(index: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(library, "BUILT", tmp_path)
    good = (library.ROOT / "built" / "index.json").read_bytes()
    monkeypatch.setattr(library, "build_library", lambda: asked.append((tmp_path / "index.json").write_bytes(good)))
    (tmp_path / "index.json").write_bytes(index)
    library._index.cache_clear()
    try:
        assert [entry.code for entry in shipped()] == CODES and len(asked) == 1
    finally:
        library._index.cache_clear()


@pytest.mark.parametrize("damage", ["changed", "gone"])
def test_a_built_file_that_was_changed_is_refused(damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(library.BUILT, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(library, "BUILT", tmp_path)
    library._index.cache_clear()
    try:
        path = tmp_path / "iii-steel.json"
        path.write_bytes(path.read_bytes().replace(b'"weight":45', b'"weight":46', 1)) if damage == "changed" else path.unlink()
        with pytest.raises(Unusable) as refused:
            shipped_model("iii-steel")
        assert refused.value.code == "model.damaged" and "make setup" in refused.value.zh
    finally:
        library._index.cache_clear()


def test_ladder_texts_are_not_repeated_over_the_library() -> None:
    seen: dict[str, str] = {}
    repeated = []
    for path in sorted(LIBRARY.glob("parts/*.yaml")):
        for part in read_yaml(path).value["parts"]:
            for question in part["questions"]:
                for option in question.get("options", []):
                    for text in (option.get("text") or {}).values():
                        here = f"{question['code']}.{option['code']}"
                        if text in seen:
                            repeated.append((seen[text], here, text))
                        seen[text] = here
    assert repeated == []


def test_all_question_types_are_used_as_they_are_meant() -> None:
    used = Counter(q.type for code in ENTERPRISE for q in shipped_model(code).questions)
    assert set(used) >= {"single", "multi", "percent", "amount", "count", "text"}
    for code in ENTERPRISE:
        kinds = {q.type for q in shipped_model(code).questions}
        measures = {type(leaf.measure).__name__ for leaf in shipped_model(code).leaves}
        ratios = [leaf for leaf in shipped_model(code).leaves if isinstance(leaf.measure, Piecewise) and leaf.measure.is_ratio]
        assert {"single", "multi", "percent", "amount", "count", "text"} <= kinds, code
        assert measures == {"OptionPoints", "OptionsSum", "Piecewise"}, code
        assert len(ratios) >= 5 and sum(q.when is not None for q in shipped_model(code).questions) >= 2, code


def test_industry_models_differ_in_substance() -> None:
    """At least a tenth of each industry model's indicators stand in no other model."""
    leaves = {code: {leaf.code for leaf in shipped_model(code).leaves} for code in ENTERPRISE}
    for code in INDUSTRY:
        others = set().union(*(found for other, found in leaves.items() if other != code))
        assert len(leaves[code] - others) >= 12, code


# -- each model


@pytest.mark.parametrize("code", ENTERPRISE)
def test_it_has_ninety_to_a_hundred_and_thirty_indicators_over_six_aspects(code: str) -> None:
    model = shipped_model(code)
    assert 90 <= len(model.leaves) <= 130
    assert tuple(aspect.code for group in model.tree.children for aspect in group.children) == ASPECTS
    assert [(group.code, group.weight) for group in model.tree.children] == [("CAP", 70), ("BEN", 30)]
    assert [stage.code for stage in model.stages] == ["S1", "S2", "S3", "S4"]
    for aspect in ASPECTS:
        assert len(model.node[aspect].children) >= 3 and all(part.children for part in model.node[aspect].children)


@pytest.mark.parametrize("code", ENTERPRISE)
def test_it_has_at_least_fifteen_checks_on_answers(code: str) -> None:
    model = shipped_model(code)
    assert len(model.checks) >= 15
    assert sum(not any(isinstance(atom, NodeIs) for atom in atoms(check.when)) for check in model.checks) >= 15


@pytest.mark.parametrize("code", CODES)
def test_every_text_is_there_in_both_languages(code: str) -> None:
    raw, _ = raw_model(code)
    for path, text in texts(raw):
        assert text["zh"].strip() and text["en"].strip(), path
        assert not HAN.search(text["en"]) or "“" in text["en"] or path.endswith((".source", ".unit")), (path, text["en"])
        assert HAN.search(text["zh"]) or text["zh"].isascii(), path
        assert text["zh"] == text["zh"].strip() and text["en"] == text["en"].strip(), path


@pytest.mark.parametrize("code", CODES)
def test_no_text_speaks_of_certification_or_holds_an_address(code: str) -> None:
    raw, _ = raw_model(code)
    for path, text in texts(raw):
        assert "认证" not in text["zh"], path
        assert not re.search(r"https?:|www\.|\.(com|cn|org|gov)\b", f"{text['zh']} {text['en']}"), path


@pytest.mark.parametrize("code", CODES)
def test_half_width_punctuation_does_not_stand_in_chinese(code: str) -> None:
    raw, _ = raw_model(code)
    for path, text in texts(raw):
        assert not re.search("[\u4e00-\u9fff][,;:?!()]|[,;:?!(][\u4e00-\u9fff]", text["zh"]), (path, text["zh"])


@pytest.mark.parametrize("code", ENTERPRISE)
def test_stems_are_short_plain_questions_that_are_not_repeated(code: str) -> None:
    model = shipped_model(code)
    for language in ("zh", "en"):
        titles = Counter(q.title.in_(language) for q in model.questions)  # type: ignore[arg-type]
        assert [title for title, times in titles.items() if times > 1] == []
    for title in [q.title.zh for q in model.questions] + [card.title.zh for card in model.cards]:
        assert stem_length(title) <= 28, title
        assert "是否" not in title or "以及" not in title, title
        assert not re.search("贵公司|贵企业|重视程度", title), title


@pytest.mark.parametrize("code", CODES)
def test_help_is_at_most_ninety_five_characters(code: str) -> None:
    model = shipped_model(code)
    for card in model.cards:
        assert stem_length(card.help.zh) <= 95, (card.code, len(card.help.zh))


@pytest.mark.parametrize("code", CODES)
def test_every_number_says_how_it_is_counted(code: str) -> None:
    model = shipped_model(code)
    for q in model.questions:
        if q.is_numeric:
            card = model.card_of[q.code]
            assert q.help.zh or card.help.zh, q.code
            assert q.help.en or card.help.en, q.code


@pytest.mark.parametrize("code", CODES)
def test_every_card_that_is_scored_says_what_proves_it(code: str) -> None:
    model = shipped_model(code)
    for card in model.cards:
        fields = [model.question[field] for field in card.fields]
        if any(q.type != "text" and q.code in model.measured for q in fields):
            assert card.evidence.zh or all(q.evidence.zh for q in fields), card.code


def _ladder_faults(q: Question) -> list[str]:
    points = [option.points for option in q.options]
    faults = []
    if points != sorted(set(points)) or points[0] != 0:
        faults.append(f"{q.code}: the points of a ladder ascend from 0")
    if [option.code for option in q.options] != list("ABCDEF")[: len(points)]:
        faults.append(f"{q.code}: the steps are A, B, C, …")
    for kind in ("title", "text"):
        found = [getattr(option, kind).zh for option in q.options if getattr(option, kind).zh]
        if len(set(found)) < len(found):
            faults.append(f"{q.code}: two steps say the same")
    return faults


@pytest.mark.parametrize("code", ENTERPRISE)
def test_ladders_ascend_and_each_step_is_distinct(code: str) -> None:
    model = shipped_model(code)
    scored = [q for q in model.questions if q.type == "single" and q.code in model.measured]
    assert [fault for q in scored for fault in _ladder_faults(q)] == []
    assert all(4 <= len(q.options) <= 5 or len(q.options) == 3 for q in scored)


@pytest.mark.parametrize("code", ENTERPRISE)
def test_the_points_of_a_multi_add_to_full_and_its_none_excludes(code: str) -> None:
    model = shipped_model(code)
    for q in model.questions:
        if q.type == "multi":
            assert q.exclusive is not None, q.code
            assert q.option(q.exclusive).points == 0, q.code
            if q.code in model.measured:
                assert sum(option.points for option in q.options) == 100 * UNIT, q.code


@pytest.mark.parametrize("code", CODES)
def test_saturation_points_are_argued(code: str) -> None:
    for leaf in shipped_model(code).leaves:
        if isinstance(leaf.measure, Piecewise):
            assert leaf.basis and leaf.basis["source"]["zh"] and leaf.basis["verified"] in (True, False), leaf.code


@pytest.mark.parametrize("code", ENTERPRISE)
def test_references_say_year_caliber_and_source(code: str) -> None:
    for card in shipped_model(code).cards:
        if card.reference:
            assert re.search("20[0-9]{2}", card.reference.year), card.code
            assert card.reference.caliber.zh and card.reference.source.zh and card.reference.source.en, card.code


@pytest.mark.parametrize("code", ENTERPRISE)
def test_weights_thresholds_and_both_names_of_each_stage_are_there_with_their_source(code: str) -> None:
    model = shipped_model(code)
    for stage in model.stages:
        assert stage.title.zh != stage.report_title.zh
    for name in ("capability_weights", "benefit_weights", "stage_thresholds", "period", "stock_day"):
        assert model.parameters[name]["source"]["zh"] and model.parameters[name]["verified"] is False, name


# -- the three example firms


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("code", ENTERPRISE)
def test_an_example_firm_is_complete_reaches_its_stage_and_triggers_no_check(code: str, name: str) -> None:
    card = card_of(code, name)
    low, high = {"start": (15, 35), "middle": (50, 55), "top": (75, 100)}[name]
    total = card.score("TOTAL")
    assert card.complete and card.missing == ()
    assert card.stage == sources()[code].expected[name]
    assert total is not None and low * UNIT <= total <= high * UNIT, total
    assert card.warnings == ()


@pytest.mark.parametrize("code", ENTERPRISE)
def test_the_committed_examples_are_those_of_the_sources(code: str) -> None:
    for name in NAMES:
        committed = json.loads((EXAMPLES / code / f"{name}.json").read_text(encoding="utf-8"))
        assert committed == counting_answers(card_of(code, name)), name
        assert score(shipped_model(code), read_sheet(shipped_model(code), committed)).nodes == card_of(code, name).nodes


def test_there_are_no_examples_of_models_that_are_gone() -> None:
    assert {path.name for path in EXAMPLES.iterdir() if path.is_dir()} <= set(CODES)


@pytest.mark.parametrize("code", ENTERPRISE)
def test_the_example_firms_climb_in_every_aspect(code: str) -> None:
    for aspect in ASPECTS:
        scores = [card_of(code, name).score(aspect) or 0 for name in NAMES]
        assert scores == sorted(scores) and scores[0] < scores[2], (aspect, scores)


@pytest.mark.parametrize("code", ENTERPRISE)
def test_every_sentence_of_a_check_can_be_filled(code: str) -> None:
    """No field is left open, whichever example's answers it cites: where an answer is missing the check cannot have fired."""
    model = shipped_model(code)
    card = card_of(code, "top")
    for check in model.checks:
        for language in ("zh", "en"):
            try:
                sentence = filled(check.says, card, language)  # type: ignore[arg-type]
            except Exception as empty:
                assert type(empty).__name__ == "EmptyField", check.code
                continue
            assert "{" not in sentence and "}" not in sentence, check.code
        assert len(check.says.zh) <= 160, check.code


def test_the_public_index_is_the_small_one() -> None:
    model: Model = shipped_model("ccid-2015")
    assert (model.full, len(model.leaves), [leaf.weight for leaf in model.leaves]) == (200 * UNIT, 3, [25, 50, 25])
    sheet = read_sheet(model, {"IDX01": "100", "IDX02": "60.5", "IDX03": "81.3"})
    assert score(model, sheet).score("TOTAL") == 755_750
