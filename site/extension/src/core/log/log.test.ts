import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import type { Taken } from './taken';
import type { IPiece } from './piece';
import { isContradictory } from './proof';
import { links, spans, Writer } from './writer.testing';

const setting = (seed = 1, count = 0): { log: Log; writer: Writer; chance: Chance } => {
  const chance = new Chance(seed);
  const writer = new Writer(chance);
  writer.write(count);
  return { log: new Log(links), writer, chance };
};
const takeAll = (log: Log, pieces: readonly IPiece[]): Taken[] => pieces.map(piece => log.take(piece));
const brief = (taken: Taken): string =>
  taken.kind === 'new'
    ? `new ${spans(taken.joined)}${taken.instead.length > 0 ? ` instead of ${spans(taken.instead)}` : ''}${taken.replay ? ' replay' : ''}`
    : taken.kind === 'known'
      ? `known${taken.compacts ? ' compacts' : ''}`
      : taken.kind === 'refused'
        ? `refused ${taken.why}`
        : taken.kind === 'fork'
          ? `fork ${spans(taken.proof)}`
          : taken.kind;

describe('log', () => {
  it('[LOG1] what follows joins in order, what comes too early waits for what is before it, twice is once', () => {
    const { log, writer } = setting();
    const [a, b, c, d] = writer.write(4);
    expect([a, c, d, c, b, a, b].map(piece => brief(log.take(piece!)))).toEqual([
      'new 0',
      'waiting',
      'waiting',
      'waiting',
      'new 1 2 3',
      'known',
      'known'
    ]);
    expect(log.count(writer.session)).toBe(4);
    expect(log.waiting).toBe(0);
    expect([0, 1, 4].map(place => log.chainAt(writer.session, place))).toEqual(
      [0, 1, 4].map(place => writer.chains[place])
    );
    expect(log.chainAt(writer.session, 5)).toBeNull();
  });

  it('[LOG2] a segment is taken where it follows, in the place of what it covers, and when it waited', () => {
    const { log, writer } = setting(2, 40);
    const all = writer.envelopes;
    takeAll(log, all.slice(0, 10));
    expect(brief(log.take(writer.segment(0, 8)))).toBe('known compacts');
    expect(spans(log.compact(writer.segment(0, 8)))).toBe('0 1 2 3 4 5 6 7');
    expect(spans(log.pieces(writer.session))).toBe('0-8 8 9');
    expect(log.chainAt(writer.session, 4)).toBeNull();
    expect(brief(log.take(all[3]!))).toBe('known');
    expect(brief(log.take(writer.segment(9, 20)))).toBe('new 9-20 instead of 9');
    expect(brief(log.take(writer.segment(24, 40)))).toBe('waiting');
    expect(brief(log.take(writer.segment(20, 24)))).toBe('new 20-24 24-40');
    expect(log.chainAt(writer.session, 40)).toEqual(writer.chains[40]);
    expect(brief(log.take(writer.segment(8, 9)))).toBe('known');
    expect(log.compact(writer.segment(3, 9))).toEqual([]);
  });

  it('[LOG2] segments cut at other places lead further than what is here', () => {
    const { log, writer } = setting(3, 130);
    log.take(writer.segment(0, 100));
    expect(brief(log.take(writer.segment(64, 128)))).toBe('waiting');
    expect(log.askFrom(writer.session)).toBe(0);
    expect(brief(log.take(writer.segment(0, 64)))).toBe('new 0-64 64-128 instead of 0-100');
    expect([log.count(writer.session), log.askFrom(writer.session)]).toEqual([128, 128]);
    expect(log.chainAt(writer.session, 128)).toEqual(writer.chains[128]);
  });

  it('[LOG3] what waits is bounded for each author, and what is furthest makes room', () => {
    const { log, writer, chance } = setting(4, 600);
    const other = new Writer(chance, 'ben');
    const [, second] = other.write(2);
    log.take(second!);
    takeAll(log, chance.shuffle(writer.envelopes.slice(1)));
    expect(log.waiting).toBe(256 + 1);
    expect(brief(log.take(writer.envelopes[0]!))).toBe(`new ${spans(writer.envelopes.slice(0, 257))}`);
    const large = new Writer(chance, 'eve');
    const pieces = large.write(30, 60_000);
    takeAll(log, pieces.slice(1));
    expect(log.waiting).toBe(16 + 1);
    expect(brief(log.take(pieces[0]!))).toBe(`new ${spans(pieces.slice(0, 17))}`);
    expect(brief(log.take(other.envelopes[0]!))).toBe('new 0 1');
  });

  it('[LOG4] the session of another participant is refused', () => {
    const { log, writer, chance } = setting(5, 1);
    takeAll(log, writer.envelopes);
    const thief = new Writer(chance, 'eve', writer.session);
    expect(thief.write(2).map(piece => brief(log.take(piece)))).toEqual(['refused author', 'refused author']);
    expect(log.authorOf(writer.session)).toBe('ada');
  });
});

