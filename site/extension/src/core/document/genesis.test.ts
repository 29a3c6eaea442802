import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { orderOf } from './cells';
import { exportCells, exportMetadata, originalsOf } from './export';
import { genesisHash, makeGenesis } from './genesis';
import { normalNotebook } from './normal';

interface IVector {
  title: string;
  notebook: unknown;
  bytes: string;
  hash: string;
  reads: {
    cells: { id: string; cell_type: string; source: string; metadata: object; pos: string }[];
    metadata: object;
  };
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../../../tests/protocol/genesis.json', import.meta.url), 'utf8')
) as IVector[];

describe('genesis', () => {
  it.each(vectors)('[DOC5] the same notebook gives the same bytes here as in Python: $title', vector => {
    const genesis = makeGenesis(normalNotebook(vector.notebook).notebook);
    expect(Buffer.from(genesis).toString('hex')).toBe(vector.bytes);
    expect(genesisHash(genesis)).toBe(vector.hash);
  });

  it.each(vectors)('[DOC5] the bytes Python made read as the same notebook here: $title', vector => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, Buffer.from(vector.bytes, 'hex'));
    expect(orderOf(doc).map(placed => [placed.id, placed.pos])).toEqual(
      vector.reads.cells.map(row => [row.id, row.pos])
    );
    expect(
      exportCells(doc).map(({ id, cell_type, source, metadata }) => ({ id, cell_type, source, metadata }))
    ).toEqual(
      vector.reads.cells.map(({ id, cell_type, source, metadata }) => ({ id, cell_type, source, metadata }))
    );
    expect(exportMetadata(doc)).toEqual(vector.reads.metadata);
  });

  it('[DOC5] applying a genesis twice changes nothing', () => {
    const bytes = Buffer.from(vectors[2]!.bytes, 'hex');
    const doc = new Y.Doc();
    Y.applyUpdate(doc, bytes);
    const once = Y.encodeStateAsUpdate(doc);
    Y.applyUpdate(doc, bytes);
    expect(Y.encodeStateAsUpdate(doc)).toEqual(once);
    expect([...originalsOf(bytes).keys()]).toEqual(['title', 'hello', 'raw-1']);
  });
});
