"""One change between two editions, what it does to scores, and which stored answers it touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from guanbiao.indicators.rules.model import Text
from guanbiao.kernel.numbers import scaled_text

Answer = int | tuple[str, ...] | str
"""As read: a number in 1/10,000 of its unit, chosen option codes, or text."""

Level = Literal["harmless", "score", "breaking"]
"""Wording and the like · the same answers score differently · a stored answer can no longer be used as it stands."""

Verdict = Literal["valid", "answer_again", "not_scored", "to_answer"]
"""What becomes of a stored answer: 仍有效 · 需重答 · 不再计分 · 需补答 (there is none yet)."""

VERDICTS: dict[Verdict, Text] = {
    "valid": Text("仍有效", "still valid"),
    "answer_again": Text("需重答", "to be answered again"),
    "not_scored": Text("不再计分", "no longer scored"),
    "to_answer": Text("需补答", "still to be answered"),
}

LEVELS: dict[Level, Text] = {
    "breaking": Text("影响已存答案", "Affecting stored answers"),
    "score": Text("改变得分", "Changing scores"),
    "harmless": Text("不影响答案和得分", "Affecting neither answers nor scores"),
}


@dataclass(frozen=True, slots=True)
class Every:
    """Every stored answer of the question."""

    def meets(self, answer: Answer) -> bool:  # noqa: ARG002
        return True

    def as_json(self) -> dict[str, Any]:
        return {"every": True}


@dataclass(frozen=True, slots=True)
class Choosing:
    """Answers that chose one of these options."""

    options: frozenset[str]

    def meets(self, answer: Answer) -> bool:
        return isinstance(answer, tuple) and bool(self.options & set(answer))

    def as_json(self) -> dict[str, Any]:
        return {"choosing": sorted(self.options)}


@dataclass(frozen=True, slots=True)
class Outside:
    """Numbers below or above what is now accepted, 1/10,000."""

    least: int
    greatest: int

    def meets(self, answer: Answer) -> bool:
        return isinstance(answer, int) and not self.least <= answer <= self.greatest

    def as_json(self) -> dict[str, Any]:
        return {"outside": [scaled_text(self.least), scaled_text(self.greatest)]}


@dataclass(frozen=True, slots=True)
class Beside:
    """Answers that chose this option together with others: it excludes them now."""

    option: str

    def meets(self, answer: Answer) -> bool:
        return isinstance(answer, tuple) and len(answer) > 1 and self.option in answer

    def as_json(self) -> dict[str, Any]:
        return {"beside": self.option}


Touched = Every | Choosing | Outside | Beside


@dataclass(frozen=True, slots=True)
class Change:
    """`kind` is stable and machine-readable (“question.removed”); `says` is one sentence without the verdict."""

    kind: str
    code: str
    level: Level
    verdict: Verdict
    says: Text
    touches: Touched | None = None
    """Which stored answers of question `code` a breaking change touches."""
    old: Any = None
    new: Any = None

    def as_json(self) -> dict[str, Any]:
        found: dict[str, Any] = {
            "kind": self.kind,
            "code": self.code,
            "level": self.level,
            "answers": self.verdict,
            "says": {"zh": self.says.zh, "en": self.says.en},
        }
        if self.touches:
            found["touches"] = self.touches.as_json()
        if self.old is not None or self.new is not None:
            found |= {"old": self.old, "new": self.new}
        return found
