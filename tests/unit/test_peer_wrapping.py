"""Secrets of one's own documents, wrapped by more than one page: whom either named is named in the end."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from random import Random

import pytest

from peerbook.peer.keys.held import HeldWraps
from peerbook.peer.keys.keyring import Keyring, Oneself
from peerbook.peer.keys.wrapping import Wrapping, WrappingPorts
from peerbook.peer.secret import Secret

from .peer_kit import ROOM, somebody

EVERYONE, GENESIS, EPOCH = "0b" * 16, "5e" * 32, bytes([1]) * 32


class NoTeams:
    def own(self) -> list[str]:
        return []

    def devices(self, team: str) -> Collection[bytes]:
        return ()

    def key_hashes(self, team: str) -> Collection[bytes]:
        return ()

    def may_have(self, participant: str, team: str) -> bool:
        return False

    def teaches(self, participant: str) -> bool:
        return False


class Person:
    def __init__(self, seed: int, device: int = 0) -> None:
        chance = Random(seed * 100 + device)
        root = bytes([seed]) * 32
        self.own = somebody(chance, root=root)
        participant = self.own.introduced.participant
        oneself = Oneself(participant, Secret(root), ROOM)
        stated = hashlib.sha256(EPOCH).digest()
        self.ring = Keyring(EVERYONE, oneself, lambda: [1], lambda epoch: [stated], lambda team: [])
        assert self.ring.take_epoch(1, EPOCH) == "taken"
        self.readers: list[Person] = []
        self.is_shared = False
        self.published: list[bytes] = []
        self.mine = f"{GENESIS}.mine.{participant}"
        self.wrapping = Wrapping(
            WrappingPorts(
                *(ROOM, EVERYONE, self.own, self.ring, chance.randbytes),
                lambda: [each.own.agreement.key for each in self.readers],
                lambda document: self.is_shared,
                NoTeams(),
                self.published.append,
                lambda: None,
            )
        )

    def reads(self, document: str) -> bool:
        return bool(self.ring.keys_of(document, 1).keys)


def test_key3_whom_two_pages_of_one_person_name_at_once_both_name_in_the_end() -> None:
    page, other = Person(1), Person(1, device=1)
    tom, tia = Person(2), Person(3)
    page.readers, other.readers = [tom], [tia]
    page.wrapping.look(page.mine)
    other.wrapping.look(other.mine)
    for _ in range(2):
        for one, another in ((page, other), (other, page)):
            for data in list(one.published):
                another.wrapping.hear(data)
    assert page.wrapping.all == other.wrapping.all
    for person in (tom, tia):
        assert person.wrapping.hear(page.wrapping.all[0])
        assert person.reads(page.mine)
    assert len(page.published) + len(other.published) == 3, "each its own, and once with both"


def test_key3_whose_key_is_none_and_where_there_is_no_room_is_tried_once(monkeypatch: pytest.MonkeyPatch) -> None:
    ada, tom, none = Person(1), Person(2), Person(3)
    object.__setattr__(none.own.agreement, "key", bytes(32))
    ada.readers = [tom, none]
    for _ in range(3):
        ada.wrapping.look(ada.mine)
    assert len(ada.published) == 1
    signed: list[bool] = []

    def full(*_: object) -> bool:
        signed.append(True)
        return False

    monkeypatch.setattr(HeldWraps, "keep", full)
    ben = Person(4)
    ben.readers, ben.is_shared = [tom], True
    for _ in range(3):
        ben.wrapping.look(ben.mine)
    assert (signed, ben.published) == ([True], [])


def test_key3_what_is_shared_stays_so_and_is_said_once() -> None:
    ada, ben = Person(1), Person(2)
    ada.is_shared = True
    for _ in range(3):
        ada.wrapping.look(ada.mine)
    assert len(ada.published) == 1
    ada.is_shared, ada.readers = False, [Person(3)]
    ada.wrapping.look(ada.mine)
    assert len(ada.published) == 2
    assert ben.wrapping.hear(ada.published[1])
    assert ben.reads(ada.mine)
