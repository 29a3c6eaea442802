import { IDBFactory as FakeFactory } from 'fake-indexeddb';
import { describe, expect, it } from 'vitest';
import { type IVault, MemoryVault, openVault } from './vault';

const never = (): void => undefined;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

function memory(): () => Promise<IVault> {
  const vault = new MemoryVault();
  return () => Promise.resolve(vault);
}

function indexed(): () => Promise<IVault> {
  const factory = new FakeFactory();
  return () => openVault(() => factory, 'keys', never);
}

describe.each([
  ['memory', memory],
  ['indexeddb', indexed]
])('a vault in %s', (kind, subject) => {
  it('[STO9] keeps bytes by name, its own copy of them, for whoever opens it next', async () => {
    const open = subject();
    const vault = await open();
    expect(vault.kind).toBe(kind);
    expect(await vault.get('a')).toBeNull();
    const seed = bytes(1, 2, 3);
    await vault.put('a', seed);
    seed[0] = 9;
    expect([...(await (await open()).get('a'))!]).toEqual([1, 2, 3]);
    await vault.put('a', bytes(4));
    expect([...(await vault.get('a'))!]).toEqual([4]);
    await vault.delete('a');
    expect(await vault.get('a')).toBeNull();
  });

  it('[STO9] who claims a name first decides, also between two tabs in one moment', async () => {
    const open = subject();
    const [one, two] = [await open(), await open()];
    const claimed = await Promise.all([one.claim('root', bytes(1)), two.claim('root', bytes(2))]);
    expect([...claimed[0]]).toEqual([...claimed[1]]);
    expect([...(await one.claim('root', bytes(3)))]).toEqual([...claimed[0]]);
    expect([...(await two.get('root'))!]).toEqual([...claimed[0]]);
  });

  it('[STO9] lists names that begin so', async () => {
    const vault = await subject()();
    for (const name of ['class b', 'class a', 'person a']) {
      await vault.put(name, bytes(1));
    }
    expect(await vault.names('class ')).toEqual(['class a', 'class b']);
  });
});

const slow = (_: number, then: () => void): void => void setTimeout(then, 5);
const blocked = (): never => {
  throw new DOMException('blocked', 'SecurityError');
};

describe('opening a vault', () => {
  it.each([
    ['there is no IndexedDB', () => undefined, never],
    ['asking for it throws', blocked, never],
    ['it never answers', () => ({ open: () => ({}) }) as never, slow]
  ])('[STO9] memory where %s', async (_, factory, after) => {
    const vault = await openVault(factory, 'keys', after);
    expect(vault.kind).toBe('memory');
    await vault.put('a', bytes(1));
    expect(await vault.names('')).toEqual(['a']);
  });
});
