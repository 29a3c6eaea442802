// @vitest-environment jsdom
import { expect, it, vi } from 'vitest';
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
