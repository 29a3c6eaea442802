import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import type { IPiece } from './piece';
import { isContradictory } from './proof';
import type { ICut } from './taken';
import { links, spans, Writer } from './writer.testing';

/** A writer of `count` envelopes, and who has the same keys and says something else from `parted` on. */
function sides(seed: number, count: number, parted: number): { log: Log; a: Writer; b: Writer; of: string } {
  const a = new Writer(new Chance(seed));
  a.write(count);
  const b = a.twin(parted);
  b.write(count - parted);
  return { log: new Log(links), a, b, of: a.session };
}
const at = ({ chains }: Writer, count: number): ICut => ({ count, chain: chains[count]! });
const takeAll = (log: Log, pieces: readonly IPiece[]): string[] =>
  pieces.map(piece => {
    const taken = log.take(piece);
    return taken.kind === 'refused' ? taken.why : taken.kind;
  });
const here = (log: Log, session: string): string => spans(log.pieces(session));

describe('what waits', () => {
  it('[LOG3] a piece that waits counts once, however often somebody sends it', () => {
    const { log, a, of } = sides(1, 3, 0);
    const [, second] = a.envelopes;
    expect(takeAll(log, [second!, second!, second!])).toEqual(['waiting', 'waiting', 'waiting']);
    expect([log.waiting, log.waitingBytes(of)]).toEqual([1, second!.bytes.byteLength]);
    takeAll(log, a.envelopes);
    expect([log.count(of), log.waiting, log.waitingBytes(of)]).toEqual([3, 0, 0]);
  });

  it('[LOG10] when a frontier’s side is turned to, what waits before that stays', () => {
    const { log, a, b, of } = sides(2, 40, 5);
    takeAll(log, a.envelopes.slice(0, 4));
    log.cut(of, 'ada', at(b, 30));
    takeAll(log, [b.envelopes[15]!, a.envelopes[20]!]);
    expect(takeAll(log, [b.envelopes[20]!])).toEqual(['waiting']);
    expect(log.waiting).toBe(2);
  });

  it('[LOG10] of the side that does not count nothing waits on', () => {
    const { log, a, b, of } = sides(3, 20, 5);
    takeAll(log, [...a.envelopes.slice(0, 10), a.envelopes[8]!, a.envelopes[11]!]);
    log.cut(of, 'ada', at(b, 10));
    expect(log.waiting).toBe(0);
    const early = sides(3, 20, 5);
    takeAll(early.log, [...early.a.envelopes.slice(0, 10), early.a.segment(12, 14)]);
    early.log.cut(early.of, 'ada', at(early.b, 10));
    expect(early.log.waiting).toBe(0);
  });
});

/** Of an owner: nobody said it, so an earlier proof still counts. */
const implied = (count: number): ICut => ({ count, chain: null, isImplied: true });

describe('an owner who said two things', () => {
  it('[LOG6] is found to have done so before, by what comes, what waits, and what leads further together', () => {
    const direct = sides(5, 40, 5);
    takeAll(direct.log, direct.a.envelopes.slice(0, 20));
    direct.log.cut(direct.of, 'ada', implied(20));
    expect(takeAll(direct.log, [direct.b.envelopes[5]!])).toEqual(['fork']);
    const late = sides(6, 40, 5);
    late.log.cut(late.of, 'ada', implied(20));
    takeAll(late.log, [...late.a.envelopes.slice(0, 7), late.b.segment(8, 12)]);
    expect(takeAll(late.log, [late.a.envelopes[7]!])).toEqual(['fork']);
    const beside = sides(4, 130, 10);
    beside.log.cut(beside.of, 'ada', implied(129));
    takeAll(beside.log, [beside.a.segment(0, 100), beside.a.segment(50, 110), beside.b.segment(64, 128)]);
    expect(takeAll(beside.log, [beside.a.segment(0, 64)])).toEqual(['fork']);
  });
});

