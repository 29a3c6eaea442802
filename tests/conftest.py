"""What every Python test may use."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Playwright

MakeWorkshop = Callable[..., Path]

TOML = """\
title = "Loops"
summary = "Do it again."
language = "en"
level = "beginner"
minutes = 20
authors = ["Ada"]
licence = "CC-BY-4.0"
learn = ["Repeat things."]
notebooks = ["1-loops.ipynb"]
data = ["names.csv"]

[environment]
packages = []
"""


def cell(identifier: str, source: str, cell_type: str = "code") -> dict[str, Any]:
    """One cell as nbformat 4.5 has it."""
    code = {"outputs": [], "execution_count": None} if cell_type == "code" else {}
    return {"id": identifier, "cell_type": cell_type, "metadata": {}, "source": source, **code}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    """A notebook of these cells."""
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": list(cells)}


@pytest.fixture
def a_workshop(tmp_path: Path) -> MakeWorkshop:
    """Makes a valid workshop folder; ``replace`` changes its toml, ``cells`` its notebook."""

    def make(
        slug: str = "loops",
        *,
        replace: tuple[str, str] = ("", ""),
        cells: list[dict[str, Any]] | None = None,
        under: Path | None = None,
    ) -> Path:
        folder = (under or tmp_path / "content") / slug
        folder.mkdir(parents=True)
        if replace[0]:
            assert replace[0] in TOML, replace[0]
        (folder / "workshop.toml").write_text(TOML.replace(*replace) if replace[0] else TOML)
        (folder / "names.csv").write_text("name\nAda\n")
        cells = cells or [cell("title", "# Loops, again", "markdown"), cell("loop", "for i in range(3):\n    print(i)")]
        (folder / "1-loops.ipynb").write_text(json.dumps(notebook(*cells)))
        return folder

    return make


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of browsers: one for all folders, as a thread may have only one."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield playwright


class FailuresAtOnce:
    """Where tests run in processes beside each other, pytest says what failed when all is over. A run of half an hour
    says it now, and again then."""

    def __init__(self, reporter: pytest.TerminalReporter) -> None:
        self._reporter = reporter

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self._reporter.write_line(f"\nFAILED {report.nodeid} ({report.when})\n{report.longreprtext}", flush=True)


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """In the process that reports, and only if others do the work."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and getattr(config.option, "numprocesses", None):
        config.pluginmanager.register(FailuresAtOnce(reporter))
