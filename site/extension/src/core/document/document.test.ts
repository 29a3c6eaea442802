import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf, isDeleted, orderOf, textOf } from './cells';
import { buryCell, createCell, makeRoom, moveCells, reviveCell } from './edit';
import { exportCells } from './export';
import { normalJson } from './json';
import { formatName, outputsName, parseName } from './name';
import { NotebookError, normalNotebook } from './normal';
import { evenPositions, isPosition, positionsBetween } from './position';
import { diffLines, normalSource, replacement, rewrite, textDigest } from './source';

const middle = (limit: number): number => Math.floor(limit / 2);

function documentOf(...texts: string[]): Y.Doc {
  const doc = new Y.Doc();
  const positions = evenPositions(texts.length);
  texts.forEach((source, index) => {
    const id = String.fromCharCode(97 + index);
    createCell(doc, { id, cell_type: 'code', source, metadata: {} }, positions[index]!);
  });
  return doc;
}

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc();
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc));
  return copy;
}

function exchange(a: Y.Doc, b: Y.Doc): void {
  const [forA, forB] = [Y.encodeStateAsUpdate(b), Y.encodeStateAsUpdate(a)];
  Y.applyUpdate(a, forA);
  Y.applyUpdate(b, forB);
}

const ids = (doc: Y.Doc): string =>
  orderOf(doc)
    .map(({ id }) => id)
    .join('');
const cell = (doc: Y.Doc, id: string): Y.Map<unknown> => cellsOf(doc).get(id)!;
const source = (doc: Y.Doc, id: string): Y.Text => cell(doc, id).get('source') as Y.Text;

describe('names', () => {
  const genesis = 'ab'.repeat(32);
  const owner = '12'.repeat(16);

  it('[DOC1] a name is read as it was written, with and without a copy', () => {
    for (const name of [
      { genesis, branch: 'mine', owner } as const,
      { genesis, branch: 'team', owner, copy: '34'.repeat(16) } as const
    ]) {
      expect(parseName(formatName(name))).toEqual(name);
    }
  });

  it('[DOC1] anything else is no name', () => {
    for (const text of [
      '',
      'a.mine.b',
      `${genesis}.yours.${owner}`,
      `${genesis}.mine.${owner}.x`,
      `${genesis}.mine`
    ]) {
      expect(() => parseName(text)).toThrow('Not a document');
    }
    expect(() => formatName({ genesis: '../', branch: 'mine', owner })).toThrow('Not a document');
  });

  it('[DOC1] the longest name and the longest outputs fit into document_chars', () => {
    const name = formatName({ genesis, branch: 'lecture', owner: 'f'.repeat(64), copy: '34'.repeat(16) });
    const limits = JSON.parse(
      readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
    ) as Record<string, number>;
    expect(outputsName(name, 'f'.repeat(64)).length).toBeLessThanOrEqual(limits.document_chars!);
  });
});

