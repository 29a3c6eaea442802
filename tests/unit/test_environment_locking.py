"""The lock: the same text from the same input, kept while it holds, made anew in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from peerbook.environment import Context, Lock, ensure_lock, fingerprint, lock_workshop
from peerbook.environment.index import IndexFile
from peerbook.environment.lock import LOCK_NAME, canonical_requirements, read_lock
from peerbook.environment.locking import read_base
from peerbook.errors import PeerbookError
from peerbook.progress import Silent
from tests.unit.environment_kit import Shelf, a_context, a_workshop_of, wheel


class Ears(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    def say(self, words: str) -> None:
        self.heard.append(words)


class NoNetwork:
    """An index that must not be asked."""

    def files(self, project: str) -> tuple[IndexFile, ...] | None:
        raise AssertionError(f"asked for {project}")

    def metadata(self, file: IndexFile) -> bytes:
        raise AssertionError(f"asked for {file.name}")

    def download(self, file: IndexFile) -> bytes:
        raise AssertionError(f"asked for {file.name}")


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    shelf = Shelf(tmp_path / "shelf")
    shelf.add("loop", "1.0", requires=["knot", "pygments"])
    shelf.add("knot", "1.0")
    return shelf


def context_of(folder: Path, shelf: Shelf) -> Context:
    return a_context(folder, shelf, base=[wheel("pygments", "2.21")])


def test_the_same_input_gives_the_same_bytes_on_another_machine(tmp_path: Path, shelf: Shelf) -> None:
    texts = []
    for machine in ("one", "another"):
        workshop = a_workshop_of(tmp_path / machine, "loop", "knot >= 1")
        lock_workshop(workshop, context=context_of(tmp_path / machine, shelf))
        texts.append((workshop.folder / LOCK_NAME).read_bytes())

    assert texts[0] == texts[1]
    assert texts[0].endswith(b"}\n")


def test_a_lock_names_files_and_hashes_but_no_address(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    lock = lock_workshop(workshop, context=context_of(tmp_path, shelf))

    assert [(p.name, p.version, p.source, p.kind, p.depends, p.imports) for p in lock.packages] == [
        ("knot", "1.0", "pypi", "pure", (), ("knot",)),
        ("loop", "1.0", "pypi", "pure", ("knot", "pygments"), ("loop",)),
    ]
    text = (workshop.folder / LOCK_NAME).read_text()
    assert "://" not in text
    assert str(tmp_path) not in text
    assert read_lock(workshop.folder / LOCK_NAME) == lock


def test_a_lock_that_holds_is_used_without_asking_the_network(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    made = lock_workshop(workshop, context=context_of(tmp_path, shelf))
    context = context_of(tmp_path, shelf)
    context.given_index = NoNetwork()

    assert ensure_lock(workshop, context=context, frozen=True) == made


def test_changed_packages_are_locked_anew_and_said(tmp_path: Path, shelf: Shelf) -> None:
    lock_workshop(a_workshop_of(tmp_path, "loop"), context=context_of(tmp_path, shelf))
    context = context_of(tmp_path, shelf)
    context.progress = ears = Ears()

    lock = ensure_lock(a_workshop_of(tmp_path, "knot"), context=context)
    assert [package.name for package in lock.packages] == ["knot"]
    assert "other packages than workshop.toml has now (+ knot, - loop)" in ears.heard[0]


def test_frozen_a_lock_that_does_not_agree_is_an_error_and_stays_as_it_is(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    lock_workshop(workshop, context=context_of(tmp_path, shelf))
    before = (workshop.folder / LOCK_NAME).read_bytes()

    with pytest.raises(PeerbookError, match=r"\+ knot") as raised:
        ensure_lock(replace(workshop, packages=("loop", "knot")), context=context_of(tmp_path, shelf), frozen=True)
    assert raised.value.remedy == "Make it anew and commit it: python3 build.py lock"
    assert (workshop.folder / LOCK_NAME).read_bytes() == before


def test_frozen_a_missing_lock_is_an_error(tmp_path: Path, shelf: Shelf) -> None:
    with pytest.raises(PeerbookError, match="there is no lock of the packages yet"):
        ensure_lock(a_workshop_of(tmp_path, "loop"), context=context_of(tmp_path, shelf), frozen=True)


def test_another_base_makes_a_lock_stale(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    lock_workshop(workshop, context=context_of(tmp_path, shelf))
    newer = a_context(tmp_path, shelf, base=[wheel("pygments", "2.22")])

    with pytest.raises(PeerbookError, match="made on another base environment"):
        ensure_lock(workshop, context=newer, frozen=True)


def test_newer_versions_come_only_with_an_upgrade(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    lock_workshop(workshop, context=context_of(tmp_path, shelf))
    shelf.add("knot", "2.0")

    def versions(lock: Lock) -> list[str]:
        return [package.version for package in lock.packages]

    assert versions(lock_workshop(workshop, context=context_of(tmp_path, shelf))) == ["1.0", "1.0"]
    assert versions(lock_workshop(workshop, context=context_of(tmp_path, shelf), upgrade=True)) == ["2.0", "1.0"]


def test_a_workshop_without_packages_has_no_lock_and_an_old_one_goes(tmp_path: Path, shelf: Shelf) -> None:
    bare = a_workshop_of(tmp_path)
    assert ensure_lock(bare, context=context_of(tmp_path, shelf), frozen=True).packages == ()

    lock_workshop(a_workshop_of(tmp_path, "loop"), context=context_of(tmp_path, shelf))
    assert ensure_lock(bare, context=context_of(tmp_path, shelf)).packages == ()
    assert not (bare.folder / LOCK_NAME).exists()


def test_the_fingerprint_is_of_what_is_installed_not_of_what_was_asked(tmp_path: Path, shelf: Shelf) -> None:
    context = context_of(tmp_path, shelf)
    base = read_base(context)
    one = lock_workshop(a_workshop_of(tmp_path, "loop", slug="one"), context=context)
    two = lock_workshop(a_workshop_of(tmp_path, "knot", "loop>=1", slug="two"), context=context)

    assert fingerprint(base, one) == fingerprint(base, two)
    assert fingerprint(base, one) != fingerprint(base, None)
    assert len(fingerprint(base, one)) == 64


def test_a_damaged_lock_is_named(tmp_path: Path, shelf: Shelf) -> None:
    workshop = a_workshop_of(tmp_path, "loop")
    (workshop.folder / LOCK_NAME).write_text('{"format": 1, "pyodide": ')

    with pytest.raises(PeerbookError, match="the lock of packages cannot be read") as raised:
        ensure_lock(workshop, context=context_of(tmp_path, shelf))
    assert raised.value.where == str(workshop.folder / LOCK_NAME)


@pytest.mark.parametrize("bad", ["two words", "loop @ https://example.test/loop.whl", "==1.0"])
def test_what_is_no_requirement_names_the_field(tmp_path: Path, shelf: Shelf, bad: str) -> None:
    with pytest.raises(PeerbookError) as raised:
        ensure_lock(a_workshop_of(tmp_path, bad), context=context_of(tmp_path, shelf))
    assert raised.value.where.endswith("workshop.toml: field 'packages' of [environment]")


def test_one_requirement_has_one_spelling() -> None:
    assert canonical_requirements(["My_Loop >=1, <2", "my-loop<2,>=1"]) == ("my-loop<2,>=1",)


def test_a_fingerprint_changes_with_a_file_of_the_same_name_and_version(tmp_path: Path, shelf: Shelf) -> None:
    lock = lock_workshop(a_workshop_of(tmp_path, "knot"), context=context_of(tmp_path, shelf))
    rebuilt = replace(lock, packages=(replace(lock.packages[0], sha256="0" * 64),))

    assert lock.digest() != rebuilt.digest()
    assert lock.digest() != replace(lock, pyodide="315.0.0").digest()
