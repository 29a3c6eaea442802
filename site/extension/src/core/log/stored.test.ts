import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { compareStandings, piecesFor, standingsOf } from './summary';
import { applyFrontiers, frontierOf } from './frontier';
import { Log } from './log';
import type { IPiece } from './piece';
import {
  decodeEntries,
  encodeEntries,
  entriesOf,
  type Entry,
  type IRestored,
  isStoredLog,
  restore,
  snapshotOf
} from './stored';
import { links, spans, Writer } from './writer.testing';

const intro = (session: string): Uint8Array => new TextEncoder().encode(session);

/** A device: what it keeps is encoded records, as storage has them. */
class Device {
  constructor(readonly pieces: Map<string, IPiece>) {}

  log = new Log(links);
  records: Uint8Array[] = [];
  introduced = new Set<string>();

  take(...given: IPiece[]): void {
    for (const piece of given) {
      this.pieces.set(piece.hash.join(), piece);
      this.pieces.set(piece.bytes.join(), piece);
      const taken = this.log.take(piece);
      if (taken.kind === 'new') {
        this.keep(entriesOf(taken.joined, intro));
      } else if (taken.kind === 'known' && taken.compacts) {
        this.log.compact(piece);
        this.keep(entriesOf([piece], intro));
      } else if (taken.kind === 'fork') {
        this.keep([
          { kind: 'fork', bytes: snapshotOf(this.log, []).find(entry => entry.kind === 'fork')!.bytes }
        ]);
      }
    }
  }

  keep(entries: readonly Entry[]): void {
    this.records.push(encodeEntries(entries));
  }

  restart(): IRestored {
    this.log = new Log(links);
    const entries = this.records.flatMap(record => {
      const read = decodeEntries(record);
      return read.kind === 'read' ? read.value : [];
    });
    const introduce = (bytes: Uint8Array): unknown => this.introduced.add(new TextDecoder().decode(bytes));
    return restore(this.log, entries, introduce, bytes => this.pieces.get(bytes.join()) ?? null);
  }

  fetch(from: Device): void {
    for (const wanted of compareStandings(this.log, standingsOf(from.log)).missing) {
      this.take(...piecesFor(from.log, wanted, 1e6).pieces);
    }
  }
}

const setting = (seed: number, count: number): { writer: Writer; device: Device; other: Device } => {
  const writer = new Writer(new Chance(seed));
  writer.write(count);
  const pieces = new Map<string, IPiece>();
  return { writer, device: new Device(pieces), other: new Device(pieces) };
};

