"""Files of an environment in a site: compiled by Pyodide under Node, verified, the same bytes each time."""

from __future__ import annotations

import gzip
import io
import json
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from peerbook.environment import Context, PackageUnavailable, lock_workshop, vendor_site
from peerbook.environment.archive import plan_packages
from peerbook.environment.building import build_packages
from peerbook.environment.cache import Store, sha256_of, write_whole
from peerbook.environment.errors import Blame
from peerbook.environment.fetching import fetch
from peerbook.errors import PeerbookError
from tests.unit.environment_kit import PLATFORM, Shelf, a_context, a_workshop_of, built, wheel

BLAME = Blame("content/loops/workshop.toml", "workshop 'loops'")
NATIVE = wheel(
    "native", "1.0", files={"native/__init__.py": "", "native/core.cpython-314-wasm32-emscripten.so": "\0asm"}
)
LIBRARY = b"PK a shared library"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "shelf")
    shelf.add("loop", "1.0", files={"loop/__init__.py": "x = 1\n", "loop/names.csv": "Ada\n"})
    return shelf


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / f"native-1.0-{PLATFORM}.whl").write_bytes(NATIVE)
    (folder / "libnative-2.0.zip").write_bytes(LIBRARY)
    return folder


DISTRIBUTION = [
    built("native", "1.0", NATIVE, depends=["libnative", "loop"]),
    built("libnative", "2.0", LIBRARY, kind="shared_library"),
]


def context_of(
    folder: Path, shelf: Shelf, mirror: Path | str, packages: Iterable[dict[str, Any]] = DISTRIBUTION
) -> Context:
    return a_context(folder, shelf, packages=packages, base=[wheel("kernel", "1.0")], mirror=str(mirror))


