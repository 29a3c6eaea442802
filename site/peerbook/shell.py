"""The pages JupyterLab runs in, their policy and the service worker: with them a JupyterLite build becomes ours.

``prune`` and then ``write_shell`` are called on a built site, as the last that touches it: the service worker lists the
hash of every file. Everything before the two is pure.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from peerbook.calm import APPS, disabled_plugins, settings_overrides
from peerbook.errors import PeerbookError

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
STATIC = Path(__file__).resolve().parent.parent / "static"

POLICY = (
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self' ws: wss:; frame-src 'self' blob: data:; object-src 'none'; base-uri 'self'"
)
"""Of every page. JupyterLab sets styles from scripts, hence 'unsafe-inline' for those and only those.
`ws: wss:` as peerbook.json may name a server on another host after the build; pages carry this policy from before. It
opens no other request, and does not hold for the kernel, whose worker goes by the policy of its own response."""

ISOLATION = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What a page needs to share memory with a worker, and so for Stop."""

HEADERS: dict[str, dict[str, str]] = {
    "default": {"Content-Security-Policy": POLICY, **ISOLATION},
    "kernel.worker": {
        "Content-Security-Policy": "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'",
    },
}
"""`headers.json`, for the server: headers of every response, and over them those of files with this in their name.
A worker goes by the policy of its own response. 'self', as a server behind another one does not know its address."""

KEEPER_HEADERS: dict[str, dict[str, str]] = {
    **HEADERS,
    "kernel.worker": {
        "Content-Security-Policy": (
            "default-src 'none'; script-src {site}static/pyodide/ 'wasm-unsafe-eval'; connect-src {site}static/"
        ),
    },
}
"""The service worker's. It knows the site's address (``{site}``, with a slash at the end), so the code of a notebook
gets no further than Python's own files."""

KERNEL_OF_JUPYTERLITE = "@jupyterlite/pyodide-kernel-extension"

OPENING = {
    "lab": "Opening the lab...",
    "notebooks": "Opening your notebook...",
    "tree": "Opening your files...",
    "edit": "Opening the file...",
}

LARGE_BYTES = 512 * 1024
"""From here on the service worker passes a file on while it arrives; below, it is checked first (milliseconds)."""

HASH_DIGITS = 16
"""64 bits of SHA-256: against mix-ups, not against attackers, who would have to own the host."""

UNLISTED = frozenset({"service-worker.js", "headers.json", "peerbook.json"})
"""Not kept by hash: the list itself, what only the server reads, what may be edited after the build."""

NEVER_LOADED = (
    "bootstrap.js",
    "config-utils.js",
    "doc",
    "icon-120x120.png",
    "icon-512x512.png",
    "jupyter-lite.ipynb",
    "jupyterlite.schema.v0.json",
    "package.json",
    "repl",
    "consoles",
    "rspack.config.analyze.js",
    "rspack.config.js",
    "rspack.config.watch.js",
    "build/repl",
    "build/consoles",
    "extensions/" + KERNEL_OF_JUPYTERLITE,
    *(
        f"{app}/{name}"
        for app in APPS
        for name in ("build", "doc", "favicon.ico", "package.json", "jupyter-lite.ipynb")
    ),
)
"""What a JupyterLite build has and no page of ours asks for: its own pages' scripts, sources, schemas, other apps."""


