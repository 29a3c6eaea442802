import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { Outputs } from '../core/outputs/outputs';
import { PeerCodeCell } from './cells';
import { MapNotebook } from './model';

const GENESIS = makeGenesis(
  normalNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: { kernelspec: { name: 'other', display_name: 'Other' }, title: 'T' },
    cells: [
      { id: 'a', cell_type: 'code', source: 'one', metadata: { tags: ['x'] } },
      { id: 'b', cell_type: 'markdown', source: 'two', metadata: {} },
      { id: 'c', cell_type: 'code', source: 'three', metadata: {} }
    ]
  }).notebook
);

function notebookOf(): MapNotebook {
  let ids = 0;
  const below = (limit: number): number => Math.floor(limit / 2);
  const notebook = new MapNotebook({ outputs: new Outputs(), below, newId: () => `new-${(ids += 1)}` });
  Y.applyUpdate(notebook.ydoc, GENESIS, 'genesis');
  // What follows within half a second is one step to undo; not so in these tests.
  notebook.undoManager.captureTimeout = 0;
  return notebook;
}

const ids = (notebook: MapNotebook): string[] => notebook.cells.map(cell => cell.id);
const plain = (notebook: MapNotebook): string => JSON.stringify(notebook.ydoc.getMap('cells').toJSON());

function exchange(a: MapNotebook, b: MapNotebook): void {
  const [forA, forB] = [Y.encodeStateAsUpdate(b.ydoc), Y.encodeStateAsUpdate(a.ydoc)];
  Y.applyUpdate(a.ydoc, forA, 'remote');
  Y.applyUpdate(b.ydoc, forB, 'remote');
}

/** How many structs the document holds: what a change wrote. */
function structs(notebook: MapNotebook): number {
  return [...Y.decodeStateVector(Y.encodeStateVector(notebook.ydoc)).values()].reduce((a, b) => a + b, 0);
}

