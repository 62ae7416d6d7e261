"""What changed between two editions, and whether stored answers stay valid."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from guanbiao.assessment.rules.answers import Sheet, read_sheet
from guanbiao.assessment.rules.card import score
from guanbiao.indicators.library import shipped_model
from guanbiao.indicators.rules.difference import Difference, difference_of
from guanbiao.indicators.rules.digest import digest_of
from guanbiao.indicators.rules.model import Model, model_of
from guanbiao.kernel.errors import Refusal, Refusals
from guanbiao.kernel.numbers import UNIT, scaled_text

MODEL = "iii-discrete-mass"
EXAMPLES = Path(__file__).parents[2] / "examples"
Raw = dict[str, Any]


@cache
def base() -> Model:
    return shipped_model(MODEL)


def edition(raw: Raw) -> Model:
    return model_of(raw, digest_of(raw))


def changed(edit: Callable[[Raw], None]) -> Difference:
    raw = copy.deepcopy(base().raw)
    edit(raw)
    return difference_of(base(), edition(raw))


def question(raw: Raw, code: str) -> Raw:
    return next(q for q in raw["questions"] if q["code"] == code)


def nodes(raw: Raw) -> list[Raw]:
    found, waiting = [], [raw["tree"]]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += node.get("children", [])
    return found


def node(raw: Raw, code: str) -> Raw:
    return next(n for n in nodes(raw) if n["code"] == code)


def kinds(difference: Difference) -> list[str]:
    return [change.kind for change in difference.changes]


@cache
def example(which: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((EXAMPLES / MODEL / f"{which}.json").read_text(encoding="utf-8"))
    return found


def sheet(which: str = "middle", **answers: Any) -> Sheet:
    return read_sheet(base(), example(which) | answers)


# -- what breaks a stored answer


def test_a_removed_option_touches_only_the_answers_that_chose_it() -> None:
    def edit(raw: Raw) -> None:
        options = question(raw, "BC201")["options"]
        options.remove(next(o for o in options if o["code"] == "D"))

    difference = changed(edit)
    assert kinds(difference) == ["question.options-removed"]
    assert [c.code for c in difference.met_by(sheet(BC201="D").answers)] == ["BC201"]
    assert difference.met_by(sheet(BC201="C").answers) == ()
    assert difference.questions["BC201"] == "answer_again"
    assert "管系统也管流程" in difference.changes[0].says.zh


def test_a_unit_that_changed_asks_for_every_number_again_though_it_could_be_read() -> None:
    difference = changed(lambda raw: question(raw, "BC101A").update(unit={"zh": "元", "en": "yuan"}))
    assert kinds(difference) == ["question.unit"]
    assert difference.met_by(sheet().answers)


def test_the_english_of_a_unit_is_only_wording() -> None:
    difference = changed(lambda raw: question(raw, "QY04").update(unit={"zh": "人", "en": "persons"}))
    assert [(c.kind, c.level) for c in difference.changes] == [("question.unit-wording", "harmless")]


def test_another_type_asks_again_whatever_was_answered() -> None:
    difference = changed(lambda raw: question(raw, "QY04").update(type="text"))
    assert "question.type" in kinds(difference)
    assert [c.code for c in difference.met_by(sheet().answers)] == ["QY04"]


def test_a_narrowed_range_touches_only_numbers_outside() -> None:
    difference = changed(lambda raw: question(raw, "QY04").update(max=1000))
    assert kinds(difference) == ["question.range-narrowed"]
    assert difference.met_by(sheet(QY04="1001").answers)
    assert not difference.met_by(sheet(QY04="1000").answers)
    assert difference.changes[0].as_json()["touches"] == {"outside": ["1", "1000"]}


def test_an_option_that_excludes_others_now_touches_only_answers_that_mix() -> None:
    multi = next(q for q in base().questions if q.type == "multi")
    first, second = multi.options[0].code, multi.options[1].code
    difference = changed(lambda raw: question(raw, multi.code).update(exclusive=first))
    assert [c.kind for c in difference.met_by(sheet(**{multi.code: [first, second]}).answers)] == ["question.exclusive"]
    assert not difference.met_by(sheet(**{multi.code: [first]}).answers)


def test_another_day_of_stock_values_makes_every_number_doubtful_and_no_choice() -> None:
    difference = changed(lambda raw: raw["parameters"]["stock_day"].update(value="06-30"))
    met = {c.code for c in difference.met_by(sheet().answers)}
    assert met and all(base().question[code].is_numeric for code in met)


def test_a_removed_question_must_leave_the_sheet() -> None:
    def edit(raw: Raw) -> None:
        raw["questions"].remove(question(raw, "BC201"))
        parent = node(raw, "BC.2")
        parent["children"] = [c for c in parent["children"] if c["code"] != "BC.2.1"]

    difference = changed(edit)
    assert difference.questions["BC201"] == "not_scored"
    assert [(c.kind, c.verdict) for c in difference.met_by(sheet().answers)] == [("question.removed", "not_scored")]
    assert "indicator.removed" in kinds(difference)


# -- what changes scores, and what does nothing


def test_one_edition_against_itself_says_so_in_both_languages() -> None:
    difference = difference_of(base(), base())
    assert difference.changes == () and difference.as_json()["same"] is True
    assert "没有变化" in "".join(difference.sentences("zh"))
    assert "the same" in "".join(difference.sentences("en"))


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda raw: node(raw, "BC.2.1").update(weight=99), "indicator.weight"),
        (lambda raw: node(raw, "BC.1.1")["measure"]["points"].__setitem__(1, [0.1, 21]), "indicator.knots"),
        (lambda raw: node(raw, "BC.1.1")["measure"]["piecewise"].update(ratio=["BC101A", "QY05"]), "indicator.measure"),
        (lambda raw: question(raw, "BC201")["options"][1].update(points=36), "question.options-repointed"),
        (lambda raw: raw["stages"][1]["requires"][0].update(at_least=45), "stage.requires"),
        (lambda raw: raw.update(full=120), "model.full"),
        (lambda raw: question(raw, "BC701A").pop("when"), "question.condition"),
    ],
)
def test_what_changes_a_score_is_called_so_and_breaks_no_answer(edit: Callable[[Raw], None], kind: str) -> None:
    difference = changed(edit)
    assert [c.level for c in difference.changes if c.kind == kind] == ["score"]
    assert difference.met_by(sheet().answers) == ()


@pytest.mark.parametrize(
    ("edit", "kind"),
    [
        (lambda raw: question(raw, "BC201")["title"].update(zh="信息化归哪个部门管？"), "question.wording"),
        (lambda raw: question(raw, "BC201")["options"][0]["text"].update(zh="没有部门"), "question.options-reworded"),
        (lambda raw: question(raw, "QY10")["options"][1].update(points=40), "question.options-repointed"),
        (lambda raw: question(raw, "QY04").update(max=6000000), "question.range-widened"),
        (lambda raw: raw["checks"][0].update(explain=not raw["checks"][0].get("explain", False)), "check.explain"),
        (lambda raw: node(raw, "BC.1.1")["basis"].update(verified=True), "indicator.basis"),
        (lambda raw: raw["cards"][0]["help"].update(zh="按实际支出填。"), "card.wording"),
        (lambda raw: raw["applies_to"].update(industries=["C33"]), "model.industries"),
    ],
)
def test_what_touches_neither_answers_nor_scores_is_harmless(edit: Callable[[Raw], None], kind: str) -> None:
    difference = changed(edit)
    assert [(c.kind, c.level, c.verdict) for c in difference.changes] == [(kind, "harmless", "valid")]


def test_a_question_whose_condition_hangs_on_a_changed_one_may_be_newly_asked() -> None:
    def edit(raw: Raw) -> None:
        question(raw, "BC701B").pop("when")

    difference = changed(edit)
    follows = {c.code for c in difference.changes if c.kind == "question.condition-follows"}
    assert "BC705" in follows  # asked only where BC701B is at least 1
    assert follows <= difference.to_answer()


# -- how it is said


def test_the_summary_comes_first_and_every_change_carries_its_verdict() -> None:
    def edit(raw: Raw) -> None:
        raw["edition"] = "2027.1"
        question(raw, "QY04").update(max=1000)
        node(raw, "BC.2.1")["weight"] = 99
        question(raw, "BC201")["title"]["zh"] = "信息化归哪个部门管？"

    difference = changed(edit)
    zh, en = difference.sentences("zh"), difference.sentences("en")
    assert f"{MODEL} 2026.1" in zh[0] and "2027.1" in zh[0]
    assert zh[1].startswith("共\u20093\u2009处变化：1\u2009处影响已存答案，1\u2009处改变得分，1\u2009处不影响")
    assert "1\u2009题需重答（QY04）" in zh[2]
    assert en[1].startswith("3 changes: 1 affect stored answers")
    for lines, mark in ((zh, "已存答案："), (en, "Stored answers:")):
        listed = [line for line in lines if line.startswith("· ")]
        assert len(listed) == 3 and all(mark in line for line in listed)


def test_the_same_edition_with_other_contents_is_pointed_out() -> None:
    difference = changed(lambda raw: node(raw, "BC.2.1").update(weight=99))
    assert any("请换版本号" in line for line in difference.sentences("zh"))


def test_two_questionnaires_are_compared_with_a_warning() -> None:
    difference = difference_of(base(), shipped_model("iii-automotive"))
    assert "不是同一问卷" in difference.sentences("zh")[1]
    assert "indicator.added" in kinds(difference)


def test_its_json_is_plain_and_names_every_change_once() -> None:
    found = difference_of(base(), shipped_model("iii-process")).as_json()
    again = json.loads(json.dumps(found, ensure_ascii=False))
    assert again == found
    keys = [(c["kind"], c["code"]) for c in found["changes"]]
    assert len(keys) == len(set(keys)) == sum(found["counts"].values())
    assert sum(found["answers"].values()) == len(set(base().question) | set(shipped_model("iii-process").question))


# -- laws, over editions made by random edits


def _remove_option(raw: Raw, rng: random.Random) -> None:
    conditions = json.dumps([[q.get("when") for q in raw["questions"]], raw["checks"]])
    q = rng.choice([q for q in raw["questions"] if len(q.get("options", [])) > 2 and f'"{q["code"]}"' not in conditions])
    gone = rng.choice(q["options"])
    q["options"].remove(gone)
    if q.get("exclusive") == gone["code"]:
        del q["exclusive"]


def _add_option(raw: Raw, rng: random.Random) -> None:
    q = rng.choice([q for q in raw["questions"] if q.get("options")])
    q["options"].insert(rng.randrange(len(q["options"]) + 1), {"code": f"X{rng.randrange(10**6)}", "title": {"zh": "新", "en": "new"}, "points": 10})


def _repoint(raw: Raw, rng: random.Random) -> None:
    rng.choice(rng.choice([q for q in raw["questions"] if q.get("options")])["options"])["points"] = rng.randrange(101)


def _reword(raw: Raw, rng: random.Random) -> None:
    q = rng.choice(raw["questions"])
    q["title"] = {"zh": f"题目{rng.randrange(99)}", "en": f"title {rng.randrange(99)}"}
    if q.get("options"):
        rng.choice(q["options"])["title"] = {"zh": f"选项{rng.randrange(99)}", "en": f"option {rng.randrange(99)}"}


def _range(raw: Raw, rng: random.Random) -> None:
    q = rng.choice([q for q in raw["questions"] if q["type"] in ("percent", "number", "amount", "count")])
    greatest = int(float(str(q.get("max", 100))))
    q["max"] = rng.choice([greatest * 2, max(greatest // 2, 2), rng.randrange(2, 1000)])
    q["min"] = rng.choice([0, 0, 1, -5])


def _type(raw: Raw, rng: random.Random) -> None:
    q = rng.choice([q for q in raw["questions"] if q["code"] not in ("QY01", "QY02", "QY03")])
    if q.get("options"):
        q.pop("exclusive", None)
        q["type"] = "multi" if q["type"] == "single" else "single"
        for leaf in nodes(raw):
            if q["code"] in leaf.get("measure", {}).values():
                leaf["measure"] = {"options_sum" if q["type"] == "multi" else "option": q["code"]}
    elif q["type"] != "text":
        q["type"] = rng.choice(["number", "count", "percent", "amount"])
        q.setdefault("max", 100)


def _exclusive(raw: Raw, rng: random.Random) -> None:
    q = rng.choice([q for q in raw["questions"] if q["type"] == "multi"])
    q["exclusive"] = rng.choice(q["options"])["code"]


def _shuffle(raw: Raw, rng: random.Random) -> None:
    rng.shuffle(rng.choice([q for q in raw["questions"] if q.get("options")])["options"])


def _condition(raw: Raw, rng: random.Random) -> None:
    at = rng.randrange(40, len(raw["questions"]))
    q, earlier = raw["questions"][at], raw["questions"][:at]
    if q.get("when") and rng.random() < 0.5:
        del q["when"]
        return
    by = rng.choice([e for e in earlier if e["type"] == "single"])
    q["when"] = {"question": by["code"], "in": [rng.choice(by["options"])["code"]]}


def _drop_indicator(raw: Raw, rng: random.Random) -> None:
    parent = rng.choice([n for n in nodes(raw) if len(n.get("children", [])) > 1 and all("measure" in c for c in n["children"])])
    parent["children"].remove(rng.choice(parent["children"]))


def _drop_question(raw: Raw, rng: random.Random) -> None:
    elsewhere = json.dumps([raw["checks"], raw["cards"], [q.get("when") for q in raw["questions"]]])
    parents = [n for n in nodes(raw) if len(n.get("children", [])) > 1]
    found = [(parent, leaf) for parent in parents for leaf in parent["children"] if "option" in leaf.get("measure", {})]
    parent, leaf = rng.choice([(parent, leaf) for parent, leaf in found if f'"{leaf["measure"]["option"]}"' not in elsewhere])
    parent["children"].remove(leaf)
    raw["questions"].remove(question(raw, leaf["measure"]["option"]))


def _add_question(raw: Raw, rng: random.Random) -> None:
    new = {"code": f"NEW{rng.randrange(10**6)}", "section": "BC", "part": "BC.1", "type": "count", "max": 9, "title": {"zh": "新题", "en": "new"}}
    raw["questions"].insert(rng.randrange(3, len(raw["questions"])), new | {"required": rng.random() < 0.5})


def _weight(raw: Raw, rng: random.Random) -> None:
    rng.choice(nodes(raw)[1:])["weight"] = rng.randrange(1, 100)


def _knots(raw: Raw, rng: random.Random) -> None:
    leaf = rng.choice([n for n in nodes(raw) if "piecewise" in n.get("measure", {})])
    leaf["measure"]["points"][-1][1] = rng.randrange(101)


def _stage(raw: Raw, rng: random.Random) -> None:
    rng.choice(rng.choice(raw["stages"][1:])["requires"])["at_least"] = rng.randrange(1, 100)


def _checks(raw: Raw, rng: random.Random) -> None:
    raw["checks"].remove(rng.choice(raw["checks"]))


EDITS = (
    *(_remove_option, _add_option, _repoint, _reword, _range, _type, _exclusive, _shuffle, _condition),
    *(_drop_indicator, _drop_question, _add_question, _weight, _knots, _stage, _checks),
)


def random_answer(q: Any, rng: random.Random) -> Any:
    """An answer that the question accepts, ends of the range more often than chance would have them."""
    if q.type == "text":
        return "文字"
    codes = [o.code for o in q.options]
    if q.type == "single":
        return rng.choice(codes)
    if q.type == "multi":
        if q.exclusive and rng.random() < 0.2:
            return [q.exclusive]
        free = [code for code in codes if code != q.exclusive]
        return rng.sample(free, rng.randrange(1, len(free) + 1))
    low, high = max(q.least, 1 * UNIT), q.greatest
    value = rng.choice([low, high, rng.randrange(low, high + 1), rng.randrange(low, min(high, 500 * UNIT) + 1)])
    return scaled_text(value // UNIT * UNIT if q.type == "count" else value)


def random_sheet(model: Model, rng: random.Random) -> dict[str, Any]:
    left_out = rng.choice([0.0, 0.0, 0.3])
    return {q.code: random_answer(q, rng) for q in model.questions if rng.random() >= left_out}


def refused_by(model: Model, answers: dict[str, Any]) -> set[str]:
    try:
        read_sheet(model, answers)
    except Refusals as many:
        return {refusal.at for refusal in many.refusals}
    except Refusal as refusal:
        return {refusal.at}
    return set()


@settings(max_examples=120, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32), st.lists(st.sampled_from(EDITS), min_size=1, max_size=6), st.booleans())
def test_what_the_difference_calls_valid_is_read_and_what_is_refused_is_named(
    seed: int, edits: list[Callable[[Raw, random.Random], None]], backwards: bool
) -> None:
    rng = random.Random(seed)
    raw = copy.deepcopy(base().raw)
    for edit in edits:
        edit(raw, rng)
    old, new = (edition(raw), base()) if backwards else (base(), edition(raw))
    difference = difference_of(old, new)
    answers = random_sheet(old, rng)
    stored = read_sheet(old, answers)
    met = difference.met_by(stored.answers)
    assert refused_by(new, answers) <= {change.code for change in met}
    staying = {code: answer for code, answer in answers.items() if code not in {change.code for change in met}}
    kept = read_sheet(new, staying)
    assert {code: stored.answers[code] for code in staying if new.question[code].type != "multi"} == {
        code: answer for code, answer in kept.answers.items() if new.question[code].type != "multi"
    }
    if not met:
        _compare_cards(difference, stored, kept)


def _compare_cards(difference: Difference, stored: Sheet, kept: Sheet) -> None:
    """A sheet that no breaking change meets: complete again but for what the difference names, and equal where it names no score."""
    before, after = score(difference.old, stored), score(difference.new, kept)
    if before.complete:
        assert set(after.missing) <= difference.to_answer()
        if not difference.counts["score"] and all(not change.touches for change in difference.changes):
            assert dict(before.nodes) == dict(after.nodes) and before.stage == after.stage


def test_every_kind_of_random_edit_is_noticed() -> None:
    for edit in EDITS:
        rng = random.Random(7)
        noticed = [changed(lambda raw, edit=edit, rng=rng: edit(raw, rng)).changes for _ in range(6)]
        assert any(noticed), edit.__name__
