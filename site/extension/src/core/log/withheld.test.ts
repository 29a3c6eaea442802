/** What may not be looked at for now is kept apart, as if it had never come, and is back when it may be. */
import { expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import type { IPiece } from './piece';
import { links, spans, Writer } from './writer.testing';

const none = (): boolean => false;
/** A log, and what is out in it. */
class Held extends Log {
  constructor() {
    super(links, undefined, piece => this.isGone(piece));
  }

  isGone: (piece: IPiece) => boolean = none;

  out(isGone: (piece: IPiece) => boolean): ReturnType<Log['withhold']> {
    this.isGone = isGone;
    return this.withhold();
  }
}

function written(count: number, seed = 1): { log: Held; a: Writer; of: string } {
  const a = new Writer(new Chance(seed));
  a.write(count);
  return { log: new Held(), a, of: a.session };
}
const takeAll = (log: Log, pieces: readonly IPiece[]): string[] => pieces.map(piece => log.take(piece).kind);
const here = (log: Log, session: string): string => spans(log.pieces(session));
/** What holds any place from `first` on. */
const from =
  (first: number) =>
  ({ to }: IPiece): boolean =>
    to > first;

it('[LOG15] what may not be looked at is kept apart with what follows on it, and is back when it may be', () => {
  const { log, a, of } = written(10);
  takeAll(log, a.envelopes);
  const moved = log.out(piece => piece.from === 6);
  expect([...moved.keys(), spans(moved.get(of)!.gone), spans(moved.get(of)!.joined)]).toEqual([
    ...[of, '6 7 8 9', '']
  ]);
  expect([here(log, of), spans(log.kept(of))]).toEqual(['0 1 2 3 4 5', '0 1 2 3 4 5 6 7 8 9']);
  expect([log.limitOf(of), log.stopAt(of), log.forkOf(of)]).toEqual([Infinity, null, null]);
  // Again it is the same.
  expect([log.out(piece => piece.from === 6).size, here(log, of)]).toEqual([0, '0 1 2 3 4 5']);
  expect(spans(log.out(from(8)).get(of)!.joined)).toBe('6 7');
  expect(spans(log.out(none).get(of)!.joined)).toBe('8 9');
  expect([here(log, of), log.chainAt(of, 10)]).toEqual(['0 1 2 3 4 5 6 7 8 9', a.chains[10]]);
  expect([log.out(none).size, spans(log.kept(of))]).toEqual([0, '0 1 2 3 4 5 6 7 8 9']);
});

it('[LOG15] in the place of a segment that is kept apart there may be what it was made of', () => {
  const { log, a, of } = written(12);
  takeAll(log, [a.segment(0, 8), ...a.envelopes.slice(8)]);
  log.out(({ form }) => form === 'segment');
  expect(here(log, of)).toBe('');
  expect(takeAll(log, a.envelopes.slice(0, 6))).toEqual(Array(6).fill('new'));
  // Nothing that begins before what is here takes its place.
  log.out(none);
  expect(here(log, of)).toBe('0 1 2 3 4 5');
  takeAll(log, a.envelopes.slice(6, 8));
  log.out(none);
  expect(here(log, of)).toBe('0 1 2 3 4 5 6 7 8 9 10 11');
});

it('[LOG15] what waits is not taken in when what is before it comes', () => {
  const { log, a, of } = written(10);
  expect(takeAll(log, [...a.envelopes.slice(0, 3), a.envelopes[4]!, a.segment(5, 8)])).toEqual([
    ...['new', 'new', 'new', 'waiting', 'waiting']
  ]);
  log.out(from(5));
  expect(log.waiting).toBe(1);
  takeAll(log, [a.envelopes[3]!]);
  expect(here(log, of)).toBe('0 1 2 3 4');
});

it('[LOG12, LOG15] what was put together beside what is here is forgotten with it', () => {
  const { log, a, of } = written(130);
  takeAll(log, [a.segment(0, 100), a.segment(64, 128), a.segment(0, 32)]);
  expect([log.count(of), log.askFrom(of)]).toEqual([100, 0]);
  expect(log.out(({ to }) => to === 32).size).toBe(0);
  takeAll(log, [a.segment(32, 64)]);
  expect([here(log, of), log.waiting]).toEqual(['0-100', 1]);
  log.out(({ to }) => to === 128);
  expect([log.waiting, log.askFrom(of)]).toEqual([0, 100]);
});

it('[LOG9, LOG15] a frontier takes away what it takes away, whatever is kept apart, and is reached anew', () => {
  const { log, a, of } = written(20);
  takeAll(log, a.envelopes.slice(0, 16));
  log.cut(of, 'ada', { count: 12, chain: a.chains[12]! });
  log.out(piece => a.envelopes.indexOf(piece) >= 6);
  expect(here(log, of)).toBe('0 1 2 3 4 5');
  const twin = a.twin(6);
  twin.write(10);
  // Not there any more: what comes may be of the side that counts.
  expect(takeAll(log, [twin.envelopes[6]!])).toEqual(['new']);
  takeAll(log, twin.envelopes.slice(7, 12));
  expect(log.count(of)).toBe(0);
  takeAll(log, a.envelopes.slice(0, 6));
  log.out(none);
  expect([log.count(of), log.chainAt(of, 12)]).toEqual([12, a.chains[12]]);
  expect(log.take(twin.envelopes[6]!)).toEqual({ kind: 'refused', why: 'astray' });
  log.cut(of, 'ada', null);
  expect(log.count(of)).toBe(16);
});

it('[LOG7, LOG15] what a stop took away is kept apart when it is back, and waits for what it follows on', () => {
  const { log, a, of } = written(20);
  takeAll(log, a.envelopes.slice(0, 10));
  log.out(from(8));
  log.stop(of, 6);
  expect(log.out(none).size).toBe(0);
  expect(here(log, of)).toBe('0 1 2 3 4 5');
  log.resume();
  expect(here(log, of)).toBe('0 1 2 3 4 5 6 7');
  log.out(none);
  expect(here(log, of)).toBe('0 1 2 3 4 5 6 7 8 9');
  log.stop(of, 6);
  // The stop is there when more is out.
  log.out(from(8));
  log.out(from(4));
  log.resume();
  expect([here(log, of), spans(log.kept(of))]).toEqual(['0 1 2 3', '0 1 2 3 4 5 6 7 8 9']);
  log.out(none);
  expect(here(log, of)).toBe('0 1 2 3 4 5 6 7 8 9');
});
