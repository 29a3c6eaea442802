"""What ours is measured beside: npm's y-webrtc and y-websocket, their own servers, a page that joins with any of them.

The packages go into `.cache` once, outside of the page's own lock: nothing of them is in the product. A bundle of
`page/` holds ours and theirs with one Yjs and one editor.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTENSION = ROOT / "site" / "extension"
CACHE = ROOT / ".cache" / "peerbook" / "benchmarks" / "others"
PACKAGES = (
    *("y-webrtc@10.3.0", "y-websocket@3.1.0", "@y/websocket-server@0.1.1"),
    *("y-codemirror.next@0.3.6", "yjs@13", "ws@8"),
)
"""y-websocket's server in its last version for Yjs 13, which is everybody's; the editor's binding is all sides'."""
SHARED = ("yjs", "lib0", "y-protocols", "@codemirror/state", "@codemirror/view")
"""There must be one of each in a page: ours."""
PATIENCE = 30.0
PAGE = '<!doctype html><meta charset="utf-8"><title>bare</title><link rel="icon" href="data:,"><body>'
SCRIPT = '<script src="page.js"></script>'


def install() -> None:
    """All packages, once."""
    done = CACHE / "done.txt"
    if done.is_file() and done.read_text().split() == list(PACKAGES):
        return
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    (CACHE / "package.json").write_text('{"private": true}\n')
    options = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
    subprocess.run(["npm", "install", *options, *PACKAGES], cwd=CACHE, check=True)
    done.write_text("\n".join(PACKAGES))


def build_page(folder: Path, script: str) -> Path:
    """A folder to serve, with the bundle of ``page/<script>`` and everything it joins with as `window.bare`."""
    esbuild = EXTENSION / "node_modules" / "esbuild" / "bin" / "esbuild"
    # Its command is a script until its install step makes it the program itself.
    command = [_node(), str(esbuild)] if esbuild.read_bytes()[:2] == b"#!" else [str(esbuild)]
    options = ["--bundle", "--minify", "--format=iife", "--global-name=bare", "--target=es2022", "--log-level=warning"]
    options += [f"--alias:{name}={EXTENSION / 'node_modules' / name}" for name in SHARED]
    environment = {**os.environ, "NODE_PATH": str(CACHE / "node_modules")}
    entry = ROOT / "benchmarks" / "page" / script
    out = f"--outfile={folder / 'page.js'}"
    subprocess.run([*command, str(entry), *options, out], cwd=EXTENSION, env=environment, check=True, timeout=60)
    (folder / "index.html").write_text(PAGE + SCRIPT, encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Program:
    """A server: its command for a port, which reads ``PORT`` too."""

    name: str
    command: Callable[[int], list[str]]


def ours(site: Path) -> Program:
    """`serve` as anybody runs it, with its default limits."""
    base = [sys.executable, "-m", "peerbook", "serve", "--no-build", "--output", str(site), "--port"]
    return Program("ours", lambda port: [*base, str(port)])


def y_webrtc() -> Program:
    return Program("y-webrtc", lambda port: [_node(), str(CACHE / "node_modules/y-webrtc/bin/server.js")])


def y_websocket() -> Program:
    entry = CACHE / "node_modules/@y/websocket-server/src/server.js"
    return Program("y-websocket", lambda port: [_node(), str(entry)])


@contextlib.contextmanager
def running(program: Program) -> Iterator[tuple[int, int]]:
    """The server in a new process: (pid, port). It listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    environment = {**os.environ, "PORT": str(port), "HOST": "127.0.0.1"}
    environment["PYTHONPATH"] = f"{ROOT / 'site'}{os.pathsep}{ROOT}"
    process = subprocess.Popen(program.command(port), env=environment, stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + PATIENCE
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"{program.name}'s server did not start")
            time.sleep(0.05)
        time.sleep(0.5)
        yield process.pid, port
    finally:
        process.kill()
        process.wait()


def _node() -> str:
    return shutil.which("node") or "node"
