"""The keeper of a class, beside a class that does what the test says: what it takes up, how often it writes, a disk
that says no.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import secrets
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
from pycrdt import Doc, Map

from peerbook.errors import PeerbookError
from peerbook.genesis import genesis
from peerbook.peer import crypto
from peerbook.peer.document.notebook import Notebook
from peerbook.peer.founding import link_of
from peerbook.peer.keep import keeper as keeper_module
from peerbook.peer.keep.folder import Folder, Written
from peerbook.peer.keep.keeper import Keeper
from peerbook.peer.keep.state import Kept
from peerbook.peer.peer import Followed, Peer
from peerbook.peer.signaling.line import ServerState
from peerbook.peer.signaling.messages import Refused
from peerbook.peer.site import Published, Site, Unreached
from peerbook.peer.sync.engine import Engine, EngineOptions
from peerbook.peer.sync.options import Keepable
from tests.conftest import cell, notebook

from .peer_kit import ROOM, EverybodyMay, OneKey, VirtualClock, somebody

CLASS, EVERYONE = "aa" * 16, "0e" * 16
GENESIS = genesis(notebook(cell("one", "1"), cell("two", "2")))


def published(path: str) -> Published:
    return Published(path, hashlib.sha256(path.encode()).hexdigest(), f"http://h/{path}")


SITE = Site("http://h/", "ws://h/signal", True, tuple(map(published, ("w/1.ipynb", "w/2.ipynb", "more/1.ipynb"))))


class AClass:
    """In the place of a peer: nobody is there but what the test puts there."""

    def __init__(self) -> None:
        self.site = SITE
        self.invitation = replace(link_of(bytes(16), bytes(16)), everyone=EVERYONE)
        self.server = ServerState("open")
        self.is_in, self.others, self.not_let_in, self.door = True, 0, None, "inside"
        self.is_removed = False
        self.costly: set[str] = set()
        self.roads: dict[str, str] = {}
        self.seen: set[str] = set()
        self.kept: dict[str, Doc[Any]] = {}
        self.left: Callable[[], None] = lambda: None
        self.clock = VirtualClock()
        own = somebody(random.Random(secrets.randbits(64)))
        options = EngineOptions(ROOM, own, crypto, self.clock, random.random, EverybodyMay(), OneKey())
        self.engine = Engine(replace(options, keep=lambda *kept: self.on_keep(*kept)))
        self.on_keep: Callable[[str, Keepable], None] = lambda document, kept: None

    def people(self) -> list[Any]:
        return []

    def documents(self) -> set[str]:
        return self.seen | set(self.kept)

    def name_of(self, each: Published, branch: str = "team") -> str:
        return f"{each.genesis}.{branch}.{EVERYONE}"

    def is_shared(self, document: str) -> bool:
        return "/outputs." not in document

    def keep(self, document: str, genesis: bytes, kept: Sequence[Keepable] = (), path: str = "") -> Followed:
        doc: Doc[Any] = Doc(client_id=self.engine.client_id(document))
        replica = self.engine.follow(document, doc, genesis, kept)
        self.kept[document] = doc
        return Followed(path, document, replica, lambda limit: 0)

    async def leave(self) -> None:
        self.left()

    def write(self, path: str, text: str, cell_id: str = "one") -> None:
        source = self.kept[self.name_of(published(path))].get("cells", type=Map)[cell_id]["source"]
        source.insert(0, text)
        self.clock.advance(200)


class Kit:
    def __init__(self, root: Path) -> None:
        self.root, self.peer, self.said = root, AClass(), list[str]()
        self.folder = Folder.open(root, CLASS)
        self.keeper = Keeper(cast(Peer, self.peer), self.folder, "http://h/", "w", self.said.append)

    async def turns(self, count: int = 4) -> None:
        for _ in range(count):
            await self.keeper.turn()
            await asyncio.sleep(0)

    def text(self, path: str) -> str:
        return json.loads((self.root / path).read_text())["cells"][0]["source"]

    def files(self) -> list[str]:
        return sorted(str(file.relative_to(self.root)) for file in self.root.rglob("*.ipynb"))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without waiting, and with beginnings at hand."""

    async def fetch(each: Published) -> bytes:
        return GENESIS

    monkeypatch.setattr(keeper_module, "fetch_genesis", fetch)
    monkeypatch.setattr(keeper_module, "EVERY_S", 0.0)
    monkeypatch.setattr(keeper_module, "_AGAIN_S", 0.0)


