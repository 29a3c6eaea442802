"""Pyodide's own distribution: the packages that its `pyodide-lock.json` lists, with their hashes. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

from peerbook.environment.target import Target, target_of
from peerbook.environment.wheels import Kind, normalise
from peerbook.errors import PeerbookError


@dataclass(frozen=True)
class DistributionPackage:
    """One package that Pyodide's project builds itself."""

    name: str
    version: Version
    file_name: str
    sha256: str
    depends: tuple[str, ...]
    imports: tuple[str, ...]
    kind: Kind


@dataclass(frozen=True)
class Distribution:
    """What Pyodide's lock file says."""

    target: Target
    info: dict[str, str]
    packages: dict[str, DistributionPackage]


def read_distribution(version: str, lock: dict[str, Any]) -> Distribution:
    """Read the lock file of Pyodide ``version``. Its unvendored test packages are left aside."""
    packages = {}
    for entry in lock["packages"].values():
        if entry["name"].endswith("-tests"):
            continue
        name, file_name = normalise(entry["name"]), entry["file_name"]
        kind: Kind = "compiled"
        if entry["package_type"] == "shared_library":
            kind = "shared_library"
        elif file_name.endswith("-none-any.whl"):
            kind = "pure"
        packages[name] = DistributionPackage(
            name=name,
            version=Version(entry["version"]),
            file_name=file_name,
            sha256=entry["sha256"],
            depends=tuple(sorted(normalise(depend) for depend in entry["depends"])),
            imports=tuple(sorted(entry["imports"])),
            kind=kind,
        )
    return Distribution(target_of(version, lock["info"]), dict(lock["info"]), packages)


def load_distribution(pyodide: Path) -> Distribution:
    """Read the npm package `pyodide` in folder ``pyodide``."""
    try:
        version = json.loads((pyodide / "package.json").read_text("utf-8"))["version"]
        return read_distribution(version, json.loads((pyodide / "pyodide-lock.json").read_text("utf-8")))
    except (OSError, ValueError, KeyError) as error:
        raise PeerbookError(
            f"Pyodide could not be read: {error}",
            where=str(pyodide),
            remedy="Install the extension's npm packages again (npm ci in site/extension).",
        ) from error
