// Starts Python from a site's record as a browser does, under Node: node load_environment.mjs SITE RECORD_JSON CODE
// Prints, as the last line, the string that CODE evaluates to.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import zlib from 'node:zlib';

const [site, recordPath, code] = process.argv.slice(2);
const record = JSON.parse(fs.readFileSync(recordPath, 'utf8'));
const at = url => path.join(path.resolve(site), url);
const unpacked = archive => new Uint8Array(zlib.gunzipSync(fs.readFileSync(at(archive.url))));
const library = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'peerbook-')), 'library.zip');
fs.writeFileSync(library, unpacked(record.standardLibrary));
const { loadPyodide } = await import(pathToFileURL(at(`${record.pyodideUrl}pyodide.mjs`)).href);
const pyodide = await loadPyodide({
  indexURL: at(record.pyodideUrl),
  stdLibURL: library,
  // No other place to fall back on: what is not in the site must fail.
  cdnUrl: 'file:///nowhere/',
  ...(record.compiledLockUrl
    ? { lockFileURL: at(record.compiledLockUrl) }
    : { lockFileContents: JSON.stringify({ info: record.lockInfo, packages: {} }) })
});
const extractDir = pyodide.runPython('import site; site.getsitepackages()[0]');
for (const archive of record.archives) {
  pyodide.unpackArchive(unpacked(archive), 'zip', { extractDir });
}
if (record.compiled.length) {
  await pyodide.loadPackage([...record.compiled]);
}
const answer = await pyodide.runPythonAsync(code);
process.stdout.write(`\n${answer}\n`);
process.exit(0);