def run(story: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(story, 30))


def test_the_workshops_notebooks_are_kept_and_others_when_somebody_has_them(tmp_path: Path) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        assert kit.files() == ["w/1.ipynb", "w/2.ipynb"]
        kit.peer.seen.add(kit.peer.name_of(published("more/1.ipynb")))
        await kit.turns()
        assert kit.files() == ["more/1.ipynb", "w/1.ipynb", "w/2.ipynb"]
        await kit.keeper.finish()

    run(story())


def test_what_strangers_name_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        first = kit.peer.name_of(published("w/1.ipynb"))
        kit.peer.seen |= {f"{number:064x}.team.{EVERYONE}" for number in range(100)}
        kit.peer.seen |= {f"{first}.{number:032x}" for number in range(100)}
        await kit.turns()
        assert len(kit.keeper._entries) == 64 + 2
        assert len(kit.files()) <= 64 + 2
        assert {"w/1.ipynb", "w/2.ipynb"} <= set(kit.files())
        await kit.keeper.finish()

    run(story())


def test_what_nobody_here_has_the_beginning_of_is_kept_for_those_who_have(tmp_path: Path) -> None:
    strange = f"{'5' * 64}.team.{EVERYONE}"
    pieces = [Keepable("introduction", b"i"), Keepable("piece", b"p")]

    async def story() -> None:
        kit = Kit(tmp_path)
        for piece in pieces:
            kit.peer.on_keep(strange, piece)
            kit.peer.on_keep(f"{strange}/outputs.{'a' * 32}", piece)
        kit.peer.seen.add(strange)
        await kit.turns()
        kit.peer.on_keep(strange, Keepable("piece", b"more"))
        await kit.turns()
        assert kit.files() == ["w/1.ipynb", "w/2.ipynb"]
        await kit.keeper.finish()
        again = Kit(tmp_path)
        assert again.folder.log(strange)[0] == (*pieces, Keepable("piece", b"more"))
        assert not again.folder.log(f"{strange}/outputs.{'a' * 32}")[0]
        again.keeper.restore()
        assert again.said == ["2 notebooks kept from before."]
        assert strange in again.peer.engine.documents
        await again.keeper.finish()

    run(story())


def test_a_notebook_is_written_once_for_all_that_changed_in_its_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        written: list[str] = []
        write = kit.folder.write
        monkeypatch.setattr(kit.folder, "write", lambda kept, data: (written.append(kept.file), write(kept, data))[1])
        monkeypatch.setattr(keeper_module, "EVERY_S", 1000.0)
        for word in "abcdefgh":
            kit.peer.write("w/1.ipynb", word)
            await kit.turns(1)
        assert written == ["w/1.ipynb"]
        await kit.keeper.finish()
        assert written == ["w/1.ipynb"] * 2, "what waited for its turn is written at the end"
        assert kit.text("w/1.ipynb") == "hgfedcba1"

    run(story())


def test_a_disk_that_says_no_is_told_once_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        write = kit.folder.write

        def full(kept: Kept, data: bytes) -> Written:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(kit.folder, "write", full)
        kit.peer.write("w/1.ipynb", "more ")
        await kit.turns(5)
        assert [line for line in kit.said if "the disk is full" in line] == [
            "w/1.ipynb cannot be written: the disk is full. It is tried again every 0 seconds."
        ]
        assert kit.text("w/1.ipynb") == "1"
        monkeypatch.setattr(kit.folder, "write", write)
        await kit.turns()
        assert kit.text("w/1.ipynb") == "more 1"
        assert "It can be written again." in kit.said
        await kit.keeper.finish()

    run(story())


