import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { applyFrontiers, frontierOf } from './frontier';
import { Log } from './log';
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

describe('how far sessions are', () => {
  it('[LOG9] of which nothing is here, they are not named in a statement', () => {
    const { log, a } = setting(0);
    log.take(a.envelopes[3]!);
    expect([log.sessions.length, frontierOf(log, 'ada')]).toEqual([1, []]);
  });

  it('[LOG10] a statement that names the other side at the same place moves what counts', () => {
    const { log, a, b, of } = setting(20);
    applyFrontiers(log, () => at(a, 10));
    expect(applyFrontiers(log, () => at(a, 10)).size).toBe(0);
    expect([...applyFrontiers(log, () => at(b, 10)).keys()]).toEqual([of]);
    expect(log.count(of)).toBe(0);
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