describe('fork', () => {
  const rows: [string, (writer: Writer, twin: Writer) => [IPiece[], IPiece], string][] = [
    ['two envelopes with one sequence', (a, b) => [a.envelopes, b.envelopes[20]!], '20 20'],
    ['two that wait', (a, b) => [a.envelopes.slice(25), b.envelopes[30]!], '30 30'],
    [
      'a chain that is carried',
      (a, b) => [a.envelopes.slice(0, 32), b.envelopes[32]!],
      `${spans(Array.from({ length: 17 }, (_, index) => ({ from: index + 16, to: index + 17 }) as IPiece))}`
    ],
    [
      'a chain that is carried, parted early',
      (a, b) => [a.envelopes.slice(0, 16), b.envelopes[16]!],
      '0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16'
    ],
    [
      'a segment that ends elsewhere, parted early',
      (a, b) => [a.envelopes.slice(0, 17), b.segment(0, 17)],
      '16 0-17'
    ],
    ['a segment that begins elsewhere', (a, b) => [[a.segment(0, 24)], b.segment(24, 40)], '0-24 24-40'],
    ['an envelope after a segment', (a, b) => [[a.segment(0, 32)], b.envelopes[32]!], '0-32 32'],
    [
      'a chain carried by one that waited',
      (a, b) => [[b.envelopes[32]!, ...a.envelopes.slice(0, 31)], a.envelopes[31]!],
      '16'
    ]
  ];

  it.each(rows)('[LOG5] shows, and its proof holds alone: %s', (title, make, found) => {
    const { writer } = setting(6, 18);
    const twin = writer.twin(18);
    [writer, twin].forEach(each => each.write(30));
    // The two agree up to 18, or up to 3.
    const [here, piece] = make(writer, title.includes('parted early') ? forkedEarly(writer) : twin);
    const log = new Log(links);
    takeAll(log, here);
    const taken = log.take(piece);
    expect(taken.kind).toBe('fork');
    const proof = taken.kind === 'fork' ? taken.proof : [];
    expect(spans(proof).startsWith(found)).toBe(true);
    expect(isContradictory(proof, links)).toBe(true);
    proof.forEach(each =>
      expect(
        isContradictory(
          proof.filter(other => other !== each),
          links
        )
      ).toBe(false)
    );
    expect(log.proofOf(writer.session)).toBe(proof);
  });

  const forkedEarly = (writer: Writer): Writer => {
    const twin = writer.twin(3);
    twin.write(30);
    return twin;
  };

  it('[LOG6] nothing more of a session that said two things is taken, and what was before the fork still is', () => {
    const { log, writer } = setting(7, 20);
    const twin = writer.twin(10);
    twin.write(10);
    const taken = takeAll(log, [...writer.envelopes.slice(0, 15), twin.envelopes[12]!]);
    expect(brief(taken[15]!)).toBe('fork 12 12');
    expect(brief(log.take(writer.envelopes[15]!))).toBe('refused forked');
    expect(brief(log.take(twin.envelopes[14]!))).toBe('refused forked');
    expect(log.count(writer.session)).toBe(15);
    const late = new Log(links);
    const { proof } = taken[15] as Extract<Taken, { kind: 'fork' }>;
    expect(late.prove(writer.session, 'ada', proof)).toBe(true);
    expect(late.prove(writer.session, 'ada', proof)).toBe(false);
    // What does not contradict proves nothing, and nothing about anybody else.
    const honest = new Log(links);
    expect(honest.prove(writer.session, 'ada', writer.envelopes.slice(0, 3))).toBe(false);
    expect(honest.prove(writer.session, 'eve', proof)).toBe(false);
    expect(honest.proofOf(writer.session)).toBeNull();
    const results = takeAll(late, writer.envelopes).map(brief);
    expect(results.slice(10, 14)).toEqual(['new 10', 'new 11', 'refused forked', 'refused forked']);
  });
});

