"""Short model files over shared parts: what is taken, what changes, and what a mistaken file is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from guanbiao.indicators.rules.model import model_of
from guanbiao.indicators.rules.safe_yaml import Defect
from guanbiao.indicators.sources import Defective, SourceModel, composed_library, read_library, read_model_file
from tests.cast import BASE, FRAME, PARTS, PROFILE, library

CHILD = """
format: guanbiao.indicator-composition/1
code: child
edition: "2026.1"
title: {zh: 子问卷, en: Child}
extends: base
"""


def defects(tmp_path: Path, **files: str) -> list[Defect]:
    return read_library(library(tmp_path, **files))[1]


def composed(tmp_path: Path, code: str = "base", **files: str) -> SourceModel:
    return next(model for model in composed_library(library(tmp_path, **files)) if model.code == code)


MISTAKES = {
    "a part nobody defined": (CHILD + "aspects:\n  BC: {parts: {BC.9: 5}}\n", "aspects.BC.parts.BC.9", 8, "holds no BC.9"),
    "an aspect nobody knows": (CHILD + "aspects:\n  ZZ: {parts: {BC.1: 5}}\n", "aspects.ZZ", 8, "no aspect ZZ"),
    "a part under another aspect": (CHILD + "aspects:\n  DX: {parts: {BC.1: 5}}\n", "aspects.DX.parts.BC.1", 8, "does not belong"),
    "a profile nobody defined": (CHILD + "profile: [QY.7]\n", "profile", 7, "holds no QY.7"),
    "dropping what is not there": (CHILD + "drop:\n  - BC.1.2\n  - BC.9.9\n", "drop[1]", 9, "holds no BC.9.9"),
    "a weight of nothing": (CHILD + "weights: {BC.8.8: 3}\n", "weights.BC.8.8", 7, "holds no BC.8.8"),
    "a weight of something dropped": (CHILD + "drop: [BC.1.2]\nweights: {BC.1.2: 3}\n", "weights.BC.1.2", 8, "no effect"),
    "an override of nothing": (CHILD + "override: {BC999: {title: {zh: 新}}}\n", "override.BC999", 7, "holds no BC999"),
    "an override of something dropped": (CHILD + "drop: [BC.1.2]\noverride: {BC102: {title: {zh: 新}}}\n", "override.BC102", 8, "no effect"),
    "an override that breaks the type": (CHILD + "override:\n  BC101: {options: words}\n", "override.BC101.options", 8, "wrong type"),
    "an override with an unknown key": (CHILD + "override:\n  BC101: {colour: red}\n", "override.BC101", 8, "unknown key: colour"),
    "an override that renames": (CHILD + "override:\n  BC101: {code: BC777}\n", "override.BC101.code", 8, "cannot be overridden"),
    "an override of a part's questions": (CHILD + "override:\n  BC.1: {questions: []}\n", "override.BC.1.questions", 8, ""),
    "an override of a check's condition": (CHILD + "override:\n  K1: {when: {more: [DX101B]}}\n", "override.K1.when.more", 8, ""),
    "an override beyond the range": (CHILD + "override:\n  BC102: {max: 50}\n", "parts[0].indicators[1].measure", 0, "beyond the question's range"),
    "extending itself": (CHILD.replace("extends: base", "extends: child"), "extends", 6, "circle"),
    "extending nobody": (CHILD.replace("extends: base", "extends: nobody"), "extends", 6, "no model nobody"),
    "a code that is taken": (CHILD.replace("code: child", "code: base"), "code", 3, "already used"),
    "everything dropped": (CHILD + "drop: [BC.1, DX.1]\n", "", 0, ""),
    "a file of parts among the models": (PARTS, "format", 2, "a file here must be"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_in_a_model_file_is_named_with_its_place(case: str, tmp_path: Path) -> None:
    body, path, line, says = MISTAKES[case]
    found = defects(tmp_path, models__child=body)
    assert found, "nothing was found wrong"
    if path:
        match = [defect for defect in found if defect.path.startswith(path) and says in defect.en]
        assert match, [defect.sentence("en") for defect in found]
        if line:
            assert (match[0].file, match[0].line) == ("models/child.yaml", line)


@pytest.mark.parametrize("where", ["parts__extra", "frame"])
def test_a_file_of_another_kind_is_refused_where_it_lies(where: str, tmp_path: Path) -> None:
    found = defects(tmp_path, **{where: BASE.replace("code: base", "code: other")})
    assert any(defect.path == "format" and "a file here must be" in defect.en for defect in found)


def test_a_code_defined_twice_names_both_places(tmp_path: Path) -> None:
    found = defects(tmp_path, parts__zz=PARTS)
    twice = [defect for defect in found if "BC101" in defect.en]
    assert [(d.file, d.path, "parts/all.yaml:7" in d.en) for d in twice] == [("parts/zz.yaml", "parts[0].questions[0]", True)]
    assert {"BC.1", "DX.1", "K1", "KDX101", "BC.1.1"} <= {word for defect in found for word in defect.en.split()}


def test_every_file_says_its_defects_at_once(tmp_path: Path) -> None:
    found = defects(
        tmp_path,
        parts__broken="format: guanbiao.indicator-parts/1\nparts: []\n",
        models__child=CHILD + "aspects:\n  BC: {parts: {BC.9: 5}}\n",
        models__tag="a: !!str b\n",
        parts__zz=PARTS.replace("points: 100}", "points: 1000}"),
    )
    assert {"parts/broken.yaml", "models/child.yaml", "models/tag.yaml", "parts/zz.yaml"} <= {defect.file for defect in found}
    assert found == sorted(found, key=lambda defect: (defect.file, defect.line, defect.path))
    with pytest.raises(Defective) as refused:
        composed_library(tmp_path)
    assert str(len(found)) in refused.value.sentence("zh") and "parts/broken.yaml" in refused.value.sentence("en")


def test_a_denominator_that_may_be_0_is_refused_in_the_library(tmp_path: Path) -> None:
    loose = PARTS.replace("min: 1, max: 9000", "max: 9000")
    assert any("may be 0" in defect.en and defect.file == "parts/all.yaml" for defect in defects(tmp_path, parts__all=loose))


def test_no_frame_no_models(tmp_path: Path) -> None:
    found = defects(tmp_path, frame="a: 1\n")
    assert any(defect.file == "frame.yaml" for defect in found)
    assert read_library(tmp_path)[0] == []


# -- what is taken


def test_parts_stand_in_the_order_of_the_model_file_with_their_weights(tmp_path: Path) -> None:
    model = model_of(composed(tmp_path).raw, "")
    assert [(aspect.code, aspect.weight) for aspect in model.tree.children] == [("BC", 30), ("DX", 70)]
    assert [leaf.code for leaf in model.leaves] == ["BC.1.1", "BC.1.2", "DX.1.1", "DX.1.2"]
    assert [section for section, _ in model.sections] == ["QY", "BC", "DX"]


def test_a_parts_condition_joins_those_of_its_questions(tmp_path: Path) -> None:
    questions = {q["code"]: q for q in composed(tmp_path).raw["questions"]}
    asked = {"question": "QY10", "in": ["A"]}
    assert questions["DX101A"]["when"] == asked
    assert questions["DX102"]["when"] == {"all": [asked, {"question": "DX101B", "at_least": 1}]}
    assert "when" not in questions["BC101"]


def test_a_check_is_taken_where_everything_it_names_is(tmp_path: Path) -> None:
    child = composed(tmp_path, "child", models__child=CHILD + "drop: [DX.1]\n")
    assert [check["code"] for check in child.raw["checks"]] == ["K3"]
    base = composed(tmp_path)
    assert [check["code"] for check in base.raw["checks"]] == ["K1", "K2", "K3"]


def test_the_scale_of_a_checks_ratio_is_taken_into_its_limit(tmp_path: Path) -> None:
    check = next(check for check in composed(tmp_path).raw["checks"] if check["code"] == "K2")
    assert check["when"] == {"ratio": ["DX101B", "DX101A"], "above": 0.99}


def test_what_nothing_measures_any_more_is_not_asked(tmp_path: Path) -> None:
    child = composed(tmp_path, "child", models__child=CHILD + "drop: [BC.1.2, DX.1.1, DX.1.2]\n")
    codes = [q["code"] for q in child.raw["questions"]]
    assert "BC102" not in codes and "DX101A" not in codes and "DX102" not in codes
    assert child.raw["cards"] == []
    assert "DX" not in [section["code"] for section in child.raw["sections"]]


def test_a_question_that_a_kept_condition_names_stays(tmp_path: Path) -> None:
    child = composed(tmp_path, "child", models__child=CHILD + "drop: [BC.1.1, DX.1.1]\n")
    codes = [q["code"] for q in child.raw["questions"]]
    assert {"BC101", "BC102", "DX101B", "DX102"} <= set(codes)


def test_overrides_are_merged_key_by_key_down_the_chain(tmp_path: Path) -> None:
    parent = CHILD + "override: {BC101: {title: {zh: 改过的题}}, BC.1: {title: {zh: 新资金}}}\n"
    grandchild = CHILD.replace("code: child", "code: grandchild").replace("extends: base", "extends: child")
    grandchild += "override: {BC101: {title: {en: Changed}}, BC.1.2: {measure: {points: [[0, 0], [50, 100]]}}}\nweights: {BC.1.1: 10}\n"
    model = composed(tmp_path, "grandchild", models__child=parent, models__grandchild=grandchild)
    question = next(q for q in model.raw["questions"] if q["code"] == "BC101")
    assert question["title"] == {"zh": "改过的题", "en": "Changed"} and len(question["options"]) == 2
    node = model_of(model.raw, "").node
    assert node["BC.1"].title.zh == "新资金" and node["BC.1.1"].weight == 10 and node["BC.1.2"].measure.xs == (0, 500_000)  # type: ignore[union-attr]
    base = next(m for m in composed_library(tmp_path) if m.code == "base")
    assert next(q for q in base.raw["questions"] if q["code"] == "BC101")["title"]["zh"] == "有预算吗？"


def test_example_answers_follow_the_chain_and_leave_out_null(tmp_path: Path) -> None:
    child = composed(tmp_path, "child", models__child=CHILD + 'examples: {middle: {expect: S1, answers: {BC102: "55"}}}\n')
    assert child.expected == {"start": "S1", "middle": "S1", "top": "S2"}
    assert child.examples["middle"]["BC102"] == "55" and "BC102" not in child.examples["start"]
    assert "examples" not in str(child.raw["questions"])


def test_composing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    assert composed(tmp_path).canonical == composed(tmp_path).canonical


def test_a_strangers_composition_over_the_shipped_parts_is_read(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(CHILD.replace("extends: base", "extends: iii-steel") + "weights: {BC.1.1: 1}\n", encoding="utf-8")
    raw, found = read_model_file(path)
    assert found == [] and raw is not None
    assert model_of(raw, "").node["BC.1.1"].weight == 1
    path.write_text(CHILD.replace("extends: base", "extends: iii-stele"), encoding="utf-8")
    raw, found = read_model_file(path)
    assert raw is None and [(defect.path, defect.line) for defect in found] == [("extends", 6)]


def test_the_sources_of_these_tests_are_sound(tmp_path: Path) -> None:
    assert defects(tmp_path) == []
    assert all(body.startswith("\nformat:") for body in (FRAME, PROFILE, PARTS, BASE))
