"""The workshops that ship with Peerbook: complete, runnable, solvable, and pictured by their own code.

Every notebook is run cell by cell in plain Python, in a copy of its folder. IPython's part is played by a few lines
here: the value of a cell's last expression counts as shown when it is not None.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib
import importlib.util
import io
import json
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import nbformat
import pytest

pytestmark = pytest.mark.filterwarnings("ignore:FigureCanvasAgg is non-interactive")

CONTENT = Path(__file__).parents[2] / "content"
WORKSHOPS = sorted(path.parent for path in CONTENT.glob("*/workshop.toml"))
NOTEBOOKS = sorted(path for folder in WORKSHOPS for path in folder.glob("*.ipynb"))
REQUIRED = {
    "title", "summary", "language", "level", "minutes", "authors", "licence", "learn", "notebooks", "data",
    "picture", "picture_alt", "environment",
}  # fmt: skip
LARGEST_FILE = 200_000  # bytes, so that a workshop with its data stays smaller than one photograph


@dataclass(frozen=True)
class Run:
    """What one code cell did: the text it printed and the value of its last expression."""

    id: str
    printed: str
    value: Any

    @property
    def svg(self) -> str | None:
        """The picture that a notebook would show."""
        show = getattr(self.value, "_repr_svg_", None)
        return show() if show else None


def settings(folder: Path) -> dict[str, Any]:
    """A workshop's `workshop.toml`."""
    return tomllib.loads((folder / "workshop.toml").read_text(encoding="utf-8"))


def cells(notebook: Path) -> list[dict[str, Any]]:
    """The cells of a notebook, their sources joined."""
    parsed = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    return [{**cell, "source": "".join(cell["source"])} for cell in parsed]


def tagged(notebook: Path, tag: str) -> set[str]:
    """The ids of a notebook's cells with this tag."""
    return {cell["id"] for cell in cells(notebook) if tag in cell["metadata"].get("tags", [])}


def solutions() -> dict[str, dict[str, str]]:
    """Notebook, relative to `content/` -> cell id -> source, out of SOLUTIONS.md."""
    found: dict[str, dict[str, str]] = {}
    text = (CONTENT / "SOLUTIONS.md").read_text(encoding="utf-8")
    for chapter in re.split(r"^## ", text, flags=re.M)[1:]:
        name = chapter.splitlines()[0].strip()
        found[name] = dict(re.findall(r"^### (\S+)\n```\n(.*?)\n```$", chapter, flags=re.M | re.S))
    return found


def run(notebook: Path, replaced: dict[str, str] | None = None) -> list[Run]:
    """Run the code cells in order in one namespace, `replaced` giving other sources by cell id."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    done = []
    for cell in cells(notebook):
        if cell["cell_type"] != "code":
            continue
        tree = ast.parse((replaced or {}).get(cell["id"], cell["source"]), cell["id"])
        last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(tree, cell["id"], "exec"), namespace)
            value = eval(compile(ast.Expression(last.value), cell["id"], "eval"), namespace) if last else None
        done.append(Run(cell["id"], printed.getvalue(), value))
    return done


@pytest.fixture
def workplace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of `content/` to run in, a visitor called Ada, and none of a workshop's modules left over."""
    place = tmp_path / "content"
    shutil.copytree(CONTENT, place)
    monkeypatch.setattr(builtins, "input", lambda prompt="": "Ada")
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    monkeypatch.setenv("MPLBACKEND", "Agg")
    before = set(sys.modules)
    yield place
    own = {path.stem for path in CONTENT.glob("*/*.py")}
    for name in set(sys.modules) - before:
        if name in own:
            del sys.modules[name]


def enter(notebook: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the notebook's copied folder the working folder; gives the copied notebook."""
    said = settings(notebook.parent)
    for name in said["environment"]["packages"] if said.get("optional") else []:
        module = re.split(r"[^\w.-]", name)[0]
        if importlib.util.find_spec(module) is None:
            pytest.skip(f"{module} is not installed here, and this workshop is optional")
    copied = workplace / notebook.relative_to(CONTENT)
    monkeypatch.chdir(copied.parent)
    monkeypatch.syspath_prepend(str(copied.parent))
    return copied


def name_of(path: Path) -> str:
    return path.relative_to(CONTENT).as_posix()


ALWAYS_BUILT = [folder for folder in WORKSHOPS if not settings(folder).get("optional")]
"""Optional ones draw with packages whose every version draws a little differently."""

each_workshop = pytest.mark.parametrize("folder", WORKSHOPS, ids=name_of)
each_notebook = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=name_of)


