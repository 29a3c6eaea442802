"""The server over real sockets: origins, slow pages, restarts, logs. Titles begin with their rule in docs/SPEC.md."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from signaling.app import create_app
from signaling.hub import _HANDLERS
from signaling.protocol import DIRECT, PUBLISH_ONCE, Ping, decode_id
from signaling.ws import LINGER_SECONDS, allowed
from tests.signaling_server import PATIENCE, Server, a_client, new_id


def run(story: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        async with asyncio.timeout(60):
            await story

    asyncio.run(bounded())


async def until(condition: Any) -> None:
    """Wait for what the server's own counts will say."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "it never came true"
        await asyncio.sleep(0.02)


@pytest.mark.parametrize(
    ("origin", "host", "origins", "may"),
    [
        (None, "school.example", (), True),
        ("https://school.example", "school.example", (), True),
        ("http://localhost:8000", "localhost:8000", (), True),
        ("http://127.0.0.1:8000", "localhost:8000", (), False),
        ("https://school.example", "school.example:443", (), True),
        ("https://school.example:8443", "school.example", (), False),
        ("https://evil.example", "school.example", (), False),
        ("https://school.example.evil.example", "school.example", (), False),
        ("null", "school.example", (), False),
        ("", "", (), False),
        ("file://", "", (), False),
        ("https://[::1", "school.example", (), False),
        ("https://school.example:x", "school.example", (), False),
        ("https://a.example", "b.example", ("https://a.example/",), True),
        ("http://a.example", "b.example", ("https://a.example",), False),
        ("https://anything.example", "b.example", ("*",), True),
    ],
)
def test_sig7_pages_of_the_same_host_and_of_listed_sites_connect(
    origin: str | None, host: str, origins: tuple[str, ...], may: bool
) -> None:
    assert allowed(origin, host, origins) is may


def test_sig7_another_sites_page_is_refused_in_words_and_costs_nothing() -> None:
    async def story() -> None:
        with Server(origins="https://school.example") as server:
            with pytest.raises(InvalidStatus) as caught:
                async with a_client(server, origin="https://evil.example"):
                    pass
            assert caught.value.response.status_code == 403
            assert b"Pages of that site may not use this server." in (caught.value.response.body or b"")
            for origin in ("https://school.example", f"http://127.0.0.1:{server.port}", None):
                async with a_client(server, origin=origin) as client:
                    await client.hear("welcome")
            assert server.health()["refused"] == {"origin": 1}
        assert server.log == ""

    run(story())


def test_sig7_no_other_path_takes_a_websocket() -> None:
    async def story() -> None:
        with Server() as server:
            for path in ("/", "/signal/", "/lab/signal", "/health"):
                with pytest.raises(InvalidStatus) as caught:
                    async with connect(f"ws://127.0.0.1:{server.port}{path}"):
                        pass
                assert caught.value.response.status_code == 403
        assert server.log == ""

    run(story())


