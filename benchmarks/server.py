"""A site served by Peerbook's own server in a process of its own, which counts what it sends.

The server sees every request, whoever makes it (page, worker, service worker), so its count is the truth about bytes.
The parent writes `take` on the standard input and gets the requests since the last time as one line of JSON; the end
of the input ends the server.
"""

from __future__ import annotations

import asyncio
import json
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

START_SECONDS = 20
STOP_SECONDS = 10


@dataclass(frozen=True)
class Request:
    """One answered request. Times in seconds since the epoch; ``sent`` is the body on the wire, in bytes."""

    path: str
    status: int
    sent: int
    started: float
    ended: float


class Counter:
    """ASGI middleware: the requests that were answered, and how many are being answered."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._done: list[dict[str, Any]] = []
        self._open = 0

    def take(self) -> dict[str, Any]:
        """What was answered since the last time, and how many requests are open now."""
        done, self._done = self._done, []
        return {"done": done, "open": self._open}

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        query = scope["query_string"].decode()
        entry = {"path": scope["path"] + (f"?{query}" if query else ""), "status": 0, "sent": 0, "started": time.time()}
        self._open += 1

        async def counting(message: Any) -> None:
            if message["type"] == "http.response.start":
                entry["status"] = message["status"]
            elif message["type"] == "http.response.body" and scope["method"] != "HEAD":
                entry["sent"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, counting)
        finally:
            self._open -= 1
            self._done.append({**entry, "ended": time.time()})


class Server:
    """A context in which ``site`` is served on a free port of this computer."""

    def __init__(self, site: Path) -> None:
        self._site = site
        self._process: subprocess.Popen[str] | None = None
        self.url = ""
        """Ends in a slash. `localhost` is a secure context, as https would be."""

    def __enter__(self) -> Server:
        command = [sys.executable, "-m", "benchmarks.server", str(self._site)]
        root = Path(__file__).resolve().parents[1]
        self._process = subprocess.Popen(
            command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self.url = f"http://localhost:{self._ask('port')}/"
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def take(self) -> tuple[list[Request], int]:
        """The requests answered since the last call, and how many are under way."""
        answer = self._ask("take")
        return [Request(**entry) for entry in answer["done"]], answer["open"]

    def _ask(self, word: str) -> Any:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n")
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the server of {self._site} ended by itself")
        return json.loads(line)


def main(site: Path) -> None:
    """Serve ``site`` and answer on the standard output until the standard input ends."""
    import uvicorn

    from signaling.app import create_app
    from signaling.server import uvicorn_options
    from signaling.settings import Settings

    counter = Counter(create_app(site, version="benchmark", prefix=""))
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    options = {**uvicorn_options(Settings()), "log_level": "error", "timeout_graceful_shutdown": 1}
    server = uvicorn.Server(uvicorn.Config(counter, **options))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve([listener])), daemon=True)
    thread.start()
    deadline = time.monotonic() + START_SECONDS
    while not server.started and time.monotonic() < deadline:
        time.sleep(0.01)
    for line in sys.stdin:
        answer: Any = listener.getsockname()[1] if line.strip() == "port" else counter.take()
        print(json.dumps(answer), flush=True)
    server.should_exit = True
    thread.join(STOP_SECONDS)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
