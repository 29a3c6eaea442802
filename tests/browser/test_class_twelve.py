"""Twelve people in bare pages: an overlay where nobody holds more than eight connections, and one notebook for all."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from peerbook.genesis import genesis

from .bare import build_bare_page
from .conftest import NewContext, Server, serving
from .founded import found
from .processes import find_process, kill

NAMES = ("Ada", "Ben", "Cem", "Dia", "Eva", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lou")
MOST = 8
"""`max_degree` of docs/protocol.json."""
GENESIS = genesis(
    {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [{"id": "all", "cell_type": "code", "source": "# all", "metadata": {}}],
    }
)
JOIN = """async words => {
  window.me = await bare.Member.join(...words);
  // The most there were at any moment, of connections in use and of connections there are.
  window.most = [0, 0];
  setInterval(() => {
    most[0] = Math.max(most[0], [...me.joined.engine.neighbours].length);
    most[1] = Math.max(most[1], connections.filter(each => each.connectionState === 'connected').length);
  }, 20);
}"""
COUNT = """
window.connections = [];
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(...given) {
    super(...given);
    connections.push(this);
  }
};
"""
NEIGHBOURS = "[...me.joined.engine.neighbours].length"
WRITE = """([name, from, to]) => {
  for (let number = from; number < to; number += 1) {
    setTimeout(() => {
      const at = me.cells().findIndex(cell => cell.id === 'all');
      me.type(at, 0, `${name}-${number}\\n`);
      if (number % 5 === 0) me.add(at + 1, `# cell ${name}-${number}`);
      if (number % 5 === 2 && me.cells().length > 2) me.move(me.cells().length - 1, 0);
    }, (number - from) * 60);
  }
}"""


@pytest.fixture
def bare(tmp_path: Path) -> Iterator[Server]:
    folder = build_bare_page(tmp_path, "src/class/bare.ts")
    (folder / "peerbook.json").write_text('{"signaling": "signal"}')
    with serving(folder) as server:
        yield server


def wait_for(pages: list[Page], condition: str, holds: Any, what: str, seconds: float = 60) -> list[Any]:
    """Wait until ``holds`` of what ``condition`` gives in all pages."""
    deadline = time.monotonic() + seconds
    while True:
        found = [page.evaluate(condition) for page in pages]
        if holds(found):
            return found
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain until {what}: {found}"
        time.sleep(0.2)


def test_twelve_of_whom_one_is_killed_have_one_notebook_over_at_most_eight_connections_each(
    bare: Server, new_context: NewContext
) -> None:
    founded, people = found(), dict[str, Page]()
    for name in NAMES:
        page = people[name] = new_context().new_page()
        page.add_init_script(COUNT)
        page.goto(bare.url())
        # Who comes first is the owner, and lets the others in.
        page.evaluate(JOIN, [founded.code, name, GENESIS.hex(), founded.owner if name == NAMES[0] else ""])
    pages = list(people.values())
    wait_for(pages, "me.names().length", lambda counts: set(counts) == {len(NAMES)}, "all see all")
    degrees = wait_for(pages, NEIGHBOURS, lambda counts: min(counts) >= 6, "everybody has six neighbours")
    # An overlay, not a mesh: somebody is reached through somebody else.
    assert sum(degrees) < len(NAMES) * (len(NAMES) - 1)

    process = find_process(people["Fay"])
    for name, page in people.items():
        page.evaluate(WRITE, [name, 0, 20])
    kill(people.pop("Fay"), process)
    pages = list(people.values())
    words = [f"{name}-{number}" for name in people for number in range(20)]
    cells = [f"# cell {name}-{number}" for name in people for number in range(0, 20, 5)]

    def is_whole(all_cells: list[list[dict[str, str]]]) -> bool:
        sources = [cell["source"] for cell in all_cells[0]]
        lines = next(source for source in sources if source.endswith("# all")).splitlines()
        return (
            all(each == all_cells[0] for each in all_cells)
            and all(lines.count(word) == 1 for word in words)
            and all(sources.count(cell) == 1 for cell in cells)
        )

    wait_for(pages, "me.cells()", is_whole, "all have every word and every cell, once")
    assert len(set(wait_for(pages, "me.digest()", lambda all_: len(set(all_)) == 1, "all are equal"))) == 1
    # Whoever was next to the one who is gone is given somebody else, and is no more than eight then either.
    wait_for(pages, NEIGHBOURS, lambda counts: min(counts) >= 5, "nobody is left with few", 90)
    most = [page.evaluate("most") for page in pages]
    assert max(used for used, _ in most) <= MOST
    assert max(open_ for _, open_ in most) <= MOST, most
    pages[0].evaluate("me.type(0, 0, 'after ')")
    wait_for(pages, "me.cells()[0].source", lambda all_: all(each.startswith("after ") for each in all_), "it goes on")
