"""What this session says, sealed and signed in order; what cannot be sealed yet, as no key is here, waits.
``core/sync/writer.ts`` in Python. Pure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..sealed import Crypto, DocumentKey, Sealed, Sealer, Signs, Stream


@dataclass(frozen=True, slots=True)
class WriterPorts:
    room: bytes
    session: str
    crypto: Crypto
    signer: Signs
    key_for: Callable[[str, str], DocumentKey | None]
    """What is written to a document now is sealed with this; None while there is no key."""
    made: Callable[[Sealed, bytes], None]
    """One's own envelope is ready; what it says, or what it is a part of."""
    locked: Callable[[str], None]
    """Something waits for a key."""


@dataclass(slots=True)
class _Stream:
    document: str
    kind: str
    sealer: Sealer
    queue: list[bytes] = field(default_factory=list)
    """Waiting for a key."""


class Writer:
    def __init__(self, ports: WriterPorts) -> None:
        self._ports = ports
        self._streams: dict[tuple[str, str], _Stream] = {}

    def write(self, document: str, kind: str, change: bytes) -> None:
        """Seals a change and hands out its envelopes, where a key is at hand."""
        stream = self._streams.get((document, kind))
        if stream is None:
            place = Stream(self._ports.room, document, self._ports.session, kind)
            stream = _Stream(document, kind, Sealer(self._ports.crypto, self._ports.signer, place))
            self._streams[document, kind] = stream
        if kind in ("awareness", "record"):
            # Only the latest counts.
            stream.queue.clear()
        stream.queue.append(change)
        self._send(stream)

    def unlock(self) -> None:
        """There may be other keys: what waits is sealed."""
        for stream in list(self._streams.values()):
            self._send(stream)

    def count(self, document: str, kind: str) -> int:
        """How many envelopes were made."""
        stream = self._streams.get((document, kind))
        return stream.sealer.count if stream else 0

    def drop(self, document: str, kind: str) -> None:
        """What waits for a key is not to be said any more."""
        if (document, kind) in self._streams:
            self._streams[document, kind].queue.clear()

    def _send(self, stream: _Stream) -> None:
        if not stream.queue:
            return
        key = self._ports.key_for(stream.document, stream.kind)
        if key is None:
            self._ports.locked(stream.document)
            return
        queue, stream.queue = stream.queue, []
        for change in queue:
            for sealed in stream.sealer.seal(key, change):
                self._ports.made(sealed, change)