describe('segments cut at other places', () => {
  it('[LOG5] two that lead further together than what is here, and are of two sides, are a fork and no way', () => {
    const { log, a, b, of } = sides(4, 130, 10);
    takeAll(log, [a.segment(0, 100)]);
    expect(takeAll(log, [a.segment(64, 128)])).toEqual(['waiting']);
    const taken = log.take(b.segment(0, 64));
    expect(taken.kind).toBe('fork');
    expect(isContradictory(taken.kind === 'fork' ? taken.proof : [], links)).toBe(true);
    expect(here(log, of)).toBe('0-100');
  });

  it('[LOG5] nor are they a way when the other side waits beside what is here', () => {
    const { log, a, b, of } = sides(4, 130, 10);
    takeAll(log, [a.segment(0, 100), a.segment(50, 110), b.segment(0, 64)]);
    expect(takeAll(log, [a.segment(64, 128)])).toEqual(['waiting']);
    expect(here(log, of)).toBe('0-100');
    expect(takeAll(log, [b.segment(0, 64)])).toEqual(['fork']);
  });

  it('[LOG10] of two sides of which both wait, the one whose frontier it is leads on', () => {
    const { log, a, b, of } = sides(4, 130, 10);
    takeAll(log, [a.segment(0, 100)]);
    log.cut(of, 'ada', at(b, 128));
    const taken = takeAll(log, [a.segment(64, 128), b.segment(64, 128), b.segment(0, 64)]);
    expect(taken).toEqual(['waiting', 'waiting', 'new']);
    expect([here(log, of), log.chainAt(of, 128)]).toEqual(['0-64 64-128', b.chains[128]]);
  });

  it('[LOG5] a way beside what is here that ends in another chain is a fork', () => {
    const { log, a, b, of } = sides(5, 130, 10);
    takeAll(log, [a.segment(0, 50), a.segment(50, 100)]);
    expect(takeAll(log, [a.segment(64, 128)])).toEqual(['waiting']);
    const taken = takeAll(log, b.envelopes.slice(0, 51));
    expect(taken.slice(48, 50)).toEqual(['known', 'fork']);
    expect(isContradictory(log.proofOf(of)!, links)).toBe(true);
    expect(here(log, of)).toBe('0-50 50-100');
  });

  it('[LOG2] a segment takes the place of others when both its ends are ends here, with the same chain', () => {
    const { log, a, b, of } = sides(6, 16, 3);
    takeAll(log, [a.segment(0, 4), a.segment(4, 8), ...a.envelopes.slice(8, 12)]);
    const lies: IPiece[] = [
      a.segment(0, 6),
      a.segment(2, 8),
      b.segment(0, 8),
      { ...a.segment(4, 12), before: b.chains[4]! },
      { ...a.segment(4, 12), after: b.chains[12]! }
    ];
    lies.forEach(lie => expect([lie.from, lie.to, log.compact(lie)]).toEqual([lie.from, lie.to, []]));
    expect(here(log, of)).toBe('0-4 4-8 8 9 10 11');
    expect(spans(log.compact(a.segment(4, 12)))).toBe('4-8 8 9 10 11');
    expect([here(log, of), log.chainAt(of, 12)]).toEqual(['0-4 4-12', a.chains[12]]);
  });

  it('[LOG2] of two segments of one range the lower hash stays, and no other takes its place', () => {
    const { a, b, of } = sides(7, 16, 3);
    const order = (one: IPiece, other: IPiece): number => Buffer.compare(one.hash, other.hash);
    const [low, high] = [a.segment(0, 8), a.segment(0, 8)].sort(order);
    const log = new Log(links);
    takeAll(log, [high!]);
    const lower = (made: IPiece): IPiece => ({ ...made, hash: new Uint8Array(32) });
    const longer = { ...a.segment(0, 9), after: a.chains[8]! };
    const others = [a.segment(0, 6), a.segment(2, 8), b.segment(0, 8), longer].map(lower);
    others.forEach(other => expect([other.to, log.compact(other)]).toEqual([other.to, []]));
    expect(log.compact(low!)).toEqual([high]);
    expect(log.compact(high!)).toEqual([]);
    expect(log.pieces(of)).toEqual([low]);
    const [envelope] = a.envelopes;
    const single = new Log(links);
    takeAll(single, [envelope!]);
    expect(single.compact(lower(a.segment(0, 1)))).toEqual([]);
    const many = new Log(links);
    takeAll(many, [a.segment(0, 1)]);
    expect(many.compact(lower(envelope!))).toEqual([]);
  });

  it('[LOG7, LOG8] a segment is refused until something else counts, or the page is opened anew', () => {
    const { log, a, of } = sides(22, 20, 6);
    const [segment, other] = [a.segment(0, 6), a.segment(6, 9)];
    takeAll(log, [segment]);
    [segment, other].forEach(each => log.refuse(each));
    expect([takeAll(log, [segment, other]), log.refusedOf(of).length]).toEqual([['segment', 'segment'], 2]);
    expect([log.resume(), log.refusedOf(of), here(log, of)]).toEqual([true, [], '']);
    expect([takeAll(log, [segment, other]), log.resume()]).toEqual([['new', 'new'], false]);
    log.refuse(other);
    log.stop(of, 3);
    log.unban();
    expect([log.refusedOf(of), log.limitOf(of)]).toEqual([[], 3]);
  });

  it('[LOG8] of segments that were refused so many are remembered, the last ones', () => {
    const { log, of } = sides(8, 1, 0);
    Array.from({ length: 100 }, (_, each) => log.ban(of, 'ada', String(each)));
    expect(log.refusedOf(of).length).toBe(64);
    expect([log.refusedOf(of)[0], log.refusedOf(of)[63]]).toEqual(['36', '99']);
  });
});

