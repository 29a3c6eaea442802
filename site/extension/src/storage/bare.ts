/** The contract of storages in a browser without a site, for `tests/browser/test_storage_contract.py`. */
import { CONTRACT, type ISubject } from './contract';
import { openIndexedDB } from './indexeddb';
import type { IRecord } from './record';

let databases = 0;

function subject(): ISubject {
  const name = `contract-${(databases += 1)}`;
  return {
    open: () => openIndexedDB(indexedDB, name),
    damage: (document, index) => damage(name, document, index)
  };
}

function damage(name: string, document: string, index: number): Promise<void> {
  return new Promise(resolve => {
    const opening = indexedDB.open(name);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction('log', 'readwrite');
      const all = transaction.objectStore('log').index('document').getAll(document);
      all.onsuccess = () => {
        const record = (all.result as IRecord[])[index]!;
        record.bytes[0]! ^= 1;
        transaction.objectStore('log').put(record);
      };
      transaction.oncomplete = () => {
        opening.result.close();
        resolve();
      };
    };
  });
}

/** Runs one case; '' when it holds, otherwise what went wrong. */
export async function runContract(title: string): Promise<string> {
  const found = CONTRACT.find(each => each.title === title);
  if (!found) {
    return `There is no case called ${title}`;
  }
  try {
    await found.run(subject());
    return '';
  } catch (error) {
    return String(error);
  }
}
