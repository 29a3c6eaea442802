"""Python joins a class of two whole notebook pages as the odd one out, and stays equal with them."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect
from pycrdt import Doc

from peerbook.peer.document.notebook import Notebook
from peerbook.peer.peer import Followed

from .classroom import Classroom
from .conftest import NewContext, Server
from .founded import Founded, found
from .odd import Odd, an_odd_one

PATH = "first-steps/1-hello.ipynb"


def a_classroom(
    new_context: NewContext, server: Server, name: str, fragment: str, *, has_touch: bool = False
) -> Classroom:
    """Everyone's notebook's page, of somebody who came under this name."""
    context = new_context(viewport={"width": 1280, "height": 800}, has_touch=has_touch)
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
        said = odd.look(lambda peer: (peer.roads, peer.people()))
        assert time.monotonic() < deadline, (said, known(odd), [shown(page) for page in pages])
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
        # Open from the beginning where there is room for it.
        expect(page.page.locator("#pb-class-panel")).to_be_visible()
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


def test_an_attendee_in_python_that_writes_into_the_lecture_changes_no_page(
    new_context: NewContext, own_server: Server, founded: Founded
) -> None:
    """[ROL7] Neither as it is published, nor with rightly signed and sealed envelopes of a program without rules."""
    ada = a_classroom(new_context, own_server, "Ada", f"{founded.fragment}&owner={founded.owner}")
    ben = a_classroom(new_context, own_server, "Ben", founded.fragment)
    link = f"{own_server.url()}workshops/first-steps/index.html{founded.fragment}"
    with an_odd_one(link, "Pythia") as odd, an_odd_one(link, "Mallory") as mallory:
        for each in (odd, mallory):
            each.follow(PATH, "lecture")
            each.wait(lambda peer: len(peer.roads) == 3, "all are reached", 60)
        # The lecture is taught: what Ada types, everybody has, in Python too.
        type_in(ada, 0, "# taught ")
        expect(ben.code_cell(0)).to_contain_text("# taught")
        odd.wait(lambda peer: "# taught " in text(odd), "the lecture is there")
        mallory.wait(lambda peer: "# taught " in text(mallory), "the lecture is there")
        before = [shown(ada), shown(ben)]

        first = odd.do(lambda followed: next(cell.id for cell in followed.notebook.cells if cell.cell_type == "code"))
        odd.do(lambda followed: followed.notebook.insert(first, 0, "# of an attendee "))
        mallory.forge(mallory.do(lambda followed: forged_change(followed, first)))
        mallory.forge(mallory.do(lambda followed: forged_deletion(followed, first)))
        time.sleep(3)
        type_in(ada, 0, "# and taught on ")
        for page in (ada, ben):
            expect(page.code_cell(0)).to_contain_text("# and taught on")
        odd.wait(lambda peer: "# and taught on " in text(odd), "the lecture goes on")
        for page, was in zip((ada, ben), before, strict=True):
            assert shown(page) == [f"# and taught on {was[0]}", *was[1:]]
        assert "# of an attendee" not in text(odd), "what was not said is not kept either"
        assert "forged" not in text(odd) + text(mallory)


def forged_change(followed: Followed, cell: str) -> bytes:
    """Words at the beginning of a cell, in this session's own name."""
    return written(followed, lambda notebook: notebook.insert(cell, 0, "# forged "))


def forged_deletion(followed: Followed, cell: str) -> bytes:
    return written(followed, lambda notebook: notebook.delete(cell))


def written(followed: Followed, act: Callable[[Notebook], None]) -> bytes:
    """What somebody would say who did this to the notebook as it is here."""
    doc = followed.replica.doc
    assert doc is not None
    copy: Doc[Any] = Doc(client_id=doc.client_id)
    copy.apply_update(doc.get_update())
    before = copy.get_state()
    act(Notebook(copy, random.randrange, lambda: "forged"))
    return copy.get_update(before)


def text(odd: Odd) -> str:
    assert odd.followed
    return "".join(cell.source for cell in odd.followed.notebook.cells)
