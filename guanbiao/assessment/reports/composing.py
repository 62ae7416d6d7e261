"""From a ScoreCard to the content of its report."""

from __future__ import annotations

from datetime import datetime

from guanbiao.assessment.diagnosis import diagnosis_of
from guanbiao.assessment.reports.chapters import chapter_of
from guanbiao.assessment.reports.content import Cover, Fact, Receipt, Remarks, ReportContent
from guanbiao.assessment.reports.labels import chapter_number, labels_in
from guanbiao.assessment.reports.method import method_of
from guanbiao.assessment.reports.next_stage import next_stage_of
from guanbiao.assessment.reports.overview import stage_at, summary_of
from guanbiao.assessment.reports.typesetting import printable, shortened
from guanbiao.assessment.rules.card import ScoreCard
from guanbiao.assessment.rules.receipt import receipt_of, result_digest
from guanbiao.assessment.rules.summary import aspects_of
from guanbiao.assessment.rules.wording import filled
from guanbiao.indicators.rules.model import CREDIT_CODE, NAME, PERIOD
from guanbiao.indicators.rules.words import thin_spaced
from guanbiao.kernel.errors import Incomplete, Language
from guanbiao.kernel.numbers import scaled_text

LONGEST_NAME, LONGEST_RUNNING, LONGEST_FIELD = 200, 36, 60
"""Characters of a name on the cover and in the page head, and of the other texts on the cover."""


def report_of(card: ScoreCard, language: Language, *, at: datetime) -> ReportContent:
    """The report of a complete card as of an instant (with its offset). Raises Incomplete naming the first missing questions;
    a report also needs the enterprise's name and the period.
    """
    nameless = tuple(code for code in (NAME, PERIOD) if not card.sheet.answers.get(code))
    if missing := (*card.missing, *(code for code in nameless if code not in card.missing)):
        raise _incomplete(card, missing)
    findings = diagnosis_of(card)
    number = iter(range(1, 100))
    aspects = aspects_of(card.model)
    chapters = tuple(chapter_of(card, node, findings, language, chapter_number(next(number), language)) for node in aspects)
    upcoming = next_stage_of(card, language, chapter_number(next(number), language)) if len(card.model.stages) > 1 else None
    remarks = _remarks(card, language, chapter_number(next(number), language))
    method = method_of(card, language, chapter_number(next(number), language))
    return ReportContent(
        language=language,
        labels=labels_in(language, full=scaled_text(card.model.full)),
        running=shortened(_name(card, language), LONGEST_RUNNING),
        author=shortened(_name(card, language), LONGEST_NAME),
        foot=f"{card.model.code} {card.model.edition}",
        day=day_text(at, language),
        cover=_cover(card, language, at),
        summary=summary_of(card, language),
        chapters=chapters,
        next=upcoming,
        remarks=remarks,
        method=method,
        receipt=_receipt(card, language, at, chapter_number(next(number), language)),
    )


def _incomplete(card: ScoreCard, missing: tuple[str, ...]) -> Incomplete:
    model = card.model
    named_zh = "、".join(f"第 {model.card_of[code].number} 题“{model.question[code].title.zh}”" for code in missing[:3])
    named_en = ", ".join(f"question {model.card_of[code].number} “{model.question[code].title.en}”" for code in missing[:3])
    more_zh, more_en = ("等", " and others") if len(missing) > 3 else ("", "")
    count = len(missing)
    return Incomplete(
        "report.incomplete",
        zh=f"答卷还有 {count} 题没有答，不能出报告：{named_zh}{more_zh}。请补答后再试；用 guanbiao score 可以看全部未答题目和目前的分数区间。",
        en=(
            f"The sheet lacks {count} answer{'s' if count > 1 else ''}, so there is no report yet: {named_en}{more_en}. "
            "Answer them and try again; guanbiao score shows everything missing and the interval so far."
        ),
        missing=missing,
    )


def day_text(at: datetime, language: Language) -> str:
    """“2026年11月24日”, “24 November 2026”."""
    return f"{at.year}年{at.month}月{at.day}日" if language == "zh" else f"{at.day} {at:%B} {at.year}"


def moment_text(at: datetime, language: Language) -> str:
    """“2026年11月24日 17:42（UTC+8）”, “24 November 2026, 17:42 (UTC+8)”; an instant without an offset shows none."""
    if (offset := at.utcoffset()) is None:
        zone = ""
    else:
        minutes = round(offset.total_seconds() / 60)
        hours, rest = divmod(abs(minutes), 60)
        name = f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"
        zone = f"（{name}）" if language == "zh" else f" ({name})"
    return f"{day_text(at, language)}{' ' if language == 'zh' else ', '}{at:%H:%M}{zone}"


def _typed(card: ScoreCard, question: str) -> str:
    answer = card.sheet.answers.get(question)
    return printable(answer) if isinstance(answer, str) else ""


def _name(card: ScoreCard, language: Language) -> str:
    return _typed(card, NAME) or ("（未填名称）" if language == "zh" else "(no name given)")


