import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { type Page, Pages } from '../simulation/pages';
import { CARRY_MS } from '../sync/engine';

const SEEK = 169;
const ENTRIES = 166;

const strangers = (pages: Pages, count: number): Page[] =>
  Array.from({ length: count }, () => pages.open({}, false));

describe('search', () => {
  it('[SYN12] a document that no neighbour has is found, and carried on one way only', () => {
    const pages = new Pages(digest);
    const [far, near] = [pages.open(), pages.open({}, false)];
    const [a, b, c, d] = strangers(pages, 4) as [Page, Page, Page, Page];
    // Two ways of three from the one who asks to the one who has it, and somebody aside.
    pages.chain([near, a, b, far]);
    pages.chain([near, c, d, far]);
    const aside = pages.open({}, false);
    pages.join(aside, a);
    far.text.insert(0, 'x'.repeat(3000));
    pages.clock.advance(5000);
    near.follow();
    pages.clock.advance(6000);
    expect(near.text.length).toBe(3000);
    expect(aside.count(ENTRIES)).toBe(0);
    expect([a, b, c, d].filter(page => page.count(ENTRIES) > 0).length).toBe(2);
    // From then on it is kept equal, and what is not needed any more is let go.
    near.text.insert(0, 'y');
    pages.clock.advance(2000);
    expect(far.words).toBe(near.words);
    pages.clock.advance(CARRY_MS + 60_000);
    far.text.insert(0, 'z');
    pages.clock.advance(2000);
    expect(near.words).toBe(far.words);
  });

  it('[SYN12] where all neighbours have it, nobody is asked', () => {
    const pages = new Pages(digest);
    const all = pages.many(8);
    pages.overlay(all);
    pages.clock.advance(60_000);
    expect(all.reduce((sum, page) => sum + page.count(SEEK), 0)).toBe(0);
    const late = pages.open();
    all.slice(0, 3).forEach(page => pages.join(late, page));
    pages.clock.advance(60_000);
    expect(all.reduce((sum, page) => sum + page.count(SEEK), 0)).toBe(0);
  });

  it('[SYN12] what nobody has is asked for ever more seldom, and found when somebody comes who has it', () => {
    const pages = new Pages(digest);
    const [near, between] = [pages.open(), pages.open({}, false)];
    pages.join(near, between);
    pages.clock.advance(3_600_000);
    expect(between.count(SEEK)).toBeLessThan(25);
    const far = pages.open();
    far.text.insert(0, 'late');
    pages.join(far, between);
    pages.clock.advance(320_000);
    expect(near.words).toBe('late');
  });

  it('[SYN12] a question crosses each connection at most once in each direction', () => {
    const pages = new Pages(digest);
    const all = strangers(pages, 12);
    pages.overlay(all);
    all[0]!.follow();
    pages.clock.advance(5000);
    expect(all.reduce((sum, page) => sum + page.count(SEEK), 0)).toBeLessThanOrEqual(6 + 11 * 5);
  });
});