def test_a_site_gets_core_library_archives_and_compiled_wheels(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    site = tmp_path / "dist"
    context = context_of(tmp_path, shelf, mirror)
    made = vendor_site([a_workshop_of(tmp_path, "native")], site=site, context=context)
    record = made.workshops["loops"]

    for file in [*record["core"], record["standardLibrary"], *record["archives"]]:
        content = (site / file["url"]).read_bytes()
        assert (len(content), sha256_of(content)) == (file["bytes"], file["sha256"])
    assert [len(made.base["archives"]), len(record["archives"])] == [1, 2]
    assert (made.base["compiled"], made.base["compiledLockUrl"]) == ([], None)
    assert record["compiled"] == ["native"]
    assert {package["name"] for package in record["packages"]} == {"kernel", "libnative", "loop", "native"}
    assert made.base["fingerprint"] != record["fingerprint"]
    assert sorted(made.files) == sorted(p.relative_to(site).as_posix() for p in site.rglob("*") if p.is_file())
    assert made.bytes == sum(p.stat().st_size for p in site.rglob("*") if p.is_file())
    assert record["bytes"] == made.bytes

    packed = (site / record["archives"][1]["url"]).read_bytes()
    with zipfile.ZipFile(io.BytesIO(gzip.decompress(packed))) as archive:
        assert sorted(archive.namelist()) == ["loop-1.0.dist-info/METADATA", "loop/__init__.pyc", "loop/names.csv"]

    lock_path = site / str(record["compiledLockUrl"])
    lock = json.loads(lock_path.read_text())
    assert lock["info"] == record["lockInfo"]
    assert lock["packages"]["native"]["depends"] == ["libnative"]
    assert lock["packages"]["libnative"]["install_dir"] == "dynlib"
    for entry in lock["packages"].values():
        assert sha256_of((lock_path.parent / entry["file_name"]).read_bytes()) == entry["sha256"]

    before = {path: path.stat().st_mtime_ns for path in site.rglob("*")}
    vendor_site([a_workshop_of(tmp_path, "native")], site=site, context=context)
    assert {path: path.stat().st_mtime_ns for path in site.rglob("*")} == before


def test_two_workshops_with_the_same_packages_share_one_archive(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    workshops = [a_workshop_of(tmp_path, "loop", slug=slug) for slug in ("one", "two")]
    made = vendor_site(workshops, site=tmp_path / "dist", context=context_of(tmp_path, shelf, mirror))

    assert made.workshops["one"] == made.workshops["two"]


def test_archives_are_the_same_bytes_each_time(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    source = tmp_path / "loop.whl"
    source.write_bytes(
        wheel("loop", "1.0", files={"loop/__init__.py": "A = {'a', 'b'}\ndef f(x): return x in {1, 'c'}\n"})
    )
    texts = []
    for machine in ("one", "another"):
        context = context_of(tmp_path / machine, shelf, mirror)
        context.cache = tmp_path / machine / "cache"
        texts.append(build_packages(context, "packages", [source]).read_bytes())

    assert texts[0] == texts[1]


def test_an_optional_workshop_is_left_out_in_words_when_the_mirror_is_away(tmp_path: Path, shelf: Shelf) -> None:
    context = context_of(tmp_path, shelf, "http://127.0.0.1:1/pyodide")
    workshops = [a_workshop_of(tmp_path, "native", optional=True), a_workshop_of(tmp_path, "loop", slug="other")]
    made = vendor_site(workshops, site=tmp_path / "dist", context=context)

    assert set(made.workshops) == {"other"}
    words = str(made.left_out["loops"])
    assert "workshop.toml: field 'packages' of [environment]: workshop 'loops':" in words
    assert "is in Pyodide's distribution only, and libnative-2.0.zip could not be had there: 127.0.0.1" in words
    assert "--pyodide-mirror" in words


def test_any_other_workshop_fails_the_build(tmp_path: Path, shelf: Shelf) -> None:
    context = context_of(tmp_path, shelf, tmp_path / "no-mirror")

    with pytest.raises(PackageUnavailable, match=r"libnative-2\.0\.zip could not be had there"):
        vendor_site([a_workshop_of(tmp_path, "native")], site=tmp_path / "dist", context=context)


def test_a_wheel_that_was_changed_on_the_mirror_is_refused(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    (mirror / f"native-1.0-{PLATFORM}.whl").write_bytes(NATIVE + b"evil")
    context = context_of(tmp_path, shelf, mirror)
    lock = lock_workshop(a_workshop_of(tmp_path, "native"), context=context)

    with pytest.raises(PackageUnavailable, match="is not the file that the lock names"):
        fetch(lock.packages, context, BLAME)
    native = next(package for package in lock.packages if package.name == "native")
    assert context.store.find(native.sha256, native.file) is None


def test_a_wheel_that_was_changed_in_the_cache_is_fetched_again(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    context = context_of(tmp_path, shelf, mirror)
    lock = lock_workshop(a_workshop_of(tmp_path, "loop"), context=context)
    kept = fetch(lock.packages, context, BLAME)["loop"]
    good = kept.read_bytes()
    kept.write_bytes(b"evil")

    assert fetch(lock.packages, context, BLAME)["loop"].read_bytes() == good


def test_a_file_that_left_the_index_is_said_with_the_way_out(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    lock = lock_workshop(a_workshop_of(tmp_path, "loop"), context=context_of(tmp_path, shelf, mirror))
    elsewhere = Shelf(tmp_path / "empty")
    elsewhere.add("loop", "2.0")
    context = context_of(tmp_path / "fresh", elsewhere, mirror)

    with pytest.raises(
        PackageUnavailable, match=r"loop-1\.0-py3-none-any\.whl of the lock is not on the package index"
    ):
        fetch(lock.packages, context, BLAME)


def test_without_network_what_is_cached_is_enough(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    context = context_of(tmp_path, shelf, mirror)
    lock = lock_workshop(a_workshop_of(tmp_path, "native"), context=context)
    first = fetch(lock.packages, context, BLAME)
    offline = context_of(tmp_path, Shelf(tmp_path / "nothing"), "http://127.0.0.1:1/")

    assert fetch(lock.packages, offline, BLAME) == first


def test_what_ships_as_source_and_what_as_bytecode() -> None:
    members = ["loop/__init__.py", "loop/rare.py", "loop/words.txt", "loop-1.0.dist-info/RECORD", "a.pth"]
    members += ["jedi/third_party/typeshed/stubs/six/six.pyi", "jedi/third_party/typeshed/stdlib/os.pyi"]
    members += ["prompt_toolkit/__init__.py", "IPython/terminal/ipapp.py"]

    assert [(m.target, m.compiled) for m in plan_packages([members], {"loop/__init__.py"})] == [
        ("loop/rare.py", False),
        ("jedi/third_party/typeshed/stdlib/os.pyi", False),
        ("loop/words.txt", False),
        ("loop/__init__.py", True),
    ]


def test_the_later_wheels_file_stays_where_two_have_one_name() -> None:
    plan = plan_packages([["shared/__init__.py", "a.py"], ["shared/__init__.py"]])

    assert [(member.source, member.target) for member in plan] == [(0, "a.py"), (1, "shared/__init__.py")]


def test_a_store_gives_only_what_matches_its_hash(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="does not have the SHA-256"):
        store.put(sha256_of(b"good"), "a.whl", b"evil")
    path = store.put(sha256_of(b"good"), "a.whl", b"good")

    assert store.find(sha256_of(b"good"), "a.whl") == path
    assert [file.name for file in path.parent.iterdir()] == ["a.whl"]


def test_a_file_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(PeerbookError, match="could not be written"):
        write_whole(tmp_path / "file" / "below", b"x")


def test_node_that_is_not_there_is_said_plainly(tmp_path: Path, shelf: Shelf, mirror: Path) -> None:
    source = tmp_path / "loop.whl"
    source.write_bytes(wheel("loop", "1.0"))
    context = context_of(tmp_path, shelf, mirror)
    context.node = tmp_path / "no-node"

    with pytest.raises(PeerbookError, match="compiling packages did not work") as raised:
        build_packages(context, "packages", [source])
    assert "Node 20.19" in raised.value.remedy