def test_there_are_workshops() -> None:
    assert {"first-steps", "drawing", "asking-data", "data-science"} <= {folder.name for folder in WORKSHOPS}


@each_workshop
def test_a_workshop_says_everything_about_itself(folder: Path) -> None:
    said = settings(folder)
    assert set(said) - {"optional"} == REQUIRED
    assert said["level"] in {"beginner", "intermediate", "advanced"}
    assert 3 <= len(said["learn"]) <= 5
    assert said["summary"].endswith(".")
    assert said["summary"].count(". ") == 0, "the summary is one sentence"
    assert isinstance(said["minutes"], int)


@each_workshop
def test_a_workshop_lists_the_files_it_has(folder: Path) -> None:
    said = settings(folder)
    listed = {*said["notebooks"], *said["data"], said["picture"], "workshop.toml"}
    not_published = {"make_data.py", "environment.lock", "__pycache__"}
    assert {path.name for path in folder.iterdir()} - not_published == listed
    assert all((folder / name).stat().st_size < LARGEST_FILE for name in listed)


@each_workshop
def test_a_picture_is_a_card_and_asks_nothing_of_the_network(folder: Path) -> None:
    text = (folder / settings(folder)["picture"]).read_text(encoding="utf-8")
    svg = ElementTree.fromstring(text)
    _, _, width, height = (float(number) for number in svg.attrib["viewBox"].split())
    assert 1.35 < width / height < 1.65
    assert svg.findtext("{http://www.w3.org/2000/svg}title")
    tags = {element.tag.split("}")[1] for element in svg.iter()}
    assert not tags & {"script", "image", "foreignObject", "a"}
    without_names = re.sub(r'xmlns(:\w+)?="[^"]*"', "", text)
    assert not re.search(r"https?:|url\((?!#)|@import|@font-face", without_names)


