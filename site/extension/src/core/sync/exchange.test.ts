import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';

const ASK = 165;
const ENTRIES = 166;
const SUMMARY = 164;

const textOf = (page: Page): string => page.words;

describe('exchange', () => {
  it('[SYN6] a connection brings both up to date, whichever wrote meanwhile', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    a.text.insert(0, 'from a');
    b.text.insert(0, 'from b');
    pages.join(a, b);
    pages.clock.advance(1000);
    expect(textOf(a)).toContain('from a');
    expect(textOf(a)).toContain('from b');
    expect(textOf(b)).toBe(textOf(a));
  });

  it.each([0, 1])('[SYN6] a deletion made while apart arrives though the vectors are equal (%i)', which => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.text.insert(0, 'keep drop');
    pages.clock.advance(1000);
    pages.part(a, b);
    [a, b][which]!.text.delete(4, 5);
    pages.clock.advance(1000);
    pages.join(a, b);
    pages.clock.advance(1000);
    expect([textOf(a), textOf(b)]).toEqual(['keep', 'keep']);
  });

  it('[SYN6] deletions on both sides, and nothing else, come together', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.text.insert(0, '123456');
    pages.clock.advance(1000);
    pages.part(a, b);
    a.text.delete(0, 1);
    b.text.delete(5, 1);
    pages.join(a, b);
    pages.clock.advance(1000);
    expect([textOf(a), textOf(b)]).toEqual(['2345', '2345']);
  });

  it('[SYN6] a deletion whose envelope was lost is found by the beat', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.text.insert(0, 'keep drop');
    pages.clock.advance(1000);
    pages.network.weather = { delay: [5, 5], lost: 100, doubled: 0, reordered: 0 };
    a.text.delete(4, 5);
    pages.clock.advance(200);
    pages.network.weather = { delay: [5, 5], lost: 0, doubled: 0, reordered: 0 };
    pages.clock.advance(20_000);
    expect(textOf(b)).toBe('keep');
  });

  it('[SYN6] of two who lost what the other wrote one looks, and both have everything', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    pages.clock.advance(1000);
    const fair = pages.network.weather;
    pages.network.weather = { ...fair, lost: 100 };
    a.text.insert(0, 'a ');
    b.text.insert(0, 'b ');
    pages.clock.advance(200);
    pages.network.weather = fair;
    pages.clock.advance(16_000);
    expect(a.words.length).toBe(4);
    expect(b.words).toBe(a.words);
  });

  it('[SYN6] logs that are equal have one digest, in whatever order pieces came, and the documents are equal', () => {
    const pages = new Pages(digest, { delay: [5, 400], lost: 0, doubled: 0, reordered: 30 });
    const all = pages.many(4);
    pages.overlay(all);
    for (let turn = 0; turn < 60; turn += 1) {
      pages.chance.pick(all).text.insert(0, 'k');
      pages.clock.advance(60);
    }
    pages.clock.advance(20_000);
    const digests = all.map(page => [...page.engine.replica(DOCUMENT)!.reaches.digest].join());
    expect(new Set(digests).size).toBe(1);
    expect(new Set(all.map(page => page.words)).size).toBe(1);
    all[0]!.text.delete(0, 1);
    expect([...all[0]!.engine.replica(DOCUMENT)!.reaches.digest].join()).not.toBe(digests[0]);
  });

  it('[SYN6] a late joiner with six neighbours is sent everything once', () => {
    const pages = new Pages(digest);
    const others = pages.many(7);
    pages.overlay(others);
    others[0]!.text.insert(0, 'x'.repeat(1_000_000));
    pages.clock.advance(5000);
    const late = pages.open();
    others.slice(0, 6).forEach(other => pages.join(late, other));
    pages.clock.advance(5000);
    expect(textOf(late).length).toBe(1_000_000);
    expect(late.bytes(ENTRIES)).toBeLessThan(1_050_000);
    expect(late.count(ENTRIES)).toBeGreaterThanOrEqual(4);
  });

  it('[SYN6] a neighbour who does not answer is given up for another', () => {
    const pages = new Pages(digest);
    const [a, b, late] = pages.many(3) as [Page, Page, Page];
    pages.join(a, b);
    a.text.insert(0, 'words');
    pages.clock.advance(1000);
    // Says how far it is, and nothing else.
    const mute = pages.network.line(a.session, late);
    const deaf = { ...pages.network.line(late.session, a), send: () => undefined };
    a.engine.connect(mute);
    late.engine.connect(deaf);
    pages.clock.advance(100);
    pages.join(b, late);
    pages.clock.advance(9000);
    expect(textOf(late)).toBe('words');
  });

  it('[SYN6] what one brings over a bridge reaches those behind it', () => {
    const pages = new Pages(digest);
    const [left, right] = [pages.many(3), pages.many(3)];
    pages.chain(left);
    pages.chain(right);
    left[0]!.text.insert(0, 'left ');
    right[2]!.text.insert(0, 'right ');
    pages.clock.advance(1000);
    pages.join(left[2]!, right[0]!);
    pages.clock.advance(5000);
    [...left, ...right].forEach(page => expect(textOf(page)).toBe(textOf(left[0]!)));
    expect(textOf(left[0]!).length).toBe(11);
  });

  it('[SYN6] while somebody types without a pause, nobody asks for what is on its way', () => {
    const pages = new Pages(digest);
    const all = pages.many(8);
    pages.overlay(all);
    pages.clock.advance(5000);
    const before = all.map(page => [page.count(ASK), page.count(SUMMARY)]);
    for (let key = 0; key < 600; key += 1) {
      all[key % 3]!.text.insert(0, 'k');
      pages.clock.advance(100);
    }
    const asks = all.reduce((sum, page, index) => sum + page.count(ASK) - before[index]![0]!, 0);
    const summaries = all.reduce((sum, page, index) => sum + page.count(SUMMARY) - before[index]![1]!, 0);
    expect(asks).toBeLessThanOrEqual(4);
    // A minute of beats of eight, each answered at most once.
    expect(summaries).toBeLessThanOrEqual(2 * 8 * 12);
  });
});
