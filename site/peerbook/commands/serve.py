"""`serve`: the site on one port, for this computer or for the network around it."""

from __future__ import annotations

import argparse
import contextlib
import errno
import io
import os
import socket
import sys

import segno
import uvicorn

from peerbook import __version__
from peerbook.errors import PeerbookError
from peerbook.machine import lan_address
from peerbook.progress import Progress
from peerbook.ready import ReadyClass, ready_class
from peerbook.workspace import Workspace, shown
from signaling.app import create_app
from signaling.server import BACKLOG, uvicorn_options
from signaling.settings import SettingsError, read_settings

GRACE_SECONDS = 2

PLAIN_HTTP = """\
  Over plain http browsers hold some things back: no work without a network, Stop has to restart Python, and input()
  works in Chrome and Edge only. Notebooks, files and running Python work. For everything, use an https host."""


def serve(workspace: Workspace, options: argparse.Namespace, progress: Progress) -> int:
    """Build what changed, then serve until Ctrl-C. Raises :class:`PeerbookError` when the port is taken."""
    try:
        settings = read_settings(os.environ)
    except SettingsError as error:
        raise PeerbookError(error.what, where=error.where, remedy=error.remedy) from None
    site = (options.output or workspace.output).resolve()
    if options.no_build:
        if not (site / "index.html").is_file():
            raise PeerbookError("nothing is built there yet", where=shown(site), remedy="Leave out --no-build.")
        server_socket = listen(options.port, lan=options.lan)
    else:
        from peerbook.commands.build import build  # only now: serving what is there needs no builder

        # Before the work: better to hear of a taken port now than after two minutes.
        server_socket = listen(options.port, lan=options.lan)
        build(workspace, options, progress)
    port = int(server_socket.getsockname()[1])
    address = lan_address() if options.lan else None
    ready = ready_class(site, workspace.cache)
    print(announcement(port, options.prefix, address, lan=options.lan, ready=ready), flush=True)
    app = create_app(site, version=__version__, prefix=options.prefix, settings=settings)
    config = uvicorn.Config(app, timeout_graceful_shutdown=GRACE_SECONDS, **uvicorn_options(settings))
    with contextlib.suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[server_socket])
    print("\nStopped. Browsers that have the site open keep working.", file=sys.stderr)
    return 0


def announcement(port: int, prefix: str, address: str | None, *, lan: bool, ready: ReadyClass | None = None) -> str:
    """What `serve` says when it is up: the addresses of the site and of the class that is ready and, for the network,
    the QR code of the page where the class is joined."""
    here = f"http://localhost:{port}{prefix}/"
    there = f"http://{address}:{port}{prefix}/" if lan and address else None
    lines = ["", f"  Peerbook is at  {here}"]
    if not lan:
        lines += ["                  for this computer only (--lan opens it to the network)"]
    elif there is None:
        lines += ["  This computer is on no network at the moment: only it can open the address."]
    else:
        lines += [f"  on this network {there}"]
    if ready:
        site = there or here
        lines += [
            "",
            f"  A class is ready in the workshop {ready.workshop}, the same one whenever you start this here:",
            f"  for students    {site}{ready.students}",
            f"  for you alone   {site}{ready.teacher}",
            "                  (it makes whoever opens it the teacher)",
        ]
        if ready.is_instead:
            lines += [
                "",
                "  This is a new class, and students need its link: the one that was kept here is damaged, or of the",
                "  version before, whose classes have no keys.",
            ]
    if there:
        drawn = io.StringIO()
        segno.make(there + (ready.students if ready else ""), error="m").terminal(out=drawn, compact=True)
        lines += ["", drawn.getvalue().rstrip("\n"), "", PLAIN_HTTP]
    return "\n".join([*lines, "", "  Ctrl-C stops it.", ""])


def listen(port: int, *, lan: bool) -> socket.socket:
    """A listening socket, or an error that says how to find another port."""
    # Only of a socket that is expressly TCP does asyncio take the delay of 40 ms for small frames.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there the option would let two servers share the port
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("0.0.0.0" if lan else "127.0.0.1", port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        if error.errno in (errno.EADDRINUSE, errno.EACCES):
            why = "is in use by another program" if error.errno == errno.EADDRINUSE else "may not be used by you"
            raise PeerbookError(
                f"port {port} {why}",
                where="--port",
                remedy=f"Stop that program, or choose another port: --port {port + 1 if port < 65535 else 8000} "
                "(--port 0 takes any free one).",
            ) from None
        raise
    listener.set_inheritable(True)
    return listener
