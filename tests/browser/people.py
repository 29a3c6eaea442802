"""People of one class in full notebook pages, each with a browser of their own, and what they do there.

A story begins with ``a_class_with("Ada", "Ben")``: both have opened a link into the class, said their names and stand
in everyone's page of the workshop's first step, where all write. Ada, who came first, owns the class. Further pages are
expensive (a JupyterLab each): tell several things in one story.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

from playwright.sync_api import BrowserContext, Locator, Page, expect

from .classroom import Classroom
from .founded import found

if TYPE_CHECKING:
    # It has the fixture that makes a class, and so imports this module.
    from .conftest import NewContext, Server, Watch

WORKSHOP = "first-steps"
NOTEBOOK = f"{WORKSHOP}/1-hello.ipynb"
VIEW = {"width": 1100, "height": 1800}
"""High enough that every cell of the notebook is drawn."""
AGREE_S = 45.0
"""For everybody to be equal: what was missed is asked for within seconds, on a busy machine later."""

NETWORK = """
(() => {
  // Playwright's own way of being offline leaves WebRTC alone.
  const [Socket, Connection] = [window.WebSocket, window.RTCPeerConnection];
  const [sockets, connections] = [new Set(), new Set()];
  let isOff = false;
  window.WebSocket = class extends Socket {
    constructor(address, ...rest) {
      super(isOff ? 'ws://127.0.0.1:9/' : address, ...rest);
      sockets.add(this);
    }
  };
  window.RTCPeerConnection = class extends Connection {
    constructor(options) {
      super(isOff ? { iceServers: [], iceTransportPolicy: 'relay' } : options);
      connections.add(this);
    }
  };
  window.cutNetwork = off => {
    isOff = off;
    if (off) {
      [...sockets, ...connections].forEach(each => each.close());
      sockets.clear();
      connections.clear();
    }
  };
  window.countConnections = () => [...connections].filter(each => each.connectionState === 'connected').length;
})();
"""
CELLS = """() => [...document.querySelectorAll('.jp-Notebook .jp-Cell')].map(cell => {
  const type = ['Code', 'Markdown', 'Raw'].find(each => cell.classList.contains(`jp-${each}Cell`));
  const drawn = cell.querySelector('.jp-MarkdownOutput:not(.lm-mod-hidden)');
  const lines = [...cell.querySelectorAll('.cm-line')].map(line => {
    const copy = line.cloneNode(true);
    // Somebody's cursor and its flag are no text.
    copy.querySelectorAll('.pb-Caret, .pb-Flag, .cm-widgetBuffer').forEach(each => each.remove());
    return copy.textContent.replaceAll('\\u200b', '');
  });
  return [type, drawn && !drawn.hidden && drawn.offsetParent ? drawn.innerText.trim() : lines.join('\\n')];
})"""
"""Kind and text of each cell, as it stands on the page."""

Cells = list[tuple[str, str]]
Which = int | str
"""A cell: its index, or words that it alone has. What others move meanwhile has another index when it is clicked."""
Branch = Literal["lecture", "mine", "team"]
"""Which of the class's notebooks: the one that is taught with, one's own, everyone's."""


