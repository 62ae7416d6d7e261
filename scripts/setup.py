"""Set-up with nothing but python3 (≥ 3.10): a private uv, Python 3.13 by .python-version, packages locked by hash.

Says in one sentence what is missing and what to do.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TOOLS, HOME = ROOT / ".tools", ROOT / ".venv"
PYTHON = HOME / "bin" / "python"
WANTED = (ROOT / ".python-version").read_text(encoding="utf-8").strip()


def fail(zh: str, en: str) -> None:
    sys.stderr.write(f"{zh}\n{en}\n")
    raise SystemExit(1)


def run(*command: str | Path, zh: str, en: str) -> None:
    """Run one step quietly; on failure show its output and the sentence."""
    done = subprocess.run([str(part) for part in command], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.stderr.write(done.stdout[-2000:] + done.stderr[-4000:])
        fail(zh, en)


def uv() -> Path:
    """The uv on the path, or one put into .tools."""
    own = TOOLS / "bin" / "uv"
    if own.exists():
        return own
    if found := shutil.which("uv"):
        return Path(found)
    print("准备工具 · preparing tools (uv)")
    try:
        venv.create(TOOLS, with_pip=True)
    except (subprocess.CalledProcessError, SystemExit, OSError):
        fail("python3 缺少 venv 模块，请安装系统包 python3-venv。", "python3 lacks its venv module; install the system package python3-venv.")
    run(
        TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv",
        zh="装不上 uv：请检查 Python 软件包源是否可用。",
        en="uv could not be installed: check that the Python package index can be reached.",
    )
    return own


def main() -> None:
    if sys.version_info < (3, 10):
        fail("需要 python3 3.10 或更高版本。", "python3 3.10 or later is needed.")
    tool = uv()
    if not PYTHON.exists():
        print(f"准备 Python {WANTED}")
        run(
            tool, "venv", "--quiet", "--python", WANTED, HOME,
            zh=f"找不到 Python {WANTED}，也无法下载。请先安装 Python {WANTED}（例如系统包或 pyenv），再运行 make setup。",
            en=f"Python {WANTED} was not found, nor could it be fetched. Install it (a system package, or pyenv), then run make setup again.",
        )
    print("安装软件包 · installing packages (locked by hash)")
    run(
        tool, "pip", "install", "--quiet", "--python", PYTHON, "--no-build", "--require-hashes", "-r", "requirements/dev.txt",
        zh="软件包安装失败：请检查网络或软件包源，再运行 make setup。",
        en="Packages could not be installed: check the network or the package index, then run make setup again.",
    )
    run(
        tool, "pip", "install", "--quiet", "--python", PYTHON, "--no-deps", "--no-build-isolation", "-e", ".",
        zh="本项目未能装入虚拟环境。",
        en="The project itself could not be installed into its environment.",
    )


if __name__ == "__main__":
    main()
