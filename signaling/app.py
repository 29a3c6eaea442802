"""The one process: the site, `/health`, and whatever introduces browsers to each other, on one port."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route, WebSocketRoute

from .settings import Settings
from .site import StaticSite
from .ws import Signaling


def create_app(site: Path, *, version: str, prefix: str = "", settings: Settings | None = None) -> Starlette:
    """The application: the built ``site`` under ``prefix`` (`""` or `/school/py`), `/health`, `<prefix>/signal`."""
    signaling = Signaling(settings or Settings())

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": version, "signaling": signaling.health()})

    async def to_prefix(request: Request) -> Response:
        return RedirectResponse(f"{prefix}/")

    routes: list[BaseRoute] = [Route("/health", health)]
    if prefix:
        routes.append(Route("/", to_prefix))
    routes.append(WebSocketRoute(f"{prefix}/signal", signaling))
    routes.append(Mount(prefix or "/", app=StaticSite(site)))
    app = Starlette(routes=routes)
    app.state.signaling = signaling
    return app
