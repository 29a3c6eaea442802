import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { applyFrontiers, frontierOf, reachesIn } from './frontier';
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

  it('[ROL11] of what is known, and not here, say that nothing of it is, and whether it said two things', () => {
    const chance = new Chance(6);
    const [early, late, whole, other] = ['eve', 'eve', 'eve', 'ada'].map(author => {
      const writer = new Writer(chance, author);
      writer.write(30);
      return writer;
    }) as [Writer, Writer, Writer, Writer];
    const twins = [early.twin(0), late.twin(24)];
    twins.forEach(twin => twin.write(6));
    const log = new Log(links);
    log.prove(early.session, 'eve', [early.envelopes[0]!, twins[0]!.envelopes[0]!]);
    log.prove(late.session, 'eve', [late.envelopes[24]!, twins[1]!.envelopes[24]!]);
    log.take(whole.envelopes[3]!);
    log.take(other.envelopes[3]!);
    const at = ({ chains, session }: Writer, count: number) => ({ session, count, chain: chains[count] });
    const found = new Map(reachesIn(log, 'eve').map(entry => [entry.session, entry]));
    expect(found.get(early.session)).toEqual({ ...at(early, 0), fork: 'first' });
    expect(found.get(late.session)).toEqual({ ...at(late, 0), fork: 'later' });
    expect(found.get(whole.session)).toEqual({ ...at(whole, 0), fork: 'none' });
    expect(found.size).toBe(3);
    expect(frontierOf(log, 'eve')).toEqual([]);
  });
});