describe('stop', () => {
  it('[LOG7] a log ends before a change that may not be, whoever sends what comes after', () => {
    const { log, writer } = setting(8, 20);
    takeAll(log, writer.envelopes.slice(0, 10));
    expect(spans(log.stop(writer.session, 6))).toBe('6 7 8 9');
    expect(log.count(writer.session)).toBe(6);
    expect(log.chainAt(writer.session, 6)).toEqual(writer.chains[6]);
    [...writer.envelopes.slice(6), writer.segment(4, 12), writer.segment(6, 20)].forEach(piece =>
      expect(brief(log.take(piece))).toBe('refused stopped')
    );
    expect(log.waiting).toBe(0);
    const twin = writer.twin(6);
    twin.write(1);
    expect(brief(log.take(twin.envelopes[6]!))).toBe('fork 6 6');
    expect(log.stop(writer.session, 6)).toEqual([]);
    expect(spans(log.stop(writer.session, 2))).toBe('2 3 4 5');
  });

  it('[LOG8] a segment that may not be is nothing: what it took the place of is back, and envelopes decide', () => {
    const { log, writer } = setting(9, 40);
    takeAll(log, writer.envelopes.slice(0, 10));
    const segment = writer.segment(4, 30);
    const taken = log.take(segment);
    takeAll(log, writer.envelopes.slice(30, 33));
    expect(brief(taken)).toBe('new 4-30 instead of 4 5 6 7 8 9');
    const gone = log.refuse(segment, taken.kind === 'new' ? taken.instead : []);
    expect(spans(gone)).toBe('30 31 32');
    expect(log.count(writer.session)).toBe(10);
    expect(brief(log.take(segment))).toBe('refused segment');
    takeAll(log, writer.envelopes.slice(10, 30));
    expect(log.count(writer.session)).toBe(33);
    expect(log.chainAt(writer.session, 33)).toEqual(writer.chains[33]);
  });
});

