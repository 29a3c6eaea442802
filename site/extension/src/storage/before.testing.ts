/** A database as the version before signed logs made it. */
import * as Y from 'yjs';
import { cellsOf } from '../core/document/cells';
import { genesisOf } from '../core/simulation/script';
import { checksum } from './record';

export const GENESIS = genesisOf({ c: 'print(1)' });
export const HASH = '5e'.repeat(32);
export const OWN = `${HASH}.mine.${'0a'.repeat(16)}`;
export const OF_CLASS = `${HASH}.team.${'0b'.repeat(16)}`;

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
export function before(factory: IDBFactory): Promise<void> {
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
