"""Files kept by their hash, so that nothing is fetched or made twice. Written whole or not at all."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

from peerbook.errors import PeerbookError


def sha256_of(content: bytes) -> str:
    """Hex SHA-256."""
    return hashlib.sha256(content).hexdigest()


def write_whole(path: Path, content: bytes) -> None:
    """Write ``content`` to ``path`` so that nobody ever sees half of it. Raises PeerbookError when the disk is full."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise PeerbookError(
            f"could not be written: {error.strerror}", where=str(path), remedy="Make room on this disk, then try again."
        ) from error


class Store:
    """`<folder>/<sha256>/<name>`. What does not match its hash any more is treated as absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def find(self, sha256: str, name: str) -> Path | None:
        """The file, verified; None when it is not here."""
        path = self._folder / sha256 / name
        try:
            return path if sha256_of(path.read_bytes()) == sha256 else None
        except OSError:
            return None

    def put(self, sha256: str, name: str, content: bytes) -> Path:
        """Keep ``content``. Raises ValueError when it is not what the hash says."""
        if sha256_of(content) != sha256:
            raise ValueError(f"{name} does not have the SHA-256 {sha256}")
        path = self._folder / sha256 / name
        write_whole(path, content)
        return path
