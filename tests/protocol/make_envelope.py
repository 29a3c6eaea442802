"""Writes `envelope.json`, the golden vectors of the envelope's codec: run only when a SYN rule of SPEC.md changes.

Each row has bytes in hex and either what they say or the reason why they say nothing.
"""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from peerbook.peer.envelope import Envelope, Fault, decode_envelope, encode_envelope, envelope_id, session_text

NAME = f"{'5e' * 32}.team.{'0a' * 16}"
PLAIN = Envelope(
    room=bytes(range(16)),
    document=NAME,
    session=session_text(bytes(range(16, 32))),
    kind="document",
    sequence=0,
    payload=b"\x00\x00",
)


def variant(**changes: Any) -> Envelope:
    return dataclasses.replace(PLAIN, **changes)


GOOD: dict[str, Envelope] = {
    "plain": PLAIN,
    "a cursor": variant(kind="awareness", sequence=127, payload=b"\x00"),
    "a record": variant(kind="record", document="records", sequence=128, payload=b'{"name":"Ada","since":1}'),
    "outputs": variant(kind="outputs", document=f"{NAME}/outputs.{'0b' * 16}", sequence=16_384),
    "everything filled in": variant(
        room=bytes(32),
        epoch=7,
        sequence=2**53 - 1,
        chain=bytes(range(32)),
        signature=bytes(range(64)),
        payload=bytes(300),
    ),
    "a part": variant(sequence=300, part=2, parts=3),
    "the last of the most parts": variant(sequence=255, part=255, parts=256),
    "the longest name": variant(document="~" * 255),
}


def bad() -> dict[str, tuple[bytes, Fault]]:
    whole = encode_envelope(PLAIN)
    name_at = 1 + 1 + 16
    session_at = name_at + 1 + len(NAME)
    kind_at = session_at + 16 + 1
    rows: dict[str, tuple[bytes, Fault]] = {
        "nothing": (b"", Fault.CUT_SHORT),
        "another version": (b"\x03" + whole[1:], Fault.VERSION),
        "the version before": (b"\x01" + whole[1:], Fault.VERSION),
        "a byte too many": (whole + b"\x00", Fault.LEFT_OVER),
        "a class of 15 bytes": (whole[:1] + b"\x0f" + whole[3:], Fault.CLASS),
        "a class of 33 bytes": (whole[:1] + b"\x21" + bytes(33) + whole[name_at:], Fault.CLASS),
        "a name with a space": (whole[: name_at + 1] + b" " + whole[name_at + 2 :], Fault.DOCUMENT),
        "a name that is not UTF-8": (whole[: name_at + 1] + b"\xff" + whole[name_at + 2 :], Fault.DOCUMENT),
        "no name": (whole[:name_at] + b"\x00" + whole[session_at:], Fault.DOCUMENT),
        "a name of 256": (whole[:name_at] + b"\x80\x02" + b"a" * 256 + whole[session_at:], Fault.DOCUMENT),
        "a name longer than the envelope": (whole[:name_at] + b"\xff\xff\x03" + whole[name_at + 1 :], Fault.CUT_SHORT),
        "a kind nobody writes": (whole[:kind_at] + b"\x04" + whole[kind_at + 1 :], Fault.KIND),
        "an unknown bit": (whole[:kind_at] + b"\x20" + whole[kind_at + 1 :], Fault.KIND),
        "one part of one": (whole[:kind_at] + b"\x10\x00\x00\x01" + whole[kind_at + 2 :], Fault.PART),
        "part two of two": (whole[:kind_at] + b"\x10\x09\x02\x02" + whole[kind_at + 2 :], Fault.PART),
        "257 parts": (whole[:kind_at] + b"\x10\x09\x01\x81\x02" + whole[kind_at + 2 :], Fault.PART),
        "a part before its change": (whole[:kind_at] + b"\x10\x00\x01\x02" + whole[kind_at + 2 :], Fault.PART),
        "a number with a zero behind": (whole[: kind_at + 1] + b"\x80\x00" + whole[kind_at + 2 :], Fault.NUMBER),
        "a number above 2^53": (whole[: kind_at + 1] + b"\xff" * 7 + b"\x10" + whole[kind_at + 2 :], Fault.NUMBER),
        "a number without end": (whole[: kind_at + 1] + b"\xff" * 9, Fault.NUMBER),
        "a chain of 31 bytes": (whole[: kind_at + 2] + b"\x1f" + bytes(31) + whole[kind_at + 3 :], Fault.CHAIN),
        "no payload": (whole[: kind_at + 3] + b"\x00\x00", Fault.PAYLOAD),
        "a signature of 63 bytes": (whole[:-1] + b"\x3f" + bytes(63), Fault.SIGNATURE),
    }
    for cut in (1, 2, name_at, session_at + 8, kind_at, kind_at + 1, len(whole) - 1):
        rows[f"cut after {cut} bytes"] = (whole[:cut], Fault.CUT_SHORT)
    return rows


def main() -> None:
    rows: list[dict[str, Any]] = []
    for title, envelope in GOOD.items():
        data = encode_envelope(envelope)
        fields = {
            key: value.hex() if isinstance(value, bytes) else value
            for key, value in dataclasses.asdict(envelope).items()
        }
        rows.append({"title": title, "bytes": data.hex(), "id": envelope_id(data).hex(), "reads": fields})
    for title, (data, fault) in bad().items():
        assert decode_envelope(data) == fault, (title, decode_envelope(data))
        rows.append({"title": title, "bytes": data.hex(), "fault": fault.value})
    Path(__file__).with_name("envelope.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
