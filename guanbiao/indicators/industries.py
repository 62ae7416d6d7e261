"""Which questionnaire an industry answers: longest industry prefix first, then the production type, then the general one.

Sections and divisions are those of GB/T 4754-2017 (20 and 97); the families behind them are the platform's own.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from guanbiao.indicators.library import shipped
from guanbiao.indicators.rules.model import Text
from guanbiao.indicators.rules.safe_yaml import read_yaml
from guanbiao.kernel.characters import on_one_line
from guanbiao.kernel.errors import Unusable
from guanbiao.kernel.numbers import normalised_digits

GENERAL = "iii-general"
BY_PRODUCTION = {"discrete_mass": "iii-discrete-mass", "discrete_batch": "iii-discrete-batch", "process": "iii-process", "mixed": "iii-mixed"}
PRODUCTION_NAMES = {
    "discrete_mass": Text("离散大批量", "discrete mass production"),
    "discrete_batch": Text("离散小批量", "discrete small-batch production"),
    "process": Text("流程", "process production"),
    "mixed": Text("混合", "mixed production"),
}

_CODE = re.compile(r"([A-T])?([0-9]{2,4})?")


@dataclass(frozen=True, slots=True)
class Division:
    """One of the 97 two-digit divisions; `production` is the usual production type where no industry model stands."""

    section: str
    code: str
    name: str
    production: str | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposed questionnaire with its reason; the enterprise may choose another."""

    model: str
    industry: str
    reason: Text


@cache
def sections() -> dict[str, str]:
    """Section letter → name."""
    return {section["code"]: section["name"] for section in _file()}


@cache
def divisions() -> dict[str, Division]:
    """Division code (two digits) → division."""
    return {
        division["code"]: Division(section["code"], division["code"], division["name"], division.get("production", section.get("production")))
        for section in _file()
        for division in section["divisions"]
    }


@cache
def _section_production() -> dict[str, str | None]:
    return {section["code"]: section.get("production") for section in _file()}


def _file() -> list[dict[str, Any]]:
    document = read_yaml(Path(__file__).parent / "library" / "industries.yaml")
    found: list[dict[str, Any]] = document.value["sections"]
    return found


def questionnaire_for(industry: str, *, production: str | None = None) -> Proposal:
    """The proposed questionnaire for a section, division, group or class. Raises Unusable for a code that does not exist."""
    section, digits = _normalised(industry)
    full = section + digits
    prefix, model = _longest_prefix(full)
    if model:
        zh = f"行业 {full}（{_name(section, digits)}）由 {prefix} 的行业问卷覆盖。"
        return Proposal(model, full, Text(zh, f"Industry {full} is covered by the questionnaire for {prefix}."))
    division = divisions().get(digits[:2])
    kind = production or (division.production if division else _section_production().get(section))
    if kind:
        name = PRODUCTION_NAMES[kind]
        said = "按所选生产类型" if production else "按这一行业常见的生产类型（平台默认，可改）"
        told = "by the production type chosen" if production else "by the usual production type of this industry (a platform default; may be changed)"
        zh = f"行业 {full}（{_name(section, digits)}）没有专用问卷，{said}用{name.zh}问卷。"
        return Proposal(BY_PRODUCTION[kind], full, Text(zh, f"Industry {full} has no questionnaire of its own; {told}: {name.en}."))
    if section in "ST":
        zh = f"{full}（{_name(section, digits)}）不是企业，自评估主要面向企业；如需填写，用通用问卷。"
        en = f"{full} is not an enterprise, for which the self-assessment is meant; if wanted, the general questionnaire serves."
        return Proposal(GENERAL, full, Text(zh, en))
    zh = f"行业 {full}（{_name(section, digits)}）用通用问卷。"
    return Proposal(GENERAL, full, Text(zh, f"Industry {full} answers the general questionnaire."))


def _longest_prefix(full: str) -> tuple[str, str | None]:
    found = [
        (str(prefix), entry.code)
        for entry in shipped()
        for prefix in entry.applies_to.get("industries") or []
        if full.startswith(str(prefix))
    ]
    return max(found, key=lambda pair: len(pair[0])) if found else ("", None)


def _name(section: str, digits: str) -> str:
    division = divisions().get(digits[:2])
    return division.name if division else sections()[section]


def _normalised(industry: str) -> tuple[str, str]:
    match = _CODE.fullmatch(normalised_digits(industry).upper())
    if not match or not (match[1] or match[2]):
        raise _unknown(industry)
    section, digits = match[1] or "", match[2] or ""
    if digits:
        division = divisions().get(digits[:2])
        if division is None or (section and section != division.section):
            raise _unknown(industry)
        return division.section, digits
    if section not in sections():
        raise _unknown(industry)
    return section, ""


def industries_named(words: str) -> list[tuple[str, str]]:
    """(code, name) of every section and division whose Chinese name holds the words."""
    found = [(code, name) for code, name in sections().items() if words in name]
    return found + [(division.section + division.code, division.name) for division in divisions().values() if words in division.name]


def is_code(industry: str) -> bool:
    """Has it the form of an industry code, whether it exists or not?"""
    match = _CODE.fullmatch(normalised_digits(industry).upper())
    return match is not None and bool(match[1] or match[2])


def _unknown(industry: str) -> Unusable:
    shown = on_one_line(industry, 20)
    return Unusable(
        "industry.unknown",
        zh=f"GB/T 4754-2017 没有行业代码“{shown}”。请用门类字母、两位大类或更细的代码，如 C、31、C3110；也可以给行业名称里的字，如“汽车”。",
        en=f"GB/T 4754-2017 has no industry code “{shown}”. Use a section letter, a two-digit division or finer, such as C, 31, C3110, "
        "or words of its Chinese name.",
        at=shown,
    )