describe('stored log', () => {
  it('[LOG14] what was kept is the log again, with introductions, segments, stops, frontiers, forks and refusals', () => {
    const chance = new Chance(1);
    const [a, b, c, d] = [1, 2, 3, 4].map(() => new Writer(chance));
    [a!, b!, c!, d!].forEach(writer => writer.write(20));
    const device = new Device(new Map());
    device.take(...a!.envelopes, a!.segment(0, 16), a!.segment(16, 20));
    device.take(...b!.envelopes);
    device.log.stop(b!.session, 11);
    device.keep([{ kind: 'stop', session: b!.session, place: 11, piece: b!.envelopes[11]!.bytes }]);
    device.take(...c!.envelopes);
    device.log.cut(c!.session, 'ada', { count: 7, chain: c!.chains[7]! });
    device.keep([{ kind: 'cut', session: c!.session, author: 'ada', count: 7, chain: c!.chains[7]! }]);
    const twin = d!.twin(9);
    twin.write(2);
    device.take(...d!.envelopes.slice(0, 15), twin.envelopes[10]!);
    const [bad] = [a!.segment(16, 20)];
    device.take(bad);
    device.log.refuse(bad);
    device.keep([{ kind: 'refuse', session: a!.session, author: 'ada', hash: bad.hash }]);
    const state = (): unknown => [
      standingsOf(device.log),
      [a!, b!, c!, d!].map(({ session }) => [
        spans(device.log.pieces(session)),
        device.log.limitOf(session),
        device.log.stopAt(session)?.piece?.from,
        device.log.cutAt(session)?.count,
        spans(device.log.proofOf(session) ?? []),
        device.log.refusedOf(session).length
      ])
    ];
    const before = state();
    expect(device.restart()).toEqual({ left: [], unread: 0 });
    expect(state()).toEqual(before);
    expect(device.introduced).toEqual(new Set([a!, b!, c!, d!].map(({ session }) => session)));
    // The same from one snapshot, in less.
    const size = device.records.reduce((sum, record) => sum + record.byteLength, 0);
    device.records = [
      encodeEntries(
        snapshotOf(
          device.log,
          [a!, b!, c!, d!].map(({ session }) => intro(session))
        )
      )
    ];
    expect(device.records[0]!.byteLength).toBeLessThan(0.8 * size);
    expect(device.restart()).toEqual({ left: [], unread: 0 });
    expect(state()).toEqual(before);
    expect(spans(device.log.cut(c!.session, 'ada', null).joined)).toBe('7 8 9 10 11 12 13 14 15 16 17 18 19');
    device.keep([{ kind: 'lift', session: c!.session, author: 'ada' }]);
    device.restart();
    expect(device.log.count(c!.session)).toBe(20);
  });

  it('[LOG14] a piece that is damaged or missing leaves a gap: what is after it waits, and the exchange fills it', () => {
    const { writer, device, other } = setting(2, 30);
    device.take(...writer.envelopes);
    other.take(...writer.envelopes);
    // The storage sets damaged records aside.
    device.records.splice(12, 1);
    const { left } = device.restart();
    expect(device.log.count(writer.session)).toBe(12);
    expect(spans(left)).toBe(spans(writer.envelopes.slice(13)));
    expect(snapshotOf(device.log, [], left).length).toBe(29);
    device.take(...piecesFor(other.log, { session: writer.session, from: 12 }, 1).pieces);
    expect(device.log.count(writer.session)).toBe(30);
    expect(standingsOf(device.log)).toEqual(standingsOf(other.log));
  });

  it('[LOG14] in whatever order records are, all that follows is here again', () => {
    const { writer, device } = setting(6, 700);
    device.take(...writer.envelopes);
    device.records.reverse();
    expect(device.restart()).toEqual({ left: [], unread: 0 });
    expect(device.log.count(writer.session)).toBe(700);
  });

  it('[LOG14] storage that was set back is no fork: its sessions are over, and what it lost comes again', () => {
    const { writer, device, other } = setting(3, 30);
    device.take(...writer.envelopes);
    other.take(...writer.envelopes);
    device.records = device.records.slice(0, 17);
    device.restart();
    expect(device.log.count(writer.session)).toBe(17);
    // The page that was set back is another session, and compacts what it still has of the old one.
    const next = new Writer(new Chance(99));
    device.take(...next.write(5));
    device.take(writer.segment(0, 17));
    other.take(writer.segment(0, 17));
    expect(spans(other.log.pieces(writer.session))).toBe(`0-17 ${spans(writer.envelopes.slice(17))}`);
    [device, other].forEach(each => each.fetch(each === device ? other : device));
    expect(standingsOf(device.log)).toEqual(standingsOf(other.log));
    expect([device, other].map(({ log }) => [log.count(writer.session), log.count(next.session)])).toEqual([
      [30, 5],
      [30, 5]
    ]);
    expect([device, other].map(({ log }) => log.proofOf(writer.session))).toEqual([null, null]);
  });

  it('[LOG14] records are read as they were written, in one spelling, or refused for a reason', () => {
    const chance = new Chance(4);
    const { session } = new Writer(chance);
    const entries: Entry[] = [
      { kind: 'introduction', bytes: chance.bytes(5) },
      { kind: 'piece', bytes: chance.bytes(5) },
      { kind: 'stop', session, place: 300, piece: chance.bytes(3) },
      { kind: 'stop', session, place: 0, piece: new Uint8Array(0) },
      { kind: 'cut', session, author: 'ab', count: 7, chain: chance.bytes(32) },
      { kind: 'cut', session, author: 'ab', count: 0, chain: null },
      { kind: 'lift', session, author: 'ab' },
      { kind: 'refuse', session, author: 'ab', hash: chance.bytes(32) },
      { kind: 'fork', bytes: chance.bytes(9) }
    ];
    const bytes = encodeEntries(entries);
    expect(decodeEntries(bytes)).toEqual({ kind: 'read', value: entries });
    expect(isStoredLog(bytes)).toBe(true);
    const title = bytes.slice(0, 15);
    const record = (...rest: number[]): Uint8Array => Uint8Array.from([...title, ...rest]);
    const faults: [Uint8Array, string][] = [
      [bytes.slice(0, -1), 'cut-short'],
      [record(1, 0x81, 0), 'number'],
      [record(9, 1, 1), 'kind'],
      [record(1, 0), 'entry'],
      [record(2, 1, 1), 'entry'],
      [record(3, 17, ...Array<number>(17).fill(0)), 'entry'],
      [record(4, 18, ...Array<number>(18).fill(0)), 'entry'],
      [record(5, 1, 1), 'entry'],
      [Uint8Array.from([1, 1, 5, 0]), 'title']
    ];
    faults.forEach(([given, reason]) =>
      expect(decodeEntries(given)).toEqual({ kind: 'fault', fault: reason })
    );
    // What the version before kept: a change of Yjs.
    expect(isStoredLog(Uint8Array.from([1, 1, 5, 0]))).toBe(false);
    for (let turn = 0; turn < 3000; turn += 1) {
      const given = bytes.slice(0, chance.is(0.5) ? undefined : chance.below(bytes.length) + 1);
      given[chance.below(given.length)] = chance.below(256);
      const read = decodeEntries(given);
      expect(read.kind === 'fault' || Buffer.from(encodeEntries(read.value)).equals(given)).toBe(true);
    }
  });
});

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
