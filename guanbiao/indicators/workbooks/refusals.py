"""Why a workbook is refused: one sentence in each language, naming the place and the way out. The key is the stable code after `workbook.`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from guanbiao.indicators.rules.model import Model, Question
from guanbiao.kernel.errors import Conflict, Unusable

_FRESH_ZH, _FRESH_EN = "请从新生成的工作簿重填。", "Start from a fresh workbook."
_COPY_ZH, _COPY_EN = "把答案抄到新生成的工作簿里。", "copy the answers into a fresh workbook."
_RESTORE_ZH = "原来是 {belongs}（第 {its_number} 题“{its_zh}”）；请在“{cell}”恢复 {belongs}，或" + _COPY_ZH
_RESTORE_EN = "It was {belongs} (question {its_number} “{its_en}”): restore {belongs} in “{cell}”, or " + _COPY_EN
RESTORE: Final = "-restore"
"""Ends the keys of the sentences that name the code to restore."""

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # the file
    "unreadable": ("读不到文件（{reason}）。请检查路径和权限。", "cannot be read ({reason}). Check the path and the rights."),
    "too-large": (
        "文件超过 {most} MB，不是填报工作簿。请去掉图片和附件。",
        "larger than {most} MB, so not an answer workbook. Take out pictures and attachments.",
    ),
    "not-a-workbook": (
        "不是 Excel 工作簿（.xlsx）。请用 guanbiao model template 生成的工作簿填写，存成“Excel 工作簿”。",
        "not an Excel workbook (.xlsx). Fill in the workbook from guanbiao model template and save it as “Excel Workbook”.",
    ),
    "encrypted": ("加了密码，读不了。请在 Excel 里去掉密码后再存。", "is protected by a password. Remove it in Excel and save the file again."),
    "legacy-xls": (
        "是旧的 .xls 格式。请在 Excel 里另存为“Excel 工作簿（.xlsx）”。",
        "is in the old .xls format. Save it in Excel as “Excel Workbook (.xlsx)”.",
    ),
    "damaged": (
        "文件损坏或被改动（{reason}）。请用 Excel 打开另存，或从没有损坏的副本重来。",
        "is damaged or was tampered with ({reason}). Open it in Excel and save it again, or start from a sound copy.",
    ),
    "too-many-parts": ("压缩包里有 {total} 个部件，最多 {most} 个。" + _FRESH_ZH, "the zip holds {total} parts; at most {most}. " + _FRESH_EN),
    "part-too-large": (
        "部件 {part} 展开后有 {size} 字节，最多 {most} MB，没有展开。多半是整列设了格式；" + _FRESH_ZH,
        "part {part} unpacks to {size} bytes; at most {most} MB, so it was not unpacked. Often whole columns were formatted. " + _FRESH_EN,
    ),
    "zip-bomb": (
        "部件 {part} 展开后是压缩时的 {ratio} 倍以上，或全部超过 {most} MB，没有展开。" + _FRESH_ZH,
        "part {part} unpacks to more than {ratio} times its size, or all of them to more than {most} MB; it was not unpacked. " + _FRESH_EN,
    ),
    "overlapping-parts": (
        "压缩包里的部件 {part} 与别的部件重叠，没有展开。" + _FRESH_ZH,
        "part {part} overlaps another one in the zip, so it was not unpacked. " + _FRESH_EN,
    ),
    "macros": (
        "含有宏（{part}）。请另存为不带宏的“Excel 工作簿（.xlsx）”。",
        "holds macros ({part}). Save it as an “Excel Workbook (.xlsx)” without macros.",
    ),
    "external-link": (
        "连着别的文件或数据源（{part}）。请在 Excel 的“数据”里断开链接和连接。",
        "is linked to another file or data source ({part}). Break the links and connections under Data in Excel.",
    ),
    "encoding": ("部件 {part} 不是 UTF-8 编码。请用 Excel 打开另存。", "part {part} is not in UTF-8. Open it in Excel and save it again."),
    "doctype": (
        "部件 {part} 含有 DOCTYPE 声明，Excel 不会这样写。" + _FRESH_ZH,
        "part {part} holds a DOCTYPE, which Excel never writes. " + _FRESH_EN,
    ),
    "too-many-rows": (
        "工作表“{sheet}”超过 {rows} 行或 {columns} 列，不是填报用的表。请删掉多余的行列（含只设了格式的）。",
        "sheet “{sheet}” has more than {rows} rows or {columns} columns. Delete the surplus ones, also those only formatted.",
    ),
    # whose workbook it is
    "cover-missing": (
        "没有封面上的标记，认不出是哪份问卷。请用 guanbiao model template 生成的工作簿填写，不要删封面。",
        "lacks the marks on the cover that tell its questionnaire. Fill in the workbook from guanbiao model template and keep its cover.",
    ),
    "covers-differ": ("有两个不同的封面。请只留一个。", "has two different covers. Keep one."),
    "other-model": (
        "是问卷 {theirs} 的工作簿，不是 {ours} 的。请换对应的问卷代码。",
        "belongs to questionnaire {theirs}, not {ours}. Name that questionnaire.",
    ),
    "other-edition": (
        "是 {model} 的 {theirs} 版，现在用的是 {ours} 版。请" + _COPY_ZH,
        "belongs to edition {theirs} of {model}, not {ours}. Please " + _COPY_EN,
    ),
    "other-digest": (
        "封面上的问卷摘要是 {theirs}，而 {model} 现在的摘要是 {ours}，内容不一样。请" + _COPY_ZH,
        "was written from digest {theirs}; {model} now has {ours}, so its contents differ. Please " + _COPY_EN,
    ),
    # where the answers stand
    "marks": (
        "工作表“{sheet}”里标出各列的隐藏行被改动，认不出题目和答案在哪一列。请" + _COPY_ZH,
        "the hidden row that marks the columns of sheet “{sheet}” was changed. Please " + _COPY_EN,
    ),
    "missing-rows": (
        "第 {numbers} 题的行不见了（{codes}）。不填的题留空即可；请撤销删除，或" + _COPY_ZH,
        "the rows of question {numbers} are gone ({codes}). A question may stay empty; undo the deletion, or " + _COPY_EN,
    ),
    "code-formula": ("“{cell}”的题目代码是公式，不能采信。" + _FRESH_ZH, "the question code in “{cell}” is a formula. " + _FRESH_EN),
    "code-formula-restore": ("“{cell}”的题目代码是公式，不能采信。" + _RESTORE_ZH, "the question code in “{cell}” is a formula. " + _RESTORE_EN),
    "unknown-code": (
        "“{cell}”的题目代码 {given} 不在问卷 {model} 里，看同一行的题目也认不出原来的代码。自己加的行请清空这一格；题目的行请" + _COPY_ZH,
        "the question code {given} in “{cell}” is not in questionnaire {model}, and what is printed in its row does not tell the right one. "
        "In a row of your own clear the cell; otherwise " + _COPY_EN,
    ),
    "unknown-code-restore": (
        "“{cell}”的题目代码被改成了 {given}，问卷 {model} 里没有。" + _RESTORE_ZH,
        "the question code in “{cell}” was changed to {given}, which is not in questionnaire {model}. " + _RESTORE_EN,
    ),
    "code-cleared-restore": ("“{cell}”的题目代码被清空了。" + _RESTORE_ZH, "the question code in “{cell}” was cleared. " + _RESTORE_EN),
    "code-mismatch": (
        "“{cell}”的代码是 {given}，“{row}”印的却是“{printed}”，应是第 {own_number} 题“{own_zh}”。请恢复这一行的文字，或" + _COPY_ZH,
        "the code in “{cell}” is {given}, but “{row}” reads “{printed}” instead of question {own_number} “{own_en}”. "
        "Restore the text of the row, or " + _COPY_EN,
    ),
    "code-mismatch-restore": (
        "“{cell}”的代码是 {given}（第 {own_number} 题“{own_zh}”），“{row}”印的却是“{printed}”。" + _RESTORE_ZH,
        "the code in “{cell}” is {given} (question {own_number} “{own_en}”), but “{row}” reads “{printed}”. " + _RESTORE_EN,
    ),
    "code-twice": (
        "第 {number} 题（{given}）有两行：“{first}”和“{cell}”。请删掉一行，或删掉复制出来的工作表。",
        "question {number} ({given}) has two rows: “{first}” and “{cell}”. Delete one of them, or the copied sheet.",
    ),
    # an answer cell; the place and the question stand before it
    "formula": (
        "是公式，算出来的数不能采信。请直接填答案（复制后“选择性粘贴”为数值）。",
        "holds a formula, whose result cannot be trusted. Enter the answer itself (copy, then paste as values).",
    ),
    "merged": (
        "在合并的单元格里，分不清是哪一题的答案。请取消合并再填。",
        "lies in merged cells, so it is unclear whose answer it is. Unmerge them and enter it again.",
    ),
    "error-value": ("是错误值（如 #DIV/0!）。请清空重填。", "holds an error value (such as #DIV/0!). Clear it and enter the answer."),
    "boolean": ("是逻辑值 {given}。请按题目重填。", "holds the truth value {given}. Enter an answer to the question."),
    "date": (
        "被 Excel 认成了日期或时间。请把单元格格式改成“常规”再重填。",
        "was taken for a date or time by Excel. Set the cell's format to General and enter it again.",
    ),
    "percentage": (
        "填成了百分数，这一题要的不是百分数。请把单元格格式改成“常规”再重填。",
        "is a percentage, which this question does not ask for. Set the cell's format to General and enter it again.",
    ),
    "thousands": (
        "填的是“{given}”。请不要用千位分隔符，小数点用“.”，如 80000 或 0.5。",
        "holds “{given}”. Use no thousands separators, and “.” for decimals: 80000 or 0.5.",
    ),
    "spaces": (
        "填的是“{given}”，␣ 处是空格或看不见的字符。请删去，只留数字。",
        "holds “{given}”; ␣ stands for a space or a character that cannot be seen. Delete it and leave only the digits.",
    ),
    "other-option": (
        "填的是“{given}”，这一题的选项 {option} 却是“{title_zh}”，像是别的题的答案。请从下拉列表里重选。",
        "holds “{given}”, but option {option} of this question is “{title_en}”, so it looks like the answer to another one. Choose from the list.",
    ),
    "not-finite": ("的数太大，存不下。请重填。", "holds a number too large to be stored. Enter it again."),
    "long-number": (
        "应填文字。Excel 的数字只有 15 位，长代码会丢尾数；请把单元格格式改成“文本”再重填。",
        "takes text. Excel numbers hold 15 digits only; set the cell's format to Text and enter it again.",
    ),
    "unknown-option": (
        "填的是“{given}”，没有这个选项，可选 {options}。请从下拉列表里选。",
        "holds “{given}”, which is none of the options {options}. Choose from the list.",
    ),
    "unknown-mark": (
        "填的是“{given}”。这里只能填“选”，不选就留空。",
        "holds “{given}”. Enter “Yes” to choose the option, or leave the cell empty.",
    ),
}

DAMAGE: Final[dict[str, tuple[str, str]]] = {
    "end": ("压缩包的结尾不完整", "the end of the zip is missing"),
    "directory": ("压缩包的目录不合常规", "the zip's directory is not as it should be"),
    "twice": ("部件 {part} 有两份", "part {part} is there twice"),
    "name": ("部件名 {part} 不合规", "the part name {part} is not allowed"),
    "method": ("部件 {part} 的压缩方式不是 Excel 用的", "part {part} is packed in a way Excel does not use"),
    "header": ("部件 {part} 在目录和正文里说法不一", "part {part} differs between directory and contents"),
    "contents": ("部件 {part} 与登记的大小或校验码不符", "part {part} does not match its declared size or checksum"),
    "xml": ("部件 {part} 读不通", "part {part} cannot be understood"),
}


@dataclass(frozen=True, slots=True)
class Refusing:
    """Makes the refusals of one file: each begins with its name."""

    name: str

    def refusal(self, code: str, *, at: str = "", **fields: Any) -> Unusable:
        zh, en = SENTENCES[code]
        code = code.removesuffix(RESTORE)  # the same fault, whether or not the way out can be named
        return self._made(code, zh.format(**fields), en.format(**fields), at)

    def damaged(self, reason: str, *, part: str = "") -> Unusable:
        """What is wrong with the file itself, as far as it can be said."""
        shown = short(part)
        zh, en = (text.format(part=shown) for text in DAMAGE[reason])
        return self._made("damaged", SENTENCES["damaged"][0].format(reason=zh), SENTENCES["damaged"][1].format(reason=en), shown)

    def conflict(self, code: str, **fields: Any) -> Conflict:
        made = self.refusal(code, **fields)
        return Conflict(made.code, zh=made.zh, en=made.en, at=made.at)

    def answer(self, model: Model, question: Question, cell: str, code: str, **fields: Any) -> Unusable:
        """The refusal of an answer cell: names sheet, cell and question."""
        number = model.card_of[question.code].number
        zh, en = (text.format(**fields) for text in SENTENCES[code])
        return self._made(
            code,
            f"“{cell}”（第 {number} 题“{question.title.zh}”，{question.code}）{zh}",
            f"“{cell}” (question {number} “{question.title.en}”, {question.code}) {en}",
            cell,
        )

    def _made(self, code: str, zh: str, en: str, at: str) -> Unusable:
        return Unusable(f"workbook.{code}", zh=f"{self.name}：{zh}", en=f"{self.name}: {en}", at=at or self.name)


def short(value: object, most: int = 60) -> str:
    """What a refusal quotes of a file: on one line, nothing that a terminal would obey, at most `most` characters."""
    shown = "".join(char if char.isprintable() else " " for char in str(value))
    shown = " ".join(shown.split())
    return shown if len(shown) <= most else shown[: most - 1] + "…"
