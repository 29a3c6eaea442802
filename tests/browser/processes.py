"""Which process a page lives in: to stop it as a closed lid does, or to kill it as a phone that needs room does."""

from __future__ import annotations

import os
import signal

from playwright.sync_api import CDPSession, Page

TICK_S = 0.02
"""The system counts a process's time in hundredths of a second; the page and the browser may round it differently."""
ATTEMPTS = 40
"""Each tells the page's process further apart from those that do nothing."""
WORK = "() => { const end = performance.now() + 50; while (performance.now() < end); }"


def find_process(page: Page) -> int:
    """The process of ``page``, by its id.

    DevTools names the browser's processes without saying whose they are, and there are more than pages: one for the
    browser's own windows, which is the busiest for long, spare ones, those of workers, those that earlier pages left.
    But a page tells how much time its own process has had, and only one process of the browser can have had as much.
    """
    browser = page.context.browser
    assert browser is not None
    all_, own = browser.new_browser_cdp_session(), page.context.new_cdp_session(page)
    own.send("Performance.enable")
    fitting: list[int] = []
    try:
        for _ in range(ATTEMPTS):
            page.evaluate(WORK)
            before = _times(all_)
            metrics = {each["name"]: each["value"] for each in own.send("Performance.getMetrics")["metrics"]}
            had = float(metrics["ProcessTime"])
            after = _times(all_)
            fitting = [pid for pid in before if before[pid] - TICK_S <= had <= after.get(pid, 0) + TICK_S]
            if len(fitting) == 1:
                return fitting[0]
    finally:
        own.detach()
        all_.detach()
    raise AssertionError(f"the page's process is not told from others: {fitting} have had {had:.2f} s")


def kill(page: Page, process: int) -> None:
    """``process``, which is the page's, is gone from one moment to the next: it says goodbye to nobody."""
    with page.expect_event("crash", timeout=30_000):
        os.kill(process, signal.SIGKILL)


def _times(cdp: CDPSession) -> dict[int, float]:
    """Seconds of processor time that each process for pages has had."""
    found = cdp.send("SystemInfo.getProcessInfo")["processInfo"]
    return {int(each["id"]): float(each["cpuTime"]) for each in found if each["type"] == "renderer"}
