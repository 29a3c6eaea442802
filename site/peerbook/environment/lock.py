"""The lock: which packages, which files, with their hashes, as text that is the same on every machine."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from packaging.requirements import InvalidRequirement, Requirement

from peerbook.environment.wheels import Kind, normalise
from peerbook.errors import PeerbookError

FORMAT = 1
LOCK_NAME = "environment.lock"
BASE_LOCK = Path(__file__).with_name("base.lock")
WARM_LIST = Path(__file__).with_name("warm.json")

Source = Literal["pypi", "pyodide", "kernel"]


@dataclass(frozen=True)
class LockedPackage:
    """One package, settled. Says which place has the file, never that place's address."""

    name: str
    version: str
    file: str
    sha256: str
    source: Source
    kind: Kind
    depends: tuple[str, ...]
    """Names of packages of this lock or of the base."""
    imports: tuple[str, ...]
    """Top-level names that can be imported."""


@dataclass(frozen=True)
class Lock:
    """The packages of one environment beyond the base (or the base itself)."""

    pyodide: str
    requirements: tuple[str, ...]
    """What it was made from, normalised and sorted."""
    base: str | None
    """Digest of the base that it stands on; None in the base's own lock."""
    packages: tuple[LockedPackage, ...]
    """Sorted by name."""

    def digest(self) -> str:
        """Hex SHA-256 that changes whenever a package of the lock does."""
        return digest(self.pyodide, self.packages)

    def text(self) -> str:
        """The file's content: sorted keys, a newline at the end."""
        record = {
            "format": FORMAT,
            "pyodide": self.pyodide,
            "base": self.base,
            "requirements": list(self.requirements),
            "packages": [asdict(package) for package in self.packages],
        }
        return json.dumps(record, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def digest(pyodide: str, packages: Iterable[LockedPackage]) -> str:
    """Hash the canonical list of packages: version of Pyodide, then name, version, file and hash of each, by name."""
    rows = sorted([package.name, package.version, package.file, package.sha256] for package in packages)
    canonical = json.dumps([pyodide, rows], separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def fingerprint(base: Lock, workshop: Lock | None) -> str:
    """64 hex digits that two people compare: equal when and only when they run on the same packages."""
    return digest(base.pyodide, (*base.packages, *(workshop.packages if workshop else ())))


def canonical_requirements(requirements: Iterable[str]) -> tuple[str, ...]:
    """Requirements as they are compared: normalised names, one spelling, sorted. Raises ValueError naming a bad one."""
    seen = set()
    for text in requirements:
        try:
            requirement = Requirement(text)
        except InvalidRequirement as error:
            raise ValueError(f"{text!r} is no requirement: {str(error).splitlines()[0]}") from error
        if requirement.url:
            raise ValueError(f"{text!r} gives an address; only names and versions can be locked")
        requirement.name = normalise(requirement.name)
        seen.add(str(requirement))
    return tuple(sorted(seen))


def read_lock(path: Path) -> Lock | None:
    """Read a lock; None when there is no such file. Raises PeerbookError when it is damaged."""
    try:
        record = json.loads(path.read_text("utf-8"))
        if record["format"] != FORMAT:
            raise ValueError(f"its format is {record['format']}, this Peerbook reads {FORMAT}")
        return Lock(
            pyodide=record["pyodide"],
            requirements=tuple(record["requirements"]),
            base=record["base"],
            packages=tuple(_package(entry) for entry in record["packages"]),
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PeerbookError(
            f"the lock of packages cannot be read: {error}",
            where=str(path),
            remedy="Delete it and build again, or take it back from version control.",
        ) from error


def _package(entry: dict[str, Any]) -> LockedPackage:
    fields = dict(entry, depends=tuple(entry["depends"]), imports=tuple(entry["imports"]))
    package = LockedPackage(**fields)
    if package.source not in get_args(Source) or package.kind not in get_args(Kind):
        raise ValueError(f"{package.name} has an unknown source or kind")
    if len(package.sha256) != 64 or "/" in package.file or "\\" in package.file:
        raise ValueError(f"{package.name} has an impossible file or hash")
    return package
