"""How uvicorn has to be run for this server, in one place: `serve`, tests and benchmarks use the same."""

from __future__ import annotations

from typing import Any

from .protocol import ID_BYTES
from .settings import Settings

BACKLOG = 2048
"""A whole school opens the link in the same minute; the system's default of 128 turns some of them away."""


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for ``uvicorn.Config``.

    The fastest of its WebSocket implementations (1.5 times the next), no compression (what travels is sealed, and it
    costs half of the deliveries and more than half of the connections), no pings (the hub asks by itself, also pages
    whose browser would answer for them), no log of addresses, and nothing buffered that the hub would refuse.
    """
    largest = max(settings.payload_bytes + 1 + ID_BYTES, settings.control_bytes)
    return {
        "backlog": BACKLOG,
        "log_level": "warning",
        "access_log": False,
        "ws": "websockets-sansio",
        "ws_max_size": largest + 1_024,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "ws_ping_timeout": None,
    }
