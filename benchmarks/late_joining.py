"""A late joiner of a class with 200 cells and 5 MB of outputs: ours over WebRTC and over the relay beside y-websocket.

    .venv/bin/python benchmarks/late_joining.py

The same documents on all sides, a new page for each that joins, in turns; what counts is the ratio. y-webrtc takes part
to show what it does: nothing above 256 KiB arrives. Ends with 1 when a goal is missed. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import json
import secrets
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import quote

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from playwright.sync_api import Browser, sync_playwright

from benchmarks import others
from benchmarks.keystroke import addresses
from benchmarks.machine import facts, load
from benchmarks.samples import ratio, table
from benchmarks.visit import ARGUMENTS
from peerbook.machine import find_browser
from peerbook.progress import Terminal

WAYS = ("direct", "relay", "y-websocket")
MOST = 3.0
"""From the issue: of y-websocket's median."""
ROUNDS = 7
BYTES = 5_000_000
PATIENCE = 30.0
REST = 1.0
"""Seconds between two: the others hear of who left, and the server lets each connection send 1 MB a second."""
NEVER = 15.0
"""Seconds for which y-webrtc is waited for: a hundred times what the others take."""


Rounds = dict[str, list[list[float]]]
"""For each way, what each round measured."""


class Device:
    """A page in a context of its own, which nothing listens to: a debugger is told of every frame, and that costs."""

    def __init__(self, browser: Browser, url: str, **told: Any) -> None:
        self._session = browser.new_browser_cdp_session()
        self._context = self._session.send("Target.createBrowserContext")["browserContextId"]
        address = f"{url}#{quote(json.dumps(told))}"
        where = {"url": address, "browserContextId": self._context}
        self._target = self._session.send("Target.createTarget", where)["targetId"]

    def answer(self, seconds: float) -> dict[str, Any]:
        """What the page says in its title."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            title = self._session.send("Target.getTargetInfo", {"targetId": self._target})["targetInfo"]["title"]
            if title.startswith("{"):
                found: dict[str, Any] = json.loads(title)
                if "error" in found:
                    raise RuntimeError(found["error"])
                return found
            time.sleep(0.1)
        raise RuntimeError(f"the page said nothing in {seconds} s")

    def close(self) -> None:
        self._session.send("Target.disposeBrowserContext", {"browserContextId": self._context})
        self._session.detach()


class Class:
    """A page that has everything, in one way."""

    def __init__(self, browser: Browser, url: str, way: str, address: str, size: int) -> None:
        self.browser, self.url, self.way = browser, url, way
        self.told = {"way": way, "address": address, "room": secrets.token_urlsafe(16)}
        self.content = Device(browser, url, role="host", bytes=size, **self.told).answer(PATIENCE)
        time.sleep(2)  # y-websocket's server is given all of it

    def join(self, seconds: float) -> dict[str, Any]:
        """Somebody comes, with nothing: {isWhole, ms, here (clocks), roads}."""
        told = {**self.told, "wanted": self.content["clocks"], "patience": seconds * 1000}
        late = Device(self.browser, self.url, role="late", **told)
        found = late.answer(seconds + PATIENCE)
        late.close()
        time.sleep(REST)
        return found


def measure(browser: Browser, url: str, servers: dict[str, str], rounds: int, size: int) -> Rounds:
    """Milliseconds until everything was there."""
    classes = [Class(browser, url, way, servers[way], size) for way in WAYS]
    print(f"bytes of the notebook, of the outputs: {classes[0].content['bytes']}", flush=True)
    found: Rounds = {way: [] for way in WAYS}
    for number in range(rounds + 1):
        for each in classes if number % 2 else classes[::-1]:
            joined = each.join(PATIENCE)
            if not joined["isWhole"]:
                raise RuntimeError(f"{each.way}: not everything in {PATIENCE} s: {joined}")
            title = f"round {number}" if number else "warming up"
            print(f"{title}: {each.way:11} {joined['ms']:7.0f} ms  {joined['roads']}", flush=True)
            if number:
                found[each.way].append([joined["ms"]])
    return found


def show_y_webrtc(browser: Browser, url: str, address: str, size: int) -> None:
    """What becomes of a small document, and of this one."""
    for bytes_ in (100_000, size):
        joined = Class(browser, url, "y-webrtc", address, bytes_).join(NEVER)
        words = f"everything after {joined['ms']:.0f} ms" if joined["isWhole"] else f"not in {NEVER:.0f} s"
        print(f"y-webrtc, {bytes_:,} bytes of outputs: {words} ({joined['roads']})")


def main() -> int:
    parser = argparse.ArgumentParser(description="Joining late, ours beside y-websocket.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--bytes", type=int, default=BYTES, help="of outputs")
    options = parser.parse_args()
    others.install()
    path = find_browser(Terminal())
    before = load()
    with tempfile.TemporaryDirectory() as name, addresses(others.build_page(Path(name), "joining.js")) as where:
        url, servers = where
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            found = measure(browser, url, servers, options.rounds, options.bytes)
            show_y_webrtc(browser, url, servers["y-webrtc"], options.bytes)
            browser.close()
    print(", ".join(f"{name} {value}" for name, value in facts(path).items()))
    print(f"load before {before:.1f}, after {load():.1f}\n\nfrom beginning to join until everything is here")
    print(table(found, "ms"))
    missed = 0
    for way in WAYS[:2]:
        value, least, greatest = ratio(found[way], found["y-websocket"])
        print(f"{way} / y-websocket: {value:.2f} (rounds {least:.2f} to {greatest:.2f})")
        if value > MOST:
            missed += 1
            print(f"missed: more than {MOST}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
