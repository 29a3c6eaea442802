"""A mirror of Pyodide's distribution: the project's public address, another one, or a folder. For build time only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urljoin

from peerbook.environment.transport import Transport, UnreachableError, ignore, read_folder

PUBLIC = "https://cdn.jsdelivr.net/pyodide/v{version}/full/"
"""Where the Pyodide project publishes its distribution; `pyodide.mjs` falls back on the same address."""


class Mirror:
    """Gets files of Pyodide's distribution by name."""

    def __init__(self, place: str | None, version: str, transport: Transport) -> None:
        """``place``: a URL or a folder, None for the public address. `{version}` in it is filled in."""
        self.place = (place or PUBLIC).replace("{version}", version)
        self._transport = transport
        self._away: UnreachableError | None = None

    def get(self, file_name: str, on_bytes: Callable[[int], None] = ignore) -> bytes:
        """The bytes of one file, not verified. Raises NotThereError or UnreachableError."""
        if "://" in self.place:
            base = self.place if self.place.endswith("/") else f"{self.place}/"
            if self._away:  # It was given its tries already; a build with ten files from there must not wait ten times.
                raise self._away
            try:
                return self._transport.get(urljoin(base, file_name), on_bytes=on_bytes).content
            except UnreachableError as error:
                self._away = error
                raise
        path = Path(self.place).expanduser() / file_name
        return read_folder(path, str(path), on_bytes).content
