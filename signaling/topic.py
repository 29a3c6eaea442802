"""A star of the relay: sent once, received by every other subscriber. Pure; payloads are only hashed, never read."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import blake2b

HASH_BYTES = 16
"""128 bits: nobody finds two payloads with one hash, by chance or on purpose, while a topic lives."""


@dataclass(slots=True)
class Topic:
    """Subscribers by connection, each with the number of its subscription, and the hashes of what went through."""

    subscribers: dict[int, int] = field(default_factory=dict)
    seen: dict[bytes, int] = field(default_factory=dict)
    """Hash -> the last subscription number when it was delivered."""
    last: int = 0

    def subscribe(self, connection: int) -> None:
        """Subscribing again counts as new: what was missed in between may be sent once more."""
        self.last += 1
        self.subscribers[connection] = self.last

    def receivers(self, sender: int) -> list[int]:
        """All but the sender."""
        return [connection for connection in self.subscribers if connection != sender]

    def receivers_once(self, sender: int, payload: bytes, remembered: int) -> list[int]:
        """Those who have not had this payload: all at first, later only who subscribed since it was last delivered."""
        digest = blake2b(payload, digest_size=HASH_BYTES).digest()
        since = self.seen.pop(digest, 0)
        self.seen[digest] = self.last
        if len(self.seen) > remembered:
            del self.seen[next(iter(self.seen))]
        return [
            connection for connection, number in self.subscribers.items() if number > since and connection != sender
        ]
