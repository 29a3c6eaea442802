import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { CONTRACT, type ISubject } from './contract';
import { openIndexedDB } from './indexeddb';
import { MemoryStorage } from './memory';
import { openStorage } from './open';
import { checksum, type IRecord, select, superfluous } from './record';
import { StorageError } from './storage';

function memorySubject(): ISubject {
  const storage = new MemoryStorage();
  return {
    open: async () => storage,
    damage: async (document, index) => {
      storage.records.filter(record => record.document === document)[index]!.bytes[0]! ^= 1;
    }
  };
}

function indexedDBSubject(): ISubject {
  const factory = new FakeFactory();
  return {
    open: () => openIndexedDB(factory, 'test'),
    damage: (document, index) =>
      new Promise(resolve => {
        const opening = factory.open('test');
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
      })
  };
}

describe.each([
  ['memory', memorySubject],
  ['indexeddb', indexedDBSubject]
])('%s', (_, subject) => {
  it.each(CONTRACT)('$title', ({ run }) => run(subject()));
});

const never = (): void => undefined;
const atOnce = (_: number, then: () => void): void => void setTimeout(then, 5);

describe('opening', () => {
  it('[STO7] IndexedDB where it answers', async () => {
    const opened = await openStorage(() => new FakeFactory(), 'x', never);
    expect([opened.storage.kind, opened.refusal]).toEqual(['indexeddb', null]);
  });

  it('[STO7] memory where there is none', async () => {
    const opened = await openStorage(() => undefined, 'x', never);
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'refused']);
  });

  it('[STO7] memory where asking for it throws', async () => {
    const opened = await openStorage(
      () => {
        throw new DOMException('blocked', 'SecurityError');
      },
      'x',
      never
    );
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'refused']);
  });

  it('[STO7] memory where opening throws', async () => {
    const factory = {
      open: () => {
        throw new DOMException('private', 'InvalidStateError');
      }
    };
    const opened = await openStorage(() => factory as never, 'x', never);
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'refused']);
  });

  it('[STO7] memory where there is no room, and that is why', async () => {
    const full = (): never => {
      throw new StorageError('full', 'no room');
    };
    const opened = await openStorage(full, 'x', never);
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'full']);
  });

  it('[STO7] memory where it never answers', async () => {
    const opened = await openStorage(() => ({ open: () => ({}) }) as never, 'x', atOnce);
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'refused']);
  });
});

describe('records', () => {
  const record = (id: number, covers?: number): IRecord => {
    const bytes = Uint8Array.of(id);
    return {
      id,
      document: 'd',
      bytes,
      checksum: checksum(bytes),
      ...(covers === undefined ? {} : { covers })
    };
  };
  const ids = (records: readonly IRecord[]): number[] => records.map(({ id }) => id);

  it('[STO2] go with the snapshot after the next: damaged ones never, they are set aside first', () => {
    const damaged = { ...record(2), checksum: 0 };
    const one = [record(1), damaged, record(3, 2), record(4)];
    expect(ids(superfluous([record(1), record(2)], 2))).toEqual([]);
    expect(ids(superfluous(one, 4))).toEqual([1]);
    // A snapshot that is damaged stands for nothing.
    expect(ids(superfluous([record(1), { ...record(3, 2), checksum: 0 }, record(4)], 4))).toEqual([]);
    // Another tab's, that is of before: of two snapshots the later one stays.
    expect(ids(superfluous([...one, record(5, 3), record(6, 2)], 4))).toEqual([1, 3, 5]);
  });

  it('[STO3] that hold no bytes at all are damaged, and nothing of the others is lost', () => {
    const none = { ...record(1), bytes: undefined as unknown as Uint8Array };
    const { log, damaged } = select([none, record(2)]);
    expect([damaged, log.updates, log.setAside]).toEqual([[none], [record(2).bytes], 1]);
  });

  it('[STO3] set aside of one document are not said of another', async () => {
    const storage = new MemoryStorage();
    for (const document of ['a', 'b']) {
      await storage.append(document, Uint8Array.of(1));
    }
    storage.records[0]!.bytes[0]! ^= 1;
    expect((await storage.read('a')).setAside).toBe(1);
    expect((await storage.read('b')).setAside).toBe(0);
  });
});

describe('checksum', () => {
  it('[STO3] a shorter record with the same beginning has another', () => {
    const whole = Uint8Array.of(1, 2, 0, 0);
    const sums = [0, 1, 2, 3, 4].map(length => checksum(whole.subarray(0, length)));
    expect(new Set(sums).size).toBe(5);
  });
});
