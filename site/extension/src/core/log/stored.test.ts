import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { decodeEntries, encodeEntries, type Entry } from './stored';
import { Writer } from './writer.testing';

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
});
