"""A workshop: a folder with a `workshop.toml`, notebooks and data. Read and checked here, used everywhere."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from peerbook.errors import PeerbookError
from peerbook.notebook import Notebook, read_notebook

FILE_NAME = "workshop.toml"
LEVELS = ("beginner", "intermediate", "advanced")
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8})*")
PICTURE_SUFFIXES = (".svg", ".png")


@dataclass(frozen=True)
class Workshop:
    """What `workshop.toml` says, with the notebooks read."""

    slug: str
    """The folder's name; lower-case letters, digits and hyphens."""
    folder: Path
    title: str
    summary: str
    language: str
    """BCP 47: `en`, `es`, `pt-BR`."""
    level: str
    """`beginner`, `intermediate` or `advanced`."""
    minutes: int
    authors: tuple[str, ...]
    licence: str
    learn: tuple[str, ...]
    """What somebody will be able to do, one sentence each."""
    notebooks: tuple[Notebook, ...]
    data: tuple[str, ...]
    """Data files relative to the folder."""
    packages: tuple[str, ...]
    """PEP 508 requirements of `[environment] packages`."""
    optional: bool
    """True: what cannot be had leaves this workshop out, in words, instead of failing the build."""
    picture: str | None
    """An SVG or PNG relative to the folder, made by the workshop's own notebooks."""
    picture_alt: str


def find_workshops(content: Path) -> list[Path]:
    """The workshop folders of ``content``: itself when it holds a `workshop.toml`, else its sub-folders that do.

    Raises :class:`PeerbookError` when there is none.
    """
    if not content.is_dir():
        raise PeerbookError(
            "there is no such folder", where=str(content), remedy="Give the folder that holds your workshops."
        )
    if (content / FILE_NAME).is_file():
        return [content.resolve()]
    folders = sorted(path.parent for path in content.glob(f"*/{FILE_NAME}"))
    if folders:
        return folders
    notebooks = sorted(content.glob("*.ipynb")) or sorted(content.glob("*/*.ipynb"))
    where = notebooks[0].parent if notebooks else content
    raise PeerbookError(
        f"no {FILE_NAME} found in it or in a folder directly under it",
        where=str(content),
        remedy=f"Run 'python3 build.py new {where}': it writes one for the notebooks there, for you to fill in.",
    )


def read_workshops(content: Path) -> list[Workshop]:
    """Every workshop under ``content``, in the order of their folder names."""
    return [read_workshop(folder) for folder in find_workshops(content)]


def read_workshop(folder: Path) -> Workshop:
    """Read and check one workshop.

    Raises :class:`PeerbookError` naming file, line and field for whatever is wrong first.
    """
    path = folder / FILE_NAME
    fields = _Fields(path)
    if not SLUG.fullmatch(folder.name):
        raise PeerbookError(
            f"the folder's name '{folder.name}' becomes part of a web address",
            where=str(folder),
            remedy="Rename it to lower-case letters, digits and hyphens, such as 'first-steps'.",
        )
    title = fields.text("title")
    summary = fields.text("summary")
    language = fields.text("language", LANGUAGE, 'a language code such as "en" or "pt-BR"')
    level = fields.text("level")
    if level not in LEVELS:
        raise fields.error("level", f"'{level}' is not a level", f"Use one of: {', '.join(LEVELS)}.")
    minutes = fields.table.get("minutes")
    if isinstance(minutes, bool) or not isinstance(minutes, int) or minutes < 1:
        raise fields.error("minutes", "must be a whole number of minutes, at least 1", "For example: minutes = 45")
    authors = fields.texts("authors", required=True)
    licence = fields.text("licence")
    learn = fields.texts("learn", required=True)
    names = fields.files("notebooks", required=True)
    if bad := next((name for name in names if not name.endswith(".ipynb")), None):
        raise fields.error("notebooks", f"'{bad}' is not a notebook", "List files that end in .ipynb.")
    data = fields.files("data")
    picture = fields.file("picture", fields.table["picture"]) if "picture" in fields.table else None
    if picture and not picture.endswith(PICTURE_SUFFIXES):
        raise fields.error("picture", f"'{picture}' is neither SVG nor PNG", "Save the picture as .svg or .png.")
    picture_alt = fields.text("picture_alt") if picture else ""
    optional = fields.table.get("optional", False)
    if not isinstance(optional, bool):
        raise fields.error("optional", "must be true or false", "For example: optional = true")
    packages = fields.packages()
    fields.refuse_unknown()
    notebooks = tuple(read_notebook(folder / name, name) for name in names)
    return Workshop(
        slug=folder.name,
        folder=folder,
        title=title,
        summary=summary,
        language=language,
        level=level,
        minutes=minutes,
        authors=authors,
        licence=licence,
        learn=learn,
        notebooks=notebooks,
        data=data,
        packages=packages,
        optional=optional,
        picture=picture,
        picture_alt=picture_alt,
    )


