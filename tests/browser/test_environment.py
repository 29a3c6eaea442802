"""A workshop's compiled and pure packages, started from its record in a real browser, under a path and the policy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Page

from peerbook.environment import Context, vendor_site
from peerbook.machine import find_node
from peerbook.progress import Silent
from peerbook.shell import POLICY
from tests.browser.conftest import Watch, serving
from tests.unit.environment_kit import NODE_MODULES, ROOT, a_workshop_of

PAGE = """<!doctype html><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">
<title>Python</title><link rel="icon" href="data:,"><p id="said"></p><script type="module" src="page.js"></script>"""

SCRIPT = """const worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
worker.onmessage = event => { document.getElementById('said').textContent = event.data; };
worker.onerror = event => { document.getElementById('said').textContent = `error: ${event.message}`; };
worker.postMessage(new URL('.', import.meta.url).href);
"""

WORKER = """self.onmessage = async ({ data: root }) => {
  try {
    const at = url => new URL(url, root).href;
    const unpacked = async url => {
      const packed = await fetch(at(url));
      return new Response(packed.body.pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
    };
    const record = await (await fetch(at('record.json'))).json();
    const library = new Blob([await unpacked(record.standardLibrary.url)]);
    const { loadPyodide } = await import(at(`${record.pyodideUrl}pyodide.mjs`));
    const pyodide = await loadPyodide({
      indexURL: at(record.pyodideUrl),
      stdLibURL: URL.createObjectURL(library),
      lockFileURL: at(record.compiledLockUrl)
    });
    for (const archive of record.archives) {
      pyodide.unpackArchive(await unpacked(archive.url), 'zip', { extractDir: '/lib/python3.14/site-packages' });
    }
    await pyodide.loadPackage(record.compiled);
    self.postMessage(pyodide.runPython(record.code));
  } catch (error) {
    self.postMessage(`error: ${error}`);
  }
};
"""

CODE = """
import leather, msgpack, pyodide_kernel
chart = leather.Chart('Rain')
chart.add_bars([(3, 'Monday'), (5, 'Tuesday')])
f"{msgpack.Packer.__module__} {msgpack.unpackb(msgpack.packb([1, 'two']))} {'<svg' in chart.to_svg()}"
"""


@pytest.mark.network
def test_packages_import_under_a_path_and_the_policy_with_no_request_elsewhere(
    tmp_path: Path, page: Page, watch: Watch
) -> None:
    node = find_node(ROOT / "requirements" / "node.txt", Silent()).node
    context = Context(node=node, node_modules=NODE_MODULES, cache=ROOT / ".cache" / "peerbook")
    site = tmp_path / "dist"
    made = vendor_site([a_workshop_of(tmp_path, "msgpack", "leather>=0.4")], site=site, context=context)
    (site / "index.html").write_text(PAGE.format(policy=POLICY))
    (site / "page.js").write_text(SCRIPT)
    (site / "worker.js").write_text(WORKER)
    (site / "record.json").write_text(json.dumps({**made.workshops["loops"], "code": CODE}))

    with serving(site, "/school/py") as server:
        page.goto(server.url())
        page.locator("#said:not(:empty)").wait_for()
        assert page.text_content("#said") == "msgpack._cmsgpack [1, 'two'] True"
        assert watch.outside("localhost") == []
        assert watch.violations == []
        assert watch.failed == []
