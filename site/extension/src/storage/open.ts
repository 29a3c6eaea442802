/** What keeps work on this device: IndexedDB, or memory with the reason why. */
import { openIndexedDB } from './indexeddb';
import { MemoryStorage } from './memory';
import { type IStorage, type Refusal, StorageError } from './storage';

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
    const indexedDB = factory();
    if (!indexedDB) {
      throw new StorageError('refused', 'There is no IndexedDB');
    }
    const opening = openIndexedDB(indexedDB, name);
    const storage = await Promise.race([
      opening,
      new Promise<never>((_, reject) =>
        after(OPEN_TIMEOUT_MS, () => reject(new StorageError('refused', 'IndexedDB does not answer')))
      )
    ]);
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
