import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientOf } from '../session';
import { Chance } from '../simulation/chance';
import { DOCUMENT, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { FROM_OTHERS, Replica, WAITING_CHANGES } from './replica';

const FROM_LOG = Symbol('from the log');

function open(): {
  doc: Y.Doc;
  replica: Replica;
  clock: VirtualClock;
  sent: { at: number; change: Uint8Array }[];
} {
  const [doc, clock] = [new Y.Doc(), new VirtualClock()];
  const sent: { at: number; change: Uint8Array }[] = [];
  const replica = new Replica('d', doc, {
    clock,
    digest,
    publish: change => sent.push({ at: clock.now(), change }),
    isForeign: origin => origin === FROM_LOG
  });
  return { doc, replica, clock, sent };
}

const wordsOf = (doc: Y.Doc): string => doc.getText('text').toJSON();

/** Changes of one author, one by one. */
function changesOf(count: number): Uint8Array[] {
  const doc = new Y.Doc();
  const changes: Uint8Array[] = [];
  doc.on('update', (update: Uint8Array) => changes.push(update));
  for (let index = 0; index < count; index += 1) {
    doc.getText('text').insert(doc.getText('text').length, `${index},`);
  }
  return changes;
}

describe('replica', () => {
  it('[SYN4] the first change goes at once, then one batch in 100 ms, with everything in it', () => {
    const { doc, clock, sent } = open();
    const text = doc.getText('text');
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
    sent.forEach(({ change }) => Y.applyUpdate(other, change));
    expect(wordsOf(other)).toBe(wordsOf(doc));
    // After a rest the next one goes at once again.
    text.insert(0, 'z');
    expect(sent.at(-1)!.at).toBe(clock.now());
  });

  it('[SYN4] flush sends what waits, and what was not written here is not sent', () => {
    const { doc, sent, replica, clock } = open();
    const text = doc.getText('text');
    const [change] = changesOf(1);
    replica.receive(change!);
    doc.transact(() => text.insert(0, 'log'), FROM_LOG);
    expect(sent.length).toBe(0);
    text.insert(0, 'a');
    text.insert(0, 'b');
    expect(sent.length).toBe(1);
    clock.advance(50);
    replica.flush();
    expect(sent.length).toBe(2);
    text.insert(0, 'c');
    clock.advance(99);
    expect(sent.length).toBe(2);
    clock.advance(1);
    expect(sent.length).toBe(3);
  });

  it('[SYN4] a session writes under its own clientID, another in each document and session', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2);
    expect(a!.doc.clientID).toBe(clientOf(digest, DOCUMENT, '', a!.session));
    expect(a!.doc.clientID).not.toBe(b!.doc.clientID);
    const session = 'AAAAAAAAAAAAAAAAAAAAAA';
    const clients = [
      clientOf(digest, 'd', 'x', session),
      clientOf(digest, 'dx', '', session),
      clientOf(digest, 'd', '', session)
    ];
    expect(new Set(clients).size).toBe(3);
    clients.forEach(client => expect(Number.isSafeInteger(client) && client > 0).toBe(true));
  });

  it('[SYN4] a document that is closed and opened again goes on under the same clientID where it was', () => {
    const pages = new Pages(digest);
    const [a, b] = [pages.open({}, false), pages.open()];
    const end = a.engine.follow(DOCUMENT, a.doc);
    pages.join(a, b);
    a.text.insert(0, 'first ');
    pages.clock.advance(1000);
    end();
    const again = new Y.Doc();
    a.engine.follow(DOCUMENT, again);
    expect(again.clientID).toBe(a.doc.clientID);
    again.getText('text').insert(6, 'second');
    pages.clock.advance(1000);
    expect(b.words).toBe('first second');
  });

  it('[SYN5] what comes from others is not undone by one’s own undo', () => {
    const { doc, replica } = open();
    const text = doc.getText('text');
    const undo = new Y.UndoManager(text);
    text.insert(0, 'mine');
    changesOf(3).forEach(change => replica.receive(change));
    undo.undo();
    expect(wordsOf(doc)).toBe('0,1,2,');
    expect(undo.trackedOrigins.has(FROM_OTHERS)).toBe(false);
  });

  it('[SYN5] what leans on others waits outside the document until they are here', () => {
    const { doc, replica } = open();
    const [first, ...others] = changesOf(100);
    others.reverse().forEach(change => expect(replica.receive(change)).toBe('waiting'));
    expect(doc.store.pendingStructs).toBeNull();
    expect(replica.isIncomplete).toBe(true);
    expect(replica.receive(first!)).toBe('applied');
    expect(replica.isIncomplete).toBe(false);
    expect(wordsOf(doc)).toBe(Array.from({ length: 100 }, (_, index) => `${index},`).join(''));
  });

  it('[SYN5] what waits is bounded, in time as well', () => {
    const { replica } = open();
    const [, ...others] = changesOf(6000);
    const began = performance.now();
    others.forEach(change => replica.receive(change));
    // 3,000 unresolvable updates block a page for 14 s in Yjs itself.
    expect(performance.now() - began).toBeLessThan(3000);
    expect(replica.waitingCount).toBe(WAITING_CHANGES);
  });

  it('[SYN5] what is no change is refused, never an exception', () => {
    const chance = new Chance(2);
    const good = changesOf(20);
    const seen = new Set<string>();
    for (let turn = 0; turn < 3000; turn += 1) {
      const { replica } = open();
      const bytes = chance.is(0.2) ? chance.bytes(chance.below(60)) : chance.pick(good).slice();
      for (let edits = 1 + chance.below(3); edits > 0 && bytes.length > 0; edits -= 1) {
        bytes[chance.below(bytes.length)] = chance.below(256);
      }
      seen.add(replica.receive(bytes));
    }
    expect(seen.has('garbled')).toBe(true);
  });
});
