"""One room: its roster, what the roster's changes are told like, its overlay, its topics. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

from . import protocol
from .overlay import Overlay
from .topic import Topic

ENTRY_OVERHEAD = 80
"""Characters of a roster entry besides its record, at most: session, age, presence, punctuation."""
FRAME_OVERHEAD = 500
"""Characters of a roster message besides its entries: type, room, counts, neighbours."""


@dataclass(slots=True)
class Member:
    """One session in one room."""

    session: str
    number: int
    """Order of arrival; pages of the roster are counted by it."""
    since: float
    record: str = ""
    here: bool = True
    overlay: bool = True
    rejoined: float = 0.0


@dataclass(slots=True)
class Room:
    """``members`` in order of arrival. ``changed`` are those whose entry the room has not been told yet."""

    name: str
    overlay: Overlay
    members: dict[str, Member] = field(default_factory=dict)
    topics: dict[bytes, Topic] = field(default_factory=dict)
    changed: dict[str, None] = field(default_factory=dict)
    told: float = float("-inf")
    last: int = 0

    @classmethod
    def create(cls, name: str, random: Random) -> Room:
        return cls(name, Overlay(random))

    def enter(self, session: str, join: protocol.Join, now: float) -> Member:
        """A new member, or the old one back: same entry, same number, same neighbours."""
        member = self.members.get(session)
        if member is None:
            self.last += 1
            member = self.members[session] = Member(session, self.last, now)
            self.changed[session] = None
        elif not member.here or member.record != join.record:
            self.changed[session] = None
        member.here, member.record, member.overlay, member.rejoined = True, join.record, join.overlay, now
        if join.overlay:
            self.overlay.add(session, join.have)
        else:
            self.overlay.remove(session)
        return member

    def update(self, session: str, record: str) -> None:
        """A new record."""
        self.members[session].record = record
        self.changed[session] = None

    def pause(self, session: str) -> None:
        """Their connection broke; the place is kept."""
        self.members[session].here = False
        self.overlay.pause(session)
        self.changed[session] = None

    def leave(self, session: str) -> None:
        """Gone for good."""
        del self.members[session]
        self.overlay.remove(session)
        # Last in the queue of changes, even when an older change of theirs waits: what is told is what is then.
        self.changed[session] = None

    def page(self, after: int, size: int, now: float) -> tuple[list[dict[str, object]], int | None]:
        """Roster entries that arrived after number ``after``, as many as a frame takes, and where to go on."""
        entries: list[dict[str, object]] = []
        room = size - FRAME_OVERHEAD
        last = after
        for member in self.members.values():
            if member.number <= after:
                continue
            room -= ENTRY_OVERHEAD + len(member.record)
            if room < 0:
                return entries, last
            entries.append(self._entry(member, now))
            last = member.number
        return entries, None

    def take_changes(self, size: int, now: float) -> str | None:
        """At most one frame of what changed; who left is told first. What does not fit stays for the next time."""
        if not self.changed:
            return None
        self.told = now
        room = size - FRAME_OVERHEAD
        left: list[str] = []
        people: list[dict[str, object]] = []
        for session in sorted(self.changed, key=self.members.__contains__):
            member = self.members.get(session)
            room -= ENTRY_OVERHEAD + (len(member.record) if member else 0)
            if room < 0:
                break
            del self.changed[session]
            if member is None:
                left.append(session)
            else:
                people.append(self._entry(member, now))
        return protocol.format_text("changes", room=self.name, count=len(self.members), people=people, left=left)

    @staticmethod
    def _entry(member: Member, now: float) -> dict[str, object]:
        return {
            "session": member.session,
            "record": member.record,
            "here": member.here,
            "age": int(now - member.since),
        }
