// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import type { IStorage } from '../storage/storage';
import { MemoryStorage } from '../storage/memory';
import type { INotebookEntry } from '../workshop/catalogue';
import { findDocument, findShared, type ISurroundings } from './documents';
import type { ITogether } from './together';

const PATH = 'w/a.ipynb';

class World implements ISurroundings {
  readonly storage: IStorage = new MemoryStorage();
  readonly bytes = new Map<string, Uint8Array>();
  entry: INotebookEntry | null = null;
  private drawn = 0;

  publish(words: string): string {
    const cells = [
      { id: 'one', cell_type: 'code', metadata: {}, source: words, outputs: [], execution_count: null }
    ];
    const { notebook } = normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells });
    const genesis = makeGenesis(notebook);
    const hash = genesisHash(genesis);
    this.bytes.set(`genesis/${hash}`, genesis);
    this.entry = { path: 'a.ipynb', title: 'A', genesis: { hash, url: `genesis/${hash}` } };
    return hash;
  }

  published(path: string): Promise<INotebookEntry | null> {
    return Promise.resolve(path === PATH ? this.entry : null);
  }

  fetchBytes(url: string): Promise<Uint8Array> {
    const bytes = this.bytes.get(url);
    return bytes ? Promise.resolve(bytes) : Promise.reject(new Error('offline'));
  }

  readFile(): Promise<null> {
    return Promise.resolve(null);
  }

  readonly random = (into: Uint8Array): Uint8Array => into.fill((this.drawn += 1));
}

const together = (everyone: string, participant = 'a'.repeat(32)): ITogether => ({
  me: { participant },
  invitation: { everyone },
  branch: 'team',
  needsReload: () => false,
  mayWrite: () => true,
  documentName: genesis => `${genesis}.team.${everyone}`,
  follow: () => () => undefined
});
const [ONE, OTHER] = [together('1'.repeat(32)), together('2'.repeat(32))];

describe('the notebook a class shares', () => {
  it('[CLS5] is the same document for all in the class, another in another class, and not one of mine', async () => {
    const [ada, ben] = [new World(), new World()];
    const hash = ada.publish('1');
    ben.publish('1');
    const found = await findShared(ada, PATH, ONE);
    expect(found!.entry.document).toBe(`${hash}.team.${'1'.repeat(32)}`);
    expect((await findShared(ben, PATH, together('1'.repeat(32), 'b'.repeat(32))))!.entry.document).toBe(
      found!.entry.document
    );
    expect((await findShared(ada, PATH, OTHER))!.entry.document).not.toBe(found!.entry.document);
    const mine = await findDocument(ada, PATH);
    expect(mine.entry.document).toContain('.mine.');
    expect(await ada.storage.entry(PATH)).toEqual(mine.entry);
    expect(found!.owner).toBe('a'.repeat(32));
  });

  it('[CLS5] stays in the edition that was opened in the class, also without a network', async () => {
    const world = new World();
    const first = world.publish('1');
    await findShared(world, PATH, ONE);
    const second = world.publish('2');
    expect((await findShared(world, PATH, ONE))!.genesis).toEqual(world.bytes.get(`genesis/${first}`));
    expect((await findShared(world, PATH, OTHER))!.entry.genesis).toBe(second);
    world.entry = null;
    world.bytes.clear();
    expect((await findShared(world, PATH, ONE))!.entry.genesis).toBe(first);
  });

  it('[CLS5] is there for notebooks of a workshop only', async () => {
    const world = new World();
    world.publish('1');
    expect(await findShared(world, 'w/my own.ipynb', ONE)).toBeNull();
  });

  it('[CLS5] what is not what the catalogue says is not opened, and not pinned', async () => {
    const world = new World();
    const hash = world.publish('1');
    world.bytes.get(`genesis/${hash}`)![20]! ^= 1;
    await expect(findShared(world, PATH, ONE)).rejects.toThrow('not what the catalogue says');
    world.publish('1');
    expect((await findShared(world, PATH, ONE))!.entry.genesis).toBe(hash);
  });
});
