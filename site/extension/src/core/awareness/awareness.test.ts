import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { createCell } from '../document/edit';
import { encodeMessage } from '../overlay/wire';
import { Chance } from '../simulation/chance';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { cursorIn, decodePresence, encodePresence, findCursor, type Presence } from './cursor';

const SHORT = 160;

function withCell(doc: Y.Doc, id: string, source: string): Y.Text {
  doc.transact(() => createCell(doc, { id, cell_type: 'code', source, metadata: {} }, 'V'));
  return doc.getMap<Y.Map<unknown>>('cells').get(id)!.get('source') as Y.Text;
}

describe('cursor', () => {
  it('[SYN10] stays where it is while others write before it, and knows its cell', () => {
    const [a, b] = [new Y.Doc(), new Y.Doc()];
    const text = withCell(a, 'c-1', 'hello world');
    Y.applyUpdate(b, Y.encodeStateAsUpdate(a));
    const cursor = cursorIn(text, 6, 11);
    expect(findCursor(b, cursor)).toEqual({ cell: 'c-1', anchor: 6, head: 11 });
    (b.getMap<Y.Map<unknown>>('cells').get('c-1')!.get('source') as Y.Text).insert(0, '>> ');
    expect(findCursor(b, cursor)).toEqual({ cell: 'c-1', anchor: 9, head: 14 });
  });

  it('[SYN10] stands in an empty cell, and nowhere when the cell is not here yet', () => {
    const doc = new Y.Doc();
    const cursor = cursorIn(withCell(doc, 'empty', ''), 0, 0);
    expect(findCursor(doc, cursor)).toEqual({ cell: 'empty', anchor: 0, head: 0 });
    expect(findCursor(new Y.Doc(), cursor)).toBeNull();
    expect(findCursor(doc, { anchor: { ...cursor.anchor, clock: 0 }, head: cursor.head })).toBeNull();
  });

  it('[SYN10] is at most 24 bytes', () => {
    const doc = new Y.Doc();
    doc.clientID = 2 ** 53 - 1;
    const text = withCell(doc, 'c', 'x'.repeat(20_000));
    expect(
      encodePresence({ kind: 'here', cursor: cursorIn(text, 19_000, 19_000) }).length
    ).toBeLessThanOrEqual(12);
    expect(encodePresence({ kind: 'here', cursor: cursorIn(text, 0, 20_000) }).length).toBeLessThanOrEqual(
      15
    );
    doc.clientID = 2 ** 53 - 2;
    text.insert(0, 'y');
    expect(encodePresence({ kind: 'here', cursor: cursorIn(text, 0, 19_000) }).length).toBeLessThanOrEqual(
      24
    );
  });

  it('[SYN10] reads as it was written, and whatever comes is read or refused', () => {
    const chance = new Chance(6);
    const place = (): { client: number; clock: number; isEnd: boolean } => {
      return { client: chance.below(3), clock: chance.below(4), isEnd: chance.is(0.5) };
    };
    for (let turn = 0; turn < 2000; turn += 1) {
      const presence: Presence = { kind: 'here', cursor: { anchor: place(), head: place() } };
      expect(decodePresence(encodePresence(presence))).toEqual({ kind: 'read', value: presence });
      const read = decodePresence(chance.bytes(chance.below(30)));
      if (read.kind === 'read') {
        expect(() =>
          findCursor(
            new Y.Doc(),
            (read.value.kind === 'here' && read.value.cursor) || { anchor: place(), head: place() }
          )
        ).not.toThrow();
      }
    }
    expect(decodePresence(encodePresence({ kind: 'gone' }))).toEqual({
      kind: 'read',
      value: { kind: 'gone' }
    });
  });
});

