import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { Log } from './log';
import { encodeProof } from './proof';
import { decodeEntries, encodeEntries, type Entry, restore } from './stored';
import { WAITING_PIECES } from './waiting';
import { links, Writer } from './writer.testing';

describe('stored log', () => {
  it('[LOG14] records are read as they were written, in one spelling, or refused for a reason', () => {
    const chance = new Chance(4);
    const { session } = new Writer(chance);
    const entries: Entry[] = [
      { kind: 'introduction', bytes: chance.bytes(5) },
      { kind: 'piece', bytes: chance.bytes(5) },
      { kind: 'refuse', session, author: 'ab', hash: chance.bytes(32) },
      { kind: 'fork', bytes: chance.bytes(9) }
    ];
    const bytes = encodeEntries(entries);
    expect(decodeEntries(bytes)).toEqual({ kind: 'read', value: entries });
    const title = bytes.slice(0, 15);
    const record = (...rest: number[]): Uint8Array => Uint8Array.from([...title, ...rest]);
    const faults: [Uint8Array, string][] = [
      [bytes.slice(0, -1), 'cut-short'],
      [record(1, 0x81, 0), 'number'],
      [record(9, 1, 1), 'kind'],
      [record(1, 0), 'entry'],
      ...[2, 3, 4, 7].map((byte): [Uint8Array, string] => [record(byte, 1, 1), 'kind']),
      [record(5, 1, 1), 'entry'],
      [record(5, 48, ...Array<number>(48).fill(0)), 'entry'],
      [record(5, 50, ...Array<number>(50).fill(0)), 'entry'],
      // A change of Yjs, as the version before kept them.
      [Uint8Array.from([1, 1, 5, 0]), 'title']
    ];
    faults.forEach(([given, reason]) =>
      expect(decodeEntries(given)).toEqual({ kind: 'fault', fault: reason })
    );
    for (let turn = 0; turn < 3000; turn += 1) {
      const given = bytes.slice(0, chance.is(0.5) ? undefined : chance.below(bytes.length) + 1);
      given[chance.below(given.length)] = chance.below(256);
      const read = decodeEntries(given);
      expect(read.kind === 'fault' || Buffer.from(encodeEntries(read.value)).equals(given)).toBe(true);
    }
  });

  it('[LOG14] a log is filled with what was kept in whatever order: not with what was refused, or proves nothing', () => {
    const a = new Writer(new Chance(5));
    // More than may wait for what comes before it.
    a.write(WAITING_PIECES + 50);
    const b = a.twin(5);
    b.write(2);
    const pieces = [...a.envelopes, b.envelopes[5]!];
    const lie = b.segment(0, 7);
    const readable = new Map([...pieces, lie].map(piece => [piece.bytes.join(), piece]));
    const restored = (entries: readonly Entry[]): Log => {
      const log = new Log(links);
      restore(
        log,
        entries,
        () => undefined,
        bytes => readable.get(bytes.join()) ?? null
      );
      return log;
    };
    const kept = a.envelopes.map(({ bytes }): Entry => ({ kind: 'piece', bytes })).reverse();
    expect(restored(kept).count(a.session)).toBe(WAITING_PIECES + 50);

    const refused: Entry = { kind: 'refuse', session: a.session, author: 'ada', hash: lie.hash };
    const segment: Entry = { kind: 'piece', bytes: lie.bytes };
    expect(restored([segment]).count(a.session)).toBe(7);
    expect(restored([segment, refused]).count(a.session)).toBe(0);

    const proof = (...given: Uint8Array[]): Entry => {
      return { kind: 'fork', bytes: encodeProof({ introductions: [], pieces: given }) };
    };
    const two = [a.envelopes[5]!.bytes, b.envelopes[5]!.bytes];
    expect(restored([...kept, proof(...two)]).forkOf(a.session)).toHaveLength(2);
    for (const unread of [proof(...two, new Uint8Array(9)), { ...proof(...two), bytes: new Uint8Array(9) }]) {
      expect(restored([...kept, unread]).forkOf(a.session)).toBeNull();
    }
  });
});
