"""Making locks and deciding when the committed one holds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

from peerbook.environment.cache import sha256_of, write_whole
from peerbook.environment.context import Context
from peerbook.environment.distribution import DistributionPackage
from peerbook.environment.errors import BASE, BASE_REMEDY, Blame, PackageUnavailable
from peerbook.environment.fetching import fetch
from peerbook.environment.index import IndexFile
from peerbook.environment.lock import (
    LOCK_NAME,
    Lock,
    LockedPackage,
    canonical_requirements,
    read_lock,
)
from peerbook.environment.node import trace_warm
from peerbook.environment.offers import Candidate, Offers
from peerbook.environment.registry import IndexUnreachableError
from peerbook.environment.resolver import Chosen, resolve
from peerbook.environment.wheels import inspect_wheel
from peerbook.errors import PeerbookError
from peerbook.workshop import Workshop

BASE_REQUIREMENTS = ("comm", "ipykernel", "ipython", "jedi", "pyodide-kernel")
"""What the kernel's worker imports (`@jupyterlite/pyodide-kernel`, `initKernel`); all else follows from these."""

REMEDY_DISAGREE = "Make it anew and commit it: python3 build.py lock"


def blame_of(workshop: Workshop) -> Blame:
    """Where a workshop's packages are asked for."""
    where = f"{workshop.folder / 'workshop.toml'}: field 'packages' of [environment]"
    return Blame(where, f"workshop '{workshop.slug}'")


def lock_base(context: Context, *, upgrade: bool = False) -> Lock:
    """Make the lock of the base environment anew and write it, and the list of what a first lesson imports.

    Without ``upgrade``, versions that still fit stay.
    """
    former = None if upgrade else read_lock(context.base_lock)
    lock = _make(BASE_REQUIREMENTS, context, blame=BASE, base=None, former=former)
    files = fetch(lock.packages, context, BASE)
    with context.progress.task("Trying a first lesson"):
        trace_warm(context, list(files.values()))
    write_whole(context.base_lock, lock.text().encode())
    return lock


def read_base(context: Context) -> Lock:
    """The committed base. Raises PeerbookError when it is missing or made for another Pyodide."""
    path = context.base_lock
    lock = read_lock(path)
    version = context.distribution.target.pyodide
    if lock is None or lock.pyodide != version or lock.requirements != canonical_requirements(BASE_REQUIREMENTS):
        made_for = f"was made for Pyodide {lock.pyodide}" if lock else "is missing"
        raise PeerbookError(
            f"the lock of the base environment {made_for}, this is Pyodide {version}",
            where=str(path),
            remedy=BASE_REMEDY,
        )
    return lock


def lock_workshop(workshop: Workshop, *, context: Context, upgrade: bool = False, base: Lock | None = None) -> Lock:
    """Resolve a workshop's packages and write `environment.lock` beside it.

    Without ``upgrade``, versions of the former lock that still fit are kept. A workshop without packages needs no lock;
    one left over is removed. Raises PackageUnavailable.
    """
    path = workshop.folder / LOCK_NAME
    base = base or read_base(context)
    blame = blame_of(workshop)
    requirements = _requirements(workshop)
    former = None if upgrade else read_lock(path)
    if not requirements:
        path.unlink(missing_ok=True)
        return Lock(base.pyodide, (), base.digest(), ())
    try:
        lock = _make(requirements, context, blame=blame, base=base, former=former)
    except IndexUnreachableError as error:
        raise PackageUnavailable(f"{blame.asker}: {error.what}", where=blame.where, remedy=error.remedy) from error
    write_whole(path, lock.text().encode())
    return lock


def lock_packages(requirements: Iterable[str], *, context: Context, blame: Blame, base: Lock) -> Lock:
    """Resolve requirements on top of ``base`` and write nothing."""
    return _make(requirements, context, blame=blame, base=base, former=None)


