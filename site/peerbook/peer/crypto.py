"""Cryptography as ``site/extension/src/core/crypto.ts`` asks for it, on the package ``cryptography`` (OpenSSL).

The rules are CRY in docs/SPEC.md, the golden vectors ``tests/protocol/ed25519.json`` and ``crypto.json``. What others
send is answered with False or None, never with an exception; a ValueError is a mistake of this program's own.
"""

from __future__ import annotations

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
SIGNATURE_BYTES = 64
NONCE_BYTES = 12
TAG_BYTES = 16
MOST_DERIVED = 8160
"""HKDF gives 255 blocks of its hash."""

_PRIME = 2**255 - 19
_ORDER = 2**252 + 27742317777372353535851937790883648493
_Y_8 = 0x05FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_Y = {0, 1, _PRIME - 1, _Y_8, _PRIME - _Y_8}
"""The y of the eight points of Ed25519 whose order divides 8."""
_SMALL_U = {
    0,
    1,
    _PRIME - 1,
    0x00B8495F16056286FDB1329CEB8D09DA6AC49FF1FAE35616AEB8413B7C7AEBE0,
    0x57119FD0DD4E22D8868E1C58C45C44045BEF839C55B1D0B1248C50A3BC959C5F,
}
"""The u of the points of small order on Curve25519 and its twist."""


class Signer:
    """Signs with a key made from 32 secret bytes, which cannot be read from it."""

    __slots__ = ("_private", "key")

    def __init__(self, seed: bytes) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(seed)
        self.key = self._private.public_key().public_bytes_raw()
        """The public key, 32 bytes."""

    def sign(self, message: bytes) -> bytes:
        """Ed25519 [CRY3]: 64 bytes."""
        return self._private.sign(message)


class Agreement:
    """An X25519 key pair from 32 secret bytes, which cannot be read from it."""

    __slots__ = ("_private", "key")

    def __init__(self, seed: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(seed)
        self.key = self._private.public_key().public_bytes_raw()
        """The public key, 32 bytes."""

    def agree(self, theirs: bytes) -> bytes | None:
        """The shared secret's 32 bytes [CRY4]; None for a key with which nothing is secret."""
        if not is_agreement_key(theirs):
            return None
        return self._private.exchange(X25519PublicKey.from_public_bytes(theirs))


def verify(key: bytes, signature: bytes, message: bytes) -> bool:
    """Ed25519, strict and without the cofactor [CRY1]."""
    if not may_be_genuine(key, signature):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def seal(key: bytes, nonce: bytes, head: bytes, plain: bytes) -> bytes:
    """AES-256-GCM [CRY5]: the ciphertext and 16 bytes of tag."""
    return _cipher(key, nonce).encrypt(nonce, plain, head)


def unseal(key: bytes, nonce: bytes, head: bytes, sealed: bytes) -> bytes | None:
    """What was sealed with this key, nonce and head; None for anything else."""
    cipher = _cipher(key, nonce)
    if len(sealed) < TAG_BYTES:
        return None
    try:
        return cipher.decrypt(nonce, sealed, head)
    except InvalidTag:
        return None


def derive(secret: bytes, salt: bytes, info: str, size: int) -> bytes:
    """HKDF-SHA-256 [CRY6]: ``size`` bytes, 1 to 8,160."""
    if not 1 <= size <= MOST_DERIVED:
        raise ValueError(f"HKDF-SHA-256 gives 1 to 8,160 bytes, not {size}")
    return HKDF(SHA256(), size, salt, info.encode()).derive(secret)


def may_be_genuine(key: bytes, signature: bytes) -> bool:
    """Whether a key and a signature are worth the equation: as ``crypto/strict.ts``."""
    return (
        len(key) == KEY_BYTES
        and len(signature) == SIGNATURE_BYTES
        and is_point(key)
        and is_point(signature[:32])
        and is_scalar(signature[32:])
    )


def is_point(data: bytes) -> bool:
    """32 bytes that may be an Ed25519 point of more than small order, in its one spelling."""
    y = int.from_bytes(data, "little") % 2**255
    return y < _PRIME and y not in _SMALL_Y


def is_scalar(data: bytes) -> bool:
    """32 bytes that are a number below the group's order."""
    return int.from_bytes(data, "little") < _ORDER


def is_agreement_key(data: bytes) -> bool:
    """An X25519 key in its one spelling with which a secret can be agreed on."""
    u = int.from_bytes(data, "little")
    return len(data) == KEY_BYTES and u < _PRIME and u not in _SMALL_U


def _cipher(key: bytes, nonce: bytes) -> AESGCM:
    if len(key) != KEY_BYTES or len(nonce) != NONCE_BYTES:
        raise ValueError(f"a sealing key has 32 bytes and a nonce 12, not {len(key)} and {len(nonce)}")
    return AESGCM(key)
