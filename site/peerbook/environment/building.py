"""Has archives compiled by Pyodide under Node, once for each content, and keeps them."""

from __future__ import annotations

import json
import tempfile
import zipfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from peerbook.environment.archive import Member, Warm, plan_library, plan_packages
from peerbook.environment.cache import sha256_of, write_whole
from peerbook.environment.context import Context
from peerbook.environment.node import COMPILE, COMPILER, folders, run
from peerbook.errors import PeerbookError


def build_library(context: Context, warm: Warm) -> Path:
    """The standard library, what a first lesson imports as bytecode."""
    source = context.pyodide / "python_stdlib.zip"
    plan = plan_library(_members(source), warm.library)
    return _build(context, "the standard library", [source], plan, folders(context)[0])


def build_base(context: Context, words: str, wheels: Sequence[Path], warm: Warm) -> Path:
    """One archive of the base environment's wheels, what a first lesson imports as bytecode."""
    plan = plan_packages([_members(wheel) for wheel in wheels], warm.packages)
    return _build(context, words, wheels, plan, folders(context)[1])


def build_packages(context: Context, words: str, wheels: Sequence[Path]) -> Path:
    """One archive of a workshop's pure wheels, all as bytecode: what it asked for it imports."""
    plan = plan_packages([_members(wheel) for wheel in wheels])
    return _build(context, words, wheels, plan, folders(context)[1])


def _build(context: Context, words: str, inputs: Sequence[Path], plan: Sequence[Member], prefix: str) -> Path:
    """The archive from the cache, or made now. The key is all that the bytes depend on."""
    rows = [[member.source, member.name, member.target, member.compiled] for member in plan]
    parts = [_file_hash(path) for path in (COMPILE, COMPILER, context.pyodide / "pyodide.asm.wasm", *inputs)]
    kept = context.cache / "archives" / f"{sha256_of(json.dumps([parts, rows, prefix]).encode())}.bin"
    if kept.is_file():
        return kept
    with context.progress.task(f"Compiling {words}"), tempfile.TemporaryDirectory(prefix="peerbook-") as folder:
        output, job = Path(folder, "archive.bin"), Path(folder, "job.json")
        record = {
            "inputs": [str(path.resolve()) for path in inputs],
            "members": rows,
            "prefix": prefix,
            "output": str(output),
        }
        job.write_text(json.dumps(record), "utf-8")
        run(context, f"compiling {words}", COMPILE, str(COMPILER), str(job))
        write_whole(kept, output.read_bytes())
    return kept


def _members(path: Path) -> list[str]:
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except (OSError, zipfile.BadZipFile) as error:
        remedy = "Run 'python3 build.py clean --all' and build again."
        raise PeerbookError(f"cannot be read: {error}", where=str(path), remedy=remedy) from error


@cache
def _file_hash(path: Path) -> str:
    return sha256_of(path.read_bytes())
