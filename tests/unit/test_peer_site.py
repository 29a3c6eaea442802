"""What Python makes of an invite link, and of what it finds there: one clear error that says what to do."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from peerbook.errors import PeerbookError
from peerbook.peer.founding import link_of
from peerbook.peer.peer import Peer
from peerbook.peer.site import Unreached, fetch_genesis, fetch_site, folders_of, kept_site, read_link, workshop_of

INVITATION = link_of(bytes(range(16)), bytes(range(16)))
FRAGMENT = INVITATION.fragment


@pytest.mark.parametrize(
    "link",
    [
        f"https://school.test/py/workshops/first-steps/index.html{FRAGMENT}",
        f"http://localhost:8000/notebooks/index.html?path=first-steps/1-hello.ipynb{FRAGMENT}",
        f"http://localhost:8000/class.html?workshop=first-steps&x=1{FRAGMENT}&more=2",
    ],
)
def test_cls7_every_link_of_a_class_leads_into_it(link: str) -> None:
    assert read_link(link) == INVITATION


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://school.test/", "does not lead into a class"),
        (f"https://school.test/{FRAGMENT[:-1]}", "does not lead into a class"),
        (f"https://school.test/{FRAGMENT[:-1]}!", "does not lead into a class"),
        (f"school.test/{FRAGMENT}", "not a link"),
        (f"file:///etc/passwd{FRAGMENT}", "not a link"),
        ("", "not a link"),
    ],
)
def test_cls7_a_cut_link_is_said_to_be_one(link: str, words: str) -> None:
    with pytest.raises(PeerbookError, match=words) as caught:
        read_link(link)
    assert "link" in caught.value.remedy


def test_the_site_is_looked_for_in_every_folder_above_a_page() -> None:
    link = "http://h:1/a/workshops/first-steps/index.html?x=y#z"
    assert list(folders_of(link)) == [
        "http://h:1/a/workshops/first-steps/",
        "http://h:1/a/workshops/",
        "http://h:1/a/",
        "http://h:1/",
    ]
    assert list(folders_of("http://h:1")) == ["http://h:1/"]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name upstream)
        pass


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_site(folder: Path, **server: object) -> Path:
    genesis = b"genesis"
    entry = {"path": "1.ipynb", "genesis": {"hash": hashlib.sha256(genesis).hexdigest(), "url": "g/1"}}
    (folder / "g").mkdir(parents=True)
    (folder / "workshops" / "w").mkdir(parents=True)
    (folder / "workshops" / "w" / "index.html").write_text("")
    (folder / "g" / "1").write_bytes(genesis)
    (folder / "workshops.json").write_text(json.dumps({"workshops": [{"slug": "w", "notebooks": [entry]}]}))
    (folder / "peerbook.json").write_text(json.dumps(server))
    return folder


def test_a_site_is_read_from_a_page_deep_in_it(tmp_path: Path) -> None:
    with serving(a_site(tmp_path / "py", signaling="signal", direct=False).parent) as url:
        site = asyncio.run(fetch_site(f"{url}py/workshops/w/index.html{FRAGMENT}"))
        assert site.root == f"{url}py/"
        assert site.signal == f"{url}py/signal".replace("http", "ws", 1)
        assert not site.direct
        (published,) = site.notebooks
        assert published.path == "w/1.ipynb"
        assert asyncio.run(fetch_genesis(published)) == b"genesis"
        (tmp_path / "py" / "g" / "1").write_bytes(b"another")
        with pytest.raises(PeerbookError, match="is not what the site's catalogue says"):
            asyncio.run(fetch_genesis(published))


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("peerbook.json", "{", "no Peerbook site"),
        ("peerbook.json", "[]", "no Peerbook site"),
        ("workshops.json", "{}", "catalogue cannot be read"),
        ("workshops.json", '{"workshops": [3]}', "catalogue cannot be read"),
        ("peerbook.json", '{"signaling": ""}', "names no server"),
    ],
)
def test_what_is_wrong_with_a_site_is_said(tmp_path: Path, name: str, text: str, words: str) -> None:
    (a_site(tmp_path / "s", signaling="signal") / name).write_text(text)
    with serving(tmp_path / "s") as url, pytest.raises(PeerbookError, match=words) as caught:
        asyncio.run(Peer.join(f"{url}{FRAGMENT}", "Ada"))
    assert caught.value.remedy


def test_who_is_nobody_and_who_calls_nowhere_is_told(tmp_path: Path) -> None:
    with pytest.raises(PeerbookError, match="nothing is left of this name"):
        asyncio.run(Peer.join(f"http://127.0.0.1:9/{FRAGMENT}", " \u202e\n"))
    with pytest.raises(PeerbookError, match="cannot be reached"):
        asyncio.run(Peer.join(f"http://127.0.0.1:9/{FRAGMENT}", "Ada"))


@pytest.mark.parametrize(
    ("page", "slug"),
    [
        ("workshops/first-steps/index.html", "first-steps"),
        ("school/py/workshops/first%20steps/", "first steps"),
        ("notebooks/index.html?path=first-steps/1-hello.ipynb", "first-steps"),
        ("class.html?workshop=first-steps", "first-steps"),
        ("index.html", ""),
        ("notebooks/index.html?path=mine.ipynb", ""),
    ],
)
def test_a_link_tells_the_workshop_of_its_class(page: str, slug: str) -> None:
    assert workshop_of(f"https://school.test/{page}{FRAGMENT}") == slug


def test_a_site_is_known_again_from_what_was_noted(tmp_path: Path) -> None:
    with serving(a_site(tmp_path, signaling="signal")) as url:
        site = asyncio.run(fetch_site(url + FRAGMENT))
    noted = json.loads(json.dumps(asdict(site)))
    assert kept_site(noted) == site
    for wrong in (None, 3, [], {}, {**noted, "more": 1}, {**noted, "root": 3}, {**noted, "notebooks": [{"path": 1}]}):
        assert kept_site(wrong) is None
    with pytest.raises(Unreached):
        asyncio.run(fetch_site(url + FRAGMENT))


def test_a_notebook_that_is_not_there_is_named_with_those_that_are(tmp_path: Path) -> None:
    async def follow(url: str) -> None:
        async with await Peer.join(f"{url}{FRAGMENT}", "Ada") as peer:
            await peer.follow("w/2.ipynb")

    site = serving(a_site(tmp_path / "s", signaling="signal"))
    with site as url, pytest.raises(PeerbookError, match="no such notebook") as caught:
        asyncio.run(follow(url))
    assert "w/1.ipynb" in caught.value.remedy