class Person(Classroom):
    """Somebody of a class in a page of theirs. ``index`` counts all cells, texts too, from 0."""

    def __init__(self, page: Page, site_url: str, name: str, watch: Watch) -> None:
        super().__init__(page, site_url)
        self.name, self.watch = name, watch

    # Coming and going

    def joins(self, link: str) -> Person:
        """Open a link into the class, the invite link or a notebook's, and say who one is."""
        self.page.goto(link)
        self.page.get_by_label("Your name").fill(self.name)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url(re.compile(r"/notebooks/"))
        self.wait_for_cells()
        return self

    def opens(self, address: str) -> Person:
        """Open a page of the class as one who has been here before on this device."""
        self.page.goto(address)
        self.wait_for_cells()
        return self

    def reloads(self) -> None:
        self.reload()

    def closes(self) -> None:
        self.page.close()

    def goes_offline(self) -> None:
        """No network at all: no server, no direct connections, as when Wi-Fi is off."""
        self.page.context.set_offline(True)
        self.page.evaluate("window.cutNetwork(true)")

    def comes_online(self) -> None:
        self.page.context.set_offline(False)
        self.page.evaluate("window.cutNetwork(false); window.dispatchEvent(new Event('online'))")

    # What stands there

    @property
    def notebook(self) -> Cells:
        return [(kind, text) for kind, text in self.page.evaluate(CELLS)]

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.notebook]

    def index_of(self, words: str) -> int:
        """Where the only cell with ``words`` stands."""
        self.wait(lambda: sum(words in text for text in self.texts) == 1, f"one cell has {words!r}")
        return next(index for index, text in enumerate(self.texts) if words in text)

    def cell(self, which: Which) -> Locator:
        if isinstance(which, int):
            return self.cells.nth(which)
        self.index_of(which)
        return self.cells.filter(has_text=which)

    def sees(self, words: str, *, timeout: float = AGREE_S) -> None:
        """Wait until some cell has ``words``."""
        self.wait(
            lambda: any(words in text for text in self.texts), f"{self.name} sees {words!r} in {self.texts}", timeout
        )

    # What one does

    def selects(self, which: Which) -> None:
        """Select cell ``which`` without writing in it: keys are commands."""
        # Beside the number, where a click is about the cell and not about its text.
        self.cell(which).locator(".jp-InputArea-prompt, .jp-InputPrompt").first.click()

    def presses(self, which: Which, *keys: str) -> None:
        self.selects(which)
        for key in keys:
            self.page.keyboard.press(key)

    def writes_in(self, which: Which, at: Literal["start", "end"] = "end") -> None:
        """Put the cursor into cell ``which``."""
        editor = self.cell(which).locator(".cm-content")
        editor.click()
        self.page.keyboard.press("ControlOrMeta+End" if at == "end" else "ControlOrMeta+Home")

    def types(self, which: Which, words: str, at: Literal["start", "end"] = "end", *, delay: float = 0) -> None:
        """Type ``words`` into cell ``which``, key by key, ``delay`` ms apart."""
        self.writes_in(which, at)
        self.page.keyboard.type(words, delay=delay)

    def adds_below(self, index: int, words: str = "") -> None:
        self.presses(index, "b")
        if words:
            self.page.keyboard.press("Enter")
            self.page.keyboard.insert_text(words)

    def moves(self, which: Which, way: Literal["Up", "Down"], times: int = 1) -> None:
        self.presses(which, *[f"Control+Shift+Arrow{way}"] * times)

    def deletes(self, which: Which) -> None:
        self.presses(which, "d", "d")

    def splits(self, index: int, lines: int) -> None:
        """Split cell ``index`` after its first ``lines`` lines."""
        self.writes_in(index, "start")
        for _ in range(lines):
            self.page.keyboard.press("ArrowDown")
        self.page.keyboard.press("Home")
        self.page.keyboard.press("Control+Shift+Minus")

    def merges_below(self, index: int) -> None:
        self.presses(index, "Shift+M")

    def makes(self, which: Which, kind: Literal["code", "text", "raw"]) -> None:
        self.presses(which, {"code": "y", "text": "m", "raw": "r"}[kind])

    def undoes(self) -> None:
        """Take back the last thing done with cells."""
        self.page.keyboard.press("Escape")
        self.page.keyboard.press("z")


