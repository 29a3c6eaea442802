"""Keys of teams, handed to whoever may read them, by anybody who is of the team and has the key. As
``core/keys/handing.ts`` [KEY11]. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from ..identity import OwnSession
from .documents import team_key_name, team_of
from .held import HeldWraps
from .keyring import Keyring
from .making import Making, Reader
from .wraps import Wraps, make_wraps, open_wraps

_MOST_WAITING = 64
"""Genuine wraps of keys that nobody stated yet, as far as is known here: they wait for the statement."""


class TeamReaders(Protocol):
    """What is known of teams."""

    def own(self) -> Collection[str]:
        """Teams that one is of."""

    def devices(self, team: str) -> Collection[bytes]:
        """Agreement keys of all devices that may read a team's documents, one's own among them."""

    def key_hashes(self, team: str) -> Collection[bytes]:
        """SHA-256 of the keys stated for it."""

    def may_have(self, participant: str, team: str) -> bool:
        """Whether somebody may have the team's keys, or had them rightly."""

    def teaches(self, participant: str) -> bool: ...


@dataclass(frozen=True, slots=True)
class HandingPorts:
    class_id: bytes
    own: OwnSession
    ring: Keyring
    teams: TeamReaders
    fill: Callable[[int], bytes]
    made: Callable[[bytes], bool]
    """Wraps of one's own: whether they are kept."""
    publish: Callable[[bytes], None]
    """Wraps that waited, and are right now: to be said."""
    opened: Callable[[], None]


class Handing:
    def __init__(self, ports: HandingPorts, held: HeldWraps, making: Making) -> None:
        self._ports, self._held, self._making = ports, held, making
        self._waiting: dict[bytes, tuple[Wraps, bytes]] = {}

    def look(self) -> None:
        """Hands the keys of one's teams that are here to those who may read them and have not got them."""
        for team in self._ports.teams.own():
            for key in self._ports.ring.team_keys(team):
                self._look_at(team, key)

    def hear(self, wraps: Wraps, data: bytes) -> bool:
        """Genuine wraps of a team's key: whether they are kept now, and so to be passed on."""
        if not self._is_right(wraps):
            self._wait(wraps, data)
            return False
        is_news = self._held.keep(wraps, data)
        if is_news:
            self._open(wraps)
        return is_news

    def changed(self) -> None:
        """Other things are stated. Kept is what is right by that, so that all who know the same keep the same."""
        for wraps, data in self._held.all:
            if team_of(wraps.document) and not self._is_right(wraps):
                self._held.drop(wraps)
                self._wait(wraps, data)
        for name, (wraps, data) in list(self._waiting.items()):
            if self._is_right(wraps):
                del self._waiting[name]
                if self.hear(wraps, data):
                    self._ports.publish(data)
        self.retry()

    def retry(self) -> None:
        """What is held may be for this device."""
        for wraps, _ in self._held.all:
            if team_of(wraps.document):
                self._open(wraps)

    def _look_at(self, team: str, key: bytes) -> None:
        ports = self._ports
        own, teams = ports.own.introduced.participant, ports.teams
        document = team_key_name(hashlib.sha256(key).digest(), team)
        # A member may name a device and give it nothing: who teaches does not rely on that.
        is_teacher = teams.teaches(own)
        named = {
            device
            for wraps, _ in self._held.all
            if wraps.document == document and (not is_teacher or teams.teaches(wraps.author))
            for device, _ in wraps.boxes
        }
        devices = [device for device in teams.devices(team) if device not in named]
        self._making.look(document, 0, own, devices, lambda fresh: self._make(document, key, fresh))

    def _make(self, document: str, key: bytes, fresh: Collection[Reader]) -> bool:
        ports = self._ports
        before = self._held.of(document, 0, ports.own.introduced.participant)
        had = [device for device, _ in before.boxes] if before else []
        return ports.made(
            make_wraps(
                ports.own.root,
                ports.class_id,
                document,
                0,
                secret=key,
                recipients=[*had, *(device for device in fresh if device != "class")],
                share_with=None,
                fill=ports.fill,
            )
        )

    def _open(self, wraps: Wraps) -> None:
        ring, team = self._ports.ring, team_of(wraps.document) or ""
        if not ring.has_team(team, wraps.hash):
            key = open_wraps(wraps, self._ports.own.agreement)
            if key and ring.take_team(team, key) == "taken":
                self._ports.opened()

    def _is_right(self, wraps: Wraps) -> bool:
        teams, team = self._ports.teams, team_of(wraps.document) or ""
        return wraps.hash in teams.key_hashes(team) and teams.may_have(wraps.author, team)

    def _wait(self, wraps: Wraps, data: bytes) -> None:
        self._waiting[hashlib.sha256(data).digest()] = wraps, data
        if len(self._waiting) > _MOST_WAITING:
            del self._waiting[next(iter(self._waiting))]
