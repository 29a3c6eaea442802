"""The one process: the site, `/health`, and whatever introduces browsers to each other, on one port."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Receive, Scope, Send

from .settings import Settings
from .site import StaticSite
from .ws import Signaling

SIGNAL = "signal"
"""Where the WebSocket is, relative to the site: what is said in its `peerbook.json`."""


class App(Starlette):
    """Routes what is HTTP; the one WebSocket goes straight to where it is handled.

    On the way through middleware and routes it would hold ten frames for as long as it lives: 3 KB of its 25.
    """

    def __init__(self, routes: list[BaseRoute], signaling: Signaling, path: str) -> None:
        super().__init__(routes=routes)
        self.signaling = signaling
        self._path = path

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await super().__call__(scope, receive, send)
        elif scope["path"] == self._path:
            await self.signaling(scope, receive, send)
        else:
            await send({"type": "websocket.close"})  # before it was accepted: HTTP 403


def create_app(site: Path, *, version: str, prefix: str = "", settings: Settings | None = None) -> App:
    """The application: the built ``site`` under ``prefix`` (`""` or `/school/py`), `/health`, `<prefix>/signal`.

    The site's `peerbook.json` leads to that last one, unless it was edited to name another server.
    """
    signaling = Signaling(settings or Settings())

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": version, "signaling": signaling.health()})

    async def to_prefix(request: Request) -> Response:
        return RedirectResponse(f"{prefix}/")

    routes: list[BaseRoute] = [Route("/health", health)]
    if prefix:
        routes.append(Route("/", to_prefix))
    routes.append(Mount(prefix or "/", app=StaticSite(site, SIGNAL)))
    return App(routes, signaling, f"{prefix}/{SIGNAL}")
