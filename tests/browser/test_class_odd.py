"""Python joins a class of two whole notebook pages as the odd one out, and stays equal with them."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from .classroom import Classroom
from .conftest import NewContext, Server
from .founded import Founded, found
from .odd import Odd, an_odd_one

PATH = "first-steps/1-hello.ipynb"


def a_classroom(new_context: NewContext, server: Server, name: str, fragment: str) -> Classroom:
    """Everyone's notebook's page, of somebody who came under this name."""
    context = new_context(viewport={"width": 1280, "height": 800})
    people = json.dumps([{"participant": os.urandom(16).hex(), "name": name}])
    context.add_init_script(f"localStorage.setItem('peerbook:people:/', {json.dumps(people)})")
    return Classroom(context.new_page(), server.url()).open(PATH + fragment)


@pytest.fixture
def founded() -> Founded:
    return found()


@pytest.fixture
def ada(new_context: NewContext, own_server: Server, founded: Founded) -> Classroom:
    """The owner, for she comes first."""
    return a_classroom(new_context, own_server, "Ada", founded.owners)


@pytest.fixture
def ben(new_context: NewContext, own_server: Server, founded: Founded, ada: Classroom) -> Classroom:
    return a_classroom(new_context, own_server, "Ben", founded.everyones)


@pytest.fixture
def odd(own_server: Server, founded: Founded, ada: Classroom) -> Iterator[Odd]:
    with an_odd_one(f"{own_server.url()}workshops/first-steps/index.html{founded.fragment}", "Pythia") as odd:
        odd.follow(PATH)
        yield odd


def shown(page: Classroom) -> list[str]:
    """The first line of each code cell, in their order."""
    return [page.source(index).split("\n")[0] for index in range(page.code_cells.count())]


def known(odd: Odd) -> list[str]:
    """The same of what Python has."""
    return odd.do(
        lambda followed: [cell.source.split("\n")[0] for cell in followed.notebook.cells if cell.cell_type == "code"]
    )


def expect_equal(odd: Odd, *pages: Classroom, seconds: float = 30.0) -> None:
    """By canonical digest, and by what the pages show."""
    deadline = time.monotonic() + seconds
    while not (len(odd.look(lambda peer: peer.roads)) == len(pages) and odd.agrees()):
        assert time.monotonic() < deadline, (known(odd), [shown(page) for page in pages])
        time.sleep(0.2)
    for page in pages:
        try:
            page.wait(lambda page=page: shown(page) == known(odd), "the page shows what Python has")
        except AssertionError as error:
            raise AssertionError(f"{error}\nshown: {shown(page)}\nknown: {known(odd)}") from None


def type_in(page: Classroom, index: int, text: str) -> None:
    """At the very beginning of code cell ``index``, a key at a time."""
    page.focus(index)
    page.page.keyboard.press("ControlOrMeta+Home")
    page.page.keyboard.type(text, delay=20)


def test_cls5_python_is_the_odd_one_out_of_a_class_and_stays_equal(
    ada: Classroom, ben: Classroom, odd: Odd, own_server: Server
) -> None:
    pages = (ada, ben)
    odd.wait(lambda peer: len(peer.roads) == 2, "both pages are reached", 60)
    odd.wait(lambda peer: [each.name for each in peer.people()] == ["Pythia", "Ada", "Ben"], "all are in the roster")
    odd.wait(lambda peer: all(each.notebooks == (PATH,) for each in peer.people()), "all have the notebook open")
    expect_equal(odd, *pages)

    # Its name is in the pages' list of who is here.
    for page in pages:
        page.page.locator(".pb-ClassSlot-button").click()
        expect(page.page.locator("#pb-class-panel")).to_contain_text("Pythia")

    # They type, Python sees; Python types, they see.
    type_in(ada, 0, "# of Ada ")
    odd.wait(lambda peer: "# of Ada " in text(odd), "what Ada typed is there")
    first = odd.do(lambda followed: next(cell.id for cell in followed.notebook.cells if cell.cell_type == "code"))
    odd.do(lambda followed: followed.notebook.insert(first, 0, "# of Python ä😀\n"))
    for page in pages:
        expect(page.code_cell(0)).to_contain_text("# of Python ä😀")
        expect(page.code_cell(0)).to_contain_text("# of Ada")

    # Python moves a cell while Ada writes in it: both are kept.
    ada.focus(0)
    ada.page.keyboard.press("ControlOrMeta+Home")
    ada.page.keyboard.type("# before ", delay=20)
    odd.do(lambda followed: followed.notebook.move(first, len(followed.notebook.cells)))
    ada.page.keyboard.type("# after ", delay=20)
    odd.wait(lambda peer: "# before # after " in text(odd), "all that Ada typed is there, in order")
    expect_equal(odd, *pages)
    assert odd.do(lambda followed: followed.notebook.cells[-1].id) == first

    # Python adds and deletes; a page writes into what Python deletes, and it comes back.
    odd.do(lambda followed: followed.notebook.add(0, "odd = 1"))
    for page in pages:
        expect(page.code_cell(0)).to_contain_text("odd = 1")
    expect_equal(odd, *pages)

    # The server is killed; everybody writes; it comes back.
    own_server.stop()
    odd.wait(lambda peer: peer.server.kind == "away", "the server is away")
    type_in(ben, 0, "# while it was away ")
    odd.do(lambda followed: followed.notebook.append(first, "\n# Python went on"))
    time.sleep(1)
    own_server.start()
    odd.wait(lambda peer: peer.server.kind == "open", "the server is back", 60)
    expect_equal(odd, *pages, seconds=60)
    assert "# while it was away " in "".join(odd.sources())
    assert "# Python went on" in "".join(odd.sources())
    ids = odd.do(lambda followed: [cell.id for cell in followed.notebook.cells])
    assert len(ids) == len(set(ids))


def text(odd: Odd) -> str:
    assert odd.followed
    return "".join(cell.source for cell in odd.followed.notebook.cells)
