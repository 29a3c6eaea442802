import type { NotebookChange } from '@jupyter/ydoc';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { exportCells } from '../core/document/export';
import { makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { Outputs } from '../core/outputs/outputs';
import type { PeerCell } from './cells';
import { putBack } from './lost';
import { MapNotebook } from './model';

/** A small seeded generator (mulberry32): the same seed tells the same story. */
export function generator(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return limit => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * limit);
  };
}

const REMOTE = Symbol('remote');

/** One participant's notebook with a listener that knows only what `cellsChange` told it. */
class Replica {
  readonly notebook: MapNotebook;
  mirror: PeerCell[] = [];
  deltas = 0;
  made = 0;

  constructor(
    readonly name: string,
    genesis: Uint8Array,
    below: (limit: number) => number
  ) {
    let ids = 0;
    this.notebook = new MapNotebook({ outputs: new Outputs(), below, newId: () => `${name}-${(ids += 1)}` });
    this.notebook.ydoc.clientID = below(2 ** 31);
    this.notebook.changed.connect((_, change: NotebookChange) => this.follow(change));
    Y.applyUpdate(this.notebook.ydoc, genesis, REMOTE);
  }

  follow(change: NotebookChange): void {
    if (!change.cellsChange) {
      return;
    }
    this.deltas += 1;
    let at = 0;
    for (const step of change.cellsChange) {
      if (step.insert !== undefined) {
        const inserted = step.insert as unknown as PeerCell[];
        this.made += inserted.length;
        this.mirror.splice(at, 0, ...inserted);
        at += inserted.length;
      } else if (step.delete !== undefined) {
        this.mirror.splice(at, step.delete);
      } else {
        at += step.retain!;
      }
    }
    demand(same(this.mirror, this.notebook.cells), 'the deltas told of other cells than there are');
  }

  /** Everything that must hold at any moment. */
  check(): void {
    const { cells } = this.notebook;
    demand(same(this.mirror, cells), 'the deltas told of other cells than there are');
    const exported = exportCells(this.notebook.ydoc);
    demand(
      same(
        cells.map(cell => cell.id),
        exported.map(cell => cell.id)
      ),
      'the cells are not those of the document'
    );
    demand(
      same(
        cells.map(cell => cell.cell_type),
        exported.map(cell => cell.cell_type)
      ),
      'a cell shows another type'
    );
    demand(
      same(
        cells.map(cell => cell.getSource()),
        exported.map(cell => cell.source)
      ),
      'a cell shows another text'
    );
    demand(new Set(cells.map(cell => cell.id)).size === cells.length, 'a cell is doubled');
    demand(
      cells.every(cell => !cell.isDisposed),
      'a cell that is shown was thrown away'
    );
    validate(this.notebook.toJSON());
  }
}

/** `expect` costs too much for what is asked some hundred thousand times. */
function demand(condition: boolean, words: string): void {
  if (!condition) {
    throw new Error(words);
  }
}

function same(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

function validate(notebook: unknown): void {
  const { cells, nbformat, nbformat_minor, metadata } = notebook as Record<string, unknown>;
  demand(nbformat === 4 && nbformat_minor === 5 && typeof metadata === 'object', 'not nbformat 4.5');
  for (const cell of cells as Record<string, unknown>[]) {
    demand(/^[A-Za-z0-9_-]{1,64}$/.test(String(cell.id)), 'a bad id');
    demand(['code', 'markdown', 'raw'].includes(String(cell.cell_type)), 'a bad type');
    demand(typeof cell.source === 'string' && typeof cell.metadata === 'object', 'a bad cell');
    demand('outputs' in cell === (cell.cell_type === 'code'), 'outputs where none belong');
  }
}

function genesisOf(count: number): Uint8Array {
  const cells = Array.from({ length: count }, (_, index) => ({
    id: `g-${index}`,
    cell_type: index % 3 === 0 ? 'markdown' : 'code',
    source: `<g${index}>`,
    metadata: {}
  }));
  return makeGenesis(normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }).notebook);
}

