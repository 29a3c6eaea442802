/**
 * What must not leave this device: the seeds of keys, and the secrets of classes, as bytes under names. A database of its
 * own, apart from documents, so that nothing which lists, exports or sends documents ever meets it. The rule is STO9
 * in docs/SPEC.md.
 */
import { OPEN_TIMEOUT_MS } from './open';
import { StorageError } from './storage';

export interface IVault {
  readonly kind: 'indexeddb' | 'memory';
  get(name: string): Promise<Uint8Array | null>;
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Keeps `bytes` unless something is kept under the name; gives what is kept: two tabs in one moment have the same. */
  claim(name: string, bytes: Uint8Array): Promise<Uint8Array>;
  delete(name: string): Promise<void>;
  /** Names that begin so, sorted. */
  names(prefix: string): Promise<string[]>;
  close(): void;
}

/* eslint-disable @typescript-eslint/require-await -- the seam is asynchronous, memory is not */
export class MemoryVault implements IVault {
  readonly kind = 'memory';
  private readonly kept = new Map<string, Uint8Array>();

  async get(name: string): Promise<Uint8Array | null> {
    return this.kept.get(name)?.slice() ?? null;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    this.kept.set(name, bytes.slice());
  }

  async claim(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    const kept = this.kept.get(name) ?? bytes.slice();
    this.kept.set(name, kept);
    return kept.slice();
  }

  async delete(name: string): Promise<void> {
    this.kept.delete(name);
  }

  async names(prefix: string): Promise<string[]> {
    return [...this.kept.keys()].filter(name => name.startsWith(prefix)).sort();
  }

  close(): void {
    return;
  }
}
/* eslint-enable @typescript-eslint/require-await */

const STORE = 'secrets';

export class IndexedDBVault implements IVault {
  constructor(private readonly database: IDBDatabase) {
    // A later version in another tab must not wait for this one for ever.
    database.onversionchange = () => database.close();
  }

  readonly kind = 'indexeddb';

  async get(name: string): Promise<Uint8Array | null> {
    const found = await this.ask('readonly', store => store.get(name) as IDBRequest<Uint8Array | undefined>);
    return found ?? null;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    await this.ask('readwrite', store => store.put(bytes.slice(), name));
  }

  async claim(name: string, bytes: Uint8Array): Promise<Uint8Array> {
    let kept = bytes.slice();
    await this.ask('readwrite', store => {
      const found = store.get(name) as IDBRequest<Uint8Array | undefined>;
      found.onsuccess = () => {
        if (found.result) {
          kept = found.result;
        } else {
          store.put(kept, name);
        }
      };
      return found;
    });
    return kept;
  }

  async delete(name: string): Promise<void> {
    await this.ask('readwrite', store => store.delete(name));
  }

  async names(prefix: string): Promise<string[]> {
    const keys = await this.ask('readonly', store => store.getAllKeys());
    return keys.filter((key): key is string => typeof key === 'string' && key.startsWith(prefix)).sort();
  }

  close(): void {
    this.database.close();
  }

  /** Done when it is written, not when it is asked. @throws StorageError */
  private ask<T>(mode: IDBTransactionMode, work: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      try {
        const transaction = this.database.transaction([STORE], mode);
        const request = work(transaction.objectStore(STORE));
        transaction.oncomplete = () => resolve(request.result);
        transaction.onabort = transaction.onerror = () => reject(refused(transaction.error));
      } catch (error) {
        reject(refused(error));
      }
    });
  }
}

/**
 * The vault of this browser; memory where there is none, it is refused, or it does not answer: then whoever reloads the
 * page comes as somebody new.
 */
export async function openVault(
  factory: () => IDBFactory | undefined,
  name: string,
  after: (ms: number, then: () => void) => void
): Promise<IVault> {
  try {
    const vault = await Promise.race([
      openDatabase(factory(), name),
      new Promise<never>((_, reject) =>
        after(OPEN_TIMEOUT_MS, () => reject(new StorageError('refused', 'IndexedDB does not answer')))
      )
    ]);
    // Opening is not enough: some browsers let one open and refuse the first write.
    await vault.put('opened', new Uint8Array(1));
    return vault;
  } catch {
    return new MemoryVault();
  }
}

function openDatabase(factory: IDBFactory | undefined, name: string): Promise<IndexedDBVault> {
  return new Promise((resolve, reject) => {
    if (!factory) {
      reject(new StorageError('refused', 'There is no IndexedDB'));
      return;
    }
    const request = factory.open(name, 1);
    request.onupgradeneeded = () => void request.result.createObjectStore(STORE);
    request.onerror = () => reject(refused(request.error));
    request.onsuccess = () => resolve(new IndexedDBVault(request.result));
  });
}

function refused(error: unknown): StorageError {
  const { name = 'Error', message = '' } = (error ?? {}) as { name?: string; message?: string };
  return new StorageError(name === 'QuotaExceededError' ? 'full' : 'refused', `${name}: ${message}`);
}
