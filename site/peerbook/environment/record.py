"""The record that a browser starts Python from: `IEnvironment` of `site/extension/src/workshop/catalogue.ts`."""

from __future__ import annotations

from typing import TypedDict


class ArchiveRecord(TypedDict):
    """`IArchive`: a file, its address relative to the site's root, its size in bytes, its hex SHA-256."""

    url: str
    bytes: int
    sha256: str


class PackageRecord(TypedDict):
    """What can be imported, for the help given when something cannot."""

    name: str
    version: str
    imports: list[str]


class EnvironmentRecord(TypedDict):
    """`IEnvironment`, ready for JSON. The keys are the page's, so they are spelt as the page spells them."""

    fingerprint: str
    pyodideUrl: str
    pyodideVersion: str
    lockInfo: dict[str, str]
    standardLibrary: ArchiveRecord
    core: list[ArchiveRecord]
    archives: list[ArchiveRecord]
    compiledLockUrl: str | None
    compiled: list[str]
    packages: list[PackageRecord]
    bytes: int