describe('frontier', () => {
  const cutAt = (writer: Writer, count: number): { count: number; chain: Uint8Array | null } => ({
    count,
    chain: count > 0 ? writer.chains[count]! : null
  });

  it('[LOG9] what is beyond is not counted, not sent and not taken again, until the frontier moves or is lifted', () => {
    const { log, writer } = setting(10, 20);
    takeAll(log, writer.envelopes.slice(0, 15));
    const moved = log.cut(writer.session, 'ada', cutAt(writer, 10));
    expect([spans(moved.gone), spans(moved.joined)]).toEqual(['10 11 12 13 14', '']);
    expect([log.count(writer.session), log.limitOf(writer.session)]).toEqual([10, 10]);
    expect(takeAll(log, writer.envelopes.slice(9, 16)).map(brief)).toEqual([
      'known',
      ...Array<string>(6).fill('refused cut')
    ]);
    expect(brief(log.take(writer.segment(5, 15)))).toBe('refused cut');
    expect(spans(log.cut(writer.session, 'ada', cutAt(writer, 12)).joined)).toBe('10 11');
    const lifted = log.cut(writer.session, 'ada', null);
    expect([spans(lifted.gone), spans(lifted.joined)]).toEqual(['', '12 13 14']);
    expect(brief(log.take(writer.envelopes[15]!))).toBe('new 15');
  });

  it('[LOG9] a segment that reaches beyond goes, and what it held up to the frontier is asked for', () => {
    const { log, writer } = setting(11, 40);
    takeAll(log, [writer.segment(0, 8), writer.segment(8, 30), ...writer.envelopes.slice(30)]);
    const { gone } = log.cut(writer.session, 'ada', cutAt(writer, 20));
    expect(spans(gone)).toBe('8-30 30 31 32 33 34 35 36 37 38 39');
    expect(log.count(writer.session)).toBe(8);
    takeAll(log, writer.envelopes.slice(8, 25));
    expect(log.count(writer.session)).toBe(20);
  });

  it('[LOG9] a session that is new here is cut by the statement that was here before it', () => {
    const { writer } = setting(12, 5);
    const log = new Log(links, (session, author) =>
      session === writer.session && author === 'ada' ? cutAt(writer, 2) : null
    );
    expect(takeAll(log, writer.envelopes).map(brief)).toEqual([
      'new 0',
      'new 1',
      ...Array<string>(3).fill('refused cut')
    ]);
    const none = new Log(links, () => ({ count: 0, chain: null }));
    expect(brief(none.take(writer.envelopes[0]!))).toBe('refused cut');
  });

  it('[LOG10] after a fork the side of the frontier counts, whichever was here', () => {
    const { log, writer } = setting(13, 40);
    const twin = writer.twin(5);
    twin.write(40);
    takeAll(log, writer.envelopes.slice(0, 20));
    expect(log.take(twin.envelopes[7]!).kind).toBe('fork');
    // The chain is ours: the other side stays out.
    expect(spans(log.cut(writer.session, 'ada', cutAt(writer, 18)).gone)).toBe('18 19');
    expect([6, 7, 17].map(place => brief(log.take(twin.envelopes[place]!)))).toEqual(
      Array<string>(3).fill('refused astray')
    );
    // The chain is theirs.
    const { gone } = log.cut(writer.session, 'ada', cutAt(twin, 18));
    expect([gone.length, log.count(writer.session), log.askFrom(writer.session)]).toEqual([18, 0, 0]);
    takeAll(log, twin.envelopes.slice(0, 30));
    expect(log.count(writer.session)).toBe(18);
    expect(log.chainAt(writer.session, 18)).toEqual(twin.chains[18]);
    expect(brief(log.take(writer.envelopes[10]!))).toBe('refused astray');
  });

  it('[LOG10] of somebody who has not reached the frontier, what is sent later counts, until its chain is reached', () => {
    const { log, writer } = setting(14, 40);
    const twin = writer.twin(5);
    twin.write(40);
    takeAll(log, writer.envelopes.slice(0, 12));
    expect(log.cut(writer.session, 'ada', cutAt(twin, 30)).gone).toEqual([]);
    const results = takeAll(log, twin.envelopes.slice(0, 31)).map(brief);
    expect(results.slice(3, 8)).toEqual(['known', 'known', 'new 5 replay', 'new 6', 'new 7']);
    expect(results.slice(29)).toEqual(['new 29', 'refused cut']);
    expect(log.chainAt(writer.session, 30)).toEqual(twin.chains[30]);
  });

  it('[LOG10] who comes to the frontier on the wrong side begins anew', () => {
    const { log, writer } = setting(15, 10);
    const twin = writer.twin(5);
    twin.write(5);
    log.cut(writer.session, 'ada', cutAt(twin, 10));
    const results = takeAll(log, writer.envelopes).map(brief);
    expect(results[8]).toBe('new 8');
    expect(results[9]).toBe('new  replay');
    expect([log.count(writer.session), log.askFrom(writer.session)]).toEqual([0, 0]);
    takeAll(log, twin.envelopes);
    expect(log.count(writer.session)).toBe(10);
    takeAll(log, writer.envelopes);
    expect(log.chainAt(writer.session, 10)).toEqual(twin.chains[10]);
  });
});
