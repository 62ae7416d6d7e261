"""What changed between two editions of a questionnaire, and whether stored answers stay valid.

    difference = difference_of(old, new)
    difference.sentences("zh")            # summary first, then every change
    difference.met_by(sheet.answers)      # the breaking changes that one stored sheet runs into
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from guanbiao.indicators.rules.changes import LEVELS, VERDICTS, Answer, Change, Every, Level, Verdict
from guanbiao.indicators.rules.model import Model, Text
from guanbiao.indicators.rules.question_changes import question_changes
from guanbiao.indicators.rules.tree_changes import check_changes, indicator_changes, model_changes, parameter_changes, stage_changes
from guanbiao.indicators.rules.words import listed, thin_spaced
from guanbiao.kernel.errors import Language

_WORST: tuple[Verdict, ...] = ("answer_again", "not_scored", "to_answer", "valid")
_MOST_NAMED = 12


@dataclass(frozen=True)
class Difference:
    old: Model
    new: Model
    changes: tuple[Change, ...]

    @cached_property
    def counts(self) -> dict[Level, int]:
        """How many changes of each level."""
        return {level: sum(1 for change in self.changes if change.level == level) for level in LEVELS}

    @cached_property
    def questions(self) -> dict[str, Verdict]:
        """Question → what becomes of its stored answer: the worst its changes say. Questions of either edition."""
        found: dict[str, Verdict] = dict.fromkeys([*self.new.question, *self.old.question], "valid")
        for change in self._of_answers():
            if _WORST.index(change.verdict) < _WORST.index(found[change.code]):
                found[change.code] = change.verdict
        return found

    def _of_answers(self) -> Iterator[Change]:
        for change in self.changes:
            if change.kind == "parameter.caliber":
                for question in self.new.questions:
                    if question.is_numeric and question.code in self.old.question:
                        yield Change(change.kind, question.code, change.level, change.verdict, change.says, Every())
            elif change.kind.startswith("question."):
                yield change

    def met_by(self, answers: Mapping[str, Answer]) -> tuple[Change, ...]:
        """The breaking changes that these stored answers run into, as read by the old edition; empty: all of them can stay."""
        return tuple(
            change
            for change in self._of_answers()
            if change.touches and change.code in answers and change.touches.meets(answers[change.code])
        )

    def to_answer(self) -> frozenset[str]:
        """Questions that a sheet complete in the old edition may lack in the new one."""
        return frozenset(change.code for change in self._of_answers() if change.verdict == "to_answer")

    def as_json(self) -> dict[str, Any]:
        """The whole difference; `questions` names only those whose answers do not simply stay."""
        return {
            "format": "guanbiao.model-difference/1",
            "old": _identity(self.old),
            "new": _identity(self.new),
            "same": self.old.digest == self.new.digest,
            "counts": dict(self.counts),
            "answers": {verdict: sum(1 for found in self.questions.values() if found == verdict) for verdict in VERDICTS},
            "questions": {code: verdict for code, verdict in self.questions.items() if verdict != "valid"},
            "changes": [change.as_json() for change in self.changes],
        }

    def sentences(self, language: Language) -> list[str]:
        """The summary, then the changes by what they do, gravest first."""
        return [thin_spaced(sentence, language) for sentence in self._sentences(language)]

    def _sentences(self, language: Language) -> Iterator[str]:
        zh = language == "zh"
        yield from self._summary(language)
        for level, title in LEVELS.items():
            found = [change for change in self.changes if change.level == level]
            if found:
                yield ""
                yield f"{title.in_(language)}（{len(found)}）" if zh else f"{title.in_(language)} ({len(found)})"
                yield from (f"· {said(change, language)}" for change in found)

    def _summary(self, language: Language) -> Iterator[str]:
        zh = language == "zh"
        yield f"{_edition(self.old, zh)} → {_edition(self.new, zh)}"
        if self.old.code != self.new.code:
            yield "两份问卷的代码不同，不是同一问卷的两版；下面仍按题目代码逐项比较。" if zh else (
                "These are two questionnaires, not two editions of one; they are compared by the codes of their questions all the same."
            )
        if not self.changes:
            same = self.old.digest == self.new.digest
            yield _NOTHING[same].in_(language)
            return
        if self.old.code == self.new.code and self.old.edition == self.new.edition:
            yield "版本号相同而内容不同：已发布的一版不应再改，请换版本号。" if zh else (
                "The same edition with other contents: a published edition must not change; give it another number."
            )
        n = self.counts
        yield (
            f"共 {len(self.changes)} 处变化：{n['breaking']} 处影响已存答案，{n['score']} 处改变得分，{n['harmless']} 处不影响答案和得分。"
            if zh
            else f"{len(self.changes)} changes: {n['breaking']} affect stored answers, {n['score']} change scores, {n['harmless']} do neither."
        )
        yield from self._of_stored(language)

    def _of_stored(self, language: Language) -> Iterator[str]:
        zh = language == "zh"
        groups = {verdict: [code for code, found in self.questions.items() if found == verdict] for verdict in VERDICTS}
        stay = sum(1 for code in groups["valid"] if code in self.old.question)
        parts = [f"{stay} 题仍有效" if zh else f"{stay} still valid"]
        for verdict in ("answer_again", "not_scored", "to_answer"):
            codes = groups[verdict]
            if codes:
                words = VERDICTS[verdict].in_(language)
                parts.append(f"{len(codes)} 题{words}（{_few(codes, language)}）" if zh else f"{len(codes)} {words} ({_few(codes, language)})")
        yield f"已存答案：{'，'.join(parts)}。" if zh else f"Stored answers: {', '.join(parts)}."
        yield self._verdict().in_(language)
        if any("wording" in change.kind or "reworded" in change.kind for change in self.changes):
            yield "措辞改动算作无害；是否改了题意，请人读过再定。" if zh else (
                "New wording counts as harmless; whether it changed what is asked, a person must read and decide."
            )

    def _verdict(self) -> Text:
        if self.counts["breaking"]:
            return Text(
                "旧答卷先按下列各项改过，再用新版计分；只有碰到这些变化的答案要改。",
                "An old sheet is mended at the places below before the new edition scores it; only answers that meet such a change need it.",
            )
        if self.to_answer():
            return Text(
                "旧答卷新版都能读；补答上述题目后才有完整的得分。",
                "The new edition reads every old sheet; a full score needs the questions named above.",
            )
        if self.counts["score"]:
            return Text(
                "旧答卷新版都能读，不用改；得分或阶段可能变化，两版得分不宜直接相比。",
                "The new edition reads every old sheet as it is; scores or stages may differ, so do not compare them across editions.",
            )
        return Text("旧答卷新版都能读，得分和阶段不变。", "The new edition reads every old sheet and gives the same scores and stage.")


_NOTHING = {
    True: Text("两版相同（摘要一致），没有变化。", "Both editions are the same (equal digests)."),
    False: Text("两版的题目、指标、阶段、核对和参数都相同。", "Both have the same questions, indicators, stages, checks and parameters."),
}


def said(change: Change, language: Language) -> str:
    """A change with its verdict: “……。已存答案：仍有效。”"""
    verdict = VERDICTS[change.verdict].in_(language)
    return f"{change.says.zh}已存答案：{verdict}。" if language == "zh" else f"{change.says.en} Stored answers: {verdict}."


def _edition(model: Model, zh: bool) -> str:
    short = model.digest.removeprefix("sha256:")[:12]
    return f"{model.code} {model.edition}（摘要 {short}）" if zh else f"{model.code} {model.edition} (digest {short})"


def _identity(model: Model) -> dict[str, str]:
    return {"code": model.code, "edition": model.edition, "digest": model.digest}


def _few(codes: list[str], language: Language) -> str:
    shown = listed(codes[:_MOST_NAMED], language)
    return shown if len(codes) <= _MOST_NAMED else f"{shown} 等" if language == "zh" else f"{shown} …"


def difference_of(old: Model, new: Model) -> Difference:
    """Compare two editions, question by question and node by node, by their codes."""
    changes = (
        *question_changes(old, new),
        *indicator_changes(old, new),
        *stage_changes(old, new),
        *check_changes(old, new),
        *parameter_changes(old, new),
        *model_changes(old, new),
    )
    return Difference(old, new, changes)
