"""Time and chance, passed in: an event loop's in :mod:`peerbook.peer.loop`, by hand in tests. Types only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

Cancel = Callable[[], None]
"""Takes back what was asked for; doing so twice does no harm."""

Random = Callable[[], float]
"""A number in [0, 1)."""


class Clock(Protocol):
    """What the protocol knows of time."""

    def now(self) -> float:
        """Milliseconds, never going back."""

    def after(self, ms: float, run: Callable[[], None]) -> Cancel:
        """Runs ``run`` once, after ``ms`` milliseconds."""


def nothing() -> None:
    """The cancel of what was never asked for."""
