import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { Outputs } from '../core/outputs/outputs';
import { before, OF_CLASS } from '../storage/before.testing';
import { openIndexedDB } from '../storage/indexeddb';
import { unlogged } from '../storage/logs';
import { fileOf } from './before';

const [ADA, BEN] = ['0a'.repeat(16), '0d'.repeat(16)];

describe('a class of the version before', () => {
  it('[STO11] is a file with what was written there, and what whoever uses this device ran', async () => {
    const factory: IDBFactory = new FakeFactory();
    await before(factory);
    const storage = await openIndexedDB(factory, 'peerbook');
    expect(await unlogged(storage)).toEqual([OF_CLASS]);
    for (const [person, said] of [
      [ADA, 'hers'],
      [BEN, 'his']
    ] as const) {
      const outputs = new Outputs();
      outputs.splice('c', 0, 0, [{ output_type: 'stream', name: 'stdout', text: said }]);
      await storage.append(`${OF_CLASS}/outputs.${person}`, Y.encodeStateAsUpdate(outputs.doc));
    }
    expect(await unlogged(storage)).toEqual([OF_CLASS]);
    const file: unknown = JSON.parse(await fileOf(storage, OF_CLASS, ['0e'.repeat(16), BEN]));
    expect(file).toMatchObject({
      cells: [{ id: 'c', source: 'import this\nx = 1\nprint(1)', outputs: [{ text: 'his' }] }],
      nbformat: 4
    });
    storage.close();
  });
});
