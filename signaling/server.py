"""How uvicorn has to be run for this server, in one place: `serve`, tests and benchmarks use the same."""

from __future__ import annotations

import copy
import logging
from typing import Any

from uvicorn.config import LOGGING_CONFIG

from .protocol import ID_BYTES
from .settings import Settings

BACKLOG = 2048
"""A whole school opens the link in the same minute; the system's default of 128 turns some of them away."""

PAGES_FAULTS = (
    "Invalid UTF-8 sequence received from client.",
    # Also where the handshake was completed, with the words why a page is turned away.
    "ASGI callable returned without completing handshake.",
)
"""uvicorn logs these at level error: anybody could fill a disk with them."""


class OnlyOurFaults(logging.Filter):
    """Keeps out of the log what a page did wrong: it is turned away, or closed with code 1007, and that is all."""

    def filter(self, record: logging.LogRecord) -> bool:
        return record.msg not in PAGES_FAULTS


def uvicorn_options(settings: Settings) -> dict[str, Any]:
    """Keyword arguments for ``uvicorn.Config``.

    The fastest of its WebSocket implementations (1.5 times the next), no compression (what travels is sealed, and it
    costs half of the deliveries and more than half of the connections), no pings (the hub asks by itself, also pages
    whose browser would answer for them), no log of addresses, and nothing buffered that the hub would refuse.
    """
    logs = copy.deepcopy(LOGGING_CONFIG)
    logs["filters"] = {"only_our_faults": {"()": OnlyOurFaults}}
    logs["loggers"]["uvicorn.error"]["filters"] = ["only_our_faults"]
    largest = max(settings.payload_bytes + 1 + ID_BYTES, settings.control_bytes)
    return {
        "backlog": BACKLOG,
        "log_config": logs,
        "log_level": "warning",
        "access_log": False,
        "ws": "websockets-sansio",
        "ws_max_size": largest + 1_024,
        "ws_per_message_deflate": False,
        "ws_ping_interval": None,
        "ws_ping_timeout": None,
    }
