"""Secret bytes, the seeds of keys, in a wrapper that shows them to nobody by accident: as ``core/secret.ts``."""

from __future__ import annotations

from typing import NoReturn

SEED_BYTES = 32
"""Of a key: Ed25519's and X25519's seeds alike."""


class Secret:
    """Bytes that no log, no traceback and no pickle shows; who needs them says :meth:`reveal`."""

    __slots__ = ("__bytes",)

    def __init__(self, data: bytes) -> None:
        self.__bytes = bytes(data)

    def reveal(self) -> bytes:
        """The bytes: for cryptography, a recovery file and this machine's storage, and for nothing else."""
        return self.__bytes

    def __len__(self) -> int:
        return len(self.__bytes)

    def __repr__(self) -> str:
        return "(secret)"

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("a secret is not written out")
