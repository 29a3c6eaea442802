"""Has archives compiled by Pyodide under Node, once for each content, and keeps them."""

from __future__ import annotations

import json
import subprocess
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from peerbook.environment.archive import Plan, plan_library, plan_packages
from peerbook.environment.cache import sha256_of, write_whole
from peerbook.environment.context import Context
from peerbook.errors import PeerbookError

COMPILE = Path(__file__).with_name("compile.mjs")
COMPILER = Path(__file__).with_name("compiler.py")
MINUTES_AT_MOST = 15
"""The base takes 15 s on two cores; a slow machine with a large workshop may need minutes, a stuck one must end."""

SITE_PACKAGES = "/lib/python{release}/site-packages/"
LIBRARY = "/lib/python{joined}.zip/"
"""Where Pyodide puts them: the folders that tracebacks name."""


def build_library(context: Context) -> Path:
    """The standard library with bytecode in place of sources."""
    source = context.pyodide / "python_stdlib.zip"
    with _opened(source) as archive:
        plan = plan_library(archive.namelist())
    return _build(context, "the standard library", [source], plan, LIBRARY.format(joined="".join(_release(context))))


def build_packages(context: Context, words: str, wheels: Sequence[Path]) -> Path:
    """One archive of pure wheels for site-packages; ``words`` say for whom."""
    listings = []
    for wheel in wheels:
        with _opened(wheel) as archive:
            listings.append(archive.namelist())
    plan = plan_packages(listings)
    return _build(context, words, wheels, plan, SITE_PACKAGES.format(release=".".join(_release(context))))


def _build(context: Context, words: str, inputs: Sequence[Path], plan: Plan, prefix: str) -> Path:
    """The archive from the cache, or made now. The key is all that the bytes depend on."""
    parts = [
        *(_file_hash(path) for path in (COMPILE, COMPILER, context.pyodide / "pyodide.asm.wasm", *inputs)),
        json.dumps([plan.members, prefix]),
    ]
    kept = context.cache / "archives" / f"{sha256_of(json.dumps(parts).encode())}.zip"
    if kept.is_file() and zipfile.is_zipfile(kept):
        return kept
    with (
        context.progress.task(f"Compiling {words}"),
        tempfile.TemporaryDirectory(prefix="peerbook-") as folder,
    ):
        output = Path(folder, "archive.zip")
        job = Path(folder, "job.json")
        record = {
            "inputs": [str(path.resolve()) for path in inputs],
            "members": plan.members,
            "prefix": prefix,
            "output": str(output),
        }
        job.write_text(json.dumps(record), "utf-8")
        _run(context, words, job)
        write_whole(kept, output.read_bytes())
    return kept


def _run(context: Context, words: str, job: Path) -> None:
    command = [str(context.node), str(COMPILE), str(context.pyodide.resolve()), str(COMPILER), str(job)]
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
        raise PeerbookError(
            f"compiling {words} did not work: {error}", where=str(context.node), remedy="Node 20.19 or newer is needed."
        ) from error
    if done.returncode:
        last = "\n  ".join((done.stderr or done.stdout).strip().splitlines()[-6:])
        raise PeerbookError(
            f"compiling {words} did not work:\n  {last}",
            where=str(context.node),
            remedy="Node 20.19 or newer is needed; 'peerbook clean' starts afresh.",
        )


def _release(context: Context) -> list[str]:
    return context.distribution.target.python.split(".")[:2]


@cache
def _file_hash(path: Path) -> str:
    return sha256_of(path.read_bytes())


def _opened(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        remedy = "Run 'peerbook clean' and build again."
        raise PeerbookError(f"cannot be read: {error}", where=str(path), remedy=remedy) from error
