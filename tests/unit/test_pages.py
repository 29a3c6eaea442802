"""The pages: what they say, where they lead, and that they keep to the site's policy."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from peerbook import pages, wording
from peerbook.errors import PeerbookError
from peerbook.notebook import Notebook
from peerbook.pages import About, LeftOut, PageWorkshop, page_workshop, render_pages
from peerbook.workshop import Workshop

PICTURE = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200"><circle r="9"/></svg>'
# Made by other parts of the build.
ELSEWHERE = ("notebooks/", "lab/", "files/", "static/peerbook/workshop.js", "static/peerbook/class.js")


def an_environment(**changes: Any) -> dict[str, Any]:
    return {
        "bytes": 12_400_000,
        "fingerprint": "abcd1234" + "0" * 56,
        "lockInfo": {"python": "3.14.2"},
        "packages": [
            {"name": "Leather", "version": "0.4.0", "imports": ["leather"]},
            {"name": "ipython", "version": "9.1", "imports": ["IPython"]},
        ],
        **changes,
    }


def a_workshop(folder: Path, **changes: Any) -> Workshop:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "picture.svg").write_bytes(PICTURE)
    said: dict[str, Any] = {
        "slug": "first-steps",
        "folder": folder,
        "title": "First steps in Python",
        "summary": "Say hello.",
        "language": "en",
        "level": "beginner",
        "minutes": 45,
        "authors": ("Ada", "Alan", "Grace"),
        "licence": "CC-BY-4.0",
        "learn": ("Run a line of Python", "Repeat it"),
        "notebooks": (Notebook("1-hello you.ipynb", "Hello", {}), Notebook("2-loops.ipynb", "2. Loops", {})),
        "data": ("birds.csv",),
        "packages": ("leather>=0.4",),
        "optional": False,
        "picture": "picture.svg",
        "picture_alt": "A dot",
        **changes,
    }
    return Workshop(**said)


@pytest.fixture
def workshop(tmp_path: Path) -> Callable[..., PageWorkshop]:
    """A workshop in the words of its page, with what a test wants to be different."""
    return lambda **changes: page_workshop(a_workshop(tmp_path / "first-steps", **changes), an_environment())


class Page(HTMLParser):
    """What a test wants to know of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.text = path.read_text("utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attributes}))

    def handle_data(self, data: str) -> None:
        self.words += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.tags if name == tag]

    @property
    def links(self) -> list[str]:
        return [value for _, a in self.tags for name, value in a.items() if name in ("href", "src")]


def a_site(site: Path, *workshops: PageWorkshop, left_out: tuple[LeftOut, ...] = ()) -> dict[str, Page]:
    written = render_pages(site, workshops=workshops, left_out=left_out)
    return {path.relative_to(site).as_posix(): Page(path) for path in written if path.suffix == ".html"}


