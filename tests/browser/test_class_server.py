"""What a server knows of a lesson that it carried: its memory, disk and traffic are searched for known words."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect
from websockets.sync.client import connect

from peerbook.peer.founding import read_link
from signaling.protocol import DIRECT, encode_id, format_text, session_of

from .classmates import WITHOUT_WEBRTC
from .conftest import AClassWith
from .people import Person
from .served import LOG, ServedApart, forms_of, forms_of_text
from .test_class_lecture import looks_at

RELAYED = "Live with 1, through the server"


@pytest.fixture
def apart(site: Path, tmp_path: Path) -> Iterator[ServedApart]:
    server = ServedApart(site, tmp_path)
    yield server
    server.stop()


def new_word(what: str) -> str:
    """One that stands nowhere else in the world."""
    return f"{what}{secrets.token_hex(6)}"


@contextmanager
def somebody_open(server: ServedApart, word: str) -> Iterator[None]:
    """A guest who seals nothing: ``word`` is what a room of theirs sees of them, and what they say over the relay."""
    secret = encode_id(secrets.token_bytes(16))
    record = base64.urlsafe_b64encode(f"name: {word}, place: here".encode()).decode().rstrip("=")
    with connect(server.url().replace("http", "ws", 1) + "signal", compression=None) as socket:
        socket.send(format_text("hello", version=1, session=session_of(secret), secret=secret))
        socket.send(format_text("join", room=encode_id(secrets.token_bytes(16)), record=record))
        socket.send(bytes((DIRECT,)) + secrets.token_bytes(16) + word.encode())
        while "not-here" not in (answer := str(socket.recv(10))):
            assert "refused" not in answer
        yield


def test_a_server_knows_nothing_of_the_lesson_that_it_carried(a_class_with: AClassWith, apart: ServedApart) -> None:
    """[SIG23, KEY5, CLS7] All of it goes over the relay: names, the lecture, everyone's page, a title, outputs."""
    words = {what: new_word(what) for what in ("Ada", "Ben", "heading", "taught", "written", "answered", "printed")}
    together = a_class_with(on=apart)
    ada = together.comes(words["Ada"], branch="lecture")
    ben = together.comes(words["Ben"], WITHOUT_WEBRTC, branch="lecture")
    for person in (ada, ben):
        person.expect_words(RELAYED)

    # The lecture, and what a cell of it gives.
    first = ada.index_of("Hello, world")
    ada.adds_below(first, f"# {words['heading']}")
    ada.makes(first + 1, "text")
    ada.adds_below(first + 1, f"'{words['taught']}'")
    together.all_see(words["taught"])
    together.all_see(words["heading"])
    at = code_index(ada, "Hello, world")
    looks_at(ben, words["Ada"])
    half = len(words["printed"]) // 2
    ada.run(at, f"print('{words['printed'][:half]}' + '{words['printed'][half:]}')")
    expect(ben.code_cell(at).locator(".pb-Others")).to_contain_text(words["printed"])

    # Everyone's page.
    for person in (ada, ben):
        person.opens(together.address())
        person.expect_words(RELAYED)
    hello = ada.index_of("Hello, world")
    ben.adds_below(hello, words["written"])
    ada.sees(words["written"])
    ada.adds_below(hello, words["answered"])
    together.agree_on(words["written"], words["answered"])

    unknown = {name: form for word in words.values() for name, form in forms_of_text(word).items()}
    link = read_link(together.code)
    assert link is not None
    own = together.founded.own
    keys = {"join secret": link.join_secret, "root": own.root.reveal(), "device": own.device.reveal()}
    keys |= {f"key of epoch {epoch}": key for epoch, key in own.known.keys}
    for what, key in keys.items():
        unknown |= {f"{what} {how}": form for how, form in forms_of(key).items()}
    # The same search finds what the server does know, and whoever seals nothing: so it would have found the words.
    room, guest = {"the room": link.room.encode()}, new_word("guest")
    open_words = forms_of_text(guest)
    with somebody_open(apart, guest):
        in_memory = apart.in_memory(unknown | room | open_words)
    in_traffic = apart.in_traffic(unknown | room | open_words)
    for found in (in_memory, in_traffic):
        assert not found & set(unknown)
        assert "the room" in found
    assert any("base64" in name for name in in_memory & set(open_words))
    assert f"{guest!r} as it is" in in_traffic
    assert any("base64" in name for name in in_traffic & set(open_words))
    # Its only file is of the class that `serve` has ready, which is another one.
    (kept,) = (path for path in apart.files if path.name != LOG)
    code = {"the code of its own class": kept.read_bytes().split()[0]}
    assert apart.on_disk(unknown | room | code) == set(code)


def code_index(person: Person, words: str) -> int:
    """Which code cell has ``words``."""
    return [text for kind, text in person.notebook if kind == "Code"].index(person.texts[person.index_of(words)])
