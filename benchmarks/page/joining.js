// A class with one notebook of 200 cells and 5 MB of outputs, as our page makes both documents; and somebody who comes late.
import * as Y from 'yjs';
import { makeGenesis } from '../../site/extension/src/core/document/genesis';
import { Outputs } from '../../site/extension/src/core/outputs/outputs';
import { join } from './members';

const CELLS = 200;
const NOTEBOOK = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
const OUTPUTS = `${NOTEBOOK}/outputs.${'0b'.repeat(16)}`;

// Numbers of a generator of its own: the same content in every run.
let state = 1;
const next = () => (state = (state * 48271) % 2147483647);
const letters = (alphabet, length) => Array.from({ length }, () => alphabet[next() % alphabet.length]).join('');
const text = length => letters('abcdefghijklmnopqrstuvwxyz     \n', length);
const base64 = length => letters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', length);
const idOf = index => `cell-${index}`;

function fillNotebook(doc) {
  const cells = Array.from({ length: CELLS }, (_, index) => ({
    id: idOf(index),
    cell_type: index % 4 ? 'code' : 'markdown',
    source: text(400),
    metadata: {}
  }));
  Y.applyUpdate(doc, makeGenesis({ cells, metadata: {} }));
}

// Half of it printed, in lines of a stream as they come; half of it pictures.
function fillOutputs(doc, bytes) {
  const outputs = new Outputs(doc);
  const each = Math.floor(bytes / CELLS);
  for (let index = 0; index < CELLS; index += 1) {
    const id = idOf(index);
    outputs.setState(id, 'running');
    if (index % 2) {
      outputs.splice(id, 0, 0, [{ output_type: 'display_data', data: { 'image/png': base64(each) }, metadata: {} }]);
    } else {
      outputs.splice(id, 0, 0, [{ output_type: 'stream', name: 'stdout', text: '' }]);
      for (let part = 0; part < 10; part += 1) {
        outputs.appendText(id, 0, text(each / 10));
      }
    }
    outputs.setCount(id, index);
    outputs.setState(id, 'idle');
  }
}

const clocksOf = doc => [...Y.decodeStateVector(Y.encodeStateVector(doc)).values()].reduce((sum, clock) => sum + clock, 0);
const clocks = docs => Object.values(docs).map(clocksOf);

function host({ way, address, room, bytes }) {
  const docs = { [NOTEBOOK]: new Y.Doc(), [OUTPUTS]: new Y.Doc() };
  globalThis.me = join(way, address, room, docs);
  fillNotebook(docs[NOTEBOOK]);
  fillOutputs(docs[OUTPUTS], bytes);
  return { clocks: clocks(docs), bytes: Object.values(docs).map(doc => Y.encodeStateAsUpdate(doc).byteLength) };
}

// Milliseconds from beginning to join until both documents are whole; or what is there when `patience` ms are over.
function late({ way, address, room, wanted, patience }) {
  const docs = { [NOTEBOOK]: new Y.Doc(), [OUTPUTS]: new Y.Doc() };
  const began = performance.now();
  return new Promise(resolve => {
    const look = isOver => {
      const here = clocks(docs);
      const isWhole = here.every((clock, index) => clock === wanted[index]);
      if (isWhole || isOver) {
        clearTimeout(timer);
        resolve({ isWhole, ms: performance.now() - began, here, roads: globalThis.me.roads() });
      }
    };
    const timer = setTimeout(() => look(true), patience);
    Object.values(docs).forEach(doc => doc.on('update', () => look(false)));
    globalThis.me = join(way, address, room, docs);
  });
}

// Told by the address what to do, answers in the title: a debugger that listens to a page is told of each frame.
const told = JSON.parse(decodeURIComponent(location.hash.slice(1)));
Promise.resolve(told.role === 'host' ? host(told) : late(told)).then(
  answer => (document.title = JSON.stringify(answer)),
  error => (document.title = JSON.stringify({ error: String(error) }))
);