describe('positions', () => {
  it('[DOC4] new ones lie strictly between, ascend, and are well formed', () => {
    const ends: [string, string | null][] = [
      ['', null],
      ['', '1'],
      ['', '00001'],
      ['V', null],
      ['zzzz', null],
      ['a', 'b'],
      ['a', 'a1'],
      ['a1', 'a2'],
      ['Zz', 'a']
    ];
    for (const [low, high] of ends) {
      for (const below of [middle, () => 0, (limit: number) => limit - 1]) {
        const made = positionsBetween(low, high, 5, below)!;
        const all = [low, ...made, ...(high === null ? [] : [high])];
        expect([...all].sort()).toEqual(all);
        expect(new Set(all).size).toBe(all.length);
        expect(made.every(isPosition)).toBe(true);
      }
    }
  });

  it('[DOC4] there is none between equal or swapped ones', () => {
    expect(positionsBetween('a', 'a', 1, middle)).toBeNull();
    expect(positionsBetween('b', 'a', 1, middle)).toBeNull();
  });

  it('[DOC4] a notebook written from top to bottom keeps short positions', () => {
    let last = '';
    for (let count = 0; count < 300; count += 1) {
      last = positionsBetween(last, null, 1, middle)![0]!;
    }
    expect(last.length).toBeLessThanOrEqual(10);
  });

  it('[DOC4] an insert between equal positions gives the second a new one', () => {
    const doc = documentOf('', '', '', '');
    for (const id of ['b', 'c']) {
      cell(doc, id).set('pos', cell(doc, 'a').get('pos'));
    }
    const before = cell(doc, 'd').get('pos');
    const [pos] = makeRoom(doc, 1, 1, middle);
    createCell(doc, { id: 'n', cell_type: 'code', source: '', metadata: {} }, pos!);
    expect(ids(doc)).toBe('anbcd');
    expect(cell(doc, 'd').get('pos')).toBe(before);
  });

  it('[DOC3] what is no position comes first, and one can still insert before it', () => {
    const doc = documentOf('', '', '');
    cell(doc, 'c').set('pos', 'not one!');
    expect(ids(doc)).toBe('cab');
    createCell(doc, { id: 'n', cell_type: 'raw', source: '', metadata: {} }, makeRoom(doc, 0, 1, middle)[0]!);
    expect(ids(doc)).toBe('ncab');
  });

  it('[DOC4] two moves of one cell in one moment leave it once', () => {
    const a = documentOf('', '', '', '');
    const b = copyOf(a);
    moveCells(a, 3, 0, 1, middle);
    moveCells(b, 3, 1, 1, middle);
    exchange(a, b);
    expect(ids(a)).toBe(ids(b));
    expect([...ids(a)].sort().join('')).toBe('abcd');
  });
});

describe('tombstones', () => {
  it('[DOC7] deleting and editing in one moment: the cell stays, with the edit', () => {
    const a = documentOf('one', 'two');
    const b = copyOf(a);
    buryCell(cell(a, 'a'));
    source(b, 'a').insert(3, '!');
    expect(ids(a)).toBe('b');
    exchange(a, b);
    expect([ids(a), ids(b)]).toEqual(['ab', 'ab']);
    expect(textOf(cell(a, 'a'))).toBe('one!');
  });

  it('[DOC7] the order in which changes arrive does not matter', () => {
    const base = documentOf('one');
    const updates: Uint8Array[] = [];
    for (const change of [
      (doc: Y.Doc) => buryCell(cell(doc, 'a')),
      (doc: Y.Doc) => source(doc, 'a').insert(3, '!'),
      (doc: Y.Doc) => {
        source(doc, 'a').insert(0, '?');
        buryCell(cell(doc, 'a'));
      }
    ]) {
      const doc = copyOf(base);
      const vector = Y.encodeStateVector(doc);
      change(doc);
      updates.push(Y.encodeStateAsUpdate(doc, vector));
    }
    const orders = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0]
    ];
    const ends = orders.map(order => {
      const doc = copyOf(base);
      order.forEach(index => Y.applyUpdate(doc, updates[index]!));
      return JSON.stringify(exportCells(doc));
    });
    expect(new Set(ends).size).toBe(1);
  });

  it('[DOC7] two people who deleted two texts both deleted: whichever text is left is gone', () => {
    const a = documentOf('one');
    const b = copyOf(a);
    buryCell(cell(a, 'a'));
    source(b, 'a').insert(3, '!');
    buryCell(cell(b, 'a'));
    exchange(a, b);
    expect([ids(a), ids(b)]).toEqual(['', '']);
  });

  it('[DOC8] revived, it holds no tombstone', () => {
    const doc = documentOf('one');
    buryCell(cell(doc, 'a'));
    expect(isDeleted(cell(doc, 'a'))).toBe(true);
    reviveCell(cell(doc, 'a'));
    expect(isDeleted(cell(doc, 'a'))).toBe(false);
    expect([...cell(doc, 'a').keys()].some(key => key.startsWith('deleted:'))).toBe(false);
  });

  it('[DOC7] the digest is the same in every language', () => {
    expect(textDigest('')).toBe('e3b0c44298fc1c14');
    expect(textDigest('naïve 🧮')).toBe('262a76de2befae3c');
  });

  it('[DOC2] what is no cell is not shown and breaks nothing', () => {
    const doc = documentOf('one');
    cellsOf(doc).set('no id', new Y.Map());
    cellsOf(doc).set('empty', new Y.Map());
    cellsOf(doc).set('text', 'words' as never);
    cell(doc, 'a').set('cell_type', 'sketch');
    expect(exportCells(doc).map(each => [each.id, each.cell_type])).toEqual([['a', 'raw']]);
  });
});

