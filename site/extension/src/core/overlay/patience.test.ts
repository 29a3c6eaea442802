import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { VERSION } from '../envelope/envelope';
import { type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { unhex } from '../simulation/vectors';
import { BORNE, Patience } from './patience';

/** By version: with which bytes what its pages understood began, and what they said, as it was captured. */
interface IVersion {
  readonly first_bytes: readonly number[];
  readonly said: readonly { readonly title: string; readonly bytes: string }[];
}
const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../../tests/protocol/${name}`, import.meta.url), 'utf8'));
const VERSIONS = read('versions.json') as Record<string, IVersion>;
const NOW = read('messages.json') as readonly { readonly bytes: string; readonly reads?: unknown }[];

describe('patience', () => {
  it('[SYN13] bears some nonsense in a minute, of each neighbour on its own', () => {
    const clock = new VirtualClock();
    const patience = new Patience(clock);
    const times = (count: number, peer: string): boolean[] =>
      Array.from({ length: count }, () => patience.isLost(peer));
    expect(times(BORNE, 'ada')).not.toContain(true);
    expect(times(BORNE, 'ben')).not.toContain(true);
    clock.advance(60_000);
    expect(times(BORNE, 'ada')).not.toContain(true);
    expect(patience.isLost('ada')).toBe(true);
    patience.left('ada');
    expect(patience.isLost('ada')).toBe(false);
  });

  it('[SYN13] what another version says is told apart from nonsense; neither is passed on, and nothing is thrown', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    pages.clock.advance(1000);
    const got = c.got.length;
    const say = (...bytes: number[]): void => b.hear(a.session, 'control', Uint8Array.from(bytes));
    say(VERSION + 1, 16, 0, 0, 0);
    say(255);
    expect(b.refusals).toEqual(['other-version', 'other-version']);
    say(VERSION);
    say();
    say(165, 200);
    expect(b.refusals.slice(2)).toEqual(['garbled', 'garbled', 'garbled']);
    pages.clock.advance(1000);
    expect(c.got.length).toBe(got);
    a.text.insert(0, 'still');
    pages.clock.advance(1000);
    expect(c.words).toBe('still');
  });

  it.each(Object.entries(VERSIONS))(
    '[ENV5] what pages of version %s say is refused as another version, however long it goes on, and nothing is passed on',
    (_, { said }) => {
      const pages = new Pages(digest);
      const [a, b, c] = pages.many(3) as [Page, Page, Page];
      pages.chain([a, b, c]);
      pages.clock.advance(1000);
      const got = c.got.length;
      for (const channel of ['control', 'bulk'] as const) {
        [...said, ...said].forEach(({ bytes }) => b.hear(a.session, channel, unhex(bytes)));
      }
      pages.clock.advance(1000);
      expect(b.refusals).toEqual(Array.from({ length: 4 * said.length }, () => 'other-version'));
      expect(c.got.length).toBe(got);
      expect(b.engine.neighbours.get(a.session)).toBeDefined();
      b.engine.hearStar(a.session, unhex(said[0]!.bytes));
      expect(b.refusals.at(-1)).toBe('other-version');
    }
  );

  it('[ENV5] what this page says begins with nothing that pages of another version understand', () => {
    const first = NOW.filter(({ reads }) => reads).map(({ bytes }) => unhex(bytes)[0]);
    expect(new Set(first).size).toBe(19);
    for (const { first_bytes: understood } of Object.values(VERSIONS)) {
      expect(understood.filter(byte => first.includes(byte))).toEqual([]);
    }
  });
});
