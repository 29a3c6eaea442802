"""A notebook page as its user sees it: cells, outputs, the bar's words. Touches no internals."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

RUN_TIMEOUT_S = 90.0
"""Python's first start, on two cores that others use too."""


class Classroom:
    """A page of the `notebooks` app (or `lab`) at one notebook."""

    def __init__(self, page: Page, site_url: str) -> None:
        self.page = page
        self.site_url = site_url

    def open(self, path: str, app: str = "notebooks") -> Classroom:
        """Open the notebook at ``path`` and wait for its first cell."""
        self.page.goto(f"{self.site_url}{app}/index.html?path={path}")
        return self.wait_for_cells()

    def reload(self) -> Classroom:
        self.page.reload()
        return self.wait_for_cells()

    def wait_for_cells(self) -> Classroom:
        self.page.locator(".jp-Notebook .jp-Cell").first.wait_for()
        return self

    @property
    def cells(self) -> Locator:
        """All cells, texts too, in their order."""
        return self.page.locator(".jp-Notebook .jp-Cell")

    @property
    def code_cells(self) -> Locator:
        return self.page.locator(".jp-Notebook .jp-CodeCell")

    def code_cell(self, index: int) -> Locator:
        return self.code_cells.nth(index)

    def source(self, index: int) -> str:
        """What stands in code cell ``index``. Folded or far-off lines are not in the page: for short cells."""
        # A cell is in the page before its editor is: read what stands there, not what is not there yet.
        self.code_cell(index).scroll_into_view_if_needed()
        self.code_cell(index).locator(".cm-line").first.wait_for()
        # Not the inner text: a cell that was out of sight has none until the browser draws it.
        lines: list[str] = self.code_cell(index).locator(".cm-line").all_text_contents()
        return "\n".join(line.rstrip("\n") for line in lines)

    def focus(self, index: int) -> None:
        self.code_cell(index).locator(".cm-content").click()

    def write(self, index: int, source: str) -> None:
        """Put ``source`` in the place of what stands in code cell ``index``."""
        self.focus(index)
        self.page.keyboard.press("ControlOrMeta+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.insert_text(source)

    def start(self, index: int) -> None:
        """Run code cell ``index`` and stay on it, without waiting for its end."""
        self.focus(index)
        self.page.keyboard.press("Control+Enter")

    def run(self, index: int, source: str | None = None, *, timeout: float = RUN_TIMEOUT_S) -> str:
        """Run code cell ``index`` to its end and give back all that it shows."""
        if source is not None:
            self.write(index, source)
        before = self.prompt(index)
        self.start(index)
        self.wait(lambda: self.prompt(index) != before or "*" in before, "the run begins", timeout)
        self.wait_for_end(index, timeout=timeout)
        return self.output(index)

    def wait_for_end(self, index: int, *, timeout: float = RUN_TIMEOUT_S) -> None:
        self.wait(lambda: "*" not in self.prompt(index), f"code cell {index} comes to its end", timeout)

    def prompt(self, index: int) -> str:
        return self.code_cell(index).locator(".jp-InputPrompt").first.inner_text().strip()

    def output(self, index: int) -> str:
        """What code cell ``index`` shows, as text."""
        area = self.code_cell(index).locator(".jp-OutputArea-output")
        return "\n".join(text.strip("\n") for text in area.all_inner_texts())

    def expect_output(self, index: int, words: str | re.Pattern[str]) -> None:
        expect(self.code_cell(index).locator(".jp-OutputArea")).to_contain_text(words)

    @property
    def bar(self) -> Locator:
        """The bar in which the state of things is said in words."""
        return self.page.locator(".pb-ClassroomBar").first

    def expect_words(self, words: str | re.Pattern[str], *, timeout: float = 30.0) -> None:
        """Wait until the bar says ``words``."""
        expect(self.bar).to_contain_text(words, timeout=timeout * 1000)

    def button(self, name: str | re.Pattern[str]) -> Locator:
        return self.page.get_by_role("button", name=name).first

    def wait(self, holds: Callable[[], bool], what: str, timeout: float = 30.0) -> None:
        """Wait until ``holds``; fail with ``what`` was waited for."""
        deadline = time.monotonic() + timeout
        while not holds():
            assert time.monotonic() < deadline, (
                f"waited {timeout:.0f} s in vain until {what}; the bar says: {self.said()}"
            )
            self.page.wait_for_timeout(50)

    def said(self) -> str:
        return self.bar.inner_text() if self.bar.count() else "(no bar)"