def _cover(card: ScoreCard, language: Language, at: datetime) -> Cover:
    zh = language == "zh"
    model = card.model
    empty = "未填" if zh else "not given"
    facts = (
        Fact("统一社会信用代码" if zh else "Unified social credit code", shortened(_typed(card, CREDIT_CODE), LONGEST_FIELD) or empty),
        Fact("评估年度" if zh else "Period", shortened(_typed(card, PERIOD), LONGEST_FIELD) or empty),
        Fact("评估问卷" if zh else "Questionnaire", f"{model.title.in_(language)} {model.edition}{'版' if zh else ''}"),
        Fact("报告日期" if zh else "Date of report", day_text(at, language)),
    )
    return Cover(
        title="两化融合自评估与自诊断报告" if zh else "Self-assessment and self-diagnosis report",
        subtitle="信息化和工业化融合" if zh else "Integration of informatisation and industrialisation (两化融合)",
        name=shortened(_name(card, language), LONGEST_NAME),
        facts=facts,
        statement=(
            "本报告依据企业自行填报的答卷，按公开的方法逐项计算得出，可由任何人重算核对。填报内容未经审核；自评估结果不代替两化融合管理体系评定。"
            if zh
            else "This report is computed from answers the enterprise gave itself, by a published method that anyone can run again. "
            "The answers have not been audited; a self-assessment does not replace the assessment of the management system."
        ),
        signatures=("填报单位（盖章）", "负责人（签字）", "日期") if zh else ("Enterprise (seal)", "Person in charge (signature)", "Date"),
    )


def _remarks(card: ScoreCard, language: Language, number: str) -> Remarks:
    zh = language == "zh"
    checks = {check.code: check.says for check in card.model.checks}
    says = tuple(thin_spaced(filled(checks[code], card, language), language) for code in card.warnings)
    total = len(checks)
    if says:
        line = (
            f"共核对 {total} 条，下面 {len(says)} 条的回答放在一起少见。这些提示不改变得分；"
            "属实的请备好说明，不属实的请改正后重新计分。"
            if zh
            else f"Of {total} checks, {len(says)} found answers that seldom go together. "
            "They change no score: keep an explanation ready, or correct and score again."
        )
    elif not total:
        line = "本问卷没有设核对条目。" if zh else "This questionnaire has no checks."
    else:
        line = f"共核对 {total} 条，没有发现放在一起少见的回答。" if zh else f"Of {total} checks, none found answers that seldom go together."
    return Remarks(
        number=number,
        title="需要核对的回答" if zh else "Answers to check",
        line=thin_spaced(line, language),
        says=says,
        notes=tuple(printable(note_zh if zh else note_en) for note_zh, note_en in card.sheet.notes),
    )


def _receipt(card: ScoreCard, language: Language, at: datetime, number: str) -> Receipt:
    zh = language == "zh"
    model = card.model
    receipt = receipt_of(card, at=at)
    digest = result_digest(receipt)
    total = scaled_text(card.score(model.tree.code) or 0)
    stage = f"{card.stage} {stage_at(card).title.in_(language)}"
    line = (
        "回执写下问卷、回答摘要、每个指标的整数得分和阶段，按 RFC 8785 规范化。结果摘要取自回执除计分时间以外的全部内容，"
        "所以同一份答卷不论何时、何处计分，也不论报告是哪种格式，摘要都相同。回执未签名。"
        if zh
        else "The receipt records the questionnaire, the digest of the answers, every integer score and the stage, in its RFC 8785 form. "
        "The result digest is taken over all of it but the time of scoring: "
        "the same sheet gives the same digest wherever and whenever it is scored, and in every format of this report. The receipt is unsigned."
    )
    facts = (
        Fact("企业" if zh else "Enterprise", shortened(_name(card, language), 500)),
        Fact("问卷" if zh else "Questionnaire", f"{model.code} {model.edition}"),
        Fact("问卷摘要" if zh else "Questionnaire digest", model.digest),
        Fact("回答摘要" if zh else "Answers digest", receipt["answers"]),
        Fact("总分" if zh else "Total", f"{total} / {scaled_text(model.full)}"),
        Fact("阶段" if zh else "Stage", stage),
        Fact("计分时间" if zh else "Scored at", moment_text(at, language)),
        Fact("计分程序" if zh else "Engine", receipt["engine"]),
    )
    return Receipt(
        number=number,
        title="计分回执" if zh else "Score receipt",
        line=thin_spaced(line, language),
        facts=facts,
        digest=digest,
        check=thin_spaced(_check(model.code, language), language),
        qr=f"{receipt['format']}\n{model.code} {model.edition}\nTOTAL {total}\n{card.stage}\n{digest}",
        qr_alt=(
            f"二维码：结果摘要、问卷 {model.code} {model.edition}、总分 {total}、阶段 {card.stage}"
            if zh
            else f"QR code: result digest, questionnaire {model.code} {model.edition}, total {total}, stage {card.stage}"
        ),
    )


def _check(code: str, language: Language) -> str:
    if language == "zh":
        return f"核对：对同一份答卷运行 guanbiao score {code} 答卷 --receipt 回执.json 和 guanbiao verify-receipt，会打印同样的结果摘要。"
    return f"To check: guanbiao score {code} SHEET --receipt RECEIPT and guanbiao verify-receipt print the same digest for the same sheet."