describe('MapNotebook', () => {
  it('[DOC4] a move writes one position and no more', () => {
    const notebook = notebookOf();
    const before = structs(notebook);
    notebook.moveCell(2, 0);
    expect(ids(notebook)).toEqual(['c', 'a', 'b']);
    expect(structs(notebook)).toBe(before + 1);
  });

  it('[DOC11] a change of type, as JupyterLab makes it, changes one field and keeps a concurrent edit', () => {
    const [a, b] = [notebookOf(), notebookOf()];
    const raw = a.cells[0]!.toJSON();
    a.transact(() => {
      a.deleteCell(0);
      a.insertCell(0, { id: raw.id, cell_type: 'markdown', source: raw.source, metadata: raw.metadata });
    });
    b.cells[0]!.updateSource(3, 3, ' more');
    exchange(a, b);
    for (const notebook of [a, b]) {
      expect(ids(notebook)).toEqual(['a', 'b', 'c']);
      expect(notebook.cells[0]!.cell_type).toBe('markdown');
      expect(notebook.cells[0]!.getSource()).toBe('one more');
      expect(notebook.cells[0]!.getMetadata('tags')).toEqual(['x']);
    }
  });

  it('[DOC11] a cell inserted under the id of one that is there gets another', () => {
    const notebook = notebookOf();
    notebook.insertCell(1, { id: 'a', cell_type: 'code', source: 'copy' });
    expect(ids(notebook)).toEqual(['a', 'new-1', 'b', 'c']);
  });

  it('[DOC9] undoing an insertion lets the text that another typed into it live', () => {
    const [a, b] = [notebookOf(), notebookOf()];
    a.insertCell(1, { cell_type: 'code', source: 'mine' });
    exchange(a, b);
    b.cells[1]!.updateSource(4, 4, ' and theirs');
    a.undo();
    expect(ids(a)).toEqual(['a', 'b', 'c']);
    exchange(a, b);
    expect(ids(a)).toEqual(ids(b));
    expect(a.cells[1]!.getSource()).toBe('mine and theirs');
  });

  it('[DOC9] undo and redo of insertion, deletion and move, each one step', () => {
    const notebook = notebookOf();
    notebook.insertCell(0, { cell_type: 'code', source: 'new' });
    notebook.deleteCell(1);
    notebook.moveCell(2, 0);
    const end = ids(notebook);
    expect(end).toEqual(['c', 'new-1', 'b']);
    notebook.undo();
    expect(ids(notebook)).toEqual(['new-1', 'b', 'c']);
    notebook.undo();
    expect(ids(notebook)).toEqual(['new-1', 'a', 'b', 'c']);
    notebook.undo();
    expect(ids(notebook)).toEqual(['a', 'b', 'c']);
    expect(notebook.canUndo()).toBe(false);
    notebook.redo();
    notebook.redo();
    notebook.redo();
    expect(ids(notebook)).toEqual(end);
    expect(notebook.cells[1]!.getSource()).toBe('new');
  });

  it('[DOC9] undo does not take back what another did', () => {
    const [a, b] = [notebookOf(), notebookOf()];
    a.cells[0]!.updateSource(0, 0, 'A ');
    exchange(a, b);
    b.deleteCell(1);
    b.cells[0]!.updateSource(0, 0, 'B ');
    exchange(a, b);
    a.cells[0]!.undo();
    a.undo();
    expect(ids(a)).toEqual(['a', 'c']);
    expect(a.cells[0]!.getSource()).toBe('B one');
  });

  it('[DOC8] a revived cell that is edited back to the deleted text stays', () => {
    const [a, b] = [notebookOf(), notebookOf()];
    a.deleteCell(0);
    b.cells[0]!.updateSource(3, 3, '!');
    exchange(a, b);
    expect(ids(b)).toEqual(['a', 'b', 'c']);
    const shown = b.cells[0]!;
    shown.updateSource(3, 4, '');
    exchange(a, b);
    expect([ids(a), ids(b)]).toEqual([ids(b), ['a', 'b', 'c']]);
    // The editor somebody types in is not made anew by it.
    expect(b.cells[0]).toBe(shown);
  });

  it('[DOC8] undoing the edit that revived it keeps it as well', () => {
    const [a, b] = [notebookOf(), notebookOf()];
    b.cells[0]!.updateSource(3, 3, '!');
    a.deleteCell(0);
    exchange(a, b);
    b.cells[0]!.undo();
    expect(b.cells[0]!.getSource()).toBe('one');
    exchange(a, b);
    expect([ids(a), ids(b)]).toEqual([ids(b), ['a', 'b', 'c']]);
  });

  it('[DOC12] trust, timing and outputs never enter the document, and trust is never read from it', () => {
    const notebook = notebookOf();
    const cell = notebook.cells[0] as PeerCodeCell;
    const before = plain(notebook);
    cell.setMetadata('trusted', true);
    cell.setMetadata({
      tags: ['x'],
      trusted: true,
      execution: { started: 'now' }
    });
    cell.setOutputs([{ output_type: 'stream', name: 'stdout', text: 'out' }]);
    cell.setExecutionCount(3);
    cell.executionState = 'running';
    expect(plain(notebook)).toBe(before);
    expect(cell.getMetadata('trusted')).toBe(true);
    expect(cell.toJSON()).toMatchObject({ execution_count: 3, outputs: [{ text: 'out' }] });
    const metadata = cell.ymodel.get('metadata') as Y.Map<unknown>;
    notebook.ydoc.transact(() => metadata.set('trusted', true), 'remote');
    notebook.moveCell(0, 2);
    const other = notebook.cells[0]!.ymodel.get('metadata') as Y.Map<unknown>;
    notebook.ydoc.transact(() => other.set('trusted', true), 'remote');
    expect(notebook.cells[0]!.getMetadata('trusted')).toBeUndefined();
    expect(notebook.cells[0]!.toJSON().metadata).toEqual({});
  });

  it('[DOC12] trust and outputs of a cell outlive its being moved', () => {
    const notebook = notebookOf();
    const cell = notebook.cells[0] as PeerCodeCell;
    cell.setMetadata('trusted', true);
    cell.setOutputs([{ output_type: 'stream', name: 'stdout', text: 'out' }]);
    notebook.moveCell(0, 2);
    const moved = notebook.cells[2] as PeerCodeCell;
    expect(moved.getMetadata('trusted')).toBe(true);
    expect(moved.getOutputs()).toHaveLength(1);
  });

  it('[DOC12] what this browser runs on is not written into the notebook', () => {
    const notebook = notebookOf();
    const before = structs(notebook);
    const heard: string[] = [];
    notebook.metadataChanged.connect((_, change) => heard.push(change.key));
    notebook.setMetadata('kernelspec', { name: 'python', display_name: 'Python' });
    notebook.setMetadata({ ...(notebook.getMetadata() as object), language_info: { name: 'python' } });
    expect(structs(notebook)).toBe(before);
    expect(heard).toEqual(['kernelspec', 'language_info']);
    expect(notebook.toJSON().metadata).toMatchObject({ kernelspec: { name: 'python' }, title: 'T' });
  });

  it('[DOC12] is never dirty and says nothing about it', () => {
    const notebook = notebookOf();
    notebook.dirty = true;
    notebook.cells[0]!.setSource('x');
    expect(notebook.dirty).toBe(false);
    expect(notebook.ydoc.getMap('state').size).toBe(0);
  });

  it('[DOC13] is not built anew from a file', () => {
    const notebook = notebookOf();
    expect(() => notebook.setSource({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 })).toThrow(
      'beside it'
    );
  });

  it('[DOC10] three hundred cells are deleted, brought back and moved without a doubled one', () => {
    const notebook = notebookOf();
    const cells = Array.from({ length: 300 }, (_, index) => ({
      cell_type: 'code' as const,
      source: `${index}`
    }));
    notebook.insertCells(1, cells);
    const before = ids(notebook);
    notebook.transact(() => {
      for (let index = 300; index >= 1; index -= 1) {
        notebook.deleteCell(index);
      }
    });
    expect(ids(notebook)).toEqual(['a', 'b', 'c']);
    notebook.undo();
    expect(ids(notebook)).toEqual(before);
    notebook.moveCells(1, 302, 150);
    expect(new Set(ids(notebook)).size).toBe(303);
  });
});
