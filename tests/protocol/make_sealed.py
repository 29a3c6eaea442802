"""Writes `sealed.json`, golden vectors of signed and sealed envelopes: run only when an ENV or SYN rule changes.

Streams say what is sealed with which keys and what comes of it. The other rows are envelopes that somebody altered,
with the keys they are looked at with, whether they are genuine and what they open to (null: nothing). Bytes in hex.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from peerbook.peer import crypto
from peerbook.peer.encoding import block_bytes, text_bytes
from peerbook.peer.envelope import Envelope, decode_envelope, encode_envelope, encode_front, session_text
from peerbook.peer.sealed import (
    DocumentKey,
    Sealed,
    Sealer,
    Stream,
    first_link,
    nonce_of,
    open_envelope,
    session_key,
    verify_envelope,
)

TITLE = text_bytes("peerbook envelope 1")


def some(name: str, size: int = 32) -> bytes:
    return hashlib.sha256(name.encode()).digest()[:size]


NAME = f"{'5e' * 32}.lecture.{'0a' * 16}"
STREAM = Stream(some("class", 16), NAME, session_text(some("session", 16)), "document")
OTHER = Stream(some("class", 16), f"{NAME}/outputs.{'0b' * 16}", session_text(some("session", 16)), "outputs")
RECORDS = Stream(some("long class"), "records", session_text(some("other session", 16)), "record")
SEED, STRANGER = some("session key"), some("a stranger's session key")
FIRST, SECOND = DocumentKey(1, some("first key")), DocumentKey(2, some("second key"))
BYTES = ("room", "chain", "payload", "signature")


def stream_rows() -> Iterator[tuple[str, Stream, list[tuple[DocumentKey, bytes]]]]:
    typing = [(FIRST if at < 9 else SECOND, f"change {at}".encode()) for at in range(34)]
    yield "a session that goes on in the next epoch", STREAM, typing
    yield "outputs, with the same key", OTHER, [(FIRST, b"out" * 100)]
    yield "a record, in a class of 32 bytes", RECORDS, [(SECOND, b'{"name":"Ada"}'), (SECOND, b"\x00")]


def signed(envelope: Envelope, seed: bytes = SEED, title: bytes = TITLE) -> bytes:
    """As its author, or whoever has the seed, would have signed it."""
    front = encode_front(envelope) + block_bytes(envelope.payload)
    return encode_envelope(dataclasses.replace(envelope, signature=crypto.Signer(seed).sign(title + front)))


def altered(sealed: list[Sealed]) -> Iterator[tuple[str, bytes, bytes, bytes]]:
    """Title, envelope, session key, document key."""
    key = crypto.Signer(SEED).key
    base, base_bytes = sealed[3].envelope, sealed[3].data
    places: dict[str, dict[str, Any]] = {
        "class": {"room": some("another class", 16)},
        "document": {"document": NAME.replace("lecture", "team")},
        "session": {"session": RECORDS.session},
        "epoch": {"epoch": 2},
        "kind": {"kind": "outputs"},
        "sequence": {"sequence": 4},
        "part": {"part": 1, "parts": 2},
        "payload": {"payload": sealed[4].envelope.payload},
        "a bit of the payload": {"payload": bytes([base.payload[0] ^ 1]) + base.payload[1:]},
    }
    yield "as it was", base_bytes, key, FIRST.key
    yield "wrong session key", base_bytes, crypto.Signer(STRANGER).key, FIRST.key
    yield "wrong document key", base_bytes, key, SECOND.key
    yield "signed by a stranger", signed(base, STRANGER), key, FIRST.key
    yield "signed under another title", signed(base, title=text_bytes("peerbook segment 1")), key, FIRST.key
    yield "signed without a title", signed(base, title=b""), key, FIRST.key
    yield "no signature", encode_envelope(dataclasses.replace(base, signature=b"")), key, FIRST.key
    yield "the signature of the one before", _with(base, signature=sealed[2].envelope.signature), key, FIRST.key
    for place, change in places.items():
        yield f"another {place}", _with(base, **change), key, FIRST.key
        yield f"another {place}, signed anew", signed(dataclasses.replace(base, **change)), key, FIRST.key
    chained = sealed[16].envelope
    yield "the sixteenth", sealed[16].data, key, SECOND.key
    yield "another chain", _with(chained, chain=some("chain")), key, SECOND.key
    yield "another chain, signed anew", signed(dataclasses.replace(chained, chain=some("chain"))), key, SECOND.key
    yield "no chain, signed anew", signed(dataclasses.replace(chained, chain=b"")), key, SECOND.key
    yield "a chain out of place, signed anew", signed(dataclasses.replace(base, chain=some("chain"))), key, FIRST.key
    secret = session_key(crypto, FIRST.key, base.session, "envelope", base.kind)
    nothing = crypto.seal(secret, nonce_of(base.sequence), encode_front(base), b"")
    yield "nothing, sealed and signed", signed(dataclasses.replace(base, payload=nothing)), key, FIRST.key
    yield "fewer bytes than a tag, signed", signed(dataclasses.replace(base, payload=b"short")), key, FIRST.key
    part = dataclasses.replace(base, sequence=257, part=1, parts=2, payload=b"")
    sealed_part = crypto.seal(secret, nonce_of(257), encode_front(part), b"the second part")
    yield "a part", signed(dataclasses.replace(part, payload=sealed_part)), key, FIRST.key
    yield "a signature cut short", base_bytes[:-1], key, FIRST.key
    yield "a signature of 63 bytes", base_bytes[:-65] + b"\x3f" + base_bytes[-64:-1], key, FIRST.key
    yield "another version", b"\x7f" + base_bytes[1:], key, FIRST.key


def _with(envelope: Envelope, **changes: Any) -> bytes:
    return encode_envelope(dataclasses.replace(envelope, **changes))


def main() -> None:
    streams: list[dict[str, Any]] = []
    made: list[Sealed] = []
    for title, stream, changes in stream_rows():
        sealer = Sealer(crypto, crypto.Signer(SEED), stream)
        rows = []
        for key, change in changes:
            (sealed,) = sealer.seal(key, change)
            made += [sealed] if stream is STREAM else []
            rows.append(
                {
                    "epoch": key.epoch,
                    "key": key.key.hex(),
                    "change": change.hex(),
                    "bytes": sealed.data.hex(),
                    "chain": sealed.chain.hex(),
                }
            )
        fields = dataclasses.asdict(stream) | {"room": stream.room.hex()}
        start = {"seed": SEED.hex(), "first": first_link(stream).hex()}
        streams.append({"title": title} | fields | start | {"envelopes": rows})
    looks: list[dict[str, Any]] = []
    for title, data, session_public, document_key in altered(made):
        envelope = decode_envelope(data)
        row: dict[str, Any] = {
            "title": title,
            "sessionKey": session_public.hex(),
            "documentKey": document_key.hex(),
            "bytes": data.hex(),
        }
        if isinstance(envelope, Envelope):
            opened = open_envelope(crypto, document_key, envelope)
            row["genuine"] = verify_envelope(crypto, session_public, envelope, data)
            row["opens"] = None if opened is None else opened.hex()
        else:
            row["fault"] = envelope.value
        looks.append(row)
    text = json.dumps({"streams": streams, "looks": looks}, indent=1) + "\n"
    Path(__file__).with_name("sealed.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
