// @vitest-environment jsdom
import { expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { hostileDocument } from '../core/outputs/hostile.testing';
import { Outputs } from '../core/outputs/outputs';
import type { PeerCodeCell } from './cells';
import { MapNotebook } from './model';

// What JupyterLab's packages ask the window for when they are loaded, and jsdom does not have.
vi.hoisted(() => {
  const query = { matches: false, addListener: () => undefined, addEventListener: () => undefined };
  Object.assign(window, { DragEvent: class extends Event {}, matchMedia: () => query });
  Object.assign(globalThis, { DragEvent: window.DragEvent });
});
const { CodeCellModel } = await import('@jupyterlab/cells/lib/model');

it("[OUT1] JupyterLab's own model of a cell writes and reads the outputs", () => {
  const notebook = new MapNotebook({ outputs: new Outputs(), below: () => 0, newId: () => 'a' });
  notebook.insertCell(0, { id: 'a', cell_type: 'code' });
  const cell = notebook.cells[0] as PeerCodeCell;
  const model = new CodeCellModel({ sharedModel: cell });
  model.outputs.add({ output_type: 'stream', name: 'stdout', text: 'a' });
  model.outputs.add({ output_type: 'stream', name: 'stdout', text: 'b' });
  model.outputs.add({ output_type: 'display_data', data: { 'text/plain': 'p' }, metadata: {} });
  expect(cell.getOutputs()).toMatchObject([{ text: 'ab' }, { data: { 'text/plain': 'p' } }]);
  model.executionCount = 5;
  model.executionState = 'running';
  model.clearExecution();
  expect([cell.getOutputs(), cell.execution_count, cell.executionState]).toEqual([[], null, 'idle']);
  notebook.outputsDocument.splice('a', 0, 0, [
    { output_type: 'stream', name: 'stderr', text: 'from elsewhere' }
  ]);
  expect(model.outputs.toJSON()).toMatchObject([{ text: 'from elsewhere' }]);
  notebook.outputsDocument.appendText('a', 0, '!');
  expect(model.outputs.toJSON()).toMatchObject([{ text: 'from elsewhere!' }]);
  notebook.outputsDocument.clear('a');
  expect(model.outputs.length).toBe(0);
});

/** A second tab of the same person, and what brings each what the other wrote. */
function secondTab(first: MapNotebook): { second: MapNotebook; pass: () => void } {
  const outputs = new Outputs();
  const second = new MapNotebook({ outputs, below: () => 0, newId: () => 'b' });
  Y.applyUpdate(second.ydoc, Y.encodeStateAsUpdate(first.ydoc), 'other');
  Y.applyUpdate(outputs.doc, Y.encodeStateAsUpdate(first.outputsDocument.doc), 'other');
  const waiting: (() => void)[] = [];
  for (const [from, to] of [
    [first.outputsDocument.doc, outputs.doc],
    [outputs.doc, first.outputsDocument.doc]
  ] as const) {
    from.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'other') {
        waiting.push(() => Y.applyUpdate(to, update, 'other'));
      }
    });
  }
  return { second, pass: () => waiting.splice(0).forEach(each => each()) };
}

it('[OUT4] what one tab runs the other shows, and does not write', () => {
  const first = new MapNotebook({ outputs: new Outputs(), below: () => 0, newId: () => 'a' });
  first.insertCell(0, { id: 'a', cell_type: 'code' });
  const { second, pass } = secondTab(first);
  const [here, there] = [first, second].map(
    notebook => new CodeCellModel({ sharedModel: notebook.cells[0] as PeerCodeCell })
  );
  const came: boolean[] = [];
  there!.trusted = true;
  second.outputsCame = () => {
    there!.trusted = false;
    came.push(true);
  };
  const add = (text: string, name = 'stdout'): unknown =>
    here!.outputs.add({ output_type: 'stream', name, text });
  const same = (): void => {
    pass();
    expect(there!.outputs.toJSON()).toEqual(here!.outputs.toJSON());
  };
  here!.clearExecution();
  here!.executionState = 'running';
  for (let line = 0; line < 20; line += 1) {
    add(`${line}\n`);
    same();
  }
  add('10%');
  add('\r20%');
  same();
  here!.outputs.add({ output_type: 'display_data', data: { 'text/html': '<b>x</b>' }, metadata: {} });
  add('err', 'stderr');
  add('more', 'stderr');
  same();
  expect([here!.executionState, there!.executionState]).toEqual(['running', 'idle']);
  second.outputsDocument.setLive(new Set([first.outputsDocument.doc.clientID]));
  expect(there!.executionState).toBe('running');
  here!.outputs.clear();
  same();
  add('last');
  here!.executionCount = 4;
  here!.executionState = 'idle';
  same();
  expect([there!.executionCount, there!.executionState]).toEqual([4, 'idle']);
  expect([there!.trusted, came.length > 0]).toEqual([false, true]);
  expect(Y.getState(second.outputsDocument.doc.store, second.outputsDocument.doc.clientID)).toBe(0);
  // And the other way round; what the first tab still prints is not mixed in.
  there!.clearExecution();
  there!.outputs.add({ output_type: 'stream', name: 'stdout', text: 'second' });
  pass();
  add('late');
  pass();
  expect(second.outputsDocument.read('a')).toMatchObject([{ text: 'second' }]);
  expect(first.outputsDocument.read('a')).toMatchObject([{ text: 'second' }]);
});

it("[OUT5] JupyterLab's own model takes whatever somebody wrote into one's outputs, and goes on", () => {
  const notebook = new MapNotebook({ outputs: new Outputs(), below: () => 0, newId: () => 'a' });
  notebook.insertCell(0, { id: 'a', cell_type: 'code' });
  const model = new CodeCellModel({ sharedModel: notebook.cells[0] as PeerCodeCell });
  const { doc } = notebook.outputsDocument;
  const before = Y.getState(doc.store, doc.clientID);
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(hostileDocument(['a'], notebook.outputsDocument.doc)), 'other');
  expect(model.outputs.length).toBeGreaterThan(5);
  expect(Y.getState(doc.store, doc.clientID)).toBe(before);
  expect(
    new CodeCellModel({ sharedModel: notebook.cells[0] as PeerCodeCell }).outputs.length
  ).toBeGreaterThan(5);
  model.clearExecution();
  model.outputs.add({ output_type: 'stream', name: 'stdout', text: 'mine' });
  expect(notebook.outputsDocument.read('a')).toMatchObject([{ text: 'mine' }]);
});
