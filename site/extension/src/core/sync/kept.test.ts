import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { clientOf } from '../session';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import { encodeMessage } from '../overlay/wire';
import { type IKept, withoutCompacted } from './kept';

/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const SUMMARY = 164;

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;
const digestOf = (page: Page): string => page.engine.replica(DOCUMENT)!.reaches.digest.join();

/** A page that was left, and what its device kept. */
function opened(pages: Pages, kept: readonly IKept[], name = 'late'): { page: Page; more: IKept[] } {
  const more: IKept[] = [];
  const page = pages.open({ keep: (_, each) => more.push(each) }, false, name);
  page.doc = new Y.Doc();
  page.engine.follow(DOCUMENT, page.doc, { genesis: GENESIS, kept });
  return { page, more };
}

/** Two who write, with segments; what one of them kept. */
function lesson(pages: Pages): { other: Page; kept: IKept[] } {
  const kept: IKept[] = [];
  const ada = pages.open({ keep: (_, each) => kept.push(each), compactEvery: 8 }, true, 'ada');
  const other = pages.open({ compactEvery: 8 }, true, 'ben');
  pages.join(ada, other);
  for (let key = 0; key < 24; key += 1) {
    ada.text.insert(ada.text.length, String(key % 10));
    other.text.insert(0, 'b');
    pages.clock.advance(150);
  }
  pages.clock.advance(5000);
  pages.part(ada, other);
  ada.engine.end();
  return { other, kept };
}

describe('what is kept', () => {
  it('[STO10] a crash between any two writes, and any piece lost: with the others it is whole again', () => {
    const pages = new Pages(digest);
    const { other, kept } = lesson(pages);
    expect(kept.length).toBeGreaterThan(50);
    const cuts = kept.flatMap((_, cut) => (cut % 2 === 0 ? [cut] : []));
    const ways = cuts.flatMap(cut => [
      kept.slice(0, cut + 1),
      kept.filter((__, index) => index !== cut),
      withoutCompacted(kept.slice(0, cut + 1), digest)
    ]);
    for (const way of ways) {
      const { page } = opened(pages, way);
      pages.join(page, other);
      pages.clock.advance(1500);
      expect(page.words).toBe(other.words);
      expect(digestOf(page)).toBe(digestOf(other));
      pages.part(page, other);
      page.engine.end();
    }
  });

  it('[STO10] without what segments took the place of there is less, and it is the same document alone', () => {
    const pages = new Pages(digest);
    const { other, kept } = lesson(pages);
    const less = withoutCompacted(kept, digest);
    expect(less.length).toBeLessThan(kept.length / 2);
    expect(opened(pages, less).page.words).toBe(other.words);
    expect(opened(pages, kept).page.words).toBe(other.words);
  });

  it('[LOG6] what proves that a session said two things is known again after a reload', () => {
    const pages = new Pages(digest);
    const { page, more } = opened(pages, [], 'ada');
    const liar = pages.open({}, false, 'liar');
    pages.join(page, liar);
    const [one, two] = ['one', 'two'].map(word => {
      const doc = new Y.Doc();
      Y.applyUpdate(doc, GENESIS);
      doc.clientID = clientOf(digest, DOCUMENT, liar.participant, liar.session);
      const before = Y.encodeStateVector(doc);
      const text = doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text;
      text.insert(0, word);
      const update = Y.encodeStateAsUpdate(doc, before);
      return pages.members.sealed(liar.own, DOCUMENT, 'document', [update])[0]!;
    });
    page.hear(liar.session, 'control', encodeMessage({ type: 'introduction', bytes: liar.own.introduction }));
    [one, two].forEach(bytes =>
      page.hear(liar.session, 'control', encodeMessage({ type: 'envelope', bytes: bytes! }))
    );
    expect(logOf(page).forkOf(liar.session)?.length).toBe(2);
    expect(more.map(({ kind }) => kind)).toEqual(['introduction', 'piece', 'fork']);
    const again = opened(pages, more, 'ada').page;
    expect(logOf(again).forkOf(liar.session)?.length).toBe(2);
    expect(digestOf(again)).toBe(digestOf(page));
  });
});

describe('comparing', () => {
  it('[SYN6] two with 200 sessions compare in few bytes when they are equal, in one list each when one differs', () => {
    const pages = new Pages(digest);
    const [hub] = pages.many(1) as [Page];
    for (let count = 0; count < 200; count += 1) {
      const each = pages.open();
      each.text.insert(0, 'x');
      pages.join(each, hub);
      pages.clock.advance(300);
      pages.part(each, hub);
      each.engine.end();
    }
    const late = pages.open();
    pages.join(late, hub);
    pages.clock.advance(3000);
    expect(late.words.length).toBe(200);
    const compare = (): number => {
      pages.part(late, hub);
      const before = late.bytes(SUMMARY) + hub.bytes(SUMMARY);
      pages.join(late, hub);
      pages.clock.advance(300);
      return late.bytes(SUMMARY) + hub.bytes(SUMMARY) - before;
    };
    const equal = compare();
    pages.part(late, hub);
    hub.text.insert(0, 'y');
    pages.clock.advance(300);
    const different = compare();
    // Names of 102 characters and digests of 16 bytes, both ways: 502 bytes, and 13.9 KB.
    expect(equal).toBeLessThan(2 * 2 * 150);
    expect(different).toBeLessThan(2 * (200 * 36 + 400));
    expect(late.words).toBe(hub.words);
  });
});
