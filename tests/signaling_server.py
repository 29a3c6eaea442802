"""A signaling server in a process of its own, as `serve` runs it, and clients for it. Loopback only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import AsyncIterator
from pathlib import Path
from types import TracebackType
from typing import Any

from websockets.asyncio.client import ClientConnection, connect

from signaling import protocol

ROOT = Path(__file__).parents[1]
PATIENCE = 10.0
"""Seconds after which a test gives up; nothing here takes one."""


def new_id() -> str:
    return protocol.encode_id(os.urandom(16))


class Server:
    """``with Server(grace_seconds=1) as server:``; settings as in signaling.settings."""

    def __init__(self, **settings: object) -> None:
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PEERBOOK_SIGNALING_")},
            **{f"PEERBOOK_SIGNALING_{name.upper()}": str(value) for name, value in settings.items()},
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(ROOT / "site"))),
        }
        self.port = 0
        self.process: subprocess.Popen[str] | None = None
        self.log = ""

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Listens when it returns; on the same port as before when it ran before."""
        command = [sys.executable, "-m", "tests.signaling_server", str(self.port)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise AssertionError(self.log)
        self.port = int(line)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it; what it wrote is in ``log``."""
        if self.process is None:
            return
        self.process.send_signal(how)
        try:
            _, log = self.process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            _, log = self.process.communicate()
        self.log += log
        self.process = None

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}/signal"

    def health(self) -> dict[str, Any]:
        """The server's own counts."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health", timeout=PATIENCE) as answer:
            found: dict[str, Any] = json.load(answer)["signaling"]
            return found

    def resident_bytes(self) -> int:
        """Memory of the process. Linux only."""
        assert self.process
        status = Path(f"/proc/{self.process.pid}/statm").read_text().split()
        return int(status[1]) * os.sysconf("SC_PAGE_SIZE")


class Client:
    """A page with nothing but its connection."""

    def __init__(self, server: Server, socket: ClientConnection, session: str, secret: str) -> None:
        self.server = server
        self.socket = socket
        self.session = session
        self.secret = secret

    async def say(self, kind: str, **fields: Any) -> None:
        await self.socket.send(json.dumps({"type": kind, **fields}))

    async def hear(self, kind: str) -> dict[str, Any]:
        """The next message of this type; others are passed over."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.socket.recv()
                if isinstance(frame, str) and (message := json.loads(frame))["type"] == kind:
                    assert isinstance(message, dict)
                    return message

    async def frame(self) -> bytes:
        """The next binary frame."""
        async with asyncio.timeout(PATIENCE):
            while True:
                frame = await self.socket.recv()
                if isinstance(frame, bytes):
                    return frame

    async def join(self, room: str, *topics: str, **fields: Any) -> dict[str, Any]:
        await self.say("join", room=room, **{"record": "", **fields})
        joined = await self.hear("joined")
        if topics:
            await self.say("subscribe", room=room, topics=list(topics))
            await self.hear("subscribed")
        return joined

    async def publish(self, topic: str, payload: bytes, kind: int = protocol.PUBLISH) -> None:
        await self.socket.send(bytes((kind,)) + protocol.decode_id(topic) + payload)

    async def closed(self) -> tuple[int, str]:
        """Code and reason with which the server ended it."""
        async with asyncio.timeout(PATIENCE):
            with contextlib.suppress(Exception):
                while True:
                    await self.socket.recv()
        return self.socket.close_code or 0, self.socket.close_reason or ""


@contextlib.asynccontextmanager
async def a_client(
    server: Server, *, session: str = "", secret: str = "", hello: bool = True, **options: Any
) -> AsyncIterator[Client]:
    """A client that has said hello."""
    options = {"compression": None, "ping_interval": None, "max_size": 2**20, "max_queue": None, **options}
    async with connect(server.url, **options) as socket:
        client = Client(server, socket, session or new_id(), secret or new_id())
        if hello:
            await client.say("hello", version=1, session=client.session, secret=client.secret)
        yield client


def main(port: int) -> None:
    """Serve on this port of the loopback, 0 for any, until SIGTERM; print the port."""
    import uvicorn

    from signaling.app import create_app
    from signaling.server import uvicorn_options
    from signaling.settings import read_settings

    settings = read_settings(os.environ)
    with socket.socket(proto=socket.IPPROTO_TCP) as listener, tempfile.TemporaryDirectory() as folder:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(2048)
        print(listener.getsockname()[1], flush=True)
        app = create_app(Path(folder), version="test", settings=settings)
        config = uvicorn.Config(app, timeout_graceful_shutdown=2, **uvicorn_options(settings))
        uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        main(int(sys.argv[1]))
