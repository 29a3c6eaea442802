"""What a package index lists for one project: PEP 691 (JSON) and PEP 503 (HTML) pages in one shape. Pure."""

from __future__ import annotations

import json
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Protocol
from urllib.parse import urldefrag, urljoin

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""JSON is preferred; an index that only knows HTML is understood as well."""


@dataclass(frozen=True)
class IndexFile:
    """One file that an index offers."""

    name: str
    url: str
    sha256: str | None
    requires_python: str | None
    yanked: bool
    has_metadata: bool
    """True when `<url>.metadata` can be read without the wheel (PEP 658)."""


class Index(Protocol):
    """Where wheels come from. The one seam between resolving and the network; tests give a folder."""

    def files(self, project: str) -> tuple[IndexFile, ...] | None:
        """All files of a project (normalised name), None when there is no such project."""

    def metadata(self, file: IndexFile) -> bytes:
        """The core metadata of a wheel."""

    def download(self, file: IndexFile) -> bytes:
        """The wheel itself, verified when the index names its hash."""


def parse_page(content: bytes, content_type: str, url: str) -> tuple[IndexFile, ...]:
    """Read a project's page; ``url`` is its address, against which links are resolved.

    Raises ValueError when it is neither of the two formats.
    """
    if "json" in content_type or content.lstrip()[:1] == b"{":
        return _parse_json(content, url)
    reader = _Links(url)
    reader.feed(content.decode("utf-8", "replace"))
    reader.close()
    return tuple(reader.files)


def _parse_json(content: bytes, url: str) -> tuple[IndexFile, ...]:
    files = json.loads(content).get("files")
    if not isinstance(files, list):
        raise ValueError("no list of files in it")
    return tuple(
        IndexFile(
            name=file["filename"],
            url=urljoin(url, file["url"]),
            sha256=file.get("hashes", {}).get("sha256"),
            requires_python=file.get("requires-python"),
            yanked=bool(file.get("yanked", False)),
            has_metadata=bool(file.get("core-metadata", file.get("dist-info-metadata", False))),
        )
        for file in files
    )


class _Links(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self._url = url
        self.files: list[IndexFile] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "base" and given.get("href"):
            self._url = urljoin(self._url, given["href"] or "")
        if tag != "a" or not given.get("href"):
            return
        url, fragment = urldefrag(urljoin(self._url, given["href"] or ""))
        self.files.append(
            IndexFile(
                name=url.rsplit("/", 1)[-1].replace("%2B", "+").replace("%2b", "+"),
                url=url,
                sha256=fragment.removeprefix("sha256=") if fragment.startswith("sha256=") else None,
                requires_python=given.get("data-requires-python"),
                yanked="data-yanked" in given,
                has_metadata="data-core-metadata" in given or "data-dist-info-metadata" in given,
            )
        )
