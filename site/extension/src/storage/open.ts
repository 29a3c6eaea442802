/** What keeps work on this device: IndexedDB, or memory with the reason why. */
import { openIndexedDB } from './indexeddb';
import { MemoryStorage } from './memory';
import { type IStorage, type Refusal, StorageError } from './storage';

/** Of a site's storage; `path` is its folder on its host: two sites on one host keep their work apart. */
export function storageName(path: string): string {
  return `Peerbook - ${path}`;
}

/** A healthy browser answers in milliseconds; one whose storage hangs (seen with broken profiles) never does. */
export const OPEN_TIMEOUT_MS = 3000;

export interface IOpened {
  readonly storage: IStorage;
  /** Why nothing is kept beyond this page, or null when it is. */
  readonly refusal: Refusal | null;
}

/** Opens what there is. `after` calls back once the milliseconds have passed; it never fails. */
export async function openStorage(
  factory: () => IDBFactory | undefined,
  name: string,
  after: (ms: number, then: () => void) => void
): Promise<IOpened> {
  try {
    const storage = await openKept(factory, name, after);
    // Opening is not enough: some browsers let one open and refuse the first write.
    await storage.putSetting('opened', 'yes');
    return { storage, refusal: null };
  } catch (error) {
    return {
      storage: new MemoryStorage(),
      refusal: error instanceof StorageError ? error.refusal : 'refused'
    };
  }
}

/** What is kept, to be read, also where there is no room for anything more. @throws StorageError */
export async function openKept(
  factory: () => IDBFactory | undefined,
  name: string,
  after: (ms: number, then: () => void) => void
): Promise<IStorage> {
  const indexedDB = factory();
  if (!indexedDB) {
    throw new StorageError('refused', 'There is no IndexedDB');
  }
  return Promise.race([
    openIndexedDB(indexedDB, name),
    new Promise<never>((_, reject) =>
      after(OPEN_TIMEOUT_MS, () => reject(new StorageError('refused', 'IndexedDB does not answer')))
    )
  ]);
}
