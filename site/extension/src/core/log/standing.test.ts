import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { applyFrontiers, frontierOf } from './frontier';
import { Log } from './log';
import { compareStandings } from './summary';
import type { ICut } from './taken';
import { WAITING_BYTES } from './waiting';
import { links, Writer } from './writer.testing';

/** A log with so many of a writer's envelopes, and who has the same keys and says something else from 5 on. */
function setting(count: number): { log: Log; a: Writer; b: Writer; of: string } {
  const a = new Writer(new Chance(1));
  a.write(40);
  const b = a.twin(5);
  b.write(35);
  const log = new Log(links);
  a.envelopes.slice(0, count).forEach(piece => log.take(piece));
  return { log, a, b, of: a.session };
}
const at = ({ chains }: Writer, count: number): ICut => ({ count, chain: chains[count]! });
const short = ({ chains }: Writer, count: number): Uint8Array => chains[count]!.subarray(0, 16);

describe('how far sessions are', () => {
  it('[LOG9] of which nothing is here, they are not named in a statement, nor brought to anybody', () => {
    const { log, a } = setting(0);
    log.take(a.envelopes[3]!);
    expect([log.sessions.length, frontierOf(log, 'ada')]).toEqual([1, []]);
    expect(compareStandings(log, [])).toEqual({ missing: [], theirs: [], apart: [] });
  });

  it('[LOG10] a statement that names the other side at the same place moves what counts', () => {
    const { log, a, b, of } = setting(20);
    applyFrontiers(log, () => at(a, 10));
    expect(applyFrontiers(log, () => at(a, 10)).size).toBe(0);
    expect([...applyFrontiers(log, () => at(b, 10)).keys()]).toEqual([of]);
    expect(log.count(of)).toBe(0);
  });

  it('[LOG10] who has more on the way to a frontier is asked; in doubt, only who is where it is, or beyond', () => {
    const { log, a, b, of } = setting(3);
    log.cut(of, 'ada', at(b, 10));
    const wants = (writer: Writer, count: number): boolean => log.wants(of, count, short(writer, count));
    expect([wants(a, 7), wants(b, 10), wants(a, 10), wants(a, 12)]).toEqual([true, true, false, true]);
    a.envelopes.slice(3, 8).forEach(piece => log.take(piece));
    log.take(b.segment(7, 9));
    expect(log.askFrom(of)).toBe(0);
    expect([wants(a, 9), wants(b, 10), wants(a, 10), wants(a, 12)]).toEqual([false, true, false, true]);
  });

  it('[LOG10] another chain is asked for while it may count, and not once a frontier has settled which does', () => {
    const { log, a, b, of } = setting(20);
    const theirs = [{ session: of, count: 10, chain: short(b, 10) }];
    expect(compareStandings(log, theirs).apart).toEqual([{ session: of, from: 0 }]);
    log.cut(of, 'ada', at(a, 20));
    expect(compareStandings(log, theirs).apart).toEqual([]);
    log.cut(of, 'ada', { count: 0, chain: null });
    expect(log.isOpen(of)).toBe(false);
  });

  it('[LOG3] what waits of one author is bounded in bytes, by what is furthest', () => {
    const { log, a, of } = setting(0);
    const size = Math.floor(WAITING_BYTES / 3) + 1;
    [3, 9, 5].forEach(place => log.take({ ...a.envelopes[place]!, bytes: new Uint8Array(size) }));
    expect([log.waiting, log.waitingBytes(of)]).toEqual([2, 2 * size]);
    log.take(a.envelopes[9]!);
    expect(log.waiting).toBe(3);
  });
});
