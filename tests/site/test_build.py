"""Building for real: one input gives one site, a failure leaves the old one, the optional is left out in words."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from peerbook.builder import Built, Options, build_site
from peerbook.builder.check import LARGEST_SITE, check_site
from peerbook.errors import PeerbookError
from peerbook.progress import Silent
from peerbook.workspace import this_workspace
from tests.conftest import MakeWorkshop, cell


def build(content: Path, output: Path) -> Built:
    return build_site(this_workspace(), Options(content=content, output=output), Silent())


def digests(site: Path) -> dict[str, str]:
    files = (path for path in site.rglob("*") if path.is_file())
    return {path.relative_to(site).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def content(a_workshop: MakeWorkshop) -> Path:
    return a_workshop().parent


def test_one_input_gives_one_site_to_the_byte(content: Path, tmp_path: Path) -> None:
    build(content, tmp_path / "one")
    build(content, tmp_path / "two")
    assert digests(tmp_path / "one") == digests(tmp_path / "two")


def test_a_site_is_small_and_has_no_source_map_and_names_no_other_host(content: Path, tmp_path: Path) -> None:
    built = build(content, tmp_path / "dist")
    assert built.bytes < LARGEST_SITE
    names = digests(tmp_path / "dist")
    assert [name for name in names if name.endswith(".map")] == []
    for name in ("index.html", "workshops/loops/index.html", "notebooks/index.html", "workshops.json", "404.html"):
        text = (tmp_path / "dist" / name).read_text()
        assert "http://" not in text.replace("http://www.w3.org/", ""), name
        assert "https://" not in text.replace("https://creativecommons.org/", ""), name


def test_nothing_is_built_when_nothing_changed_and_a_changed_word_is_enough(content: Path, tmp_path: Path) -> None:
    output = tmp_path / "dist"
    assert build(content, output).fresh
    assert not build(content, output).fresh
    notebook = content / "loops" / "1-loops.ipynb"
    notebook.write_text(notebook.read_text().replace("again", "and again"))
    assert build(content, output).fresh
    catalogue = json.loads((output / "workshops.json").read_text())
    assert catalogue["workshops"][0]["notebooks"][0]["title"] == "Loops, and again"


def test_a_server_is_named_in_peerbook_json_and_another_one_is_a_change(content: Path, tmp_path: Path) -> None:
    output = tmp_path / "dist"
    build(content, output)
    assert json.loads((output / "peerbook.json").read_text()) == {"signaling": ""}
    named = Options(content=content, output=output, signaling="https://school.example/signal")
    assert build_site(this_workspace(), named, Silent()).fresh
    assert json.loads((output / "peerbook.json").read_text()) == {"signaling": "https://school.example/signal"}


def test_a_lock_that_the_build_wrote_is_no_change(a_workshop: MakeWorkshop, tmp_path: Path) -> None:
    folder = a_workshop(replace=("packages = []", 'packages = ["leather>=0.4"]'))
    assert build(folder, tmp_path / "dist").fresh
    assert (folder / "environment.lock").is_file()
    assert not build(folder, tmp_path / "dist").fresh


def test_a_build_that_fails_leaves_the_old_site_as_it_was(
    content: Path, tmp_path: Path, a_workshop: MakeWorkshop
) -> None:
    output = tmp_path / "dist"
    build(content, output)
    before = digests(output)
    a_workshop("wishes", replace=("packages = []", 'packages = ["no-such-package-as-this-one"]'))
    with pytest.raises(PeerbookError) as caught:
        build(content, output)
    said = str(caught.value)
    assert "wishes" in said
    assert "no-such-package-as-this-one" in said
    assert caught.value.remedy
    assert digests(output) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["content", "dist"]


def test_an_optional_workshop_that_cannot_be_had_is_left_out_in_words(
    content: Path, tmp_path: Path, a_workshop: MakeWorkshop
) -> None:
    wish = 'optional = true\n[environment]\npackages = ["no-such-package-as-this-one"]'
    a_workshop("wishes", replace=("[environment]\npackages = []", wish))
    built = build(content, tmp_path / "dist")
    assert [title for title, _ in built.left_out] == ["Loops"]
    assert "no-such-package-as-this-one" in built.left_out[0][1]
    page = (tmp_path / "dist" / "index.html").read_text()
    assert "no-such-package-as-this-one" in page
    second = build(content, tmp_path / "dist")
    assert not second.fresh
    assert second.left_out == built.left_out
    assert not (tmp_path / "dist" / "files" / "wishes").exists()


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda site: (site / "404.html").unlink(), "404.html: is missing"),
        (lambda site: next(site.glob("static/environment/*.bin")).write_bytes(b"x"), "is not the file that was locked"),
        (lambda site: next(site.glob("genesis/loops/*")).write_bytes(b"x"), "not what its hash says"),
        (lambda site: (site / "files/loops/names.csv").unlink(), "names.csv: is missing"),
    ],
)
def test_a_damaged_site_is_found_and_the_file_named(content: Path, tmp_path: Path, damage, words: str) -> None:  # type: ignore[no-untyped-def]
    build(content, tmp_path / "dist")
    check_site(tmp_path / "dist")
    damage(tmp_path / "dist")
    with pytest.raises(PeerbookError) as caught:
        check_site(tmp_path / "dist")
    assert words in str(caught.value)


def test_notebooks_are_listed_for_the_file_list_with_folders(content: Path, tmp_path: Path) -> None:
    build(content, tmp_path / "dist")
    root = json.loads((tmp_path / "dist/api/contents/all.json").read_text())
    assert [(entry["name"], entry["type"]) for entry in root["content"]] == [("loops", "directory")]
    folder = json.loads((tmp_path / "dist/api/contents/loops/all.json").read_text())
    assert [(entry["path"], entry["type"]) for entry in folder["content"]] == [
        ("loops/1-loops.ipynb", "notebook"),
        ("loops/names.csv", "file"),
    ]


def test_a_notebook_with_a_hundred_cells_has_a_genesis_of_its_own(a_workshop: MakeWorkshop, tmp_path: Path) -> None:
    folder = a_workshop("long", cells=[cell(f"c{index}", f"print({index})") for index in range(100)])
    build(folder, tmp_path / "dist")
    catalogue = json.loads((tmp_path / "dist/workshops.json").read_text())
    genesis = catalogue["workshops"][0]["notebooks"][0]["genesis"]
    data = (tmp_path / "dist" / genesis["url"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == genesis["hash"]
