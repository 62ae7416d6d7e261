"""`guanbiao rescore MODEL IN -o OUT`: a whole table, block by block, with bounded memory."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from guanbiao.assessment.columns import KEPT
from guanbiao.assessment.sheets import checked_file, model_by_name
from guanbiao.assessment.tables import checked_kind, rescore_file
from guanbiao.kernel.errors import Unusable
from guanbiao.project.files import replacing
from guanbiao.project.progress import progress


def rescore(arguments: argparse.Namespace) -> int:
    """0 where every sheet was scored, 1 where some were refused (they stand in the output with the reason)."""
    model = model_by_name(arguments.model)
    source, target = Path(arguments.file), Path(arguments.output)
    checked_file(source)
    for path in (source, target):
        checked_kind(path)
    if target.exists() and target.samefile(source):
        raise Unusable(
            "output.same-file",
            zh=f"结果不能写回 {source}：会盖掉答卷。请给 -o 另一个文件名。",
            en=f"The result cannot be written over {source}: the sheets would be lost. Give -o another file name.",
            at=str(source),
        )
    keep = (*KEPT, *(name for name in (arguments.keep or "").split(",") if name))
    zh = arguments.lang == "zh"
    with replacing(target) as beside, progress("计分" if zh else "Scoring", quiet=arguments.quiet) as advance:
        done = rescore_file(model, source, beside, interval=arguments.interval, language=arguments.lang, advance=advance, keep=keep)
    sys.stderr.write(
        f"{done.rows} 份答卷：{done.complete} 份完整，{done.incomplete} 份不完整，{done.refused} 份退回。结果在 {target}\n"
        if zh
        else f"{done.rows} sheets: {done.complete} complete, {done.incomplete} incomplete, {done.refused} refused. Written to {target}\n"
    )
    return 1 if done.refused else 0