def ensure_lock(workshop: Workshop, *, context: Context, frozen: bool = False, base: Lock | None = None) -> Lock:
    """The committed lock when it was made from what `workshop.toml` says; else a new one, and a line saying so.

    With ``frozen`` (`check`, CI) a lock that does not agree is an error instead. Asks no network when the lock holds.
    """
    path = workshop.folder / LOCK_NAME
    base = base or read_base(context)
    requirements = _requirements(workshop)
    lock = read_lock(path)
    if lock is None and not requirements:
        return Lock(base.pyodide, (), base.digest(), ())
    stale = _disagreement(lock, requirements, base)
    if lock is not None and stale is None:
        return lock
    if frozen:
        raise PeerbookError(stale or "", where=str(path), remedy=REMEDY_DISAGREE)
    context.progress.say(f"{path}: {stale}. Choosing packages again.")
    return lock_workshop(workshop, context=context, base=base)


def _disagreement(lock: Lock | None, requirements: tuple[str, ...], base: Lock) -> str | None:
    """Why a lock does not hold, in words; None when it does."""
    if lock is None:
        return "there is no lock of the packages yet"
    if lock.requirements != requirements:
        was, wants = set(lock.requirements), set(requirements)
        changes = [f"+ {text}" for text in sorted(wants - was)] + [f"- {text}" for text in sorted(was - wants)]
        return f"it was made from other packages than workshop.toml has now ({', '.join(changes)})"
    if lock.pyodide != base.pyodide:
        return f"it was made for Pyodide {lock.pyodide}, this is {base.pyodide}"
    if lock.base != base.digest():
        return "it was made on another base environment than this Peerbook has"
    return None


def _requirements(workshop: Workshop) -> tuple[str, ...]:
    try:
        return canonical_requirements(workshop.packages)
    except ValueError as error:
        raise PeerbookError(
            str(error),
            where=blame_of(workshop).where,
            remedy="Write a name, with a version if needed: 'pygal', 'pygal>=3'.",
        ) from error


def _make(
    requirements: Iterable[str], context: Context, *, blame: Blame, base: Lock | None, former: Lock | None
) -> Lock:
    asked = canonical_requirements(requirements)
    settled = {package.name: package for package in base.packages} if base else {}
    kernel = {} if base else context.kernel_wheels
    offers = Offers(context.index, context.distribution, kernel=kernel, base=settled)
    preferred = {package.name: package.version for package in former.packages} if former else {}
    with context.progress.task(f"Choosing packages for {blame.asker}"):
        chosen = resolve(asked, offers=offers, target=context.distribution.target, blame=blame, preferred=preferred)
    beyond = [one for one in chosen if one.candidate.source != "base"]
    with context.progress.task(f"Reading packages for {blame.asker}", len(beyond), "packages") as task:
        packages = []
        for one in beyond:
            packages.append(_locked(one, context))
            task.advance()
    lock = Lock(context.distribution.target.pyodide, asked, base.digest() if base else None, tuple(packages))
    return _without_strangers(lock, settled)


def _locked(chosen: Chosen, context: Context) -> LockedPackage:
    """Settle one package: what its file holds is read from the file itself, so it is fetched now (and kept)."""
    candidate = chosen.candidate
    origin = candidate.origin
    if isinstance(origin, DistributionPackage):
        return LockedPackage(
            candidate.name,
            str(candidate.version),
            origin.file_name,
            origin.sha256,
            "pyodide",
            origin.kind,
            chosen.depends,
            origin.imports,
        )
    content = _content(candidate, context)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        imports, kind = inspect_wheel(archive.namelist())
    return LockedPackage(
        candidate.name,
        str(candidate.version),
        candidate.file_name,
        sha256_of(content),
        "kernel" if isinstance(origin, Path) else "pypi",
        kind,
        chosen.depends,
        imports,
    )


def _content(candidate: Candidate, context: Context) -> bytes:
    if isinstance(candidate.origin, Path):
        return candidate.origin.read_bytes()
    if isinstance(candidate.origin, IndexFile):
        return context.index.download(candidate.origin)
    raise TypeError(f"{candidate} comes from nowhere")


def _without_strangers(lock: Lock, settled: dict[str, LockedPackage]) -> Lock:
    """Keep only those names in `depends` that the lock or the base has."""
    known = {package.name for package in lock.packages} | set(settled)
    packages = tuple(
        replace(package, depends=tuple(name for name in package.depends if name in known)) for package in lock.packages
    )
    return replace(lock, packages=packages)
