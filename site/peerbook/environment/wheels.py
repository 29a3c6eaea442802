"""What a wheel says of itself: its metadata, what can be imported, whether it holds compiled code. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from typing import Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename
from packaging.version import Version

from peerbook.environment.target import Target

Kind = Literal["pure", "compiled", "shared_library"]

SHARED_OBJECT = re.compile(r"\.so(\.\d+)*$")
MODULE_SUFFIX = re.compile(r"(\.[^.]*(?:emscripten|abi3|cpython)[^.]*)?\.(py|so)$")


@dataclass(frozen=True)
class WheelName:
    """A wheel's file name, read."""

    project: str
    version: Version
    rank: int | None
    """How well its tags fit the target, 0 is best; None when they do not."""
    pure: bool
    """Promised for any platform."""
    platforms: tuple[str, ...]


def read_name(file_name: str, target: Target) -> WheelName | None:
    """Read a wheel's file name; None for what is no wheel (a source archive, an egg)."""
    try:
        project, version, _, tags = parse_wheel_filename(file_name)
    except (InvalidWheelFilename, ValueError):
        return None
    ranks = [target.tags[tag] for tag in tags if tag in target.tags]
    platforms = tuple(sorted({tag.platform for tag in tags}))
    return WheelName(project, version, min(ranks, default=None), platforms == ("any",), platforms)


@dataclass(frozen=True)
class Metadata:
    """The parts of core metadata that choosing needs."""

    requires: tuple[Requirement, ...]
    requires_python: str | None


def read_metadata(content: bytes) -> Metadata:
    """Read core metadata. A requirement that is no PEP 508 (old uploads have them) raises ValueError."""
    headers = BytesHeaderParser().parsebytes(content)
    try:
        requires = tuple(Requirement(str(line)) for line in headers.get_all("Requires-Dist") or [])
    except InvalidRequirement as error:
        raise ValueError(f"its metadata cannot be read: {error}") from error
    python = headers.get("Requires-Python")
    return Metadata(requires, str(python) if python else None)


def metadata_of(wheel: bytes) -> bytes:
    """The METADATA file inside of a wheel. Raises ValueError when it is no wheel."""
    try:
        with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
            for name in archive.namelist():
                if name.count("/") == 1 and name.endswith(".dist-info/METADATA"):
                    return archive.read(name)
    except zipfile.BadZipFile as error:
        raise ValueError("it is no zip file") from error
    raise ValueError("it has no METADATA")


def inspect_wheel(members: list[str]) -> tuple[tuple[str, ...], Kind]:
    """Top-level import names and kind, from the names of a wheel's members."""
    imports: set[str] = set()
    kind: Kind = "pure"
    for member in members:
        if SHARED_OBJECT.search(member):
            kind = "compiled"
        place = installed_path(member)
        if place is None or ".dist-info/" in place:
            continue
        top, _, rest = place.partition("/")
        if rest:
            if top.isidentifier() and MODULE_SUFFIX.search(place):
                imports.add(top)
        elif match := MODULE_SUFFIX.search(top):
            module = top[: match.start()]
            if module.isidentifier():
                imports.add(module)
    return tuple(sorted(imports)), kind


def installed_path(member: str) -> str | None:
    """Where a wheel's member goes inside of site-packages; None for what is not installed there.

    `<name>.data/purelib` and `platlib` are merged in. Scripts, headers and files for the prefix (manual pages) are left
    out: a notebook in a browser can run or read none of them.
    """
    if member.endswith("/"):
        return None
    top, _, rest = member.partition("/")
    if not top.endswith(".data"):
        return member
    scheme, _, inner = rest.partition("/")
    return inner if scheme in ("purelib", "platlib") and inner else None


def normalise(name: str) -> str:
    """A project's name as indexes compare it."""
    return str(canonicalize_name(name))