class ClassOfPeople:
    """One class of people in full notebook pages."""

    def __init__(self, new_context: NewContext, server: Server, watch: Callable[[BrowserContext], Watch]) -> None:
        self._new_context, self.server, self._watch = new_context, server, watch
        self.site_url = server.url()
        self.founded = found()
        self.code = self.founded.code
        self.people: list[Person] = []
        self._was_opened = False

    @property
    def link(self) -> str:
        """The invite link."""
        return f"{self.site_url}workshops/{WORKSHOP}/index.html{self.founded.fragment}"

    def address(self, path: str = NOTEBOOK, app: str = "notebooks", branch: Branch = "team") -> str:
        """Of a notebook's page in this class."""
        return f"{self.site_url}{app}/index.html?path={path}{self.founded.fragment}&branch={branch}"

    def device(self, script: str = "") -> BrowserContext:
        """A browser in which nobody of the class has been; ``script`` runs first in each of its pages."""
        # Without the service worker: copying the site for later is not what these stories are about.
        context = self._new_context(viewport=VIEW, service_workers="block", accept_downloads=True)
        context.add_init_script(NETWORK)
        context.add_init_script(script)
        context.route("**/peerbook.json", lambda route: route.fulfill(json={"signaling": "signal"}))
        return context

    def comes(self, name: str, script: str = "", branch: Branch = "team") -> Person:
        """Somebody new, on a device of their own. The first one is the owner: before, nobody could be let in."""
        context = self.device(script)
        watch = self._watch(context)
        owner = "" if self._was_opened else f"&owner={self.founded.owner}"
        self._was_opened = True
        address = self.address(branch=branch) + owner
        person = Person(context.new_page(), self.site_url, name, watch).joins(address)
        self.people.append(person)
        return person

    def second_tab(self, person: Person, address: str | None = None) -> Person:
        """Another tab beside the person's."""
        page = person.page.context.new_page()
        tab = Person(page, self.site_url, person.name, person.watch).opens(address or self.address())
        self.people.append(tab)
        return tab

    def leaves(self, person: Person) -> None:
        person.closes()
        self.people.remove(person)

    def all_see(self, words: str) -> None:
        for person in self.people:
            person.sees(words)

    def agree(self, holds: Callable[[Cells], bool] = lambda cells: True, what: str = "it is so") -> Cells:
        """Wait until everybody has the same cells, and those are as they must be. The cells."""
        deadline = time.monotonic() + AGREE_S
        while True:
            seen = [person.notebook for person in self.people]
            if all(as_read(cells) == as_read(seen[0]) for cells in seen) and holds(seen[0]):
                return seen[0]
            assert time.monotonic() < deadline, f"not everybody has the same cells, or not: {what}\n" + "\n".join(
                f"{person.name}: {[text[:60] for _, text in cells]}"
                for person, cells in zip(self.people, seen, strict=True)
            )
            self.people[0].page.wait_for_timeout(100)

    def agree_on(self, *words: str) -> Cells:
        """Wait until everybody has the same cells, with each of ``words`` in exactly one of them, once."""

        def once(cells: Cells) -> bool:
            whole = "\n".join(text for _, text in cells)
            return all(whole.count(word) == 1 for word in words)

        return self.agree(once, f"once each: {', '.join(words)}")

    def are_connected(self) -> None:
        """Wait until everybody reaches somebody."""
        for person in self.people:
            expect(person.bar).to_contain_text(re.compile(r"Live with \d"), timeout=AGREE_S * 1000)

    def check(self) -> None:
        """No page threw anything."""
        thrown = {person.name: [error for error in person.watch.errors if is_ours(error)] for person in self.people}
        assert not any(thrown.values()), thrown


def as_read(cells: Cells) -> Cells:
    """The same whether a text cell is shown drawn or as its source: its first letters."""
    return [(kind, re.sub(r"[^a-zA-Z]", "", text)[:40] if kind == "Markdown" else text) for kind, text in cells]


class AClassWith(Protocol):
    """Makes a class of people with these names, who all reach each other; ``on`` another server than everybody's."""

    def __call__(self, *names: str, on: Server | None = None) -> ClassOfPeople: ...


def is_ours(error: str) -> bool:
    """Whether a complaint is about the page's own code, not about a server that is away."""
    return not re.search(r"WebSocket|Failed to load resource|net::ERR|Failed to fetch", error)
