"""The shape of the house: floors, pure rules, small files named after things, light commands."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import EXAMPLES, REPOSITORY

FILES = sorted(path.relative_to(REPOSITORY) for path in (REPOSITORY / "guanbiao").rglob("*.py"))
FLOORS = ("kernel", "indicators", "assessment", "project")
HEAVY = ("yaml", "jsonschema", "pyarrow", "xlsxwriter", "rich.console", "docx", "typst", "python_calamine", "django")


def tree_of(path: Path) -> ast.Module:
    return ast.parse((REPOSITORY / path).read_text(encoding="utf-8"))


def imported(module: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_the_import_contracts_hold() -> None:
    ran = subprocess.run([Path(sys.executable).parent / "lint-imports", "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "0 broken" in ran.stdout, ran.stdout[-2_000:]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_no_file_is_long_or_named_after_nothing(path: Path) -> None:
    lines = (REPOSITORY / path).read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 400, f"{path} has {len(lines)} lines"
    assert path.stem not in {"utils", "util", "helpers", "helper", "services", "service", "common", "misc", "manager", "tools"}


@pytest.mark.parametrize("path", FILES, ids=str)
def test_imports_only_go_down(path: Path) -> None:
    """Also those inside functions, which a glance at the head of a file does not show."""
    floor = path.parts[1] if len(path.parts) > 2 else None
    if floor is None:
        return
    above = FLOORS[FLOORS.index(floor) + 1 :]
    assert not [name for name in imported(tree_of(path)) if name.startswith(tuple(f"guanbiao.{context}" for context in above))]


@pytest.mark.parametrize("path", [path for path in FILES if "rules" in path.parts or "kernel" in path.parts], ids=str)
def test_rules_know_no_clock_no_terminal_and_no_environment(path: Path) -> None:
    module = tree_of(path)
    assert not imported(module) & {"os", "sys", "subprocess", "socket", "random", "time", "requests", "urllib"}
    for node in ast.walk(module):
        if isinstance(node, ast.Attribute):
            assert node.attr not in {"now", "today", "utcnow", "environ"}, (path, node.lineno)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id not in {"print", "open", "input", "eval", "exec"}, (path, node.lineno)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_public_functions_say_what_they_do(path: Path) -> None:
    module = tree_of(path)
    public = [node for node in module.body if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")]
    silent = [node.name for node in public if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is None and not _is_plain(node)]
    assert len(silent) <= 2, silent
    if module.body:
        assert ast.get_docstring(module) is not None or path.name == "__init__.py"


def _is_plain(node: ast.FunctionDef) -> bool:
    return len(node.body) <= 2


def loaded(*argv: str) -> set[str]:
    program = "import sys; from guanbiao.project.command import main; s = main(sys.argv[1:]); print(*sys.modules, file=sys.stderr); sys.exit(s)"
    ran = subprocess.run([sys.executable, "-c", program, *argv], cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr[-2_000:]
    return set(ran.stderr.split())


def test_saying_the_version_loads_next_to_nothing() -> None:
    modules = loaded("--version")
    assert not [name for name in (*HEAVY, "numpy", "rich", "decimal", "guanbiao.indicators") if name in modules]


@pytest.mark.parametrize("options", [[], ["--json"], ["--why"], ["--lang", "en"]])
def test_scoring_a_shipped_model_loads_nothing_heavy(options: list[str]) -> None:
    modules = loaded("score", "iii-steel", str(EXAMPLES / "iii-steel" / "middle.json"), *options)
    assert not [name for name in HEAVY if name in modules]


@pytest.mark.parametrize("argv", [["model", "list"], ["model", "show", "iii-steel"]])
def test_looking_at_models_parses_no_yaml(argv: list[str]) -> None:
    modules = loaded(*argv)
    assert not [name for name in HEAVY if name in modules]
