"""The WebSocket around the hub: sockets become events, effects become frames. All that is impure is here."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Callable
from random import Random
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope
from starlette.types import Send as AsgiSend
from starlette.websockets import WebSocket

from .events import Binary, Close, Closed, Effect, Event, Opened, Overrun, Send, Stopping, Text, Tick, Wait
from .hub import Hub
from .outbox import Budget, Outbox
from .refusals import Reason
from .settings import Settings

logger = logging.getLogger("signaling")

TICK_SECONDS = 0.1
"""The finest of the hub's times, `roster_seconds`, is 0.25."""
LINGER_SECONDS = 5.0
"""For the close and what went before it to reach a slow page; then the socket is cut."""
LINGER_NOT = struct.pack("hh" if sys.platform == "win32" else "ii", 1, 0)
REPORT_SECONDS = 60.0
DEFAULT_PORTS = {"http": 80, "https": 443}


class Signaling:
    """An ASGI application for one WebSocket route."""

    def __init__(
        self, settings: Settings, *, random: Random | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.settings = settings
        self.hub = Hub(settings, random or Random())
        self._clock = clock
        self._last = 0
        self._outboxes: dict[int, Outbox] = {}
        self._cuts: dict[int, Callable[[], None]] = {}
        self._pauses: dict[int, float] = {}
        self._addresses: Counter[str] = Counter()
        self._budget = Budget(settings.queue_total_bytes)
        self._ticker: asyncio.Task[None] | None = None
        self._reported: Counter[str] = Counter()
        self._report_at = 0.0

    def health(self) -> dict[str, object]:
        """Counts for `/health`: how many, and what was refused how often. Nothing about anybody."""
        return {**self.hub.counts(), "waiting_bytes": self._budget.used, "refused": dict(self.hub.refused)}

    def stop(self) -> None:
        """Tell every page to come back. uvicorn says the same by itself (code 1012) when it ends."""
        self._handle(Stopping())

    async def __call__(self, scope: Scope, receive: Receive, send: AsgiSend) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        reason = self._unwelcome(Headers(scope=scope), address)
        if reason:
            self.hub.refused[reason.wire] += 1
            await WebSocket(scope, receive, send).send_denial_response(
                PlainTextResponse(reason.words, status_code=reason.code)
            )
            return
        await receive()  # websocket.connect
        await send({"type": "websocket.accept"})
        # A page's headers are a kilobyte or two and live as long as the connection: nothing needs them any more.
        scope["headers"] = []
        self._last += 1
        number = self._last
        self._addresses[address] += 1
        self._outboxes[number] = outbox = Outbox(send, self._budget)
        self._cuts[number] = _cutter(receive)
        self._start()
        code = 1006
        try:
            self._handle(Opened(number))
            code = await self._read(number, receive)
        finally:
            self._handle(Closed(number, code))
            del self._outboxes[number], self._cuts[number]
            self._pauses.pop(number, None)
            outbox.end()
            self._addresses[address] -= 1
            if not self._addresses[address]:
                del self._addresses[address]

    async def _read(self, number: int, receive: Receive) -> int:
        """Pass frames on until the connection ends; its close code."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return int(message.get("code") or 1005)
            text = message.get("text")
            self._handle(Text(number, text) if text is not None else Binary(number, message.get("bytes") or b""))
            if self._pauses and (seconds := self._pauses.pop(number, 0.0)):
                # Not reading fills the page's socket: it slows down and loses nothing.
                await asyncio.sleep(seconds)

    def _handle(self, event: Event) -> None:
        try:
            effects = self.hub.handle(event, self._clock())
        except Exception as error:
            # A mistake of ours costs one connection, never the class. Its text could quote a message: not logged.
            trace = error.__traceback__
            while trace and trace.tb_next:
                trace = trace.tb_next
            line = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace else "?"
            logger.error("%s in %s while handling %s", type(error).__name__, line, type(event).__name__)
            self.hub.refused[Reason.BROKEN.wire] += 1
            number = getattr(event, "connection", None)
            effects = [Close(number, Reason.BROKEN)] if number is not None else []
        for effect in effects:
            self._run(effect)

    def _run(self, effect: Effect) -> None:
        if isinstance(effect, Send):
            frame = effect.frame
            kind = "text" if isinstance(frame, str) else "bytes"
            message: Message = {"type": "websocket.send", kind: frame}
            size = len(frame)
            outboxes, budget, most = self._outboxes, self._budget, self.settings.queue_bytes
            slow: list[int] = []
            for number in effect.to:
                if outbox := outboxes.get(number):
                    outbox.push(message, size)
                    if outbox.size > most or (budget.used > budget.most and outbox.size > size):
                        slow.append(number)
            for number in slow:  # after all have been sent to: dropping somebody is told to others
                self._overrun(number)
        elif isinstance(effect, Close):
            if outbox := self._outboxes.get(effect.connection):
                reason = effect.reason
                outbox.push({"type": "websocket.close", "code": reason.code, "reason": reason.wire}, 0)
                asyncio.get_running_loop().call_later(LINGER_SECONDS, self._cut, effect.connection)
        elif isinstance(effect, Wait):
            self._pauses[effect.connection] = effect.seconds

    def _overrun(self, number: int) -> None:
        """Too slow: what waits is thrown away, the reason is sent, and the socket cut soon after."""
        self._outboxes[number].clear()
        self._handle(Overrun(number))

    def _cut(self, number: int) -> None:
        if cut := self._cuts.get(number):
            cut()

    def _start(self) -> None:
        if self._ticker is None or self._ticker.done():
            self._ticker = asyncio.get_running_loop().create_task(self._tick())

    async def _tick(self) -> None:
        """The hub's clock. Runs while there is anything to time, so that a server without a class is at rest."""
        while not self.hub.idle or self._outboxes:
            await asyncio.sleep(TICK_SECONDS)
            self._handle(Tick())
            now = asyncio.get_running_loop().time()
            if self._budget.used:
                for number, outbox in list(self._outboxes.items()):
                    if outbox.stuck_for(now) > self.settings.queue_seconds:
                        self._overrun(number)
            if now >= self._report_at:
                self._report(now)
        self._report(0.0)

    def _report(self, now: float) -> None:
        """One line a minute, and only when something was refused: counts and reasons."""
        self._report_at = now + REPORT_SECONDS
        news = self.hub.refused - self._reported
        if news:
            self._reported = self.hub.refused.copy()
            counts = self.hub.counts()
            told = ", ".join(f"{reason} {count}" for reason, count in sorted(news.items()))
            logger.info("%d connections, %d rooms; refused: %s", counts["connections"], counts["rooms"], told)

    def _unwelcome(self, headers: Headers, address: str) -> Reason | None:
        if not allowed(headers.get("origin"), headers.get("host", ""), self.settings.origins):
            return Reason.ORIGIN
        if (
            len(self._outboxes) >= self.settings.connections
            or self._addresses[address] >= self.settings.connections_per_address
        ):
            return Reason.SERVER_FULL
        return None


def allowed(origin: str | None, host: str, origins: tuple[str, ...]) -> bool:
    """Whether a page of ``origin`` may connect: of the same host, listed, or no page at all (no origin).

    The scheme is not compared with our own: behind a proxy that ends TLS we do not know it.
    """
    if origin is None or "*" in origins:
        return True
    if origin in (listed.rstrip("/") for listed in origins):
        return True
    try:
        parts = urlsplit(origin)
        default = DEFAULT_PORTS.get(parts.scheme)
        there = urlsplit(f"//{host}")
        return (
            default is not None
            and parts.hostname is not None
            and (parts.hostname, parts.port or default) == (there.hostname, there.port or default)
        )
    except ValueError:
        return False


def _cutter(receive: Receive) -> Callable[[], None]:
    """How to end a socket that takes nothing any more: closing it would wait for it.

    ASGI has no word for this. uvicorn's `receive` is a method of the protocol that has the transport; under another
    server the task that reads is cancelled, which ends the connection as well as that server can.
    """
    task = asyncio.current_task()
    transport = getattr(getattr(receive, "__self__", None), "transport", None)

    def cut() -> None:
        if isinstance(transport, asyncio.Transport):
            if connected := transport.get_extra_info("socket"):
                # Without a last word: otherwise the kernel goes on offering megabytes to a page that reads nothing.
                with contextlib.suppress(OSError):
                    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
            transport.abort()
        elif task:
            task.cancel()

    return cut