def test_sig7_the_path_is_the_sites_own(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text("Workshops")
    app = create_app(tmp_path, version="1", prefix="/school/py")
    client = TestClient(app)
    with client.websocket_connect("/school/py/signal") as page:
        page.send_json({"type": "ping"})
        assert page.receive_json()["reason"] == "no-hello"
    assert client.get("/health").json()["signaling"]["refused"] == {"no-hello": 1}
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/signal"):
        pass


def test_sig12_a_full_server_says_so() -> None:
    async def story() -> None:
        with Server(connections=1) as server:
            async with a_client(server) as client:
                await client.hear("welcome")
                with pytest.raises(InvalidStatus) as caught:
                    async with a_client(server):
                        pass
                assert caught.value.response.status_code == 503

    run(story())


def test_sig8_one_bad_frame_closes_with_its_reason() -> None:
    async def story() -> None:
        with Server() as server:
            async with a_client(server) as client:
                await client.socket.send("{")
                assert (await client.hear("refused"))["reason"] == "garbled"
                assert await client.closed() == (4002, "garbled")
            async with a_client(server) as client:
                await client.socket.send(b"\1" + bytes(100_000))
                assert (await client.closed())[0] == 1009  # the WebSocket layer itself: never buffered

    run(story())


def test_sig20_order_is_kept_from_one_sender_to_one_receiver() -> None:
    async def story() -> None:
        with Server() as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one, a_client(server) as two:
                await one.join(room, topic)
                await two.join(room, topic)
                for number in range(900):
                    payload = number.to_bytes(4, "big") + bytes(number * 7)
                    if number % 3:
                        await one.publish(topic, payload, number % 2 + 1)
                    else:
                        await one.socket.send(bytes((DIRECT,)) + decode_id(two.session) + payload)
                for number in range(900):
                    frame = await two.frame()
                    header = 33 if number % 3 else 17
                    assert frame[header : header + 4] == number.to_bytes(4, "big")

    run(story())


def test_sig21_a_page_that_sends_too_fast_is_slowed_down_and_loses_nothing() -> None:
    async def story() -> None:
        with Server(frames_per_second=100, frames_burst=100) as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one, a_client(server) as two, a_client(server) as bystander:
                for client in (one, two, bystander):
                    await client.join(room, topic)
                started = time.monotonic()
                for number in range(250):
                    await one.publish(topic, number.to_bytes(4, "big"))
                await bystander.publish(topic, b"in between")
                frames = [await two.frame() for _ in range(251)]
                took = time.monotonic() - started
                published = [frame[33:] for frame in frames]
                assert [p for p in published if p != b"in between"] == [n.to_bytes(4, "big") for n in range(250)]
                assert published.index(b"in between") < 240  # not held up by somebody else's haste
                assert 1.0 < took < PATIENCE

    run(story())


def stuck_socket(server: Server) -> socket.socket:
    """A connection with a small window, upgraded by hand, of which nothing is read later."""
    raw = socket.socket()
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    raw.settimeout(PATIENCE)
    raw.connect(("127.0.0.1", server.port))
    raw.sendall(
        b"GET /signal HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    assert b"101" in raw.recv(1000)
    return raw


def read_until(raw: socket.socket, end: bytes) -> bytes:
    """The last bytes there are, at most until ``end``; `reset` when the connection was cut."""
    last = b""
    try:
        while not last.endswith(end) and (part := raw.recv(2**20)):
            last = (last + part)[-400:]
    except ConnectionResetError:
        return b"reset"
    return last


def masked(text: str) -> bytes:
    """A text frame with a mask of zeros."""
    data = text.encode()
    assert 126 <= len(data) < 65_536
    return b"\x81\xfe" + len(data).to_bytes(2, "big") + bytes(4) + data


def enter(raw: socket.socket, room: str, topic: str) -> None:
    hello = {"type": "hello", "version": 1, "session": new_id(), "secret": new_id(), "padding": "." * 100}
    join = {"type": "join", "room": room, "record": "", "padding": "." * 100}
    subscribe = {"type": "subscribe", "room": room, "topics": [topic], "padding": "." * 100}
    raw.sendall(b"".join(masked(json.dumps(message)) for message in (hello, join, subscribe)))


@pytest.mark.parametrize("wakes", [False, True], ids=["never reads again", "reads again"])
def test_sig22_a_slow_page_is_dropped_while_others_get_all(wakes: bool) -> None:
    async def story() -> None:
        # 300 frames of 64 KB are more than the kernel keeps for a socket.
        with Server(queue_bytes=1_000_000, bytes_burst=2**30, deliveries_burst=10**6) as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one, a_client(server) as two, contextlib.AsyncExitStack() as stack:
                await one.join(room, topic)
                await two.join(room, topic)
                slow = stack.enter_context(stuck_socket(server))
                enter(slow, room, topic)
                await until(lambda: server.health()["members"] == 3)

                longest = 0.0
                for _ in range(300):
                    started = time.monotonic()
                    await one.publish(topic, bytes(65_536))
                    assert len(await two.frame()) == 33 + 65_536
                    longest = max(longest, time.monotonic() - started)
                assert longest < PATIENCE / 2
                assert server.health()["refused"] == {"too-slow": 1}
                if not wakes:
                    await until(lambda: server.health()["waiting_bytes"] == 0)
                    await asyncio.sleep(LINGER_SECONDS + 0.5)  # then the socket is cut, though nobody reads
                expected = (4005).to_bytes(2, "big") + b"too-slow"
                last = await asyncio.to_thread(read_until, slow, expected)
                assert last.endswith(expected) if wakes else last == b"reset", last
                assert server.health()["connections"] == 2
                await one.say("ping")
                await one.hear("pong")

    run(story())


def test_sig22_a_page_that_stands_still_is_dropped_even_when_little_waits() -> None:
    async def story() -> None:
        limits = {"queue_seconds": 1, "queue_bytes": 2**28, "bytes_burst": 2**30, "deliveries_burst": 10**6}
        with contextlib.ExitStack() as stack, Server(**limits) as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one:
                await one.join(room, topic)
                slow = stack.enter_context(stuck_socket(server))
                enter(slow, room, topic)
                await until(lambda: server.health()["members"] == 2)
                for _ in range(200):
                    await one.publish(topic, bytes(65_536))
                await until(lambda: server.health()["refused"] == {"too-slow": 1})
                assert server.health()["waiting_bytes"] < 200_000

    run(story())


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_sig5_after_a_restart_the_same_sessions_meet_in_the_same_room(how: signal.Signals) -> None:
    async def story() -> None:
        with Server() as server:
            room, topic = new_id(), new_id()
            async with a_client(server) as one, a_client(server) as two:
                await one.join(room, topic)
                await two.join(room, topic)
                server.stop(how)
                expected = 1012 if how is signal.SIGTERM else 1006
                assert [(await client.closed())[0] for client in (one, two)] == [expected] * 2
            server.start()
            async with (
                a_client(server, session=two.session, secret=two.secret) as second,
                a_client(server, session=one.session, secret=one.secret) as first,
            ):
                await second.join(room, topic, have=[one.session])
                joined = await first.join(room, topic, have=[two.session])
                assert {entry["session"] for entry in joined["people"]} == {one.session, two.session}
                assert joined["neighbours"] == [two.session]
                await first.publish(topic, b"on we go", PUBLISH_ONCE)
                assert (await second.frame()).endswith(decode_id(one.session) + b"on we go")

    run(story())


def test_sig3_a_killed_page_is_away_at_once_and_one_that_closes_is_gone_at_once() -> None:
    async def story() -> None:
        with Server() as server:
            room = new_id()
            async with a_client(server) as watcher:
                await watcher.join(room)
                async with a_client(server) as killed:
                    await killed.join(room)
                    await watcher.hear("changes")
                    killed.socket.transport.abort()
                    started = time.monotonic()
                    while not any(not entry["here"] for entry in (await watcher.hear("changes"))["people"]):
                        pass
                    assert time.monotonic() - started < PATIENCE  # the place itself is kept for 30 s
                async with a_client(server) as leaving:
                    await leaving.join(room)
                    await leaving.socket.close(1001)
                    while leaving.session not in (await watcher.hear("changes"))["left"]:
                        pass

    run(story())


def test_sig8_a_mistake_of_the_server_costs_one_connection_and_its_log_quotes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def mistaken(*_: object) -> None:
        raise ValueError("Ada said something")

    monkeypatch.setitem(_HANDLERS, Ping, mistaken)
    app = create_app(tmp_path, version="1")
    client = TestClient(app)
    for _ in range(2):
        with client.websocket_connect("/signal") as page:
            page.send_json({"type": "hello", "version": 1, "session": new_id(), "secret": new_id()})
            assert page.receive_json()["type"] == "welcome"
            page.send_json({"type": "ping"})
            with pytest.raises(WebSocketDisconnect) as caught:
                page.receive_json()
            assert caught.value.code == 1011
    assert [record.getMessage().split(":")[0] for record in caplog.records] == ["ValueError in mistaken"] * 2
    assert "Ada" not in caplog.text
    assert app.signaling.hub.counts()["connections"] == 0


def test_sig23_refusals_are_reported_as_counts(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="signaling")
    app = create_app(tmp_path, version="1")
    for _ in range(2):
        with TestClient(app).websocket_connect("/signal") as page:
            page.send_text("{")
            assert page.receive_json()["reason"] == "garbled"
    app.signaling._report(0.0)
    app.signaling._report(0.0)
    assert caplog.messages == ["0 connections, 0 rooms; refused: garbled 2"]


def test_sig23_nothing_about_anybody_is_written() -> None:
    async def story() -> None:
        room, topic, record = new_id(), new_id(), "cmVjb3JkLW9mLUFkYQ"
        with Server() as server:
            async with a_client(server) as one, a_client(server) as two:
                await one.join(room, topic, record=record)
                await two.join(room, topic)
                await one.publish(topic, b"payload")
                await two.socket.send('{"type":"join","room":"' + room)
                await two.closed()
                secrets = [room, topic, record, one.session, one.secret, two.session, "127.0.0.1"]
            with stuck_socket(server) as raw:
                raw.sendall(b"\x81\x84" + bytes(4) + b"\xff\xfe\xfd\xfc")  # text that is not UTF-8
                assert raw.recv(100) == b"\x88\x02" + (1007).to_bytes(2, "big")
            told = json.dumps(server.health())
        assert not [secret for secret in secrets if secret in told + server.log]
        assert "Traceback" not in server.log
        assert server.log == ""

    run(story())
