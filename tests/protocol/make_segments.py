"""Writes `segments.json`, golden vectors of merging (ENV8) and of segments (ENV7): run only when one of them changes.

Changes come from documents of pycrdt whose sessions have fixed clientIDs. Bytes in hex; null is what is refused.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pycrdt import Array, Doc, Map, Text, TransactionEvent

from peerbook.peer import crypto
from peerbook.peer.encoding import block_bytes
from peerbook.peer.envelope import session_text
from peerbook.peer.merge import begins_with, merge_changes
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.segment import (
    Segment,
    SegmentFault,
    Whose,
    decode_segment,
    encode_segment,
    open_segment,
    seal_segment,
    segment_front,
    verify_segment,
)

CLIENT, OTHER = 6_755_399_441_055_744 + 5, 71


def some(name: str, size: int = 32) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:size]


def written(edit: Callable[[Doc[Any]], None], before: tuple[bytes, ...] = (), client: int = CLIENT) -> list[bytes]:
    """The changes that `edit` makes to a document, one for each transaction."""
    doc: Doc[Any] = Doc(client_id=client)
    for update in before:
        doc.apply_update(update)
    changes: list[bytes] = []

    def note(event: TransactionEvent) -> None:
        changes.append(event.update)

    subscription = doc.observe(note)
    edit(doc)
    doc.unobserve(subscription)
    return changes


def typing(doc: Doc[Any]) -> None:
    text = doc.get("source", type=Text)
    for key in "print('ü')":
        text += key


def typing_and_deleting(doc: Doc[Any]) -> None:
    text = doc.get("source", type=Text)
    for key in "abcdef":
        text += key
    del text[1]
    del text[3]
    text.insert(0, "x")
    text.insert(1, "y")
    del text[0]


def in_the_middle(doc: Doc[Any]) -> None:
    text = doc.get("source", type=Text)
    for at, key in enumerate("other"):
        text.insert(2 + at, key)
    del text[0:4]
    del text[4:6]


def cells(doc: Doc[Any]) -> None:
    table = doc.get("cells", type=Map)
    with doc.transaction():
        table["a"] = Map({"source": Text("1 + 1"), "metadata": Map({"tags": ["x", None, True, 1.5, -70]})})
    table["a"]["source"] += "0"
    for count in range(3):
        table["a"]["execution_count"] = count
    table["a"]["outputs"] = Array([Map({"text": Text("2")}), {"data": "x" * 100}, 7])
    table["a"]["outputs"].append("more")
    table["a"]["outputs"].append("and more")
    table["a"]["outputs"] = Array()
    with doc.transaction():
        table["b"] = Map({"source": Text("gone")})
        del table["b"]


FIRST = tuple(written(lambda doc: doc.get("source", type=Text).insert(0, "someone's 👋 text"), client=OTHER))


def raw(*numbers: int) -> bytes:
    return bytes(numbers)


def text_change(client: int, clock: int, text: str, deletions: bytes = b"\x00") -> bytes:
    """One struct: text in the root text `t`."""
    head = raw(1, 1, client, clock, 4, 1) + block_bytes(b"t")
    return head + block_bytes(text.encode()) + deletions


def merges() -> dict[str, list[bytes]]:
    typed = written(typing)
    wave = text_change(5, 0, "a👋b")
    return {
        "no change": [],
        "typing": typed,
        "typing and deleting": written(typing_and_deleting),
        "in the middle of somebody's text": written(in_the_middle, FIRST),
        "cells and outputs": written(cells),
        "only deletions, ranges that touch and overlap": [
            raw(0, 1, 9, 2, 0, 2, 2, 3),
            raw(0, 2, 200, 1, 1, 1, 1, 9, 1, 4, 3),
        ],
        "half of a character deleted": [wave, raw(0, 1, 5, 1, 2, 1)],
        "both halves deleted, one after the other": [wave, raw(0, 1, 5, 1, 2, 1), raw(0, 1, 5, 1, 1, 1)],
        "deleted before and behind its half": [wave, raw(0, 1, 5, 2, 0, 2, 3, 1)],
        "deleted within what is deleted": [raw(0, 1, 5, 1, 0, 9), raw(0, 1, 5, 1, 2, 3)],
        "one behind the other, before different neighbours": [
            text_change(5, 0, "a"),
            raw(1, 1, 5, 1, 0xC4, 5, 0, 9, 0, 1, 98, 0),
            raw(1, 1, 5, 2, 0xC4, 5, 1, 9, 0, 1, 99, 0),
            raw(1, 1, 5, 3, 0xC4, 5, 2, 9, 7, 1, 100, 0),
        ],
        "what is gone": [raw(1, 2, 5, 0, 0, 2, 0, 3, 0), raw(1, 1, 5, 5, 0, 1, 0)],
        "a gap": [typed[0], typed[2]],
        "an overlap": [typed[0], typed[1], typed[1]],
        "the wrong way round": [typed[1], typed[0]],
        "two sessions": [text_change(5, 0, "a"), text_change(6, 1, "b")],
        "two sessions in one change": [raw(2) + text_change(5, 0, "a")[1:-1] + text_change(4, 0, "b")[1:]],
        "two sessions that say nothing": [raw(2, 0)],
        "gone, under a key": [raw(1, 1, 5, 0, 0x20, 3, 0)],
        "nothing": [b""],
        "a byte too many": [text_change(5, 0, "a") + b"\x00"],
        "cut short": [text_change(5, 0, "abc")[:-2]],
        "no structs of a session": [raw(1, 0, 5, 0, 0)],
        "text of no length": [text_change(5, 0, "")],
        "text that is not UTF-8": [raw(1, 1, 5, 0, 4, 1, 1, 116, 1, 255, 0)],
        "a struct left out": [raw(1, 1, 5, 0, 10, 1, 0)],
        "a document in the document": [raw(1, 1, 5, 0, 9, 1, 1, 116, 1, 120, 118, 0, 0)],
        "bytes as a value": [raw(1, 1, 5, 0, 8, 1, 1, 116, 1, 116, 1, 0, 0)],
        "an unknown type": [raw(1, 1, 5, 0, 7, 1, 1, 116, 3, 0)],
        "a parent of neither kind": [raw(1, 1, 5, 0, 4, 2, 1, 116, 1, 97, 0)],
        "a number with a zero behind": [raw(1, 1, 5, 128, 0, 4, 1, 1, 116, 1, 97, 0)],
        "a deletion of nothing": [raw(0, 1, 5, 1, 3, 0)],
        "a session without deletions": [raw(0, 1, 5, 0)],
        "clocks beyond 2^53": [raw(1, 1, 5, *[255] * 7, 15, 0, 1, 0)],
        "deletions beyond 2^53": [raw(0, 1, 5, 1, *[255] * 7, 15, 1)],
        "JSON in JSON": [raw(1, 1, 5, 0, 8, 1, 1, 116, 1, *[117, 1] * 128, 126, 0)],
        "too much JSON in JSON": [raw(1, 1, 5, 0, 8, 1, 1, 116, 1, *[117, 1] * 129, 126, 0)],
    }


SESSION, SIGNER = session_text(some("session", 16)), session_text(some("signer", 16))
SEED, STRANGER = some("signer's key"), some("a stranger's key")
KEY, LATER = DocumentKey(1, some("document key")), DocumentKey(9, some("another document key"))
PLACE = Segment(
    some("class", 16),
    f"{'5e' * 32}.mine.{'0a' * 16}",
    SESSION,
    "document",
    0,
    0,
    10,
    some("chain at 0"),
    some("chain at 10"),
    SIGNER,
)
AUTHOR, BY = Whose(SESSION, "0a" * 16, b""), Whose(SIGNER, "0a" * 16, crypto.Signer(SEED).key)


def plain_of(title: str) -> bytes:
    merged = merge_changes(merges()[title])
    assert merged is not None
    return merged.data


def good() -> dict[str, tuple[Segment, DocumentKey, bytes]]:
    outputs = dataclasses.replace(PLACE, kind="outputs", room=some("class"), first=300, end=2**40)
    return {
        "typing": (PLACE, KEY, plain_of("typing")),
        "of outputs, signed by its own session, in a later epoch": (
            dataclasses.replace(outputs, signer=SESSION),
            LATER,
            plain_of("cells and outputs"),
        ),
    }


def resigned(segment: Segment, seed: bytes = SEED, title: str | None = None) -> bytes:
    message = encode_segment(segment)[:-64]
    message = message if title is None else block_bytes(title.encode()) + message[19:]
    return message + crypto.Signer(seed).sign(message)


def looks(data: bytes) -> list[tuple[str, bytes, Whose, Whose, bytes]]:
    read = decode_segment(data)
    assert isinstance(read, Segment)
    other = dataclasses.replace
    rows = [
        ("as it was", data, AUTHOR, BY, KEY.key),
        ("wrong key of the signer", data, AUTHOR, other(BY, session_key=crypto.Signer(STRANGER).key), KEY.key),
        ("signed by a stranger", resigned(read, STRANGER), AUTHOR, BY, KEY.key),
        ("a signer of another participant", data, AUTHOR, other(BY, participant="0b" * 16), KEY.key),
        ("another signer", data, AUTHOR, other(BY, session=SESSION), KEY.key),
        ("another author", data, other(AUTHOR, session=SIGNER), BY, KEY.key),
        ("wrong document key", data, AUTHOR, BY, LATER.key),
        ("a bit of the signature", data[:-1] + bytes([data[-1] ^ 1]), AUTHOR, BY, KEY.key),
    ]
    places: dict[str, dict[str, Any]] = {
        "class": {"room": some("another class", 16)},
        "document": {"document": PLACE.document.replace("mine", "team")},
        "kind": {"kind": "outputs"},
        "epoch": {"epoch": 2},
        "beginning": {"first": 1},
        "end": {"end": 11},
        "chain at its beginning": {"chain_first": some("x")},
        "chain at its end": {"chain_end": some("x")},
        "nonce": {"nonce": some("x", 12)},
        "payload": {"payload": read.payload[:-1] + bytes([read.payload[-1] ^ 1])},
    }
    for place, change in places.items():
        rows.append((f"another {place}", encode_segment(other(read, **change)), AUTHOR, BY, KEY.key))
        rows.append((f"another {place}, signed anew", resigned(other(read, **change)), AUTHOR, BY, KEY.key))
    moved = resigned(other(read, session=SIGNER))
    rows.append(("another session, signed anew", moved, other(AUTHOR, session=SIGNER), BY, KEY.key))
    typed = merges()["typing"]
    spelled = seal_segment(crypto, crypto.Signer(SEED), PLACE, KEY, typed[0] + b"\x00")
    rows.append(("no change, sealed and signed", spelled, AUTHOR, BY, KEY.key))
    halves = text_pair()
    rows.append(
        ("another spelling", seal_segment(crypto, crypto.Signer(SEED), PLACE, KEY, halves), AUTHOR, BY, KEY.key)
    )
    rows.append(("fewer bytes than a tag", resigned(other(read, payload=b"short")), AUTHOR, BY, KEY.key))
    return rows


def text_pair() -> bytes:
    """Two keys in two structs, which merged would be one."""
    first = raw(4, 1) + block_bytes(b"t") + block_bytes(b"a")
    return raw(1, 2, 5, 0) + first + raw(0x84, 5, 0) + block_bytes(b"b") + raw(0)


def faults(data: bytes) -> dict[str, bytes]:
    read = decode_segment(data)
    assert isinstance(read, Segment)
    name_at = 1 + 18 + 1 + 16
    session_at = name_at + 1 + len(PLACE.document)
    kind_at = session_at + 16
    payload_at = len(segment_front(read))
    rows = {
        "nothing": b"",
        "an envelope": b"\x01" + data[1:],
        "another title": data[:19].replace(b"1", b"2") + data[19:],
        "a title that is cut": data[:12],
        "a byte too many": data + b"\x00",
        "a class of 15 bytes": data[:19] + b"\x0f" + data[21:],
        "a name with a space": data[: name_at + 1] + b" " + data[name_at + 2 :],
        "a name that is not UTF-8": data[: name_at + 1] + b"\xff" + data[name_at + 2 :],
        "no name": data[:name_at] + b"\x00" + data[session_at:],
        "a record": data[:kind_at] + b"\x02" + data[kind_at + 1 :],
        "a part": data[:kind_at] + b"\x10" + data[kind_at + 1 :],
        "an empty range": data[: kind_at + 1] + b"\x01\x05\x05" + data[kind_at + 4 :],
        "a number with a zero behind": data[: kind_at + 1] + b"\x81\x00" + data[kind_at + 2 :],
        "no payload": data[:payload_at] + b"\x00" + bytes(64),
    }
    for cut in (name_at, session_at + 3, kind_at, kind_at + 30, payload_at, len(data) - 1):
        rows[f"cut after {cut} bytes"] = data[:cut]
    return rows


def row_of(segment: Segment, key: DocumentKey, plain: bytes) -> dict[str, Any]:
    data = seal_segment(crypto, crypto.Signer(SEED), segment, key, plain)
    read = decode_segment(data)
    assert isinstance(read, Segment)
    assert open_segment(crypto, key.key, read) == plain
    fields = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in dataclasses.asdict(read).items()
    }
    return {"seed": SEED.hex(), "key": key.key.hex(), "plain": plain.hex(), "reads": fields, "bytes": data.hex()}


def begins() -> list[dict[str, Any]]:
    """Merged changes, with changes that each begins with, or not."""
    rows: list[dict[str, Any]] = []

    def add(title: str, merged: bytes, changes: list[bytes]) -> None:
        said = [change.hex() for change in changes]
        rows.append({"title": title, "merged": merged.hex(), "changes": said, "begins": begins_with(merged, changes)})

    for title, changes in merges().items():
        merged = merge_changes(changes)
        if merged is None or len(changes) < 2:
            continue
        for count in sorted({0, 1, len(changes) // 2, len(changes) - 1, len(changes)}):
            add(f"{title}: the first {count}", merged.data, changes[:count])
        add(f"{title}: without the first", merged.data, changes[1:])
        add(f"{title}: the last only", merged.data, changes[-1:])
        first = changes[0]
        add(f"{title}: the first in another spelling", merged.data, [first[:-1] + b"\x80\x00", *changes[1:]])
        add(f"{title}: cut short", merged.data[:-1], changes[:1])
    typed = merges()["typing"]
    whole = merge_changes(typed)
    assert whole
    for letter in (b"p", b"'"):
        other = [change.replace(letter, b"q") for change in typed]
        add(f"typing: another letter for {letter.decode()}", whole.data, other[:-3])
    add("typing: another client", whole.data, [text_change(OTHER, 0, "p")])
    shorter = merge_changes(typed[:-3])
    assert shorter
    add("typing: more than there is", shorter.data, typed)
    return rows


def main() -> None:
    merge_rows = []
    for title, changes in merges().items():
        merged = merge_changes(changes)
        said = [change.hex() for change in changes]
        merge_rows.append({"title": title, "changes": said, "merged": merged and merged.data.hex()})
    segment_rows = [{"title": title} | row_of(*row) for title, row in good().items()]
    data = bytes.fromhex(segment_rows[0]["bytes"])
    look_rows = []
    for title, each, author, signer, key in looks(data):
        read = decode_segment(each)
        assert isinstance(read, Segment), (title, read)
        opened = open_segment(crypto, key, read)
        whose = [dataclasses.asdict(one) | {"session_key": one.session_key.hex()} for one in (author, signer)]
        look_rows.append(
            {
                "title": title,
                "bytes": each.hex(),
                "author": whose[0],
                "signer": whose[1],
                "key": key.hex(),
                "genuine": verify_segment(crypto, author, signer, read, each),
                "opens": None if opened is None else opened.hex(),
            }
        )
    fault_rows = []
    for title, each in faults(data).items():
        fault = decode_segment(each)
        assert isinstance(fault, SegmentFault), title
        fault_rows.append({"title": title, "bytes": each.hex(), "fault": fault.value})
    rows = {"merges": merge_rows, "begins": begins()}
    rows |= {"segments": segment_rows, "looks": look_rows, "faults": fault_rows}
    Path(__file__).with_name("segments.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