KNOWN = {
    *("title", "summary", "language", "level", "minutes", "authors", "licence", "learn"),
    *("notebooks", "data", "picture", "picture_alt", "optional", "environment"),
}


class _Fields:
    """The fields of one `workshop.toml`, each read with an error that names file, line and field."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._source = path.read_text(encoding="utf-8")
            self.table: dict[str, Any] = tomllib.loads(self._source)
        except FileNotFoundError:
            raise PeerbookError("is missing", where=str(path), remedy="Every workshop has one.") from None
        except UnicodeDecodeError as error:
            raise PeerbookError(
                f"is not UTF-8 text (byte {error.start})", where=str(path), remedy="Save it as UTF-8."
            ) from None
        except tomllib.TOMLDecodeError as error:
            raise PeerbookError(
                f"is not valid TOML: {error}",
                where=str(path),
                remedy="Mend that line: text stands in quotes, lists in [brackets], one field a line.",
            ) from None

    def error(self, field: str, what: str, remedy: str) -> PeerbookError:
        """The error for ``field``, with the line it stands on when it stands anywhere."""
        pattern = re.compile(rf"^\s*{re.escape(field)}\s*=")
        lines = self._source.splitlines()
        line = next((number for number, text in enumerate(lines, 1) if pattern.match(text)), None)
        at = f", line {line}" if line else ""
        return PeerbookError(what, where=f"{self.path}{at}, field '{field}'", remedy=remedy)

    def text(self, field: str, pattern: re.Pattern[str] | None = None, kind: str = "text") -> str:
        value = self.table.get(field)
        if value is None:
            raise self.error(field, "is missing", f'Add a line: {field} = "..."')
        if not isinstance(value, str) or not value.strip() or (pattern and not pattern.fullmatch(value)):
            raise self.error(field, f"must be {kind}, not {value!r}", f'For example: {field} = "..."')
        return value.strip()

    def texts(self, field: str, *, required: bool = False) -> tuple[str, ...]:
        value = self.table.get(field, [])
        if not isinstance(value, list) or not all(isinstance(item, str) and item.strip() for item in value):
            raise self.error(field, "must be a list of texts", f'For example: {field} = ["...", "..."]')
        if required and not value:
            raise self.error(field, "is missing or empty", f'Add a line: {field} = ["..."]')
        return tuple(value)

    def files(self, field: str, *, required: bool = False) -> tuple[str, ...]:
        names = tuple(self.file(field, name) for name in self.texts(field, required=required))
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise self.error(field, f"lists '{twice}' twice", "Remove one of them.")
        return names

    def file(self, field: str, name: object) -> str:
        """A file inside the workshop's folder: never outside of it, neither by `..` nor by a link."""
        if not isinstance(name, str):
            raise self.error(field, f"{name!r} is not the name of a file", "Write it in quotes.")
        pure = PurePosixPath(name)
        if pure.is_absolute() or ".." in pure.parts or "\\" in name or not pure.parts:
            raise self.error(
                field,
                f"'{name}' leads out of the workshop's folder",
                "Copy the file into the folder and name it there.",
            )
        path = self.path.parent / pure
        if not path.is_file():
            raise self.error(
                field, f"there is no file '{name}'", f"Put it into {self.path.parent} or take it off the list."
            )
        if not path.resolve().is_relative_to(self.path.parent.resolve()):
            raise self.error(field, f"'{name}' is a link to a file outside of the folder", "Copy the file itself.")
        return pure.as_posix()

    def packages(self) -> tuple[str, ...]:
        environment = self.table.get("environment", {})
        if not isinstance(environment, dict) or set(environment) - {"packages"}:
            raise self.error("environment", "may only hold 'packages'", '[environment]\n  packages = ["..."]')
        packages = environment.get("packages", [])
        if not isinstance(packages, list) or not all(isinstance(item, str) for item in packages):
            raise self.error("packages", "must be a list of package names", 'For example: packages = ["leather>=0.4"]')
        return tuple(packages)

    def refuse_unknown(self) -> None:
        if unknown := sorted(set(self.table) - KNOWN):
            raise self.error(unknown[0], "is not a field of a workshop", f"The fields are: {', '.join(sorted(KNOWN))}.")
