"""Whole notebook pages in a class: what such a page fetches more than one alone, and from a key to the other's frame.

    python3 build.py build
    .venv/bin/python benchmarks/in_a_class.py

For information, beside nobody: `beside_jupyterlite.py` holds the page alone to stock's bytes, `keystroke.py` keys to
others'. Ends with 1 when a page alone fetches what only a class needs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.keystroke import PAUSES, WARM
from benchmarks.machine import facts, load
from benchmarks.samples import table
from benchmarks.server import Request, Server
from benchmarks.visit import ARGUMENTS, NOTEBOOK
from peerbook.machine import find_browser
from peerbook.progress import Terminal
from peerbook.workspace import this_workspace
from tests.browser.founded import found

KEYS = 62
QUIET = 3.0
"""Seconds without a request: the page has all it wants."""
PATIENCE = 120.0
WITHOUT_WEBRTC = "delete window.RTCPeerConnection; delete window.webkitRTCPeerConnection;"
WATCH = """cell => {
  const at = ms => performance.timeOrigin + ms;
  const content = document.querySelectorAll('.jp-CodeCell')[cell].querySelector('.cm-content');
  const me = (window.watched = { keys: [], frames: [], before: content.textContent.length });
  addEventListener('keydown', event => me.keys.push(at(event.timeStamp)), true);
  let length = 0;
  new MutationObserver(() => {
    const now = content.textContent.length - me.before;
    const from = length;
    length = Math.max(length, now);
    if (now > from) {
      requestAnimationFrame(() => {
        for (let index = from; index < now; index += 1) me.frames[index] = at(performance.now());
      });
    }
  }).observe(content, { childList: true, characterData: true, subtree: true });
}"""


@contextlib.contextmanager
def student(browser: Browser, url: str, name: str, fragment: str, script: str = "") -> Iterator[Page]:
    """A new device at the notebook; its cells are there. ``name`` was given before."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    context.set_default_timeout(PATIENCE * 1000)
    known = json.dumps([{"participant": hashlib.sha256(name.encode()).hexdigest()[:32], "name": name}])
    put = f"localStorage.setItem('peerbook:people:/', {json.dumps(known)})"
    context.add_init_script(f"if (window.origin !== 'null') {put};{script}")
    page = context.new_page()
    page.goto(f"{url}notebooks/index.html?path={NOTEBOOK}{fragment}")
    page.locator(".jp-Notebook .jp-CodeCell .cm-content").first.wait_for()
    try:
        yield page
    finally:
        context.close()


def fetched(server: Server) -> list[Request]:
    """All that was asked for until it is quiet."""
    found: list[Request] = []
    quiet, end = time.monotonic(), time.monotonic() + PATIENCE
    while time.monotonic() - quiet < QUIET and time.monotonic() < end:
        time.sleep(0.2)
        news, opened = server.take()
        found += news
        if news or opened:
            quiet = time.monotonic()
    return found


def bytes_of_a_class(browser: Browser, server: Server) -> int:
    """Print what a page in a class is sent more than one alone; 1 when one alone is sent it too."""
    fragment = found().owners
    sent: dict[str, dict[str, int]] = {}
    for name, where in (("warm", ""), ("alone", ""), ("in a class", fragment)):
        server.take()
        with student(browser, server.url, "Ada", where):
            sent[name] = {request.path: request.sent for request in fetched(server)}
        print(f"{name}: {sum(sent[name].values()) / 1e6:.3f} MB, {len(sent[name])} files", flush=True)
    more = {path: size for path, size in sent["in a class"].items() if path not in sent["alone"]}
    print(f"a page in a class is sent {sum(more.values()):,} bytes more:")
    for path, size in sorted(more.items(), key=lambda item: -item[1]):
        print(f"  {size:9,}  {path}")
    return 0 if more else 1


def keys_of_pages(browser: Browser, server: Server, rounds: int) -> None:
    """Print how long a key takes to the other page's next frame, with whole pages, over both roads."""
    times: dict[str, list[list[float]]] = {"direct": [], "relay": []}
    for number in range(rounds):
        for road in times:
            founded = found()
            script = WITHOUT_WEBRTC if road == "relay" else ""
            with (
                student(browser, server.url, "Ada", founded.owners, script) as ada,
                student(browser, server.url, "Alan", founded.everyones, script) as alan,
            ):
                times[road].append(type_at(*((ada, alan) if number % 2 == 0 else (alan, ada)), Random(number)))
            print(f"round {number + 1}: {road} {sorted(times[road][-1])[len(times[road][-1]) // 2]:.1f} ms", flush=True)
    print("from a key to the other page's next frame, whole notebook pages")
    print(table(times, "ms"))


def until(page: Page, condition: str) -> None:
    """Asks from outside: the page's policy forbids what Playwright's own waiting evaluates in it."""
    end = time.monotonic() + PATIENCE
    while not page.evaluate(condition):
        if time.monotonic() > end:
            raise TimeoutError(f"after {PATIENCE} s not yet: {condition}")
        time.sleep(0.05)


def type_at(writer: Page, reader: Page, random: Random) -> list[float]:
    """Milliseconds, of each key."""
    cell = ".jp-CodeCell >> nth=0 >> .cm-content"
    writer.click(cell)
    writer.keyboard.press("ControlOrMeta+A")
    writer.keyboard.press("Delete")
    until(reader, "document.querySelector('.jp-CodeCell .cm-content').textContent === ''")
    time.sleep(3)  # Python starts meanwhile
    for page in (writer, reader):
        page.evaluate(WATCH, 0)
    due = time.monotonic()
    for _ in range(KEYS):
        due += random.uniform(*PAUSES)
        time.sleep(max(0.0, due - time.monotonic()))
        writer.keyboard.press(random.choice("0123456789"))  # nothing that an editor completes
    until(reader, f"watched.frames.length === {KEYS}")
    keys: list[float] = writer.evaluate("watched.keys")
    frames: list[float] = reader.evaluate("watched.frames")
    return [frame - key for key, frame in zip(keys, frames, strict=True)][WARM:]


def main() -> int:
    parser = argparse.ArgumentParser(description="Whole notebook pages in a class.")
    parser.add_argument("--site", type=Path, metavar="DIST", help="our built site (default: dist)")
    parser.add_argument("--rounds", type=int, default=2, help="of typing; 0 for the bytes alone")
    options = parser.parse_args()
    path = find_browser(Terminal())
    site = (options.site or this_workspace().output).resolve()
    before = load()
    with Server(site) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        outcome: Any = bytes_of_a_class(browser, server)
        if options.rounds:
            keys_of_pages(browser, server, options.rounds)
        browser.close()
    print(", ".join(f"{name} {value}" for name, value in facts(path).items()))
    print(f"load before {before:.1f}, after {load():.1f}")
    return int(outcome)


if __name__ == "__main__":
    sys.exit(main())
