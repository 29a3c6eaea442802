"""Runs the scripts of this folder under Node, where Pyodide's own Python does the work."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from peerbook.environment.archive import Warm
from peerbook.environment.cache import write_whole
from peerbook.environment.context import Context
from peerbook.errors import PeerbookError

HERE = Path(__file__).parent
COMPILE, COMPILER = HERE / "compile.mjs", HERE / "compiler.py"
WARM, WARM_LESSON = HERE / "warm.mjs", HERE / "warm.py"

MINUTES_AT_MOST = 15
"""The base takes 7 s on two cores; a slow machine with a large workshop may need minutes, a stuck one must end."""

LIBRARY_FOLDER = "/lib/python{joined}.zip/"
PACKAGES_FOLDER = "/lib/python{release}/site-packages/"
"""Where Pyodide puts them: the folders that tracebacks name."""


def folders(context: Context) -> tuple[str, str]:
    """Where Python finds the standard library and packages, with a slash at the end."""
    release = context.distribution.target.python.split(".")[:2]
    return LIBRARY_FOLDER.format(joined="".join(release)), PACKAGES_FOLDER.format(release=".".join(release))


def run(context: Context, words: str, script: Path, *arguments: str) -> str:
    """Run a script with Pyodide's folder and ``arguments``; the last line it prints. ``words`` say what it does."""
    command = [str(context.node), str(script), str(context.pyodide.resolve()), *arguments]
    remedy = "Node 20.19 or newer is needed; if it is there, 'python3 build.py clean --all' starts afresh."
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=MINUTES_AT_MOST * 60,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerbookError(f"{words} did not work: {error}", where=str(context.node), remedy=remedy) from error
    if done.returncode:
        raise PeerbookError(f"{words} did not work:\n  {_reason(done.stderr)}", where=str(context.node), remedy=remedy)
    return done.stdout.rstrip().rpartition("\n")[2]


def trace_warm(context: Context, wheels: Sequence[Path]) -> Warm:
    """See which files a first lesson imports, and write the list, sorted."""
    answer = run(context, "trying a first lesson", WARM, str(WARM_LESSON), *(str(wheel.resolve()) for wheel in wheels))
    files = [file for file in json.loads(answer) if file.endswith(".py")]
    library, packages = (
        sorted(file.removeprefix(folder) for file in files if file.startswith(folder)) for folder in folders(context)
    )
    text = json.dumps({"library": library, "packages": packages}, indent=1) + "\n"
    write_whole(context.warm_list, text.encode())
    return Warm(frozenset(library), frozenset(packages))


def read_warm(context: Context) -> Warm:
    """The committed list."""
    record = json.loads(context.warm_list.read_text("utf-8"))
    return Warm(frozenset(record["library"]), frozenset(record["packages"]))


def _reason(output: str) -> str:
    """The telling lines of what Node printed; its echo of Pyodide's source is one line of a megabyte."""
    lines = [line.strip() for line in output.splitlines() if line.strip() and len(line) < 300]
    telling = [line for line in lines if not line.startswith("at ")]
    return "\n  ".join(telling[-8:])
