"""`guanbiao model …`: the shipped questionnaires and a stranger's files."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from guanbiao.kernel.errors import Language, Unusable
from guanbiao.project.printing import print_json


def model(arguments: argparse.Namespace) -> int:
    """Run the subcommand."""
    actions = {"list": _list, "show": _show, "check": _check, "find": _find, "template": _template, "docs": _docs, "diff": _diff, "build": _build}
    return actions[arguments.action](arguments)


def _list(arguments: argparse.Namespace) -> int:
    from guanbiao.indicators.library import shipped

    entries = shipped()
    if arguments.json:
        print_json(
            [
                {
                    "code": e.code,
                    "edition": e.edition,
                    "title": e.title,
                    "digest": e.digest,
                    "questions": e.questions,
                    "indicators": e.indicators,
                    "applies_to": e.applies_to,
                }
                for e in entries
            ],
            indent=1,
        )
        return 0
    from guanbiao.project.terminal import table

    language: Language = arguments.lang
    head = ["代码", "版本", "题目", "计分指标", "名称"] if language == "zh" else ["code", "edition", "questions", "indicators", "title"]
    rows = [[e.code, e.edition, str(e.questions), str(e.indicators), e.title[language]] for e in entries]
    sys.stdout.write(table([head, *rows], right=(2, 3)))
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.sheets import model_by_name

    print_json(model_by_name(arguments.model).raw, indent=1)
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.sheets import checked_file
    from guanbiao.indicators.sources import check_file

    path = Path(arguments.file)
    checked_file(path)
    summary, defects = check_file(path)
    for defect in defects:
        sys.stdout.write(defect.sentence(arguments.lang) + "\n")
    if defects:
        sys.stderr.write(f"{len(defects)} 处问题。\n" if arguments.lang == "zh" else f"{len(defects)} defects.\n")
        return 2
    sys.stdout.write((summary[0] if arguments.lang == "zh" else summary[1]) + "\n")
    return 0


def _find(arguments: argparse.Namespace) -> int:
    from guanbiao.indicators.industries import industries_named, is_code, questionnaire_for

    named = [] if is_code(arguments.industry) else industries_named(arguments.industry.strip())
    if len(named) > 1 or (named and not arguments.json):
        from guanbiao.project.terminal import table

        sys.stdout.write(table([[code, questionnaire_for(code, production=arguments.production).model, name] for code, name in named]))
        return 0
    if named:
        arguments.industry = named[0][0]
    proposal = questionnaire_for(arguments.industry, production=arguments.production)
    if arguments.json:
        reason = {"zh": proposal.reason.zh, "en": proposal.reason.en}
        print_json({"model": proposal.model, "industry": proposal.industry, "reason": reason}, indent=1)
        return 0
    sys.stdout.write(f"{proposal.model}\n{proposal.reason.in_(arguments.lang)}\n")
    return 0


def _template(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.sheets import model_by_name, sheet_from
    from guanbiao.indicators.workbooks.template import write_template
    from guanbiao.project.files import replacing

    _check_template_target(arguments.output, force=arguments.force)
    found = model_by_name(arguments.model)
    answers = sheet_from(found, Path(arguments.answers)).answers if arguments.answers else {}
    with replacing(Path(arguments.output)) as beside:
        write_template(found, beside, arguments.lang, answers=answers)
    _written(arguments)
    return 0


def _check_template_target(output: str, *, force: bool) -> None:
    """A workbook that somebody has filled in must not be lost, nor one be written that Excel then refuses to open."""
    if not output.lower().endswith(".xlsx"):
        zh, en = f"{output} 请取名为 .xlsx：写出的是 Excel 工作簿。", f"{output}: name it .xlsx; what is written is an Excel workbook."
        raise Unusable("output.not-xlsx", zh=zh, en=en, at=output)
    if os.path.isfile(output) and not force:  # noqa: PTH113  never raises, whatever the name
        zh = f"{output} 已经有了，可能填着答案。请换个文件名；确实要覆盖就加 --force。"
        en = f"{output} exists already and may hold answers. Choose another name, or add --force to replace it."
        raise Unusable("output.exists", zh=zh, en=en, at=output)


def _docs(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.sheets import model_by_name
    from guanbiao.indicators.books.markdown import markdown_book

    found = model_by_name(arguments.model)
    if not arguments.output:
        sys.stdout.write(markdown_book(found, arguments.lang))
        return 0
    from guanbiao.indicators.books.writing import write_book
    from guanbiao.project.files import replacing

    target = Path(arguments.output)
    with replacing(target) as beside:
        write_book(found, beside, arguments.lang)
    _written(arguments)
    return 0


def _written(arguments: argparse.Namespace) -> None:
    if not arguments.quiet:
        sys.stderr.write(f"已写出 {arguments.output}\n" if arguments.lang == "zh" else f"Wrote {arguments.output}\n")


def _diff(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.sheets import model_by_name
    from guanbiao.indicators.rules.difference import difference_of

    difference = difference_of(model_by_name(arguments.old), model_by_name(arguments.new))
    if arguments.json:
        print_json(difference.as_json(), indent=1)
    else:
        sys.stdout.write("\n".join(difference.sentences(arguments.lang)) + "\n")
    return 0


def _build(arguments: argparse.Namespace) -> int:
    from guanbiao.assessment.diagnosis import build_diagnosis
    from guanbiao.indicators.library import BUILT, build_library
    from guanbiao.indicators.publishing import check_frozen, publish
    from guanbiao.project.progress import progress

    title = "组合问卷" if arguments.lang == "zh" else "Composing questionnaires"
    with progress(title, quiet=arguments.quiet) as advance:
        entries = build_library(advance=advance)
    if arguments.publish:
        publish(entries)
    check_frozen(entries)
    rules = build_diagnosis(BUILT)
    if arguments.examples:
        from guanbiao.assessment.examples import write_examples

        write_examples(Path(arguments.examples))
    if not arguments.quiet:
        zh = f"已组合 {len(entries)} 份问卷、{rules} 条诊断规则。\n"
        sys.stderr.write(zh if arguments.lang == "zh" else f"Composed {len(entries)} questionnaires and {rules} diagnosis rules.\n")
    return 0
