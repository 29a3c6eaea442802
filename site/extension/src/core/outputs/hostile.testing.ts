/** Outputs as nobody in their right mind writes them, for tests: what a stranger may put into a document of outputs. */
import * as Y from 'yjs';
import { isObject } from '../document/json';

/** Told apart from what may be shown: if this can be read in the page's window, code ran. */
export const RAN = 'peerbookHostileRan';
const CODE = `window.${RAN}=(window.${RAN}||0)+1`;

const bundle = (data: unknown, metadata: unknown = {}): unknown => ({
  output_type: 'display_data',
  data,
  metadata
});

export const HOSTILE: readonly (readonly [name: string, output: unknown])[] = [
  ['script', bundle({ 'text/html': `<p>kept</p><script>${CODE}</script>` })],
  [
    'handler',
    bundle({ 'text/html': `<p>kept</p><img src=x onerror="${CODE}"><svg onload="${CODE}"></svg>` })
  ],
  ['style', bundle({ 'text/html': '<p>kept</p><style>body{display:none}</style>' })],
  [
    'overlay',
    bundle({
      'text/html': `<p>kept</p><div class="jp-Dialog lm-Widget" id="jp-main-dock-panel" style="position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:99999;background:url(//x.test/a)">x</div>`
    })
  ],
  [
    'form',
    bundle({
      'text/html':
        '<p>kept</p><form action="/x"><input name="p"><button data-commandlinker-command="notebook:run-all-cells">Go</button></form>'
    })
  ],
  [
    'frame',
    bundle({
      'text/html': `<p>kept</p><iframe srcdoc="<script>parent.${RAN}=1</script>"></iframe><object data="x"></object><embed src="x"><base href="//x.test/"><meta http-equiv="refresh" content="0;url=//x.test">`
    })
  ],
  [
    'link',
    bundle({
      'text/html': `<p>kept</p><a href="javascript:${CODE}" id="a">a</a><a href="#class=x">b</a><a href="https://x.test/" target="_self">c</a>`
    })
  ],
  [
    'isolated',
    bundle(
      { 'text/html': `<p>kept</p><script>${CODE}</script>` },
      { isolated: true, 'text/html': { isolated: true } }
    )
  ],
  ['javascript', bundle({ 'application/javascript': CODE, 'text/javascript': CODE })],
  [
    'svg',
    bundle({
      'image/svg+xml': `<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"><script>${CODE}</script><rect width="9" height="9" onload="${CODE}"/></svg>`
    })
  ],
  [
    'markdown',
    bundle({
      'text/markdown': `**kept** <img src=x onerror="${CODE}"> [a](javascript:${CODE})\n\n<script>${CODE}</script>`
    })
  ],
  ['latex', bundle({ 'text/latex': `$\\href{javascript:${CODE}}{x}$` })],
  ['widget', bundle({ 'application/vnd.jupyter.widget-view+json': { model_id: 'x' }, 'text/plain': 'kept' })],
  ['picture', bundle({ 'image/png': '"><script>x</script>', 'text/plain': 'kept' })],
  [
    'not strings',
    bundle({ 'text/html': { a: 1 }, 'text/plain': ['a', 1, null, 'b'], 'image/png': 7, 'text/latex': null })
  ],
  ['no data', { output_type: 'display_data' }],
  ['data is a list', bundle(['x'], 'y')],
  [
    'result without a number',
    { output_type: 'execute_result', data: { 'text/plain': 'kept' }, execution_count: '1; alert(1)' }
  ],
  ['unknown', { output_type: 'launch_missiles', code: CODE }],
  ['no type', { text: 'x' }],
  ['a string', 'x'],
  ['null', null],
  ['a list', [1, [2]]],
  ['stream without text', { output_type: 'stream', name: 'stdout' }],
  ['stream with a number', { output_type: 'stream', name: 7, text: 7 }],
  ['error', { output_type: 'error', ename: { a: 1 }, evalue: null, traceback: 'x' }],
  [
    'error lines',
    {
      output_type: 'error',
      ename: 'E',
      evalue: 'v',
      traceback: [1, '<b>kept</b>', null, `\u001b]8;;javascript:${CODE}\u0007x`]
    }
  ],
  ['colours', { output_type: 'stream', name: 'stdout', text: '\u001b[31ma\u001b[0m'.repeat(20_000) }],
  [
    'returns',
    {
      output_type: 'stream',
      name: 'stdout',
      text: `${'x'.repeat(50_000)}${'\r'.repeat(50_000)}${'\b'.repeat(50_000)}`
    }
  ],
  ['long', { output_type: 'stream', name: 'stdout', text: 'x'.repeat(1_000_000) }],
  ['lines', { output_type: 'stream', name: 'stdout', text: 'x\n'.repeat(500_000) }],
  ['addresses', { output_type: 'stream', name: 'stdout', text: 'https://x.test/ '.repeat(20_000) }],
  ['tags', bundle({ 'text/html': '<b>'.repeat(100_000) })]
];

/** A document of outputs with each of them in a cell: `cells[i]` gets what `HOSTILE[i % ...]` says, all if there is one cell; written over what `before` has. */
export function hostileDocument(cells: readonly string[], before?: Y.Doc): Y.Doc {
  const doc = new Y.Doc();
  if (before) {
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(before));
  }
  const runs = doc.getMap('cells');
  doc.transact(() => {
    cells.forEach(id => {
      const run = new Y.Map<unknown>();
      const outputs = new Y.Array<unknown>();
      run.set('outputs', outputs);
      run.set('execution_count', '<b>7</b>');
      run.set('trusted', true);
      runs.set(id, run);
    });
    HOSTILE.forEach(([, output], index) => {
      const run = runs.get(cells[index % cells.length]!) as Y.Map<unknown>;
      (run.get('outputs') as Y.Array<unknown>).push([entryOf(output)]);
    });
    runs.set('not a run', 'x');
    runs.set('__proto__', new Y.Text('x'));
  });
  return doc;
}

function entryOf(output: unknown): unknown {
  if (!isObject(output)) {
    return output;
  }
  const entry = new Y.Map<unknown>();
  Object.entries(output).forEach(([key, value]) =>
    entry.set(key, key === 'text' && typeof value === 'string' ? new Y.Text(value) : value)
  );
  return entry;
}