describe('text', () => {
  it('[DOC6] has one kind of line end and is well formed', () => {
    expect(normalSource(['a\r\n', 'b\rc'])).toBe('a\nb\nc');
    expect(normalSource('x\ud800y\ud83e\uddee')).toBe('x\ufffdy🧮');
  });

  it('is replaced by the least, never inside a pair of surrogates', () => {
    expect(replacement('print(1)', 'print(2)')).toEqual([6, 7, '2']);
    expect(replacement('🧮', '🧭')).toEqual([0, 2, '🧭']);
    expect(replacement('same', 'same')).toEqual([4, 4, '']);
  });

  it('is rewritten around what another types meanwhile in a line that stays', () => {
    const a = documentOf('one\ntwo\nthree\nfour');
    const b = copyOf(a);
    rewrite(source(a, 'a'), 'ONE\ntwo\nthree\nFOUR');
    source(b, 'a').insert(7, ' and more');
    exchange(a, b);
    expect(textOf(cell(a, 'a'))).toBe('ONE\ntwo and more\nthree\nFOUR');
  });

  it('is rewritten exactly, whatever it was (500 seeds)', () => {
    let state = 1;
    const below = (limit: number): number => (state = (state * 48271) % 2147483647) % limit;
    const words = ['a', 'b', '\n', '🧮', 'long line', '\n\n', ''];
    for (let seed = 0; seed < 500; seed += 1) {
      const text = (): string => Array.from({ length: below(12) }, () => words[below(words.length)]).join('');
      const [before, after] = [text(), text()];
      const doc = documentOf(before);
      rewrite(source(doc, 'a'), after);
      expect(textOf(cell(doc, 'a'))).toBe(after);
      const rows = diffLines(before, after);
      expect(
        rows
          .filter(row => row.kind !== 'new')
          .map(row => row.text)
          .join('')
      ).toBe(before);
      expect(
        rows
          .filter(row => row.kind !== 'gone')
          .map(row => row.text)
          .join('')
      ).toBe(after);
    }
  });
});

describe('files', () => {
  const file = (...cells: unknown[]): unknown => ({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
  const fault = (value: unknown): string => {
    try {
      normalNotebook(value);
    } catch (error) {
      return error instanceof NotebookError ? error.fault.kind : String(error);
    }
    return 'none';
  };

  it('[DOC6] ids that are missing, doubled or unfit are made new, the same for the same file', () => {
    const code = (id?: unknown): object => ({ id, cell_type: 'code', source: 'x', metadata: {} });
    const read = normalNotebook(file(code('a'), code('a'), code(), code('no id'), code(7)));
    expect(read.repair.ids).toBe(4);
    expect(new Set(read.notebook.cells.map(each => each.id)).size).toBe(5);
    expect(normalNotebook(file(code('a'), code('a'), code(), code('no id'), code(7)))).toEqual(read);
  });

  it('what is no notebook says why', () => {
    expect(fault([])).toBe('not-a-notebook');
    expect(fault({ nbformat: 4 })).toBe('not-a-notebook');
    expect(fault({ nbformat: 3, worksheets: [] })).toBe('not-format-4');
    expect(fault({ nbformat: 5, cells: [] })).toBe('not-format-4');
    expect(fault(file({ cell_type: 'sketch', source: '' }))).toBe('bad-cell');
    expect(fault(file({ cell_type: 'code', source: 3 }))).toBe('bad-cell');
    expect(fault(file(null))).toBe('bad-cell');
  });

  it('[DOC6] a name that would change an object is dropped', () => {
    const value = normalJson(JSON.parse('{"__proto__": {"x": 1}, "a": {"__proto__": 2, "b": -0}}'));
    expect(JSON.stringify(value)).toBe('{"a":{"b":0}}');
  });
});
