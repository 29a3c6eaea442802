import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { type Page, Pages } from '../simulation/pages';
import type { IStar } from './star';

/** A topic of the relay: who hears it, and what went over it. */
class Topic {
  constructor(
    private readonly pages: Pages,
    private readonly members: readonly Page[]
  ) {
    members.forEach(page => (page.engine.star = this.of(page)));
  }

  published = 0;
  /** Taken, and heard by nobody. */
  isDeaf = false;
  isAway = false;

  private of(page: Page): IStar {
    return {
      hears: peer => this.members.some(({ session }) => session === peer),
      publish: bytes => {
        if (this.isAway) {
          return false;
        }
        this.published += 1;
        const copy = bytes.slice();
        for (const other of this.isDeaf ? [] : this.members.filter(each => each !== page)) {
          this.pages.clock.after(20, () => other.engine.hearStar(page.session, copy));
        }
        return true;
      }
    };
  }
}

function twelve(): { pages: Pages; all: Page[] } {
  const pages = new Pages(digest);
  const all = pages.many(12);
  pages.overlay(all);
  pages.clock.advance(3000);
  return { pages, all };
}

/** One changes the text; how many envelopes went over connections for it, whole, short or announced. */
function change(pages: Pages, page: Page, ms = 1000): number {
  const before = pages.network.envelopes;
  page.text.insert(0, 'k');
  pages.clock.advance(ms);
  return pages.network.envelopes - before;
}

const agree = (all: readonly Page[]): void =>
  expect(new Set(all.map(({ words }) => words))).toEqual(new Set([all[0]!.words]));

describe('the star', () => {
  it('[CON18] carries a change once to everybody who hears it, and no connection carries it again', () => {
    const { pages, all } = twelve();
    const withoutStar = change(pages, all[3]!);
    const topic = new Topic(pages, all);
    const withStar = change(pages, all[3]!);
    expect(withoutStar).toBeGreaterThan(11 * 4);
    expect([withStar, topic.published]).toEqual([0, 1]);
    expect(all[0]!.words).toBe('kk');
    agree(all);
  });

  it('[CON18] those who do not hear it have it from their neighbours, and it from them', () => {
    const { pages, all } = twelve();
    // Half hears it, in one piece of the ring: some have neighbours on both sides.
    const topic = new Topic(pages, all.slice(0, 6));
    [2, 8].forEach(index => change(pages, all[index]!));
    expect(topic.published).toBeGreaterThan(1);
    expect(all[0]!.words).toBe('kk');
    agree(all);
  });

  it('[CON18] one neighbour who hears it is sent it over the connection, which confirms', () => {
    const { pages, all } = twelve();
    const topic = new Topic(pages, [all[0]!, all[1]!]);
    change(pages, all[0]!);
    expect(topic.published).toBe(0);
    agree(all);
  });

  it('[CON18] where nothing can be published the connections carry', () => {
    const { pages, all } = twelve();
    const topic = new Topic(pages, all);
    topic.isAway = true;
    expect(change(pages, all[0]!)).toBeGreaterThan(11);
    agree(all);
  });

  it('[CON18] what was published in vain is found by comparing', () => {
    const { pages, all } = twelve();
    const topic = new Topic(pages, all);
    topic.isDeaf = true;
    change(pages, all[0]!, 0);
    topic.isDeaf = false;
    expect(all[6]!.words).toBe('');
    all[0]!.engine.compare();
    pages.clock.advance(3000);
    expect(all[6]!.words).toBe('k');
    agree(all);
  });

  it('[CON18] a change that leans on one that was missed asks a neighbour, though the writer is none', () => {
    const pages = new Pages(digest);
    const [writer, beside, far, other] = pages.many(4) as [Page, Page, Page, Page];
    pages.chain([writer, beside, far]);
    pages.join(writer, other);
    pages.clock.advance(1000);
    const published: Uint8Array[] = [];
    const star: IStar = { hears: () => true, publish: bytes => published.push(bytes) > 0 };
    [writer, beside, far, other].forEach(page => (page.engine.star = star));
    change(pages, writer);
    change(pages, writer, 0);
    published.forEach(bytes => beside.engine.hearStar(writer.session, bytes));
    expect([published.length, beside.words, far.words]).toEqual([2, 'kk', '']);
    far.engine.hearStar(writer.session, published[1]!);
    pages.clock.advance(1000);
    expect(far.words).toBe('kk');
  });

  it('[CON18] garbage that is published is refused', () => {
    const { all } = twelve();
    all[1]!.engine.hearStar(all[0]!.session, new Uint8Array([2, 2, 3]));
    expect(all[1]!.refusals).toEqual(['garbled']);
  });
});
