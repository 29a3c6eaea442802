"""Cryptography in Python: the same answers as in the page, above all about signatures on the edge."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from peerbook.peer.crypto import (
    Agreement,
    Signer,
    derive,
    is_agreement_key,
    is_point,
    is_scalar,
    may_be_genuine,
    seal,
    unseal,
    verify,
)

PROTOCOL = Path(__file__).parents[1] / "protocol"
SIGNATURES: list[dict[str, Any]] = json.loads((PROTOCOL / "ed25519.json").read_text("utf-8"))
VECTORS: dict[str, list[dict[str, Any]]] = json.loads((PROTOCOL / "crypto.json").read_text("utf-8"))
PRIME = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493


def title(vector: dict[str, Any]) -> str:
    return str(vector["title"])


def raw(vector: dict[str, Any], *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


@pytest.mark.parametrize("vector", SIGNATURES, ids=title)
def test_cry1_a_signature_on_the_edge_is_what_the_vectors_say(vector: dict[str, Any]) -> None:
    assert verify(*raw(vector, "key", "signature", "message")) is vector["genuine"], vector["why"]


def test_cry1_what_is_no_key_and_no_signature_is_refused() -> None:
    key, signature, message = raw(SIGNATURES[0], "key", "signature", "message")
    assert verify(key, signature, message)
    for length in (0, 31, 33, 64):
        assert not verify((key * 2)[:length], signature, message)
    for length in (0, 32, 63, 65, 128):
        assert not verify(key, (signature * 2)[:length], message)
    assert not may_be_genuine(bytes(32), signature)
    assert not may_be_genuine(key, bytes(32) + signature[32:])
    assert not may_be_genuine(key, signature[:32] + b"\xff" * 32)
    assert [is_scalar(little(number)) for number in (0, ORDER - 1, ORDER)] == [True, True, False]


def test_cry2_of_a_key_with_a_part_of_small_order_the_equation_decides() -> None:
    parts = [each for each in SIGNATURES if " part" in each["title"]]
    assert sorted({each["genuine"] for each in parts}) == [False, True]
    assert len(parts) == 17
    assert [is_point(little(number)) for number in (3, PRIME - 2, PRIME - 1, PRIME, PRIME + 3)] == [
        True,
        True,
        False,
        False,
        False,
    ]


@pytest.mark.parametrize("vector", VECTORS["signers"], ids=title)
def test_cry3_signs_as_the_vectors(vector: dict[str, Any]) -> None:
    seed, key, message, signature = raw(vector, "seed", "key", "message", "signature")
    signer = Signer(seed)
    assert (signer.key, signer.sign(message)) == (key, signature)
    assert verify(key, signature, message)


@pytest.mark.parametrize("vector", VECTORS["agreements"], ids=title)
def test_cry4_agrees_as_the_vectors(vector: dict[str, Any]) -> None:
    seed, key, theirs = raw(vector, "seed", "key", "theirs")
    secret = Agreement(seed).agree(theirs)
    assert Agreement(seed).key == key
    assert (secret.hex() if secret else None) == vector["secret"]
    assert is_agreement_key(theirs) is (vector["secret"] is not None)


@pytest.mark.parametrize("vector", VECTORS["sealed"], ids=title)
def test_cry5_seals_and_opens_as_the_vectors(vector: dict[str, Any]) -> None:
    key, nonce, head, sealed = raw(vector, "key", "nonce", "head", "sealed")
    plain = unseal(key, nonce, head, sealed)
    assert (None if plain is None else plain.hex()) == vector["plain"]
    assert plain is None or seal(key, nonce, head, plain) == sealed


@pytest.mark.parametrize("vector", VECTORS["derived"], ids=title)
def test_cry6_derives_as_the_vectors(vector: dict[str, Any]) -> None:
    secret, salt, key = raw(vector, "secret", "salt", "key")
    assert derive(secret, salt, vector["info"], vector["bytes"]) == key


def test_cry8_secrets_are_not_printed_and_own_mistakes_are_said() -> None:
    seed = b"a seed that nobody ever may read"
    for made in (Signer(seed), Agreement(seed)):
        assert seed.hex() not in repr(made)
        assert "nobody" not in repr(made)
    mistakes: list[tuple[Any, tuple[Any, ...]]] = [
        (Signer, (bytes(31),)),
        (Agreement, (bytes(33),)),
        (seal, (bytes(16), bytes(12), b"", b"")),
        (seal, (bytes(32), bytes(16), b"", b"")),
        (unseal, (bytes(31), bytes(12), b"", bytes(20))),
        (derive, (b"", b"", "", 8161)),
        (derive, (b"", b"", "", 0)),
    ]
    for mistaken, given in mistakes:
        with pytest.raises(ValueError, match=r"bytes|32|12"):
            mistaken(*given)
