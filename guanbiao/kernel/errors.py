"""Refusals: sentences a person may read, with a stable code. A bug is never a Refusal."""

from __future__ import annotations

from typing import Literal

Language = Literal["zh", "en"]


class Refusal(Exception):  # noqa: N818  a refusal is an answer in words, not an error
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
    """Several refusals at once, so that a person can mend them in one go. The sentence says the first of very many."""

    MOST_SAID = 20

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = tuple(refusals)
        first = refusals[0]
        super().__init__(first.code, zh="".join(self.said("zh")), en=" ".join(self.said("en")), at=first.at)

    def said(self, language: Language) -> list[str]:
        """A sentence for each of the first refusals, and one for how many more there are."""
        sentences = [refusal.sentence(language) for refusal in self.refusals[: self.MOST_SAID]]
        if more := len(self.refusals) - len(sentences):
            sentences.append(f"另有 {more} 处类似的问题。" if language == "zh" else f"There are {more} more like these.")
        return sentences
