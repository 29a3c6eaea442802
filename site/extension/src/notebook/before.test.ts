/** A database as the version before signed logs made it, opened by this one. */
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf } from '../core/document/cells';
import { before, HASH, OF_CLASS, OWN } from '../storage/before.testing';
import { openIndexedDB } from '../storage/indexeddb';
import { Keeper } from './keeper';
import { Logbook } from './logbook';

const never = { after: () => () => undefined };

describe('the storage of the version before', () => {
  it('[STO11] opens: one’s own notebooks are as they were; what was of a class is no log of one, and stays', async () => {
    const factory: IDBFactory = new FakeFactory();
    await before(factory);
    const storage = await openIndexedDB(factory, 'peerbook');
    expect(await storage.entry('sample/a.ipynb')).toMatchObject({ document: OWN, origin: 'workshop' });
    const words = async (document: string): Promise<string> => {
      const doc = new Y.Doc();
      await new Keeper(storage, document, doc, never, () => undefined).load(await storage.genesis(HASH));
      return (cellsOf(doc).get('c')!.get('source') as Y.Text).toJSON();
    };
    expect(await words(OWN)).toBe('import this\nx = 1\nprint(1)');
    // Nobody signed it, so it is nobody's in a class of now: there it begins with nothing.
    const book = new Logbook(storage, OF_CLASS, never, () => undefined);
    expect(await book.read()).toEqual({ kept: [], records: 0, setAside: 0 });
    book.add({ kind: 'piece', bytes: Uint8Array.of(1) });
    await book.flush();
    // And it is there, word for word, for whoever looks for it.
    expect(await storage.documents()).toEqual([OWN, OF_CLASS, `log ${OF_CLASS}`].sort());
    expect(await words(OF_CLASS)).toBe('import this\nx = 1\nprint(1)');
    storage.close();
  });
});
