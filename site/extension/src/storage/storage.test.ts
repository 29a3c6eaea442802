import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { CONTRACT, type ISubject } from './contract';
import { openIndexedDB } from './indexeddb';
import { MemoryStorage } from './memory';
import { openStorage } from './open';
import { checksum, type IRecord } from './record';

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

  it('[STO7] memory where it never answers', async () => {
    const opened = await openStorage(() => ({ open: () => ({}) }) as never, 'x', atOnce);
    expect([opened.storage.kind, opened.refusal]).toEqual(['memory', 'refused']);
  });
});

describe('checksum', () => {
  it('[STO3] a shorter record with the same beginning has another', () => {
    const whole = Uint8Array.of(1, 2, 0, 0);
    const sums = [0, 1, 2, 3, 4].map(length => checksum(whole.subarray(0, length)));
    expect(new Set(sums).size).toBe(5);
  });
});
