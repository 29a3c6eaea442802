"""Every cell of every workshop that was built runs in a real browser, as a student would run it, top to bottom."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .classroom import Classroom
from .conftest import NewContext, Watch

ANSWER = "Ada"
"""What is typed wherever a cell asks for something."""


def notebooks(site: Path) -> list[str]:
    catalogue = json.loads((site / "workshops.json").read_text())
    return [f"{w['slug']}/{n['path']}" for w in catalogue["workshops"] for n in w["notebooks"]]


def test_every_cell_of_every_workshop_runs(site: Path, site_url: str, new_context: NewContext) -> None:
    paths = notebooks(site)
    assert len({path.split("/")[0] for path in paths}) >= 3, "at least three workshops are built"
    context = new_context(viewport={"width": 1280, "height": 900})
    watch = Watch(context)
    ran = 0
    for path in paths:
        content = json.loads((site / "files" / path).read_text())
        code = [cell for cell in content["cells"] if cell["cell_type"] == "code"]
        page = context.new_page()
        classroom = Classroom(page, site_url).open(path)
        expect(classroom.code_cells).to_have_count(len(code))
        for index, cell in enumerate(code):
            classroom.code_cell(index).scroll_into_view_if_needed()
            if "interactive" in cell["metadata"].get("tags", []):
                classroom.start(index)
                box = classroom.code_cell(index).locator(".jp-Stdin-input")
                box.wait_for()
                box.fill(ANSWER)
                box.press("Enter")
                classroom.wait_for_end(index)
                assert ANSWER in classroom.output(index), f"{path}, cell {cell['id']}"
            else:
                classroom.run(index)
            errors = classroom.code_cell(index).locator(
                '[data-mime-type="application/vnd.jupyter.error"], .jp-RenderedError'
            )
            if errors.count():
                pytest.fail(f"{path}, cell {cell['id']}:\n{classroom.output(index)}")
            ran += 1
        page.close()
    assert ran > 30
    assert watch.outside("localhost") == []
    assert watch.violations == []
