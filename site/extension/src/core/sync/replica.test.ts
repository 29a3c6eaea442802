import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createCell } from '../document/edit';
import type { IPiece } from '../log/piece';
import { checkChange } from '../permissions/change';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import { clientOf, sessionText } from '../session';
import { Chance } from '../simulation/chance';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { FROM_OTHERS, type IReplicaPorts, type Received, Replica } from './replica';

const FROM_LOG = Symbol('from the log');
const OWN = 'AAAAAAAAAAAAAAAAAAAAAA';

const textOf = (doc: Y.Doc): Y.Text => doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text;

/** A replica whose pieces are not sealed. */
function open(genesis = GENESIS): {
  doc: Y.Doc;
  replica: Replica;
  clock: VirtualClock;
  sent: { at: number; change: Uint8Array }[];
  take(piece: IPiece): Received;
} {
  const [doc, clock] = [new Y.Doc(), new VirtualClock()];
  const sent: { at: number; change: Uint8Array }[] = [];
  const ports: IReplicaPorts = {
    ...{ clock, digest, session: OWN, participant: 'me', limits: NOTEBOOK_LIMITS },
    links: { first: session => digest(new TextEncoder().encode(session)), next: (_, hash) => hash },
    clientOf: (session, author) => clientOf(digest, 'd', author, session),
    cutOf: () => null,
    open: (piece, then) => then({ kind: 'open', plain: piece.bytes, part: 0, parts: 1 }),
    publish: change => sent.push({ at: clock.now(), change }),
    isForeign: origin => origin === FROM_LOG,
    ...{ keep: () => undefined, locked: () => undefined, forked: () => undefined },
    ...{
      replayed: () => undefined,
      unfit: () => undefined,
      unsealed: () => 0,
      withdraw: () => undefined,
      resumed: () => undefined,
      mayWrite: () => true
    }
  };
  const replica = new Replica('d', 'document', ports);
  replica.open(doc, genesis);
  const take = (piece: IPiece): Received => {
    let received: Received | null = null;
    replica.take(piece, is => (received = is));
    return received!;
  };
  return { doc, replica, clock, sent, take };
}

/** Changes of one author, one by one, as pieces of their session. */
function piecesOf(count: number, author = 'ada', seed = 1): IPiece[] {
  const session = sessionText(new Chance(seed).bytes(16));
  const doc = new Y.Doc();
  Y.applyUpdate(doc, GENESIS);
  doc.clientID = clientOf(digest, 'd', author, session);
  const pieces: IPiece[] = [];
  doc.on('update', (bytes: Uint8Array) => {
    const from = pieces.length;
    pieces.push({
      ...{ form: 'envelope', session, author, signer: session, from, to: from + 1, bytes },
      ...{ hash: digest(bytes), part: 0, parts: 1, before: null, after: null }
    });
  });
  for (let index = 0; index < count; index += 1) {
    textOf(doc).insert(textOf(doc).length, `${index},`);
  }
  return pieces;
}

