"""Serves a folder and signaling on one port, in whatever network namespace it is started: `serve.py FOLDER HOST`."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import uvicorn

from signaling.app import create_app
from signaling.server import uvicorn_options
from signaling.settings import Settings


def main(folder: str, host: str) -> None:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind((host, 0))
    print(listener.getsockname()[1], flush=True)
    app = create_app(Path(folder), version="test")
    uvicorn.Server(uvicorn.Config(app, **uvicorn_options(Settings()))).run(sockets=[listener])


main(*sys.argv[1:])
