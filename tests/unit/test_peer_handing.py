"""Keys of teams, from hand to hand: to whom they are given, and from whom they are taken."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from random import Random

import pytest

from peerbook.peer.keys import handing as handing_module
from peerbook.peer.keys.documents import team_key_name
from peerbook.peer.keys.handing import Handing, HandingPorts
from peerbook.peer.keys.held import HeldWraps
from peerbook.peer.keys.keyring import Keyring, Oneself
from peerbook.peer.keys.making import Making
from peerbook.peer.keys.wraps import Wraps, make_wraps, open_wraps, read_wraps
from peerbook.peer.secret import Secret

from .peer_kit import ROOM, somebody

EVERYONE, TEAM, KEY = "0b" * 16, "0d" * 16, bytes([7]) * 32


class Class:
    """What is stated, the same for all."""

    def __init__(self) -> None:
        self.chance = Random(1)
        self.devices: dict[str, bytes] = {}
        """Of those who are of the team."""
        self.ever: set[str] = set()
        self.teachers: set[str] = set()
        self.stated = [hashlib.sha256(KEY).digest()]


class Teams:
    """As one member knows of them."""

    def __init__(self, of: Class) -> None:
        self._of = of

    def own(self) -> list[str]:
        return [TEAM]

    def devices(self, team: str) -> Collection[bytes]:
        return self._of.devices.values()

    def key_hashes(self, team: str) -> Collection[bytes]:
        return self._of.stated

    def may_have(self, participant: str, team: str) -> bool:
        return participant in self._of.ever

    def teaches(self, participant: str) -> bool:
        return participant in self._of.teachers


class Member:
    def __init__(self, of: Class, *, is_of_team: bool = True) -> None:
        self.own = somebody(of.chance)
        self.participant = self.own.introduced.participant
        if is_of_team:
            of.devices[self.participant] = self.own.agreement.key
            of.ever.add(self.participant)
        oneself = Oneself(self.participant, Secret(bytes(32)), ROOM)
        self.ring = Keyring(EVERYONE, oneself, lambda: [1], lambda epoch: [], lambda team: of.stated)
        self.held = HeldWraps()
        self.made: list[bytes] = []
        self.published: list[bytes] = []
        self.opened: list[bool] = []
        ports = HandingPorts(
            *(ROOM, self.own, self.ring, Teams(of), of.chance.randbytes),
            *(self._made, self.published.append, lambda: self.opened.append(True)),
        )
        self.handing = Handing(ports, self.held, Making(self.held))

    def hear(self, data: bytes) -> bool:
        return self.handing.hear(wraps_of(data), data)

    def _made(self, data: bytes) -> bool:
        self.made.append(data)
        return self.hear(data)

    @property
    def has_key(self) -> bool:
        return self.ring.team_keys(TEAM) == (KEY,)


def wraps_of(data: bytes) -> Wraps:
    wraps = read_wraps(ROOM, EVERYONE, data)
    assert isinstance(wraps, Wraps)
    return wraps


def wrapped(by: Member, *recipients: Member, key: bytes = KEY) -> bytes:
    name = team_key_name(hashlib.sha256(key).digest(), TEAM)
    devices = [each.own.agreement.key for each in recipients]
    return make_wraps(
        *(by.own.root, ROOM, name, 0), secret=key, recipients=devices, share_with=None, fill=Random(2).randbytes
    )


@pytest.fixture
def of() -> Class:
    return Class()


def test_key11_whoever_has_a_team_s_key_hands_it_once_to_those_who_have_not(of: Class) -> None:
    ada, ben, cleo = (Member(of) for _ in range(3))
    ada.handing.look()
    assert ada.made == [], "who has no key hands none"
    assert ada.ring.take_team(TEAM, KEY) == "taken"
    for _ in range(2):
        ada.handing.look()
    assert len(ada.made) == 1
    assert ben.hear(ada.made[0])
    assert (ben.has_key, len(ben.opened), ben.hear(ada.made[0])) == (True, 1, False)
    ben.handing.look()
    assert ben.made == [], "all are named already"
    assert cleo.hear(ada.made[0])
    dan = Member(of)
    ben.handing.look()
    assert [len(wraps_of(each).boxes) for each in ben.made] == [1]
    assert dan.hear(ben.made[0])
    assert dan.has_key
    # Whoever had is still named, as of one author's wraps the one that names more readers counts.
    ada.handing.look()
    assert [len(wraps_of(each).boxes) for each in ada.made] == [3, 4]
    assert len(ada.opened) == 0


def test_key11_who_teaches_does_not_rely_on_whom_a_member_named(of: Class) -> None:
    ada, ben, cleo, dan = (Member(of) for _ in range(4))
    of.teachers |= {ada.participant, dan.participant}
    lying = wrapped(ben, cleo)
    for each in (ada, dan):
        assert each.ring.take_team(TEAM, KEY) == "taken"
        each.hear(lying)
    ada.handing.look()
    assert cleo.own.agreement.key in dict(wraps_of(ada.made[0]).boxes)
    dan.hear(ada.made[0])
    dan.handing.look()
    assert dan.made == [], "another who teaches is relied on"


def test_key11_a_key_is_taken_from_who_may_have_it_when_it_is_stated(of: Class) -> None:
    ada, ben = Member(of), Member(of)
    eve = Member(of, is_of_team=False)
    assert not ada.hear(wrapped(eve, ada))
    assert (ada.has_key, ada.held.all) == (False, [])
    stated, of.stated[:] = list(of.stated), []
    good = wrapped(ben, ada)
    assert not ada.hear(good)
    ada.handing.changed()
    assert (ada.has_key, ada.published) == (False, [])
    of.stated[:] = stated
    ada.handing.changed()
    assert (ada.has_key, ada.published, len(ada.held.all)) == (True, [good], 1)
    # Who was never of it after all: kept no longer, and again once they are.
    of.ever.remove(ben.participant)
    ada.handing.changed()
    assert ada.held.all == []
    of.ever.add(ben.participant)
    ada.handing.changed()
    assert [data for _, data in ada.held.all] == [good]
    assert len(ada.opened) == 1


def test_key11_wraps_that_are_no_team_s_are_left_alone(of: Class) -> None:
    ada, ben = Member(of), Member(of)
    mine = f"{'5e' * 32}.mine.{ben.participant}"
    data = make_wraps(
        *(ben.own.root, ROOM, mine, 1),
        secret=KEY,
        recipients=[ada.own.agreement.key],
        share_with=None,
        fill=of.chance.randbytes,
    )
    assert open_wraps(wraps_of(data), ada.own.agreement) == KEY
    ada.held.keep(wraps_of(data), data)
    ada.handing.changed()
    assert (len(ada.held.all), ada.opened) == (1, [])


def test_key11_so_many_wait_for_what_is_stated(of: Class, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handing_module, "_MOST_WAITING", 2)
    ada, ben = Member(of), Member(of)
    keys = [bytes([at]) * 32 for at in range(3)]
    for key in keys:
        ada.hear(wrapped(ben, ada, key=key))
    of.stated[:] = [hashlib.sha256(key).digest() for key in keys]
    ada.handing.changed()
    assert sorted(ada.ring.team_keys(TEAM)) == keys[1:]
