"""A page that the class takes nothing more from says so; what was written there is offered again on the next one."""

from __future__ import annotations

from playwright.sync_api import expect

from peerbook.peer.peer import Followed
from peerbook.peer.statement import Reach, Standing

from .classroom import Classroom
from .conftest import NewContext, Server
from .founded import found
from .odd import Odd, an_odd_one
from .test_class_odd import PATH, a_classroom
from .test_class_panel import axe
from .test_pages import TARGET_PX

SAID = "The class takes nothing more from this page"
LOST = "Something you wrote does not count in the class any more"

HEIGHTS = """
shown => [...shown.querySelectorAll('a, button.pb-ReadingLine-reload, .jp-toast-button')].map(each => {
  const wasHidden = each.hidden;
  each.hidden = false;
  const { height } = each.getBoundingClientRect();
  each.hidden = wasHidden;
  return height;
})
"""
LOST_WORDS = """
async change => {
  const asked = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await asked(indexedDB.open(name));
    if (!database.objectStoreNames.contains('settings')) {
      database.close();
      continue;
    }
    const store = database.transaction('settings', 'readwrite').objectStore('settings');
    const [key] = (await asked(store.getAllKeys())).filter(each => String(each).startsWith('lost '));
    if (key === undefined) {
      database.close();
      continue;
    }
    const words = change(JSON.parse(await asked(store.get(key))));
    await asked(store.put(JSON.stringify(words), key));
    database.close();
    return words;
  }
}
"""
"""Of the words that this device keeps to offer them again, as `change` makes them."""


def has(odd: Odd, words: str) -> bool:
    """Asked in its own thread."""
    assert odd.followed
    return any(words in cell.source for cell in odd.followed.notebook.cells)


def reaches_of_the_only_author(followed: Followed) -> tuple[str, tuple[Reach, ...]]:
    log = followed.replica.log
    (author,) = {log.author_of(session) or "" for session in log.sessions}
    reaches = [
        Reach(followed.document, session, log.count(session), log.chain_at(session, log.count(session)) or b"")
        for session in log.sessions
    ]
    return author, tuple(reaches)


def types_in_the_first_cell(page: Classroom, words: str) -> None:
    page.page.locator(".jp-CodeCell .cm-content").first.click()
    page.page.keyboard.press("ControlOrMeta+End")
    page.page.keyboard.type(words)


def test_who_was_let_back_in_by_somebody_who_has_less_reloads_and_puts_back_what_did_not_count(
    new_context: NewContext, own_server: Server
) -> None:
    founded = found()
    link = f"{own_server.url()}workshops/first-steps/index.html{founded.fragment}"
    with an_odd_one(link, "Ms Diaz", own=founded.own) as diaz:
        diaz.follow(PATH)
        ben = a_classroom(new_context, own_server, "Ben", founded.everyones, has_touch=True)
        first = ben.page.locator(".jp-CodeCell").first
        types_in_the_first_cell(ben, "\n# counts")
        diaz.wait(lambda _: has(diaz, "# counts"), "she has it", 60)
        ben.page.wait_for_timeout(1000)
        him, reaches = diaz.do(reaches_of_the_only_author)
        types_in_the_first_cell(ben, "\n# in vain")
        diaz.wait(lambda _: has(diaz, "# in vain"), "she has that, too", 60)

        def let_back_in(_: Followed) -> None:
            society = diaz.peer.society
            for role in ("removed", "attendee"):
                # Whoever lets him back in has nothing of his here, and names what was named before.
                assert society.stating.state(Standing(him, role, (), tuple(reaches)))

        diaz.do(let_back_in)
        line = ben.page.locator(".pb-ReadingLine")
        expect(line).to_contain_text(SAID)
        expect(first).not_to_contain_text("# in vain")
        types_in_the_first_cell(ben, "nothing")
        expect(first).not_to_contain_text("nothing")
        assert axe(ben.page, ".pb-ReadingLine") == []
        # For fingers: what reloads, what leads elsewhere, and the answers in the notice.
        assert all(height >= TARGET_PX for height in line.evaluate(HEIGHTS))
        assert all(height >= TARGET_PX for height in ben.page.locator(".Toastify__toast").first.evaluate(HEIGHTS))
        line.get_by_role("button", name="Reload the page").click()

        ben.wait_for_cells()
        expect(line).to_be_hidden()
        notice = ben.page.locator(".Toastify__toast").filter(has_text=LOST)
        expect(notice).to_contain_text("# in vain")
        expect(first).not_to_contain_text("# in vain")
        notice.get_by_role("button", name="Put it back").click()
        expect(first).to_contain_text("# in vain")
        types_in_the_first_cell(ben, "\n# and on")
        diaz.wait(lambda _: has(diaz, "# in vain\n# and on"), "it is taken", 60)
    # It is offered once: what becomes of it then is nobody's loss. Something else that waits for an answer is offered.
    ben.wait(lambda: kept(ben) == [], "nothing waits for an answer any more")
    for key in ("ArrowUp", "End", "Shift+Home", "Delete"):
        ben.page.keyboard.press(key)
    expect(first).not_to_contain_text("# in vain")
    ben.page.evaluate(f"({LOST_WORDS})(kept => [...kept, {{ cell: 'gone', text: 'words of another day' }}])")
    ben.page.reload()
    ben.wait_for_cells()
    expect(first).to_contain_text("# and on")
    expect(first).not_to_contain_text("# in vain")
    notices = ben.page.locator(".Toastify__toast").filter(has_text=LOST)
    expect(notices).to_have_count(1)
    expect(notices).to_contain_text('"words of another day"')
    notices.get_by_role("button", name="Not needed").click()
    ben.wait(lambda: kept(ben) == [], "it is told no more")


def kept(person: Classroom) -> list[dict[str, str]]:
    words: list[dict[str, str]] = person.page.evaluate(f"({LOST_WORDS})(kept => kept)")
    return words
