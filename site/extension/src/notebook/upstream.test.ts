import { YCodeCell, YNotebook } from '@jupyter/ydoc';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Outputs } from '../core/outputs/outputs';
import { MapNotebook } from './model';
import { changeDocument, clockOf, emitterOf, keepOnUndo, releaseCells } from './upstream';

/** Source of a package as it is installed: for what only JupyterLab's own code can tell. */
function source(file: string): string {
  return readFileSync(createRequire(import.meta.url).resolve(file), 'utf8');
}

function cellWith(text: string): { notebook: YNotebook; cell: YCodeCell } {
  const notebook = YNotebook.create({ data: { cells: [{ cell_type: 'code', source: text }] } as never });
  return { notebook, cell: notebook.cells[0] as YCodeCell };
}

describe('what we lean on upstream', () => {
  it('YNotebook takes the root name cells for an array, and letting go of the name frees it', () => {
    const notebook = new YNotebook();
    expect(notebook.ydoc.share.get('cells')).toBeInstanceOf(Y.Array);
    releaseCells(notebook);
    expect(notebook.ydoc.getMap('cells')).toBeInstanceOf(Y.Map);
    expect(() => notebook.dispose()).not.toThrow();
  });

  it('YNotebook reads document, notebook metadata and undo from members that can be changed', () => {
    const [notebook, next] = [new YNotebook(), new Y.Doc()];
    const heard: string[] = [];
    notebook.metadataChanged.connect((_, { key }) => heard.push(key));
    const before = [notebook.ydoc, notebook.undoManager] as const;
    changeDocument(notebook, next);
    expect(notebook.ydoc).toBe(next);
    expect(notebook.undoManager).not.toBe(before[1]);
    expect(notebook.undoManager.doc).toBe(next);
    next.getMap('meta').set('metadata', new Y.Map([['a', 1]]));
    before[0].getMap('meta').set('metadata', new Y.Map([['b', 1]]));
    expect([heard, notebook.getMetadata('a')]).toEqual([['a'], 1]);
    expect(() => notebook.dispose()).not.toThrow();
  });

  it('YNotebook.cells is an array of its own that listeners and JupyterLab read', () => {
    expect(Array.isArray(new YNotebook().cells)).toBe(true);
    expect(source('@jupyterlab/notebook/lib/celllist.js')).toContain('this.model.cells');
  });

  it('the signals of a notebook and of a cell can be emitted', () => {
    const { notebook, cell } = cellWith('');
    for (const signal of [notebook.changed, notebook.metadataChanged, cell.changed, cell.metadataChanged]) {
      expect(typeof emitterOf(signal as never).emit).toBe('function');
    }
  });

  it('an undo manager asks its delete filter about items with an id', () => {
    const doc = new Y.Doc();
    const map = doc.getMap('m');
    const manager = new Y.UndoManager(map);
    const asked: Y.ID[] = [];
    keepOnUndo(manager, ({ id }) => asked.push(id) > 0);
    map.set('a', 1);
    manager.undo();
    expect(asked).toEqual([Y.createID(doc.clientID, 0)]);
    expect(map.get('a')).toBe(1);
    expect(clockOf(doc, doc.clientID)).toBe(1);
  });

  it('YCodeCell reaches its outputs only through members that PeerCodeCell has of its own', () => {
    const own = new Set(Object.getOwnPropertyNames(Object.getPrototypeOf(peerCell()) as object));
    const reaching = Object.entries(Object.getOwnPropertyDescriptors(YCodeCell.prototype))
      .filter(([, member]) =>
        [member.value, member.get, member.set].some(
          part => typeof part === 'function' && /_youtputs|execution_(count|state)'/.test(String(part))
        )
      )
      .map(([name]) => name);
    // `getChanges` looks for events of the shared cell, which has none of these fields.
    expect(reaching.filter(name => !own.has(name)).sort()).toEqual(['getChanges']);
  });

  it('YBaseCell takes cell model, source, options and metadata', () => {
    const { cell } = cellWith('x');
    expect(cell.ymodel).toBeInstanceOf(Y.Map);
    expect(cell.ysource).toBeInstanceOf(Y.Text);
    expect(YCodeCell.length).toBeGreaterThanOrEqual(3);
  });

  it('JupyterLab marks its own output changes as silent', () => {
    expect(source('@jupyterlab/cells/lib/model.js')).toContain("'silent-change'");
  });

  it('the notebook factory reads contentProviderId when a notebook opens', () => {
    const registry = source('@jupyterlab/docregistry/lib/default.js');
    const manager = source('@jupyterlab/docmanager/lib/manager.js');
    expect(registry).toMatch(/contentProviderId/);
    expect(manager).toMatch(/contentProviderId/);
  });

  it('a collaborative model is neither filled nor saved by JupyterLab', () => {
    const context = source('@jupyterlab/docregistry/lib/context.js');
    expect(context).toContain('if (contents.content) {');
    expect(context).toMatch(/writable\) && !this\._model\.collaborative/);
  });

  it('undo in JupyterLab goes through undoManager.undoStack and stack-item-popped', () => {
    const actions = source('@jupyterlab/notebook/lib/actions.js');
    expect(actions).toContain("undoManager.on('stack-item-popped'");
    const { undoManager } = new YNotebook();
    expect(Array.isArray(undoManager.undoStack)).toBe(true);
  });
});

function peerCell(): object {
  const notebook = new MapNotebook({ outputs: new Outputs(), below: () => 0, newId: () => 'a' });
  return notebook.insertCell(0, { cell_type: 'code' });
}
