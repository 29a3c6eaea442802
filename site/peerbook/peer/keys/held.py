"""Wraps that are kept, one for each author, document and epoch. ``core/keys/held.ts`` in Python. Pure."""

from __future__ import annotations

import hashlib

from .wraps import Wraps

WRAPS_BYTES = 8_000_000
"""Kept of all together. `wraps_bytes`."""


class HeldWraps:
    def __init__(self) -> None:
        self._held: dict[tuple[str, int, str], tuple[Wraps, bytes]] = {}
        self._size = 0

    @property
    def all(self) -> list[tuple[Wraps, bytes]]:
        """All that are here, as they are and as they were said."""
        return list(self._held.values())

    def of(self, document: str, epoch: int, author: str) -> Wraps | None:
        """Those of one author for one document and epoch."""
        held = self._held.get((document, epoch, author))
        return held[0] if held else None

    def keep(self, wraps: Wraps, data: bytes) -> bool:
        """Whether it counts more than what is here, and there is room."""
        name = wraps.document, wraps.epoch, wraps.author
        before = self._held.get(name)
        size = self._size + len(data) - (len(before[1]) if before else 0)
        if (before and _weight(wraps, data) <= _weight(*before)) or size > WRAPS_BYTES:
            return False
        self._held[name] = wraps, data
        self._size = size
        return True

    def drop(self, wraps: Wraps) -> None:
        """Forget one."""
        gone = self._held.pop((wraps.document, wraps.epoch, wraps.author), None)
        self._size -= len(gone[1]) if gone else 0


def _weight(wraps: Wraps, data: bytes) -> tuple[int, bytes]:
    """Of two for one place the one that names more readers counts, then the greater SHA-256."""
    return len(wraps.boxes) + bool(wraps.shared), hashlib.sha256(data).digest()
