"""A program that writes in a class in Python, without a page."""

from __future__ import annotations

import asyncio
import secrets

import pytest

from peerbook.peer.founding import link_of
from peerbook.peer.keep.own import new_own
from peerbook.peer.peer import Peer
from peerbook.peer.sealed import DocumentKey
from peerbook.peer.site import Published, Site
from peerbook.peer.sync.lost import Lost
from peerbook.peer.sync.society import Society

from .peer_kit import DOCUMENT, GENESIS

NOTEBOOK = Published("w/1.ipynb", DOCUMENT.split(".")[0], "http://h/w/1.ipynb")


def test_per7_what_a_program_wrote_and_does_not_count_it_finds_by_document() -> None:
    async def story() -> None:
        site = Site("http://h/", "ws://h/signal", True, (NOTEBOOK,))
        own = new_own(secrets.token_bytes)
        peer = Peer(site, link_of(bytes(16), bytes(16)), "A program", own, lambda own: None, direct=False)
        name = peer.name_of(NOTEBOOK)
        followed = peer.keep(name, GENESIS)
        [cell] = followed.notebook.cells
        followed.notebook.append(cell.id, huge := "h" * 20_000_000)
        for _ in range(100):
            if peer.lost:
                break
            await asyncio.sleep(0)
        assert peer.lost == {name: [Lost(cell.id, huge)]}
        assert followed.notebook.cells[0].source == ""
        peer.engine.end()

    asyncio.run(story())


def test_log7_what_a_program_wrote_with_a_key_that_was_undone_it_finds_by_document(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    key = DocumentKey(1, bytes(32))
    keys = [key.key]
    monkeypatch.setattr(Society, "key_for", lambda *place: key)
    monkeypatch.setattr(Society, "keys_of", lambda *place: keys)

    async def story() -> None:
        site = Site("http://h/", "ws://h/signal", True, (NOTEBOOK,))
        own = new_own(secrets.token_bytes)
        peer = Peer(site, link_of(bytes(16), bytes(16)), "A program", own, lambda own: None, direct=False)
        name = peer.name_of(NOTEBOOK)
        followed = peer.keep(name, GENESIS)
        log = followed.replica.log
        [cell] = followed.notebook.cells
        followed.notebook.append(cell.id, "Sealed in vain.")
        await peer.until(lambda: log.count(peer.session) == 1, "it was sealed")
        assert peer.lost == {}
        keys.clear()
        peer.engine.rules_changed(is_rekeyed=True)
        await peer.until(lambda: bool(peer.lost), "it was given back")
        assert peer.lost == {name: [Lost(cell.id, "Sealed in vain.")]}
        assert (followed.notebook.cells[0].source, log.limit_of(peer.session)) == ("", 0)
        peer.engine.end()

    asyncio.run(story())
