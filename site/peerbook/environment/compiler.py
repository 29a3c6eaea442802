"""Compiles and packs Python files into one archive. Runs **inside of Pyodide** under Node: it makes the bytecode.

The standard library only, no import of Peerbook: `compile.mjs` reads this file and runs it there. `pack` is plain
Python and runs under any version, which is how it is tested.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import zipfile
from importlib._bootstrap_external import _code_to_hash_pyc  # type: ignore[attr-defined]
from pathlib import Path
from typing import Any

DATE = (2020, 1, 1, 0, 0, 0)
"""Every member's date: the bytes must not tell when they were made."""
LEVEL = 9


def pack(job: dict[str, Any]) -> list[str]:
    """Write `job["output"]`, a gzipped zip of `job["members"]`; return the sources kept since they do not compile.

    The zip stores its members as they are and is compressed as a whole: an eighth smaller than a zip that compresses
    each by itself, unpacked by the browser's own code instead of Python's, and quick to import from.

    A member is `[number of input, name in it, name in the output, to be compiled?]`; `job["inputs"]` are paths of zips;
    `job["prefix"]` is the folder that tracebacks name. A `.py` that is compiled becomes a `.pyc` that is never checked
    against its source (there is none).
    """
    inputs = [zipfile.ZipFile(path) for path in job["inputs"]]
    kept: list[str] = []
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as output:
        for number, name, target, to_compile in job["members"]:
            content = inputs[number].read(name)
            if to_compile:
                try:
                    content, target = compiled(content, job["prefix"] + target), f"{target}c"
                except (SyntaxError, ValueError):
                    kept.append(target)
            entry = zipfile.ZipInfo(target, DATE)
            entry.external_attr = 0o644 << 16
            output.writestr(entry, content, zipfile.ZIP_STORED)
    Path(job["output"]).write_bytes(gzip.compress(plain.getvalue(), LEVEL, mtime=0))
    for archive in inputs:
        archive.close()
    return kept


def compiled(source: bytes, path: str) -> bytes:
    """Bytecode of ``source`` as an unchecked hash-based `.pyc` (PEP 552)."""
    code = compile(source, path, "exec", dont_inherit=True)
    return bytes(_code_to_hash_pyc(code, importlib.util.source_hash(source), False))
