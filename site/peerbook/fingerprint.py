"""Has anything changed? A digest over files, and a stamp that remembers it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

SKIPPED = {"__pycache__", "node_modules", "lib", "labextension", ".ipynb_checkpoints"}


def digest_of(*, files: Iterable[Path] = (), texts: Iterable[str] = ()) -> str:
    """Hex SHA-256 over the names and bytes of ``files`` (folders: everything in them) and over ``texts``, in order."""
    digest = hashlib.sha256()
    for text in texts:
        digest.update(b"text\0" + text.encode() + b"\0")
    for start in files:
        for path in _walk(start):
            name = path.relative_to(start.parent).as_posix()
            digest.update(b"file\0" + name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def _walk(start: Path) -> list[Path]:
    if start.is_file():
        return [start]
    found: list[Path] = []
    for path in sorted(start.iterdir()) if start.is_dir() else ():
        if path.name in SKIPPED or path.name.endswith((".pyc", ".tsbuildinfo")):
            continue
        found += _walk(path) if path.is_dir() else [path]
    return found


class Stamp:
    """A small file that remembers for which digest a piece of work was last finished."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def holds(self, digest: str) -> bool:
        try:
            return self._path.read_text(encoding="utf-8").strip() == digest
        except OSError:
            return False

    def set(self, digest: str) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.write_text(digest + "\n", encoding="utf-8")

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)
