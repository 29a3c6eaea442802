"""Our signaling server beside y-webrtc's own: deliveries per CPU second of the server, idle connections per 100 MB.

    .venv/bin/python benchmarks/signaling.py

Both get the same connections and payloads from the same client, in turns, each round in a new process; what counts is
the ratio. The other server is npm's y-webrtc, put into `.cache` the first time. Ends with 1 when a goal is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import base64
import contextlib
import json
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from benchmarks import others
from benchmarks.machine import load

LEAST_RATIO = 1.0
LEAST_IDLE = 2_500
"""Both from the issue: deliveries per CPU second at least y-webrtc's, at least 2,500 idle connections per 100 MB."""
SUBSCRIBERS = 100
PUBLISHERS = 10
"""Of the subscribers. More than one, so that no rate of ours is what is measured."""
AHEAD = 4
"""Publications on their way at once: the server is never out of work."""
PAYLOAD = 150
"""A keystroke in its envelope: 20 bytes of change, signature, address."""
ROOM = 30
"""People in a room, for the idle connections."""
PATIENCE = 30.0
HEADERS = (
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 "
    "Safari/537.36\r\n"
    "Accept-Language: en-US,en;q=0.9\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nCache-Control: no-cache\r\n"
    "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits\r\n"
)
"""What a browser sends: it is kept by some servers as long as the connection."""


class Socket(asyncio.Protocol):
    """A WebSocket client that counts what comes and reads none of it: it must cost less than what it measures."""

    def __init__(self) -> None:
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = 0
        self.head = b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.open.done():
            self.received += len(data)
            return
        self.head += data
        if b"\r\n\r\n" in self.head:
            if b" 101 " not in self.head:
                raise RuntimeError(self.head.decode("latin-1"))
            self.received = len(self.head.split(b"\r\n\r\n", 1)[1])
            self.head = b""
            self.open.set_result(None)

    def send(self, data: bytes | str) -> None:
        """One frame, masked with zeros."""
        assert self.transport
        binary = isinstance(data, bytes)
        body = data if isinstance(data, bytes) else data.encode()
        size = bytes((0x80 | len(body),)) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(bytes((0x82 if binary else 0x81,)) + size + bytes(4) + body)


async def connect(port: int, path: str) -> Socket:
    _, opened = await asyncio.get_running_loop().create_connection(Socket, "127.0.0.1", port)
    assert opened.transport
    opened.transport.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        f"{HEADERS}\r\n".encode()
    )
    async with asyncio.timeout(PATIENCE):
        await opened.open
    return opened


@dataclass(frozen=True)
class System:
    """A server and how one speaks to it."""

    name: str
    program: Callable[[Path], others.Program]
    path: str
    enter: Callable[[Socket, str, str], None]
    """Say hello, go into a room, follow a topic."""
    publication: Callable[[str, bytes], bytes | str]
    receivers: int
    """Of a publication to SUBSCRIBERS: whether the sender hears itself."""


def an_id() -> str:
    return base64.urlsafe_b64encode(os.urandom(16)).decode().rstrip("=")


def enter_ours(opened: Socket, room: str, topic: str) -> None:
    opened.send(json.dumps({"type": "hello", "version": 1, "session": an_id(), "secret": an_id()}))
    opened.send(json.dumps({"type": "join", "room": room, "record": an_id() * 8}))
    opened.send(json.dumps({"type": "subscribe", "room": room, "topics": [topic]}))


def publish_ours(topic: str, payload: bytes) -> bytes:
    return b"\2" + base64.urlsafe_b64decode(topic + "==") + payload


def publish_theirs(topic: str, payload: bytes) -> str:
    return json.dumps({"type": "publish", "topic": topic, "data": base64.b64encode(payload).decode()})


def systems() -> list[System]:
    return [
        System("ours", others.ours, "/signal", enter_ours, publish_ours, SUBSCRIBERS - 1),
        System(
            "y-webrtc",
            lambda site: others.y_webrtc(),
            "/",
            lambda opened, room, topic: opened.send(json.dumps({"type": "subscribe", "topics": [topic]})),
            publish_theirs,
            SUBSCRIBERS,
        ),
    ]


