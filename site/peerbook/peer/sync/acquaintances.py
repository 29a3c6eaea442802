"""Whose the sessions are that wrote something: introductions, verified once and kept, said to a neighbour before the
first envelope of that session, and asked for where one is missing. ``core/sync/acquaintances.ts`` in Python. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from ..clock import Cancel, Clock, Random, nothing
from ..identity import Introduction, IntroductionFault, read_introduction
from ..overlay.messages import IntroductionMessage, WhoIs
from ..overlay.neighbours import Neighbour, Neighbours

WHO_MS = 2000
"""How long a neighbour may take to say whose a session is, until another is asked;"""
_MOST_ASKED = 4
"""this many in all."""
MOST_INTRODUCTIONS = 20_000
"""Introductions kept: 9 MB of them. `introductions`."""

Then = Callable[[Introduction | None], None]


@dataclass(slots=True)
class _Question:
    waiting: list[Then]
    asked: set[str] = field(default_factory=set)
    cancel: Cancel = nothing


class Acquaintances:
    def __init__(
        self,
        class_id: bytes,
        clock: Clock,
        random: Random,
        neighbours: Neighbours,
        is_needed: Callable[[str], bool],
        met: Callable[[], None] = lambda: None,
    ) -> None:
        """``is_needed``: whether something that is kept here is that session's; ``met``: there is somebody new."""
        self._met = met
        self._class_id = class_id
        self._clock, self._random = clock, random
        self._neighbours = neighbours
        self._is_needed = is_needed
        self._kept: dict[str, tuple[Introduction, bytes]] = {}
        self._sessions: dict[bytes, str] = {}
        """By the SHA-256 of their introductions: every neighbour says them, and verifying costs the most of all."""
        self._questions: dict[str, _Question] = {}

    def of(self, session: str) -> Introduction | None:
        kept = self._kept.get(session)
        return kept[0] if kept else None

    def bytes_of(self, session: str) -> bytes | None:
        kept = self._kept.get(session)
        return kept[1] if kept else None

    def devices_of(self, participant: str) -> list[bytes]:
        """Agreement keys of somebody's devices."""
        mine = (who.agreement_key for who, _ in self._kept.values() if who.participant == participant)
        return list(dict.fromkeys(mine))

    def need(self, session: str, peer: str, then: Then) -> None:
        """Calls back with whose a session is, once that is known, or None when nobody says. ``peer`` spoke of it."""
        known = self.of(session)
        question = self._questions.get(session)
        if known:
            then(known)
        elif question:
            question.waiting.append(then)
        else:
            question = self._questions[session] = _Question([then])
            self._ask(session, question, self._neighbours.get(peer))

    def hear(self, data: bytes) -> Introduction | None:
        """What somebody said, a neighbour or storage: whose it is, or None for what is none."""
        id_ = hashlib.sha256(data).digest()
        known = self.of(self._sessions.get(id_, ""))
        if known:
            return known
        read = read_introduction(self._class_id, data)
        if isinstance(read, IntroductionFault):
            return None
        if read.session not in self._kept:
            self._kept[read.session] = read, data
            self._sessions[id_] = read.session
            self._trim()
            self._met()
        self._answer(read.session, self.of(read.session))
        return read

    def hear_who_is(self, neighbour: Neighbour, session: str) -> None:
        data = self.bytes_of(session)
        if data is not None:
            neighbour.knows(session)
            neighbour.say(IntroductionMessage(data))

    def end(self) -> None:
        for session in list(self._questions):
            self._answer(session, None)

    def _ask(self, session: str, question: _Question, first: Neighbour | None = None) -> None:
        others = [each for each in self._neighbours if each.peer not in question.asked]
        chosen = first or (others[int(self._random() * len(others))] if others else None)
        if chosen is None or len(question.asked) >= _MOST_ASKED:
            self._answer(session, None)
            return
        question.asked.add(chosen.peer)
        chosen.say(WhoIs(session))
        question.cancel = self._clock.after(WHO_MS, lambda: self._ask(session, question))

    def _answer(self, session: str, who: Introduction | None) -> None:
        question = self._questions.pop(session, None)
        if question:
            question.cancel()
            for then in question.waiting:
                then(who)

    def _trim(self) -> None:
        """Those of sessions that nothing is kept of go first."""
        if len(self._kept) <= MOST_INTRODUCTIONS:
            return
        oldest = next((session for session in self._kept if not self._is_needed(session)), next(iter(self._kept)))
        _, data = self._kept.pop(oldest)
        self._sessions.pop(hashlib.sha256(data).digest(), None)
