"""A class in Python, with keys and roles: who founds it, who is let in by whom, who is put out, whoever is there."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import pytest
from pycrdt import Doc, Map, Text

from peerbook.peer.bounds import fit_bounds
from peerbook.peer.crypto import Signer
from peerbook.peer.founding import everyone_of, found_class
from peerbook.peer.identity import OwnSession
from peerbook.peer.keys.signal import open_signal, seal_signal
from peerbook.peer.keys.wraps import make_wraps
from peerbook.peer.overlay.messages import StatementMessage
from peerbook.peer.roles import Cut
from peerbook.peer.secret import Secret
from peerbook.peer.statement import Body, Door, Epoch, Reach, Standing, Succession, sign_statement
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


@pytest.fixture
def school() -> School:
    return School()


def test_key7_whoever_has_the_link_is_let_in_by_any_member_while_the_door_is_open(school: School) -> None:
    ada = school.ada
    ada.text += "of Ada. "
    school.wait()
    ben = school.comes("Ben", ada)
    school.wait()
    assert ben.words == "of Ada. "
    ben.text += "of Ben. "
    school.wait()
    assert ada.words == "of Ada. of Ben. "
    assert (ada.names(), ben.names()) == (["Ben"], ["Ada"])
    # The founder goes: who was let in lets in.
    school.world.part(ada, ben)
    cleo = school.comes("Cleo", ben)
    school.wait()
    assert cleo.words == "of Ada. of Ben. "
    assert cleo.states[-1] == "inside"


def test_key7_who_does_not_know_the_secret_of_the_link_is_answered_nothing(
    school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.ada.text += "not for you"
    monkeypatch.setattr(f"{__name__}.JOIN_SECRET", b"x" * 16)
    mallory = school.comes("Mallory", school.ada)
    school.wait(60)
    assert (mallory.words, mallory.states) == ("", ["knocking"])


def test_key8_behind_a_closed_door_one_waits_until_an_instructor_opens(school: School) -> None:
    ada = school.ada
    ben = school.writer("Ben", "between ")
    school.epoch("closed")
    ada.text += "us"
    school.wait(30)
    assert ben.words == "between us", "who is named as a member is given the new key"
    cleo = school.comes("Cleo", ben)
    school.wait(30)
    assert (cleo.words, cleo.states[-1]) == ("", "waiting")
    assert [each.name for each in ada.society.doorway.waiting] == ["Cleo"]
    school.admit(cleo.participant)
    school.wait()
    assert cleo.words == "between us"
    dan = school.comes("Dan", ben)
    school.wait(30)
    ada.society.doorway.refuse(dan.participant)
    school.wait()
    assert (dan.words, dan.states[-1]) == ("", "refused")


def test_rol6_who_was_removed_is_not_heard_any_more_and_reads_no_more(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    ben.text += "kept. "
    school.wait()
    count = ada.replica.log.count(ben.session)
    chain = ada.replica.log.chain_at(ben.session, count)
    assert chain
    ben.text += "too late. "
    school.wait()
    reach = Reach(school.document, ben.session, count, chain)
    school.state(Standing(ben.participant, "removed", (), (reach,)))
    school.epoch("open")
    school.wait()
    assert ada.words == cleo.words == "kept. "
    ada.text += "without Ben"
    ben.text += "still here?"
    school.wait(30)
    assert ada.words == cleo.words == "kept. without Ben"
    assert "without Ben" not in ben.words
    roles = cleo.society.roles
    assert roles
    assert roles.cut_of(school.document, ben.session, ben.participant) == Cut(count, chain)
    late = school.comes("Dan", cleo)
    school.wait()
    assert late.words == "kept. without Ben"


def test_rol6_who_is_said_to_have_said_more_counts_further_again(school: School) -> None:
    """Two who teach remove somebody, of whom one had heard less: the greater frontier counts, whenever it comes."""
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    reaches = []
    for words in ("early. ", "late. "):
        ben.text += words
        school.wait()
        count = ada.replica.log.count(ben.session)
        chain = ada.replica.log.chain_at(ben.session, count)
        assert chain
        reaches.append(Reach(school.document, ben.session, count, chain))
    school.state(Standing(ben.participant, "removed", (), (reaches[0],)))
    school.wait()
    assert ada.words == cleo.words == "early. "
    school.state(Standing(ben.participant, "removed", (), (reaches[1],)))
    school.wait()
    assert ada.words == cleo.words == "early. late. "


def test_rol9_who_was_removed_does_not_come_back_through_a_closed_door_as_somebody_who_wrote_before(
    school: School,
) -> None:
    ada = school.ada
    ben, mallory = school.comes("Ben", ada), school.comes("Mallory", ada)
    school.wait()
    ben.text += "of Ben. "
    mallory.text += "of Mallory. "
    school.wait()
    old = mallory.known
    school.state(Standing(mallory.participant, "removed"))
    school.epoch("closed")
    school.wait()
    # Another name, with the keys of the time before, at the page of somebody who may not decide anything.
    again = school.comes("Nobody You Know", ben, known=old)
    again.engine.disconnect(ada.session)
    again.text += "Here again. "
    school.wait(60)
    for page in (ada, ben):
        assert page.words == "of Ben. "
        assert page.replica.log.count(again.session) == 0
        assert page.society.roles
        assert page.society.roles.role_of(again.participant) == "outsider"
    ada.text += "Secret. "
    school.wait(60)
    assert "Secret" not in again.words
    assert not again.society.keyring.is_current
    # With the door open again whoever has the link comes in: the page says so.
    school.epoch("open")
    school.wait(60)
    assert "Here again. " in ada.words


def test_rol9_who_wrote_offline_and_comes_after_the_door_was_closed_loses_nothing_once_let_in(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    # Nothing of hers is anywhere when the door is closed, twice.
    cleo = school.comes("Cleo", ben)
    school.wait()
    school.world.part(cleo, ben)
    cleo.text += "written offline. "
    ben.text += "of Ben. "
    school.wait()
    school.epoch("closed")
    school.epoch("closed")
    school.wait()
    school.world.join(cleo, ben)
    school.wait(60)
    assert cleo.states[-1] == "waiting"
    assert "written offline. " in cleo.words, "what one wrote is not taken from one"
    assert ada.words == ben.words == "of Ben. "
    cleo.text += "and at the door. "
    school.wait()
    assert [each.name for each in ada.society.doorway.waiting] == ["Cleo"]
    school.admit(cleo.participant)
    school.wait(60)
    assert ada.words == ben.words == cleo.words
    for words in ("written offline. ", "and at the door. ", "of Ben. "):
        assert words in ada.words


def test_rol7_a_viewer_reads_and_what_they_write_goes_nowhere(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.wait()
    school.state(Standing(ben.participant, "viewer"))
    school.wait()
    ada.text += "for all"
    ben.text += "mine? "
    school.wait(30)
    assert ada.words == cleo.words == ben.words == "for all", "not said, and so not kept either"
    school.state(Standing(ben.participant, "attendee"))
    school.wait()
    ben.text += ", now mine too"
    school.wait()
    assert ada.words == cleo.words == ben.words == "for all, now mine too"


def test_rol8_statements_reach_those_who_were_away(school: School) -> None:
    ada = school.ada
    ben = school.writer("Ben", "before ")
    school.world.part(ada, ben)
    school.state(Standing("ab" * 16, "viewer"))
    school.epoch("closed")
    ada.text += "and meanwhile"
    school.wait()
    assert ben.words == "before "
    school.world.join(ada, ben)
    school.wait(30)
    assert ben.words == "before and meanwhile"
    roles = ben.society.roles
    assert roles
    assert (roles.role_of("ab" * 16), roles.door) == ("viewer", "closed")


def test_sto1_a_member_who_comes_back_alone_has_all_and_lets_others_in(school: School) -> None:
    ada = school.ada
    keeper = school.comes("Keeper", ada)
    ada.text += "kept for later"
    school.wait()
    again = Member(school, "Keeper", keeper.root, keeper.known)
    assert again.society.keyring.is_current
    again.engine.close(school.document)
    again.follow(keeper.kept)
    assert again.words == "kept for later"
    late = school.comes("Ben", again)
    school.wait()
    assert late.words == "kept for later"


def test_key10_what_is_told_to_connect_is_read_by_whom_it_is_for_and_by_nobody_else(school: School) -> None:
    chance, class_id = school.world.chance, school.class_id
    ada, ben, cleo = (somebody(chance, class_id) for _ in range(3))
    to, source = ben.introduced.session, ada.introduced.session
    sealed = seal_signal(class_id, JOIN_SECRET, ada, to, b"fingerprint", chance.randbytes(16))
    assert open_signal(class_id, JOIN_SECRET, source, to, sealed) == b"fingerprint"
    assert b"fingerprint" not in sealed
    assert open_signal(class_id, b"x" * 16, source, to, sealed) is None
    assert open_signal(class_id, JOIN_SECRET, cleo.introduced.session, to, sealed) is None
    assert open_signal(class_id, JOIN_SECRET, source, cleo.introduced.session, sealed) is None
    # A classmate knows the secret of the link, and not the session's key.
    forged = [
        replace(ada, signer=cleo.signer),
        replace(ada, introduction=cleo.introduction, signer=cleo.signer),
        replace(ada, introduction=bytes(len(ada.introduction))),
        replace(ada, introduction=ada.introduction[:-1] + bytes([ada.introduction[-1] ^ 1])),
        replace(ada, introduction=b""),
    ]
    for who in (*forged, ada):
        sealed = seal_signal(class_id, JOIN_SECRET, who, to, b"other", bytes(16))
        assert open_signal(class_id, JOIN_SECRET, source, to, sealed) == (b"other" if who is ada else None)
    for at in range(0, len(sealed), 7):
        broken = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert open_signal(class_id, JOIN_SECRET, source, to, broken) is None
        assert open_signal(class_id, JOIN_SECRET, source, to, sealed[:at]) is None


def test_key3_wraps_are_kept_for_those_who_come_and_opened_where_one_may(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    secret, epoch = b"s" * 32, 1
    document = f"{'5e' * 32}.mine.{ben.participant}"
    root = Signer(ben.root)
    wraps = make_wraps(
        root,
        school.class_id,
        document,
        epoch,
        secret=secret,
        recipients=[ada.own.agreement.key],
        share_with=None,
        fill=school.world.chance.randbytes,
    )
    ben.society.hear(ben.session, StatementMessage(wraps))
    school.wait()
    assert ada.society.keyring.keys_of(document, epoch).keys, "who teaches reads it"
    cleo = school.comes("Cleo", ben)
    school.world.part(ada, ben)
    school.wait(30)
    assert cleo.society.keyring.keys_of(document, epoch).keys == (), "a classmate does not"
    assert wraps in cleo.known.wraps, "and keeps it for who does"
    assert ben.society.summary == cleo.society.summary
    ben.society.hear(ada.session, StatementMessage(wraps[:-1] + b"x"))
    assert ben.known.wraps == (wraps,)


def source_of(replica: Replica) -> Text:
    doc = replica.doc
    assert doc is not None
    source: Text = doc.get("cells", type=Map)["a"]["source"]
    return source


def test_key3_one_s_own_notebook_is_read_by_who_teaches_and_by_nobody_else(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.world.join(ben, cleo)
    school.wait()
    mine = f"{'5e' * 32}.mine.{ben.participant}"
    own = ben.open(mine)
    source_of(own).insert(0, "for my teacher ")
    school.wait()
    ada_s, cleo_s = ada.open(mine), cleo.open(mine)
    school.wait(30)
    assert str(source_of(ada_s)) == "for my teacher "
    assert str(source_of(cleo_s)) == ""
    # Who comes to teach is given what was written before, by its author alone.
    assert ada.society.stating.give(cleo.participant, "instructor", ())
    school.wait(60)
    assert str(source_of(cleo_s)) == "for my teacher "
    # Neither may write there.
    source_of(ada_s).insert(0, "not mine ")
    school.wait(30)
    assert str(source_of(own)) == str(source_of(ada_s)) == "for my teacher "


def test_rol4_who_was_made_instructor_states_and_an_attendee_does_not(school: School) -> None:
    ada = school.ada
    ben, cleo = school.comes("Ben", ada), school.comes("Cleo", ada)
    school.wait()
    assert not ben.society.stating.give(cleo.participant, "viewer", ())
    assert not ben.society.stating.begin_epoch("closed")
    assert ada.society.stating.give(ben.participant, "instructor", ())
    school.wait()
    assert ben.society.stating.begin_epoch("closed", [cleo.participant])
    school.wait()
    assert {page.society.roles.door for page in (ada, ben, cleo) if page.society.roles} == {"closed"}
    cleo.text += "late"
    school.wait()
    assert ben.society.stating.give(cleo.participant, "removed", ben.engine.reached_by(cleo.participant))
    school.wait()
    cleo.text += " and more"
    school.wait(30)
    assert ada.words == ben.words == "late"
    dan = school.comes("Dan", ada)
    school.wait(30)
    assert dan.states[-1] == "waiting"
    ada.society.admit(dan.participant, ada.engine.reached_by(dan.participant))
    school.wait()
    assert dan.words == "late"


def test_rol3_the_recovery_key_takes_the_class_over(school: School) -> None:
    ada = school.ada
    ben = school.comes("Ben", ada)
    school.wait()
    assert ada.society.stating.give(ben.participant, "viewer", ())
    school.wait()
    heir = school.comes("Heir", ada, ben)
    school.wait()
    school.succeed(heir)
    school.wait()
    for page in (ada, ben, heir):
        roles = page.society.roles
        assert roles
        assert (roles.owner, roles.role_of(ben.participant)) == (heir.participant, "viewer")
    assert not ada.society.stating.begin_epoch("closed")
    heir.text += "mine now"
    school.wait()
    assert ben.words == "mine now"
