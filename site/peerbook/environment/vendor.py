"""Puts Python and its packages into a site: Pyodide's core, the compiled archives, wheels of compiled packages.

How a browser uses the record (`catalogue.ts`, `IEnvironment`):

1. `loadPyodide({indexURL: <pyodideUrl>, stdLibURL: <standardLibrary.url>, ...})`, all addresses made absolute by the
   page first, since a worker's own address is elsewhere. With `compiledLockUrl` null, give
   `lockFileContents: {info: lockInfo, packages: {}}`. Else give `lockFileURL: <compiledLockUrl, absolute>`: Pyodide
   then takes the folder of that file for `packageBaseUrl`, and the wheels' `file_name`s in it are relative to it
   (`static/environment/`), so the site works under any path. With `lockFileContents` in its place, `packageBaseUrl`
   has to be given, absolute, too: `new URL(file_name, packageBaseUrl)` is all that Pyodide 314 does.
2. each of `archives`: undo gzip, write the members of the zip into `/lib/python3.14/site-packages`, the base first.
3. `loadPackage(compiled)` when there are any; before the first import that wants them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from peerbook.environment.building import build_base, build_library, build_packages
from peerbook.environment.cache import sha256_of, write_whole
from peerbook.environment.context import Context
from peerbook.environment.errors import BASE, Blame, PackageUnavailable
from peerbook.environment.fetching import fetch
from peerbook.environment.lock import Lock, LockedPackage, fingerprint
from peerbook.environment.locking import blame_of, ensure_lock, read_base
from peerbook.environment.node import read_warm
from peerbook.environment.record import ArchiveRecord, EnvironmentRecord, PackageRecord
from peerbook.errors import PeerbookError
from peerbook.workshop import Workshop

CORE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm")
FOLDER = "static/environment"
TERMINAL_ONLY = ("prompt-toolkit",)
"""IPython names it among its needs and asks for it in a terminal alone: its files stay out of the site."""
HASH_DIGITS = 12
"""Of a hash in a file name: enough to tell any two builds apart, short enough to read."""


@dataclass(frozen=True)
class VendoredSite:
    """What was put into a site."""

    base: EnvironmentRecord
    """For notebooks outside of any workshop."""
    workshops: Mapping[str, EnvironmentRecord]
    """By slug; without those left out."""
    left_out: Mapping[str, PackageUnavailable]
    """Optional workshops that cannot be had here, with the reason."""
    files: tuple[str, ...] = field(repr=False)
    """Every file of Python's in the site, relative to its root, sorted."""
    bytes: int
    """Their sizes, added up."""


def vendor_site(workshops: Sequence[Workshop], *, site: Path, context: Context, frozen: bool = False) -> VendoredSite:
    """Lock where needed, fetch, compile and put everything into the folder ``site``.

    What is there already is left alone, so a second call does nothing. ``frozen``: a lock that does not agree with its
    `workshop.toml` is an error. Raises PackageUnavailable for a workshop that is not optional; for an optional one it
    is returned in `left_out`.
    """
    base = read_base(context)
    locks: dict[str, Lock] = {}
    left_out: dict[str, PackageUnavailable] = {}
    for workshop in workshops:  # What cannot be had is known before anything is compiled.
        try:
            locks[workshop.slug] = ensure_lock(workshop, context=context, frozen=frozen, base=base)
            fetch(locks[workshop.slug].packages, context, blame_of(workshop))
        except PackageUnavailable as reason:
            if not workshop.optional:
                raise
            locks.pop(workshop.slug, None)
            left_out[workshop.slug] = reason
    vendor = _Vendor(site, context, base)
    base_record = vendor.environment(None, BASE)
    records = {
        workshop.slug: vendor.environment(locks[workshop.slug], blame_of(workshop))
        for workshop in workshops
        if workshop.slug in locks
    }
    files = tuple(sorted(vendor.placed))
    return VendoredSite(base_record, records, left_out, files, sum((site / name).stat().st_size for name in files))


def vendor_lock(lock: Lock | None, *, site: Path, context: Context, blame: Blame = BASE) -> EnvironmentRecord:
    """Put one environment into ``site``: the base, and the packages of ``lock`` when there is one."""
    return _Vendor(site, context, read_base(context)).environment(lock, blame)