@contextlib.contextmanager
def running(system: System) -> Iterator[tuple[int, int]]:
    """The server in a new process: (pid, port)."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "index.html").write_text("<h1>Workshops</h1>")
        with others.running(system.program(Path(folder))) as found:
            yield found


def cpu_seconds(pid: int) -> float:
    """User and system time of all of its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> int:
    """Memory of the process in bytes."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


async def deliveries(system: System, seconds: float, payload: int) -> float:
    """Deliveries per CPU second of the server, to SUBSCRIBERS of one topic."""
    with running(system) as (pid, port):
        room, topic = an_id(), an_id()
        sockets = [await connect(port, system.path) for _ in range(SUBSCRIBERS)]
        for opened in sockets:
            system.enter(opened, room, topic)
        await quiet(sockets)
        received = total(sockets)
        publish(system, sockets[0], topic, payload)
        await quiet(sockets)
        each = (total(sockets) - received) / system.receivers
        start, started, used = total(sockets), time.monotonic(), cpu_seconds(pid)
        sent = 0
        while time.monotonic() - started < seconds:
            while (sent - AHEAD) * system.receivers * each <= total(sockets) - start:
                publish(system, sockets[sent % PUBLISHERS], topic, payload)
                sent += 1
            await asyncio.sleep(0.001)
        await quiet(sockets)
        used = cpu_seconds(pid) - used
        done = (total(sockets) - start) / each
        if abs(done - sent * system.receivers) > 1:
            raise RuntimeError(f"{system.name}: {done:.1f} deliveries of {sent * system.receivers}")
        close(sockets)
    return done / used


def publish(system: System, opened: Socket, topic: str, size: int) -> None:
    opened.send(system.publication(topic, os.urandom(size)))


def total(sockets: list[Socket]) -> int:
    return sum(opened.received for opened in sockets)


async def quiet(sockets: list[Socket]) -> None:
    """Until nothing has come for half a second."""
    end = time.monotonic() + PATIENCE
    before, since = -1, time.monotonic()
    while time.monotonic() - since < 0.5:
        if (now := total(sockets)) != before:
            before, since = now, time.monotonic()
        if time.monotonic() > end:
            raise RuntimeError("it never went quiet")
        await asyncio.sleep(0.05)


def close(sockets: list[Socket]) -> None:
    for opened in sockets:
        if opened.transport:
            opened.transport.abort()


async def idle(system: System, connections: int) -> float:
    """Connections per 100 MB of the server, what it takes without any included; each in a room of ROOM."""
    with running(system) as (pid, port):
        base = resident(pid)
        sockets: list[Socket] = []
        room, topic = "", ""
        while len(sockets) < connections:
            if len(sockets) % ROOM == 0:
                room, topic = an_id(), an_id()
            opened = await connect(port, system.path)
            system.enter(opened, room, topic)
            sockets.append(opened)
        await quiet(sockets)
        each = (resident(pid) - base) / connections
        close(sockets)
    return (100e6 - base) / each


async def measure(rounds: int, seconds: float, payload: int, connections: int) -> int:
    found: dict[tuple[str, str], list[float]] = {}
    for number in range(rounds):
        both = systems() if number % 2 == 0 else systems()[::-1]
        for system in both:
            rate = await deliveries(system, seconds, payload)
            found.setdefault((system.name, "rate"), []).append(rate)
            print(f"round {number + 1}: {system.name:9} {rate:9,.0f} deliveries per CPU second", flush=True)
    for system in systems():
        count = await idle(system, connections)
        found[system.name, "idle"] = [count]
    ours, theirs = (median(found[name, "rate"]) for name in ("ours", "y-webrtc"))
    held, others = (found[name, "idle"][0] for name in ("ours", "y-webrtc"))
    print(f"\n{payload} bytes to {SUBSCRIBERS} of one topic; load of the machine {load():.1f}")
    print(f"| deliveries per CPU second | ours {ours:,.0f} | y-webrtc {theirs:,.0f} | ratio {ours / theirs:.2f} |")
    print(f"| idle connections per 100 MB | ours {held:,.0f} | y-webrtc {others:,.0f} | ratio {held / others:.2f} |")
    missed = []
    if ours / theirs < LEAST_RATIO:
        missed.append(f"the ratio of deliveries is {ours / theirs:.2f}, less than {LEAST_RATIO}")
    if held < LEAST_IDLE:
        missed.append(f"{held:,.0f} idle connections per 100 MB, less than {LEAST_IDLE:,}")
    for goal in missed:
        print(f"missed: {goal}")
    return 1 if missed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description="Our signaling server beside y-webrtc's")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--payload", type=int, default=PAYLOAD, help="bytes")
    parser.add_argument("--connections", type=int, default=2_500, help="idle ones")
    options = parser.parse_args()
    others.install()
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # the servers inherit it
    return asyncio.run(measure(options.rounds, options.seconds, options.payload, options.connections))


if __name__ == "__main__":
    sys.exit(main())