describe('replica', () => {
  it('[SYN4] the first change goes at once, then one batch in 100 ms, with everything in it', () => {
    const { doc, clock, sent } = open();
    const text = textOf(doc);
    text.insert(0, 'a');
    expect(sent.map(({ at }) => at)).toEqual([0]);
    for (let key = 0; key < 300; key += 1) {
      clock.advance(33);
      text.insert(text.length, String(key % 10));
    }
    clock.advance(1000);
    expect(sent.length).toBeGreaterThan(60);
    sent.slice(1).forEach(({ at }, index) => expect(at - sent[index]!.at).toBeGreaterThanOrEqual(100));
    const other = new Y.Doc();
    [GENESIS, ...sent.map(({ change }) => change)].forEach(change => Y.applyUpdate(other, change));
    expect(textOf(other).toJSON()).toBe(text.toJSON());
    // After a rest the next one goes at once again.
    text.insert(0, 'z');
    expect(sent.at(-1)!.at).toBe(clock.now());
  });

  it('[SYN4] what is written while a change is told of goes once', () => {
    const { doc, sent, clock } = open();
    const text = textOf(doc);
    let isAnswered = false;
    text.observe(() => {
      if (!isAnswered) {
        isAnswered = true;
        text.insert(text.length, 'b');
      }
    });
    text.insert(0, 'a');
    clock.advance(1000);
    text.insert(text.length, 'c');
    clock.advance(1000);
    const ranges = sent.map(({ change }) => {
      const read = checkChange(change, doc.clientID, NOTEBOOK_LIMITS);
      return read.kind === 'read' ? [read.value.from, read.value.to] : read.fault;
    });
    expect(ranges).toEqual([
      [0, 2],
      [2, 3]
    ]);
  });

  it('[SYN4] what is written while that is told of goes as well', () => {
    const { doc, sent, clock } = open();
    const text = textOf(doc);
    const more = ['b', 'c', 'd'];
    text.observe(() => {
      const next = more.shift();
      if (next) {
        text.insert(text.length, next);
      }
    });
    text.insert(0, 'a');
    clock.advance(1000);
    const other = new Y.Doc();
    [GENESIS, ...sent.map(({ change }) => change)].forEach(change => Y.applyUpdate(other, change));
    const ranges = sent.map(({ change }) => {
      const read = checkChange(change, doc.clientID, NOTEBOOK_LIMITS);
      return read.kind === 'read' ? read.value.to - read.value.from : read.fault;
    });
    expect([textOf(other).toJSON(), ranges.every(length => length !== 0)]).toEqual(['abcd', true]);
  });

  it('[SYN4] flush sends what waits, and what was not written here is not sent', () => {
    const { doc, sent, replica, clock, take } = open();
    const text = textOf(doc);
    take(piecesOf(1)[0]!);
    doc.transact(() => text.insert(0, 'log'), FROM_LOG);
    expect(sent.length).toBe(0);
    text.insert(text.length, 'a');
    text.insert(text.length, 'b');
    expect(sent.length).toBe(1);
    clock.advance(50);
    replica.flush();
    expect(sent.length).toBe(2);
    text.insert(text.length, 'c');
    clock.advance(99);
    expect(sent.length).toBe(2);
    clock.advance(1);
    expect(sent.length).toBe(3);
  });

  it('[SYN4] a session writes under its own clientID, another in each document and session', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2);
    expect(a!.doc.clientID).toBe(clientOf(digest, DOCUMENT, a!.participant, a!.session));
    expect(a!.doc.clientID).not.toBe(b!.doc.clientID);
    const clients = [
      clientOf(digest, 'd', 'x', OWN),
      clientOf(digest, 'dx', '', OWN),
      clientOf(digest, 'd', '', OWN)
    ];
    expect(new Set(clients).size).toBe(3);
    clients.forEach(client => expect(Number.isSafeInteger(client) && client > 0).toBe(true));
  });

  it('[SYN4] a document that is closed and opened again goes on under the same clientID where it was', () => {
    const pages = new Pages(digest);
    const [a, b] = [pages.open({}, false), pages.open()];
    const end = a.follow();
    pages.join(a, b);
    a.text.insert(0, 'first ');
    pages.clock.advance(1000);
    const before = a.doc.clientID;
    end();
    a.follow(new Y.Doc());
    expect(a.doc.clientID).toBe(before);
    a.text.insert(6, 'second');
    pages.clock.advance(1000);
    expect(b.words).toBe('first second');
  });

  it('[SYN5] what comes from others is not undone by one’s own undo', () => {
    const { doc, take } = open();
    const text = textOf(doc);
    const undo = new Y.UndoManager(text);
    text.insert(0, 'mine');
    piecesOf(3).forEach(take);
    undo.undo();
    expect(text.toJSON()).toBe('0,1,2,');
    expect(undo.trackedOrigins.has(FROM_OTHERS)).toBe(false);
  });

  it('[SYN5] what comes before what it follows waits outside the document', () => {
    const { doc, replica, take } = open();
    const [first, ...others] = piecesOf(100);
    others.reverse().forEach(piece => expect(take(piece)).toBe('waiting'));
    expect(doc.store.pendingStructs).toBeNull();
    expect(replica.isIncomplete).toBe(true);
    expect(take(first!)).toBe('taken');
    expect(replica.isIncomplete).toBe(false);
    expect(textOf(doc).toJSON()).toBe(Array.from({ length: 100 }, (_, index) => `${index},`).join(''));
  });

  it('[SYN5] what leans on another author waits for them, whatever comes after it', () => {
    const [ada, doc] = [piecesOf(3), new Y.Doc()];
    [GENESIS, ...ada.map(({ bytes }) => bytes)].forEach(bytes => Y.applyUpdate(doc, bytes));
    const session = sessionText(new Chance(2).bytes(16));
    doc.clientID = clientOf(digest, 'd', 'ben', session);
    const ben: IPiece[] = [];
    doc.on('update', (bytes: Uint8Array) =>
      ben.push({
        ...ada[0]!,
        session,
        author: 'ben',
        signer: session,
        from: ben.length,
        to: ben.length + 1,
        bytes,
        hash: digest(bytes)
      })
    );
    ['x', 'y', 'z'].forEach(word => textOf(doc).insert(6, word));
    const here = open();
    ben.forEach(piece => expect(here.take(piece)).toBe('taken'));
    expect([textOf(here.doc).toJSON(), here.replica.isWaiting]).toEqual(['', true]);
    ada.forEach(here.take);
    expect([textOf(here.doc).toJSON(), here.replica.isWaiting]).toEqual([textOf(doc).toJSON(), false]);
  });

  it('[SYN5] what waits is bounded, and waits outside the document', () => {
    const { replica, take, doc } = open();
    let transactions = 0;
    doc.on('beforeTransaction', () => (transactions += 1));
    const [, ...others] = piecesOf(6000);
    others.forEach(take);
    // 3,000 unresolvable updates block a page for 14 s in Yjs itself: it is given none of them.
    expect([transactions, doc.store.pendingStructs]).toEqual([0, null]);
    expect(replica.log.waiting).toBeLessThanOrEqual(256);
  });

  it('[SYN5] what is no change is refused, never an exception, and nothing of its session after it is taken', () => {
    const chance = new Chance(2);
    const good = piecesOf(20);
    const seen = new Set<string>();
    for (let turn = 0; turn < 1000; turn += 1) {
      const { take, doc } = open();
      const bytes = good[0]!.bytes.slice();
      for (let edits = 1 + chance.below(3); edits > 0; edits -= 1) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      const received = take({ ...good[0]!, bytes, hash: digest(bytes) });
      seen.add(received);
      if (received === 'bad') {
        expect(textOf(doc).toJSON()).toBe('');
      }
    }
    expect(seen.has('bad')).toBe(true);
  });

  it('[PER2] a large text and many structs go as several changes that others take; one too large is given back', () => {
    const pages = new Pages(digest);
    const given: string[] = [];
    const faults: string[] = [];
    const a: Page = pages.open({
      onReplayed: (_, doc) => (a.doc = doc),
      onLost: (_, lost) => given.push(...lost.map(({ text }) => text)),
      onUnfit: (_, fault) => faults.push(fault)
    });
    const b = pages.open();
    pages.join(a, b);
    pages.clock.advance(1000);
    a.text.insert(0, 'm'.repeat(1_000_000));
    pages.clock.advance(10_000);
    expect([b.text.length, b.words === a.words]).toEqual([1_000_000, true]);
    // More structs in one transaction than a change may have.
    a.doc.transact(() => {
      for (let cell = 0; cell < 1500; cell += 1) {
        createCell(a.doc, { id: `x${cell}`, cell_type: 'code', source: 'x', metadata: {} }, 'a1');
      }
    });
    pages.clock.advance(10_000);
    expect(b.doc.getMap('cells').size).toBe(1501);
    a.text.insert(0, 'before ');
    const huge = 'h'.repeat(20_000_000);
    a.text.insert(0, huge);
    // When whoever was writing has finished.
    pages.clock.advance(1);
    expect([faults, given.length, given[0] === huge, a.text.length]).toEqual([
      ['too-large'],
      1,
      true,
      1_000_007
    ]);
    a.text.insert(0, 'after ');
    pages.clock.advance(10_000);
    expect(b.words.slice(0, 14)).toBe('after before m');
    expect(b.words === a.words).toBe(true);
  });

  it('[PER7] what something on a page gives a document past its session is not kept there', () => {
    const pages = new Pages(digest);
    const faults: string[] = [];
    const a: Page = pages.open({
      onReplayed: (_, doc) => (a.doc = doc),
      onUnfit: (_, fault) => faults.push(fault)
    });
    const b = pages.open();
    pages.join(a, b);
    a.text.insert(0, 'true ');
    pages.clock.advance(1000);
    const other = new Y.Doc();
    Y.applyUpdate(other, Y.encodeStateAsUpdate(a.doc));
    textOf(other).insert(0, 'forged ');
    Y.applyUpdate(a.doc, Y.encodeStateAsUpdate(other), 'somebody');
    pages.clock.advance(1000);
    expect([faults, a.words, b.words]).toEqual([['outside'], 'true ', 'true ']);
    a.text.insert(5, 'words');
    pages.clock.advance(1000);
    expect(b.words).toBe('true words');
  });

  it('[SYN5] a cell that others made is written in, and a document that starts with nothing', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.doc.transact(() => createCell(a.doc, { id: 'n', cell_type: 'code', source: 'new', metadata: {} }, 'V'));
    pages.clock.advance(1000);
    const source = b.doc.getMap<Y.Map<unknown>>('cells').get('n')!.get('source') as Y.Text;
    expect(source.toJSON()).toBe('new');
  });
});
