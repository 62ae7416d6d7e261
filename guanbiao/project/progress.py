"""Progress of long jobs: a bar on a terminal, plain lines otherwise, nothing with --quiet."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[int, int | None], None]
"""(done, of how many or None)"""

_EVERY_SECONDS = 2.0


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Advance]:
    """Something to call with (done, total) while working."""
    if quiet:
        yield _silent
        return
    if sys.stderr.isatty():
        with _bar(title) as advance:
            yield advance
        return
    yield _lines(title)


def _silent(_done: int, _total: int | None) -> None:
    pass


@contextmanager
def _bar(title: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    with Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(), console=Console(stderr=True)) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _lines(title: str) -> Advance:
    last = time.monotonic()

    def advance(done: int, total: int | None) -> None:
        nonlocal last
        if time.monotonic() - last >= _EVERY_SECONDS or done == total:
            last = time.monotonic()
            sys.stderr.write(f"{title} {done}{f'/{total}' if total else ''}\n")

    return advance
