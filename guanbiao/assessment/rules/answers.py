"""An answer sheet: one JSON object, question code → answer, read strictly (docs/algorithms/scoring.md, "Interchange")."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from guanbiao.indicators.rules.model import LONGEST_TEXT, Model, Question
from guanbiao.kernel.characters import on_one_line, writable
from guanbiao.kernel.errors import Refusal, Refusals, Unusable
from guanbiao.kernel.numbers import UNIT, normalised_digits, parse_scaled, scaled_text

MOST_BYTES = 5_000_000

Answer = int | tuple[str, ...] | str
"""Numeric: 1/10,000 of the unit. Single and multi: the chosen option codes in the model's order. Text: the text."""


_BEYOND_DIGITS = 40
_BEYOND = 10**_BEYOND_DIGITS
"""Integers from here on have no place in a sheet; Python would not even write out the largest."""


class JsonNumber(str):
    """A number as it stood in the JSON text: never a float."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Answers that have the right form for their questions; `notes` says what was normalised on the way in."""

    answers: Mapping[str, Answer]
    notes: tuple[tuple[str, str], ...] = field(default=())
    """(zh, en) sentences."""


def parse_json_sheet(text: str | bytes, *, name: str = "") -> dict[str, Any]:
    """A JSON object with numbers kept as their text. Raises Unusable for anything else, naming the file."""
    where_zh, where_en = (f"{name}：", f"{name}: ") if name else ("", "")
    if isinstance(text, bytes):
        if len(text) > MOST_BYTES:
            zh, en = "超过 5 MB，不是一份答卷。请检查文件。", "larger than 5 MB; this is not one answer sheet. Check the file."
            raise Unusable("answers.too-large", zh=where_zh + zh, en=where_en + en)
        text = _decoded(text, where_zh, where_en)
    if not text.strip():
        zh, en = "文件是空的。空白答卷请写 {}。", "the file is empty. An empty sheet is written {}."
        raise Unusable("answers.empty", zh=where_zh + zh, en=where_en + en)
    try:
        value = json.loads(text, parse_int=JsonNumber, parse_float=JsonNumber, parse_constant=JsonNumber, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        at_zh, at_en = f"第 {error.lineno} 行第 {error.colno} 列", f"at line {error.lineno}, column {error.colno}"
        raise Unusable(
            "answers.not-json",
            zh=f"{where_zh}{at_zh}不是有效的 JSON。请检查括号和引号，或用 guanbiao model template 生成的工作簿。",
            en=f"{where_en}not valid JSON {at_en}. Check brackets and quotes, or use the workbook from guanbiao model template.",
        ) from None
    except RecursionError:
        zh, en = "嵌套过深，不是一份答卷。答案是一个值或一列选项。", "nested too deeply: an answer is one value or a list of options."
        raise Unusable("answers.not-json", zh=where_zh + zh, en=where_en + en) from None
    except _TwiceGivenError as twice:
        zh, en = f"题目 {twice} 给了两次。请只留一个。", f"question {twice} is given twice; keep one."
        raise Unusable("answers.twice", zh=where_zh + zh, en=where_en + en, at=str(twice)) from None
    if not isinstance(value, dict):
        raise Unusable(
            "answers.not-object",
            zh=f"{where_zh}答卷应是一个 JSON 对象：{{题目代码: 答案}}。",
            en=f"{where_en}an answer sheet is one JSON object: {{question code: answer}}.",
        )
    return value


def _decoded(raw: bytes, where_zh: str, where_en: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(
            "answers.not-utf8",
            zh=f"{where_zh}第 {error.start + 1} 个字节起不是 UTF-8 文字。请另存为 UTF-8 编码。",
            en=f"{where_en}not UTF-8 text from byte {error.start + 1}; save it as UTF-8.",
        ) from None


class _TwiceGivenError(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in pairs:
        if key in out:
            raise _TwiceGivenError(on_one_line(key, 40))
        out[key] = value
    return out


def read_sheet(model: Model, raw: Mapping[str, Any]) -> Sheet:
    """Answers in the form their questions ask for. Raises Refusals naming every question that does not fit."""
    answers: dict[str, Answer] = {}
    refusals: list[Refusal] = []
    notes: list[tuple[str, str]] = []
    for code, value in raw.items():
        question = model.question.get(code)
        if question is None:
            refusals.append(_unknown_question(model, code))
            continue
        if value is None or (value == [] and question.type == "multi") or (value == "" and not isinstance(value, JsonNumber)):
            continue
        try:
            answers[code] = _answer(model, question, value, notes)
        except Refusal as refusal:
            refusals.append(refusal)
    if refusals:
        raise refusals[0] if len(refusals) == 1 else Refusals(refusals)
    ordered = {q.code: answers[q.code] for q in model.questions if q.code in answers}
    return Sheet(ordered, tuple(notes))


def _answer(model: Model, question: Question, value: Any, notes: list[tuple[str, str]]) -> Answer:
    if question.type == "text":
        return _text(model, question, value, notes)
    if question.is_numeric:
        return _number(model, question, value, notes)
    if question.type == "single":
        return (_option(model, question, value),)
    return _options(model, question, value)


def _unknown_question(model: Model, code: str) -> Refusal:
    shown = on_one_line(code, 40)
    return Unusable(
        "answers.unknown-question",
        zh=f"题目 {shown} 不在问卷 {model.code} {model.edition} 里。请核对题目代码和问卷版本。",
        en=f"Question {shown} is not in questionnaire {model.code} {model.edition}. Check the code and the edition.",
        at=shown,
    )


def _refusal(model: Model, question: Question, code: str, zh: str, en: str) -> Refusal:
    number = model.card_of[question.code].number
    return Unusable(
        f"answers.{code}",
        zh=f"第 {number} 题“{question.title.zh}”（{question.code}）{zh}",
        en=f"Question {number} “{question.title.en}” ({question.code}) {en}",
        at=question.code,
    )


def shown(value: Any) -> str:
    """A value as a refusal quotes it: short, on one line."""
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    try:
        return on_one_line(str(value), 40)
    except RecursionError:
        return "[…]"


def _text(model: Model, question: Question, value: Any, notes: list[tuple[str, str]]) -> str:
    if not isinstance(value, str) or isinstance(value, JsonNumber):
        raise _refusal(model, question, "wrong-type", f'应填文字，加引号，不是“{shown(value)}”。', f"takes text in quotes, not “{shown(value)}”.")
    if len(value) > LONGEST_TEXT:
        length = len(value)
        en = f"takes at most {LONGEST_TEXT} characters, not {length}."
        raise _refusal(model, question, "too-long", f"最多 {LONGEST_TEXT} 个字，现有 {length} 个。", en)
    text = writable(value)
    if text != value:
        number = model.card_of[question.code].number
        notes.append(
            (
                f"第 {number} 题（{question.code}）里不能显示的字符换成了“�”。",
                f"Characters in question {number} ({question.code}) that cannot be shown were replaced by “�”.",
            )
        )
    return text


def _number(model: Model, question: Question, value: Any, notes: list[tuple[str, str]]) -> int:
    if isinstance(value, float):
        en = "is a float, which does not hold decimals exactly; use decimal text."
        raise _refusal(model, question, "float", "是浮点数，存不准小数。请改用十进制文字或定点小数。", en)
    if isinstance(value, int) and not isinstance(value, bool):
        value = JsonNumber(value) if abs(value) < _BEYOND else JsonNumber(f"1e{_BEYOND_DIGITS}")
    if not isinstance(value, str):
        raise _refusal(model, question, "wrong-type", f"应填数字，不是“{shown(value)}”。", f"takes a number, not “{shown(value)}”.")
    scaled = _scaled(model, question, value, notes)
    if question.type == "count" and scaled % UNIT:
        raise _refusal(model, question, "not-whole", f"应填整数，不是“{shown(value)}”。", f"takes a whole number, not “{shown(value)}”.")
    if not question.least <= scaled <= question.greatest:
        low, high = scaled_text(question.least), scaled_text(question.greatest)
        unit_zh, unit_en = question.unit.zh, question.unit.en
        raise _refusal(
            model,
            question,
            "out-of-range",
            f"应在 {low} 到 {high}{unit_zh and ' ' + unit_zh} 之间，填的是 {shown(value)}。请核对单位。",
            f"must lie between {low} and {high}{unit_en and ' ' + unit_en}, not {shown(value)}. Check the unit.",
        )
    return scaled


def _scaled(model: Model, question: Question, value: str, notes: list[tuple[str, str]]) -> int:
    try:
        return parse_scaled(value)
    except ValueError:
        pass  # perhaps typed in full width: tried next, and said
    plain = normalised_digits(value)
    try:
        scaled = parse_scaled(plain)
    except ValueError:
        zh, en = f"应填数字，不是“{shown(value)}”。请只填数字，不带单位。", f"takes a number, not “{shown(value)}”. Enter digits only, no unit."
        raise _refusal(model, question, "not-a-number", zh, en) from None
    number = model.card_of[question.code].number
    notes.append(
        (
            f"第 {number} 题（{question.code}）的“{shown(value)}”按 {plain} 读取。",
            f"“{shown(value)}” in question {number} ({question.code}) was read as {plain}.",
        )
    )
    return scaled


def _option(model: Model, question: Question, value: Any) -> str:
    codes = [option.code for option in question.options]
    if isinstance(value, str) and not isinstance(value, JsonNumber) and value in codes:
        return str(value)
    kind = "unknown-option" if isinstance(value, str) and not isinstance(value, JsonNumber) else "wrong-type"
    zh = f"没有选项“{shown(value)}”，可选 {'、'.join(codes)}。"
    raise _refusal(model, question, kind, zh, f"has no option “{shown(value)}”; choose one of {', '.join(codes)}.")


def _options(model: Model, question: Question, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _refusal(model, question, "wrong-type", '应填选项列表，如 ["A", "C"]。', 'takes a list of options, such as ["A", "C"].')
    chosen = [_option(model, question, item) for item in value]
    if len(set(chosen)) < len(chosen):
        raise _refusal(model, question, "repeated-option", "同一选项给了两次。", "has the same option twice.")
    if question.exclusive in chosen and len(chosen) > 1:
        title_zh = question.option(question.exclusive).title.zh if question.exclusive else ""
        title_en = question.option(question.exclusive).title.en if question.exclusive else ""
        raise _refusal(
            model,
            question,
            "exclusive",
            f"选了“{title_zh}”（{question.exclusive}）就不能再选别的。请去掉一边。",
            f"holds “{title_en}” ({question.exclusive}), which excludes every other option. Remove one side.",
        )
    return ordered_options(question, chosen)


def ordered_options(question: Question, chosen: Iterable[str]) -> tuple[str, ...]:
    """Chosen option codes in the model's order."""
    wanted = set(chosen)
    return tuple(option.code for option in question.options if option.code in wanted)
