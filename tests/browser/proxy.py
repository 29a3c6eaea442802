"""Proxies on the way to the server: one cuts each connection after a while, as some in schools and companies do."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from types import TracebackType
from typing import Self


class Proxy:
    """TCP on a free port of loopback, on the way to ``target``; what becomes of each connection is ``_serve``'s."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._started, self._stop = threading.Event(), asyncio.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = int(server.sockets[0].getsockname()[1])
        self._started.set()
        await self._stop.wait()
        server.close()
        await self._end()

    async def _end(self) -> None:
        """What is still to be waited for."""

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        raise NotImplementedError


class CuttingProxy(Proxy):
    """Passes everything on; a connection lives ``seconds``."""

    def __init__(self, target: int, seconds: float) -> None:
        super().__init__(target)
        self._seconds = seconds
        self.cuts = 0

    async def _end(self) -> None:
        await asyncio.sleep(self._seconds)  # until the last has been cut

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await source.read(65_536):
                    sink.write(data)
                    await sink.drain()

        pumps = [asyncio.create_task(pump(reader, far_writer)), asyncio.create_task(pump(far_reader, writer))]
        _, going = await asyncio.wait(pumps, timeout=self._seconds, return_when=asyncio.FIRST_COMPLETED)
        self.cuts += len(going) == len(pumps)
        for end in (writer, far_writer):
            end.transport.abort()
        await asyncio.gather(*pumps)