describe('awareness', () => {
  const moving = (pages: Pages, page: Page, ms: number): void => {
    for (let key = 0; key < ms / 20; key += 1) {
      page.engine.awareness.say(DOCUMENT, {
        anchor: { client: 1, clock: key, isEnd: false },
        head: { client: 1, clock: key, isEnd: false }
      });
      pages.clock.advance(20);
    }
  };

  it('[SYN10] goes at once, then four times a second, and the last place arrives', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    pages.clock.advance(1000);
    moving(pages, a, 100);
    expect(b.engine.awareness.present().length).toBe(1);
    const before = b.got.length;
    moving(pages, a, 10_000);
    pages.clock.advance(1000);
    const got = b.got.slice(before).filter(({ type }) => type === SHORT);
    expect(got.length).toBeGreaterThan(35);
    expect(got.length).toBeLessThanOrEqual(41);
    expect(b.engine.awareness.present()[0]!.cursor!.anchor.clock).toBe(499);
    // A stock cursor frame has 414 bytes.
    expect(Math.max(...got.map(({ size }) => size))).toBeLessThanOrEqual(24 + 64 + 16 + 32 + 1);
  });

  it('[SYN10] who says more than that is not heard, and not passed on', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    // A page that says that there are no people, twenty times a second.
    Object.defineProperty(a.engine.awareness, 'cursorMs', { get: () => 50 });
    moving(pages, a, 10_000);
    pages.clock.advance(100);
    expect(b.count(SHORT)).toBeGreaterThan(150);
    expect(c.count(SHORT)).toBeLessThanOrEqual(12 + 40 + 4);
  });

  it('[SYN10] is more seldom in a large class, so that fifty a second reach a page in all', () => {
    const pages = new Pages(digest);
    const page = pages.open();
    expect(page.engine.awareness.cursorMs).toBe(250);
    const { company } = page.engine as unknown as { company: object };
    Object.defineProperty(company, 'size', { get: () => 200 });
    expect(page.engine.awareness.cursorMs).toBe(4000);
  });

  it('[SYN10] ends with the one who says so, and after five silences: a hidden tab may say nothing for a minute', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    [a, b].forEach(page => page.engine.awareness.say(DOCUMENT, null));
    pages.clock.advance(1000);
    expect(c.engine.awareness.present().length).toBe(2);
    a.engine.awareness.leave(DOCUMENT);
    pages.clock.advance(1000);
    expect(c.engine.awareness.present().map(({ session }) => session)).toEqual([b.session]);
    pages.clock.advance(120_000);
    expect(c.engine.awareness.present().length).toBe(1);
    pages.network.remove(b.session);
    pages.clock.advance(60_000);
    expect(c.engine.awareness.present().length).toBe(1);
    pages.clock.advance(20_000);
    expect(c.engine.awareness.present()).toEqual([]);
  });

  it('[SYN10] what is older than what is known is dropped, and a document nobody speaks of again is left', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    const cursor = (clock: number): Uint8Array => {
      const place = { client: 1, clock, isEnd: false };
      return encodePresence({ kind: 'here', cursor: { anchor: place, head: place } });
    };
    const { members } = pages;
    const say = (bytes: Uint8Array): void => a.hear(b.session, 'control', bytes);
    const stranger = members.session('stranger');
    say(encodeMessage({ type: 'introduction', bytes: stranger.introduction }));
    const [older, newer] = members.sealed(stranger, DOCUMENT, 'awareness', [cursor(10), cursor(11)]);
    say(newer!);
    say(older!);
    expect(a.refusals).toEqual(['stale']);
    expect(a.engine.awareness.present()[0]!.cursor!.anchor.clock).toBe(11);
    const records = Array.from({ length: 9 }, (_, clock) => cursor(clock));
    for (const bytes of members.sealed(stranger, 'records', 'awareness', records)) {
      say(bytes);
      pages.clock.advance(10_000);
    }
    expect(a.engine.awareness.present().map(({ document }) => document)).toEqual(['records']);
  });

  it('[SYN10] somebody who comes later learns who is here, and nobody who is gone comes back', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.introduce('Ada', 5);
    b.introduce('Ben', 6);
    a.engine.awareness.say(DOCUMENT, null);
    pages.clock.advance(1000);
    const late = pages.open();
    pages.join(b, late);
    pages.clock.advance(1000);
    expect(late.engine.people(10).map(({ name, since, documents }) => [name, since, documents])).toEqual([
      ['Ada', 5, [DOCUMENT]],
      ['Ben', 6, []]
    ]);
    pages.part(a, b);
    a.engine.end();
    b.engine.gone(a.session);
    pages.join(b, late);
    pages.clock.advance(100_000);
    expect(late.engine.people(10).map(({ name }) => name)).toEqual(['Ben']);
  });

  it('[SYN10] somebody who comes later does not hear of those who went without a word', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.introduce('Ada', 5);
    b.introduce('Ben', 6);
    a.engine.awareness.say(DOCUMENT, null);
    pages.clock.advance(1000);
    pages.part(a, b);
    b.engine.gone(a.session);
    const late = pages.open();
    pages.join(b, late);
    pages.clock.advance(1000);
    expect(late.engine.people(10).map(({ name }) => name)).toEqual(['Ben']);
    expect(late.engine.awareness.present().map(({ session }) => session)).not.toContain(a.session);
  });

  it('[CON19] who was taken to have left says again who and where they are, and is seen at once', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    const ada = { name: 'Ada', participant: a.participant, since: 5 };
    a.engine.introduce(ada);
    a.engine.awareness.say(DOCUMENT, null);
    pages.clock.advance(1000);
    pages.part(a, b);
    [b, c].forEach(page => page.engine.gone(a.session));
    expect(c.engine.people(10)).toEqual([]);
    a.engine.returned(ada);
    pages.join(a, b);
    pages.clock.advance(1000);
    for (const page of [b, c]) {
      expect(page.engine.people(10).map(({ name, documents }) => [name, documents])).toEqual([
        ['Ada', [DOCUMENT]]
      ]);
    }
    a.text.insert(0, 'and goes on');
    pages.clock.advance(1000);
    expect(c.words).toBe('and goes on');
  });
});