describe('where a session ends', () => {
  it('[LOG7] who stopped it at its first fault sees a fork there still, whatever is said of later ones', () => {
    const { log, a, b, of } = sides(9, 20, 6);
    takeAll(log, a.envelopes.slice(0, 10));
    log.stop(of, 6);
    expect(log.stop(of, 8)).toEqual([]);
    expect([log.limitOf(of), spans(log.stopAt(of)!.said)]).toEqual([6, '6 7 8 9']);
    expect(takeAll(log, [b.envelopes[6]!])).toEqual(['fork']);
  });

  it('[LOG7] what comes after it is no fork where it was said here before, and one where it was not', () => {
    const { log, a, b, of } = sides(26, 20, 8);
    takeAll(log, a.envelopes.slice(0, 10));
    log.stop(of, 6);
    expect(takeAll(log, [...a.envelopes.slice(6, 12), b.envelopes[9]!])).toEqual([
      ...Array<string>(6).fill('stopped'),
      'fork'
    ]);
    expect(log.doubtedFrom(of)).toBe(9);
  });

  it('[LOG7] a piece that was never here ends it where it follows, and is held against what comes', () => {
    const { log, a, b, of } = sides(27, 20, 6);
    takeAll(log, a.envelopes.slice(0, 6));
    expect([log.end(a.envelopes[7]!).kind, log.limitOf(of)]).toEqual(['refused', Infinity]);
    expect([log.end(a.envelopes[6]!).kind, log.limitOf(of), log.count(of)]).toEqual(['refused', 6, 6]);
    expect([log.endedChainAt(of, 7), log.endedChainAt(of, 8)]).toEqual([a.chains[7], null]);
    // Nothing of it was here: when something else counts it comes again, if there is somebody who has it.
    expect([log.resume(), here(log, of), log.endedChainAt(of, 7)]).toEqual([true, '0 1 2 3 4 5', null]);
    log.end(a.envelopes[6]!);
    expect(takeAll(log, [a.envelopes[6]!, b.envelopes[6]!])).toEqual(['stopped', 'fork']);
  });

  it('[LOG5, LOG7] what may not be where something else is ends nothing: it proves that two things were said', () => {
    const { log, a, b, of } = sides(28, 20, 6);
    takeAll(log, a.envelopes.slice(0, 10));
    expect(log.end(b.envelopes[7]!)).toMatchObject({ kind: 'fork', proof: [a.envelopes[7], b.envelopes[7]] });
    expect([log.stopAt(of), log.count(of), log.doubtedFrom(of)]).toEqual([null, 10, 7]);
    const whole = new Log(links);
    takeAll(whole, [a.segment(0, 10)]);
    expect([whole.end(b.envelopes[7]!).kind, whole.stopAt(of), here(whole, of)]).toEqual([
      'refused',
      null,
      '0-10'
    ]);
  });

  it('[LOG7] ends before the change, where the piece is in the place of one of its parts', () => {
    const { log, a, of } = sides(29, 20, 6);
    const parts = [0, 1].map(part => ({ ...a.envelopes[2 + part]!, part, parts: 3 }));
    takeAll(log, [...a.envelopes.slice(0, 2), ...parts]);
    log.end(a.envelopes[4]!);
    expect([log.limitOf(of), spans(log.stopAt(of)!.gone), spans(log.stopAt(of)!.said)]).toEqual([
      2,
      '2 3',
      '2 3 4'
    ]);
    expect([3, 4, 5].map(place => log.endedChainAt(of, place))).toEqual(a.chains.slice(3, 6));
    const other = new Log(links);
    takeAll(other, [...a.envelopes.slice(0, 2), { ...parts[0]!, parts: 1 }]);
    other.end(a.envelopes[3]!);
    expect(other.limitOf(of)).toBe(3);
  });

  it('[LOG4, LOG7] another’s piece ends nothing, nor does one beyond how far the session counts', () => {
    const { log, a, b, of } = sides(30, 20, 6);
    takeAll(log, a.envelopes.slice(0, 4));
    const others = [b.envelopes[3]!, b.envelopes[4]!].map(piece => log.end({ ...piece, author: 'ben' }));
    expect(others).toEqual(others.map(() => ({ kind: 'refused', why: 'author' })));
    expect([log.forkOf(of), log.stopAt(of)]).toEqual([null, null]);
    log.cut(of, 'ada', at(a, 4));
    log.end(a.envelopes[4]!);
    expect(log.stopAt(of)).toBeNull();
  });

  it('[LOG8] a segment is never what stopped a session', () => {
    const { log, a, of } = sides(10, 20, 6);
    takeAll(log, [a.segment(0, 4), a.segment(4, 8), ...a.envelopes.slice(8, 12)]);
    expect(spans(log.stop(of, 4))).toBe('4-8 8 9 10 11');
    expect(log.stopAt(of)!.at).toBe(4);
    // Its chains are known all the same.
    expect([8, 12].map(place => log.endedChainAt(of, place))).toEqual([a.chains[8], a.chains[12]]);
    expect(takeAll(log, [a.envelopes[4]!])).toEqual(['stopped']);
  });

  it('[LOG7] when something else counts, what was stopped is back, as far as it follows and counts', () => {
    const { log, a, of } = sides(11, 20, 6);
    expect(log.resume()).toBe(false);
    takeAll(log, a.envelopes.slice(0, 10));
    log.stop(of, 6);
    expect(log.resume()).toBe(true);
    expect([log.count(of), log.chainAt(of, 10)]).toEqual([10, a.chains[10]]);
    expect(log.resume()).toBe(false);
    log.stop(of, 6);
    log.cut(of, 'ada', at(a, 6));
    log.resume();
    expect(here(log, of)).toBe('0 1 2 3 4 5');
  });

  it('[LOG7] what was stopped behind a segment that is a lie does not come back without it', () => {
    const { log, a, of } = sides(12, 20, 6);
    const segment = a.segment(0, 6);
    takeAll(log, [segment, ...a.envelopes.slice(6, 10)]);
    log.stop(of, 6);
    log.refuse(segment);
    log.resume();
    expect(here(log, of)).toBe('');
  });

  it('[LOG7, LOG12] what waits within what is back is no reason to ask from the beginning', () => {
    const { log, a, of } = sides(24, 20, 6);
    takeAll(log, [...a.envelopes.slice(0, 4), a.segment(4, 8)]);
    log.stop(of, 6);
    expect(takeAll(log, [a.envelopes[5]!, a.envelopes[6]!])).toEqual(['waiting', 'stopped']);
    log.resume();
    expect([here(log, of), log.waiting, log.askFrom(of)]).toEqual(['0 1 2 3 4-8', 1, 8]);
  });

  it('[LOG7, LOG10] what was stopped on the side that does not count does not come back', () => {
    const { log, a, b, of } = sides(13, 20, 5);
    takeAll(log, a.envelopes);
    log.stop(of, 16);
    log.cut(of, 'ada', at(b, 16));
    takeAll(log, b.envelopes.slice(0, 16));
    log.cut(of, 'ada', null);
    log.resume();
    expect([log.count(of), log.chainAt(of, 16)]).toEqual([16, b.chains[16]]);
  });
});

