"""What a participant without a browser reads of a site: where its server is, its notebooks, their beginnings. A
shell.
"""

from __future__ import annotations

import hashlib
import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any
from urllib.parse import parse_qs, unquote, urljoin, urlsplit, urlunsplit

from ..errors import PeerbookError
from . import founding
from .founding import ClassLink
from .loop import in_thread

_SECONDS = 20.0
_LARGEST_BYTES = 64 * 2**20


class Unreached(PeerbookError):
    """Nobody answers at the site's address: perhaps later."""

    def __init__(self, url: str, error: Exception) -> None:
        said = error.reason if isinstance(error, urllib.error.URLError) else error
        reason = (said.strerror if isinstance(said, OSError) else "") or str(said) or type(said).__name__
        super().__init__(
            f"the site cannot be reached ({reason})",
            where=urlsplit(url).netloc,
            remedy="Open the link in a browser, and see whether the page comes.",
        )


@dataclass(frozen=True, slots=True)
class Published:
    """A notebook as the site's present edition has it."""

    path: str
    """With its workshop: `first-steps/1-hello.ipynb`."""
    genesis: str
    """Hex SHA-256 of its genesis."""
    url: str


@dataclass(frozen=True, slots=True)
class Site:
    root: str
    """Absolute address, with the slash at the end."""
    signal: str
    """The server's address, or empty where nobody is introduced."""
    direct: bool
    """False in a class where nobody is to learn another's address."""
    notebooks: tuple[Published, ...]


def read_link(link: str) -> ClassLink:
    """The class an invite link leads to; PeerbookError when it leads to none."""
    parts = urlsplit(link)
    codes = parse_qs(parts.fragment).get("class", [])
    invitation = founding.read_link(codes[0]) if codes else None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise PeerbookError("this is not a link to a page", where=link[:200], remedy="Copy the whole invite link.")
    if invitation is None:
        raise PeerbookError(
            "this link does not lead into a class",
            where="the part behind the #",
            remedy="Copy the whole invite link, up to its last character, or ask for it again.",
        )
    return invitation


def folders_of(link: str) -> Iterator[str]:
    """The folders a page lies in, the innermost first: one of them is the site's root."""
    parts = urlsplit(link)
    folder = parts.path[: parts.path.rfind("/") + 1] or "/"
    while True:
        yield urlunsplit((parts.scheme, parts.netloc, folder, "", ""))
        if folder == "/":
            return
        folder = folder[: folder.rstrip("/").rfind("/") + 1]


async def fetch_site(link: str) -> Site:
    """Reads the site a page of it belongs to; PeerbookError when there is none."""
    for root in dict.fromkeys(folders_of(link)):
        server = await _fetch_json(root + "peerbook.json")
        if isinstance(server, dict):
            catalogue = await _fetch_json(root + "workshops.json")
            return Site(root, _signal(server, root), server.get("direct") is not False, _notebooks(catalogue, root))
    raise PeerbookError(
        "there is no Peerbook site here",
        where=urlsplit(link).netloc,
        remedy="Copy the whole invite link, or open it in a browser and see whether the page comes.",
    )


async def fetch_genesis(published: Published) -> bytes:
    """The bytes a notebook's documents begin with, checked against their hash."""
    data = await _fetch(published.url)
    if data is None or hashlib.sha256(data).hexdigest() != published.genesis:
        raise PeerbookError(
            f"the beginning of {published.path} is not what the site's catalogue says",
            where=published.url,
            remedy="Build the site again.",
        )
    return data


def workshop_of(link: str) -> str:
    """The workshop a link of the site leads to, or empty where it leads to none."""
    parts = urlsplit(link)
    query = parse_qs(parts.query)
    named = re.search(r"/workshops/([^/]+)/", parts.path)
    return (
        unquote(named[1]) if named else query.get("workshop", [""])[0] or query.get("path", [""])[0].rpartition("/")[0]
    )


def kept_site(noted: object) -> Site | None:
    """A site as it was noted earlier (:func:`dataclasses.asdict`), or None where that is no site."""
    try:
        fields = dict(noted)  # type: ignore[call-overload]
        notebooks = tuple(Published(**each) for each in fields.pop("notebooks"))
        site = Site(**fields, notebooks=notebooks)
        texts = [site.root, site.signal, *(text for each in notebooks for text in (each.path, each.genesis, each.url))]
    except (KeyError, TypeError, ValueError):
        return None
    return site if all(isinstance(text, str) for text in texts) and isinstance(site.direct, bool) else None


def _signal(server: dict[str, Any], root: str) -> str:
    given = server.get("signaling")
    if not isinstance(given, str) or not given:
        return ""
    parts = urlsplit(urljoin(root, given))
    scheme = {"http": "ws", "https": "wss"}.get(parts.scheme, parts.scheme)
    return urlunsplit((scheme, parts.netloc, parts.path, parts.query, ""))


def _notebooks(catalogue: object, root: str) -> tuple[Published, ...]:
    try:
        return tuple(
            Published(
                f"{workshop['slug']}/{notebook['path']}",
                str(notebook["genesis"]["hash"]),
                urljoin(root, notebook["genesis"]["url"]),
            )
            for workshop in catalogue["workshops"]  # type: ignore[index]
            for notebook in workshop["notebooks"]
        )
    except (KeyError, TypeError):
        raise PeerbookError(
            "the site's catalogue cannot be read", where=root + "workshops.json", remedy="Build the site again."
        ) from None


async def _fetch_json(url: str) -> object:
    data = await _fetch(url)
    try:
        return json.loads(data) if data is not None else None
    except (ValueError, RecursionError):
        return None


async def _fetch(url: str) -> bytes | None:
    """What is at an address of http or https, or None when nothing is. :class:`Unreached` when nobody answers."""

    def read() -> bytes | None:
        request = urllib.request.Request(url, headers={"Cache-Control": "no-cache"})
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                data: bytes = answer.read(_LARGEST_BYTES)
                return data
        except urllib.error.HTTPError:
            return None
        except (OSError, ValueError, HTTPException) as error:
            raise Unreached(url, error) from None

    return await in_thread(read) if url.startswith(("http://", "https://")) else None
