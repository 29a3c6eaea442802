import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { encodeMessage, FIRST_TYPE } from '../overlay/wire';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { Lesson } from '../simulation/lesson';
import { FAIR } from '../simulation/network';

const [ENVELOPE, SHORT, INTRODUCTION, WHO_IS] = [1, FIRST_TYPE, FIRST_TYPE + 12, FIRST_TYPE + 13];
const envelopes = (page: Page): number => page.count(ENVELOPE) + page.count(SHORT);

describe('taking in', () => {
  it('[SYN16] whose a session is goes before what it wrote, once on each channel', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    pages.clock.advance(1000);
    for (let key = 0; key < 5; key += 1) {
      a.text.insert(0, 'k');
      pages.clock.advance(200);
    }
    expect(c.words).toBe('kkkkk');
    expect([c.count(WHO_IS), c.count(INTRODUCTION)]).toEqual([0, 2]);
  });

  it('[SYN16] one that is missing is asked for, and what it wrote is held back until then', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.join(b, c);
    pages.clock.advance(1000);
    a.text.insert(0, 'early');
    const [piece] = a.engine.replica(DOCUMENT)!.log.pieces(a.session);
    const before = envelopes(c);
    b.hear(c.session, 'control', piece!.bytes);
    pages.clock.advance(1000);
    expect([b.words, envelopes(c) - before, c.count(WHO_IS)]).toEqual(['', 0, 1]);
    b.hear(c.session, 'control', encodeMessage({ type: 'introduction', bytes: a.own.introduction }));
    expect(b.words).toBe('early');
  });

  it('[SYN16] what cannot be judged is not remembered: it is looked at again when it comes again', () => {
    const pages = new Pages(digest);
    const rules = { may: false };
    const [a, b] = [
      pages.open(),
      pages.open({ rules: { standing: () => (rules.may ? 'may' : 'unknown'), cutOf: () => null } })
    ];
    a.text.insert(0, 'word');
    const [piece] = a.engine.replica(DOCUMENT)!.log.pieces(a.session);
    pages.join(a, b);
    pages.clock.advance(1000);
    expect([b.words, b.refusals.includes('too-early')]).toEqual(['', true]);
    rules.may = true;
    b.hear(a.session, 'control', piece!.bytes);
    expect(b.words).toBe('word');
  });

  it('[SYN17] a removal that is known at different times ends with one notebook, and its author’s words within', () => {
    const node = (bytes: Uint8Array): Uint8Array => digest(bytes);
    const script = { people: 5, ops: 40, weather: FAIR, removals: 100, partitions: 60 };
    const lessons = [1, 2, 3].map(seed => new Lesson(seed, script, node).run());
    expect(lessons.reduce((sum, { counts }) => sum + counts.removals, 0)).toBeGreaterThan(3);
  });
});
