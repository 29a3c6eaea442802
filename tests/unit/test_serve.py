"""The server: the site with its headers, health, sub-paths, ports that are taken."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from peerbook.commands.serve import announcement, listen
from peerbook.errors import PeerbookError
from peerbook.peer.founding import read_link
from peerbook.peer.owner import read_owner
from peerbook.ready import ReadyClass, kept_class, ready_class
from signaling.app import create_app


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "index.html").write_text("<h1>Workshops</h1>" * 200)
    (tmp_path / "404.html").write_text("Not here")
    (tmp_path / "headers.json").write_text(
        json.dumps({"default": {"x-policy": "strict"}, "kernel.worker": {"x-policy": "stricter"}})
    )
    (tmp_path / "kernel.worker.0123abc.js").write_text("1")
    pyodide = tmp_path / "static" / "pyodide" / "314.0.6"
    pyodide.mkdir(parents=True)
    (pyodide / "pyodide.asm.wasm").write_bytes(b"\0asm" * 1000)
    return tmp_path


@pytest.fixture
def client(site: Path) -> TestClient:
    return TestClient(create_app(site, version="1.2.3"))


def test_health_tells_the_version(client: TestClient) -> None:
    answer = client.get("/health").json()
    assert (answer["status"], answer["version"]) == ("ok", "1.2.3")


def test_every_answer_has_the_headers_the_site_was_built_with(client: TestClient) -> None:
    assert client.get("/").headers["x-policy"] == "strict"
    assert client.get("/missing").headers["x-policy"] == "strict"
    assert client.get("/kernel.worker.0123abc.js").headers["x-policy"] == "stricter"
    assert client.get("/headers.json").status_code == 404


def test_a_missing_page_is_the_sites_own(client: TestClient) -> None:
    answer = client.get("/no/such/page")
    assert (answer.status_code, answer.text) == (404, "Not here")


def test_files_named_by_content_are_kept_and_others_asked_for_again(client: TestClient) -> None:
    assert "immutable" in client.get("/kernel.worker.0123abc.js").headers["cache-control"]
    wasm = client.get("/static/pyodide/314.0.6/pyodide.asm.wasm")
    assert "immutable" in wasm.headers["cache-control"]
    assert wasm.headers["content-type"] == "application/wasm"
    page = client.get("/")
    assert page.headers["cache-control"] == "no-cache"
    assert client.get("/", headers={"if-none-match": page.headers["etag"]}).status_code == 304


def test_text_is_compressed_only_for_who_asks_and_follows_the_file(client: TestClient, site: Path) -> None:
    with client.stream("GET", "/", headers={"accept-encoding": "gzip"}) as answer:
        raw = b"".join(answer.iter_raw())
        assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(raw) == (site / "index.html").read_bytes()
    assert "content-encoding" not in client.get("/", headers={"accept-encoding": "identity"}).headers
    (site / "index.html").write_text("<h1>Changed</h1>" * 201)
    assert client.get("/").text.startswith("<h1>Changed")


def test_a_site_lives_under_any_path(site: Path) -> None:
    client = TestClient(create_app(site, version="1", prefix="/school/py"))
    assert client.get("/school/py/").text.startswith("<h1>Workshops")
    assert client.get("/", follow_redirects=False).headers["location"] == "/school/py/"
    assert client.get("/health").status_code == 200


def test_nothing_outside_of_the_site_is_served(client: TestClient, site: Path) -> None:
    (site.parent / "secret.txt").write_text("secret")
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/static/..%2f..%2fsecret.txt"):
        assert client.get(path).status_code == 404


def test_a_port_in_use_is_said_with_another_to_take() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(PeerbookError, match=rf"port {port} is in use") as caught:
            listen(port, lan=False)
        assert f"--port {port + 1}" in caught.value.remedy


def test_small_frames_are_not_held_back() -> None:
    """Unless a socket is expressly TCP, asyncio leaves Nagle's delay on: a keystroke then waits 40 ms for an answer."""

    async def accepted() -> int:
        heard = asyncio.Event()
        found = []

        class Look(asyncio.Protocol):
            def connection_made(self, transport: asyncio.BaseTransport) -> None:
                accepted = transport.get_extra_info("socket")
                found.append(accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
                heard.set()

        with listen(0, lan=False) as listener:
            server = await asyncio.get_running_loop().create_server(Look, sock=listener)
            async with server:
                _, writer = await asyncio.open_connection(*listener.getsockname()[:2])
                await asyncio.wait_for(heard.wait(), 10)
                writer.close()
                await writer.wait_closed()
        return found[0]

    assert asyncio.run(accepted()) == 1


def test_the_address_is_said_in_words_and_on_the_network_as_a_qr_code() -> None:
    here = announcement(8000, "", None, lan=False)
    assert "http://localhost:8000/" in here
    assert "for this computer only" in here
    there = announcement(8000, "/py", "192.0.2.7", lan=True)
    assert "http://192.0.2.7:8000/py/" in there
    assert "█" in there or "▀" in there
    assert "plain http" in there


def test_the_class_that_is_ready_is_said_for_students_and_for_the_teacher() -> None:
    owner = "class.html?workshop=first#class=C&owner=O"
    ready = ReadyClass("First steps", "workshops/first/index.html#class=C", owner, is_instead=False)
    here = announcement(8000, "/py", None, lan=False, ready=ready)
    assert "for students    http://localhost:8000/py/workshops/first/index.html#class=C\n" in here
    assert f"for you alone   http://localhost:8000/py/{owner}\n" in here
    assert "a new class" not in here
    instead = ReadyClass("First steps", ready.students, owner, is_instead=True)
    assert "This is a new class" in announcement(8000, "", None, lan=False, ready=instead)
    assert "workshop First steps" in here
    there = announcement(8000, "", "192.0.2.7", lan=True, ready=ready)
    assert "http://192.0.2.7:8000/workshops/first/index.html#class=C" in there
    code = [line for line in there.splitlines() if "█" in line]
    assert len(code) > len([line for line in announcement(8000, "", "192.0.2.7", lan=True).splitlines() if "█" in line])
    nobody = announcement(8000, "", None, lan=True, ready=ready)
    assert "http://localhost:8000/workshops/first/" in nobody
    assert "█" not in nobody


def test_the_class_is_the_same_one_after_a_restart(tmp_path: Path) -> None:
    (tmp_path / "workshops.json").write_text('{"workshops": [{"slug": "one", "title": "One"}, {"slug": "two"}]}')
    ready = ready_class(tmp_path, tmp_path / "cache")
    assert ready is not None
    assert ready.workshop == "One"
    assert ready.students.startswith("workshops/one/index.html#class=")
    fragment, _, payload = ready.teacher.partition("&owner=")
    assert fragment == f"class.html?workshop=one#{ready.students.partition('#')[2]}"
    assert "owner" not in ready.students
    link, owner = read_link(fragment.partition("#class=")[2]), read_owner(payload)
    assert link is not None
    assert owner is not None
    assert owner.founding.class_id == link.id
    assert not ready.is_instead
    assert ready_class(tmp_path, tmp_path / "cache") == ready
    assert (tmp_path / "cache" / "class").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("kept", ["the version before", "cut short", "another's owner", "not text"])
def test_a_class_that_cannot_go_on_is_replaced_and_that_is_said(tmp_path: Path, kept: str) -> None:
    path = tmp_path / "cache" / "class"
    first, other = kept_class(path), kept_class(tmp_path / "other")
    texts = {
        "the version before": "AAECAwQFBgcICQoLDA0OD6P_\n",
        "cut short": path.read_text()[:-8],
        "another's owner": f"{first.link.code}\n{other.owner.payload.reveal().decode()}\n",
        "not text": "\xff",
    }
    path.write_bytes(texts[kept].encode("latin-1"))
    path.chmod(0o644)
    made = kept_class(path)
    assert made.is_instead
    assert made.link.id not in (first.link.id, other.link.id)
    assert made.owner.founding.class_id == made.link.id
    assert path.stat().st_mode & 0o077 == 0
    again = kept_class(path)
    assert not again.is_instead
    assert again.link == made.link
    assert again.owner.payload.reveal() == made.owner.payload.reveal()


def test_a_class_is_ready_also_where_nothing_can_be_kept_and_none_where_there_is_no_workshop(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert len(kept_class(tmp_path / "file" / "class").link.code) == 46
    assert ready_class(tmp_path, tmp_path) is None
    for text in ('{"workshops": []}', "{", "[]", '{"workshops": 1}'):
        (tmp_path / "workshops.json").write_text(text)
        assert ready_class(tmp_path, tmp_path) is None


def test_the_server_names_itself_where_the_built_site_names_nobody(client: TestClient, site: Path) -> None:
    assert client.get("/peerbook.json").status_code == 404
    (site / "peerbook.json").write_text('{"signaling": "", "more": 1}')
    answer = client.get("/peerbook.json", headers={"if-none-match": '"old"'})
    assert answer.json() == {"signaling": "signal", "more": 1}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-policy"] == "strict"
    assert client.head("/peerbook.json").status_code == 200
    with TestClient(create_app(site, version="1", prefix="/py")) as below:
        assert below.get("/py/peerbook.json").json()["signaling"] == "signal"


@pytest.mark.parametrize("text", ['{"signaling": "https://other.example/signal"}', '{"signaling": 7}', "{", "[]"])
def test_what_somebody_wrote_into_peerbook_json_is_served_as_it_is(client: TestClient, site: Path, text: str) -> None:
    (site / "peerbook.json").write_text(text)
    assert client.get("/peerbook.json").text == text
