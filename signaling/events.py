"""What happens to the hub, and what it wants done: plain values, so that any shell, test or simulation can drive it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .refusals import Reason


@dataclass(frozen=True, slots=True)
class Opened:
    """A WebSocket was accepted; ``connection`` is the shell's number for it, never used twice."""

    connection: int


@dataclass(frozen=True, slots=True)
class Text:
    connection: int
    text: str


@dataclass(frozen=True, slots=True)
class Binary:
    connection: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The socket is gone. ``code`` as the page gave it; 1006 when it just broke."""

    connection: int
    code: int = 1006


@dataclass(frozen=True, slots=True)
class Overrun:
    """The shell dropped a connection that could not keep up."""

    connection: int


@dataclass(frozen=True, slots=True)
class Tick:
    """Time passed; about ten a second."""


@dataclass(frozen=True, slots=True)
class Stopping:
    """The server ends."""


Event = Opened | Text | Binary | Closed | Overrun | Tick | Stopping


@dataclass(frozen=True, slots=True)
class Send:
    """One frame to each of these connections."""

    to: Sequence[int]
    frame: str | bytes


@dataclass(frozen=True, slots=True)
class Close:
    """Close with the reason's code and name, after everything sent before."""

    connection: int
    reason: Reason


@dataclass(frozen=True, slots=True)
class Wait:
    """Read nothing more from this connection for so many seconds: it has used up its rates."""

    connection: int
    seconds: float


Effect = Send | Close | Wait
