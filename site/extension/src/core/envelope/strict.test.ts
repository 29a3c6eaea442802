import { createHash } from 'node:crypto';
import * as encoding from 'lib0/encoding';
import { describe, expect, it, vi } from 'vitest';
import type { ICrypto, ISigner } from '../crypto';
import { craft, numberOf, textOf, valuesOf } from '../permissions/crafted.testing';
import { nodeCrypto } from './crypto.node';
import { planSegments, SEGMENT_STRUCTS } from './compact';
import { SessionKeys } from './keys';
import { beginsWith, mergeChanges } from './merge';
import { Reader } from './reader';
import { readRuns } from './runs';
import { type ISealed, nonceOf } from './seal';
import { Seals } from './seals';
import { encodeSegment } from './segment';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const at = (client: number, clock: number) => ({ client, clock });
const merged = (...changes: Uint8Array[]): Uint8Array => mergeChanges(changes)!.bytes;
const kinds = (bytes: Uint8Array): string =>
  readRuns(bytes)!
    .runs.map(({ kind, length, text }) => text || `${kind}x${length}`)
    .join(' ');

describe('reading', () => {
  it('[SYN2] after the first thing that is wrong nothing is given, however much follows', () => {
    const reader = new Reader(Uint8Array.of(0x80, 0, 1, 1, 65));
    expect([reader.number(), reader.fault]).toEqual([0, 'number']);
    expect([reader.byte(), reader.number(), reader.text(), reader.left]).toEqual([0, 0, '', 3]);
    expect([reader.take(1), reader.block(), reader.rest()].map(({ byteLength }) => byteLength)).toEqual([
      0, 0, 0
    ]);
    expect([reader.fault, reader.left]).toEqual(['number', 3]);
    // Nor the part of a number that ends early.
    const early = new Reader(Uint8Array.of(0x85));
    expect([early.number(), early.fault]).toEqual([0, 'cut-short']);
  });

  it('[ENV8] a change that says it is longer than it is takes no longer than it is', () => {
    const many = [0xa0, 0x8d, 0x06]; // 100,000
    const value = (...bytes: number[]): Uint8Array =>
      craft(5, 0, [
        { kind: 8, parent: at(9, 0), content: into => encoding.writeUint8Array(into, Uint8Array.from(bytes)) }
      ]).slice(0, -1);
    const byte = vi.spyOn(Reader.prototype, 'byte');
    for (const bytes of [
      [1, ...many, 5, 0],
      [0, ...many],
      [0, 1, 5, ...many],
      value(...many),
      value(1, 117, ...many)
    ]) {
      byte.mockClear();
      expect(readRuns(Uint8Array.from(bytes))).toBeNull();
      expect(byte.mock.calls.length).toBeLessThan(30);
    }
    byte.mockRestore();
  });

  it('[ENV8] content that no document of a class has is no change', () => {
    const of = (kind: number): unknown =>
      readRuns(craft(5, 0, [{ kind, parent: at(9, 0), content: numberOf(1) }]));
    expect([1, 7].map(kind => of(kind) !== null)).toEqual([true, true]);
    expect([2, 3, 5, 6, 9, 10].map(of)).toEqual(Array<null>(6).fill(null));
    expect(readRuns(craft(5, 0, [{ kind: 1, parent: at(9, 0), content: numberOf(0) }]))).toBeNull();
    expect(readRuns(craft(5, 0, [{ kind: 0, content: numberOf(0) }]))).toBeNull();
    expect(readRuns(craft(5, 0, [{ kind: 8, parent: at(9, 0), content: valuesOf() }]))).toBeNull();
  });

  it.each([
    ['class', { room: new Uint8Array(33) }],
    ['class', { room: new Uint8Array(15) }],
    ['document', { document: 'd'.repeat(256) }],
    ['document', { document: '' }]
  ])('[ENV7] no segment has such a %s', (fault, other) => {
    const session = 'A'.repeat(22);
    const place = { room: new Uint8Array(32), document: 'd'.repeat(255), session, kind: 'document' as const };
    const chains = { chainFrom: new Uint8Array(32), chainTo: new Uint8Array(32), nonce: new Uint8Array(12) };
    const rest = { epoch: 0, from: 0, to: 1, signer: session, payload: new Uint8Array(1) };
    const segment = { ...place, ...chains, ...rest, signature: new Uint8Array(64) };
    expect(() => encodeSegment(segment)).not.toThrow();
    expect(() => encodeSegment({ ...segment, ...other })).toThrow(fault);
  });
});

