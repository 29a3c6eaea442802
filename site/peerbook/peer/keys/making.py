"""Wraps of one's own while they are made: whom no wraps can name is not tried again, and whom another page of one's own
did not name, which said something that counts more, is looked for again. As ``core/keys/making.ts`` [KEY3]. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from .held import HeldWraps
from .wraps import Wraps

Reader = bytes | Literal["class"]
"""Who is to open it: a device, by its agreement key, or whoever has the epoch's key."""


class Making:
    def __init__(self, held: HeldWraps) -> None:
        self._held = held
        self._in_vain: set[tuple[str, int, Reader]] = set()
        """For whose key is none, or where there is no room."""

    def look(
        self,
        document: str,
        epoch: int,
        author: str,
        readers: Iterable[Reader],
        make: Callable[[list[Reader]], bool],
    ) -> None:
        """For these readers, if it is for somebody for whom it was not in vain before.

        ``make`` makes wraps for these besides those that they are for already, and takes them as if they were heard:
        whether they are kept.
        """
        while True:
            before = self._held.of(document, epoch, author)
            fresh = [
                reader
                for reader in dict.fromkeys(readers)
                if not _names(before, reader) and (document, epoch, reader) not in self._in_vain
            ]
            if not fresh:
                return
            is_kept = make(fresh)
            now = self._held.of(document, epoch, author)
            if is_kept or now is before:
                self._in_vain.update((document, epoch, reader) for reader in fresh if not _names(now, reader))


def _names(wraps: Wraps | None, reader: Reader) -> bool:
    if not wraps:
        return False
    return bool(wraps.shared) if reader == "class" else any(key == reader for key, _ in wraps.boxes)
