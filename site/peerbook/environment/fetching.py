"""Brings the files of a lock onto this machine: from the store, the kernel's package, the index or Pyodide's mirror."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock as Mutex

from peerbook.environment.cache import sha256_of
from peerbook.environment.context import Context
from peerbook.environment.errors import BASE_REMEDY, Blame, PackageUnavailable
from peerbook.environment.lock import LockedPackage
from peerbook.environment.registry import IndexUnreachableError
from peerbook.environment.transport import NotThereError, UnreachableError

AT_ONCE = 4
"""Downloads side by side; registries ask clients to be few."""


def fetch(packages: Sequence[LockedPackage], context: Context, blame: Blame) -> dict[str, Path]:
    """Every package's file by package name, verified against the lock. Fetches only what is not in the store.

    Raises PackageUnavailable for the first one (by name) that cannot be had.
    """
    found: dict[str, Path] = {}
    missing: list[LockedPackage] = []
    for package in packages:
        kept = context.store.find(package.sha256, package.file)
        if kept:
            found[package.name] = kept
        else:
            missing.append(package)
    if not missing:
        return found
    mutex = Mutex()
    with context.progress.task(f"Fetching packages for {blame.asker}", unit="bytes") as task:

        def count(amount: int) -> None:
            with mutex:
                task.advance(amount)

        with ThreadPoolExecutor(AT_ONCE) as pool:
            jobs = [pool.submit(_fetch_one, package, context, blame, count) for package in missing]
            try:
                for package, job in zip(missing, jobs, strict=True):
                    found[package.name] = job.result()
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return found


def _fetch_one(package: LockedPackage, context: Context, blame: Blame, count: Callable[[int], None]) -> Path:
    try:
        content = _get(package, context, blame, count)
    except (NotThereError, UnreachableError, IndexUnreachableError) as error:
        raise _away(package, context, blame, error) from error
    if sha256_of(content) != package.sha256:
        raise blame.unavailable(
            f"{package.file} is not the file that the lock names (its SHA-256 is {sha256_of(content)}, "
            f"the lock says {package.sha256})",
            "It was changed on its way or where it is kept. Do not use it; try again later or from another mirror.",
        )
    return context.store.put(package.sha256, package.file, content)


def _get(package: LockedPackage, context: Context, blame: Blame, count: Callable[[int], None]) -> bytes:
    if package.source == "pyodide":
        return context.pyodide_mirror.get(package.file, count)
    if package.source == "kernel":
        path = context.kernel_wheels.get(package.name)
        if path is None or path.name != package.file:
            raise blame.unavailable(f"the kernel's npm package has no {package.file} any more", BASE_REMEDY)
        return path.read_bytes()
    listed = {file.name: file for file in context.index.files(package.name) or ()}
    if package.file not in listed:
        raise blame.unavailable(
            f"{package.file} of the lock is not on the package index any more",
            "Make the lock anew: python3 build.py lock",
        )
    content = context.index.download(listed[package.file])
    count(len(content))
    return content


def _away(package: LockedPackage, context: Context, blame: Blame, error: Exception) -> PackageUnavailable:
    if package.source == "pyodide":
        return blame.unavailable(
            f"'{package.name}' {package.version} is in Pyodide's distribution only, and {package.file} could not "
            f"be had there: {error}",
            f"Look at the network, or name a mirror with --pyodide-mirror (a URL or a folder that has {package.file}).",
        )
    what = error.what if isinstance(error, IndexUnreachableError) else str(error)
    return blame.unavailable(
        f"'{package.name}' {package.version} could not be fetched: {what}",
        "Look at this machine's network and pip's settings (pip config list), then try again.",
    )