describe('merging what was crafted', () => {
  it('[ENV8] only what stands in one row in one place is one run', () => {
    const type = { kind: 7, content: numberOf(2) };
    const value = { kind: 8, content: valuesOf(1) };
    const text = { content: textOf('a') };
    const pairs: [string, Parameters<typeof craft>[2]][] = [
      [
        'types',
        [
          { ...type, parent: at(9, 0) },
          { ...type, left: at(5, 0) }
        ]
      ],
      [
        'the first under a key',
        [
          { ...value, key: 'k' },
          { ...value, left: at(5, 0) }
        ]
      ],
      [
        'the second under a key',
        [
          { ...value, parent: at(9, 0) },
          { ...value, left: at(5, 0), key: 'k' }
        ]
      ],
      [
        'something to the right of the first',
        [
          { ...text, left: at(9, 0), right: at(9, 1) },
          { ...text, left: at(5, 0) }
        ]
      ],
      [
        'something to the right of the second',
        [
          { ...text, left: at(9, 0) },
          { ...text, left: at(5, 0), right: at(9, 1) }
        ]
      ],
      [
        'behind somebody else’s',
        [
          { ...text, left: at(9, 0) },
          { ...text, left: at(9, 0) }
        ]
      ]
    ];
    pairs.forEach(([title, structs]) =>
      expect([title, kinds(merged(craft(5, 0, structs)))]).toEqual([title, kinds(craft(5, 0, structs))])
    );
    const row = craft(5, 0, [
      { ...text, left: at(9, 0), right: at(9, 1) },
      { ...text, left: at(5, 0), right: at(9, 1) }
    ]);
    expect(kinds(merged(row))).toBe('aa');
  });

  it('[ENV8] what is deleted leaves its length alone, but half a character is left whole', () => {
    const text = (words: string): Uint8Array => craft(5, 0, [{ content: textOf(words), parent: at(9, 0) }]);
    const gone = (from: number, length: number): Uint8Array => craft(5, 0, [], [[5, [from, length]]]);
    expect(kinds(merged(text('aＡb'), gone(1, 1)))).toBe('a 1x1 b');
    expect(kinds(merged(text('a😀b'), gone(1, 2)))).toBe('a 1x2 b');
    expect(kinds(merged(text('a😀b'), gone(2, 2)))).toBe('a😀 1x1');
    expect(kinds(merged(text('a😀b'), gone(0, 2)))).toBe('1x1 😀b');
    const values = craft(5, 0, [{ kind: 8, content: valuesOf(1, 2, 3), parent: at(9, 0) }]);
    expect(kinds(merged(values, gone(1, 1)))).toBe('8x1 1x1 8x1');
  });

  it('[ENV10] what begins with changes says them, and goes on; garbage and others’ do neither', () => {
    const word = (client: number, clock: number, content: string, left: number): Uint8Array =>
      craft(client, clock, [{ content: textOf(content), left: at(9, left) }]);
    const [a, b, c] = [word(5, 0, 'ab', 0), word(5, 2, 'c', 3), word(5, 3, 'd', 5)];
    const all = merged(a, b, c);
    expect([[], [a], [a, b], [a, b, c]].map(each => beginsWith(all, each))).toEqual(
      Array<boolean>(4).fill(true)
    );
    expect(beginsWith(merged(a, b), [a, b, c])).toBe(false);
    expect(beginsWith(all, [word(5, 0, 'aX', 0)])).toBe(false);
    expect(beginsWith(all, [word(5, 0, 'a', 0)])).toBe(true);
    expect(beginsWith(all, [word(6, 0, 'ab', 0)])).toBe(false);
    expect(beginsWith(all, [Uint8Array.of(9, 9, 9)])).toBe(false);
    expect(beginsWith(Uint8Array.of(9, 9, 9), [a])).toBe(false);
  });

  it('[ENV9] no segment has more structs, or more deletions, than one may have', () => {
    const each = (index: number) => ({ from: index, to: index + 1 });
    const many = Array.from({ length: 30 }, (_, index) => index);
    const structs = many.map(index => ({
      ...each(index),
      change: craft(
        5,
        index * 100,
        Array.from({ length: 100 }, (_, n) => ({ content: textOf('a'), left: at(9, n % 2) }))
      )
    }));
    const deletions = many.map(index => ({
      ...each(index),
      change: craft(
        5,
        0,
        [],
        [[9, ...Array.from({ length: 100 }, (_, n) => [index * 200 + n * 2, 1] as const)]]
      )
    }));
    for (const changes of [structs, deletions]) {
      const plans = planSegments(changes);
      expect([plans[0]!.from, plans.at(-1)!.to, plans.length]).toEqual([0, 30, 2]);
      plans.forEach(({ plain }) => {
        const { runs, deleted } = readRuns(plain)!;
        expect(runs.length + (deleted.get(9)?.length ?? 0)).toBeLessThanOrEqual(SEGMENT_STRUCTS);
      });
    }
  });
});

describe('sealing while cryptography takes its time', () => {
  const place = { room: new Uint8Array(16), session: `${'B'.repeat(21)}A` };
  const key = { epoch: 1, key: new Uint8Array(32).fill(1) };
  const sealsOf = (crypto: ICrypto): Seals => {
    const signer: ISigner = { key: new Uint8Array(32), sign: (_, then) => then(new Uint8Array(64)) };
    return new Seals({ ...place, digest, signer, keys: new SessionKeys(crypto) });
  };

  it('[ENV3] the next envelope waits for the one before: no nonce is used twice, and what is on its way is counted', () => {
    const later: (() => void)[] = [];
    const nonces: string[] = [];
    const crypto = nodeCrypto(run => later.push(run));
    const seals = sealsOf({
      ...crypto,
      seal: (of, nonce, ...rest) => {
        nonces.push(nonce.join());
        crypto.seal(of, nonce, ...rest);
      }
    });
    const made: ISealed[] = [];
    expect(seals.waiting).toBe(0);
    [1, 2, 3].forEach(word => seals.seal('d', 'document', key, Uint8Array.of(word), each => made.push(each)));
    expect(seals.waiting).toBe(3);
    while (later.length > 0) {
      later.shift()!();
    }
    expect(made.map(({ envelope }) => envelope.sequence)).toEqual([0, 1, 2]);
    expect(nonces).toEqual([0, 1, 2].map(sequence => nonceOf(sequence).join()));
    expect(seals.waiting).toBe(0);
  });

  it('[ENV3] thousands that are said at once do not pile up', () => {
    const seal: ICrypto['seal'] = (_, __, ___, plain, then) => then(plain);
    const derive: ICrypto['derive'] = (_, __, ___, length, then) => then(new Uint8Array(length));
    const seals = sealsOf({ seal, derive } as ICrypto);
    let made = 0;
    const say = (then: () => void): unknown => seals.seal('d', 'document', key, new Uint8Array(20), then);
    say(() => Array.from({ length: 5000 }, () => say(() => (made += 1))));
    expect(made).toBe(5000);
  });
});
