"""The static site over HTTP: the headers it was built with, compression done once, caching that is never stale."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio.to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import Scope

HEADERS_FILE = "headers.json"
"""Written by the builder: `{"default": {name: value}, "<part of a path>": {name: value}}`. Never served."""
PEERBOOK_FILE = "peerbook.json"
"""Names the server that introduces browsers to each other; a built site names none until somebody writes it there."""
COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".py", ".svg", ".txt", ".wasm", ".csv", ".webmanifest"}
SMALLEST_TO_COMPRESS = 1024
GZIP_LEVEL = 6
"""zlib's own default: 9 costs three times the time for 1 % on these files."""
NAMED_BY_CONTENT = re.compile(
    r"(^|/)static/pyodide/[^/]+/|[.-][0-9a-f]{7,64}(\.worker)?\.(js|css|bin|zip|svg|png|woff2?|wasm|ttf|eot)$"
)
"""Files whose name changes with their content: kept by browsers for a year."""
MEDIA_TYPES = {
    ".ipynb": "application/json",
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".wasm": "application/wasm",
    ".whl": "application/octet-stream",
    ".webmanifest": "application/manifest+json",
    ".bin": "application/octet-stream",
}


class StaticSite(StaticFiles):
    """A built site. Works for any folder; reads ``headers.json`` in it anew whenever that changed."""

    def __init__(self, folder: Path, signal: str = "") -> None:
        """``signal``: the signaling server's address, said in ``peerbook.json`` where the built file names none."""
        super().__init__(directory=folder, html=True)
        self._folder = folder
        self._signal = signal
        self._gzipped: dict[Path, tuple[tuple[int, int], bytes]] = {}
        self._headers: tuple[int, Mapping[str, Mapping[str, str]]] = (0, {})

    async def get_response(self, path: str, scope: Scope) -> Response:
        path = path.replace("\\", "/")
        if path == HEADERS_FILE:
            raise HTTPException(404)
        response = await super().get_response(path, scope)
        if path == PEERBOOK_FILE and self._signal and (named := self._name_server()) is not None:
            response = JSONResponse(named)
        elif isinstance(response, FileResponse):
            response = await self._compress(response, Headers(scope=scope))
        self._dress(response.headers, path)
        return response

    def _name_server(self) -> dict[str, Any] | None:
        """What ``peerbook.json`` says with this server in it; None where it names one already, or is no such file."""
        try:
            built = json.loads((self._folder / PEERBOOK_FILE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None  # as it lies there: the page says what is wrong with it
        if not isinstance(built, dict) or built.get("signaling") not in ("", None):
            return None
        return {**built, "signaling": self._signal}

    def _dress(self, headers: MutableHeaders, path: str) -> None:
        rules = self._rules()
        for part in ("default", *(key for key in rules if key != "default" and key in path)):
            for name, value in rules.get(part, {}).items():
                headers[name] = value
        headers["x-content-type-options"] = "nosniff"
        named = NAMED_BY_CONTENT.search(path)
        headers["cache-control"] = "public, max-age=31536000, immutable" if named else "no-cache"
        if (kind := MEDIA_TYPES.get(Path(path).suffix)) and "content-type" in headers:
            headers["content-type"] = kind

    def _rules(self) -> Mapping[str, Mapping[str, str]]:
        path = self._folder / HEADERS_FILE
        try:
            changed = path.stat().st_mtime_ns
            if changed != self._headers[0]:
                self._headers = (changed, json.loads(path.read_text(encoding="utf-8")))
        except OSError:
            return {}
        return self._headers[1]

    async def _compress(self, response: FileResponse, request: Headers) -> Response:
        """The same answer, gzipped when the browser takes that and the file gains by it. Each file is done once."""
        path = Path(response.path)
        status = response.stat_result
        if path.suffix not in COMPRESSED or status is None or status.st_size < SMALLEST_TO_COMPRESS:
            return response
        response.headers["vary"] = "accept-encoding"
        if "gzip" not in request.get("accept-encoding", "") or "range" in request or response.status_code != 200:
            return response
        state = (status.st_mtime_ns, status.st_size)
        known, body = self._gzipped.get(path, (None, b""))
        if known != state:
            body = await anyio.to_thread.run_sync(lambda: gzip.compress(path.read_bytes(), GZIP_LEVEL))
            self._gzipped[path] = (state, body)
        etag = f'"{response.headers["etag"].strip(chr(34))}-gzip"'
        headers = {"etag": etag, "content-encoding": "gzip", "vary": "accept-encoding"}
        if self.is_not_modified(Headers(headers), request):
            return NotModifiedResponse(Headers(headers))
        return Response(body, media_type=response.media_type, headers=headers)
