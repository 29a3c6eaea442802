"""Typing in a notebook with nobody else's cursor in it, and with fifty moving: from a key to the next frame, as ratios.

A real page of the built site, a crowd of fifty sessions in another page behind one connection, the states in turns.
Exit code 1 when typing among fifty takes more than `MOST` times as long.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "site")]

from playwright.sync_api import CDPSession, Page, sync_playwright  # noqa: E402

from tests.browser.bare import build_bare_page  # noqa: E402
from tests.browser.conftest import ARGUMENTS, serving  # noqa: E402
from tests.browser.founded import found as found_class  # noqa: E402

NOTEBOOK = "first-steps/1-hello.ipynb"
PEOPLE = 50
KEYS = 60
MOST = 1.2
"""Of the time from a key to the next frame without anybody: below what anybody feels."""
STATES = {"nobody": -1, "50 in this cell": 1, "50 all over": None}
TYPE = """async keys => {
  const frame = () => new Promise(requestAnimationFrame);
  // What comes after a frame's own work: its layout and paint are done.
  const painted = () => new Promise(then => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = then;
    requestAnimationFrame(() => port2.postMessage(0));
  });
  const times = [];
  for (let key = 0; key < keys; key += 1) {
    await frame();
    const begun = performance.now();
    document.execCommand(key % 2 ? 'delete' : 'insertText', false, 'x');
    await painted();
    times.push(performance.now() - begun);
    await new Promise(then => setTimeout(then, 40 + 20 * Math.random()));
  }
  return times;
}"""


def busy(session: CDPSession) -> float:
    """Seconds that the page's main thread has worked so far."""
    metrics = session.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def until(page: Page, script: str, argument: object = None) -> None:
    """Wait for ``script``; the pages' policy forbids Playwright's own way."""
    for _ in range(300):
        if page.evaluate(script, argument):
            return
        page.wait_for_timeout(100)
    raise TimeoutError(script)


def settle(page: Page, carets: int) -> None:
    """Wait until as many cursors are drawn as the state should show; all over, most cells are out of sight."""
    until(
        page,
        "least => { const n = document.querySelectorAll('.pb-Caret').length; return least ? n >= least : n === 0; }",
        carets,
    )
    page.wait_for_timeout(1500)


def run(site: Path, rounds: int) -> dict[str, dict[str, list[float]]]:
    """For each state, milliseconds of all keys and the milliseconds of work for each key by round."""
    found: dict[str, dict[str, list[float]]] = {state: {"frame": [], "work": []} for state in STATES}
    catalogue = json.loads((site / "workshops.json").read_text(encoding="utf-8"))
    slug, _, path = NOTEBOOK.partition("/")
    genesis = next(
        (site / notebook["genesis"]["url"]).read_bytes().hex()
        for workshop in catalogue["workshops"]
        if workshop["slug"] == slug
        for notebook in workshop["notebooks"]
        if notebook["path"] == path
    )
    with tempfile.TemporaryDirectory() as folder, serving(site) as server, sync_playwright() as playwright:
        bare = build_bare_page(Path(folder), "src/class/cursors/crowd.ts")
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        founded, base = found_class(), server.url()
        context = browser.new_context()
        # Into a page of the site: what a test makes up counts as a stranger to the server.
        context.add_init_script((bare / "bare.js").read_text(encoding="utf-8") + "window.bare = bare;")
        crowd, page = context.new_page(), browser.new_context(viewport={"width": 1280, "height": 800}).new_page()
        page.context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": "signal"}))
        known = json.dumps([{"participant": "f" * 32, "name": "Typist"}])
        page.goto(base)
        page.evaluate("known => localStorage.setItem('peerbook:people:/', known)", known)
        page.goto(f"{base}notebooks/index.html?path={NOTEBOOK}{founded.owners}")
        page.locator(".jp-CodeCell .cm-content").nth(1).click()
        crowd.goto(f"{base}offline.html")
        signal = base.replace("http", "ws") + "signal"
        crowd.evaluate(
            "a => { window.crowd = new bare.Crowd(...a); }", [founded.code, founded.owner, signal, genesis, PEOPLE]
        )
        until(crowd, "() => crowd.links > 0")
        session = page.context.new_cdp_session(page)
        session.send("Performance.enable")
        for turn in range(rounds + 1):
            for state, cells in STATES.items():
                crowd.evaluate("cells => crowd.move(cells)", cells)
                settle(page, {"nobody": 0, "50 in this cell": PEOPLE}.get(state, 4))
                before = busy(session)
                times = page.evaluate(TYPE, KEYS)
                if turn > 0:  # The first is warming up.
                    found[state]["frame"] += times
                    found[state]["work"].append((busy(session) - before) * 1000 / KEYS)
        browser.close()
    return found


def main() -> int:
    """Run, print a table, and say whether the goal is met."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--site", type=Path, default=ROOT / "dist")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    found = run(arguments.site, arguments.rounds)
    base = median(found["nobody"]["frame"])
    print("| others' cursors | key to frame, ms | 95 of 100 | ratio | work for a key, ms |")
    print("|---|---|---|---|---|")
    for state, each in found.items():
        middle, high = median(each["frame"]), quantiles(each["frame"], n=20)[-1]
        print(f"| {state} | {middle:.1f} | {high:.1f} | {middle / base:.2f} | {median(each['work']):.1f} |")
    return int(max(median(each["frame"]) for each in found.values()) > MOST * base)


if __name__ == "__main__":
    raise SystemExit(main())
