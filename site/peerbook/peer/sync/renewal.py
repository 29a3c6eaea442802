"""The next document of a replica, while it is being built beside the one that is open. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pycrdt import Doc

from ..clock import Clock
from .reading import Reading


@dataclass(frozen=True, slots=True)
class RenewalPorts:
    clock: Clock
    replay: Callable[[], None]
    is_same: Callable[[Doc[Any]], bool]
    """Whether it says what the open one does, and nothing of one's own is on its way."""
    exchange: Callable[[Reading, Doc[Any]], None]
    """It takes the place of the open one."""


class Renewal:
    def __init__(self, ports: RenewalPorts) -> None:
        self._ports = ports
        self._is_check = False
        """It takes the place of the open one only if it says something else."""
        self.next: Reading | None = None
        self.is_due = False
        """Whether the document is about to be built anew."""

    def soon(self) -> None:
        """Not in the middle of reading, or of writing."""
        if not self.is_due:
            self.is_due = True
            self._ports.clock.after(0, self._replay_if_due)

    def begin(self, reading: Reading, *, is_check: bool) -> None:
        """All that can be was read into the next one."""
        self.next, self._is_check = reading, is_check
        self.progressed()

    def progressed(self) -> None:
        """What one wrote oneself may lean on what is not here, or be sealed with a key that is not: one would write in
        its place. The document before stays open as long.
        """
        reading = self.next
        if reading is None or reading.doc is None or not reading.has_own:
            return
        if self._is_check and (self.is_due or self._ports.is_same(reading.doc)):
            self.leave()
            return
        self.next = None
        self._ports.exchange(reading, reading.doc)

    def leave(self) -> None:
        """There is no next one, or another one."""
        if self.next:
            self.next.end()
        self.next = None

    def end(self) -> None:
        self.is_due = False
        self.leave()

    def _replay_if_due(self) -> None:
        if self.is_due:
            self._ports.replay()
