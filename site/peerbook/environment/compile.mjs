// Runs compiler.py inside of Pyodide: node compile.mjs PYODIDE_FOLDER COMPILER_PY JOB_JSON
// The job's paths are this machine's; the folders they lie in are mounted, nothing is copied.
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const [pyodideFolder, compilerPath, jobPath] = process.argv.slice(2);
const job = JSON.parse(fs.readFileSync(jobPath, 'utf8'));
const { loadPyodide } = await import(pathToFileURL(path.join(pyodideFolder, 'pyodide.mjs')).href);
// A fixed hash seed: the order of sets must not reach the bytes.
const pyodide = await loadPyodide({ env: { PYTHONHASHSEED: '0', HOME: '/home/pyodide' } });

const mounted = new Map();
const inside = file => {
  const folder = path.dirname(path.resolve(file));
  if (!mounted.has(folder)) {
    mounted.set(folder, `/mnt/${mounted.size}`);
    pyodide.FS.mkdirTree(mounted.get(folder));
    pyodide.mountNodeFS(mounted.get(folder), folder);
  }
  return `${mounted.get(folder)}/${path.basename(file)}`;
};
const translated = { ...job, inputs: job.inputs.map(inside), output: inside(job.output) };
pyodide.FS.writeFile('/compiler.py', fs.readFileSync(compilerPath));
pyodide.FS.writeFile('/job.json', JSON.stringify(translated));
const kept = pyodide.runPython(`
import json, sys
sys.path.insert(0, '/')
import compiler
json.dumps(compiler.pack(json.load(open('/job.json'))))
`);
process.stdout.write(`\n${kept}\n`);
process.exit(0);
