import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { Log } from '../log/log';
import { links, Writer } from '../log/writer.testing';
import { Chance } from '../simulation/chance';
import { Reaches } from './reaches';
import { envelope, stage } from './replica.testing';

/** A log with so many of a writer's envelopes, and somebody with the same keys who says something else from 5 on. */
function setting(count: number): { log: Log; a: Writer; b: Writer; reaches: Reaches; removed: Set<string> } {
  const a = new Writer(new Chance(1));
  a.write(40);
  const b = a.twin(5);
  b.write(35);
  const log = new Log(links);
  a.envelopes.slice(0, count).forEach(piece => log.take(piece));
  const removed = new Set<string>();
  const cutOf = (session: string): { count: number; chain: null } | null =>
    removed.has(session) ? { count: 0, chain: null } : null;
  return { log, a, b, reaches: new Reaches(log, digest, links, cutOf), removed };
}
const reach = ({ session, chains }: Writer, count: number) => ({
  session,
  count,
  chain: chains[count]!.subarray(0, 16)
});

describe('how far a neighbour is, beside what is here', () => {
  it('[LOG11] who has more, or something else at the same place, is asked; who has the same or less is not', () => {
    const { a, b, reaches } = setting(10);
    expect([9, 10, 11].map(count => reaches.isBehind(reach(a, count)))).toEqual([false, false, true]);
    expect([5, 6, 10].map(count => reaches.isBehind(reach(b, count)))).toEqual([false, true, true]);
    expect([9, 10, 12].map(count => reaches.askFrom(reach(a, count)))).toEqual([0, 0, 10]);
    // Within a segment nobody knows the chain.
    const { log, a: other, reaches: whole } = setting(0);
    log.take(other.segment(0, 10));
    expect(whole.isBehind({ ...reach(other, 4), chain: new Uint8Array(16) })).toBe(false);
  });

  it('[LOG9] beyond a frontier nobody is asked, and before it those who are further', () => {
    const { log, a, b, reaches } = setting(10);
    log.cut(a.session, 'ada', { count: 8, chain: a.chains[8]! });
    reaches.changed();
    expect([8, 9, 20].map(count => reaches.isBehind(reach(a, count)))).toEqual([false, false, false]);
    expect([7, 8, 9].map(count => reaches.isBehind(reach(b, count)))).toEqual([true, true, false]);
    log.cut(a.session, 'ada', { count: 20, chain: a.chains[20]! });
    expect([10, 11, 30].map(count => reaches.isBehind(reach(a, count)))).toEqual([false, true, true]);
  });

  it('[LOG6] of a session that said two things nobody is asked for more, and who counts more is told why', () => {
    const { log, a, b, reaches } = setting(10);
    expect(reaches.isForked(reach(a, 30))).toBe(false);
    log.take(b.envelopes[7]!);
    expect(log.shown(a.session)).toBe(7);
    expect([reaches.isBehind(reach(a, 30)), reaches.isBehind(reach(b, 8))]).toEqual([false, false]);
    expect([7, 8].map(count => reaches.isForked(reach(a, count)))).toEqual([false, true]);
    log.cut(a.session, 'ada', { count: 7, chain: a.chains[7]! });
    expect(reaches.isForked(reach(a, 30))).toBe(false);
  });

  it('[LOG6] who has the proof of a fork first, asks for what stands before it, and for nothing after it', () => {
    const { log, a, b, reaches } = setting(3);
    expect(log.prove(a.session, 'ada', [a.envelopes[7]!, b.envelopes[7]!])).toBe(true);
    expect([3, 6, 30].map(count => reaches.isBehind(reach(a, count)))).toEqual([false, true, true]);
    a.envelopes.slice(3, 7).forEach(piece => log.take(piece));
    expect(log.count(a.session)).toBe(7);
    expect([3, 6, 30].map(count => reaches.isBehind(reach(a, count)))).toEqual([false, false, false]);
  });

  it('[LOG7, LOG11] who counts what ended a session here is asked, unless it is the very same: it may be a fork', () => {
    const { log, a, b, reaches } = setting(10);
    log.stop(a.session, 6);
    const counts = [5, 6, 7, 10, 11];
    expect(counts.map(count => reaches.isBehind(reach(a, count)))).toEqual([
      false,
      false,
      false,
      false,
      true
    ]);
    expect(counts.map(count => reaches.isBehind(reach(b, count)))).toEqual([false, true, true, true, true]);
    // Where they part is not known: it may be before what ended it.
    expect(reaches.askFrom(reach(b, 10))).toBe(0);
    // Also where a frontier counts on: what stands here before what ended it may be another side.
    log.cut(a.session, 'ada', { count: 8, chain: b.chains[8]! });
    log.stop(a.session, 6);
    expect([5, 7, 8].map(count => reaches.isBehind(reach(b, count)))).toEqual([false, true, true]);
    expect(reaches.askFrom(reach(b, 8))).toBe(0);
    // A frontier says how far it counts, whatever ended it.
    log.cut(a.session, 'ada', { count: 6, chain: a.chains[6]! });
    expect([7, 11].map(count => reaches.isBehind(reach(b, count)))).toEqual([false, false]);
    expect(reaches.askFrom(reach(b, 10))).toBe(6);
  });

  it('[SYN6] what is here and not there is said: of those that were named, and of all when all were', () => {
    const { log, a, reaches } = setting(10);
    const other = new Writer(new Chance(2), 'ben');
    other.write(3).forEach(piece => log.take(piece));
    const counts = (theirs: readonly ReturnType<typeof reach>[], isWhole: boolean): number[] =>
      reaches
        .ahead(theirs, isWhole)
        .map(({ count }) => count)
        .sort();
    expect(counts([reach(a, 9)], false)).toEqual([10]);
    expect(counts([reach(a, 10)], false)).toEqual([]);
    expect(counts([reach(a, 10)], true)).toEqual([3]);
    expect(counts([], true)).toEqual([10, 3]);
  });

  it('[SYN6] a summary says the digest alone, of what was asked, or of all, as it is wanted', () => {
    const { a, reaches } = setting(10);
    const { digest } = reaches;
    const some = [{ ...reaches.of(a.session), count: 4 }];
    expect(reaches.summary('d', null)).toEqual({ document: 'd', digest, reaches: null, isWhole: false });
    expect(reaches.summary('d', some)).toEqual({ document: 'd', digest, reaches: some, isWhole: false });
    expect(reaches.summary('d', 'all')).toEqual({
      ...{ document: 'd', digest, reaches: reaches.all },
      isWhole: true
    });
  });

  it('[SYN6] a session of which nothing counts is named where a statement says so, and only there', () => {
    const { log, a, reaches, removed } = setting(0);
    log.take(a.envelopes[3]!);
    expect([log.sessions.length, reaches.all]).toEqual([1, []]);
    const before = reaches.digest;
    removed.add(a.session);
    expect(reaches.digest).toBe(before);
    reaches.changed();
    expect(reaches.all.map(({ count }) => count)).toEqual([0]);
    expect(reaches.digest).not.toEqual(before);
  });
});

describe('what is known of a log, for neighbours', () => {
  it('[SYN6, LOG9] a session of which nothing counts is told of as soon as something of it came', () => {
    const nothing = { count: 0, chain: null };
    const { replica, take } = stage({ cutOf: () => nothing });
    const before = replica.reaches.digest;
    const piece = envelope(0, new Uint8Array([0, 0]));
    expect(take(piece)).toBe('refused');
    expect(replica.reaches.all.map(({ session, count }) => [session, count])).toEqual([[piece.session, 0]]);
    // As on a page that was told of the session before anything of it came.
    const told = stage({ cutOf: () => nothing });
    told.replica.meet(piece.session, piece.author);
    expect(replica.reaches.digest).toEqual(told.replica.reaches.digest);
    expect(replica.reaches.digest).not.toEqual(before);
  });
});
