import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { ICrypto, ISigner } from '../crypto';
import { Chance } from '../simulation/chance';
import { makeSession } from '../session';
import {
  type IOwnChange,
  type IWhose,
  openSegment,
  planSegments,
  saysTheSame,
  sealSegment,
  SEGMENT_PLAIN_BYTES,
  SEGMENT_STRUCTS,
  verifySegment
} from './compact';
import { nodeCrypto } from './crypto.node';
import { SessionKeys } from './keys';
import { mergeChanges } from './merge';
import {
  decodeSegment,
  encodeSegment,
  encodeSegmentFront,
  type ISegment,
  type ISegmentPlace,
  SEGMENT_BYTES,
  SEGMENT_TITLE
} from './segment';
import { VERSION } from './envelope';

const root = new URL('../../../../../', import.meta.url);
const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
  string,
  number
>;
const chance = new Chance(71);
const crypto = nodeCrypto();
const keys = new SessionKeys(crypto);
const documentKey = { epoch: 3, key: chance.bytes(32) };
const aSession = (): string => makeSession(bytes => bytes.set(chance.bytes(16)));

function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  let got: { value: Value } | null = null;
  ask(value => (got = { value }));
  return (got as { value: Value } | null)!.value;
}

const signer = now<ISigner>(then => crypto.signer(chance.bytes(32), then));
const ports = { keys, digest, signer };
const place: Omit<ISegmentPlace, 'epoch'> = {
  room: chance.bytes(16),
  document: 'd',
  session: aSession(),
  kind: 'document',
  from: 0,
  to: 12,
  chainFrom: chance.bytes(32),
  chainTo: chance.bytes(32),
  signer: aSession()
};

/** One change for each key. */
function typed(text: string, doc = new Y.Doc()): Uint8Array[] {
  const changes: Uint8Array[] = [];
  doc.on('update', (change: Uint8Array) => changes.push(change));
  [...text].forEach(key => doc.getText('t').insert(doc.getText('t').length, key));
  return changes;
}

const owned = (changes: readonly Uint8Array[], from = 0): IOwnChange[] =>
  changes.map((change, at) => ({ from: from + at, to: from + at + 1, change }));

