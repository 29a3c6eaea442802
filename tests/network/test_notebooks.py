"""Full notebook pages on a network that lets no UDP through, and later does."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from playwright.sync_api import Browser, BrowserContext, Playwright

from tests.browser.conftest import ARGUMENTS, NewContext, Server, Watch
from tests.browser.people import ClassOfPeople, is_ours

from .lab import Desk, Lab
from .test_roads import UDP


@pytest.fixture(scope="module")
def bare_folder() -> Path:
    """What the desk with the server serves: the built site."""
    folder = Path(os.environ.get("PEERBOOK_SITE", "dist")).resolve()
    assert (folder / "index.html").is_file(), f"no built site in {folder}: run python3 build.py build first"
    return folder


@pytest.fixture
def desks(lab: Lab) -> list[Desk]:
    return [lab.desk("ada"), lab.desk("ben")]


@pytest.fixture
def together(desks: list[Desk], site_address: str, playwright: Playwright, tmp_path: Path) -> Iterator[ClassOfPeople]:
    """A class whose people sit one at each desk, in the order they come."""
    chromium = os.environ.get("PEERBOOK_BROWSER", "/usr/bin/chromium")
    browsers: list[Browser] = []

    def new_context(**options: object) -> BrowserContext:
        desk = desks[len(browsers)]
        browser = playwright.chromium.launch(executable_path=desk.wrapper(chromium, tmp_path), args=ARGUMENTS)
        browsers.append(browser)
        return browser.new_context(**options)  # type: ignore[arg-type]

    server = cast("Server", SimpleNamespace(url=lambda: f"http://{site_address}/"))
    together = ClassOfPeople(cast("NewContext", new_context), server, Watch)
    yield together
    for person in together.people:
        # On plain http the headers that isolate a page are ignored, and each time it is said.
        errors = [error for error in person.watch.errors if is_ours(error) and "Cross-Origin-Opener" not in error]
        assert errors == []
    for browser in browsers:
        browser.close()


def test_two_notebooks_where_udp_is_blocked_and_later_is_not(desks: list[Desk], together: ClassOfPeople) -> None:
    """[CON15] Relayed at once, and said; the better road is taken when it may, nothing is lost or doubled."""
    for desk in desks:
        desk.block(UDP)
    ada, ben = together.comes("Ada"), together.comes("Ben")
    began = time.monotonic()
    for person in (ada, ben):
        person.expect_words("Live with 1, through the server")
    print(f"relayed, and said so, {time.monotonic() - began:.1f} s after the second had the notebook")
    ada.types(1, "\n# by Ada, relayed")
    ben.types(1, "\n# by Ben, relayed")
    together.agree_on("# by Ada, relayed", "# by Ben, relayed")
    for desk in desks:
        desk.unblock()
    began = time.monotonic()
    words = [f"# word {number}." for number in range(30)]
    for word in words:  # while the roads change
        ada.types(1, f"\n{word}")
    for person in (ada, ben):
        person.wait(lambda who=person: "through the server" not in who.said(), "a direct road is taken", 60)  # type: ignore[misc]
    print(f"direct {time.monotonic() - began:.1f} s after UDP was free")
    together.agree_on(*words, "# by Ada, relayed", "# by Ben, relayed")
