import { createHash } from 'node:crypto';
import { describe, expect, it, vi } from 'vitest';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { spans } from '../log/writer.testing';
import { Compactor } from './compactor';

/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const ENTRIES = 166;

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;
const formsOf = (page: Page): string => {
  const log = logOf(page);
  return [...log.sessions].sort().map(session => `${session} ${spans(log.pieces(session))}`).join('\n');
};

/** Each types so many keys, ten a second, all at once. */
function type(pages: Pages, authors: readonly Page[], keys: number): void {
  for (let key = 0; key < keys; key += 1) {
    authors.forEach(author => author.text.insert(author.text.length, String(key % 10)));
    pages.clock.advance(100);
  }
}

function lesson(authors: number, keys: number): { pages: Pages; all: Page[] } {
  const pages = new Pages(digest);
  const all = pages.many(authors);
  pages.overlay(all);
  pages.clock.advance(1000);
  type(pages, all, keys);
  pages.clock.advance(30_000);
  return { pages, all };
}

function join(pages: Pages, all: readonly Page[]): { late: Page; bytes: number; messages: number } {
  const late = pages.open();
  all.slice(0, 6).forEach(other => pages.join(late, other));
  pages.clock.advance(8000);
  return { late, bytes: late.bytes(ENTRIES), messages: late.got.length };
}

describe('segments between pages', () => {
  it('[SYN18] an author’s envelopes become segments on all pages, and a late joiner gets a few of them', () => {
    const { pages, all } = lesson(3, 200);
    const [a] = all;
    expect(logOf(a!).pieces(a!.session).length).toBeLessThan(90);
    expect(logOf(a!).pieces(a!.session)[0]!.form).toBe('segment');
    all.forEach(page => expect(formsOf(page)).toBe(formsOf(a!)));
    const { late } = join(pages, all);
    expect(late.words).toBe(a!.words);
    expect(formsOf(late)).toBe(formsOf(a!));
    const digests = [...all, late].map(page => page.engine.replica(DOCUMENT)!.reaches.digest.join());
    expect(new Set(digests).size).toBe(1);
  });

  /** Each types alone, and brings it to one page, where somebody comes late. */
  function late(authors: number, keys: number): { late: Page; bytes: number; messages: number } {
    const pages = new Pages(digest);
    const hub = pages.open();
    for (const author of pages.many(authors)) {
      type(pages, [author], keys);
      pages.join(author, hub);
      pages.clock.advance(5000);
      pages.part(author, hub);
    }
    return join(pages, [hub]);
  }

  it('[SYN18] what a late joiner needs does not grow with every envelope, as it does without segments', () => {
    const many = late(3, 400);
    expect(many.late.words.length).toBe(1200);
    const log = logOf(many.late);
    log.sessions.forEach(session => expect(log.pieces(session).length).toBeLessThan(90));
    vi.spyOn(Compactor.prototype, 'look').mockReturnValue();
    const plain = late(3, 400);
    vi.restoreAllMocks();
    expect(plain.late.words.length).toBe(1200);
    // Of 10 authors of 2,000 keys each it is 230 KB in 15 messages instead of 5.1 MB in 35.
    expect(many.bytes).toBeLessThan(3 * 25_000);
    expect(plain.bytes).toBeGreaterThan(3 * 90_000);
  });
});
