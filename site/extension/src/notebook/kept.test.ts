import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { outputsName } from '../core/document/name';
import { MemoryStorage } from '../storage/memory';
import { type IStorage, StorageError } from '../storage/storage';
import type { INotebookEntry } from '../workshop/catalogue';
import { beginOwn, findDocument, type ISurroundings, MissingError, ownerOf, readDocument } from './documents';
import { freeName, readNotebook, readNotebookText, safeName, textOfNotebook } from './file';
import { type ITimers, KEEP_EVERY_MS, Keeper } from './keeper';
import type { KeepingEvent } from './keeping';
import { type IChannel, Tabs } from './tabs';

/** Time that passes when told to. */
class Clock implements ITimers {
  now = 0;
  private due: { at: number; then: () => void }[] = [];

  readonly after = (ms: number, then: () => void): (() => void) => {
    const entry = { at: this.now + ms, then };
    this.due.push(entry);
    return () => void (this.due = this.due.filter(each => each !== entry));
  };

  async pass(ms: number): Promise<void> {
    for (const end = this.now + ms; this.now < end;) {
      this.now = Math.min(end, ...this.due.map(each => each.at));
      const ripe = this.due.filter(each => each.at <= this.now);
      this.due = this.due.filter(each => each.at > this.now);
      ripe.forEach(each => each.then());
      await settle();
    }
  }
}

async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) {
    await Promise.resolve();
  }
}

function read(storage: IStorage, name: string): Promise<string> {
  return storage.read(name).then(log => {
    const doc = new Y.Doc();
    log.updates.forEach(update => Y.applyUpdate(doc, update));
    return doc.getText('t').toJSON();
  });
}

async function keeperOf(storage: IStorage, clock: Clock): Promise<[Y.Text, Keeper, KeepingEvent[]]> {
  const doc = new Y.Doc();
  const events: KeepingEvent[] = [];
  const keeper = new Keeper(storage, 'd', doc, clock, event => events.push(event));
  await keeper.load(null);
  return [doc.getText('t'), keeper, events];
}

describe('keeper', () => {
  it('[STO8] writes the first change at once and what follows in one piece', async () => {
    const [storage, clock] = [new MemoryStorage(), new Clock()];
    const [text] = await keeperOf(storage, clock);
    text.insert(0, 'a');
    await settle();
    expect(await read(storage, 'd')).toBe('a');
    for (const letter of 'bcdef') {
      text.insert(text.length, letter);
      await clock.pass(20);
    }
    expect(await read(storage, 'd')).toBe('a');
    await clock.pass(KEEP_EVERY_MS);
    expect(await read(storage, 'd')).toBe('abcdef');
    expect(storage.records).toHaveLength(2);
  });

  it('[STO8] writes at once when the page is left', async () => {
    const [storage, clock] = [new MemoryStorage(), new Clock()];
    const [text, keeper] = await keeperOf(storage, clock);
    text.insert(0, 'a');
    await settle();
    text.insert(1, 'b');
    await keeper.flush();
    expect(await read(storage, 'd')).toBe('ab');
    expect(keeper.isIdle).toBe(true);
  });

  it('[STO8] keeps what could not be written in line, and says why, until it fits', async () => {
    const [storage, clock] = [new MemoryStorage(), new Clock()];
    const append = storage.append.bind(storage);
    let full = true;
    storage.append = (name, update) =>
      full ? Promise.reject(new StorageError('full', 'no room')) : append(name, update);
    const [text, , events] = await keeperOf(storage, clock);
    text.insert(0, 'a');
    await clock.pass(1);
    text.insert(1, 'b');
    await clock.pass(6000);
    expect(events.every(event => event.kind === 'failed' && event.refusal === 'full')).toBe(true);
    full = false;
    await clock.pass(6000);
    expect(events[events.length - 1]!.kind).toBe('written');
    expect(await read(storage, 'd')).toBe('ab');
  });

  it('speaks of a write that takes long', async () => {
    const [storage, clock] = [new MemoryStorage(), new Clock()];
    storage.append = () => new Promise(() => undefined);
    const [text, , events] = await keeperOf(storage, clock);
    text.insert(0, 'a');
    await clock.pass(1500);
    expect(events).toEqual([{ kind: 'slow' }]);
  });

  it('[STO2] shortens a long log, with what another tab wrote meanwhile', async () => {
    const [storage, clock] = [new MemoryStorage(), new Clock()];
    const [text] = await keeperOf(storage, clock);
    const other = new Y.Doc();
    other.getText('t').insert(0, 'other ');
    await storage.append('d', Y.encodeStateAsUpdate(other));
    for (let turn = 0; turn < 900; turn += 1) {
      text.insert(text.length, 'x');
      await clock.pass(KEEP_EVERY_MS);
    }
    expect(storage.records.length).toBeLessThan(850);
    expect((await storage.read('d')).updates.length).toBeLessThan(450);
    const kept = await read(storage, 'd');
    expect([kept.replace(/x/g, ''), kept.length]).toEqual(['other ', 906]);
  });
});

