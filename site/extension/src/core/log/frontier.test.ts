import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { applyFrontiers, frontierOf } from './frontier';
import { Log } from './log';
import { links, standingsOf, Writer } from './writer.testing';

describe('frontiers from statements', () => {
  it('[LOG9] say how far somebody is here, and cut every log the same', () => {
    const chance = new Chance(5);
    const [first, second] = [new Writer(chance, 'eve'), new Writer(chance, 'eve')];
    const other = new Writer(chance, 'ada');
    [first, second, other].forEach(writer => writer.write(10));
    const [ours, theirs] = [new Log(links), new Log(links)];
    [...first.envelopes.slice(0, 6), ...other.envelopes].forEach(piece => ours.take(piece));
    [...first.envelopes, ...second.envelopes, ...other.envelopes].forEach(piece => theirs.take(piece));
    const frontier = frontierOf(ours, 'eve');
    expect(frontier).toEqual([{ session: first.session, count: 6, chain: first.chains[6] }]);
    const cutOf = (session: string, author: string) =>
      author === 'eve'
        ? (frontier.find(entry => entry.session === session) ?? { session, count: 0, chain: null })
        : null;
    const moved = applyFrontiers(theirs, cutOf);
    expect([...moved.values()].map(({ gone }) => gone.length).sort()).toEqual([10, 4]);
    expect(applyFrontiers(ours, cutOf).get(first.session)).toEqual({ gone: [], joined: [] });
    expect(standingsOf(theirs)).toEqual(standingsOf(ours));
    expect(applyFrontiers(theirs, cutOf).size).toBe(0);
    const back = applyFrontiers(theirs, () => null);
    expect([...back.values()].map(({ joined }) => joined.length).sort()).toEqual([10, 4]);
    expect(theirs.count(second.session)).toBe(10);
  });
});
