"""Somebody in a class with keys and roles, and the class, for tests of it: its pages are on one network."""

from __future__ import annotations

import hashlib
from typing import Any

from pycrdt import Doc, Map, Text

from peerbook.peer.bounds import fit_bounds
from peerbook.peer.crypto import Signer
from peerbook.peer.founding import everyone_of, found_class
from peerbook.peer.identity import OwnSession
from peerbook.peer.secret import Secret
from peerbook.peer.statement import Body, Door, Epoch, Standing, Succession, sign_statement
from peerbook.peer.sync.record import Record
from peerbook.peer.sync.replica import Replica
from peerbook.peer.sync.society import Known, Society, SocietyOptions, SocietyPorts

from .peer_kit import GENESIS, Page, World, somebody

JOIN_SECRET = b"j" * 16
NOTHING = Known()


class Member(Page):
    """Somebody in a class that was founded, or at its door."""

    def __init__(self, school: School, name: str, root: bytes, known: Known = NOTHING) -> None:
        self.name, self.root = name, root
        world = school.world
        own: OwnSession = somebody(world.chance, school.class_id, root)
        self.known = known
        self.states: list[str] = []
        self.society = Society(
            SocietyOptions(
                world.clock,
                world.chance.randbytes,
                own,
                Secret(root),
                school.class_id,
                JOIN_SECRET,
                name,
                known,
                self._learned,
                self.states.append,
            )
        )
        options: dict[str, Any] = {"own": own, "room": school.class_id, "document": school.document}
        options |= {"rules": self.society, "keys": self.society, "ear": self.society}
        options |= {"carries": lambda document: document == school.document}
        super().__init__(world, True, options)
        engine = self.engine
        self.society.begin(
            SocietyPorts(engine.neighbours, engine.rules_changed, engine.keys_changed, engine.devices_of)
        )
        engine.introduce(Record(name, self.participant, 0))

    def _learned(self, known: Known) -> None:
        self.known = known

    def open(self, document: str) -> Replica:
        """Another document."""
        doc: Doc[Any] = Doc(client_id=self.engine.client_id(document))
        return self.engine.follow(document, doc, GENESIS)

    @property
    def words(self) -> str:
        return str(self.text)

    def names(self) -> list[str]:
        return [person.name for person in self.engine.people(0)]


class School:
    """A class that Ada founded; her page is the first."""

    def __init__(self, seed: int = 1) -> None:
        self.world = World(seed)
        fill = self.world.chance.randbytes
        self._root = fill(32)
        founder = somebody(self.world.chance, bytes(16), self._root)
        recovery = Secret(fill(32))
        self.founding = found_class(founder.introduced.root_key, Signer(recovery.reveal()).key, fill)
        self.class_id = self.founding.class_id
        self.recovery = recovery
        self.document = f"{'5e' * 32}.team.{everyone_of(self.class_id)}"
        self._signer = founder.root
        self._number = 0
        self.ada = Member(self, "Ada", self._root, Known(self.founding.record))
        self.epoch("open")

    def state(self, body: Body) -> None:
        """As the owner."""
        self._number += 1
        self.ada.society.take([sign_statement(self._signer, self.class_id, self._number, body)])

    def epoch(self, door: Door) -> None:
        key = self.world.chance.randbytes(32)
        roles = self.ada.society.roles
        assert roles
        number = (roles.epoch.epoch if roles.epoch else 0) + 1
        log = self.ada.replica.log
        authors = [author for session in log.sessions if (author := log.author_of(session))]
        members = roles.members_of(authors) if door == "closed" else ()
        self.state(Epoch(number, door, hashlib.sha256(key).digest(), members))
        assert self.ada.society.take_key(number, key)

    def succeed(self, heir: Member) -> None:
        """As whoever has the recovery file, on another machine."""
        roles, signer = heir.society.roles, Signer(self.recovery.reveal())
        assert roles
        reaches = heir.engine.reaches_of(self.ada.participant)
        body = Succession(heir.own.introduced.root_key, *fit_bounds(roles.statements_of(roles.owner), reaches))
        number = roles.next_number(signer.key, body)
        assert number
        heir.society.take([sign_statement(signer, self.class_id, number, body)])

    def admit(self, participant: str) -> None:
        """Behind a closed door: stated, so that everybody knows."""
        self.state(Standing(participant, "attendee"))
        self.ada.society.doorway.admit(participant)

    def comes(self, name: str, *neighbours: Member, root: bytes | None = None, known: Known = NOTHING) -> Member:
        member = Member(self, name, root or self.world.chance.randbytes(32), known)
        for neighbour in neighbours:
            self.world.join(member, neighbour)
        return member

    def writer(self, name: str, words: str) -> Member:
        """Somebody who came to Ada, and wrote."""
        member = self.comes(name, self.ada)
        self.wait()
        member.text += words
        self.wait()
        return member

    def wait(self, seconds: float = 10) -> None:
        self.world.clock.advance(1000 * seconds)


def source_of(replica: Replica) -> Text:
    doc = replica.doc
    assert doc is not None
    source: Text = doc.get("cells", type=Map)["a"]["source"]
    return source
