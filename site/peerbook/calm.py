"""What JupyterLab and Notebook have for everybody and a beginner never needs: one by one, each with its reason.

Single plugins only, never a whole extension, so that an upgrade that renames one fails a test and no menu grows.
"""

from __future__ import annotations

from typing import Any

APPS = ("lab", "notebooks", "tree", "edit")

DISABLED_PLUGINS: dict[str, str] = {
    "@jupyterlab/apputils-extension:settings": "compiles schemas, which the policy refuses; peerbook:settings does not",
    "@jupyterlab/javascript-extension:factory": "runs an output in the page, which no notebook may",
    "@jupyterlab/vega5-extension:factory": "compiles charts to code, which the policy refuses",
    "@jupyterlab/pdf-extension:factory": "shows PDF in an <object>, which the policy refuses",
    "@jupyterlab/settingeditor-extension:form-ui": "its forms compile schemas; settings stay editable as text",
    "@jupyterlite/application-extension:service-worker-manager": "would take the place of ours; Python needs none",
    "@jupyterlite/services-extension:kernel-client": "its Stop never reaches Python; peerbook provides one that does",
    "@jupyterlite/services-extension:session-manager": "starts Python when a notebook opens; ours waits for a run",
    "@jupyterlite/apputils-extension:kernel-status": "says idle before Python is there; the bar says it in words",
    "@jupyterlite/pyodide-kernel-extension:kernel": "fetches Python from other hosts; peerbook starts its own",
    "@jupyterlab/apputils-extension:announcements": "asks another host for news",
    "@jupyterlab/help-extension:jupyter-forum": "leads to another host",
    "@jupyterlab/terminal-extension:plugin": "there is no terminal in a browser",
    "@jupyterlab/extensionmanager-extension:plugin": "nothing can be installed into a static site",
    "@jupyterlite/application-extension:share-file": "copies an address that works on this device only",
    "@jupyterlab/terminal-extension:open-folder-in-terminal": "there is no terminal in a browser",
    "@jupyterlab/terminal-extension:escape-hint": "there is no terminal in a browser",
    "@jupyterlab/application-extension:faviconbusy": "asks for pictures the site does not have",
    "@jupyter-notebook/notebook-extension:tab-icon": "asks for pictures the site does not have",
    "@jupyterlite/application-extension:logo": "our mark leads to the workshops",
    "@jupyterlab/filebrowser-extension:share-file": "copies an address that works on this device only",
}
"""In every app. A plugin that an app does not have is no error there."""

DISABLED_WHERE_CALM: dict[str, str] = {
    "@jupyter-notebook/notebook-extension:trusted": "a word a beginner cannot act on",
    "@jupyter-notebook/notebook-extension:kernel-logo": "a second picture that says Python",
    "@jupyter-notebook/notebook-extension:kernel-status": "the bar says it in words",
    "@jupyter-notebook/notebook-extension:checkpoints": "work is kept as it is typed; there are no checkpoints",
    "@jupyter-notebook/notebook-extension:open-tree-tab": "the bar leads back to the workshop",
    "@jupyter-notebook/application-extension:title": "the bar says it; a renamed file leaves its workshop",
    "@jupyterlab/application-extension:top-bar": "an empty second bar",
    "@jupyter-notebook/application-extension:tab-title": "the tab says workshop and step",
    "@jupyterlite/notebook-application-extension:logo": "our mark leads to the workshops",
    "@jupyterlab/celltags-extension:plugin": "for authors, who use the lab",
    "@jupyterlab/cell-toolbar-extension:plugin": "six buttons in every cell; the toolbar above has them in words",
    "@jupyterlab/lsp-extension:settings": "needs a server",
    "@jupyterlab/notebook-extension:language-server": "needs a server",
    "@jupyter-notebook/console-extension:scratchpad-console": "a second place to run code in confuses",
    "@jupyter-notebook/notebook-extension:full-width-notebook": "a line of text stays readable",
    "@jupyterlab/logconsole-extension:plugin": "what Python prints is in the notebook",
}
"""In `notebooks`, `tree` and `edit`, where students land; `lab` has them."""

TOOLBAR_IN_WORDS: list[dict[str, Any]] = [
    {
        "name": "run",
        "command": "notebook:run-cell-and-select-next",
        "label": "Run",
        "caption": "Run this cell and go to the next (Shift Enter)",
        "icon": "ui-components:run",
        "rank": 10,
    },
    {
        "name": "interrupt",
        "command": "notebook:interrupt-kernel",
        "label": "Stop",
        "caption": "Stop what is running",
        "icon": "ui-components:stop",
        "rank": 20,
    },
    {
        "name": "insert",
        "command": "notebook:insert-cell-below",
        "label": "Cell",
        "caption": "A new cell below",
        "icon": "ui-components:add",
        "rank": 30,
    },
    {"name": "pb-kind", "rank": 40},
    *(
        {"name": name, "disabled": True}
        for name in (
            *("save", "cut", "copy", "paste", "restart", "restart-and-run", "cellType"),
            *("kernelName", "kernelLogo", "executionProgress", "scrollOutput"),
        )
    ),
]
"""Of a notebook, where calm. Whatever is not here is in More or in the menus that More shows."""


def settings_overrides(app: str) -> dict[str, dict[str, Any]]:
    """Defaults of settings that differ from JupyterLab's, by plugin; whoever changes a setting has the last word."""
    overrides: dict[str, dict[str, Any]] = {
        "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
        # A build has no dates of its own: two of the same files are the same site.
        "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
        "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False},
    }
    if app == "lab":
        return overrides
    wrapped = {"lineNumbers": False, "lineWrap": True}
    return {
        **overrides,
        "@jupyter-notebook/application-extension:top": {"visible": "yes"},
        "@jupyterlab/notebook-extension:panel": {"toolbar": TOOLBAR_IN_WORDS},
        "@jupyterlab/notebook-extension:tracker": {"codeCellConfig": wrapped, "scrollPastEnd": False},
    }


def disabled_plugins(app: str) -> list[str]:
    """The ids that are switched off in ``app`` (one of ``APPS``), sorted."""
    calm = {} if app == "lab" else DISABLED_WHERE_CALM
    return sorted({**DISABLED_PLUGINS, **calm})
