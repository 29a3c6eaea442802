import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import { compareStandings, introductionsFor, piecesFor, standingsOf } from './summary';
import { links, spans, Writer } from './writer.testing';

const filled = (...writers: [Writer, number][]): Log => {
  const log = new Log(links);
  writers.forEach(([writer, count]) => writer.envelopes.slice(0, count).forEach(piece => log.take(piece)));
  return log;
};

describe('what two logs say of each other', () => {
  it('[LOG11] they look alike exactly when each session is as far, on the same chain; else who has less asks', () => {
    const chance = new Chance(1);
    const writers = Array.from({ length: 40 }, () => new Writer(chance));
    writers.forEach(writer => writer.write(5));
    const ours = filled(...writers.map((writer): [Writer, number] => [writer, 4]));
    const theirs = filled(...chance.shuffle(writers).map((writer): [Writer, number] => [writer, 4]));
    expect(standingsOf(theirs)).toEqual(standingsOf(ours));
    expect(standingsOf(ours).length).toBe(40);
    const { session, envelopes } = writers[7]!;
    theirs.take(envelopes[4]!);
    const none = { missing: [], theirs: [], apart: [] };
    expect(compareStandings(ours, standingsOf(theirs))).toEqual({ ...none, missing: [{ session, from: 4 }] });
    expect(compareStandings(theirs, standingsOf(ours))).toEqual({ ...none, theirs: [{ session, from: 4 }] });
    const empty = new Log(links);
    expect(compareStandings(empty, standingsOf(ours)).missing.length).toBe(40);
    expect(compareStandings(ours, standingsOf(empty)).theirs.length).toBe(40);
    const twin = writers[3]!.twin(2);
    twin.write(2);
    const other = filled([twin, 4]);
    expect(compareStandings(ours, standingsOf(other)).apart).toEqual([{ session: twin.session, from: 0 }]);
    const { pieces } = piecesFor(other, { session: twin.session, from: 0 }, 1e6);
    expect(pieces.map(piece => ours.take(piece).kind)).toEqual(['known', 'known', 'fork', 'refused']);
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
    // They parted at 12, and know it from 13 on: the earlier proof counts.
    expect(compareStandings(log, standingsOf(other))).toEqual({
      missing: [],
      theirs: [],
      apart: [{ session: writer.session, from: 0 }]
    });
    expect(log.take(twin.envelopes[12]!)).toEqual({ kind: 'refused', why: 'forked' });
    expect(other.take(writer.envelopes[12]!).kind).toBe('fork');
    expect(standingsOf(other)).toEqual(standingsOf(log));
  });

  it('[LOG11] nothing is asked for that would not be taken', () => {
    const chance = new Chance(6);
    const writer = new Writer(chance);
    writer.write(20);
    const twin = writer.twin(4);
    twin.write(16);
    const { session } = writer;
    const missing = (log: Log, other: Log): unknown => compareStandings(log, standingsOf(other)).missing;
    const ours = filled([writer, 10]);
    const theirs = filled([writer, 15]);
    expect(missing(ours, theirs)).toEqual([{ session, from: 10 }]);
    const stopped = filled([writer, 12]);
    stopped.stop(session, 6);
    expect(missing(stopped, theirs)).toEqual([]);
    const cut = filled([writer, 10]);
    cut.cut(session, 'ada', { count: 10, chain: writer.chains[10]! });
    expect(missing(cut, theirs)).toEqual([]);
    // In doubt on which side it is, only who is where the frontier is helps.
    cut.cut(session, 'ada', { count: 10, chain: twin.chains[10]! });
    expect(missing(cut, filled([writer, 8]))).toEqual([]);
    expect(missing(cut, filled([writer, 10]))).toEqual([]);
    expect(missing(cut, filled([twin, 10]))).toEqual([{ session, from: 0 }]);
  });

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
    const nobody = { session: 'AAAAAAAAAAAAAAAAAAAAAA', from: 0 };
    expect(piecesFor(log, nobody, 9)).toEqual({ pieces: [], isAll: true });
    const [segment] = log.pieces(writer.session);
    const signed = [{ ...segment!, signer: 'x' }, writer.envelopes[11]!];
    expect(introductionsFor(signed)).toEqual([writer.session, 'x']);
  });
});
