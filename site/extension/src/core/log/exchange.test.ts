import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import {
  decodePoints,
  decodeWanted,
  encodePoints,
  encodeWanted,
  introductionsFor,
  narrow,
  piecesFor,
  pointsBetween
} from './exchange';
import { Log } from './log';
import {
  compareSessions,
  compareSummary,
  decodeSummary,
  digestsOf,
  encodeSummary,
  SHARES,
  standingsOf,
  SUMMARY_SESSIONS,
  summariesOf
} from './summary';
import { links, spans, Writer } from './writer.testing';

const filled = (...writers: [Writer, number][]): Log => {
  const log = new Log(links);
  writers.forEach(([writer, count]) => writer.envelopes.slice(0, count).forEach(piece => log.take(piece)));
  return log;
};
const all = (log: Log) => summariesOf(standingsOf(log));

describe('summary', () => {
  it('[LOG11] two logs look alike exactly when each session is as far, on the same chain', () => {
    const chance = new Chance(1);
    const writers = Array.from({ length: 40 }, () => new Writer(chance));
    writers.forEach(writer => writer.write(5));
    const ours = filled(...writers.map((writer): [Writer, number] => [writer, 4]));
    const theirs = filled(...chance.shuffle(writers).map((writer): [Writer, number] => [writer, 4]));
    const digests = (log: Log): string[] => digestsOf(digest, standingsOf(log)).map(String);
    expect(digests(ours).length).toBe(SHARES);
    expect(digests(theirs)).toEqual(digests(ours));
    const changed = writers[7]!;
    theirs.take(changed.envelopes[4]!);
    const differs = digests(ours).map((each, share) => each !== digests(theirs)[share]);
    expect(differs.filter(Boolean).length).toBe(1);
    const said = summariesOf(standingsOf(theirs), share => differs[share]!);
    expect(said.length).toBe(1);
    expect(said[0]!.standings.length).toBeLessThan(12);
    expect(compareSummary(ours, said[0]!)).toEqual({
      missing: [{ session: changed.session, from: 4 }],
      theirs: [],
      apart: []
    });
    expect(
      compareSummary(theirs, summariesOf(standingsOf(ours), share => differs[share]!)[0]!).theirs
    ).toEqual([{ session: changed.session, from: 4 }]);
    const empty = new Log(links);
    expect(compareSummary(empty, all(ours)[0]!).missing.length).toBe(40);
    expect(compareSummary(ours, all(empty)[0]!).theirs.length).toBe(40);
  });

  it('[LOG11] a summary that is too long is said in several, each for its range', () => {
    const chance = new Chance(2);
    const writers = Array.from({ length: 50 }, () => new Writer(chance));
    writers.forEach(writer => writer.write(1));
    const theirs = filled(...writers.map((writer): [Writer, number] => [writer, 1]));
    const ours = filled(...writers.slice(0, 20).map((writer): [Writer, number] => [writer, 1]));
    const said = summariesOf(standingsOf(theirs), undefined, 7);
    expect(said.length).toBe(8);
    expect(said.flatMap(summary => compareSummary(ours, summary).missing).length).toBe(30);
    expect(said.flatMap(summary => compareSummary(ours, summary).theirs)).toEqual([]);
  });

  it('[LOG11] reads what was written, in one spelling, or refuses it for a reason', () => {
    const chance = new Chance(3);
    const writers = Array.from({ length: 3 }, () => new Writer(chance)).sort((a, b) =>
      compareSessions(a.session, b.session)
    );
    writers.forEach(writer => writer.write(2));
    const [summary] = all(filled(...writers.map((writer): [Writer, number] => [writer, 2])));
    const bytes = encodeSummary(summary!);
    expect(decodeSummary(bytes)).toEqual({ kind: 'read', value: summary });
    const [a, b] = summary!.standings;
    const faults: [Uint8Array, string][] = [
      [bytes.slice(0, -1), 'cut-short'],
      [Uint8Array.from([...bytes, 0]), 'left-over'],
      [Uint8Array.from([...bytes.slice(0, 17), 0x83, 0, ...bytes.slice(18)]), 'number'],
      [bytes.map((byte, index) => (index === 16 ? 2 : byte)), 'range'],
      [encodeSummary({ ...summary!, next: summary!.first }), 'range'],
      [encodeSummary({ ...summary!, standings: [b!, a!] }), 'order'],
      [encodeSummary({ ...summary!, standings: [a!, a!] }), 'order'],
      [encodeSummary({ ...summary!, first: b!.session }), 'order'],
      [encodeSummary({ ...summary!, next: b!.session }), 'order'],
      [encodeSummary({ ...summary!, standings: [{ ...a!, count: 0 }] }), 'count'],
      [
        encodeSummary({ ...summary!, standings: Array<typeof a & {}>(SUMMARY_SESSIONS + 1).fill(a!) }),
        'sessions'
      ]
    ];
    faults.forEach(([given, reason]) =>
      expect(decodeSummary(given)).toEqual({ kind: 'fault', fault: reason })
    );
    for (let turn = 0; turn < 2000; turn += 1) {
      const given = bytes.slice(0, chance.is(0.5) ? undefined : chance.below(bytes.length));
      given[chance.below(given.length)] = chance.below(256);
      const read = decodeSummary(given);
      expect(read.kind === 'fault' || Buffer.from(encodeSummary(read.value)).equals(given)).toBe(true);
    }
  });

  it('[LOG6] of a session that said two things others are told what nobody doubts, and sent no more', () => {
    const chance = new Chance(4);
    const writer = new Writer(chance);
    writer.write(20);
    const twin = writer.twin(12);
    twin.write(8);
    const log = filled([writer, 15]);
    log.take(twin.envelopes[12]!);
    expect([log.count(writer.session), log.shown(writer.session)]).toEqual([15, 12]);
    expect(standingsOf(log)).toEqual([
      { session: writer.session, count: 12, chain: writer.chains[12]!.subarray(0, 16) }
    ]);
    expect(spans(piecesFor(log, { session: writer.session, from: 10 }, 1e6).pieces)).toBe('10 11');
    const other = filled([twin, 14]);
    other.take(writer.envelopes[13]!);
    // They parted at 12, and know it from 13 on: where is found as for any two chains, and the earlier proof counts.
    const { apart, ...rest } = compareSummary(log, all(other)[0]!);
    expect([apart.map(({ count }) => count), rest]).toEqual([[13], { missing: [], theirs: [] }]);
    expect(log.take(twin.envelopes[12]!)).toEqual({ kind: 'refused', why: 'forked' });
    expect(other.take(writer.envelopes[12]!).kind).toBe('fork');
    expect(standingsOf(other)).toEqual(standingsOf(log));
  });
});

