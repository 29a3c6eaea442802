"""Reading package indexes and pip's settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from peerbook.environment.cache import Store
from peerbook.environment.index import parse_page
from peerbook.environment.mirror import Mirror
from peerbook.environment.registry import IndexUnreachableError, Registry, read_settings
from peerbook.environment.transport import Answer, NotThereError, UnreachableError, Web
from peerbook.environment.wheels import inspect_wheel, installed_path
from tests.unit.environment_kit import Shelf, wheel

HTML = b"""<!DOCTYPE html><html><body>
<a href="../../files/loop-1.0-py3-none-any.whl#sha256=aa" data-requires-python="&gt;=3.10"
 data-core-metadata="sha256=bb">loop</a>
<a href="../../files/loop-0.9+local.1-py3-none-any.whl" data-yanked="broken">loop</a>
</body></html>"""

JSON = b"""{"meta": {"api-version": "1.1"}, "name": "loop", "files": [
 {"filename": "loop-1.0-py3-none-any.whl", "url": "../../files/loop-1.0-py3-none-any.whl", "hashes": {"sha256": "aa"},
  "requires-python": ">=3.10", "core-metadata": {"sha256": "bb"}, "yanked": false},
 {"filename": "loop-0.9+local.1-py3-none-any.whl", "url": "../../files/loop-0.9+local.1-py3-none-any.whl", "hashes": {},
  "yanked": "broken"}]}"""


@pytest.mark.parametrize(("page", "kind"), [(HTML, "text/html"), (JSON, "application/vnd.pypi.simple.v1+json")])
def test_both_formats_of_a_page_say_the_same(page: bytes, kind: str) -> None:
    new, old = parse_page(page, kind, "https://index.test/simple/loop/")

    assert new.url == "https://index.test/files/loop-1.0-py3-none-any.whl"
    assert (new.name, new.sha256, new.requires_python) == ("loop-1.0-py3-none-any.whl", "aa", ">=3.10")
    assert (new.yanked, new.has_metadata) == (False, True)
    assert (old.name, old.sha256, old.yanked, old.has_metadata) == (
        "loop-0.9+local.1-py3-none-any.whl",
        None,
        True,
        False,
    )


def test_the_environment_speaks_louder_than_pips_files() -> None:
    listing = (
        "global.index-url='https://files.test/simple'\n:env:.index-url='https://env.test/simple'\nglobal.cert='/ca'"
    )

    assert read_settings(listing, "https://default.test/simple").index_url == "https://env.test/simple"
    assert read_settings(listing, "https://default.test/simple").certificates == "/ca"
    assert read_settings("", "https://default.test/simple").index_url == "https://default.test/simple"


class Script:
    """A transport that answers from a table and remembers what it was asked."""

    def __init__(self, answers: dict[str, bytes | Exception]) -> None:
        self.answers, self.asked = answers, []  # type: tuple[dict[str, bytes | Exception], list[str]]

    def get(self, url: str, *, accept: str = "*/*", on_bytes: object = None) -> Answer:
        self.asked.append(url)
        answer = self.answers.get(url, NotThereError(url))
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer, "text/html" if url.endswith("/") else "application/octet-stream", url)


def test_metadata_is_read_without_the_wheel_where_the_index_keeps_it_apart(tmp_path: Path) -> None:
    base = "https://index.test/files/loop-1.0-py3-none-any.whl"
    script = Script({"https://index.test/simple/loop/": HTML, f"{base}.metadata": b"Name: loop\n"})
    registry = Registry("https://index.test/simple", script, Store(tmp_path))
    file = (registry.files("loop") or ())[0]

    assert registry.metadata(file) == b"Name: loop\n"
    assert base not in script.asked


def test_metadata_comes_from_the_wheel_where_it_is_not_kept_apart(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.add("loop", "1.0", requires=["knot>=2"])
    registry = shelf.registry(tmp_path / "store")

    assert b"Requires-Dist: knot>=2" in registry.metadata((registry.files("loop") or ())[0])


def test_a_page_is_asked_for_once_and_a_missing_project_is_none(tmp_path: Path) -> None:
    script = Script({"https://index.test/simple/loop/": HTML})
    registry = Registry("https://index.test/simple/", script, Store(tmp_path))

    assert registry.files("loop") is registry.files("loop")
    assert registry.files("knot") is None
    assert script.asked == ["https://index.test/simple/loop/", "https://index.test/simple/knot/"]


def test_a_wheel_with_another_hash_than_the_index_lists_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "shelf")
    shelf.add("loop", "1.0")
    (tmp_path / "shelf" / "files" / "loop-1.0-py3-none-any.whl").write_bytes(wheel("loop", "1.0", requires=["evil"]))
    registry = shelf.registry(tmp_path / "store")

    with pytest.raises(IndexUnreachableError, match="is not the file that the index lists"):
        registry.download((registry.files("loop") or ())[0])


def test_an_index_that_does_not_answer_is_named_in_words(tmp_path: Path) -> None:
    script = Script({"https://index.test/simple/loop/": UnreachableError("index.test: no route to host")})

    with pytest.raises(IndexUnreachableError, match=r"could not be read: index\.test: no route"):
        Registry("https://index.test/simple", script, Store(tmp_path)).files("loop")


def test_a_dead_address_is_tried_four_times_with_longer_pauses() -> None:
    pauses: list[float] = []

    with pytest.raises(UnreachableError):
        Web(timeout=1, sleep=pauses.append).get("http://127.0.0.1:1/nothing")
    assert pauses == [0.5, 1.0, 2.0]


def test_what_a_wheel_installs_and_what_can_be_imported() -> None:
    members = [
        "loop/__init__.py",
        "loop/data.csv",
        "_knot.cpython-314-wasm32-emscripten.so",
        "one.py",
        "docs/readme.txt",
    ]
    members += ["loop-1.0.data/purelib/two/__init__.py", "loop-1.0.data/scripts/loop", "loop-1.0.dist-info/METADATA"]

    assert inspect_wheel(members) == (("_knot", "loop", "one", "two"), "compiled")
    assert inspect_wheel(["loop/__init__.py"]) == (("loop",), "pure")
    assert installed_path("loop-1.0.data/scripts/loop") is None
    assert installed_path("loop-1.0.data/platlib/two.py") == "two.py"


def test_a_mirror_that_is_away_is_not_waited_for_again() -> None:
    script = Script({"https://mirror.test/314.0.6/one.whl": UnreachableError("mirror.test: no route to host")})
    mirror = Mirror("https://mirror.test/{version}", "314.0.6", script)

    for name in ("one.whl", "two.whl"):
        with pytest.raises(UnreachableError, match="no route to host"):
            mirror.get(name)
    assert script.asked == ["https://mirror.test/314.0.6/one.whl"]