def test_there_is_a_catalogue_a_page_for_each_workshop_and_one_for_each_trouble(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    assert set(a_site(tmp_path, workshop())) == {
        "index.html",
        "workshops/first-steps/index.html",
        "class.html",
        "teach.html",
        "404.html",
        "offline.html",
        "storage.html",
        "unsupported.html",
    }


def test_the_catalogue_says_what_when_for_whom_and_how_much(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    words = a_site(tmp_path, workshop())["index.html"].words
    for expected in (
        "First steps in Python",
        "Run a line of Python",
        "For beginners",
        "45 minutes",
        "English",
        "12 MB to download, once",
        "Start with a blank notebook",
    ):
        assert expected in words


def test_an_empty_catalogue_says_how_to_fill_it(tmp_path: Path) -> None:
    page = a_site(tmp_path)["index.html"]
    assert "There are no workshops here yet." in page.words
    assert "teach.html" in page.links


def test_the_catalogue_begins_with_what_is_easiest(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    made = [
        workshop(slug="a", title="Long", minutes=90),
        workshop(slug="b", title="Hard", level="advanced", minutes=10),
        workshop(slug="c", title="Short", minutes=30),
    ]
    cards = [a["href"] for a in a_site(tmp_path, *made)["index.html"].all("a") if a["href"].startswith("workshops/")]
    assert cards == ["workshops/c/index.html", "workshops/a/index.html", "workshops/b/index.html"]


def test_a_workshop_left_out_is_listed_with_the_reason(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    left_out = (LeftOut("Data science", "en", "pandas could not be had."),)
    words = a_site(tmp_path, workshop(), left_out=left_out)["index.html"].words
    assert "Not on this site" in words
    assert "Data science" in words
    assert "pandas could not be had." in words
    assert "Not on this site" not in a_site(tmp_path / "all", workshop())["index.html"].words


def test_a_workshops_page_leads_to_its_notebooks_in_order(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    page = a_site(tmp_path, workshop())["workshops/first-steps/index.html"]
    steps = [a["href"] for a in page.all("a") if "data-path" in a and "data-start" not in a]
    assert steps == [
        "../../notebooks/index.html?path=first-steps/1-hello%20you.ipynb",
        "../../notebooks/index.html?path=first-steps/2-loops.ipynb",
    ]
    start = next(a for a in page.all("a") if "data-start" in a)
    assert start["href"] == steps[0]
    assert "Start on my own" in page.words
    assert "2. Loops" not in page.words
    assert "../../lab/index.html?path=first-steps/1-hello%20you.ipynb" in page.links


def test_a_workshops_page_says_what_its_python_is(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    page = a_site(tmp_path, workshop())["workshops/first-steps/index.html"]
    words = " ".join(page.words.split())
    assert "Python 3.14 with Leather 0.4.0." in words
    assert "ipython 9.1" in words
    assert "abcd-1234" in words
    assert "Two people with the same code have the same Python." in words
    assert "Ada, Alan and Grace" in words
    assert "CC-BY-4.0" in words
    assert "../../files/first-steps/birds.csv" in page.links


def test_a_picture_is_copied_under_the_hash_of_its_content_and_described(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    page = a_site(tmp_path, workshop())["workshops/first-steps/index.html"]
    name = f"static/peerbook/pictures/first-steps-{hashlib.sha256(PICTURE).hexdigest()[:8]}.svg"
    assert (tmp_path / name).read_bytes() == PICTURE
    [image] = page.all("img")
    assert image["src"] == f"../../{name}"
    assert image["alt"] == "A dot"
    assert (image["width"], image["height"]) == ("300", "200")


def test_a_workshop_without_picture_or_aims_or_data_has_its_page(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    site = a_site(tmp_path, workshop(picture=None, picture_alt="", learn=(), data=(), packages=()))
    assert not site["index.html"].all("img")
    assert "You will be able to" not in site["workshops/first-steps/index.html"].words


def test_a_picture_of_another_kind_is_refused_with_file_field_and_remedy(tmp_path: Path) -> None:
    made = a_workshop(tmp_path / "w", picture="picture.bmp")
    (tmp_path / "w" / "picture.bmp").write_bytes(b"BM")
    with pytest.raises(PeerbookError, match="neither an SVG nor a PNG") as caught:
        page_workshop(made, an_environment())
    assert "workshop.toml: field 'picture'" in caught.value.where
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("opening", "size"),
    [
        ('width="30" height="20"', (30, 20)),
        ('width="30.4px" height="20px" viewBox="0 0 1 1"', (30, 20)),
        ('viewBox="0,0, 60 40"', (60, 40)),
        ('width="100%" viewBox="0 0 60 40"', (60, 40)),
        ("", (None, None)),
    ],
)
def test_the_size_of_a_drawing_is_known_before_it_arrives(
    tmp_path: Path, opening: str, size: tuple[int | None, int | None]
) -> None:
    made = a_workshop(tmp_path / "w")
    (tmp_path / "w" / "picture.svg").write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {opening}/>')
    picture = page_workshop(made, an_environment()).picture
    assert picture is not None
    assert (picture.width, picture.height) == size


def test_markup_in_what_an_author_writes_stays_text(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    nasty = '<script>alert("1")</script><img src=x onerror=y>'
    made = workshop(
        title=nasty,
        summary=nasty,
        learn=(nasty,),
        authors=(nasty,),
        licence=nasty,
        picture_alt=f'"{nasty}',
        notebooks=(Notebook(f"{nasty}.ipynb", nasty, {}),),
        data=(nasty,),
    )
    site = a_site(tmp_path, made, left_out=(LeftOut(nasty, '"><b>', nasty),))
    for page in site.values():
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text
        assert not [a for _, a in page.tags if "onerror" in a]


def test_no_page_has_inline_script_or_leaves_the_site(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    for page in a_site(tmp_path, workshop(), left_out=(LeftOut("A", "en", "B"),)).values():
        for script in page.all("script"):
            assert script.get("src"), "a script without an address"
        assert re.search(r"<script[^>]*>[^<]", page.text) is None
        assert not [name for _, a in page.tags for name in a if name.startswith("on")]
        for link in page.links:
            parts = urlsplit(link)
            assert parts.scheme in ("", "data"), link
            assert not parts.netloc, link
            assert not link.startswith("/"), link
        [policy] = [a["content"] for a in page.all("meta") if a.get("http-equiv") == "Content-Security-Policy"]
        assert "script-src 'self' 'wasm-unsafe-eval';" in policy


def test_every_relative_link_leads_somewhere(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    for name, page in a_site(tmp_path, workshop()).items():
        for link in page.links:
            parts = urlsplit(link)
            # What a page served at any depth asks for above the root is for deeper addresses than its own.
            if parts.scheme == "data" or link.startswith("#") or not parts.path:
                continue
            target = normpath(str(PurePosixPath(name).parent / unquote(parts.path)))
            if target.startswith(ELSEWHERE) or (target.startswith("..") and name in ("404.html", "offline.html")):
                continue
            assert (tmp_path / target).exists(), f"{name}: {link}"


def test_every_page_has_landmarks_one_heading_and_a_way_past_the_navigation(
    tmp_path: Path, workshop: Callable[..., PageWorkshop]
) -> None:
    for name, page in a_site(tmp_path, workshop()).items():
        assert [tag for tag, _ in page.tags if tag in ("header", "nav", "main", "footer")] == [
            "header",
            "nav",
            "main",
            "footer",
        ], name
        assert len(page.all("h1")) == 1, name
        assert page.all("a")[0]["href"] == "#content", name
        assert page.all("main")[0]["id"] == "content", name
        assert page.all("html")[0]["lang"] == "en", name
        assert re.search(r"<title>[^<]+ - Peerbook</title>", page.text), name
        [description] = [a["content"] for a in page.all("meta") if a.get("name") == "description"]
        assert 20 < len(description) < 200 or name.startswith("workshops/"), name


def test_a_page_in_another_language_says_which(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    page = a_site(tmp_path, workshop(language="pt-BR", title="Primeiros passos"))["workshops/first-steps/index.html"]
    assert page.all("h1")[0]["lang"] == "pt-BR"
    assert "Português (BR)" in page.words


def test_a_page_served_at_any_depth_carries_its_style(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    site = a_site(tmp_path, workshop())
    for name in ("404.html", "offline.html"):
        assert not [a for a in site[name].all("link") if not a["href"].startswith("data:")]
        assert "<style>/* The pages around" in site[name].text
    assert "</style" not in (pages.STATIC / "style.css").read_text("utf-8")


def test_the_manifest_is_relative_and_its_icons_exist(tmp_path: Path, workshop: Callable[..., PageWorkshop]) -> None:
    render_pages(tmp_path, workshops=[workshop()], about=About(name="Ms Diaz's class"))
    manifest = json.loads((tmp_path / "manifest.webmanifest").read_text("utf-8"))
    assert manifest["name"] == "Ms Diaz's class"
    assert manifest["start_url"].startswith("./")
    assert manifest["scope"] == "./"
    for icon in manifest["icons"]:
        assert (tmp_path / icon["src"]).stat().st_size > 100


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(1, "1 minute"), (45, "45 minutes"), (60, "1 hour"), (90, "1 hour 30 minutes"), (121, "2 hours 1 minute")],
)
def test_minutes_in_words(minutes: int, words: str) -> None:
    assert wording.minutes_in_words(minutes) == words


@pytest.mark.parametrize(
    ("size", "words"), [(0, "under 1 MB"), (999_999, "under 1 MB"), (12_400_000, "12 MB"), (12_600_000, "13 MB")]
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert wording.bytes_in_words(size) == words


def palettes() -> dict[str, dict[str, str]]:
    """The colours of style.css by name, light and dark."""
    style = (pages.STATIC / "style.css").read_text("utf-8")
    light, dark = (
        re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block) for block in re.findall(r":root {(.*?)}", style, re.S)[:2]
    )
    return {"light": dict(light), "dark": {**dict(light), **dict(dark)}}


def contrast(one: str, other: str) -> float:
    """WCAG's contrast ratio of two `#rrggbb` colours."""

    def luminance(colour: str) -> float:
        channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT_ON_GROUND = [
    *((text, ground) for text in ("ink", "soft", "accent", "warm") for ground in ("paper", "sheet", "tint")),
    ("accent-deep", "paper"),
    ("accent-deep", "tint"),
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    *(
        (text, ground)
        for text in ("chalk", "chalk-soft", "chalk-green", "chalk-warm")
        for ground in ("board", "board-glow")
    ),
]


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON_GROUND)
def test_text_can_be_read_on_its_ground(mode: str, text: str, ground: str) -> None:
    palette = palettes()[mode]
    assert contrast(palette[text], palette[ground]) >= 4.5


def test_the_browsers_frame_has_the_colour_of_the_paper() -> None:
    assert {mode: colours["paper"] for mode, colours in palettes().items()} == pages.THEME_COLOURS


def test_people_have_the_same_colours_on_the_pages_as_in_the_notebook() -> None:
    notebook = (pages.HERE / "extension/style/people.css").read_text("utf-8")
    light, dark = (dict(re.findall(r"--(pb-person-\d): (#\w+);", block)) for block in notebook.split("data-jp-theme"))
    for mode, colours in {"light": light, "dark": dark}.items():
        assert len(colours) == 10
        assert {name: palettes()[mode][name] for name in colours} == colours


def test_style_asks_for_nothing_from_outside() -> None:
    style = (pages.STATIC / "style.css").read_text("utf-8")
    assert "url(" not in style
    assert "@import" not in style


@pytest.mark.parametrize("name", ["support.js", "home.js"])
def test_what_old_browsers_must_run_uses_nothing_they_lack(name: str) -> None:
    script = re.sub(r"/\*.*?\*/", "", (pages.STATIC / name).read_text("utf-8"), flags=re.S)
    assert re.findall(r"=>|`|\.\.\.|\?\.|\?\?|\b(?:const|let|class|async|await|import|export)\b", script) == []
