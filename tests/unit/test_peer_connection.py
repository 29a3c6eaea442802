"""Links, frames and limits in Python: what the CON rules ask of the page they ask of Python too."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import get_args

import pytest

from peerbook.peer.connection import base, direct, framing
from peerbook.peer.connection.framing import FrameFault, split_message
from peerbook.peer.connection.link import Link
from peerbook.peer.connection.packets import Bye, Confirm, Data, Hello, Here, Question, read_packet, write_packet
from peerbook.peer.connection.road import RoadConnection
from peerbook.peer.keys import door, knocking
from peerbook.peer.log import proof, waiting
from peerbook.peer.overlay import flood, messages, neighbours
from peerbook.peer.overlay.neighbours import Channel
from peerbook.peer.overlay.patience import BORNE, Patience
from peerbook.peer.signaling import messages as signaling
from peerbook.peer.signaling.line import return_after
from peerbook.peer.sync import acquaintances, awareness, exchange, intake, outbox, record

from .peer_kit import VirtualClock

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "site" / "extension" / "src"


class Wire(RoadConnection):
    """One end of a road in the air; what is on its way when it ends is lost."""

    def __init__(self, road: base.RoadName, clock: VirtualClock) -> None:
        super().__init__("p", road)
        self.clock = clock
        self.other: Wire
        self.is_deaf = False

    def _transmit(self, channel: Channel, frame: bytes) -> bool:
        self.clock.after(5, lambda: self.other.arrive(frame))
        return True

    def arrive(self, frame: bytes) -> None:
        if not self.is_deaf:
            self._receive(frame)

    def open(self) -> None:
        self._become(base.OPEN)

    def _release(self, *, tell: bool) -> None:
        if tell:
            self.clock.after(5, lambda: self.other._end("other-left"))


class Pair:
    """Two links, and the roads between them."""

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self.links = Link("b", self.clock, 1), Link("a", self.clock, 2)
        self.heard: tuple[list[bytes], list[bytes]] = [], []
        for link, heard in zip(self.links, self.heard, strict=True):
            link.on_message(self.note(heard))

    def note(self, heard: list[bytes]) -> Callable[[Channel, bytes], None]:
        return lambda channel, message: heard.append(message)

    def road(self, name: base.RoadName) -> tuple[Wire, Wire]:
        one, other = Wire(name, self.clock), Wire(name, self.clock)
        one.other, other.other = other, one
        for link, wire in zip(self.links, (one, other), strict=True):
            link.attach(wire)
        for wire in (one, other):
            wire.open()
        return one, other


def test_con13_a_better_road_is_taken_and_nothing_is_lost_or_doubled() -> None:
    pair = Pair()
    chance = Random(3)
    roads = [pair.road("relay")]
    said: list[bytes] = []
    for turn in range(400):
        message = b"%d " % turn + chance.randbytes(chance.randrange(200))
        said.append(message)
        pair.links[0].send("control", message)
        if turn % 50 == 25:
            roads.append(pair.road("direct" if len(roads) % 2 else "relay"))
        if turn % 50 == 40:
            roads.pop(0)[chance.randrange(2)].close()
        pair.clock.advance(chance.randrange(30))
    pair.clock.advance(5000)
    assert pair.heard[1] == said
    assert pair.links[0].buffered_bytes("control") == 0
    assert [link.state.kind for link in pair.links] == ["open", "open"]


def test_con13_a_road_that_swallows_everything_is_left_for_another() -> None:
    pair = Pair()
    pair.road("relay")
    one, other = pair.road("direct")
    pair.clock.advance(100)
    assert [link.road for link in pair.links] == ["direct", "direct"]
    one.is_deaf = other.is_deaf = True
    pair.links[0].send("control", b"into nothing")
    pair.clock.advance(3000)
    assert pair.heard[1] == [b"into nothing"]
    assert pair.links[0].road == "relay"


def test_con14_a_link_without_a_road_is_lost_and_one_that_begins_anew_ends_the_old() -> None:
    pair = Pair()
    wires = pair.road("relay")
    pair.clock.advance(100)
    for wire in wires:
        wire.close()
    pair.clock.advance(31_000)
    assert [link.state.closed for link in pair.links] == ["lost", "lost"]
    again = Pair()
    one, _ = again.road("relay")
    again.clock.advance(100)
    one.arrive(split_message("control", write_packet(Hello(99, 0, 0, 0)))[0])
    assert again.links[0].state.closed == "reset"


def test_con5_closing_is_known_at_the_other_end_and_then_nothing_is_said() -> None:
    pair = Pair()
    pair.road("relay")
    pair.clock.advance(100)
    pair.links[0].close()
    pair.links[0].send("control", b"too late")
    pair.clock.advance(1000)
    assert [link.state.closed for link in pair.links] == ["left", "other-left"]
    assert pair.heard == ([], [])


def test_con4_bulk_waits_for_the_other_end_and_control_passes_it() -> None:
    pair = Pair()
    pair.road("relay")
    pair.clock.advance(100)
    for _ in range(4):
        pair.links[0].send("bulk", bytes(900_000))
    pair.links[0].send("control", b"key")
    drained: list[bool] = []
    pair.links[0].when_drained(lambda: drained.append(True))
    assert not drained
    pair.clock.advance(2000)
    assert drained
    assert sorted(map(len, pair.heard[1])) == [3, *[900_000] * 4]
    assert len(pair.heard[1][-1]) > 3


def test_con14_packets_read_as_they_were_written() -> None:
    rows = [
        (Data(300, 1, 2, b"words"), "00ac020102" + b"words".hex()),
        (Confirm(0, 127), "01007f"),
        (Hello(2**32 - 1, 0, 5, 128), "02ffffffff0f00058001"),
        (Question(), "03"),
        (Here(1, 0), "040100"),
        (Bye(), "05"),
    ]
    for packet, spelled in rows:
        assert write_packet(packet).hex() == spelled  # type: ignore[arg-type]
        assert read_packet(bytes.fromhex(spelled)) == packet
    for wrong in (b"", b"\x06", b"\x00\x01", b"\x02" + b"\xff" * 9):
        assert read_packet(wrong) is None


@pytest.mark.parametrize("size", [0, 1, 16_383, 16_384, 40_000, 1_000_000])
def test_con2_a_message_is_cut_in_one_way_and_put_together_again(size: int) -> None:
    message = Random(size).randbytes(size)
    frames = split_message("bulk", message)
    assert all(len(frame) == framing.FRAME_BYTES for frame in frames[:-1])
    assembler = framing.Assembler()
    assert [assembler.take(frame) for frame in frames] == [None] * (len(frames) - 1) + [("bulk", message)]


def test_con3_what_is_no_frame_is_refused_for_its_reason() -> None:
    first = split_message("control", bytes(40_000))[0]
    long = b"\x01" + (2_000_000).to_bytes(4, "big") + bytes(16_379)
    short = b"\x01" + (9).to_bytes(4, "big") + bytes(16_379)
    rows: dict[FrameFault, list[bytes]] = {
        "empty": [b""],
        "frame-too-large": [bytes(16_385)],
        "unknown-kind": [b"\x03"],
        "message-too-large": [long],
        "wrong-length": [short],
        "no-beginning": [b"\x02x"],
        "not-finished": [first, b"\x00"],
    }
    assert set(rows) == set(get_args(FrameFault))
    for fault, frames in rows.items():
        assembler = framing.Assembler()
        assert [assembler.take(frame) for frame in frames][-1] == fault
    assert framing.Assembler().take(first[:-1]) == "wrong-length"


def test_syn13_some_nonsense_is_borne_and_more_is_not() -> None:
    clock = VirtualClock()
    patience = Patience(clock)
    assert not any(patience.is_lost("a") for _ in range(BORNE))
    assert not patience.is_lost("b")
    assert patience.is_lost("a")
    clock.advance(60_000)
    assert not patience.is_lost("a")


def test_sig5_a_class_does_not_come_back_as_one() -> None:
    chance = Random(1)
    waits = [return_after(0, 200, 10, chance.random) for _ in range(1000)]
    assert 0 <= min(waits) < max(waits) <= 1500
    assert max(return_after(20, 2000, 10, chance.random) for _ in range(1000)) <= 30_000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("frame_bytes", framing.FRAME_BYTES),
        ("message_bytes", framing.MESSAGE_BYTES),
        ("high_water_bytes", neighbours.HIGH_WATER_BYTES),
        ("low_water_bytes", base.LOW_WATER_BYTES),
        ("max_degree", neighbours.MAX_DEGREE),
        ("rtc_per_hour", direct.RTC_PER_HOUR),
        ("rtc_per_peer", direct.RTC_PER_PEER),
        ("signal_chars", signaling.SIGNAL_CHARS),
        ("ids_per_message", signaling.IDS_PER_MESSAGE),
        ("signaling_version", signaling.SIGNALING_VERSION),
        ("envelope_every_ms", outbox.EVERY_MS),
        ("unresolved_bytes", waiting.WAITING_BYTES),
        ("waiting_pieces", waiting.WAITING_PIECES),
        ("proof_pieces", proof.PROOF_PIECES),
        ("knocks_per_minute", door.KNOCKS_PER_MINUTE),
        ("knock_answers", door.KNOCK_ANSWERS),
        ("waiting_people", door.WAITING_PEOPLE),
        ("knock_every_ms", knocking.KNOCK_EVERY_MS),
        ("beat_ms", exchange.BEAT_MS),
        ("cursor_every_ms", awareness.CURSOR_MS),
        ("presence_every_ms", awareness.PRESENCE_MS),
        ("record_chars", record.RECORD_CHARS),
        ("name_chars", record.NAME_CHARS),
    ],
)
def test_limits_are_those_of_protocol_json(name: str, value: int) -> None:
    assert json.loads((ROOT / "docs" / "protocol.json").read_text())[name] == value


@pytest.mark.parametrize(
    ("path", "constant", "value"),
    [
        ("core/overlay/patience.ts", "BORNE", BORNE),
        ("core/awareness/awareness.ts", "SILENCES", awareness.SILENCES),
        ("core/sync/exchange.ts", "GRACE_MS", exchange.GRACE_MS),
        ("core/sync/exchange.ts", "ASK_MS", exchange.ASK_MS),
        ("core/sync/acquaintances.ts", "WHO_MS", acquaintances.WHO_MS),
        ("core/sync/intake.ts", "HELD_BYTES", intake.HELD_BYTES),
        ("core/overlay/wire.ts", "ENTRIES_BYTES", messages.ENTRIES_BYTES),
        ("core/overlay/wire.ts", "MOST_REACHES", messages.MOST_REACHES),
        ("core/overlay/flood.ts", "MOST_PENDING", flood.MOST_PENDING),
    ],
)
def test_times_are_the_pages(path: str, constant: str, value: int) -> None:
    found = re.search(rf"const {constant} = ([\d_]+);", (SOURCES / path).read_text(encoding="utf-8"))
    assert found
    assert int(found[1]) == value
