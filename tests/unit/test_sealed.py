"""Signed, sealed envelopes and segments in Python: the same bytes, and the same refusals, as in the page."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest
from pycrdt import Doc, Map, Text, TransactionEvent

from peerbook.peer import crypto, sealed, segment
from peerbook.peer.encoding import number_bytes, text_bytes
from peerbook.peer.envelope import Envelope, decode_envelope, session_text
from peerbook.peer.merge import begins_with, merge_changes, says_the_same
from peerbook.peer.parts import PAYLOAD_BYTES
from peerbook.peer.permissions.change import CheckedChange
from peerbook.peer.permissions.limits import NOTEBOOK_LIMITS
from peerbook.peer.sealed import DocumentKey, Sealer, Stream, first_link, open_envelope, verify_envelope
from peerbook.peer.segment import OwnChange, Segment, SegmentFault, Whose, decode_segment, encode_segment, plan_segments

from .crafted import VALUE, ZERO, Crafted, craft
from .peer_kit import DOCUMENT

ROOT = Path(__file__).parents[2]
ENVELOPES: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/protocol/sealed.json").read_text())
SEGMENTS: dict[str, list[dict[str, Any]]] = json.loads((ROOT / "tests/protocol/segments.json").read_text())
KEY = DocumentKey(1, bytes(range(32)))
STREAM = Stream(bytes(16), "d", "AAAAAAAAAAAAAAAAAAAAAA", "document")


def title(row: dict[str, Any]) -> str:
    return str(row["title"])


def hexed(data: bytes | None) -> str | None:
    return None if data is None else data.hex()


@pytest.mark.parametrize("row", ENVELOPES["streams"], ids=title)
def test_env2_a_stream_is_sealed_and_chained_as_the_golden_bytes(row: dict[str, Any]) -> None:
    stream = Stream(bytes.fromhex(row["room"]), row["document"], row["session"], row["kind"])
    signer = crypto.Signer(bytes.fromhex(row["seed"]))
    sealer = Sealer(crypto, signer, stream)
    assert first_link(stream).hex() == row["first"]
    for each in row["envelopes"]:
        key = DocumentKey(each["epoch"], bytes.fromhex(each["key"]))
        (made,) = sealer.seal(key, bytes.fromhex(each["change"]))
        assert (made.data.hex(), made.chain.hex()) == (each["bytes"], each["chain"])
        assert verify_envelope(crypto, signer.key, made.envelope, made.data)
        assert hexed(open_envelope(crypto, key.key, made.envelope)) == each["change"]


@pytest.mark.parametrize("row", ENVELOPES["looks"], ids=title)
def test_env1_what_was_altered_is_not_genuine_or_does_not_open(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["bytes"])
    envelope = decode_envelope(data)
    if "fault" in row:
        assert envelope == row["fault"]
        return
    assert isinstance(envelope, Envelope)
    assert verify_envelope(crypto, bytes.fromhex(row["sessionKey"]), envelope, data) is row["genuine"]
    assert hexed(open_envelope(crypto, bytes.fromhex(row["documentKey"]), envelope)) == row["opens"]


def test_env6_a_large_change_is_sealed_part_by_part() -> None:
    change = random.Random(1).randbytes(2 * PAYLOAD_BYTES + 1)
    made = Sealer(crypto, crypto.Signer(bytes(32)), STREAM).seal(KEY, change)
    assert [(each.envelope.sequence, each.envelope.part, each.envelope.parts) for each in made] == [
        (0, 0, 3),
        (1, 1, 3),
        (2, 2, 3),
    ]
    opened = [open_envelope(crypto, KEY.key, each.envelope) for each in made]
    assert b"".join(plain for plain in opened if plain) == change
    assert Sealer(crypto, crypto.Signer(bytes(32)), STREAM).seal(KEY, b"") == []


@pytest.mark.parametrize("row", SEGMENTS["begins"], ids=title)
def test_env10_whether_a_merged_change_begins_with_changes_is_as_the_golden_bytes_say(row: dict[str, Any]) -> None:
    changes = [bytes.fromhex(change) for change in row["changes"]]
    assert begins_with(bytes.fromhex(row["merged"]), changes) == row["begins"]


@pytest.mark.parametrize("row", SEGMENTS["merges"], ids=title)
def test_env8_changes_merge_as_the_golden_bytes(row: dict[str, Any]) -> None:
    merged = merge_changes(map(bytes.fromhex, row["changes"]))
    assert (merged and merged.data.hex()) == row["merged"]


@pytest.mark.parametrize("name", ["typing", "typing and deleting", "cells and outputs"])
def test_env8_a_golden_document_is_the_same_from_merged_changes_and_from_changes(name: str) -> None:
    (row,) = [row for row in SEGMENTS["merges"] if row["title"] == name]
    seen = []
    for changes in (row["changes"], [row["merged"]]):
        doc: Doc[Any] = Doc({"source": Text(), "cells": Map()})
        for change in changes:
            doc.apply_update(bytes.fromhex(change))
        seen.append((doc["source"].to_py(), doc["cells"].to_py(), doc.get_state()))
    assert seen[0] == seen[1]
    assert seen[0][0] or seen[0][1]


def test_env8_a_document_is_the_same_from_merged_changes_and_from_changes() -> None:
    chance = random.Random(3)
    for _ in range(20):
        doc: Doc[Any] = Doc(client_id=chance.randrange(1, 2**53))
        text = doc.get("source", type=Text)
        changes: list[bytes] = []

        def note(event: TransactionEvent, changes: list[bytes] = changes) -> None:
            changes.append(event.update)

        subscription = doc.observe(note)
        for _ in range(60):
            length = len(str(text))
            if length > 3 and chance.random() < 0.3:
                at = chance.randrange(length - 2)
                del text[at : at + 2]
            else:
                text.insert(chance.choice([length, chance.randrange(length + 1)]), chance.choice("ab c"))
        doc.unobserve(subscription)
        merged = merge_changes(changes)
        assert merged is not None
        assert merged.structs < len(changes)
        assert merge_changes([merged.data]) == merged
        late: Doc[Any] = Doc()
        late.apply_update(merged.data)
        assert str(late.get("source", type=Text)) == str(text)
        assert late.get_state() == doc.get_state()
        # Everything else a change may hold is in the golden bytes.
        cut = chance.randrange(1, len(changes))
        steps = [merge_changes(changes[:cut]), merge_changes(changes[cut:])]
        assert merge_changes(step.data for step in steps if step) == merged


def test_env8_whatever_arrives_is_read_or_refused() -> None:
    chance = random.Random(5)
    good = [bytes.fromhex(change) for row in SEGMENTS["merges"] for change in row["changes"] if change]
    read = 0
    for _ in range(20_000):
        data = bytearray(chance.choice(good))
        for _ in range(chance.randrange(4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        merged = merge_changes([bytes(data)])
        if merged:
            read += 1
            assert says_the_same(merged.data, [merged.data])
    assert read > 1000


def whose(fields: dict[str, str]) -> Whose:
    return Whose(fields["session"], fields["participant"], bytes.fromhex(fields["session_key"]))


@pytest.mark.parametrize("row", SEGMENTS["segments"], ids=title)
def test_env7_a_segment_reads_and_is_made_as_the_golden_bytes(row: dict[str, Any]) -> None:
    data, plain = bytes.fromhex(row["bytes"]), bytes.fromhex(row["plain"])
    read = decode_segment(data)
    assert isinstance(read, Segment)
    fields = {
        name: hexed(value) if isinstance(value, bytes) else value for name, value in dataclasses.asdict(read).items()
    }
    assert fields == row["reads"]
    key = DocumentKey(read.epoch, bytes.fromhex(row["key"]))
    signer = crypto.Signer(bytes.fromhex(row["seed"]))
    assert segment.seal_segment(crypto, signer, read, key, plain) == data
    assert segment.open_segment(crypto, key.key, read) == plain
    assert segment.is_segment(data)


@pytest.mark.parametrize("row", SEGMENTS["looks"], ids=title)
def test_env7_what_was_altered_is_not_genuine_or_does_not_open(row: dict[str, Any]) -> None:
    data = bytes.fromhex(row["bytes"])
    read = decode_segment(data)
    assert isinstance(read, Segment)
    assert segment.verify_segment(crypto, whose(row["author"]), whose(row["signer"]), read, data) is row["genuine"]
    assert hexed(segment.open_segment(crypto, bytes.fromhex(row["key"]), read)) == row["opens"]


@pytest.mark.parametrize("row", SEGMENTS["faults"], ids=title)
def test_env7_what_is_no_segment_is_refused_for_its_reason(row: dict[str, Any]) -> None:
    assert decode_segment(bytes.fromhex(row["bytes"])) == SegmentFault(row["fault"])


def test_env7_every_reason_is_shown_and_is_the_pages() -> None:
    assert {row["fault"] for row in SEGMENTS["faults"]} == {fault.value for fault in SegmentFault} - {"too-large"}
    assert decode_segment(b"\x12" * 4_000_001) is SegmentFault.TOO_LARGE
    source = (ROOT / "site/extension/src/core/envelope/segment.ts").read_text(encoding="utf-8")
    listed = re.search(r"export const SEGMENT_FAULTS = \[(.*?)\] as const", source, re.DOTALL)
    assert listed
    assert re.findall(r"^  '([a-z-]+)'", listed[1], re.MULTILINE) == [fault.value for fault in SegmentFault]


def test_env9_a_plan_is_within_the_limits_and_leaves_out_what_cannot_be_merged() -> None:
    def typed(clock: int, text: str) -> bytes:
        place = bytes([4, 1, 1, 116]) if clock == 0 else bytes([0x84, 5, clock - 1])
        return bytes([1, 1, 5, clock]) + place + bytes([len(text)]) + text.encode() + b"\x00"

    changes = [OwnChange(at, at + 1, typed(at, "x")) for at in range(8)]
    assert [(each.first, each.end) for each in plan_segments(changes)] == [(0, 8)]
    changes[5] = dataclasses.replace(changes[5], change=b"no change")
    planned = plan_segments(changes)
    assert [(each.first, each.end) for each in planned] == [(0, 4), (4, 5), (6, 8)]
    assert all(says_the_same(each.change, [c.change for c in changes[each.first : each.end]]) for each in planned)
    assert [(each.first, each.end) for each in plan_segments([changes[0], changes[2]])] == [(0, 1), (2, 3)]
    apart = [OwnChange(2 * at, 2 * at + 1, typed(at, "x")) for at in range(2)]
    assert [(each.first, each.end) for each in plan_segments(apart)] == [(0, 1), (2, 3)]
    assert plan_segments([]) == []


def test_env9_a_plan_has_no_more_ranges_than_a_change_may_have() -> None:
    def deleted(start: int) -> bytes:
        ranges = b"".join(number_bytes(start + 2 * at) + b"\x01" for at in range(1500))
        return b"\x00\x01\x09" + number_bytes(1500) + ranges

    changes = [OwnChange(at, at + 1, deleted(at * 3000)) for at in range(2)]
    assert [(each.first, each.end) for each in plan_segments(changes)] == [(0, 1), (1, 2)]


def test_env4_limits_are_those_of_protocol_json() -> None:
    limits = json.loads((ROOT / "docs/protocol.json").read_text())
    assert limits["chain_every"] == sealed.CHAIN_EVERY
    assert limits["segment_bytes"] == segment.SEGMENT_BYTES
    assert limits["segment_structs"] == segment.SEGMENT_STRUCTS


def test_env9_no_segment_is_larger_or_of_more_structs_than_one_may_be() -> None:
    def structs(start: int, count: int) -> CheckedChange:
        return craft(7, start, [Crafted(parent="meta", key=f"k{at}", kind=VALUE, content=ZERO) for at in range(count)])

    many = [OwnChange(at, at + 1, structs(1000 * at, 1000).data) for at in range(5)]
    assert [(each.first, each.end) for each in plan_segments(many)] == [(0, 2), (2, 3), (3, 5)]
    wide = dataclasses.replace(NOTEBOOK_LIMITS, bytes_=2**62)
    letters = Crafted(content=text_bytes("x" * 1_500_000))
    large = [OwnChange(at, at + 1, craft(7, 1_500_000 * at, [letters], limits=wide).data) for at in range(4)]
    assert [(each.first, each.end) for each in plan_segments(large)] == [(0, 2), (2, 4)]


def test_env7_what_is_no_segment_is_not_written() -> None:
    session = session_text(bytes(16))
    place = Segment(bytes(16), DOCUMENT, session, "document", 0, 0, 2, bytes(32), bytes(32), session, payload=b"x")
    assert isinstance(decode_segment(encode_segment(place)), Segment)
    with pytest.raises(ValueError, match="not a segment"):
        encode_segment(dataclasses.replace(place, end=0))
