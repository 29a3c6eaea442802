"""Our part of the build as JupyterLite addons: a subject each, a few lines around the module that does the work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

from peerbook.builder.catalogue import make_catalogue
from peerbook.builder.contents import write_contents
from peerbook.builder.lite import PeerbookAddon
from peerbook.builder.plan import Plan
from peerbook.genesis import genesis, genesis_hash
from peerbook.pages import LeftOut, page_workshop, render_pages
from peerbook.shell import prune, write_shell


class ContentsAddon(PeerbookAddon):
    """The workshops' files and their listings."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("files", write_contents)


class EnvironmentAddon(PeerbookAddon):
    """Python and its packages, vendored before JupyterLite's build, moved to their place."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("environment", move_vendored)


class ExtensionAddon(PeerbookAddon):
    """The page's part, and nobody else's."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("extension", copy_extension)


class GenesisAddon(PeerbookAddon):
    """For each notebook the CRDT state its documents start from."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("genesis", write_genesis)


class PagesAddon(PeerbookAddon):
    """The catalogue, for the page (`workshops.json`) and for people (HTML)."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("catalogue", write_catalogue)
        yield self.step("pages", write_pages)


class ShellAddon(PeerbookAddon):
    """The apps' own pages, their configuration, the service worker; what nothing loads is taken away. Comes last."""

    def post_build(self, manager: Any) -> Iterator[dict[str, Any]]:
        yield self.step("prune", lambda plan: prune(plan.site))
        yield self.step("shell", lambda plan: write_shell(plan.site, plan.catalogue))


ADDONS: dict[str, type[PeerbookAddon]] = {
    "peerbook-contents": ContentsAddon,
    "peerbook-environment": EnvironmentAddon,
    "peerbook-extension": ExtensionAddon,
    "peerbook-genesis": GenesisAddon,
    "peerbook-pages": PagesAddon,
    "peerbook-shell": ShellAddon,
}


def move_vendored(plan: Plan) -> None:
    shutil.copytree(plan.vendored, plan.site, dirs_exist_ok=True, copy_function=shutil.move)


def copy_extension(plan: Plan) -> None:
    shutil.copytree(plan.extension, plan.site / "extensions" / "peerbook")


def write_genesis(plan: Plan) -> None:
    for workshop in plan.workshops:
        records = plan.genesis.setdefault(workshop.slug, {})
        for notebook in workshop.notebooks:
            data = genesis(notebook.content)
            path = plan.site / "genesis" / workshop.slug / f"{notebook.path}.bin"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            records[notebook.path] = {"hash": genesis_hash(data), "url": path.relative_to(plan.site).as_posix()}


def write_catalogue(plan: Plan) -> None:
    plan.catalogue = make_catalogue(plan)
    text = json.dumps(plan.catalogue, ensure_ascii=False, indent=1, sort_keys=True)
    (plan.site / "workshops.json").write_text(text + "\n", encoding="utf-8")
    # May be edited in the built site.
    named = {"signaling": plan.options.signaling}
    (plan.site / "peerbook.json").write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def write_pages(plan: Plan) -> None:
    workshops = [page_workshop(workshop, plan.environments[workshop.slug]) for workshop in plan.workshops]
    left_out = [LeftOut(workshop.title, workshop.language, reason) for workshop, reason in plan.left_out]
    render_pages(plan.site, workshops=workshops, left_out=left_out)
    shutil.copytree(plan.workspace.page_scripts, plan.site / "static" / "peerbook", dirs_exist_ok=True)