@each_notebook
def test_a_notebook_is_valid_and_clean(notebook: Path) -> None:
    parsed = json.loads(notebook.read_text(encoding="utf-8"))
    nbformat.validate(parsed)
    assert (parsed["nbformat"], parsed["nbformat_minor"]) == (4, 5)
    assert parsed["metadata"]["kernelspec"]["name"] == "python"
    ids = [cell["id"] for cell in parsed["cells"]]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z][a-z0-9-]*", name) for name in ids)
    assert 10 <= len(ids) <= 25
    for cell in parsed["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    headings = [line for cell in cells(notebook) for line in cell["source"].splitlines() if line.startswith("# ")]
    assert parsed["cells"][0]["source"][0] == headings[0] + "\n"


@each_notebook
def test_links_lead_to_notebooks_that_are_there(notebook: Path) -> None:
    for cell in cells(notebook):
        if cell["cell_type"] == "markdown":
            for target in re.findall(r"\]\(([^)]+)\)", cell["source"]):
                assert (notebook.parent / target).is_file()


@each_notebook
def test_a_notebook_runs_as_shipped_and_its_exercises_wait(
    notebook: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = {each.id: each for each in run(enter(notebook, workplace, monkeypatch))}
    exercises = tagged(notebook, "exercise")
    assert exercises
    assert {name for name in exercises if "Not yet:" in shown[name].printed} == exercises


@each_notebook
def test_a_notebook_is_done_when_its_exercises_are_solved(
    notebook: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    solved = solutions()[name_of(notebook)]
    exercises = tagged(notebook, "exercise")
    assert set(solved) == exercises
    shown = {each.id: each for each in run(enter(notebook, workplace, monkeypatch), solved)}
    assert {name for name in exercises if "Done:" in shown[name].printed} == exercises
    assert not [each.id for each in shown.values() if "Not yet:" in each.printed]


@pytest.mark.parametrize("folder", ALWAYS_BUILT, ids=name_of)
def test_the_picture_is_what_the_notebook_draws(folder: Path, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = settings(folder)
    drawn_by = [folder / name for name in said["notebooks"] if tagged(folder / name, "picture")]
    assert len(drawn_by) == 1
    (cell,) = tagged(drawn_by[0], "picture")
    shown = {each.id: each for each in run(enter(drawn_by[0], workplace, monkeypatch))}
    assert shown[cell].svg == (folder / said["picture"]).read_text(encoding="utf-8")


def module(name: str, workplace: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A workshop's own module, `slug/name`, imported from the copy."""
    slug, name = name.split("/")
    monkeypatch.syspath_prepend(str(workplace / slug))
    return importlib.import_module(name)


def test_the_made_up_data_can_be_made_again(workplace: Path) -> None:
    folder = workplace / "asking-data"
    names = ["weather.csv", "books.csv", "loans.csv"]
    for name in names:
        (folder / name).unlink()
    subprocess.run([sys.executable, folder / "make_data.py"], check=True, timeout=60)
    for name in names:
        shipped = (CONTENT / "asking-data" / name).read_bytes()
        assert (folder / name).read_bytes() == shipped
        assert (CONTENT / "data-science" / name).read_bytes() == shipped


@pytest.mark.parametrize(
    ("order", "words"),
    [
        (lambda d: d.Drawing().circle(0, 0, 5, fill="gren"), "no colour called 'gren'. Did you mean 'green'?"),
        (lambda d: d.Drawing().circle(0, 0, -5), "radius should be more than 0"),
        (lambda d: d.Drawing().circle("0", 0, 5), "x should be a number, not '0'"),
        (lambda d: d.Drawing().circle(0, 0, 5, fill="red", opacity=2), "opacity goes from 0 (invisible) to 1 (solid)"),
        (lambda d: d.Drawing().line(0, 0, float("inf"), 0), "fits on paper"),
        (lambda d: d.Drawing().polygon([(0, 0), (1, 1)]), "at least three points"),
        (lambda d: d.Drawing(100), "both a width and a height"),
        (lambda d: d.Turtle().forward("far"), "distance should be a number"),
        (lambda d: d.Turtle("paper"), "A turtle walks on a Drawing"),
        (lambda d: d.Turtle().end_fill("red"), "needs a begin_fill"),
        (lambda d: d.Turtle(colour=3), "A colour is a name in quotation marks"),
    ],
)
def test_drawing_says_in_words_what_cannot_be_drawn(
    order: Callable[[Any], object], words: str, workplace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises((TypeError, ValueError), match=re.escape(words)):
        order(module("drawing/drawing", workplace, monkeypatch))


def test_a_drawing_fits_what_is_on_it(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = module("drawing/drawing", workplace, monkeypatch)
    picture = drawing.Drawing()
    picture.circle(100, 50, 20, fill="red")
    margin = drawing.MARGIN
    assert f'viewBox="{80 - margin} {-70 - margin} {40 + 2 * margin} {40 + 2 * margin}"' in picture.svg()


def test_a_turtle_that_walks_a_square_comes_home(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    turtle = module("drawing/drawing", workplace, monkeypatch).Turtle()
    for _ in range(4):
        turtle.forward(10)
        turtle.left(90)
    assert repr(turtle) == "<a turtle at (0, 0), looking to 0 degrees>"
    assert len(turtle.drawing.shapes) == 4


def test_what_students_write_cannot_become_markup(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hostile = "<script>&\"'"
    picture = module("drawing/drawing", workplace, monkeypatch).Drawing(title=hostile)
    picture.text(0, 0, hostile)
    tiles = module("first-steps/tiles", workplace, monkeypatch)
    shown = [picture.svg(), str(tiles.mosaic(hostile, title=hostile)), str(tiles.letters(hostile))]
    shown.append(str(tiles.mosaic("a", {"a": hostile})))
    for svg in shown:
        assert "script" not in {element.tag.split("}")[1] for element in ElementTree.fromstring(svg).iter()}


def test_tiles_say_in_words_what_they_are_made_from(workplace: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(TypeError, match="Tiles are made from text"):
        module("first-steps/tiles", workplace, monkeypatch).mosaic([1, 2])
