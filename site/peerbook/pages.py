"""The pages a visitor reads before Python starts: view models, and the thin writer that fills templates with them."""

from __future__ import annotations

import json
import re
import shutil
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from peerbook.picture import Picture, read_picture
from peerbook.shell import POLICY
from peerbook.wording import (
    LEVELS,
    bytes_in_words,
    fingerprint_in_words,
    language_in_words,
    minutes_in_words,
    names_in_words,
    python_in_words,
)
from peerbook.workshop import Workshop

HERE = Path(__file__).resolve().parent.parent
TEMPLATES = HERE / "templates"
STATIC = HERE / "static"

STATIC_FILES = (
    "style.css",
    "support.js",
    "pages.js",
    "home.js",
    "favicon.svg",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-512.png",
)
"""What the pages need from `site/static`, copied to `static/peerbook/`."""

LADDER = ("", "../", "../../", "../../../", "../../../../")
"""Where a page that is served at any depth looks for its home: twice as deep as our own addresses go."""

NUMBER = re.compile(r"^\d+[.):]\s+")
"""A step's own number in its heading: the list brings one."""

BLANK_NOTEBOOK = "notebooks/index.html?new=1"
"""Asks the classroom for a new, empty notebook."""

THEME_COLOURS = {"light": "#fbf9f3", "dark": "#17251f"}
"""`--paper` of style.css in both modes, for the browser's own frame around the page."""


@dataclass(frozen=True)
class About:
    """What the site says of itself."""

    name: str = "Peerbook"
    sentence: str = "Notebooks you can run, with Python in your own browser. No account, nothing to install."


@dataclass(frozen=True)
class PageStep:
    """One notebook of a workshop."""

    path: str
    """As the classroom knows it: `<slug>/<notebook>.ipynb`."""
    title: str
    url: str
    """Relative to the site's root, as every `url` here."""


@dataclass(frozen=True)
class PageFile:
    """A data file that can be had by itself."""

    path: str
    url: str


@dataclass(frozen=True)
class PageWorkshop:
    """A workshop in the words of its page."""

    slug: str
    url: str
    lab_url: str
    title: str
    summary: str
    language: str
    language_name: str
    level: str
    rank: tuple[int, int]
    """Its place in the catalogue: see :func:`rank`."""
    time: str
    size: str
    authors: str
    licence: str
    learn: tuple[str, ...]
    steps: tuple[PageStep, ...]
    data: tuple[PageFile, ...]
    python: str
    chosen: tuple[str, ...]
    """Packages that the workshop asks for, with their versions."""
    others: tuple[str, ...]
    """Packages that come along."""
    fingerprint: str
    """As two people compare it: `abcd-1234`."""
    picture: Picture | None


@dataclass(frozen=True)
class LeftOut:
    """An optional workshop that was not built, and why, in words."""

    title: str
    language: str
    reason: str


def rank(workshop: Workshop) -> tuple[int, int]:
    """A workshop's place among the others: by level, then by minutes, so that the first is where to begin."""
    return (list(LEVELS).index(workshop.level), workshop.minutes)


