"""Writes `crypto.json`, golden vectors of signing, agreeing, sealing and deriving: run only when a CRY rule changes.

Bytes in hex; null is what is refused. The first of each are the published ones (RFC 8032, 7748, 5869; the GCM paper),
and compared with them here.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from peerbook.peer.crypto import Agreement, Signer, derive, seal, unseal, verify

P = 2**255 - 19
PUBLISHED = {
    "RFC 8032, test 1": (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    "RFC 8032, test 2": (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
}
GCM = {
    "key": "feffe9928665731c6d6a8f9467308308" * 2,
    "nonce": "cafebabefacedbaddecaf888",
    "head": "feedfacedeadbeeffeedfacedeadbeefabaddad2",
    "plain": "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
    "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
}
GCM_TAG = "76fc6ece0f4e1768cddf8853bb2d551b"
RFC_7748 = (
    "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
    "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
    "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552",
)


def some(size: int, name: str) -> bytes:
    """Bytes that look random and are the same each time."""
    return hashlib.shake_128(name.encode()).digest(size)


def signers() -> list[dict[str, str]]:
    rows = [(title, bytes.fromhex(seed), bytes.fromhex(message)) for title, (seed, message, _) in PUBLISHED.items()]
    rows += [(f"{size} bytes", some(32, f"seed {size}"), some(size, "message")) for size in (16, 64, 111, 112, 1000)]
    made = []
    for title, seed, message in rows:
        signer = Signer(seed)
        signature = signer.sign(message)
        assert verify(signer.key, signature, message)
        assert title not in PUBLISHED or signature.hex() == PUBLISHED[title][2]
        fields = {"seed": seed, "key": signer.key, "message": message, "signature": signature}
        made.append({"title": title} | {name: value.hex() for name, value in fields.items()})
    return made


def little(number: int) -> bytes:
    return number.to_bytes(32, "little")


def agreements() -> list[dict[str, str | None]]:
    seed = some(32, "agreement")
    other = Agreement(some(32, "other")).key
    order_8 = (
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
    rows = [
        ("RFC 7748, 5.2", bytes.fromhex(RFC_7748[0]), bytes.fromhex(RFC_7748[1])),
        ("two of one class", seed, other),
        ("the base point", seed, little(9)),
        ("a point of the twist", seed, little(2)),
        ("p - 2, the highest there is", seed, little(P - 2)),
        ("0", seed, little(0)),
        ("1", seed, little(1)),
        ("p - 1", seed, little(P - 1)),
        ("order 8, one", seed, little(order_8[0])),
        ("order 8, the other", seed, little(order_8[1])),
        ("p, which is 0", seed, little(P)),
        ("p + 1, which is 1", seed, little(P + 1)),
        ("p + 9, which is 9", seed, little(P + 9)),
        ("another spelling: the highest bit", seed, other[:31] + bytes([other[31] | 128])),
        ("31 bytes", seed, other[:31]),
        ("33 bytes", seed, other + b"\0"),
    ]
    made: list[dict[str, str | None]] = []
    for title, own, theirs in rows:
        agreement = Agreement(own)
        secret = agreement.agree(theirs)
        assert not title.startswith("RFC") or (secret or b"").hex() == RFC_7748[2]
        said = secret.hex() if secret else None
        made.append(
            {"title": title, "seed": own.hex(), "key": agreement.key.hex(), "theirs": theirs.hex(), "secret": said}
        )
    assert sum(row["secret"] is None for row in made) == 11
    return made


def sealed() -> list[dict[str, str | None]]:
    key, nonce, head, plain = (bytes.fromhex(GCM[name]) for name in ("key", "nonce", "head", "plain"))
    whole = seal(key, nonce, head, plain)
    assert whole.hex().endswith(GCM_TAG)
    rows = [
        ("the GCM paper, test case 16", key, nonce, head, whole),
        ("nothing, with a head", key, nonce, head, seal(key, nonce, head, b"")),
        ("nothing at all", key, nonce, b"", seal(key, nonce, b"", b"")),
        ("a byte", key, bytes(12), head, seal(key, bytes(12), head, b"a")),
        (
            "a block",
            some(32, "sealing"),
            some(12, "nonce"),
            b"",
            seal(some(32, "sealing"), some(12, "nonce"), b"", bytes(16)),
        ),
        ("1,000 bytes", key, nonce, some(100, "head"), seal(key, nonce, some(100, "head"), some(1000, "plain"))),
        ("another key", bytes(32), nonce, head, whole),
        ("another nonce", key, bytes(12), head, whole),
        ("another head", key, nonce, head + b"\0", whole),
        ("without its head", key, nonce, b"", whole),
        ("a tag cut by a byte", key, nonce, head, whole[:-1]),
        ("a tag of 12 bytes", key, nonce, head, whole[:-4]),
        ("a bit of the tag", key, nonce, head, whole[:-1] + bytes([whole[-1] ^ 1])),
        ("a bit of the text", key, nonce, head, bytes([whole[0] ^ 128]) + whole[1:]),
        ("15 bytes", key, nonce, head, whole[:15]),
        ("none", key, nonce, head, b""),
    ]
    made: list[dict[str, str | None]] = []
    for title, *given in rows:
        opened = unseal(*given)
        fields = dict(zip(("key", "nonce", "head", "sealed"), (value.hex() for value in given), strict=True))
        made.append({"title": title, **fields, "plain": None if opened is None else opened.hex()})
    assert sum(row["plain"] is None for row in made) == 10
    return made


def derived() -> list[dict[str, Any]]:
    rows = [
        ("RFC 5869, test 3", b"\x0b" * 22, b"", "", 42),
        ("a document", some(32, "epoch"), b"5e.lecture.0a", "peerbook document 1", 32),
        ("a session", some(32, "document"), some(16, "session"), "peerbook envelope 1 document", 32),
        ("not only ASCII", some(32, "epoch"), "Zoë".encode(), "peerbook é 1", 32),
        ("a salt longer than a block of the hash", some(32, "epoch"), some(100, "salt"), "peerbook document 1", 32),
        ("as much as there is", some(5, "secret"), b"salt", "much", 8160),
        ("a byte", some(32, "epoch"), b"", "peerbook document 1", 1),
    ]
    made = [
        {
            "title": title,
            "secret": secret.hex(),
            "salt": salt.hex(),
            "info": info,
            "bytes": size,
            "key": derive(secret, salt, info, size).hex(),
        }
        for title, secret, salt, info, size in rows
    ]
    assert str(made[0]["key"]).startswith("8da4e775a563c18f715f802a063c5a31")
    return made


def main() -> None:
    rows = {"signers": signers(), "agreements": agreements(), "sealed": sealed(), "derived": derived()}
    Path(__file__).with_name("crypto.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
