"""Somebody's page tells one person this and another that: every page finds out, and whoever teaches decides."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect

from peerbook.peer import crypto
from peerbook.peer.overlay.messages import EnvelopeMessage
from peerbook.peer.sealed import Sealer, Stream

from .classroom import Classroom
from .conftest import NewContext, Server
from .founded import found
from .odd import Odd, an_odd_one
from .test_class_odd import PATH, a_classroom, written
from .test_class_owner import opens_the_lecture, owns, teachers_page
from .test_class_panel import axe
from .test_pages import serious

SAID = "Two different things were said"
STORIES = ("# told to the one ", "# told to the other ")


def tells_two_stories(odd: Odd) -> None:
    """Two envelopes with one number, each rightly sealed and signed with the person's own keys, to a neighbour each."""
    changes = [
        odd.do(
            lambda followed, words=words: written(
                followed,
                lambda notebook: notebook.insert(
                    next(cell.id for cell in followed.notebook.cells if cell.cell_type == "code"), 0, words
                ),
            )
        )
        for words in STORIES
    ]

    def tell(followed: object) -> None:
        assert odd.followed
        peer, document, log = odd.peer, odd.followed.document, odd.followed.replica.log
        key = peer.engine.keys.key_for(document, "document")
        assert key
        one, other = list(peer.engine.neighbours)[:2]
        for neighbour, change in zip((one, other), changes, strict=True):
            sealer = Sealer(crypto, peer.own.signer, Stream(peer.invitation.id, document, peer.session, "document"))
            # Behind what she said to both of them.
            sealer.count = log.count(peer.session)
            sealer.chain = log.chain_at(peer.session, sealer.count) or b""
            (sealed,) = sealer.seal(key, change)
            neighbour.say(EnvelopeMessage(sealed.data))

    odd.do(tell)


def contradiction(page: Page) -> Locator:
    return page.locator(".pb-Contradiction")


def says_who(page: Page) -> None:
    expect(contradiction(page)).to_contain_text("Mallory's page told some of the class one thing and others another.")
    expect(contradiction(page).get_by_role("button", name="Remove Mallory...")).to_be_visible()


def test_two_stories_are_shown_to_who_teaches_on_both_pages_until_they_decide(
    new_context: NewContext, own_server: Server
) -> None:
    founded, url = found(), own_server.url()
    teacher = new_context(viewport={"width": 1280, "height": 900}).new_page()
    teacher.goto(teachers_page(url, founded))
    owns(teacher)
    lecture = opens_the_lecture(teacher, "Ms Diaz")
    lecture.locator(".jp-Cell").first.wait_for()
    lecture.get_by_role("link", name="Everyone's page").click()
    lecture.wait_for_url(re.compile("branch=team"))
    Classroom(lecture, url).wait_for_cells()
    ben = a_classroom(new_context, own_server, "Ben", founded.everyones)
    with an_odd_one(f"{url}workshops/first-steps/index.html{founded.fragment}", "Mallory") as mallory:
        mallory.follow(PATH)
        mallory.wait(lambda peer: len(peer.roads) == 3, "all are reached", 60)
        mallory.wait(lambda peer: len(peer.people()) == 3, "all are known", 60)
        first = mallory.do(lambda followed: next(c.id for c in followed.notebook.cells if c.cell_type == "code"))
        mallory.do(lambda followed: followed.notebook.append(first, "  # counts"))
        for page in (lecture, ben.page):
            expect(page.locator(".jp-CodeCell").first).to_contain_text("# counts")
        assert not contradiction(lecture).is_visible()
        tells_two_stories(mallory)
        for page in (lecture, teacher):
            says_who(page)
        assert teacher.title().startswith("(two things were said) ")
        # Folded away the panel says nothing: the bar does.
        lecture.get_by_role("button", name="Fold away").click()
        expect(lecture.locator(".pb-ClassSlot-button")).to_contain_text("1 said two things")
        lecture.locator(".pb-ClassSlot-button").click()
        expect(lecture.locator(".pb-Person", has_text="Mallory")).to_contain_text("said two different things")
        expect(teacher.locator("#class-people > li", has_text="Mallory")).to_contain_text("said two different things")
    # Whoever is taught has nothing to decide.
    assert SAID not in ben.page.locator("#pb-class-panel").inner_text()
    for page in (lecture, teacher):
        page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    assert axe(lecture, ".pb-Contradiction") == []
    assert serious(teacher) == []

    # She is gone, and so is everybody else: it is still known, on each page after a reload.
    ben.page.close()
    lecture.reload()
    Classroom(lecture, url).wait_for_cells()
    says_who(lecture)
    lecture.goto("about:blank")
    teacher.reload()
    says_who(teacher)

    # Alone after a reload it has nothing of hers open; what its browser has kept of what she wrote counts all the same.
    contradiction(teacher).get_by_role("button", name="Remove Mallory...").click()
    expect(teacher.get_by_text("What Mallory wrote for all until now stays.")).to_be_visible()

    # Decided: then it is said no more, also once she is let back in; what nobody doubted stays.
    teacher.get_by_role("button", name="Remove, and leave the door open").click()
    expect(contradiction(teacher)).to_be_hidden()
    lecture.goto(f"{url}notebooks/index.html?path={PATH}{founded.everyones}")
    Classroom(lecture, url).wait_for_cells()
    expect(contradiction(lecture)).to_be_hidden()
    expect(lecture.locator(".jp-CodeCell").first).to_contain_text("# counts")
    teacher.get_by_text("Removed (1)").click()
    teacher.get_by_role("button", name="Let back in: Mallory").click()
    expect(teacher.get_by_text(re.compile("^Removed"))).to_be_hidden()
    teacher.reload()
    owns(teacher)
    expect(contradiction(teacher)).to_be_hidden()
