// @vitest-environment jsdom
import { describe, expect, it } from 'vitest';
import { genesisHash, makeGenesis } from '../core/document/genesis';
import { normalNotebook } from '../core/document/normal';
import { MemoryStorage } from '../storage/memory';
import { StorageError } from '../storage/storage';
import { type ISessionWorld, Session } from './session';
import type { ITogether } from './together';

const PATH = 'w/a.ipynb';
const LOST = [{ cell: 'one', text: 'what I wrote' }];
const { notebook } = normalNotebook({
  ...{ nbformat: 4, nbformat_minor: 5, metadata: {} },
  cells: [{ id: 'one', cell_type: 'code', metadata: {}, source: 'x', outputs: [], execution_count: null }]
});
const genesis = makeGenesis(notebook);
const hash = genesisHash(genesis);

/** A browser that keeps things, as far as a test lets it. */
class Disk extends MemoryStorage {
  override readonly kind = 'indexeddb' as never;
  isFull = false;

  override putSetting(key: string, value: string): Promise<void> {
    return this.isFull ? Promise.reject(new StorageError('full', 'no room')) : super.putSetting(key, value);
  }
}

/** One's page of a notebook in a class, and what the class says of it. */
class Page {
  constructor(readonly storage: MemoryStorage) {
    let drawn = 0;
    const world: ISessionWorld = {
      ...{ storage, opened: Promise.resolve(), outputNotice: '', channel: () => null },
      timers: { after: () => () => undefined },
      together: Promise.resolve(this.together),
      published: () => Promise.resolve({ path: 'a.ipynb', title: 'A', genesis: { hash, url: 'a' } }),
      fetchBytes: () => Promise.resolve(genesis),
      readFile: () => Promise.resolve(null),
      random: into => into.fill((drawn += 1))
    };
    const nothing = (): void => undefined;
    this.session = new Session(PATH, world, {
      ...{ keepingChanged: nothing, changed: nothing, met: nothing, refused: nothing, lost: nothing },
      writable: () => (this.writable += 1)
    });
    this.session.lostUnkept.connect(() => (this.unkept += 1));
  }

  readonly session: Session;
  /** How often it was told. */
  writable = 0;
  unkept = 0;
  mayWrite = true;
  needsReload = false;
  private followed: Parameters<ITogether['follow']>[2] | null = null;
  private readonly together: ITogether = {
    me: { participant: 'a'.repeat(32) },
    invitation: { everyone: '1'.repeat(32) },
    branch: 'team',
    documentName: of => `${of}.team.${'1'.repeat(32)}`,
    mayWrite: () => this.mayWrite,
    needsReload: () => this.needsReload,
    follow: (_, __, followed) => {
      this.followed = followed.kind === 'document' ? followed : this.followed;
      followed.restored();
      return () => undefined;
    }
  };

  async loses(fault: string | null = null, lost = LOST): Promise<void> {
    await this.session.ready;
    if (fault !== null) {
      this.followed!.refused!(fault);
    }
    this.followed!.lost!(lost);
    await new Promise(then => setTimeout(then, 0));
  }
}

describe('what one wrote in a class and does not count', () => {
  it('is kept to be offered again, also of who may not write now; what fits nowhere is not', async () => {
    for (const [fault, kept] of [
      [null, LOST],
      ['role', LOST],
      ['structure', []]
    ] as const) {
      const page = new Page(new Disk());
      await page.loses(fault);
      expect([fault, await page.session.lostBefore()]).toEqual([fault, kept]);
      expect([page.session.keepsLost, page.unkept]).toEqual([true, 0]);
    }
    const cut = new Page(new Disk());
    cut.needsReload = true;
    await cut.loses('structure');
    expect(await cut.session.lostBefore()).toEqual(LOST);
  });

  it('is said not to be kept where it is not: in memory, without room, and where it is too long', async () => {
    const memory = new Page(new MemoryStorage());
    await memory.session.ready;
    expect(memory.session.keepsLost).toBe(false);
    const full = new Page(new Disk());
    await full.session.ready;
    expect(full.session.keepsLost).toBe(true);
    (full.storage as Disk).isFull = true;
    await full.loses();
    await full.loses();
    expect([full.session.keepsLost, full.unkept]).toEqual([false, 1]);
    const long = new Page(new Disk());
    await long.loses(null, [{ cell: 'one', text: 'x'.repeat(200_001) }]);
    expect([long.session.keepsLost, long.unkept]).toEqual([false, 1]);
  });
});

describe('whether one may write', () => {
  it('is asked of the class at once, and told when one may again', async () => {
    const page = new Page(new Disk());
    const { session } = page;
    await session.ready;
    expect([session.mayWrite, session.notebook.isReadOnly]).toEqual([true, false]);
    page.mayWrite = false;
    expect([session.mayWrite, session.notebook.isReadOnly]).toEqual([false, false]);
    session.become(true);
    page.mayWrite = true;
    expect(session.mayWrite).toBe(false);
    session.become(false);
    session.become(false);
    expect([session.mayWrite, page.writable]).toEqual([true, 1]);
    page.needsReload = true;
    expect(session.mayWrite).toBe(false);
    page.needsReload = false;
    await session.close();
    expect(session.mayWrite).toBe(false);
  });
});
