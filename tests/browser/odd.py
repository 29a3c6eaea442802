"""A participant in Python beside the browsers of a test: its event loop in a thread of its own.

A CRDT document belongs to the thread that made it, so everything is done there: ``odd.do(lambda peer: ...)``.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from peerbook.peer import crypto
from peerbook.peer.keep.own import Own
from peerbook.peer.overlay.messages import EnvelopeMessage
from peerbook.peer.peer import Branch, Followed, Peer
from peerbook.peer.sealed import Sealer, Stream

Value = TypeVar("Value")
PATIENCE_S = 60.0


class Odd:
    """The odd one out of a class of browsers."""

    def __init__(self, loop: asyncio.AbstractEventLoop, peer: Peer) -> None:
        self._loop = loop
        self.peer = peer
        self.followed: Followed | None = None

    def follow(self, path: str, branch: Branch = "team") -> None:
        self.followed = _run(self._loop, self.peer.follow(path, branch))

    def do(self, act: Callable[[Followed], Value]) -> Value:
        """Does something with the notebook that is followed."""
        followed = self.followed
        assert followed

        async def do() -> Value:
            return act(followed)

        return _run(self._loop, do())

    def wait(self, holds: Callable[[Peer], bool], what: str, seconds: float = 30.0) -> None:
        _run(self._loop, self.peer.until(lambda: holds(self.peer), what, seconds))

    def look(self, see: Callable[[Peer], Value]) -> Value:
        async def look() -> Value:
            return see(self.peer)

        return _run(self._loop, look())

    def sources(self) -> list[str]:
        return self.do(lambda followed: [cell.source for cell in followed.notebook.cells])

    def cells(self) -> list[dict[str, str]]:
        """As a bare page says them."""
        return self.do(
            lambda followed: [
                {"id": cell.id, "cell_type": cell.cell_type, "source": cell.source} for cell in followed.notebook.cells
            ]
        )

    def seal(self, change: bytes) -> list[bytes]:
        """Envelopes with a change as a program would make them that keeps to no rule: rightly sealed and signed."""
        followed = self.followed
        assert followed

        async def seal() -> list[bytes]:
            peer = self.peer
            own, keys, place = peer.own, peer.engine.keys, peer.invitation.id
            key = keys.key_for(followed.document, "document")
            assert key
            sealer = Sealer(crypto, own.signer, Stream(place, followed.document, peer.session, "document"))
            return [sealed.data for sealed in sealer.seal(key, change)]

        return _run(self._loop, seal())

    def forge(self, change: bytes, to: str | None = None) -> None:
        """Says such a change to everybody it is connected to, or to one session alone."""
        envelopes = self.seal(change)

        async def forge() -> None:
            for neighbour in self.peer.engine.neighbours:
                for envelope in envelopes if to in (None, neighbour.peer) else ():
                    neighbour.say(EnvelopeMessage(envelope))

        _run(self._loop, forge())

    def agrees(self) -> bool:
        """Whether every page it is connected to has the notebook as it is here, by the canonical digest."""
        assert self.followed
        return _run(self._loop, self.peer.agrees(self.followed.path))

    def digest(self) -> str:
        return self.do(lambda followed: followed.digest)


@contextmanager
def an_odd_one(link: str, name: str, *, direct: bool = True, own: Own | None = None) -> Iterator[Odd]:
    """Joins by the invite link, perhaps as somebody who was there before; leaves at the end."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        peer = _run(loop, Peer.join(link, name, direct=direct, own=own))
        try:
            yield Odd(loop, peer)
        finally:
            _run(loop, peer.leave())
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(timeout=10)
        loop.close()


def _run(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, Value]) -> Value:
    return asyncio.run_coroutine_threadsafe(work, loop).result(PATIENCE_S)
