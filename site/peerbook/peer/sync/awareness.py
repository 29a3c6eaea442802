"""Who is in which document: repeated now and then, and forgotten when it is not [SYN10]. Pure; none of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..clock import Cancel, Clock
from ..envelope import Envelope
from .presence import GONE_BYTES, HERE_BYTES, Presence, decode_presence

CURSOR_MS = 250
"""What others may say in this time, on average; `cursor_every_ms` in docs/protocol.json."""
PRESENCE_MS = 15_000
"""Said again though nothing changed; `presence_every_ms`."""
_PRESENCE_SHARE_MS = 100
"""And for each person here, so that it is ten a second in all."""
SILENCES = 5
"""Silences after which somebody is taken to have gone: a hidden tab wakes once a minute."""
_BURST = 12
"""What a session may say at once after a rest: what waited on a slow line arrives in a heap."""


@dataclass(frozen=True, slots=True)
class AwarenessPorts:
    clock: Clock
    publish: Callable[[str, bytes], None]
    people: Callable[[], int]
    """How many sessions are here."""
    changed: Callable[[], None]


@dataclass(frozen=True, slots=True)
class Present:
    session: str
    document: str
    presence: Presence


@dataclass(slots=True)
class _Budget:
    left: float
    at: float


class Awareness:
    def __init__(self, ports: AwarenessPorts) -> None:
        self._ports = ports
        self._own: dict[str, Cancel] = {}
        self._others: dict[tuple[str, str], tuple[Present, Cancel]] = {}
        self._budgets: dict[str, _Budget] = {}

    def say(self, document: str) -> None:
        """Says that one is in the document, now and again."""
        again = self._own.pop(document, None)
        if again:
            again()
        self._own[document] = self._ports.clock.after(self._presence_ms, lambda: self.say(document))
        self._ports.publish(document, HERE_BYTES)

    def leave(self, document: str) -> None:
        """The document was closed."""
        again = self._own.pop(document, None)
        if again:
            again()
            self._ports.publish(document, GONE_BYTES)

    def end(self) -> None:
        for document in list(self._own):
            self.leave(document)
        for _, expiry in self._others.values():
            expiry()
        self._others.clear()

    def hear(self, envelope: Envelope) -> bool:
        """Takes what a session says, newer than what it said before; whether it may be passed on."""
        presence = decode_presence(envelope.payload)
        if presence is None or not self._spend(envelope.session):
            return False
        key = envelope.session, envelope.document
        if not presence.is_here:
            self._forget(key)
            return True
        known = self._others.get(key)
        if known:
            known[1]()
        expiry = self._ports.clock.after(self.expiry_ms, lambda: self._forget(key))
        self._others[key] = Present(envelope.session, envelope.document, presence), expiry
        self._ports.changed()
        return True

    def gone(self, session: str) -> None:
        """Somebody is known to be gone."""
        for key in [key for key in self._others if key[0] == session]:
            self._forget(key)
        self._budgets.pop(session, None)

    def present(self) -> list[Present]:
        """Everybody else, where they are."""
        return [present for present, _ in self._others.values()]

    @property
    def expiry_ms(self) -> float:
        return SILENCES * self._presence_ms

    @property
    def _presence_ms(self) -> float:
        return max(PRESENCE_MS, self._ports.people() * _PRESENCE_SHARE_MS)

    def _spend(self, session: str) -> bool:
        """A session that says more than it may is not heard, and not passed on."""
        now = self._ports.clock.now()
        budget = self._budgets.setdefault(session, _Budget(_BURST, now))
        budget.left = min(_BURST, budget.left + (now - budget.at) / CURSOR_MS)
        budget.at = now
        if budget.left < 1:
            return False
        budget.left -= 1
        return True

    def _forget(self, key: tuple[str, str]) -> None:
        known = self._others.pop(key, None)
        if known:
            known[1]()
            self._ports.changed()