class _Vendor:
    """Places files in one site; the parts that environments share are made once."""

    def __init__(self, site: Path, context: Context, base: Lock) -> None:
        self._site, self._context, self._base = site, context, base
        self.placed: set[str] = set()
        version = context.distribution.target.pyodide
        self._pyodide_url = f"static/pyodide/{version}/"
        self._core = [self._place(f"{self._pyodide_url}{name}", self._read_core(name)) for name in CORE]
        warm = read_warm(context)
        self._library = self._archive("standard-library", build_library(context, warm))
        files = fetch(base.packages, context, BASE)
        wheels = [files[package.name] for package in base.packages]
        self._archives = [self._archive("python", build_base(context, BASE.asker, wheels, warm))]

    def environment(self, lock: Lock | None, blame: Blame) -> EnvironmentRecord:
        """The record of the base and ``lock``, its files placed."""
        packages = lock.packages if lock else ()
        files = fetch(packages, self._context, blame)
        pure = [package for package in packages if package.kind == "pure"]
        other = [package for package in packages if package.kind != "pure"]
        archives = list(self._archives)
        if pure:
            words = f"packages for {blame.asker}"
            path = build_packages(self._context, words, [files[package.name] for package in pure])
            archives.append(self._archive("packages", path))
        wheels = {package.name: self._wheel(package, files[package.name]) for package in other}
        compiled_lock = self._compiled_lock(other, wheels) if other else None
        fetched = [*self._core, self._library, *archives, *wheels.values(), *([compiled_lock] if compiled_lock else [])]
        return EnvironmentRecord(
            fingerprint=fingerprint(self._base, lock),
            pyodideUrl=self._pyodide_url,
            pyodideVersion=self._context.distribution.target.pyodide,
            lockInfo=self._context.distribution.info,
            standardLibrary=self._library,
            core=list(self._core),
            archives=archives,
            compiledLockUrl=compiled_lock["url"] if compiled_lock else None,
            compiled=[package.name for package in other if package.kind == "compiled"],
            packages=_listed([*self._base.packages, *packages]),
            bytes=sum(file["bytes"] for file in fetched),
        )

    def _archive(self, name: str, path: Path) -> ArchiveRecord:
        content = path.read_bytes()
        return self._place(f"{FOLDER}/{name}-{sha256_of(content)[:HASH_DIGITS]}.bin", content)

    def _wheel(self, package: LockedPackage, path: Path) -> ArchiveRecord:
        """A compiled wheel as it is, in a folder named by its hash: Pyodide reads the wheel's own name."""
        return self._place(f"{FOLDER}/{package.sha256[:HASH_DIGITS]}/{package.file}", path.read_bytes())

    def _compiled_lock(self, packages: Sequence[LockedPackage], wheels: Mapping[str, ArchiveRecord]) -> ArchiveRecord:
        """A `pyodide-lock.json` of the compiled packages only; what else they depend on is in the archives already."""
        entries = {
            package.name: {
                "depends": [name for name in package.depends if name in wheels],
                "file_name": wheels[package.name]["url"].removeprefix(f"{FOLDER}/"),
                "imports": list(package.imports),
                "install_dir": "dynlib" if package.kind == "shared_library" else "site",
                "name": package.name,
                "package_type": "shared_library" if package.kind == "shared_library" else "package",
                "sha256": package.sha256,
                "unvendored_tests": False,
                "version": package.version,
            }
            for package in packages
        }
        record = {"info": self._context.distribution.info, "packages": entries}
        content = (json.dumps(record, indent=1, sort_keys=True) + "\n").encode()
        return self._place(f"{FOLDER}/compiled-{sha256_of(content)[:HASH_DIGITS]}.json", content)

    def _place(self, url: str, content: bytes) -> ArchiveRecord:
        """Write a file of the site unless it is there already."""
        path = self._site / url
        sha256 = sha256_of(content)
        if not (path.is_file() and path.stat().st_size == len(content) and sha256_of(path.read_bytes()) == sha256):
            write_whole(path, content)
        self.placed.add(url)
        return ArchiveRecord(url=url, bytes=len(content), sha256=sha256)

    def _read_core(self, name: str) -> bytes:
        path = self._context.pyodide / name
        try:
            return path.read_bytes()
        except OSError as error:
            raise PeerbookError(
                f"Pyodide's core cannot be read: {error.strerror}",
                where=str(path),
                remedy="Install the extension's npm packages again (npm ci in site/extension).",
            ) from error


def _listed(packages: Sequence[LockedPackage]) -> list[PackageRecord]:
    usable = (package for package in packages if package.imports and package.name not in TERMINAL_ONLY)
    shown = sorted(usable, key=lambda package: package.name)
    return [PackageRecord(name=one.name, version=one.version, imports=list(one.imports)) for one in shown]