def page_workshop(workshop: Workshop, environment: Mapping[str, Any]) -> PageWorkshop:
    """A workshop and its environment (`IEnvironment` of catalogue.ts) in the words of its page.

    :raises PeerbookError: when the workshop's picture is neither SVG nor PNG.
    """
    requested = {canonicalize_name(Requirement(line).name) for line in workshop.packages}
    versions = sorted((str(p["name"]), str(p["version"])) for p in environment["packages"])
    chosen = [f"{name} {version}" for name, version in versions if canonicalize_name(name) in requested]
    others = [f"{name} {version}" for name, version in versions if canonicalize_name(name) not in requested]
    steps = tuple(
        PageStep(path=f"{workshop.slug}/{notebook.path}", title=NUMBER.sub("", notebook.title) or notebook.title,
                 url=f"notebooks/index.html?path={quote(f'{workshop.slug}/{notebook.path}')}")
        for notebook in workshop.notebooks
    )  # fmt: skip
    return PageWorkshop(
        slug=workshop.slug,
        url=f"workshops/{workshop.slug}/index.html",
        lab_url=f"lab/index.html?path={quote(steps[0].path)}",
        title=workshop.title,
        summary=workshop.summary,
        language=workshop.language,
        language_name=language_in_words(workshop.language),
        level=LEVELS[workshop.level],
        rank=rank(workshop),
        time=minutes_in_words(workshop.minutes),
        size=bytes_in_words(environment["bytes"]),
        authors=names_in_words(workshop.authors),
        licence=workshop.licence,
        learn=workshop.learn,
        steps=steps,
        data=tuple(PageFile(path, f"files/{quote(f'{workshop.slug}/{path}')}") for path in workshop.data),
        python=python_in_words(environment["lockInfo"]),
        chosen=tuple(chosen),
        others=tuple(others),
        fingerprint=fingerprint_in_words(environment["fingerprint"]),
        picture=read_picture(workshop),
    )


def render_pages(
    site: Path, *, workshops: Sequence[PageWorkshop], left_out: Sequence[LeftOut] = (), about: About | None = None
) -> list[Path]:
    """Write all pages, their styles, scripts, icons and pictures into the folder ``site``; say which files."""
    about = about or About()
    written = [_write(site / name, text) for name, text in pages(workshops, left_out, about)]
    for name in STATIC_FILES:
        written.append(_copy(STATIC / name, site / "static" / "peerbook" / name))
    for workshop in workshops:
        if workshop.picture:
            written.append(_copy(workshop.picture.source, site / workshop.picture.url))
    return written


def pages(workshops: Sequence[PageWorkshop], left_out: Sequence[LeftOut], about: About) -> Iterator[tuple[str, str]]:
    """Path, relative to the site's root, and text of every page."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        about=about,
        policy=POLICY,
        colours=THEME_COLOURS,
        ladder=LADDER,
        blank=BLANK_NOTEBOOK,
        # Our own files, not anybody's input.
        inline_style=Markup((STATIC / "style.css").read_text("utf-8")),
        inline_icon="data:image/svg+xml;base64," + b64encode((STATIC / "favicon.svg").read_bytes()).decode(),
    )

    def render(template: str, root: str = "", **values: Any) -> str:
        page = template.removesuffix(".html")
        return environment.get_template(template).render(root=root, page=page, **{"anywhere": False, **values}) + "\n"

    shelf = sorted(workshops, key=lambda workshop: workshop.rank)
    yield "index.html", render("index.html", workshops=shelf, left_out=left_out)
    for workshop in workshops:
        yield workshop.url, render("workshop.html", root="../../", workshop=workshop)
    yield "class.html", render("class.html", workshops=shelf)
    for name in ("teach.html", "unsupported.html", "storage.html"):
        yield name, render(name)
    for name in ("404.html", "offline.html"):
        yield name, render(name, anywhere=True)
    yield "manifest.webmanifest", _manifest(about)


def _manifest(about: About) -> str:
    icons = [
        {"src": "static/peerbook/favicon.svg", "sizes": "any", "type": "image/svg+xml"},
        {"src": "static/peerbook/icon-192.png", "sizes": "192x192", "type": "image/png"},
        {"src": "static/peerbook/icon-512.png", "sizes": "512x512", "type": "image/png"},
        {
            "src": "static/peerbook/icon-maskable-512.png",
            "sizes": "512x512",
            "type": "image/png",
            "purpose": "maskable",
        },
    ]
    manifest = {
        "name": about.name,
        "short_name": about.name,
        "description": about.sentence,
        "id": "./",
        "start_url": "./index.html",
        "scope": "./",
        "display": "standalone",
        "background_color": THEME_COLOURS["light"],
        "theme_color": THEME_COLOURS["light"],
        "icons": icons,
    }
    return json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _copy(source: Path, target: Path) -> Path:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)
    return target
