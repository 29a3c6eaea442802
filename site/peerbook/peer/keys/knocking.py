"""Asking to be let in, or for the key of an epoch that one lacks: knocks at each neighbour and again from time to time,
until what one lacks is here. As ``core/keys/knocking.ts`` [KEY9]. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .answer import Admission

KNOCK_EVERY_MS = 20_000
"""Between two knocks. `knock_every_ms`."""
_TRIES = 3
"""Knocks for a key of old that nobody may have any more."""
_ASKED = 4
"""Own knocks whose answers are still taken: a minute and more."""

KnockState = Literal["inside", "knocking", "waiting", "refused"]
"""Nothing is lacking; nobody has answered yet; the door is closed, and somebody was told; somebody who should know says
no. Whoever may still lets one in.
"""


@dataclass(frozen=True, slots=True)
class KnockingPorts:
    now: Callable[[], float]
    make: Callable[[], tuple[bytes, bytes]]
    """A knock with a new salt, and its SHA-256."""
    send: Callable[[bytes, str | None], None]
    """To all neighbours, or to one."""
    is_inside: Callable[[], bool]
    """Whether the key of the epoch that counts is here."""
    learn: Callable[[Admission], None]
    """Takes in what an admission holds, after verifying all of it."""
    changed: Callable[[KnockState], None]
    missing: Callable[[], int] = lambda: 0
    """How many other keys were stated and are not here."""


class Knocking:
    def __init__(self, ports: KnockingPorts) -> None:
        self._ports = ports
        self._asked: list[bytes] = []
        self._last: tuple[bytes, float] | None = None
        self.state: KnockState = "inside"
        self._tries = self._missed = 0
        """Asked in vain for keys that one does not need to be inside."""

    def is_asked(self, id_: bytes) -> bool:
        """Whether an answer is to a knock of one's own."""
        return id_ in self._asked

    def need(self) -> None:
        """Something is sealed with a key that is not here, an epoch was stated, the class was entered: knocks if it
        must.
        """
        if self._ports.is_inside():
            self._tell("inside")
            missing = self._ports.missing()
            self._tries = self._tries if missing == self._missed else 0
            self._missed = missing
            if missing and self._tries < _TRIES:
                self._knock()
            return
        if self.state == "inside":
            self._tell("knocking")
        self._knock()

    def met(self, neighbour: str) -> None:
        """A neighbour is here: they hear the knock as well."""
        if not self._ports.is_inside() and self._last:
            self._ports.send(self._last[0], neighbour)
        else:
            # They may have what nobody had before.
            self._tries = 0
            self.need()

    def tick(self) -> None:
        """To be called about every second."""
        if self.state != "inside" or self._missed:
            self.need()

    def answered(self, answer: Admission | Literal["waiting", "refused"]) -> None:
        """An answer to one's own knock that was read."""
        if self.state == "inside" and not self._missed:
            return
        if isinstance(answer, Admission):
            self._ports.learn(answer)
            if self._ports.is_inside():
                self._tell("inside")
        elif self.state != "inside":
            self._tell(answer)

    def _knock(self) -> None:
        now = self._ports.now()
        if self._last and now - self._last[1] < KNOCK_EVERY_MS:
            return
        self._tries += 1
        data, id_ = self._ports.make()
        self._asked = [*self._asked, id_][-_ASKED:]
        self._last = data, now
        self._ports.send(data, None)

    def _tell(self, state: KnockState) -> None:
        if state == self.state:
            return
        self.state = state
        if state == "inside":
            self._asked, self._last = [], None
        self._ports.changed(state)
