/** Storage in IndexedDB. A record is written in one transaction: whole or not at all. */
import { checksum, type IRecord, select, superfluous } from './record';
import { type ILog, type IPathEntry, type IStorage, StorageError } from './storage';

const VERSION = 1;

/**
 * Opens the database, made on first use.
 *
 * @throws StorageError 'refused' when the browser blocks it, 'full' when there is no room for it
 */
export function openIndexedDB(factory: IDBFactory, name: string): Promise<IndexedDBStorage> {
  return new Promise((resolve, reject) => {
    let request: IDBOpenDBRequest;
    try {
      request = factory.open(name, VERSION);
    } catch (error) {
      reject(refusalOf(error));
      return;
    }
    request.onupgradeneeded = () => {
      const database = request.result;
      database
        .createObjectStore('log', { keyPath: 'id', autoIncrement: true })
        .createIndex('document', 'document');
      database.createObjectStore('damaged', { autoIncrement: true }).createIndex('document', 'document');
      for (const store of ['genesis', 'paths', 'settings']) {
        database.createObjectStore(store);
      }
    };
    request.onerror = () => reject(refusalOf(request.error));
    request.onsuccess = () => resolve(new IndexedDBStorage(request.result));
  });
}

export class IndexedDBStorage implements IStorage {
  constructor(private readonly database: IDBDatabase) {
    // A later version in another tab must not wait for this one for ever.
    database.onversionchange = () => database.close();
  }

  readonly kind = 'indexeddb';

  append(document: string, update: Uint8Array): Promise<void> {
    return this.run(['log'], 'readwrite', ({ log }, transaction) => {
      log!.add(recordOf(document, update));
      // Now, and not when the page has heard of it: a page that goes away hears nothing any more, and what it did not
      // commit is undone.
      transaction.commit?.();
    });
  }

  async read(document: string): Promise<ILog> {
    const [records, before] = await this.query(['log', 'damaged'], ({ log, damaged }) => [
      log!.index('document').getAll(document) as IDBRequest<unknown>,
      damaged!.index('document').count(document) as IDBRequest<unknown>
    ]);
    const { log, damaged } = select(records as IRecord[]);
    if (damaged.length > 0) {
      await this.write(['log', 'damaged'], stores => {
        for (const record of damaged) {
          stores.damaged!.add(record);
          stores.log!.delete(record.id);
        }
      });
    }
    return { ...log, setAside: damaged.length + (before as number) };
  }

  compact(document: string, snapshot: Uint8Array, upTo: number): Promise<void> {
    return this.write(['log'], ({ log }) => {
      const request = log!.index('document').getAll(document) as IDBRequest<IRecord[]>;
      request.onsuccess = () => {
        log!.add({ ...recordOf(document, snapshot), covers: upTo });
        superfluous(request.result, upTo).forEach(record => log!.delete(record.id));
      };
    });
  }

  async documents(): Promise<string[]> {
    const names: string[] = [];
    await this.run(['log'], 'readonly', ({ log }) => {
      const request = log!.index('document').openKeyCursor(null, 'nextunique');
      request.onsuccess = () => {
        if (request.result) {
          names.push(request.result.key as string);
          request.result.continue();
        }
      };
    });
    return names;
  }

  putGenesis(hash: string, bytes: Uint8Array): Promise<void> {
    return this.write(['genesis'], ({ genesis }) => void genesis!.put(bytes, hash));
  }

  genesis(hash: string): Promise<Uint8Array | null> {
    return this.get<Uint8Array>('genesis', hash);
  }

  async claim(path: string, make: (taken: (document: string) => boolean) => IPathEntry): Promise<IPathEntry> {
    let entry: IPathEntry | undefined;
    await this.write(['paths'], ({ paths }) => {
      const own = paths!.get(path) as IDBRequest<IPathEntry | undefined>;
      const all = paths!.getAll() as IDBRequest<IPathEntry[]>;
      all.onsuccess = () => {
        const names = new Set(all.result.map(each => each.document));
        entry = own.result ?? make(document => names.has(document));
        paths!.put(entry, path);
      };
    });
    return entry!;
  }

  entry(path: string): Promise<IPathEntry | null> {
    return this.get<IPathEntry>('paths', path);
  }

  setEntry(path: string, entry: IPathEntry): Promise<void> {
    return this.write(['paths'], ({ paths }) => void paths!.put(entry, path));
  }

  removeEntry(path: string): Promise<void> {
    return this.write(['paths'], ({ paths }) => void paths!.delete(path));
  }

  async entries(): Promise<Map<string, IPathEntry>> {
    const [keys, values] = await this.query(['paths'], ({ paths }) => [
      paths!.getAllKeys() as IDBRequest<unknown>,
      paths!.getAll() as IDBRequest<unknown>
    ]);
    return new Map((keys as string[]).map((key, index) => [key, (values as IPathEntry[])[index]!]));
  }

  setting(key: string): Promise<string | null> {
    return this.get<string>('settings', key);
  }

  putSetting(key: string, value: string): Promise<void> {
    return this.write(['settings'], ({ settings }) => void settings!.put(value, key));
  }

  close(): void {
    this.database.close();
  }

  private async get<T>(store: string, key: string): Promise<T | null> {
    const [value] = await this.query([store], stores => [stores[store]!.get(key) as IDBRequest<unknown>]);
    return (value as T | undefined) ?? null;
  }

  private async query(
    names: string[],
    ask: (stores: Record<string, IDBObjectStore>) => IDBRequest<unknown>[]
  ): Promise<unknown[]> {
    let requests: IDBRequest<unknown>[] = [];
    await this.run(names, 'readonly', stores => (requests = ask(stores)));
    return requests.map(request => request.result);
  }

  private write(names: string[], work: (stores: Record<string, IDBObjectStore>) => void): Promise<void> {
    return this.run(names, 'readwrite', work);
  }

  private run(
    names: string[],
    mode: IDBTransactionMode,
    work: (stores: Record<string, IDBObjectStore>, transaction: IDBTransaction) => void
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      try {
        const transaction = this.database.transaction(names, mode);
        transaction.oncomplete = () => resolve();
        transaction.onabort = () => reject(refusalOf(transaction.error));
        transaction.onerror = () => reject(refusalOf(transaction.error));
        work(Object.fromEntries(names.map(name => [name, transaction.objectStore(name)])), transaction);
      } catch (error) {
        reject(refusalOf(error));
      }
    });
  }
}

function recordOf(document: string, update: Uint8Array): Omit<IRecord, 'id'> {
  const bytes = update.slice();
  return { document, bytes, checksum: checksum(bytes) };
}

function refusalOf(error: unknown): StorageError {
  const { name = 'Error', message = '' } = (error ?? {}) as { name?: string; message?: string };
  return new StorageError(name === 'QuotaExceededError' ? 'full' : 'refused', `${name}: ${message}`);
}
