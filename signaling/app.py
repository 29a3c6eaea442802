"""The one process: the site, `/health`, and whatever introduces browsers to each other, on one port."""

from __future__ import annotations

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from .site import StaticSite


def create_app(site: Path, *, version: str, prefix: str = "") -> Starlette:
    """The application that serves the built ``site`` under ``prefix`` (`""` or `/school/py`) and answers `/health`."""

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": version})

    async def to_prefix(request: Request) -> Response:
        return RedirectResponse(f"{prefix}/")

    routes: list[BaseRoute] = [Route("/health", health)]
    if prefix:
        routes.append(Route("/", to_prefix))
    routes.append(Mount(prefix or "/", app=StaticSite(site)))
    return Starlette(routes=routes)
