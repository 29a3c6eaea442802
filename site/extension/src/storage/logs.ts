/** Where the logs of documents of classes lie in the storage, and how they are read. The rules are STO10 in docs/SPEC.md. */
import { parseName } from '../core/document/name';
import { decodeEntries } from '../core/log/stored';
import type { IKept } from '../core/sync/kept';
import type { IStorage } from './storage';

const PREFIX = 'log ';

/** What a document's log is kept under: beside what a page alone keeps of a document. */
export function logName(document: string): string {
  return `${PREFIX}${document}`;
}

/** The documents of which a log is kept here, of whatever class. @throws StorageError */
export async function logged(storage: IStorage): Promise<string[]> {
  const names = await storage.documents();
  return names.filter(name => name.startsWith(PREFIX)).map(name => name.slice(PREFIX.length));
}

/** Null for a record that is none: nothing of it is taken. */
export function decodeLogged(record: Uint8Array): IKept[] | null {
  const read = decodeEntries(record);
  return read.kind === 'fault' ? null : read.value;
}

/** Documents of classes that the version before kept, in no log: they are of no class of now [STO11]. @throws StorageError */
export async function unlogged(storage: IStorage): Promise<string[]> {
  const names = await storage.documents();
  return names.filter(name => {
    try {
      return parseName(name).branch !== 'mine';
    } catch {
      // A log, or outputs.
      return false;
    }
  });
}
