"""Files and documents in the lab: copies, new names, deletions and uploads never mix two notebooks or lose one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from .classroom import Classroom
from .conftest import NewContext
from .test_notebook import notices, source_of

FOLDER = "first-steps"
NAME = "3-functions.ipynb"


class Lab:
    """The lab as its user sees it: a list of files, and the notebook in front."""

    def __init__(self, page: Page, site_url: str) -> None:
        self.page = page
        page.goto(f"{site_url}lab/index.html")
        self.file(FOLDER).dblclick()
        self.file(NAME).wait_for()

    def file(self, name: str) -> Locator:
        return self.page.locator(".jp-DirListing-item").filter(
            has=self.page.locator(".jp-DirListing-itemText", has_text=name)
        )

    def open(self, name: str) -> None:
        self.file(name).dblclick()
        self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-content").first.wait_for()
        expect(self.page.locator(".lm-TabBar-tab.lm-mod-current.jp-mod-current")).to_contain_text(name)

    @property
    def first_code(self) -> Locator:
        return self.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-CodeCell .cm-content").first

    def type(self, text: str) -> None:
        self.first_code.click()
        self.page.keyboard.press("Control+Home")
        self.page.keyboard.type(text)
        # The text is kept at once; its file follows a second later.
        self.page.wait_for_timeout(2000)

    def menu(self, name: str, label: str) -> None:
        self.file(name).click()
        self.file(name).click(button="right")
        self.page.locator(".lm-Menu-itemLabel", has_text=label).click()

    def rename(self, name: str, new: str) -> None:
        self.file(name).click()
        self.page.keyboard.press("F2")
        editor = self.page.locator(".jp-DirListing-editor")
        editor.fill(new)
        editor.press("Enter")
        self.file(new).wait_for()

    def delete(self, name: str) -> None:
        self.file(name).click()
        self.page.keyboard.press("Delete")
        self.page.locator(".jp-Dialog button.jp-mod-accept").click()


@pytest.fixture
def context(new_context: NewContext) -> BrowserContext:
    return new_context(viewport={"width": 1280, "height": 800}, service_workers="block")


@pytest.fixture
def lab(page: Page, site_url: str) -> Lab:
    return Lab(page, site_url)


def test_a_copy_begins_with_the_work_and_goes_its_own_way(lab: Lab) -> None:
    lab.open(NAME)
    lab.type("# mine\n")
    lab.menu(NAME, "Duplicate")
    lab.open("3-functions (copy).ipynb")
    expect(lab.first_code).to_contain_text("# mine")
    lab.type("# only in the copy\n")
    lab.open(NAME)
    expect(lab.first_code).to_contain_text("# mine")
    expect(lab.first_code).not_to_contain_text("# only in the copy")


def test_a_renamed_notebook_keeps_its_work_and_the_workshops_is_fresh_again(
    lab: Lab, context: BrowserContext, site_url: str
) -> None:
    lab.open(NAME)
    lab.type("# mine\n")
    lab.rename(NAME, "renamed.ipynb")
    lab.type("# after\n")
    lab.page.close()
    classroom = Classroom(context.new_page(), site_url).open(f"{FOLDER}/renamed.ipynb")
    assert source_of(classroom, 0).startswith("# after\n# mine\n")
    classroom.open(f"{FOLDER}/{NAME}")
    assert not source_of(classroom, 0).startswith("#")


def test_a_deleted_notebook_can_be_brought_back(lab: Lab) -> None:
    lab.open(NAME)
    lab.type("# mine\n")
    lab.delete(NAME)
    expect(notices(lab.page).first).to_contain_text("Deleted: 3-functions.ipynb")
    lab.page.get_by_role("button", name="Bring back").click()
    lab.page.wait_for_timeout(1000)
    lab.open(NAME)
    expect(lab.first_code).to_contain_text("# mine")


def test_a_deleted_notebook_of_a_workshop_begins_anew(lab: Lab) -> None:
    lab.open(NAME)
    lab.type("# mine\n")
    lab.delete(NAME)
    expect(notices(lab.page).first).to_contain_text("Deleted: 3-functions.ipynb")
    lab.open(NAME)
    expect(lab.first_code).not_to_contain_text("# mine")


def test_path3_an_upload_over_a_notebook_is_put_beside_it(lab: Lab, tmp_path: Path) -> None:
    lab.open(NAME)
    lab.type("# mine\n")
    cell = {"id": "u", "cell_type": "code", "source": "uploaded = 1", "metadata": {}}
    file = tmp_path / NAME
    cells = [{**cell, "execution_count": None, "outputs": []}]
    file.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}))
    with lab.page.expect_file_chooser() as chooser:
        lab.page.locator("[data-command='filebrowser:upload'], [title*='Upload']").first.click()
    chooser.value.set_files(file)
    lab.page.locator(".jp-Dialog button.jp-mod-warn, .jp-Dialog button.jp-mod-accept").last.click()
    expect(notices(lab.page).first).to_contain_text("Your work in 3-functions.ipynb stays")
    expect(lab.first_code).to_contain_text("# mine")
    lab.open("3-functions (other).ipynb")
    expect(lab.first_code).to_contain_text("uploaded = 1")