function exchange(a: Replica, b: Replica): void {
  const [docA, docB] = [a.notebook.ydoc, b.notebook.ydoc];
  const [forA, forB] = [
    Y.encodeStateAsUpdate(docB, Y.encodeStateVector(docA)),
    Y.encodeStateAsUpdate(docA, Y.encodeStateVector(docB))
  ];
  Y.applyUpdate(docA, forA, REMOTE);
  Y.applyUpdate(docB, forB, REMOTE);
}

const TOKEN = /<[a-z0-9.]+>/g;
const WORDS = ['code', 'markdown', 'raw'] as const;

/** One random action of a person in JupyterLab, done the way JupyterLab does it. Returns what it was, for the log. */
function act(
  replica: Replica,
  below: (limit: number) => number,
  token: string,
  removed: Set<string>,
  undo: boolean
): string {
  const { notebook } = replica;
  const count = notebook.cells.length;
  const at = below(Math.max(1, count));
  const cell = notebook.cells[at];
  const seen = (index: number): void =>
    (notebook.cells[index]!.getSource().match(TOKEN) ?? []).forEach(each => removed.add(each));
  const choice = below(undo ? 12 : 10);
  if (!cell || choice === 0) {
    const index = below(count + 1);
    notebook.insertCell(index, { cell_type: WORDS[below(3)]!, source: token, metadata: { trusted: true } });
    return `insert ${index}`;
  }
  switch (choice) {
    case 1:
      notebook.insertCells(at, [
        { cell_type: 'code', source: token },
        { cell_type: 'markdown', source: `${token}two` }
      ]);
      return `insert two ${at}`;
    case 2: {
      const end = Math.min(count, at + 1 + below(2));
      for (let index = at; index < end; index += 1) {
        seen(index);
      }
      notebook.deleteCellRange(at, end);
      return `delete ${at}-${end}`;
    }
    case 3: {
      const n = 1 + below(Math.min(3, count - at));
      // JupyterLab gives the place of the first cell going up and of the last one going down.
      const to = below(2) === 0 ? below(at + 1) : at + n - 1 + below(count - at - n + 1);
      notebook.moveCells(at, to, n);
      return `move ${at} to ${to}, ${n}`;
    }
    case 4: {
      // NotebookActions.changeCellType
      const raw = cell.toJSON();
      notebook.transact(() => {
        notebook.deleteCell(at);
        notebook.insertCell(at, {
          id: raw.id,
          cell_type: WORDS[below(3)]!,
          source: raw.source,
          metadata: raw.metadata
        });
      });
      return `type ${at}`;
    }
    case 5: {
      // NotebookActions.mergeCells
      const next = notebook.cells[at + 1];
      const source = [cell.getSource(), next?.getSource() ?? ''].join('\n');
      if (next) {
        seen(at + 1);
      }
      notebook.transact(() => {
        notebook.deleteCell(at);
        notebook.insertCell(at, { cell_type: 'code', source });
        if (next) {
          notebook.deleteCell(at + 1);
        }
      });
      // The first cell goes on being itself; the second's words stand in it anew.
      (next?.getSource().match(TOKEN) ?? []).forEach(each => removed.delete(each));
      return `merge ${at}`;
    }
    case 6: {
      // Cut and paste: the id comes back.
      const raw = cell.toJSON();
      notebook.deleteCell(at);
      notebook.insertCell(below(count), { ...raw });
      return `cut and paste ${at}`;
    }
    case 7: {
      const tokens = cell.getSource().match(TOKEN) ?? [];
      const word = tokens[below(Math.max(1, tokens.length))];
      if (word) {
        removed.add(word);
        const start = cell.getSource().indexOf(word);
        cell.updateSource(start, start + word.length, '');
      }
      return `erase ${at}`;
    }
    case 10:
      notebook.undo();
      return 'undo';
    case 11:
      notebook.redo();
      return 'redo';
    default: {
      const tokens = [...cell.getSource().matchAll(TOKEN)];
      const place = tokens.length ? tokens[below(tokens.length)]!.index : cell.getSource().length;
      cell.updateSource(place, place, token);
      return `type into ${at}`;
    }
  }
}

