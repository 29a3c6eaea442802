"""What signing and sealing cost: from a key to the other page's frame, of this site and of one built before, in turns.

    git worktree add /tmp/before e2fd823 && (cd /tmp/before && python3 build.py build)
    python3 build.py build
    .venv/bin/python benchmarks/before_and_after.py /tmp/before/dist

The site before is one whose classes had no keys: links of 24 characters, nothing signed: this commit is the last of
those. Both are served by the same code, and take turns; who types takes turns too.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

if not __package__:  # run as a file: the checkout it lies in comes first
    ROOT = Path(__file__).resolve().parents[1]
    sys.path[:0] = [str(ROOT / "site"), str(ROOT)]

from playwright.sync_api import Browser, sync_playwright

from benchmarks.in_a_class import WITHOUT_WEBRTC, student, type_at
from benchmarks.machine import facts, load
from benchmarks.samples import ratio, table
from benchmarks.server import Server
from benchmarks.visit import ARGUMENTS
from peerbook.machine import find_browser
from peerbook.progress import Terminal
from peerbook.workspace import this_workspace
from tests.browser.founded import found

Links = Callable[[], tuple[str, str]]
"""The fragment of who comes first, and of who comes then."""


def links_now() -> tuple[str, str]:
    founded = found()
    return founded.owners, founded.everyones


def links_before() -> tuple[str, str]:
    """A secret and its check bytes: everybody who had it was in, in everyone's notebook."""
    secret, purpose = secrets.token_bytes(16), b"peerbook check 1"
    check = hashlib.sha256(bytes([len(purpose)]) + purpose + secret).digest()[:2]
    fragment = f"#class={base64.urlsafe_b64encode(secret + check).decode()}"
    return fragment, fragment


def keys_of(browser: Browser, url: str, links: Links, script: str, number: int) -> list[float]:
    """Milliseconds, of each key."""
    first, other = links()
    with student(browser, url, "Ada", first, script) as ada, student(browser, url, "Alan", other, script) as alan:
        return type_at(*((ada, alan) if number % 2 == 0 else (alan, ada)), Random(number))


def main() -> int:
    parser = argparse.ArgumentParser(description="Keys in a class, before its changes were signed and since.")
    parser.add_argument("before", type=Path, metavar="DIST", help="a site built before classes had keys")
    parser.add_argument("--site", type=Path, metavar="DIST", help="our built site (default: dist)")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--relay", action="store_true", help="where nobody has WebRTC")
    options = parser.parse_args()
    path = find_browser(Terminal())
    site = (options.site or this_workspace().output).resolve()
    found_ms: dict[str, list[list[float]]] = {"before": [], "now": []}
    begun = load()
    with (
        Server(options.before.resolve()) as old,
        Server(site) as new,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        ways = [("before", old.url, links_before), ("now", new.url, links_now)]
        script = WITHOUT_WEBRTC if options.relay else ""
        for number in range(options.rounds):
            for name, url, links in ways if number % 2 == 0 else ways[::-1]:
                keys = keys_of(browser, url, links, script, number)
                found_ms[name].append(keys)
                print(f"round {number + 1}: {name} {sorted(keys)[len(keys) // 2]:.1f} ms", flush=True)
        browser.close()
    print("from a key to the other page's next frame, whole notebook pages" + (", relay" if options.relay else ""))
    print(table(found_ms, "ms"))
    middle, least, most = ratio(found_ms["now"], found_ms["before"])
    print(f"now / before: {middle:.2f} ({least:.2f} to {most:.2f})")
    print(", ".join(f"{name} {value}" for name, value in facts(path).items()))
    print(f"load before {begun:.1f}, after {load():.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
