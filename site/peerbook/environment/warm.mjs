// Lists the files that a first lesson imports: node warm.mjs PYODIDE_FOLDER WARM_PY WHEEL...
// Prints one line of JSON, the last one: file paths as Python inside of Pyodide sees them.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [pyodideFolder, warmPath, ...wheels] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, 'pyodide.mjs')).href);
const pyodide = await loadPyodide({ env: { PYTHONHASHSEED: '0', HOME: '/home/pyodide' } });
const extractDir = pyodide.runPython('import site; site.getsitepackages()[0]');
for (const wheel of wheels) {
  pyodide.unpackArchive(new Uint8Array(fs.readFileSync(wheel)), 'wheel', { extractDir });
}
pyodide.FS.writeFile('/home/pyodide/warm.py', fs.readFileSync(warmPath));
const files = pyodide.runPython('import warm; warm.modules_after_a_lesson()');
process.stdout.write(`\n${files}\n`);
process.exit(0);
