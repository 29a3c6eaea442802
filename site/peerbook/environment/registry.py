"""The package index that this machine's pip is set up for, read over a transport.

Peerbook names no index of its own: the address, and the certificates to trust, come from pip (`PIP_INDEX_URL`, pip's
configuration files, else the default built into pip). Extra indexes are not asked: a name found in two places is how
packages get swapped.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import threading
from dataclasses import dataclass
from urllib.parse import urljoin

from peerbook.environment.cache import Store, sha256_of
from peerbook.environment.index import ACCEPT, IndexFile, parse_page
from peerbook.environment.transport import NotThereError, Transport, UnreachableError
from peerbook.environment.wheels import metadata_of
from peerbook.errors import PeerbookError

ASK_PIP = "from pip._internal.models.index import PyPI; print(PyPI.simple_url)"
"""pip says its settings with `pip config list`, but the default it falls back on only in this place."""


@dataclass(frozen=True)
class Settings:
    """What pip is set up for."""

    index_url: str
    certificates: str | None


class IndexUnreachableError(PeerbookError):
    """The index did not answer."""


def read_settings(listing: str, default: str) -> Settings:
    """Read the output of `pip config list`: environment over `pip install`'s section over the global one."""
    values: dict[str, str] = {}
    for line in listing.splitlines():
        key, separator, value = line.partition("=")
        if separator:
            try:
                values[key.strip()] = str(ast.literal_eval(value.strip()))
            except (SyntaxError, ValueError):
                values[key.strip()] = value.strip()

    def setting(name: str) -> str | None:
        places = (":env:", "install", "global")
        return next((values[f"{place}.{name}"] for place in places if values.get(f"{place}.{name}")), None)

    return Settings(setting("index-url") or default, setting("cert"))


def pip_settings() -> Settings:
    """Ask this machine's pip. Raises PeerbookError when there is no pip to ask."""
    try:
        answers = [
            subprocess.run(
                [sys.executable, *command],
                capture_output=True,
                text=True,
                check=True,
                timeout=60,
                stdin=subprocess.DEVNULL,
            ).stdout
            for command in (["-m", "pip", "config", "list"], ["-c", ASK_PIP])
        ]
    except (OSError, subprocess.SubprocessError) as error:
        raise PeerbookError(
            "pip could not be asked which package index this machine uses",
            where=sys.executable,
            remedy="Install pip for this Python (python -m ensurepip), or remove .venv and start again.",
        ) from error
    return read_settings(answers[0], answers[1].strip())


class Registry:
    """An `Index` over a transport, with wheels kept in a store."""

    def __init__(self, url: str, transport: Transport, store: Store) -> None:
        self._url = url if url.endswith("/") else f"{url}/"
        self._transport, self._store = transport, store
        self._pages: dict[str, tuple[IndexFile, ...] | None] = {}
        self._lock = threading.Lock()

    def files(self, project: str) -> tuple[IndexFile, ...] | None:
        """See Index. Raises IndexUnreachableError."""
        with self._lock:
            if project not in self._pages:
                self._pages[project] = self._page(project)
            return self._pages[project]

    def _page(self, project: str) -> tuple[IndexFile, ...] | None:
        try:
            answer = self._transport.get(urljoin(self._url, f"{project}/"), accept=ACCEPT)
            return parse_page(answer.content, answer.content_type, answer.url)
        except NotThereError:
            return None
        except (UnreachableError, ValueError) as error:
            raise self._silent(error) from error

    def metadata(self, file: IndexFile) -> bytes:
        """See Index. From the wheel itself where the index does not keep metadata apart."""
        if file.has_metadata:
            try:
                return self._transport.get(f"{file.url}.metadata").content
            except NotThereError:
                pass
            except UnreachableError as error:
                raise self._silent(error) from error
        return metadata_of(self.download(file))

    def download(self, file: IndexFile) -> bytes:
        """See Index. Raises IndexUnreachableError, also when what comes is not what the index promised."""
        if file.sha256 and (kept := self._store.find(file.sha256, file.name)):
            return kept.read_bytes()
        try:
            content = self._transport.get(file.url).content
        except (NotThereError, UnreachableError) as error:
            raise self._silent(error) from error
        found = sha256_of(content)
        if file.sha256 and found != file.sha256:
            raise self._silent(ValueError(f"{file.name} is not the file that the index lists (other SHA-256)"))
        self._store.put(found, file.name, content)
        return content

    @staticmethod
    def _silent(error: Exception) -> IndexUnreachableError:
        return IndexUnreachableError(
            f"the package index could not be read: {error}",
            remedy="Look at this machine's network and pip's settings (pip config list), then try again.",
        )
