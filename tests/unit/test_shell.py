"""The apps' pages, their configuration, what is switched off, and the service worker's list."""

from __future__ import annotations

import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from peerbook import calm, shell
from peerbook.errors import PeerbookError

ROOT = {
    "baseUrl": "./",
    "fullStaticUrl": "./build",
    "disabledExtensions": ["a:b"],
    "settingsOverrides": {"x:y": {"one": 1}},
    "litePluginSettings": {"@jupyterlite/pyodide-kernel-extension:kernel": {"pipliteUrls": ["./x"]}},
    "federated_extensions": [{"name": shell.KERNEL_OF_JUPYTERLITE, "load": "x.js"}],
}
OWN = {
    "appUrl": "/notebooks",
    "faviconUrl": "./favicon.ico",
    "fullStaticUrl": "../build",
    "settingsUrl": "../build/schemas",
    "themesUrl": "./build/themes",
}


def page(app: str = "notebooks", **changes: Any) -> str:
    options: dict[str, Any] = {
        "config": {"baseUrl": "./"},
        "scripts": [f"build/{app}/bundle.js?_=1"],
        "titles": {},
        "assets": {"boot": "static/peerbook/app/boot.1.js", "style": "static/peerbook/app/app.1.css"},
        "site_name": "Peerbook",
        "language": "en",
    }
    return shell.render_app_page(app, **{**options, **changes})


class Scripts(HTMLParser):
    """Every script of a page that a browser would run."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []
        self.running: list[str] = []
        self.attributes: list[str] = []
        self._in: dict[str, str | None] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [name for name, _ in attrs if name.startswith("on")]
        if tag == "script":
            self._in = dict(attrs)
            if src := self._in.get("src"):
                self.running.append(src)

    def handle_data(self, data: str) -> None:
        if self._in is not None and self._in.get("type") != "application/json" and data.strip():
            self.inline.append(data)

    def handle_endtag(self, tag: str) -> None:
        self._in = None


def data_of(html: str, element: str) -> Any:
    found = re.search(rf'<script id="{element}"[^>]*>(.*?)</script>', html, re.DOTALL)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("app", calm.APPS)
def test_no_page_of_an_app_has_a_script_that_the_policy_would_refuse(app: str) -> None:
    scripts = Scripts()
    scripts.feed(page(app))
    assert scripts.inline == []
    assert scripts.attributes == []
    assert scripts.running
    assert all(src.startswith("../static/peerbook/") for src in scripts.running)


def test_a_page_carries_the_policy_and_words_for_who_waits_or_has_no_scripts() -> None:
    html = page("lab")
    assert "script-src &#39;self&#39; &#39;wasm-unsafe-eval&#39;;" in html
    assert "Opening the lab..." in html
    assert "<noscript>" in html


def test_the_configuration_survives_its_page_whatever_a_title_holds() -> None:
    wicked = {"loops": 'Loops </script><script>alert("1")</script> & <!-- more'}
    html = page(titles=wicked)
    assert data_of(html, "peerbook-titles") == wicked
    scripts = Scripts()
    scripts.feed(html)
    assert scripts.inline == []


def test_configurations_merge_as_jupyterlites_own_page_would() -> None:
    merged = shell.merge_config(
        [
            {"a": 1, "disabledExtensions": ["x"], "settingsOverrides": {"p": {"one": 1, "two": 2}}},
            {"a": 2, "disabledExtensions": ["y"], "settingsOverrides": {"p": {"two": 3}, "q": {}}},
        ]
    )
    assert merged == {
        "a": 2,
        "disabledExtensions": ["x", "y"],
        "settingsOverrides": {"p": {"one": 1, "two": 3}, "q": {}},
    }


def test_addresses_of_a_page_are_said_from_the_sites_root() -> None:
    ours = {"name": "peerbook", "load": "static/remoteEntry.1.js", "disabledExtensions": ["c:d"]}
    config = shell.page_config(ROOT, OWN, "notebooks", [ours])
    assert config["baseUrl"] == "./"
    assert config["appUrl"] == "/notebooks"
    assert config["fullStaticUrl"] == "./build"
    assert config["settingsUrl"] == "./build/schemas"
    assert config["themesUrl"] == "./build/themes"
    assert [extension["name"] for extension in config["federated_extensions"]] == ["peerbook"]
    assert {"a:b", "c:d", "@jupyterlab/apputils-extension:settings"} <= set(config["disabledExtensions"])
    assert config["settingsOverrides"]["x:y"] == {"one": 1}
    assert config["litePluginSettings"] == {}


def test_only_single_plugins_are_switched_off_each_with_a_reason() -> None:
    every = {**calm.DISABLED_PLUGINS, **calm.DISABLED_WHERE_CALM}
    assert all(re.fullmatch(r"@[a-z-]+/[a-z0-9-]+:[A-Za-z-]+", name) for name in every)
    assert all(len(reason) > 10 for reason in every.values())
    assert len(every) == len(calm.DISABLED_PLUGINS) + len(calm.DISABLED_WHERE_CALM)
    assert set(calm.disabled_plugins("lab")) == set(calm.DISABLED_PLUGINS)
    assert set(calm.disabled_plugins("tree")) == set(every)


def test_the_service_worker_lists_the_start_of_each_files_hash() -> None:
    template = "const SITE = /* SITE */ {} /* END */;"
    digest = "ab" * 32
    text = shell.render_service_worker(template, hashes={"files/größe \\d.ipynb": digest}, large=["a"])
    site = json.loads(text.removeprefix("const SITE = ").removesuffix(";"))
    assert site["files"] == {"files/größe \\d.ipynb": "abababababababab"}
    assert site["large"] == ["a"]
    assert len(site["edition"]) == 16
    assert "{site}static/pyodide/" in site["headers"]["kernel.worker"]["Content-Security-Policy"]


def test_an_edition_is_another_one_when_a_byte_of_any_file_is() -> None:
    template = (shell.STATIC / "service-worker.js").read_text(encoding="utf-8")
    one = shell.render_service_worker(template, hashes={"a": "0" * 64}, large=[])
    two = shell.render_service_worker(template, hashes={"a": "1" * 64}, large=[])
    assert one != two
    assert one == shell.render_service_worker(template, hashes={"a": "0" * 64}, large=[])


def test_a_service_worker_without_a_place_for_the_list_is_refused() -> None:
    with pytest.raises(PeerbookError, match="list of files"):
        shell.render_service_worker("const SITE = {};", hashes={}, large=[])


@pytest.fixture
def a_built_site(tmp_path: Path) -> Path:
    """What JupyterLite's build leaves, in small."""
    write(tmp_path / "jupyter-lite.json", json.dumps({"jupyter-config-data": ROOT}))
    write(tmp_path / "extensions/peerbook/static/remoteEntry.1.js", "x")
    package = {"name": "peerbook", "jupyterlab": {"_build": {"load": "static/remoteEntry.1.js", "extension": "./e"}}}
    write(tmp_path / "extensions/peerbook/package.json", json.dumps(package))
    write(tmp_path / f"extensions/{shell.KERNEL_OF_JUPYTERLITE}/package.json", "{}")
    for app in calm.APPS:
        write(tmp_path / app / "jupyter-lite.json", json.dumps({"jupyter-config-data": OWN}))
        write(tmp_path / "build" / app / "bundle.js", app)
    for name in ("config-utils.js", "rspack.config.js", "doc/tree/index.html", "build/1.js.map", "build/1.js"):
        write(tmp_path / name, name)
    write(tmp_path / "peerbook.json", "{}")
    return tmp_path


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


