"""Python tells the truth: it starts when asked, stops when told, keeps files in its folder, and says why it cannot."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route

from .classroom import Classroom
from .conftest import PLAIN_HOST, NewContext, Server

FIRST = "first-steps/1-hello.ipynb"
OTHER = "asking-data/1-days.ipynb"
SECOND = 2.0
"""Stop is to end a loop within a second; a loaded machine gets two."""


@pytest.fixture
def classroom(page: Page, site_url: str) -> Classroom:
    return Classroom(page, site_url).open(FIRST)


@pytest.fixture
def plain(new_context: NewContext, server: Server) -> Classroom:
    """The same over plain http at a name that is not localhost."""
    return Classroom(new_context().new_page(), server.url(PLAIN_HOST)).open(FIRST)


def begin(classroom: Classroom, index: int, source: str, words: str = "Running") -> None:
    classroom.write(index, source)
    classroom.start(index)
    classroom.expect_words(words)


def stop(classroom: Classroom, index: int) -> float:
    """Press Stop in the toolbar; how many seconds the cell went on."""
    started = time.monotonic()
    classroom.button("Stop").click()
    classroom.wait_for_end(index, timeout=20)
    return time.monotonic() - started


def test_nothing_of_python_is_fetched_until_something_runs(page: Page, site_url: str) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    classroom = Classroom(page, site_url).open(FIRST)
    classroom.expect_words("Python starts when you run something")
    assert [url for url in asked if "/static/pyodide/" in url or "/static/environment/" in url] == []
    page.locator("[data-action=start]").click()
    classroom.expect_words("Python is ready", timeout=60)
    assert any("/static/pyodide/" in url for url in asked)


@pytest.mark.parametrize(
    "source",
    [
        "while True: pass",
        "def f():\n    while True:\n        [i * i for i in range(1000)]\nf()",
        "while True:\n    try:\n        while True: pass\n    except Exception: pass",
        "class Slow:\n    def __del__(self):\n        for _ in range(10_000): pass\nwhile True: Slow()",
        "while True: print('y' * 50)",
        "import time\ntime.sleep(100)",
        "import asyncio\nawait asyncio.sleep(100)",
        "answer = input('waiting ')",
    ],
    ids=["loop", "function", "except", "finalizer", "print", "sleep", "await", "input"],
)
def test_stop_ends_a_cell_with_its_variables_intact(classroom: Classroom, source: str) -> None:
    classroom.run(0, "state = 41")
    begin(classroom, 1, source)
    classroom.page.wait_for_timeout(500)
    assert stop(classroom, 1) < SECOND
    classroom.expect_words("Stopped. Your variables are still there")
    assert "KeyboardInterrupt" in classroom.output(1)
    assert classroom.run(0, "state + 1") == "42"


def test_stop_pressed_at_any_moment_ends_that_cell_and_no_other(classroom: Classroom) -> None:
    """From before the cell's first step on: it is not lost on the way, and what runs next goes to its end."""
    classroom.run(0, "state = 41")
    classroom.write(1, "while True: pass")
    for milliseconds in (0, 2, 5, 10, 20, 40, 80, 160):
        classroom.start(1)
        classroom.page.wait_for_timeout(milliseconds)
        stop(classroom, 1)
        shown = classroom.output(1)
        assert "KeyboardInterrupt" in shown or "Stopped before this cell ran." in shown
        assert classroom.run(0, "sum(1 for _ in range(100_000)) + state") == "100041"


def test_what_cannot_be_stopped_is_restarted_after_asking(classroom: Classroom) -> None:
    classroom.run(0, "state = 41")
    begin(classroom, 1, "sum(range(10**12))")
    classroom.button("Stop").click()
    classroom.expect_words("Python is busy in a step that cannot be stopped")
    classroom.page.locator("[data-action=restart]").click()
    classroom.wait_for_end(1)
    assert "Python was restarted while this cell was running" in classroom.output(1)
    classroom.expect_words("Python is ready", timeout=60)
    assert "NameError" in classroom.run(0, "state")


def test_over_plain_http_stop_asks_at_once_and_what_waits_still_stops(plain: Classroom) -> None:
    plain.run(0, "state = 41")
    begin(plain, 1, "while True: pass")
    plain.button("Stop").click()
    plain.expect_words("Python is busy in a step that cannot be stopped", timeout=3)
    plain.page.locator("[data-action=restart]").click()
    plain.wait_for_end(1)
    plain.expect_words("Python is ready", timeout=60)
    plain.run(0, "state = 41")
    begin(plain, 1, "import asyncio\nawait asyncio.sleep(100)")
    assert stop(plain, 1) < SECOND
    assert plain.run(0, "state + 1") == "42"


def test_input_gets_its_answer(classroom: Classroom) -> None:
    begin(classroom, 1, "name = input('Name? ')\nprint('Hello', name)", "")
    box = classroom.page.locator(".jp-Stdin-input")
    box.fill("Zoë")
    box.press("Enter")
    classroom.wait_for_end(1)
    assert "Hello Zoë" in classroom.output(1)