function story(seed: number, turns: number, undo: boolean): void {
  const below = generator(seed);
  const genesis = genesisOf(6);
  const replicas = ['a', 'b', 'c'].slice(0, 2 + (seed % 2)).map(name => new Replica(name, genesis, below));
  const removed = new Set<string>();
  const typed: string[] = [];
  const log: string[] = [];
  try {
    for (let turn = 0; turn < turns; turn += 1) {
      const replica = replicas[below(replicas.length)]!;
      const token = `<${replica.name}${seed}.${turn}>`;
      log.push(`${replica.name}: ${act(replica, below, token, removed, undo)}`);
      if (replica.notebook.cells.some(cell => cell.getSource().includes(token))) {
        typed.push(token);
      }
      replica.check();
      if (below(6) === 0) {
        const [a, b] = [replicas[below(replicas.length)]!, replicas[below(replicas.length)]!];
        exchange(a, b);
        log.push(`${a.name} <-> ${b.name}`);
        a.check();
        b.check();
      }
    }
    // Everybody hears everything; a second round for what the first one made somebody write.
    for (let round = 0; round < 3; round += 1) {
      replicas.forEach(a => replicas.forEach(b => a !== b && exchange(a, b)));
    }
    replicas.forEach(replica => replica.check());
    const results = replicas.map(replica => JSON.stringify(exportCells(replica.notebook.ydoc)));
    results.forEach(result => expect(result).toBe(results[0]));
    replicas.forEach(({ notebook }) =>
      expect(JSON.stringify(notebook.ydoc.getMap('cells').toJSON())).not.toContain('trusted')
    );
    if (!undo) {
      const text = results[0]!;
      const lost = [...Array.from({ length: 6 }, (_, index) => `<g${index}>`), ...typed].filter(
        token => !removed.has(token) && !text.includes(token)
      );
      expect(lost).toEqual([]);
    }
  } catch (error) {
    throw new Error(`seed ${seed}:\n${log.join('\n')}\n${String(error)}`);
  }
}

async function stories(from: number, to: number, undo: boolean): Promise<void> {
  for (let seed = from; seed <= to; seed += 1) {
    story(seed, 60, undo);
    // On a busy machine hundreds in one go are minutes in which nobody else gets a turn.
    await new Promise(resolve => setTimeout(resolve, 0));
  }
}

describe('a document that is built anew', () => {
  it('takes the place of the one before: its cells, its undo, its changes; what was typed before is not in it', () => {
    const genesis = genesisOf(3);
    const { notebook, ...replica } = new Replica('a', genesis, generator(1));
    const listener = { mirror: [...notebook.cells] };
    notebook.changed.connect(() => (listener.mirror = [...notebook.cells]));
    notebook.cells[1]!.setSource('does not count');
    const told: string[] = [];
    notebook.rebuilding.connect(() => told.push(`leaving ${notebook.cells[1]!.getSource()}`));
    notebook.rebuilt.connect(() => told.push(`there ${notebook.cells[1]!.getSource()}`));
    const next = new Y.Doc();
    Y.applyUpdate(next, genesis, REMOTE);
    const old = notebook.cells[1]!;
    notebook.rebuild(next);
    expect(told).toEqual(['leaving does not count', 'there <g1>']);
    expect([old.isDisposed, notebook.cells.length, listener.mirror]).toEqual([true, 3, [...notebook.cells]]);
    notebook.cells[0]!.setSource('written in the new one');
    expect(JSON.stringify(exportCells(next))).toContain('written in the new one');
    notebook.deleteCell(2);
    expect(notebook.cells).toHaveLength(2);
    notebook.undo();
    expect(notebook.cells).toHaveLength(3);
    expect(replica.name).toBe('a');
    expect(() => notebook.dispose()).not.toThrow();
  });

  it('gives lost words back: at the end of their cell, or in a new one', () => {
    const { notebook } = new Replica('a', genesisOf(2), generator(1));
    const id = notebook.cells[0]!.id;
    putBack(notebook, [
      { cell: id, text: 'one' },
      { cell: 'gone', text: 'two' }
    ]);
    expect(notebook.cells.map(cell => cell.getSource())).toEqual(['<g0>\none', '<g1>', 'two']);
  });
});

describe('MapNotebook under random stories', () => {
  it('[DOC10] 400 seeds: replicas converge, no cell is doubled, no text is lost, deltas tell the truth', () =>
    stories(1, 400, false));

  it('[DOC10] 200 seeds with undo and redo: replicas converge, no cell is doubled, deltas tell the truth', () =>
    stories(1001, 1200, true));
});
