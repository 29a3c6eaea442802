"""Draws the PNG icons from favicon.svg, with a browser. Run by hand when the mark changes; its results are committed.

Usage: PYTHONPATH=site python site/make_icons.py [path of Chromium]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

STATIC = Path(__file__).resolve().parent / "static"
# Name, side in pixels, share of it that the mark takes. A maskable icon is cut to any shape within 80 % of its width.
ICONS = (("icon-192", 192, 1.0), ("icon-512", 512, 1.0), ("icon-maskable-512", 512, 0.75))


def make_icons(chromium: str | None) -> None:
    mark = (STATIC / "favicon.svg").read_text("utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        for name, side, share in ICONS:
            page = browser.new_page(viewport={"width": side, "height": side})
            ground = "transparent" if share == 1 else "#23614a"
            page.set_content(
                f"<style>html{{background:{ground}}}body{{margin:0;height:100vh;display:grid;place-items:center}}"
                f"svg{{width:{share:.0%};display:block}}</style>{mark}"
            )
            page.screenshot(path=STATIC / f"{name}.png", omit_background=True)
            page.close()
        browser.close()


if __name__ == "__main__":
    make_icons(sys.argv[1] if len(sys.argv) > 1 else None)