def merge_config(configs: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge `jupyter-config-data` from the root's to the app's, as JupyterLite's page would at run time.

    Lists of extensions are joined, settings of plugins are merged one level deep, and the later wins in all else.
    """
    merged: dict[str, Any] = {}
    for config in configs:
        for key, value in config.items():
            if key in ("disabledExtensions", "federated_extensions"):
                merged[key] = [*merged.get(key, []), *value]
            elif key in ("litePluginSettings", "settingsOverrides"):
                plugins = merged.setdefault(key, {})
                for name, settings in value.items():
                    plugins[name] = {**plugins.get(name, {}), **settings}
            else:
                merged[key] = value
    return merged


def page_config(
    root: Mapping[str, Any], own: Mapping[str, Any], app: str, extensions: Sequence[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """The whole configuration of an app's page; addresses begin with ``./`` and are relative to the site's root.

    ``root`` and ``own`` are `jupyter-config-data` of the site and of the app, ``extensions`` what is to be loaded.
    """
    shifted = {key: _from_root(value, app) if key.endswith("Url") else value for key, value in own.items()}
    if "themesUrl" in shifted:
        shifted["themesUrl"] = own["themesUrl"]
    config = merge_config(
        [
            root,
            shifted,
            {
                "appName": "Peerbook",
                "disabledExtensions": disabled_plugins(app),
                "settingsOverrides": settings_overrides(app),
                "showLoadingIndicator": False,
            },
        ]
    )
    config["federated_extensions"] = sorted(extensions, key=lambda extension: str(extension["name"]))
    declared = [plugin for extension in extensions for plugin in extension.get("disabledExtensions", [])]
    config["disabledExtensions"] = sorted({*config["disabledExtensions"], *declared})
    config.get("litePluginSettings", {}).pop(f"{KERNEL_OF_JUPYTERLITE}:kernel", None)
    config.pop("faviconUrl", None)
    return config


def _from_root(address: str, app: str) -> str:
    """``./favicon.ico`` or ``../build`` as written in an app's folder, said from the site's root; ``/lab`` stays."""
    if address.startswith("../"):
        return f"./{address.removeprefix('../')}"
    return f"./{app}/{address.removeprefix('./')}" if address.startswith("./") else address


def render_app_page(
    app: str,
    *,
    config: Mapping[str, Any],
    scripts: Iterable[str],
    titles: Mapping[str, str],
    assets: Mapping[str, str],
    site_name: str,
    language: str,
) -> str:
    """The HTML of an app. ``scripts`` are run in order once the page may start; ``assets`` names boot, style and icon;
    both relative to the site's root. ``titles`` is slug to title of the workshops."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("app.html").render(
        app=app,
        boot=assets["boot"],
        config=config,
        description="Notebooks with Python, which runs in this browser.",
        icon=assets.get("icon", ""),
        language=language,
        opening=OPENING[app],
        policy=POLICY,
        scripts=list(scripts),
        site_name=site_name,
        style=assets["style"],
        title=site_name,
        titles=titles,
    )


def render_service_worker(template: str, *, hashes: Mapping[str, str], large: Iterable[str]) -> str:
    """The service worker of one edition. ``hashes`` is path to hex SHA-256 of every file that may be kept."""
    files = {path: digest[:HASH_DIGITS] for path, digest in sorted(hashes.items())}
    headers = json.dumps(KEEPER_HEADERS, sort_keys=True)
    site = {
        "edition": hashlib.sha256(json.dumps(files).encode()).hexdigest()[:HASH_DIGITS],
        "files": files,
        "headers": KEEPER_HEADERS,
        "headersHash": hashlib.sha256(headers.encode()).hexdigest()[:8],
        "large": sorted(large),
        "loose": ["peerbook.json"],
        "absent": ["api/resolvePath"],  # JupyterLab asks it where a file named in an error lies; a 404 means: nowhere
    }
    filled, count = re.subn(
        r"/\* SITE \*/.*?/\* END \*/",
        lambda _: json.dumps(site, separators=(",", ":"), ensure_ascii=False),
        template,
        flags=re.DOTALL,
    )
    if count != 1:
        raise PeerbookError("the place for the list of files is not there", where="site/static/service-worker.js")
    return filled


def prune(site: Path) -> None:
    """Delete from a JupyterLite build in ``site`` what no page of ours can load."""
    for name in NEVER_LOADED:
        path = site / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for path in site.rglob("*.map"):
        path.unlink()
    scope = site / "extensions" / KERNEL_OF_JUPYTERLITE.split("/")[0]
    if scope.is_dir() and not any(scope.iterdir()):
        scope.rmdir()