/** Channels of one name, in one page. */
function channels(): () => IChannel {
  const all: IChannel[] = [];
  return () => {
    const channel: IChannel = {
      onmessage: null,
      postMessage: message =>
        all
          .filter(each => each !== channel)
          .forEach(each => each.onmessage?.({ data: message } as MessageEvent)),
      close: () => void all.splice(all.indexOf(channel), 1)
    };
    all.push(channel);
    return channel;
  };
}

describe('tabs', () => {
  it('[OUT4] two tabs that both had changes show one text, and each hears of the other once', () => {
    const open = channels();
    const docs = [new Y.Doc(), new Y.Doc(), new Y.Doc()];
    const met = [0, 0, 0];
    docs.forEach((doc, index) => doc.getText('t').insert(0, `${index}`));
    const tabs = docs.map((doc, index) => new Tabs(doc, open(), () => void (met[index]! += 1)));
    docs[0]!.getText('t').insert(0, 'live');
    docs[2]!.getText('t').delete(0, 1);
    const texts = docs.map(doc => doc.getText('t').toJSON());
    expect(new Set(texts).size).toBe(1);
    expect(met).toEqual([1, 1, 1]);
    tabs[1]!.dispose();
    docs[0]!.getText('t').insert(0, '!');
    expect(docs[1]!.getText('t').toJSON()).toBe(texts[0]);
  });

  it('takes no notice of what is no message', () => {
    const open = channels();
    const doc = new Y.Doc();
    const tabs = new Tabs(doc, open(), () => expect.unreachable());
    const stranger = open();
    for (const message of [null, 'x', {}, { kind: 'update' }, { kind: 'hello', vector: 'v', update: null }]) {
      stranger.postMessage(message);
    }
    tabs.dispose();
  });
});

const NOTEBOOK = (words: string): object => ({
  nbformat: 4,
  nbformat_minor: 5,
  metadata: {},
  cells: [{ id: 'a', cell_type: 'code', source: words, metadata: {}, outputs: [], execution_count: null }]
});

class World implements ISurroundings {
  storage: IStorage = new MemoryStorage();
  readonly site = new Map<string, INotebookEntry>();
  readonly bytes = new Map<string, Uint8Array>();
  readonly files = new Map<string, unknown>();
  private next = 0;

  publish(path: string, words: string): void {
    const genesis = makeGenesis(normalNotebook(NOTEBOOK(words)).notebook);
    const url = `genesis/${path}.bin`;
    this.bytes.set(url, genesis);
    this.site.set(path, { path, title: path, genesis: { hash: genesisHash(genesis), url } });
  }

  published = (path: string): Promise<INotebookEntry | null> => Promise.resolve(this.site.get(path) ?? null);
  fetchBytes = (url: string): Promise<Uint8Array> => Promise.resolve(this.bytes.get(url)!);
  readFile = (path: string): Promise<{ content: unknown; stamp: string } | null> =>
    Promise.resolve(this.files.has(path) ? { content: this.files.get(path), stamp: '1' } : null);
  random = (into: Uint8Array): Uint8Array => into.fill((this.next += 1));
}