CATALOGUE = {"workshops": [{"slug": "first-steps", "title": "First steps"}]}


def test_what_no_page_loads_is_taken_away_and_the_rest_stays(a_built_site: Path) -> None:
    shell.prune(a_built_site)
    left = {path.relative_to(a_built_site).as_posix() for path in a_built_site.rglob("*") if path.is_file()}
    assert {"build/1.js", "extensions/peerbook/package.json", "build/lab/bundle.js", "peerbook.json"} <= left
    assert not {name for name in left if "rspack" in name or "config-utils" in name or name.endswith(".map")}
    assert not (a_built_site / "doc").exists()
    assert not (a_built_site / "extensions" / "@jupyterlite").exists()


def test_the_shell_of_a_site(a_built_site: Path) -> None:
    shell.prune(a_built_site)
    shell.write_shell(a_built_site, CATALOGUE)
    html = (a_built_site / "notebooks/index.html").read_text(encoding="utf-8")
    config = data_of(html, "jupyter-config-data")
    assert config["federated_extensions"][0]["load"] == "static/remoteEntry.1.js"
    assert data_of(html, "peerbook-titles") == {"first-steps": "First steps"}
    for address in re.findall(r'(?:src|href)="\.\./(static[^"]+)"', html):
        assert (a_built_site / address).is_file()
    digest = hashlib.sha256(b"notebooks").hexdigest()[:8]
    assert f"build/notebooks/bundle.js?_={digest}" in html
    headers = json.loads((a_built_site / "headers.json").read_text(encoding="utf-8"))
    assert headers["default"]["Cross-Origin-Embedder-Policy"] == "require-corp"
    assert "{site}" not in json.dumps(headers)


def test_everything_is_listed_but_what_may_change_and_what_only_the_server_reads(a_built_site: Path) -> None:
    shell.prune(a_built_site)
    shell.write_shell(a_built_site, CATALOGUE)
    worker = (a_built_site / "service-worker.js").read_text(encoding="utf-8")
    found = re.search(r"^const SITE = (.*);$", worker, re.MULTILINE)
    assert found
    listed = set(json.loads(found[1])["files"])
    there = {path.relative_to(a_built_site).as_posix() for path in a_built_site.rglob("*") if path.is_file()}
    assert there - listed == {"peerbook.json", "headers.json", "service-worker.js"}
    assert listed <= there


def test_writing_the_shell_twice_gives_the_same_bytes(a_built_site: Path) -> None:
    shell.write_shell(a_built_site, CATALOGUE)
    first = {path: path.read_bytes() for path in a_built_site.rglob("*") if path.is_file()}
    shell.write_shell(a_built_site, CATALOGUE)
    assert {path: path.read_bytes() for path in a_built_site.rglob("*") if path.is_file()} == first


def test_a_site_without_an_app_names_the_file(a_built_site: Path) -> None:
    (a_built_site / "build/tree/bundle.js").unlink()
    with pytest.raises(PeerbookError, match=r"build/tree/bundle\.js"):
        shell.write_shell(a_built_site, CATALOGUE)
    (a_built_site / "lab/jupyter-lite.json").write_text("{", encoding="utf-8")
    with pytest.raises(PeerbookError, match=r"lab/jupyter-lite\.json"):
        shell.write_shell(a_built_site, CATALOGUE)