describe('compacting', () => {
  it('[ENV9] own changes make as few segments as the limits allow, and no word is left out', () => {
    const doc = new Y.Doc();
    const changes = typed('a lesson', doc);
    const planned = planSegments(owned(changes, 5));
    expect(planned.map(({ from, to }) => [from, to])).toEqual([[5, 13]]);
    expect(saysTheSame(planned[0]!.plain, changes)).toBe(true);
    // Ten times half a megabyte, of which nothing is deleted.
    const many = [...changes];
    for (let turn = 0; turn < 10; turn += 1) {
      doc.getArray('a').push([`${turn}`.repeat(500_000)]);
    }
    const grown = changes.slice(many.length);
    expect(grown.length).toBe(10);
    const some = planSegments(owned([...many, ...grown]));
    expect(some.length).toBeGreaterThan(1);
    expect(some.length).toBeLessThanOrEqual(4);
    expect([some[0]!.from, some.at(-1)!.to]).toEqual([0, 18]);
    some.forEach(({ from, to, plain }, index) => {
      expect(from).toBe(index === 0 ? 0 : some[index - 1]!.to);
      expect(plain.byteLength).toBeLessThanOrEqual(SEGMENT_PLAIN_BYTES);
      expect(saysTheSame(plain, [...many, ...grown].slice(from, to))).toBe(true);
    });
  });

  it('[ENV9] what is too large alone, or cannot be merged, stays envelopes', () => {
    const doc = new Y.Doc();
    const changes = typed('ab', doc);
    doc.getArray('a').push(['x'.repeat(SEGMENT_BYTES)]);
    doc.getText('t').insert(0, 'c');
    expect(planSegments(owned(changes)).map(({ from, to }) => [from, to])).toEqual([
      [0, 2],
      [3, 4]
    ]);
    const none = owned(typed('abcd'));
    none[1] = { ...none[1]!, change: new Uint8Array(3) };
    expect(planSegments(none).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [2, 4]
    ]);
    expect(planSegments([])).toEqual([]);
    // Envelopes between them are not its own to compact.
    const apart = owned(typed('ab')).map((each, at) => ({ ...each, from: 2 * at, to: 2 * at + 1 }));
    expect(planSegments(apart).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [2, 3]
    ]);
  });

  it('[ENV9] a segment has no more structs, and no more ranges of deletions, than a change may have', () => {
    const doc = new Y.Doc();
    const changes: Uint8Array[] = [];
    doc.on('update', (change: Uint8Array) => changes.push(change));
    for (let turn = 0; turn < 20; turn += 1) {
      doc.transact(() => {
        // At the beginning: no two of them are one run.
        for (let key = 0; key < 1000; key += 1) {
          doc.getText('t').insert(0, 'x');
        }
      });
    }
    const planned = planSegments(owned(changes));
    expect(planned.length).toBeGreaterThan(1);
    planned.forEach(({ plain }) =>
      expect(mergeChanges([plain])!.structs).toBeLessThanOrEqual(SEGMENT_STRUCTS)
    );
    const deleted = Array.from({ length: 20 }, (_, turn) => {
      const ranges = Array.from({ length: 1000 }, (_each, at) => [
        ...varUint(turn * 4000 + at * 2),
        1
      ]).flat();
      return Uint8Array.from([0, 1, 9, ...varUint(1000), ...ranges]);
    });
    const cut = planSegments(owned(deleted));
    expect(cut.length).toBeGreaterThan(1);
    cut.forEach(({ plain }) => expect(mergeChanges([plain])!.ranges).toBeLessThanOrEqual(SEGMENT_STRUCTS));
  });

  it('[ENV9] limits are those of protocol.json, and the largest plan fits in the largest segment', () => {
    expect([SEGMENT_BYTES, SEGMENT_STRUCTS]).toEqual([limits.segment_bytes, limits.segment_structs]);
    const front = encodeSegmentFront(
      {
        ...place,
        room: new Uint8Array(32),
        document: '~'.repeat(255),
        epoch: Number.MAX_SAFE_INTEGER,
        from: Number.MAX_SAFE_INTEGER - 1,
        to: Number.MAX_SAFE_INTEGER
      },
      new Uint8Array(12)
    );
    expect(front.byteLength + 4 + SEGMENT_PLAIN_BYTES + 16 + 64).toBeLessThanOrEqual(SEGMENT_BYTES);
  });

  it('[ENV7] the nonce follows from what is said: again only for the same segment', () => {
    const used = new Set<string>();
    let uses = 0;
    const watching: ICrypto = {
      ...crypto,
      seal: (key, nonce, ...rest) => {
        used.add(`${Buffer.from(key).toString('hex')} ${Buffer.from(nonce).toString('hex')}`);
        uses += 1;
        crypto.seal(key, nonce, ...rest);
      }
    };
    const watched = { ...ports, keys: new SessionKeys(watching) };
    const [plain, other] = [mergeChanges(typed('one'))!.bytes, mergeChanges(typed('two'))!.bytes];
    const places = [
      place,
      { ...place, from: 1 },
      { ...place, to: 13 },
      { ...place, chainTo: chance.bytes(32) },
      { ...place, document: 'e' },
      { ...place, room: chance.bytes(16) },
      { ...place, kind: 'outputs' as const },
      { ...place, session: aSession() },
      { ...place, signer: aSession() }
    ];
    const made = places.flatMap(each =>
      [plain, other].map(said =>
        Buffer.from(now<Uint8Array>(then => sealSegment(watched, each, documentKey, said, then))).toString(
          'hex'
        )
      )
    );
    const later = { ...documentKey, epoch: 4 };
    made.push(
      Buffer.from(now<Uint8Array>(then => sealSegment(watched, place, later, plain, then))).toString('hex')
    );
    expect([uses, used.size, new Set(made).size]).toEqual([19, 19, 19]);
    const again = now<Uint8Array>(then => sealSegment(watched, place, documentKey, plain, then));
    expect(Buffer.from(again).toString('hex')).toBe(made[0]);
  });

  it('[ENV7] a segment is told from an envelope by its first byte', () => {
    expect(SEGMENT_TITLE.length).toBe(18);
    expect(VERSION).not.toBe(18);
    expect(() => encodeSegment({ ...segmentOf(seal(mergeChanges(typed('a'))!.bytes)), to: 0 })).toThrow(
      'range'
    );
  });

  it('[ENV7] only a session of the same participant signs for another', () => {
    const bytes = seal(mergeChanges(typed('one'))!.bytes);
    const segment = segmentOf(bytes);
    const author: IWhose = { session: place.session, participant: 'ada', sessionKey: chance.bytes(32) };
    const by: IWhose = { session: place.signer, participant: 'ada', sessionKey: signer.key };
    const isGenuine = (a: IWhose, b: IWhose): boolean =>
      now(then => verifySegment(crypto, a, b, segment, bytes, then));
    expect(isGenuine(author, by)).toBe(true);
    expect(isGenuine(author, { ...by, participant: 'bob' })).toBe(false);
    expect(isGenuine({ ...author, session: aSession() }, by)).toBe(false);
    expect(isGenuine(author, { ...by, session: aSession() })).toBe(false);
  });

  it('[ENV10] who holds the originals finds a segment to say the same, or proves that it does not', () => {
    const changes = typed('the words that were said');
    const { bytes: plain } = mergeChanges(changes)!;
    const segment = segmentOf(seal(plain));
    expect(now(then => openSegment(keys, documentKey.key, segment, then))).toEqual(plain);
    expect(saysTheSame(plain, changes)).toBe(true);
    const others = typed('the words that were sand');
    expect([others, changes.slice(0, -1), []].map(each => saysTheSame(plain, each))).toEqual([
      ...[false, false, false]
    ]);
    expect(saysTheSame(plain, [...changes, new Uint8Array(0)])).toBe(false);
  });

  it('[ENV10] one deletion more or less is not the same', () => {
    const doc = new Y.Doc();
    const changes = typed('words', doc);
    const kept = [...changes];
    doc.getText('t').delete(1, 1);
    expect(saysTheSame(mergeChanges(changes)!.bytes, kept)).toBe(false);
    expect(saysTheSame(mergeChanges(kept)!.bytes, changes)).toBe(false);
    expect(saysTheSame(mergeChanges(changes)!.bytes, changes)).toBe(true);
  });
});

function seal(plain: Uint8Array): Uint8Array {
  return now(then => sealSegment(ports, place, documentKey, plain, then));
}

function segmentOf(bytes: Uint8Array): ISegment {
  return (decodeSegment(bytes) as { value: ISegment }).value;
}

function varUint(value: number): number[] {
  const bytes = [];
  for (; value > 127; value >>>= 7) {
    bytes.push((value & 127) | 128);
  }
  return [...bytes, value];
}
