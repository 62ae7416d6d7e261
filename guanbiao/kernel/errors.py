"""Refusals: sentences a person may read, with a stable code. A bug is never a Refusal."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]


class Refusal(Exception):
    """Something was asked that cannot be done; says in both languages what is wrong, where, and the way out.

    `code` is stable and machine-readable ("answers.out-of-range"); `at` names the place (a question, a cell, a line).
    """

    def __init__(self, code: str, *, zh: str, en: str, at: str = "") -> None:
        super().__init__(en)
        self.code = code
        self.zh = zh
        self.en = en
        self.at = at

    def sentence(self, language: Language) -> str:
        return self.zh if language == "zh" else self.en


class Unusable(Refusal):
    """The input itself cannot be read or does not fit; nothing was done."""


class Incomplete(Refusal):
    """Required answers are missing; `missing` names the questions."""

    def __init__(self, code: str, *, zh: str, en: str, missing: tuple[str, ...]) -> None:
        super().__init__(code, zh=zh, en=en, at=missing[0] if missing else "")
        self.missing = missing


class Conflict(Refusal):
    """Two things that exclude each other (another edition, another model)."""


class Refusals(Refusal):
    """Several refusals at once, so that a person can mend them in one go."""

    def __init__(self, refusals: list[Refusal]) -> None:
        first = refusals[0]
        super().__init__(
            first.code,
            zh="".join(r.zh for r in refusals),
            en=" ".join(r.en for r in refusals),
            at=first.at,
        )
        self.refusals = tuple(refusals)