def write_shell(site: Path, catalogue: Mapping[str, Any], *, site_name: str = "Peerbook", language: str = "en") -> None:
    """Write app pages, `headers.json` and `service-worker.js` into ``site``; no file of it may change afterwards.

    ``catalogue`` is what `workshops.json` holds. Pages, extension and environment must be there by now.
    """
    root = _read_config(site / "jupyter-lite.json")
    assets = _write_assets(site)
    extensions = _extensions_in(site)
    titles = {workshop["slug"]: workshop["title"] for workshop in catalogue["workshops"]}
    for app in APPS:
        own = _read_config(site / app / "jupyter-lite.json")
        page = render_app_page(
            app,
            config=page_config(root, own, app, extensions),
            scripts=[_versioned(site, f"build/{app}/bundle.js")],
            titles=titles,
            assets=assets,
            site_name=site_name,
            language=language,
        )
        (site / app / "index.html").write_text(page, encoding="utf-8")
    (site / "headers.json").write_text(json.dumps(HEADERS, indent=2) + "\n", encoding="utf-8")
    write_service_worker(site)


def write_service_worker(site: Path) -> None:
    """Write `service-worker.js` from the files that are in ``site`` now."""
    files = {path.relative_to(site).as_posix(): path for path in sorted(site.rglob("*")) if path.is_file()}
    listed = {name: path for name, path in files.items() if name not in UNLISTED}
    text = render_service_worker(
        (STATIC / "service-worker.js").read_text(encoding="utf-8"),
        hashes={name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in listed.items()},
        large=[name for name, path in listed.items() if path.stat().st_size >= LARGE_BYTES],
    )
    (site / "service-worker.js").write_text(text, encoding="utf-8")


def _extensions_in(site: Path) -> list[dict[str, Any]]:
    """What `federated_extensions` holds of each extension that lies in the site."""
    found = []
    for path in sorted((site / "extensions").rglob("package.json")):
        if path.parent.name == "static" or not (path.parent / "static").is_dir():
            continue
        package = json.loads(path.read_text(encoding="utf-8"))
        jupyterlab = package.get("jupyterlab", {})
        if "_build" in jupyterlab:
            disabled = jupyterlab.get("disabledExtensions", [])
            found.append({"name": package["name"], **jupyterlab["_build"], "disabledExtensions": disabled})
    return found


def _write_assets(site: Path) -> dict[str, str]:
    """Copy boot script and style under names with their hash, so that any host may let browsers keep them for ever."""
    folder = site / "static" / "peerbook" / "app"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    assets = {}
    for role, name in (("boot", "boot.js"), ("style", "app.css")):
        content = (STATIC / "app" / name).read_bytes()
        stem, _, ending = name.partition(".")
        target = folder / f"{stem}.{hashlib.sha256(content).hexdigest()[:8]}.{ending}"
        target.write_bytes(content)
        assets[role] = target.relative_to(site).as_posix()
    if (site / "static" / "peerbook" / "favicon.svg").is_file():
        assets["icon"] = "static/peerbook/favicon.svg"
    return assets


def _versioned(site: Path, name: str) -> str:
    """``name`` with its content's hash as a query: its name is the same in every edition."""
    path = site / name
    if not path.is_file():
        raise PeerbookError(
            "this part of JupyterLite is missing",
            where=str(path),
            remedy="Build with --apps for lab, notebooks, tree and edit.",
        )
    return f"{name}?_={hashlib.sha256(path.read_bytes()).hexdigest()[:8]}"


def _read_config(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        config: dict[str, Any] = content["jupyter-config-data"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PeerbookError(
            f"this is not a configuration of JupyterLite ({error})", where=str(path), remedy="Run the build again."
        ) from error
    return config
