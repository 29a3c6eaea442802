/** A database as the version before signed logs made it, opened by this one. */
import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { cellsOf } from '../core/document/cells';
import { makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { openIndexedDB } from '../storage/indexeddb';
import { checksum } from '../storage/record';
import { Keeper } from './keeper';
import { Logbook } from './logbook';

const GENESIS = makeGenesis(
  normalNotebook({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [{ id: 'c', cell_type: 'code', source: 'print(1)', metadata: {} }]
  }).notebook
);
const HASH = '5e'.repeat(32);
const OWN = `${HASH}.mine.${'0a'.repeat(16)}`;
const OF_CLASS = `${HASH}.team.${'0b'.repeat(16)}`;
const never = { after: () => () => undefined };

/** Changes as they were, each a record of its own: whatever document they were of. */
function changes(): Uint8Array[] {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, GENESIS);
  const made: Uint8Array[] = [];
  doc.on('update', (bytes: Uint8Array) => made.push(bytes));
  const text = cellsOf(doc).get('c')!.get('source') as Y.Text;
  text.insert(0, 'x = 1\n');
  text.insert(0, 'import this\n');
  return made;
}

/** As that version made it: stores, keys and records, by hand. */
function before(factory: IDBFactory): Promise<void> {
  return new Promise((resolve, reject) => {
    const opening = factory.open('peerbook', 1);
    opening.onupgradeneeded = () => {
      const { result } = opening;
      result
        .createObjectStore('log', { keyPath: 'id', autoIncrement: true })
        .createIndex('document', 'document');
      result.createObjectStore('damaged', { autoIncrement: true }).createIndex('document', 'document');
      ['genesis', 'paths', 'settings'].forEach(store => result.createObjectStore(store));
    };
    opening.onerror = () => reject(new Error('not opened'));
    opening.onsuccess = () => {
      const writing = opening.result.transaction(['log', 'genesis', 'paths'], 'readwrite');
      for (const document of [OWN, OF_CLASS]) {
        changes().forEach(bytes =>
          writing.objectStore('log').add({ document, bytes, checksum: checksum(bytes) })
        );
      }
      writing.objectStore('genesis').put(GENESIS, HASH);
      writing
        .objectStore('paths')
        .put({ document: OWN, genesis: HASH, origin: 'workshop' }, 'sample/a.ipynb');
      writing.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

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
