"""Epochs that were stated, and are not any more: as a succession says nothing of them, or whoever stated them is out.
``core/keys/undone.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from ..roles import ClassEpoch


class Undone:
    def __init__(self) -> None:
        self._stated: dict[int, list[bytes]] = {}
        """Those that are stated now, with their keys, whichever counts first."""
        self.epochs: set[int] = set()

    def is_stated(self, epoch: int) -> bool:
        return epoch in self._stated

    def take(self, epochs: Iterable[ClassEpoch]) -> bool:
        """What is stated now. Whether an epoch has other keys than it had, or none any more, or is stated again: so
        that what is sealed for it opens with others, or may be had no more, or again. Not for one that is new.
        """
        before = self._stated
        self._stated = {each.epoch: sorted([each.key_hash, *each.others]) for each in epochs}
        again = self.epochs & self._stated.keys()
        others = {epoch for epoch, keys in before.items() if self._stated.get(epoch) != keys}
        self.epochs = self.epochs - again | (others - self._stated.keys())
        return bool(again or others)
