"""The line's sockets, by the websockets library. A shell: what is said over them is decided in :mod:`.signaling`."""

from __future__ import annotations

import asyncio
from urllib.parse import urlsplit

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from .loop import Background
from .signaling.line import OpenSocket, Socket, SocketEvents

_LARGEST_BYTES = 1_048_576
"""The largest message of a server that is one: a roster's page or a relayed frame are far below."""
_BROKEN = 1006


def socket_opener(url: str, background: Background) -> OpenSocket:
    """Opens sockets to ``url`` (ws or wss). ValueError, when one is opened, for an address that is none."""

    def open_socket(events: SocketEvents) -> Socket:
        parts = urlsplit(url)
        if parts.scheme not in ("ws", "wss") or not parts.hostname:
            raise ValueError(f"not the address of a server: {url!r}")
        return _Socket(url, events, background)

    return open_socket


class _Socket:
    def __init__(self, url: str, events: SocketEvents, background: Background) -> None:
        self._events = events
        self._queue: asyncio.Queue[str | bytes] = asyncio.Queue()
        self._waiting_bytes = 0
        self._connection: ClientConnection | None = None
        self._task = background.start(self._run(url))
        self._background = background

    @property
    def buffered_bytes(self) -> int:
        transport = self._connection.transport if self._connection else None
        return self._waiting_bytes + (transport.get_write_buffer_size() if transport else 0)

    def send(self, data: str | bytes) -> None:
        self._waiting_bytes += len(data)
        self._queue.put_nowait(data)

    def close(self, code: int) -> None:
        self._background.start(self._close(code))

    async def _run(self, url: str) -> None:
        code = _BROKEN
        try:
            # No proxy, no deflate, no pings of the library: the protocol has its own.
            async with connect(
                url, compression=None, proxy=None, ping_interval=None, max_size=_LARGEST_BYTES, close_timeout=2
            ) as connection:
                self._connection = connection
                writer = self._background.start(self._write(connection))
                try:
                    self._events.on_open()
                    async for message in connection:
                        if isinstance(message, str):
                            self._events.on_text(message)
                        else:
                            self._events.on_binary(message)
                finally:
                    writer.cancel()
                    code = connection.close_code or _BROKEN
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else _BROKEN
        except (OSError, WebSocketException, TimeoutError):
            pass
        self._events.on_close(code)

    async def _write(self, connection: ClientConnection) -> None:
        try:
            while True:
                data = await self._queue.get()
                await connection.send(data)
                self._waiting_bytes -= len(data)
        except ConnectionClosed:
            pass  # the reader hears of it

    async def _close(self, code: int) -> None:
        if self._connection is None:
            self._task.cancel()
            return
        # What was said in the last moment goes out first.
        for _ in range(50):
            if not self._waiting_bytes or self._connection.close_code is not None:
                break
            await asyncio.sleep(0.01)
        await self._connection.close(code)
