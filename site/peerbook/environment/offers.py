"""All that can be had under one name: the index's wheels that fit, Pyodide's own build, the kernel's, the base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.version import InvalidVersion, Version

from peerbook.environment.distribution import Distribution, DistributionPackage
from peerbook.environment.index import Index, IndexFile
from peerbook.environment.lock import LockedPackage, Source
from peerbook.environment.target import Target
from peerbook.environment.wheels import Metadata, WheelName, metadata_of, read_metadata, read_name

SOURCE_ENDINGS = (".tar.gz", ".zip", ".tar.bz2", ".tgz")


@dataclass(frozen=True)
class Candidate:
    """One version of a package from one place."""

    name: str
    version: Version
    file_name: str
    source: Source | Literal["base"]
    origin: IndexFile | DistributionPackage | Path | LockedPackage
    extras: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


@dataclass(frozen=True)
class Offer:
    """The candidates for one name, best first, and what else was seen there, for the words when none will do."""

    name: str
    known: bool
    """False: neither the index nor Pyodide's distribution has a project of this name."""
    candidates: tuple[Candidate, ...]
    sources_only: bool = False
    """There are files, none of them a wheel."""
    platforms: tuple[str, ...] = ()
    """Platforms of the newest version's wheels, when nothing fits."""
    newest_pythons: tuple[str, ...] = ()
    """`Requires-Python` of wheels that fit but for the version of Python."""
    built: Version | None = None
    """The version in Pyodide's distribution, which is tried together with the rest of it there."""


class Offers:
    """Finds offers and remembers them for one resolution."""

    def __init__(
        self,
        index: Index,
        distribution: Distribution,
        *,
        kernel: Mapping[str, Path],
        base: Mapping[str, LockedPackage],
    ) -> None:
        """``kernel``: the kernel's own wheels by name. ``base``: packages that are settled already, by name."""
        self._index, self._distribution = index, distribution
        self._kernel, self._base = kernel, base
        self._offers: dict[str, Offer] = {}
        self._metadata: dict[str, Metadata] = {}

    def offer(self, name: str) -> Offer:
        """Everything under ``name`` (normalised)."""
        if name not in self._offers:
            self._offers[name] = self._find(name)
        return self._offers[name]

    def metadata(self, candidate: Candidate) -> Metadata:
        """What ``candidate`` needs. Raises ValueError when that cannot be read."""
        if candidate.file_name not in self._metadata:
            self._metadata[candidate.file_name] = self._read(candidate)
        return self._metadata[candidate.file_name]

    def _find(self, name: str) -> Offer:
        if name in self._base:
            locked = self._base[name]
            settled = Candidate(name, Version(locked.version), locked.file, "base", locked)
            return Offer(name, known=True, candidates=(settled,))
        if name in self._kernel:
            return Offer(name, known=True, candidates=(self._kernel_candidate(name),))
        files = self._index.files(name)
        built = self._distribution.packages.get(name)
        return choose(name, files, built, self._distribution.target)

    def _kernel_candidate(self, name: str) -> Candidate:
        path = self._kernel[name]
        wheel = read_name(path.name, self._distribution.target)
        if wheel is None:
            raise ValueError(f"{path.name} is no wheel")
        return Candidate(name, wheel.version, path.name, "kernel", path)

    def _read(self, candidate: Candidate) -> Metadata:
        origin = candidate.origin
        if isinstance(origin, IndexFile):
            return read_metadata(self._index.metadata(origin))
        if isinstance(origin, Path):
            return read_metadata(metadata_of(origin.read_bytes()))
        if isinstance(origin, DistributionPackage):
            return read_metadata(b"".join(b"Requires-Dist: %s\n" % depend.encode() for depend in origin.depends))
        # Settled: what it needs is settled too. Only an extra asks for more, and only the index knows what.
        for file in (candidate.extras and self._index.files(candidate.name)) or ():
            if file.name == candidate.file_name:
                return read_metadata(self._index.metadata(file))
        return Metadata((), None)


def choose(name: str, files: tuple[IndexFile, ...] | None, built: DistributionPackage | None, target: Target) -> Offer:
    """Order what there is: the newest version first; of one version the index's wheel before Pyodide's own build.

    So a pure wheel is preferred where it is as new as what Pyodide's distribution has, and what is only compiled
    there is taken from there, with its exact version. Yanked files do not count.
    """
    wheels = [(file, wheel) for file in files or () if not file.yanked and (wheel := read_name(file.name, target))]
    fitting = [(file, wheel) for file, wheel in wheels if wheel.rank is not None]
    usable = [(file, wheel) for file, wheel in fitting if target.fits_python(file.requires_python)]
    best: dict[Version, tuple[IndexFile, WheelName]] = {}
    for file, wheel in sorted(usable, key=_preference, reverse=True):
        best[wheel.version] = (file, wheel)
    candidates = [Candidate(name, version, file.name, "pypi", file) for version, (file, _) in best.items()]
    if built and built.version not in best:
        candidates.append(Candidate(name, built.version, built.file_name, "pyodide", built))
    candidates.sort(key=lambda candidate: candidate.version, reverse=True)
    if candidates:
        return Offer(name, known=True, candidates=tuple(candidates), built=built.version if built else None)
    newest = max((wheel.version for _, wheel in wheels), default=None)
    return Offer(
        name,
        known=files is not None,
        candidates=(),
        sources_only=not wheels and any(file.name.endswith(SOURCE_ENDINGS) for file in files or ()),
        platforms=tuple(sorted({p for _, wheel in wheels if wheel.version == newest for p in wheel.platforms})),
        newest_pythons=tuple(sorted({file.requires_python for file, _ in fitting if file.requires_python})),
    )


def _preference(found: tuple[IndexFile, WheelName]) -> tuple[bool, int, str]:
    """Pure before compiled, then the tag that fits best, then the name: a total order, so the choice never wavers."""
    file, wheel = found
    return (not wheel.pure, wheel.rank or 0, file.name)


def by_version(preferred: Mapping[str, str]) -> Callable[[Candidate], bool]:
    """A test for the version that a former lock had."""

    def keeps(candidate: Candidate) -> bool:
        try:
            return candidate.name in preferred and candidate.version == Version(preferred[candidate.name])
        except InvalidVersion:
            return False

    return keeps