def test_what_could_not_be_written_at_the_end_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()

        def full(kept: Kept, data: bytes) -> Written:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(kit.folder, "write", full)
        kit.peer.write("w/2.ipynb", "lost? ")
        with pytest.raises(PeerbookError, match=r"last changes to w/2.ipynb could not be written: the disk is full"):
            await kit.keeper.finish()
        Folder.open(tmp_path, CLASS).close()  # let go of all the same

    run(story())


def test_what_comes_while_it_leaves_is_written(tmp_path: Path) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        kit.peer.left = lambda: kit.peer.write("w/1.ipynb", "at the last moment ")
        await kit.keeper.finish()
        assert kit.text("w/1.ipynb") == "at the last moment 1"

    run(story())


def test_a_notebook_that_cannot_be_read_harms_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        write = keeper_module.notebook_bytes

        def panic(each: Notebook) -> bytes:
            if "panic" in each.cells[0].source:
                raise BaseException("yrs panicked")
            return write(each)

        monkeypatch.setattr(keeper_module, "notebook_bytes", panic)
        kit.peer.write("w/1.ipynb", "panic ")
        kit.peer.write("w/2.ipynb", "fine ")
        await kit.turns()
        assert (kit.text("w/1.ipynb"), kit.text("w/2.ipynb")) == ("1", "fine 1")
        assert [line for line in kit.said if "cannot be read as a notebook" in line] == [
            "w/1.ipynb cannot be read as a notebook at the moment. The file stays as it was."
        ]
        await kit.keeper.finish()

    run(story())


def test_a_beginning_that_cannot_be_fetched_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        asked: list[str] = []

        async def fetch(each: Published) -> bytes:
            asked.append(each.path)
            if len(asked) < 4:
                raise Unreached(each.url, OSError("gone"))
            return GENESIS

        monkeypatch.setattr(keeper_module, "fetch_genesis", fetch)
        await kit.turns(8)
        assert kit.files() == ["w/1.ipynb", "w/2.ipynb"]
        await kit.keeper.finish()

    run(story())


def test_a_restart_goes_on_under_the_same_names_with_what_was_kept(tmp_path: Path) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        await kit.turns()
        kit.peer.write("w/1.ipynb", "before ")
        await kit.turns()
        await kit.keeper.finish()
        again = Kit(tmp_path)
        # A new edition at the same path, meanwhile.
        edition = Published("w/1.ipynb", "9" * 64, "http://h/new")
        again.peer.site = Site(SITE.root, SITE.signal, True, (edition, *SITE.notebooks[1:]))
        again.keeper.restore()
        assert again.said == ["2 notebooks kept from before."]
        again.peer.write("w/1.ipynb", "and after ")
        await again.turns()
        assert again.text("w/1.ipynb") == "and after before 1"
        assert again.text("w/1.edition-99999999.ipynb") == "1"
        await again.keeper.finish()

    run(story())


def test_a_server_that_does_not_let_in_ends_it_in_words(tmp_path: Path) -> None:
    async def story() -> None:
        kit = Kit(tmp_path)
        kit.peer.is_in = False
        kit.peer.not_let_in = cast(Any, Refused("room-full", "The class is full.", "join", "", ""))
        with pytest.raises(PeerbookError, match=r"does not let us in: The class is full"):
            await kit.turns()
        kit.peer.is_in, kit.peer.not_let_in = True, None
        await kit.turns()
        # Later it is the network's trouble, and passes.
        kit.peer.is_in, kit.peer.not_let_in = False, cast(Any, Refused("room-full", "Full.", "join", "", ""))
        await kit.turns()
        kit.peer.server = ServerState("refused", "version")
        with pytest.raises(PeerbookError, match=r"refuses this program \(version\)") as caught:
            await kit.turns()
        assert "same version" in caught.value.remedy
        await kit.keeper.finish()

    run(story())
