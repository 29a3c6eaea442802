"""The envelope's codec in Python: the same bytes and the same refusals as in the page."""

from __future__ import annotations

import dataclasses
import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer import envelope as codec
from peerbook.peer.encoding import number_bytes
from peerbook.peer.envelope import Envelope, Fault, decode_envelope, encode_envelope, envelope_id, session_bytes
from peerbook.peer.session import is_session

ROOT = Path(__file__).parents[2]
VECTORS: list[dict[str, Any]] = json.loads((ROOT / "tests/protocol/envelope.json").read_text(encoding="utf-8"))
GOOD = [vector for vector in VECTORS if "reads" in vector]
BAD = [vector for vector in VECTORS if "fault" in vector]
BYTES = {"room", "payload", "chain", "signature"}


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def envelope_of(reads: dict[str, Any]) -> Envelope:
    fields: dict[str, Any] = {key: bytes.fromhex(value) if key in BYTES else value for key, value in reads.items()}
    return Envelope(**fields)


@pytest.mark.parametrize("vector", GOOD, ids=title)
def test_syn1_an_envelope_reads_and_writes_as_the_golden_bytes(vector: dict[str, Any]) -> None:
    data = bytes.fromhex(vector["bytes"])
    assert decode_envelope(data) == envelope_of(vector["reads"])
    assert encode_envelope(envelope_of(vector["reads"])) == data
    assert envelope_id(data).hex() == vector["id"]


@pytest.mark.parametrize("vector", BAD, ids=title)
def test_syn2_what_is_no_envelope_is_refused_for_its_reason(vector: dict[str, Any]) -> None:
    assert decode_envelope(bytes.fromhex(vector["bytes"])) == Fault(vector["fault"])


def test_syn2_the_vectors_show_every_reason_but_size() -> None:
    assert {vector["fault"] for vector in BAD} == {fault.value for fault in Fault} - {"too-large"}
    assert decode_envelope(b"\x01" * 65_537) is Fault.TOO_LARGE
    small = dataclasses.replace(envelope_of(GOOD[0]["reads"]), payload=bytes(65_536 - 145))
    assert len(encode_envelope(small)) == 65_536
    with pytest.raises(ValueError, match="too-large"):
        encode_envelope(dataclasses.replace(small, payload=bytes(65_536 - 144)))


def test_syn2_whatever_arrives_is_read_or_refused() -> None:
    chance = random.Random(7)
    for _ in range(20_000):
        data = bytearray(bytes.fromhex(chance.choice(GOOD)["bytes"]))
        for _ in range(chance.randrange(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        read = decode_envelope(bytes(data[: chance.randrange(len(data) + 1)] if chance.random() < 0.5 else data))
        if isinstance(read, Envelope):
            assert decode_envelope(encode_envelope(read)) == read


def test_syn1_a_session_has_one_spelling() -> None:
    session = GOOD[0]["reads"]["session"]
    assert len(session_bytes(session)) == 16
    for wrong in (session[:-1], session[:-1] + "B", session + "A", "", "é" * 22):
        with pytest.raises(ValueError, match=r"."):
            session_bytes(wrong)


@pytest.mark.parametrize("text", ["", "A" * 18, "A" * 21, "A" * 23, "A" * 26, "A" * 21 + "B", "A" * 21 + "=", "é" * 22])
def test_syn1_what_is_not_16_bytes_is_no_session(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 (of the spelling, or of the length)
        session_bytes(text)
    assert not is_session(text)
    assert is_session("A" * 22)
    assert not is_session(22)


def test_syn1_no_number_is_written_that_nobody_reads() -> None:
    assert number_bytes(2**53 - 1) == b"\xff" * 7 + b"\x0f"
    for number in (-1, 2**53):
        with pytest.raises(ValueError, match="number"):
            number_bytes(number)


def test_syn2_limits_are_those_of_protocol_json() -> None:
    limits = json.loads((ROOT / "docs/protocol.json").read_text())
    assert limits["envelope_version"] == codec.VERSION
    assert limits["envelope_bytes"] == codec.ENVELOPE_BYTES
    assert limits["small_bytes"] == codec.SMALL_BYTES
    assert limits["change_parts"] == codec.CHANGE_PARTS
    assert limits["document_chars"] == codec.DOCUMENT_CHARS


def test_syn2_reasons_are_the_pages() -> None:
    source = (ROOT / "site/extension/src/core/envelope/envelope.ts").read_text()
    listed = re.search(r"export const FAULTS = \[(.*?)\] as const", source, re.DOTALL)
    assert listed
    assert re.findall(r"^  '([a-z-]+)'", listed[1], re.MULTILINE) == [fault.value for fault in Fault]


def test_every_rule_of_the_section_is_held_by_a_test() -> None:
    rules = set(re.findall(r"\*\*\[SYN(\d+)\]\*\*", (ROOT / "docs/SPEC.md").read_text()))
    core = ROOT / "site/extension/src/core"
    held = {rule for path in core.rglob("*.test.ts") for rule in re.findall(r"'\[SYN(\d+)\] ", path.read_text())}
    assert rules == held
    assert rules == {str(number) for number in range(1, len(rules) + 1)}
