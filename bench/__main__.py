"""`make bench`: measures and writes bench/RESULTS.md."""

from __future__ import annotations

import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, datetime
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np

from bench.drawn import drawn_block
from bench.engines import duckdb_total, polars_total, unblocked_total
from guanbiao.assessment.rules.answers import read_sheet
from guanbiao.assessment.rules.card import block_of, score
from guanbiao.assessment.rules.kernel import Block, run
from guanbiao.assessment.rules.plan import plan_of
from guanbiao.assessment.tables import BATCH, score_block
from guanbiao.indicators.library import shipped_model

ROOT = Path(__file__).resolve().parent.parent
MODEL = "iii-machinery"
COUNTRY = 150_000


def median(work: Callable[[], Any], times: int) -> float:
    """Median seconds of some runs, after one that does not count."""
    work()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def machine() -> str:
    """The machine in one line."""
    model = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        names = [line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if line.startswith("model name")]
        model = names[0] if names else model
    return f"{model}, {os.cpu_count()} cores, Python {platform.python_version()}, NumPy {np.__version__}"


def many() -> list[tuple[str, str, str]]:
    """The kernel against the other engines on the same 150,000 sheets, and 1.5 million in batches."""
    plan = plan_of(shipped_model(MODEL))
    whole = drawn_block(plan, COUNTRY)
    batches = [Block(whole.values[:, at : at + BATCH], whole.answered[:, at : at + BATCH]) for at in range(0, COUNTRY, BATCH)]

    def kernel() -> Any:
        return np.concatenate([score_block(plan, batch).low[-1] for batch in batches]).astype(np.int64)

    ours = median(kernel, 5)
    rows = [("kernel, 2 threads", f"{ours:.3f} s", "1.0")]
    expected = kernel()
    one_thread = median(lambda: [run(plan, batch) for batch in batches], 3)
    rows.append(("kernel, one thread", f"{one_thread:.3f} s", f"{one_thread / ours:.1f}"))
    for name, build in (("NumPy, unblocked", unblocked_total), ("Polars", polars_total), ("DuckDB", duckdb_total)):
        work = build(plan, whole)
        agrees = np.array_equal(np.asarray(work(), dtype=np.int64), expected)
        taken = median(work, 3)
        rows.append((f"{name}{'' if agrees else ' (DISAGREES)'}", f"{taken:.3f} s", f"{taken / ours:.1f}"))
    rows.append(("naive oracle (2,000 sheets, scaled up)", *_oracle(ours)))
    start = time.perf_counter()
    for _ in range(10):
        for batch in batches:
            score_block(plan, batch)
    million = time.perf_counter() - start
    rows.append(("kernel, 1.5 million in batches", f"{million:.2f} s", f"{million / ours:.1f}"))
    return rows


def _oracle(ours: float) -> tuple[str, str]:
    sys.path.insert(0, str(ROOT))
    from tests.assessment.oracle import Oracle
    from tests.assessment.sheets_drawn import sheets

    model = shipped_model(MODEL)
    oracle = Oracle(model.raw)
    drawn = [sheet for sheet in sheets(model.raw, 2_000, 3) if _accepted(oracle, sheet)]
    start = time.perf_counter()
    for sheet in drawn:
        oracle.score(sheet)
    taken = (time.perf_counter() - start) / len(drawn) * COUNTRY
    return f"{taken:.0f} s", f"{taken / ours:.0f}"


def _accepted(oracle: Any, sheet: dict[str, Any]) -> bool:
    """Complete sheets only, as the engines above score them."""
    try:
        return bool(oracle.score(sheet)["complete"])
    except Exception:
        return False


def single() -> list[tuple[str, str]]:
    """One sheet: kernel and card, complete and half answered."""
    model = shipped_model(MODEL)
    plan = plan_of(model)
    raw = json.loads((ROOT / "examples" / MODEL / "middle.json").read_text(encoding="utf-8"))
    whole = read_sheet(model, raw)
    draft = read_sheet(model, {code: value for at, (code, value) in enumerate(raw.items()) if at % 2})
    rows = []
    for name, sheet in (("complete", whole), ("half answered, with interval", draft)):
        block = block_of(plan, [sheet])
        rows.append((f"kernel, one sheet, {name}", f"{median(lambda b=block: run(plan, b), 300) * 1e3:.2f} ms"))  # type: ignore[misc]
        rows.append((f"whole card with checks, {name}", f"{median(lambda s=sheet: score(model, s), 300) * 1e3:.2f} ms"))  # type: ignore[misc]
    return rows


def documents() -> list[tuple[str, str]]:
    """Command line cold, report, workbook."""

    from guanbiao.assessment.reports.composing import report_of
    from guanbiao.assessment.reports.pdf import pdf_of
    from guanbiao.indicators.workbooks.template import write_template

    model = shipped_model(MODEL)
    sheet = ROOT / "examples" / MODEL / "middle.json"
    now = datetime.now().astimezone()
    names = count(1)

    def report() -> bytes:
        # Another name each time: typst remembers documents it has seen.
        answers = json.loads(sheet.read_text(encoding="utf-8")) | {"QY01": f"示例企业{next(names)}"}
        return pdf_of(report_of(score(model, read_sheet(model, answers)), "zh", at=now), at=now)

    with tempfile.TemporaryDirectory() as folder:
        xlsx = Path(folder, "t.xlsx")
        command = [str(ROOT / ".venv/bin/guanbiao"), "score", MODEL, str(sheet)]
        return [
            ("`import numpy` alone, a new process", f"{median(lambda: subprocess.run([sys.executable, '-c', 'import numpy'], check=True), 7):.2f} s"),
            ("`guanbiao score`, a new process", f"{median(lambda: subprocess.run(command, check=True, capture_output=True), 7):.2f} s"),
            ("report as PDF, warm", f"{median(report, 7):.2f} s"),
            ("workbook template", f"{median(lambda: write_template(model, xlsx, 'zh'), 5):.2f} s"),
        ]


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows)]
    return "\n".join(lines)


def main() -> None:
    print("many sheets …", flush=True)
    first = many()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print("one sheet …", flush=True)
    second = single()
    print("documents …", flush=True)
    third = documents()
    text = f"""# Results

{date.today().isoformat()} · {machine()} · model {MODEL} · medians in one run; ratios to the kernel.

## {COUNTRY:,} sheets

{table(("engine", "time", "ratio"), first)}

Peak memory of this process, all engines and the {COUNTRY:,} sheets in memory included: {peak:.0f} MB.

## One sheet

{table(("work", "median"), second)}

## Documents and the command line

{table(("work", "median"), third)}
"""
    notes = Path(__file__).with_name("NOTES.md")
    if notes.exists():
        text += "\n" + notes.read_text(encoding="utf-8")
    Path(__file__).with_name("RESULTS.md").write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
