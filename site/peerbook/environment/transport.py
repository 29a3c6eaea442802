"""Getting bytes: http(s) addresses with retries, and folders. The only module here that opens a connection."""

from __future__ import annotations

import base64
import http.client
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit, urlunsplit
from urllib.request import url2pathname

TRIES = 4
FIRST_PAUSE = 0.5
"""Seconds before the second try; doubled each time, so a registry's hiccup of three seconds is survived."""
CHUNK = 1 << 16

GONE = frozenset({403, 404, 410})
"""Answers that will not change by asking again."""


class NotThereError(Exception):
    """The place answered, and does not have it."""


class UnreachableError(Exception):
    """The place did not answer; the text says why, without secrets."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    content: bytes
    content_type: str
    url: str


class Transport(Protocol):
    """Gets the bytes behind an address. Tests give one that serves from memory."""

    def get(self, url: str, *, accept: str = "*/*", on_bytes: Callable[[int], None] = ...) -> Answer:
        """Raises NotThereError or UnreachableError. ``on_bytes`` hears the size of each piece as it arrives."""


def ignore(_amount: int) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Web:
    """http, https and file addresses. Proxies come from the environment, as urllib does it."""

    certificates: str | None = None
    """A file of certificate authorities instead of the machine's own."""
    timeout: float = 30.0
    sleep: Callable[[float], None] = field(default=time.sleep, compare=False)

    def get(self, url: str, *, accept: str = "*/*", on_bytes: Callable[[int], None] = ignore) -> Answer:
        """See Transport."""
        if url.startswith("file:"):
            return read_folder(Path(url2pathname(urlsplit(url).path)), url, on_bytes)
        address, headers = _credentials(url)
        request = urllib.request.Request(address, headers={"Accept": accept, "User-Agent": "peerbook", **headers})
        pause = FIRST_PAUSE
        for attempt in range(TRIES):
            counted = 0
            try:
                with urllib.request.urlopen(request, timeout=self.timeout, context=self._context()) as response:
                    pieces = []
                    while piece := response.read(CHUNK):
                        pieces.append(piece)
                        counted += len(piece)
                        on_bytes(len(piece))
                    return Answer(b"".join(pieces), response.headers.get_content_type(), response.geturl())
            except urllib.error.HTTPError as error:
                error.close()
                if error.code in GONE:
                    raise NotThereError(f"{_shown(url)} answered {error.code}") from None
                reason = f"{_shown(url)} answered {error.code}"
            except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
                reason = f"{urlsplit(url).hostname}: {getattr(error, 'reason', None) or error or type(error).__name__}"
            on_bytes(-counted)
            if attempt + 1 < TRIES:
                self.sleep(pause)
                pause *= 2
        raise UnreachableError(reason)

    def _context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.certificates)


def read_folder(path: Path, url: str, on_bytes: Callable[[int], None] = ignore) -> Answer:
    """Read a file as if it had been asked for; a folder answers with its `index.json` or `index.html`."""
    for page in (path, path / "index.json", path / "index.html"):
        if page.is_file():
            try:
                content = page.read_bytes()
            except OSError as error:
                raise UnreachableError(f"{page}: {error.strerror}") from error
            on_bytes(len(content))
            kind = {".json": "application/json", ".html": "text/html"}.get(page.suffix, "application/octet-stream")
            return Answer(content, kind, url)
    raise NotThereError(f"{path} is not there")


def _credentials(url: str) -> tuple[str, dict[str, str]]:
    """Move `user:password@` from the address into a header, where urllib wants it."""
    parts = urlsplit(url)
    if not parts.username:
        return url, {}
    token = base64.b64encode(f"{parts.username}:{parts.password or ''}".encode()).decode()
    bare = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return urlunsplit(bare), {"Authorization": f"Basic {token}"}


def _shown(url: str) -> str:
    """An address without name and password."""
    return _credentials(url)[0]
