"""`make accept` lists the checks; `make accept A=name` runs one. CONTROL=1 plants its fault: then it must fall short. FULL=1: the long form.

Exit status 0 only where the bar holds.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from acceptance.diagnosis import diagnosis
from acceptance.scoring import scoring

CHECKS: dict[str, tuple[Callable[..., bool], str]] = {
    "scoring": (scoring, "kernel and an independent scorer agree on every byte of random sheets of every questionnaire"),
    "diagnosis": (diagnosis, "diagnoses of simulated firms differ, cite true answers and do not repeat"),
}


def main(arguments: list[str]) -> int:
    if not arguments:
        for name, (_, promise) in CHECKS.items():
            print(f"{name:12} {promise}")
        return 0
    if arguments[0] not in CHECKS:
        print(f"there is no check {arguments[0]}; make accept lists them", file=sys.stderr)
        return 2
    check, _ = CHECKS[arguments[0]]
    return 0 if check(control=os.environ.get("CONTROL") == "1", full=os.environ.get("FULL") == "1") else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
