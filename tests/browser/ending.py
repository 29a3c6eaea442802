"""A server in this process that leaves nothing open when it ends, whatever the browser still has open to it."""

from __future__ import annotations

import asyncio
import socket

import uvicorn


class EndingServer(uvicorn.Server):
    """uvicorn waits for connections as long as it was told, and leaves those that are open then to whoever collects the
    garbage: in some other test.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        for connection in list(self.server_state.connections):
            transport = getattr(connection, "transport", None)
            if isinstance(transport, asyncio.Transport):
                transport.abort()
        # What is aborted is closed in the loop's next turn.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
