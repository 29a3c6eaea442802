"""What waits for one connection, bounded: whoever cannot keep up is found out here, and nobody waits for them.

Most frames go out at once, without a task switch: `send` of an ASGI server only stops when the socket is full, so it
is begun here and, in the rare case that it stops, finished by a task. This is twice the deliveries per CPU second.
"""

from __future__ import annotations

import asyncio
import types
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from typing import Any

from starlette.types import Message, Send


@types.coroutine
def finish(begun: Coroutine[Any, Any, None], waiting: object) -> Generator[object, Any, None]:
    """Run a coroutine to its end that was begun by hand and stopped at ``waiting``."""
    try:
        while True:
            try:
                value = yield waiting
            except BaseException as error:
                waiting = begun.throw(error)
            else:
                waiting = begun.send(value)
    except StopIteration:
        return


class Budget:
    """Bytes that wait for all connections together."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.used = 0


class Outbox:
    """Frames to one connection, in order."""

    __slots__ = ("_budget", "_closing", "_queue", "_send", "_size", "_stuck_since", "_writer")

    def __init__(self, send: Send, budget: Budget) -> None:
        self._send: Callable[[Message], Coroutine[Any, Any, None]] | None = send  # type: ignore[assignment]
        self._budget = budget
        self._queue: deque[tuple[Message, int]] | None = None
        self._writer: asyncio.Task[None] | None = None
        self._size = 0
        self._stuck_since = 0.0
        self._closing = False

    @property
    def size(self) -> int:
        """Bytes waiting here, not counting what the socket has taken."""
        return self._size

    def stuck_for(self, now: float) -> float:
        """Seconds since the frame that is next has been waiting; 0 when none is."""
        return now - self._stuck_since if self._writer else 0.0

    def push(self, message: Message, size: int) -> None:
        """Send, or keep in order behind what waits. After a close nothing is taken."""
        if self._send is None or self._closing:
            return
        self._closing = message["type"] == "websocket.close"
        if self._writer is None:
            begun = self._send(message)
            try:
                waiting = begun.send(None)
            except StopIteration:
                return
            except Exception:
                self._send = None  # the connection is gone; whoever reads from it hears of that
                return
            loop = asyncio.get_running_loop()
            self._stuck_since = loop.time()
            self._hold(size)
            self._writer = loop.create_task(self._write(finish(begun, waiting), size))
            return
        if self._queue is None:
            self._queue = deque()
        self._queue.append((message, size))
        self._hold(size)

    def clear(self) -> None:
        """Forget what waits, save for what is being written."""
        while self._queue:
            self._hold(-self._queue.popleft()[1])

    def end(self) -> None:
        """The connection is gone."""
        self._send = None
        self.clear()
        if self._writer:
            self._writer.cancel()

    def _hold(self, size: int) -> None:
        self._size += size
        self._budget.used += size

    async def _write(self, first: Any, size: int) -> None:
        loop = asyncio.get_running_loop()
        try:
            await first
            while True:
                self._hold(-size)
                size = 0
                self._stuck_since = loop.time()
                if not self._queue or self._send is None:
                    return
                message, size = self._queue.popleft()
                await self._send(message)
        except Exception:
            self._send = None
        finally:
            self._hold(-size)
            self._writer = None
            if self._send is None:
                self.clear()
            else:
                self._queue = None
