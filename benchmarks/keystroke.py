"""From a key to the other page's next frame: ours over WebRTC and over the relay beside y-webrtc and y-websocket.

    .venv/bin/python benchmarks/keystroke.py

The same bare page with the same editor on all sides, two contexts of one Chromium, real keys at an uneven pace, in
turns; what counts is the ratio. Ends with 1 when a goal is missed. See README.md beside this file.
"""

from __future__ import annotations

import argparse
import contextlib
import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks import others
from benchmarks.machine import facts, load
from benchmarks.samples import ratio, table
from benchmarks.visit import ARGUMENTS
from peerbook.machine import find_browser
from peerbook.progress import Terminal

WAYS = ("direct", "y-webrtc", "relay", "y-websocket")
MOST_DIRECT = 1.2
MOST_RELAY = 1.3
"""Both from the issue: of y-webrtc's median, of y-websocket's."""
ROUNDS = 8
KEYS = 26
PAUSES = (0.05, 0.35)
"""Seconds from key to key, any in between as likely: five keys a second."""
WARM = 2
"""Keys of a page that do not count: its code runs for the first time."""
PATIENCE = 20.0


@contextlib.contextmanager
def addresses(folder: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """All servers: the address of the page, and for each way where its server is."""
    with (
        others.running(others.ours(folder)) as (_, port),
        others.running(others.y_webrtc()) as (_, webrtc),
        others.running(others.y_websocket()) as (_, websocket),
    ):
        signal = f"ws://localhost:{port}/signal"
        yield (
            f"http://localhost:{port}/",
            {
                **dict.fromkeys(("direct", "relay"), signal),
                "y-webrtc": f"ws://127.0.0.1:{webrtc}",
                "y-websocket": f"ws://127.0.0.1:{websocket}",
            },
        )


def block(writer: Page, reader: Page, keys: int, random: Random) -> tuple[list[float], list[float]]:
    """Type at one; milliseconds from each key to the other's DOM, and to its next frame."""
    writer.click(".cm-content")
    due = time.monotonic()
    for _ in range(keys):
        due += random.uniform(*PAUSES)
        time.sleep(max(0.0, due - time.monotonic()))
        writer.keyboard.press(random.choice("abcdefghijklmnopqrstuvwxyz"))
    reader.wait_for_function(f"me.frames.length === {keys}", timeout=PATIENCE * 1000)
    pressed = writer.evaluate("me.keys")
    found: list[dict[str, Any]] = [reader.evaluate("({seen: me.seen, frames: me.frames})")]
    assert len(pressed) == keys
    texts = [page.evaluate("me.view.state.doc.toString()") for page in (writer, reader)]
    assert texts[0] == texts[1]
    assert len(texts[0]) == keys
    seen, frames = (
        [then - key for key, then in zip(pressed, found[0][name], strict=True)][WARM:] for name in ("seen", "frames")
    )
    return seen, frames


def meet(contexts: list[BrowserContext], url: str, way: str, address: str) -> list[Page]:
    """Two pages in one class, reached in the way that is meant."""
    room = secrets.token_urlsafe(16)
    pages = [context.new_page() for context in contexts]
    for page in pages:
        page.goto(url)
        page.evaluate("words => bare.open(...words)", [way, address, room])
    for page in pages:
        page.wait_for_function("me.isReady()", timeout=PATIENCE * 1000)
    time.sleep(0.5)
    return pages


def measure(browser: Browser, url: str, servers: dict[str, str], rounds: int, keys: int) -> dict[str, Any]:
    """For each way its rounds, of milliseconds to the DOM (`seen`) and to the frame (`frames`)."""
    contexts = [browser.new_context(), browser.new_context()]
    found: dict[str, Any] = {way: {"seen": [], "frames": []} for way in servers}
    for number in range(rounds):
        ways = list(servers.items())
        for way, address in ways if number % 2 == 0 else reversed(ways):
            pages = meet(contexts, url, way, address)
            # Each types in half of the rounds: should their clocks differ, it is taken out again.
            writer, reader = pages if number % 4 < 2 else pages[::-1]
            seen, frames = block(writer, reader, keys, Random(number))
            found[way]["seen"].append(seen)
            found[way]["frames"].append(frames)
            for page in pages:
                page.close()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="From a key to the other page's next frame, ours beside others.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--keys", type=int, default=KEYS, help=f"in each round; the first {WARM} do not count")
    options = parser.parse_args()
    others.install()
    path = find_browser(Terminal())
    before = load()
    with tempfile.TemporaryDirectory() as name, addresses(others.build_page(Path(name), "keystroke.js")) as where:
        url, servers = where
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
            found = measure(browser, url, {way: servers[way] for way in WAYS}, options.rounds, options.keys)
            browser.close()
    print(", ".join(f"{name} {value}" for name, value in facts(path).items()))
    print(f"load before {before:.1f}, after {load():.1f}\n\nfrom a key to the other page's next frame")
    print(table({way: found[way]["frames"] for way in WAYS}, "ms"))
    print("\nof it to the other page's DOM")
    print(table({way: found[way]["seen"] for way in WAYS}, "ms"))
    missed = 0
    for ours, theirs, most in (("direct", "y-webrtc", MOST_DIRECT), ("relay", "y-websocket", MOST_RELAY)):
        print()
        for what in ("frames", "seen"):
            value, least, greatest = ratio(found[ours][what], found[theirs][what])
            print(f"{ours} / {theirs}, {what}: {value:.2f} (rounds {least:.2f} to {greatest:.2f})")
            if what == "frames" and value > most:
                missed += 1
                print(f"missed: more than {most}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
