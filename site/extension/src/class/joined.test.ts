/** Without a browser: jsdom has no BroadcastChannel, and Node's works. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { IInvitation } from '../core/class/invitation';
import { type IVault, MemoryVault } from '../storage/vault';
import { enter } from './enter';
import { Identities } from './identity';
import type { Joined } from './joined';
import { found } from './owning';
import { readServer } from './server';

const GENESIS = 'a'.repeat(64);
const FOUNDER = 'a'.repeat(32);
const FOLLOWED = {
  kind: 'document',
  genesis: null,
  kept: [],
  keep: () => undefined,
  rebuilt: () => undefined
} as const;
const joined: Joined[] = [];
let served: () => Promise<Response>;
/** Ada's device, on which she founded the class. */
let hers: IVault;
let invitation: IInvitation;

async function join(
  name: string,
  vault: IVault = name === 'Ada' ? hers : new MemoryVault()
): Promise<Joined> {
  const identity = { participant: name === 'Ada' ? FOUNDER : 'b'.repeat(32), name };
  const notes = new Map([['peerbook:people:/', JSON.stringify([identity])]]);
  const kept = { getItem: (key: string) => notes.get(key) ?? null, setItem: () => undefined };
  const identities = new Identities('/', kept, bytes => crypto.getRandomValues(bytes));
  const pathOf = (genesis: string): string | undefined => (genesis === GENESIS ? 'w/a.ipynb' : undefined);
  const root = 'http://site.test/';
  const page = await enter({ vault, invitation, identity, identities, root, branch: 'team', pathOf });
  joined.push(page);
  return page;
}

// Real channels and timers: on a busy machine they take their time.
const until = async (holds: () => boolean): Promise<void> => {
  await vi.waitFor(() => expect(holds()).toBe(true), { timeout: 20_000, interval: 10 });
};

beforeEach(async () => {
  hers = new MemoryVault();
  invitation = await found(hers, FOUNDER);
  served = () => Promise.resolve(new Response('{"signaling": ""}'));
  vi.stubGlobal('fetch', () => served());
  const page = { addEventListener: () => undefined, removeEventListener: () => undefined };
  vi.stubGlobal('document', { ...page, visibilityState: 'visible' });
  vi.stubGlobal('addEventListener', page.addEventListener);
  vi.stubGlobal('removeEventListener', page.removeEventListener);
});

afterEach(() => {
  joined.splice(0).forEach(page => page.leave());
  vi.unstubAllGlobals();
});