describe('documents', () => {
  it('[PATH1] a workshop path begins from its genesis, and is the same document ever after', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    const first = await findDocument(world, 'w/a.ipynb');
    await world.storage.append(first.entry.document, new Uint8Array([0, 0]));
    const again = await findDocument(world, 'w/a.ipynb');
    expect(again.entry).toEqual(first.entry);
    expect(first.entry.origin).toBe('workshop');
    expect(first.entry.document).toMatch(/^[0-9a-f]{64}\.mine\.[0-9a-f]{32}$/);
  });

  it('[PATH1] a genesis that is not what the catalogue says is refused', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    world.bytes.get('genesis/w/a.ipynb.bin')![20]! ^= 1;
    await expect(findDocument(world, 'w/a.ipynb')).rejects.toThrow('not what the catalogue says');
  });

  it('[PATH1] what was begun opens when the site cannot be reached', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    const first = await findDocument(world, 'w/a.ipynb');
    world.site.clear();
    world.bytes.clear();
    expect((await findDocument(world, 'w/a.ipynb')).genesis).toEqual(first.genesis);
  });

  it('[PATH2] another edition: untouched follows, touched stays and is told until it is declined', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    const first = await findDocument(world, 'w/a.ipynb');
    world.publish('w/a.ipynb', 'two');
    const second = await findDocument(world, 'w/a.ipynb');
    expect(second.entry.genesis).not.toBe(first.entry.genesis);
    expect(second.newer).toBeNull();
    await world.storage.append(outputsName(second.entry.document, second.owner), new Uint8Array([0, 0]));
    world.publish('w/a.ipynb', 'three');
    const third = await findDocument(world, 'w/a.ipynb');
    expect(third.entry).toEqual(second.entry);
    expect(third.newer?.genesis.hash).toBe(world.site.get('w/a.ipynb')!.genesis.hash);
    await world.storage.setEntry('w/a.ipynb', { ...third.entry, declined: third.newer!.genesis.hash });
    expect((await findDocument(world, 'w/a.ipynb')).newer).toBeNull();
  });

  it('[PATH4] a workshop path whose document moved or was deleted begins another document', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    const first = await findDocument(world, 'w/a.ipynb');
    await world.storage.setEntry('w/b.ipynb', first.entry);
    await world.storage.removeEntry('w/a.ipynb');
    const second = await findDocument(world, 'w/a.ipynb');
    expect(second.entry.document).not.toBe(first.entry.document);
    await world.storage.append(second.entry.document, new Uint8Array([0, 0]));
    await world.storage.removeEntry('w/a.ipynb');
    const third = await findDocument(world, 'w/a.ipynb');
    expect(new Set([first, second, third].map(found => found.entry.document)).size).toBe(3);
  });

  it('[PATH4] a deleted notebook of a workshop begins anew, and its work stays where it was', async () => {
    const world = new World();
    world.publish('w/a.ipynb', 'one');
    const first = await findDocument(world, 'w/a.ipynb');
    await world.storage.append(first.entry.document, new Uint8Array([0, 0]));
    await world.storage.removeEntry('w/a.ipynb');
    const second = await findDocument(world, 'w/a.ipynb');
    expect(second.entry.document).toMatch(new RegExp(`^${first.entry.document}\\.[0-9a-f]{32}$`));
    expect((await world.storage.read(first.entry.document)).updates).toHaveLength(1);
  });

  it('[PATH5] two blank notebooks are two documents; a file brings its outputs once', async () => {
    const world = new World();
    const blank = readNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells: [] });
    const [a, b] = [await beginOwn(world, 'a.ipynb', blank), await beginOwn(world, 'b.ipynb', blank)];
    expect(a.genesis).toBe(b.genesis);
    expect(a.document).not.toBe(b.document);
    const output = { output_type: 'stream', name: 'stdout', text: 'hi' };
    const cell = {
      cell_type: 'code',
      source: 'x',
      metadata: { trusted: true },
      execution_count: 4,
      outputs: [output]
    };
    world.files.set('c.ipynb', {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [{ id: 'c', ...cell }]
    });
    const found = await findDocument(world, 'c.ipynb');
    const text = textOfNotebook(await readDocument(world, found.entry));
    expect(text).toContain('"hi"');
    expect(text).toContain('"execution_count": 4');
    expect(text).not.toContain('trusted');
    expect(readNotebookText(text).notebook.cells[0]!.id).toBe('c');
  });

  it('[PATH1] nothing at a path is said to be missing', async () => {
    await expect(findDocument(new World(), 'none.ipynb')).rejects.toThrow(MissingError);
  });

  it('[STO6] the owner is made once', async () => {
    const world = new World();
    expect(await ownerOf(world)).toBe(await ownerOf(world));
    expect(await ownerOf(world)).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('file names', () => {
  it('[PATH5] are made free and safe', () => {
    const taken = new Set(['a.ipynb', 'a (2).ipynb']);
    expect(freeName('a.ipynb', name => taken.has(name))).toBe('a (3).ipynb');
    expect(freeName('b', name => taken.has(name))).toBe('b.ipynb');
    expect(safeName('../../etc/x%2F:y?.ipynb')).toBe('x 2F y.ipynb');
    expect(safeName('.ipynb')).toBe('Notebook.ipynb');
  });
});