def test_input_says_why_not_where_nothing_can_wait(new_context: NewContext, site: Path, server: Server) -> None:
    """A browser without a way to pause WebAssembly, over plain http."""
    context = new_context()
    [worker] = site.glob("extensions/peerbook/static/kernel.worker.*.js")
    older = f"delete WebAssembly.Suspending; delete WebAssembly.promising;{worker.read_text('utf-8')}"
    context.route("**/kernel.worker.*.js", lambda route: route.fulfill(content_type="text/javascript", body=older))
    classroom = Classroom(context.new_page(), server.url(PLAIN_HOST)).open(FIRST)
    shown = classroom.run(1, "name = input('Name? ')\nprint('never', name)")
    assert "input() needs a page opened over https or on this computer" in shown
    assert "never" not in shown.replace("print('never', name)", "")
    assert classroom.run(1, "import time\ntime.sleep(0.2)\nprint('slept')") == "slept"


def test_a_missing_file_is_named_in_the_notebook_and_can_be_tried_again(page: Page, site_url: str) -> None:
    def missing(route: Route) -> None:
        route.fulfill(status=404, body="no")

    page.context.route("**/pyodide.asm.wasm", missing)
    classroom = Classroom(page, site_url).open(FIRST)
    shown = classroom.run(0, "print(6 * 7)")
    assert "Python could not start: pyodide.asm.wasm is not on the server (404)" in shown
    classroom.expect_words("Python could not start")
    page.context.unroute("**/pyodide.asm.wasm", missing)
    page.locator("[data-action=retry]").click()
    classroom.expect_words("Python is ready", timeout=60)
    assert classroom.run(0) == "42"


def test_a_program_that_ends_python_ends_its_cell(classroom: Classroom) -> None:
    shown = classroom.run(1, "import os\nos._exit(1)")
    assert "Python stopped working" in shown
    assert classroom.run(1, "1 + 1") == "2"


def test_files_stay_in_the_workshop_and_survive_a_reload(classroom: Classroom, site_url: str) -> None:
    classroom.run(0, "import os\nos.makedirs('a/b')\nopen('a/b/out.bin', 'wb').write(bytes(range(256)))")
    refused = classroom.run(1, "open('../escape.txt', 'w').write('x')\nopen('1-hello.ipynb', 'w').write('{}')")
    assert "1-hello.ipynb was not changed: a notebook is only changed in its own window" in refused
    classroom.reload()
    assert classroom.run(0, "open('a/b/out.bin', 'rb').read() == bytes(range(256))") == "True"
    other = Classroom(classroom.page.context.new_page(), site_url).open(OTHER)
    seen = other.run(0, "import os\nsorted(os.listdir()), [n for n in os.listdir('..') if n[0] != '.']")
    assert "weather.csv" in seen
    assert "'a'" not in seen
    assert "first-steps" not in seen


def test_an_endless_print_is_capped_with_a_sentence_and_the_page_answers(classroom: Classroom) -> None:
    begin(classroom, 1, "i = 0\nwhile True:\n    i += 1\n    print(i)")
    said = classroom.code_cell(1).get_by_text("The rest is not shown: this cell printed more than 200 KB")
    said.first.wait_for(state="attached")
    started = time.monotonic()
    classroom.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    assert time.monotonic() - started < 1
    stop(classroom, 1)
    assert len(classroom.output(1)) < 250_000


def test_help_with_packages_names_the_environment(classroom: Classroom) -> None:
    assert "is not part of this workshop's environment (fingerprint" in classroom.run(1, "%pip install nothing-like-it")
    assert "Ask the teacher" in classroom.run(1, "import nothing_like_it")
    assert "There is no command line here" in classroom.run(1, "!ls")


REACHABLE = """
import js
names = "indexedDB caches BroadcastChannel Worker SharedWorker importScripts WebSocket EventSource WebTransport"
names += " XMLHttpRequest FontFace postMessage close cookieStore FileReaderSync IDBFactory"
print([name for name in names.split() if hasattr(js, name)])
print([name for name in "storage locks serviceWorker storageBuckets gpu".split() if hasattr(js.navigator, name)])
for make in (js.eval, js.Function.new, js.Object.constructor):
    try:
        print(make("typeof indexedDB"))
    except Exception as error:
        print(type(error).__name__)
try:
    print(await js.fetch("/workshops.json"))
except Exception as error:
    print(error)
"""


def test_code_of_a_notebook_reaches_neither_storage_nor_network(classroom: Classroom) -> None:
    shown = classroom.run(1, REACHABLE)
    assert shown.splitlines()[:2] == ["[]", "[]"]
    assert shown.count("JsException") == 3
    assert "No network here" in shown


def test_displays_errors_and_queues_behave_as_in_jupyter(classroom: Classroom) -> None:
    shown = classroom.run(
        1,
        "from IPython.display import HTML, clear_output, display\n"
        "print('gone'); clear_output(); display(HTML('<b>bold</b>'))\n"
        "handle = display('first', display_id=True); handle.update('second')\n1 + 1",
    )
    assert shown.splitlines() == ["bold", "'second'", "2"]
    classroom.write(0, "import time; time.sleep(1); 1 / 0")
    classroom.write(1, "print('never')")
    classroom.start(0)
    classroom.start(1)
    classroom.wait_for_end(0)
    classroom.wait_for_end(1)
    assert "ZeroDivisionError" in classroom.output(0)
    assert "never" not in classroom.output(1)