describe('a page in a class', () => {
  it('[CLS4] two tabs of a browser find each other without a server, by name and by notebook', async () => {
    const [ada, ben] = [await join('Ada'), await join('Ben')];
    await until(() => ada.people.length === 2 && ben.people.length === 2);
    expect(ada.people.map(({ name, isMe }) => [name, isMe])).toEqual([
      ['Ada', true],
      ['Ben', false]
    ]);
    expect(ada.summary).toMatchObject({ kind: 'direct', others: 1 });
    const [one, two] = [new Y.Doc(), new Y.Doc()];
    const name = ada.documentName(GENESIS);
    expect(ben.documentName(GENESIS)).toBe(name);
    const meta = (doc: Y.Doc): Y.Map<unknown> => doc.getMap('meta');
    ada.follow(name, one, FOLLOWED);
    meta(one).set('word', 'hello');
    ben.follow(name, two, FOLLOWED);
    await until(() => meta(two).get('word') === 'hello');
    await until(() => ben.people.every(({ notebooks }) => notebooks.join() === 'w/a.ipynb'));
    expect(ben.personOf(ada.people[0]!.sessions[0]!)!.name).toBe('Ada');
  });

  it('[CLS3] a new name reaches the others, and stays the same person', async () => {
    const [ada, ben] = [await join('Ada'), await join('Ben')];
    await until(() => ben.people.length === 2);
    const { participant } = ada.me;
    expect(ada.rename('  ')).toBe(false);
    expect(ada.rename('Ada Lovelace')).toBe(true);
    await until(() => ben.people.some(({ name }) => name === 'Ada Lovelace'));
    expect(ben.people).toHaveLength(2);
    expect(ben.people[1]!.participant).toBe(participant);
  });

  it('[CLS4] who has left is one who was here', async () => {
    const [ada, ben] = [await join('Ada'), await join('Ben')];
    await until(() => ada.people.length === 2);
    let told = 0;
    ada.changed.add(() => (told += 1));
    ben.leave();
    await until(() => ada.people.some(({ name, isHere }) => name === 'Ben' && !isHere));
    expect(ada.summary.kind).toBe('alone');
    await until(() => told > 0);
  });

  it('[PER7] tells that something done here may not be: the line above the notebook looks what to say', async () => {
    const ada = await join('Ada');
    await until(() => ada.summary.kind === 'alone');
    const [doc, faults] = [new Y.Doc(), [] as string[]];
    ada.follow(`${GENESIS}.mine.${'c'.repeat(32)}`, doc, {
      ...FOLLOWED,
      refused: fault => faults.push(fault)
    });
    const isTelling = (): boolean => (ada as unknown as { telling: unknown }).telling !== null;
    await until(() => !isTelling());
    doc.getMap('meta').set('word', 'forged');
    expect([faults, isTelling()]).toEqual([['role'], true]);
  });

  it('[STO8] what one has just written is in storage’s hands when the page is about to be left', async () => {
    const listeners = new Map<string, () => void>();
    vi.stubGlobal('addEventListener', (type: string, run: () => void) => listeners.set(type, run));
    const ada = await join('Ada');
    await until(() => ada.summary.kind === 'alone');
    const [doc, kept] = [new Y.Doc(), [] as string[]];
    ada.follow(ada.documentName(GENESIS), doc, { ...FOLLOWED, keep: ({ kind }) => kept.push(kind) });
    doc.getMap('meta').set('first', 'key');
    await until(() => kept.includes('piece'));
    const before = kept.length;
    // No timer rings any more.
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    doc.getMap('meta').set('last', 'key');
    const turns = async (): Promise<void> => {
      for (let turn = 0; turn < 100 && kept.length === before; turn += 1) {
        await new Promise(resolve => setImmediate(resolve));
      }
    };
    await turns();
    expect(kept).toHaveLength(before);
    listeners.get('beforeunload')!();
    await turns();
    vi.useRealTimers();
    expect(kept.slice(before)).toEqual(['piece']);
  });

  it('[CLS7] says what is wrong with the address of a server, and goes on without', async () => {
    served = () => Promise.resolve(new Response('{"signaling": "mailto:somebody"}'));
    const ada = await join('Ada');
    await until(() => ada.server !== null);
    expect(ada.summary).toMatchObject({ kind: 'alone', server: { kind: 'refused', reason: 'address' } });
  });

  it('[CLS7] says joining, then offline when the site cannot be reached', async () => {
    let fail = (_: Error): void => undefined;
    served = () => new Promise((_, reject) => (fail = reject));
    const ada = await join('Ada');
    expect(ada.summary.kind).toBe('joining');
    fail(new TypeError('no network'));
    await until(() => ada.summary.kind === 'offline');
    expect(ada.people).toHaveLength(1);
  });
});

describe('peerbook.json', () => {
  it('[CLS7] whatever stands in it is read or said to be wrong', () => {
    const root = 'https://school.test/py/';
    expect(readServer('{"signaling": "signal"}', root)).toEqual({
      address: { kind: 'address', url: 'wss://school.test/py/signal' },
      direct: true,
      iceServers: []
    });
    for (const nothing of ['{}', 'null', '[]', '{"signaling": ""}']) {
      expect(readServer(nothing, root).address).toEqual({ kind: 'alone' });
    }
    expect(readServer('{"signaling": "sig', root).address.kind).toBe('wrong');
    expect(readServer('{"signaling": 7}', root).address.kind).toBe('wrong');
    const relayed = readServer(
      '{"signaling": "signal", "direct": false, "iceServers": [{"urls": "turn:x"}, 7, null, {"urls": [1]}]}',
      root
    );
    expect(relayed.direct).toBe(false);
    expect(relayed.iceServers).toEqual([{ urls: 'turn:x' }]);
  });
});
