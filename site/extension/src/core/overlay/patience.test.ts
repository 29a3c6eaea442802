import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { BORNE, Patience } from './patience';

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
    say(2, 16, 0, 0, 0);
    say(255);
    expect(b.refusals).toEqual(['other-version', 'other-version']);
    say(1);
    say();
    say(133, 200);
    expect(b.refusals.slice(2)).toEqual(['garbled', 'garbled', 'garbled']);
    pages.clock.advance(1000);
    expect(c.got.length).toBe(got);
    a.text.insert(0, 'still');
    pages.clock.advance(1000);
    expect(c.words).toBe('still');
  });
});
