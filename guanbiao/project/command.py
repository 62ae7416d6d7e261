"""The command line: `guanbiao score|report|rescore|verify-receipt|model …`.

Exit status: 0 done; 1 done, but something did not hold (a receipt that does not verify, sheets of a table refused beside others); 2 the
input could not be used, or a checked file has defects. With lines of JSON a refused line says so in its place and the status stays 0
(docs/algorithms/scoring.md). Every subcommand is imported only when it is called.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import NoReturn

from guanbiao.kernel.characters import writable
from guanbiao.kernel.errors import Language, Refusal, Refusals

OK, NOT_HELD, UNUSABLE = 0, 1, 2


def default_language() -> Language:
    """GUANBIAO_LANG, else Chinese."""
    return "en" if os.environ.get("GUANBIAO_LANG", "").lower().startswith("en") else "zh"


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """A wrong command line in one sentence, in both languages: which one was wanted is not known yet."""
        self.print_usage(sys.stderr)
        self.exit(UNUSABLE, writable(f"命令写法不对 wrong command line: {message}。--help\n"))


def parser() -> argparse.ArgumentParser:
    """Every subcommand and option, with help in both languages."""
    top = _Parser(
        prog="guanbiao",
        description="贯标：两化融合自评估的问卷、计分与报告。Questionnaires, scoring and reports for the 两化融合 self-assessment.",
        epilog="退出码 exit status: 0 完成 done; 1 做完但有不成立之处 done, but something did not hold; 2 输入无法使用 input unusable.",
    )
    top.add_argument("--version", action="store_true", help="版本 version")
    shared = _Parser(add_help=False)
    shared.add_argument("--lang", choices=["zh", "en"], default=default_language(), help="语言 language (GUANBIAO_LANG)")
    shared.add_argument("--quiet", action="store_true", help="不显示进度 no progress")
    commands = top.add_subparsers(dest="command", metavar="COMMAND")

    score = commands.add_parser("score", parents=[shared], help="给一份答卷计分 score an answer sheet (.json, .xlsx, .ndjson; - for ndjson on stdin)")
    score.add_argument("model", metavar="MODEL", help="问卷代码或文件 code or file of a questionnaire")
    score.add_argument("file", metavar="FILE")
    score.add_argument("--json", action="store_true", help="只输出 JSON print only JSON")
    score.add_argument("--why", nargs="?", const="TOTAL", metavar="NODE", help="为什么是这个分 explain a node (default TOTAL)")
    score.add_argument("--receipt", metavar="OUT", help="写出计分回执 write a receipt")

    report = commands.add_parser("report", parents=[shared], help="写自评估诊断报告 write the diagnosis report (.pdf, .docx, .html)")
    report.add_argument("model", metavar="MODEL")
    report.add_argument("file", metavar="FILE")
    report.add_argument("-o", "--output", required=True, metavar="OUT")

    rescore = commands.add_parser("rescore", parents=[shared], help="成批计分 score a table (.parquet, .arrow, .ndjson) in 1/10,000 points")
    rescore.add_argument("model", metavar="MODEL")
    rescore.add_argument("file", metavar="IN")
    rescore.add_argument("-o", "--output", required=True, metavar="OUT")
    rescore.add_argument("--interval", action="store_true", help="不完整的答卷给出区间 lowest and highest of incomplete sheets")
    rescore.add_argument("--keep", metavar="COLUMN,…", help="原样带到结果里的列（id 总会带上） columns to carry over (id always is)")

    verify = commands.add_parser("verify-receipt", parents=[shared], help="核对计分回执 score again and compare with a receipt")
    verify.add_argument("file", metavar="RECEIPT")
    verify.add_argument("--model", required=True, metavar="MODEL")
    verify.add_argument("--answers", required=True, metavar="FILE")
    _model_commands(commands.add_parser("model", help="问卷 questionnaires: list, show, check, find, template, docs, diff, build"), shared)
    return top


def _model_commands(model: argparse.ArgumentParser, shared: _Parser) -> None:
    commands = model.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = commands.add_parser("list", parents=[shared], help="全部问卷 all questionnaires")
    listing.add_argument("--json", action="store_true")
    show = commands.add_parser("show", parents=[shared], help="整份问卷的 JSON the whole composed model as JSON")
    show.add_argument("model", metavar="MODEL")
    show.add_argument("--json", action="store_true", help=argparse.SUPPRESS)
    check = commands.add_parser("check", parents=[shared], help="列出文件的每一处问题 every defect of a file, with its place")
    check.add_argument("file", metavar="FILE")
    find = commands.add_parser("find", parents=[shared], help="按行业找问卷 the questionnaire for an industry (GB/T 4754-2017 code)")
    find.add_argument("industry", metavar="INDUSTRY", help="如 C3110、31、I65")
    find.add_argument("--production", choices=["discrete_mass", "discrete_batch", "process", "mixed"], help="生产类型 production type")
    find.add_argument("--json", action="store_true")
    template = commands.add_parser("template", parents=[shared], help="生成离线填报的 Excel 工作簿 write the workbook to fill offline")
    template.add_argument("model", metavar="MODEL")
    template.add_argument("-o", "--output", required=True, metavar="OUT.xlsx")
    template.add_argument("--answers", metavar="FILE", help="带入已有答案 with answers filled in")
    template.add_argument("--force", action="store_true", help="覆盖已有的文件 replace a file that exists")
    docs = commands.add_parser("docs", parents=[shared], help="方法手册 the method book (.md or .pdf)")
    docs.add_argument("model", metavar="MODEL")
    docs.add_argument("-o", "--output", metavar="OUT", help="默认打印 Markdown; default: Markdown on the terminal")
    diff = commands.add_parser("diff", parents=[shared], help="两个版本有何不同 what changed between two editions")
    diff.add_argument("old", metavar="OLD")
    diff.add_argument("new", metavar="NEW")
    diff.add_argument("--json", action="store_true")
    build = commands.add_parser("build", parents=[shared], help="由源文件组合全部问卷 compose every questionnaire from its sources")
    build.add_argument("--publish", action="store_true", help="冻结尚未发布的版本 freeze editions that are not published yet")
    build.add_argument("--examples", metavar="DIR", help="同时写出示例答卷 also write the example sheets")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status. Refusals become one sentence on stderr, never a traceback."""
    from guanbiao.project.printing import prepare_streams

    prepare_streams()
    arguments = parser().parse_args(argv)
    if arguments.version:
        return _version()
    if not arguments.command:
        parser().print_help()
        return UNUSABLE
    language: Language = arguments.lang
    try:
        status = _command(arguments)(arguments)
        sys.stdout.flush()
        return status
    except Refusal as refusal:
        say_refusal(refusal, language)
        return UNUSABLE
    except BrokenPipeError:
        # The reader of our output went away: nothing more to say, nor anything left to flush at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return OK
    except OSError as error:
        reason = error.strerror or str(error)
        sys.stderr.write(f"读写失败：{reason}。\n" if language == "zh" else f"Reading or writing failed: {reason}.\n")
        return UNUSABLE
    except KeyboardInterrupt:
        sys.stderr.write("\n已中断。\n" if language == "zh" else "\nInterrupted.\n")
        return 130


def _version() -> int:
    import guanbiao

    sys.stdout.write(f"guanbiao {guanbiao.__version__}\n")
    return OK


def _command(arguments: argparse.Namespace) -> Callable[[argparse.Namespace], int]:
    name: str = arguments.command
    if name == "score":
        from guanbiao.project.commands.score import score

        return score
    if name == "report":
        from guanbiao.project.commands.report import report

        return report
    if name == "rescore":
        from guanbiao.project.commands.rescore import rescore

        return rescore
    if name == "verify-receipt":
        from guanbiao.project.commands.receipt import verify

        return verify
    from guanbiao.project.commands.model import model

    return model


def say_refusal(refusal: Refusal, language: Language) -> None:
    """Each refusal as one line on stderr."""
    found = refusal.said(language) if isinstance(refusal, Refusals) else [refusal.sentence(language)]
    for sentence in found:
        sys.stderr.write(writable(sentence) + "\n")


if __name__ == "__main__":
    raise SystemExit(main())