describe('exchange of pieces', () => {
  it('[LOG12] what is sent begins with the piece that holds the first place, and is bounded', () => {
    const chance = new Chance(5);
    const writer = new Writer(chance);
    writer.write(40);
    const log = new Log(links);
    [writer.segment(0, 10), ...writer.envelopes.slice(10)].forEach(piece => log.take(piece));
    const send = (from: number, limit: number): string => {
      const { pieces, isAll } = piecesFor(log, { session: writer.session, from }, limit);
      return `${spans(pieces)}${isAll ? ' all' : ''}`;
    };
    const size = writer.envelopes[12]!.bytes.byteLength;
    expect(send(0, 1)).toBe('0-10');
    expect(send(4, 1)).toBe('0-10');
    expect(send(12, 3 * size)).toBe('12 13 14');
    expect(send(37, 1e6)).toBe('37 38 39 all');
    expect(send(40, 1e6)).toBe(' all');
    expect(piecesFor(log, { session: 'AAAAAAAAAAAAAAAAAAAAAA', from: 0 }, 9)).toEqual({
      pieces: [],
      isAll: true
    });
    const [segment] = log.pieces(writer.session);
    expect(introductionsFor([{ ...segment!, signer: 'x' }, writer.envelopes[11]!])).toEqual([
      writer.session,
      'x'
    ]);
  });

  it('[LOG12] what is asked reads as it was written, or is refused', () => {
    const chance = new Chance(6);
    const wanted = [0, 300].map(from => ({ session: new Writer(chance).session, from }));
    const points = [{ place: 5, chain: chance.bytes(16) }];
    const [asked, said] = [encodeWanted(wanted), encodePoints(points)];
    expect(decodeWanted(asked)).toEqual({ kind: 'read', value: wanted });
    expect(decodePoints(said)).toEqual({ kind: 'read', value: points });
    for (const [decode, bytes] of [
      [decodeWanted, asked],
      [decodePoints, said]
    ] as const) {
      expect(decode(bytes.slice(0, -1))).toEqual({ kind: 'fault', fault: 'cut-short' });
      expect(decode(Uint8Array.from([...bytes, 1]))).toEqual({ kind: 'fault', fault: 'left-over' });
      expect(decode(Uint8Array.from([0xff, 0xff, 3]))).toEqual({ kind: 'fault', fault: 'sessions' });
      expect(decode(Uint8Array.from([0x80, 0]))).toEqual({ kind: 'fault', fault: 'number' });
    }
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    '[LOG13] where two logs part is found in a few questions, and shows the fork: seed %i',
    seed => {
      const chance = new Chance(seed);
      const writer = new Writer(chance);
      const length = 200 + chance.below(3000);
      const parting = chance.below(length - 20);
      writer.write(length);
      const twin = writer.twin(parting);
      twin.write(length - parting);
      const [ours, theirs] = [new Log(links), new Log(links)];
      const fill = (log: Log, from: Writer): void => {
        for (let at = 0; at < length;) {
          const to = chance.is(0.3) ? Math.min(length, at + 2 + chance.below(60)) : at + 1;
          log.take(to - at > 1 ? from.segment(at, to) : from.envelopes[at]!);
          at = to;
        }
      };
      fill(ours, writer);
      fill(theirs, twin);
      const { apart } = compareSummary(ours, all(theirs)[0]!);
      expect(apart.map(({ count }) => count)).toEqual([length]);
      let [low, high, questions] = [0, length, 0];
      for (let found = false; !found; questions += 1) {
        expect(questions).toBeLessThan(8);
        const points = pointsBetween(theirs, writer.session, low, high);
        ({ low, high, found } = narrow(ours, writer.session, low, high, points));
      }
      expect(low).toBeLessThanOrEqual(parting);
      expect(high).toBeGreaterThan(parting);
      const { pieces } = piecesFor(theirs, { session: writer.session, from: low }, 1e6);
      const results = pieces.map(piece => ours.take(piece).kind);
      expect(results).toContain('fork');
    }
  );
});
