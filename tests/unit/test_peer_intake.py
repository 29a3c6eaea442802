"""What is passed on is judged before it is taken, kept or passed on again: each reason alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any, cast

import pytest

from peerbook.peer import crypto
from peerbook.peer.envelope import Envelope, decode_envelope
from peerbook.peer.identity import Introduction, OwnSession
from peerbook.peer.overlay.flood import Verdict
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.segment import Segment, decode_segment, seal_segment
from peerbook.peer.sync import intake as intake_module
from peerbook.peer.sync.acquaintances import Acquaintances
from peerbook.peer.sync.intake import Intake, IntakePorts
from peerbook.peer.sync.options import Refusal, Standing

from .peer_kit import DOCUMENT, ROOM, sealer_of, somebody

KEY = DocumentKey(0, b"k" * 32)
OTHER_ROOM = bytes([1]) * 16


class Known:
    """Acquaintances that are told by hand."""

    def __init__(self) -> None:
        self.people: dict[str, Introduction] = {}
        self.asked: list[tuple[str, Callable[[Introduction | None], None]]] = []

    def of(self, session: str) -> Introduction | None:
        return self.people.get(session)

    def need(self, session: str, source: str, then: Callable[[Introduction | None], None]) -> None:
        known = self.of(session)
        if known:
            then(known)
        else:
            self.asked.append((session, then))

    def answer(self, who: Introduction | None = None) -> None:
        session, then = self.asked.pop(0)
        if who:
            self.people[session] = who
        then(who)


class Gate:
    def __init__(self) -> None:
        chance = Random(1)
        self.me, self.ada, self.other = (somebody(chance) for _ in range(3))
        self.known = Known()
        self.standings: dict[str, Standing] = {}
        self.here: set[bytes] = set()
        self.lacks_own = False
        self.taken: list[bytes] = []
        self.refused: list[Refusal] = []
        self.intake = Intake(
            IntakePorts(
                room=ROOM,
                session=self.me.introduced.session,
                crypto=crypto,
                acquaintances=cast(Acquaintances, self.known),
                standing=lambda who, place: self.standings.get(who.participant, "may"),
                lacks_own=lambda document: self.lacks_own,
                has=lambda envelope, data: data in self.here,
                take=self._take,
                refuse=lambda refusal, source: self.refused.append(refusal),
            )
        )

    def _take(self, envelope: Envelope, data: bytes, who: Introduction, source: str) -> Verdict:
        assert who.session == envelope.session
        self.taken.append(data)
        return "pass"

    def introduce(self, *people: OwnSession) -> None:
        self.known.people |= {each.introduced.session: each.introduced for each in people}

    def hears(self, data: bytes) -> list[Verdict]:
        envelope = decode_envelope(data)
        assert isinstance(envelope, Envelope)
        said: list[Verdict] = []
        self.intake.accept(envelope, data, "n", said.append)
        return said

    def hears_segment(self, data: bytes) -> list[Introduction | None]:
        segment = decode_segment(data)
        assert isinstance(segment, Segment)
        said: list[Introduction | None] = []
        self.intake.accept_segment(segment, data, "n", said.append)
        return said


@pytest.fixture
def gate() -> Gate:
    return Gate()


def envelope_of(own: OwnSession, room: bytes = ROOM, key: OwnSession | None = None) -> bytes:
    sealer = sealer_of(replace(own, signer=(key or own).signer), room)
    return sealer.seal(KEY, b"\x00\x00")[0].data


def segment_of(own: OwnSession, room: bytes = ROOM, signer: OwnSession | None = None, **more: Any) -> bytes:
    signed_by = signer or own
    session, speaks = own.introduced.session, more.pop("speaks", signed_by).introduced.session
    place = Segment(room, DOCUMENT, session, "document", 0, 0, 2, bytes(32), bytes(32), speaks)
    return seal_segment(crypto, signed_by.signer, place, KEY, b"\x00\x00")


def test_syn7_of_another_class_or_oneself_nothing_is_taken(gate: Gate) -> None:
    gate.introduce(gate.ada, gate.me)
    assert gate.hears(envelope_of(gate.ada, OTHER_ROOM)) == ["drop"]
    assert gate.hears(envelope_of(gate.me)) == ["drop"]
    assert gate.hears_segment(segment_of(gate.ada, OTHER_ROOM)) == [None]
    assert gate.hears_segment(segment_of(gate.me)) == [None]
    assert gate.refused == ["other-class", "own"] * 2
    assert gate.hears_segment(segment_of(gate.ada)) == [gate.ada.introduced]


def test_syn18_of_oneself_what_counts_and_is_not_here_any_more_is_taken(gate: Gate) -> None:
    gate.introduce(gate.me)
    gate.lacks_own = True
    own = envelope_of(gate.me)
    assert (gate.hears(own), gate.taken) == (["pass"], [own])
    assert gate.hears_segment(segment_of(gate.me)) == [gate.me.introduced]
    assert gate.refused == []


def test_env1_what_another_signed_is_dropped_and_what_is_here_is_passed_without_a_look(gate: Gate) -> None:
    gate.introduce(gate.ada, gate.other)
    good, forged = envelope_of(gate.ada), envelope_of(gate.ada, key=gate.other)
    assert (gate.hears(forged), gate.taken) == (["drop"], [])
    assert (gate.hears(good), gate.taken) == (["pass"], [good])
    gate.here.add(good)
    assert (gate.hears(good), gate.taken) == (["pass"], [good])
    assert gate.refused == ["forged"]


def test_rol1_who_may_not_and_of_whom_that_is_not_known_is_not_taken(gate: Gate) -> None:
    gate.introduce(gate.ada)
    data, segment = envelope_of(gate.ada), segment_of(gate.ada)
    said: dict[Standing, Refusal] = {"unknown": "too-early", "may-not": "not-allowed"}
    for standing, refusal in said.items():
        gate.standings[gate.ada.introduced.participant] = standing
        assert (gate.hears(data), gate.hears_segment(segment), gate.taken) == (["later"], [None], [])
        assert gate.refused[-2:] == [refusal, refusal]


def test_env7_a_segment_of_which_another_person_signed_is_nobody_s(gate: Gate) -> None:
    gate.introduce(gate.ada, gate.other)
    assert gate.hears_segment(segment_of(gate.ada)) == [gate.ada.introduced]
    assert gate.hears_segment(segment_of(gate.ada, signer=gate.other)) == [None]
    assert gate.hears_segment(segment_of(gate.ada, signer=gate.other, speaks=gate.ada)) == [None]
    assert gate.refused == ["forged", "forged"]
    read = decode_segment(segment_of(gate.ada, signer=gate.me))
    assert isinstance(read, Segment)
    assert not gate.intake.verify_segment(read, segment_of(gate.ada, signer=gate.me))


def test_syn7_what_nobody_introduced_waits_for_whose_it_is(gate: Gate) -> None:
    data, segment = envelope_of(gate.ada), segment_of(gate.ada, signer=gate.other)
    waits = [gate.hears(data), gate.hears(data), gate.hears_segment(segment), gate.hears_segment(segment)]
    assert (waits, len(gate.known.asked)) == ([[], [], [], []], 4)
    gate.known.answer()
    gate.known.answer(gate.ada.introduced)
    assert (waits[:2], gate.taken, gate.refused) == ([["later"], ["pass"]], [data], ["unknown-session"])
    # Of a segment its author, then who signed it.
    gate.known.answer(gate.ada.introduced)
    gate.known.answer(gate.ada.introduced)
    assert waits[2:] == [[], []]
    gate.known.answer()
    gate.known.answer(gate.other.introduced)
    assert waits[2:] == [[None], [None]]
    assert gate.refused[1:] == ["unknown-session", "forged"]


def test_syn16_so_much_waits_for_whose_it_is(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    data, segment = envelope_of(gate.ada), segment_of(gate.ada)
    monkeypatch.setattr(intake_module, "HELD_BYTES", len(segment))
    assert gate.hears_segment(segment) == []
    assert (gate.hears(data), gate.hears_segment(segment)) == (["later"], [None])
    assert gate.refused == ["unknown-session", "unknown-session"]
    gate.known.answer(gate.ada.introduced)
    gate.known.people.clear()
    assert (gate.hears(data), len(gate.known.asked)) == ([], 1)
    gate.known.answer()
    assert gate.hears_segment(segment) == []