describe('frontiers, with somebody who says two things', () => {
  it('[LOG9] what a frontier took away comes back only behind what it stood behind', () => {
    const { log, a, of } = sides(14, 20, 5);
    const segment = a.segment(0, 10);
    expect(log.kept(of)).toEqual([]);
    takeAll(log, [segment, ...a.envelopes.slice(10, 15)]);
    log.cut(of, 'ada', at(a, 10));
    log.refuse(segment);
    expect(log.cut(of, 'ada', null).joined).toEqual([]);
    const other = sides(15, 20, 5);
    takeAll(other.log, other.a.envelopes);
    other.log.cut(of, 'ada', at(other.b, 16));
    takeAll(other.log, other.b.envelopes);
    other.log.cut(other.of, 'ada', at(other.b, 16));
    takeAll(other.log, other.b.envelopes);
    expect(other.log.cut(other.of, 'ada', null).joined).toEqual([]);
    expect(other.log.chainAt(other.of, 16)).toEqual(other.b.chains[16]);
  });

  it('[LOG6, LOG9] what a frontier took away stays away once the session is proven to have said two things', () => {
    const { log, a, b, of } = sides(16, 20, 5);
    takeAll(log, a.envelopes.slice(0, 15));
    log.cut(of, 'ada', at(a, 10));
    expect(log.prove(of, 'ada', [a.envelopes[7]!, b.envelopes[7]!])).toBe(true);
    expect(log.cut(of, 'ada', null).joined).toEqual([]);
    expect(log.count(of)).toBe(10);
  });

  it('[LOG5] a proof that one session said two things is none of another session of theirs', () => {
    const { log, a, b } = sides(17, 20, 5);
    const other = new Writer(new Chance(99), 'ada');
    expect(log.prove(other.session, 'ada', [a.envelopes[7]!, b.envelopes[7]!])).toBe(false);
    expect(log.forks).toEqual([]);
  });

  it('[LOG10] who was on the wrong side, and is sent that again, still turns to the frontier’s', () => {
    const { log, a, b, of } = sides(18, 20, 5);
    takeAll(log, a.envelopes.slice(0, 12));
    log.cut(of, 'ada', at(b, 12));
    takeAll(log, a.envelopes.slice(0, 9));
    takeAll(log, b.envelopes.slice(0, 12));
    expect([log.count(of), log.chainAt(of, 12)]).toEqual([12, b.chains[12]]);
  });

  it('[LOG10] what waits of the other side is dropped, and not what joined before it', () => {
    const { log, a, b, of } = sides(25, 40, 5);
    takeAll(log, a.envelopes.slice(0, 5));
    log.cut(of, 'ada', at(b, 30));
    expect(takeAll(log, [a.segment(7, 10), b.envelopes[5]!, b.envelopes[6]!])).toEqual([
      ...['waiting', 'new', 'new']
    ]);
    expect([log.count(of), log.waiting, log.askFrom(of)]).toEqual([7, 0, 0]);
  });

  it('[LOG10] who reached the frontier with another chain asks from the beginning until they reach it with its own', () => {
    const { log, a, b, of } = sides(26, 20, 5);
    log.cut(of, 'ada', at(b, 10));
    takeAll(log, a.envelopes.slice(0, 10));
    expect(log.count(of)).toBe(0);
    takeAll(log, a.envelopes.slice(0, 3));
    expect(log.askFrom(of)).toBe(0);
    takeAll(log, b.envelopes.slice(3, 10));
    expect([log.count(of), log.askFrom(of)]).toEqual([10, 10]);
  });

  it('[LOG8, LOG10] who is at the frontier by a segment that is a lie is not there any more', () => {
    for (const instead of [0, 8]) {
      const { log, a, b, of } = sides(27, 20, 5);
      log.cut(of, 'ada', at(b, 16));
      const [lie, other] = [b.segment(0, 8), b.segment(8, 16)];
      takeAll(log, [lie, other]);
      log.refuse(lie, b.envelopes.slice(0, instead));
      // With what it was made of the rest is back.
      expect([instead, log.count(of)]).toEqual([instead, instead && 16]);
      takeAll(log, a.envelopes.slice(0, 10));
      expect([instead, log.count(of)]).toEqual([instead, instead ? 16 : 10]);
      takeAll(log, b.envelopes.slice(0, 16));
      expect([log.count(of), log.chainAt(of, 16)]).toEqual([16, b.chains[16]]);
    }
  });

  it('[LOG10] a segment of the frontier’s side that does not follow on what is here is not put behind it', () => {
    const { log, a, b, of } = sides(19, 40, 5);
    takeAll(log, a.envelopes.slice(0, 12));
    log.cut(of, 'ada', at(b, 30));
    expect(takeAll(log, [b.segment(10, 20)])).toEqual(['astray']);
    expect([log.count(of), log.chainAt(of, 12), log.askFrom(of)]).toEqual([12, a.chains[12], 0]);
  });

  it('[LOG10] what begins within a segment of the other side does not take its place', () => {
    const { log, a, b, of } = sides(21, 40, 5);
    takeAll(log, [a.segment(0, 12)]);
    log.cut(of, 'ada', at(b, 30));
    expect(takeAll(log, [b.segment(7, 12)])).toEqual(['astray']);
    expect(log.count(of)).toBe(12);
  });

  it('[LOG9] what contradicts what stopped a session, beyond its frontier, neither counts nor waits', () => {
    const { log, a, b, of } = sides(20, 40, 5);
    takeAll(log, a.envelopes.slice(0, 14));
    log.stop(of, 12);
    log.cut(of, 'ada', at(b, 15));
    log.cut(of, 'ada', null);
    const other = sides(20, 40, 5);
    takeAll(other.log, other.a.envelopes.slice(0, 14));
    other.log.stop(of, 12);
    other.log.cut(of, 'ada', at(other.b, 10));
    expect(takeAll(other.log, [other.b.envelopes[12]!])).toEqual(['cut']);
    expect(other.log.waiting).toBe(0);
  });
});
