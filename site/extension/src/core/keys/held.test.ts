/** What is kept of others' keys, and what of it is refused: bounds, order, spelling. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../bytes';
import type { IAgreement, ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { participantOf } from '../identity/participant';
import { Secret } from '../secret';
import { ANSWER_BYTES, answeredKnock, readAnswer } from './answer';
import { BOX_EXTRA } from './box';
import { HeldWraps, type IHeld, WRAPS_AUTHOR_BYTES, WRAPS_BYTES } from './held';
import { Keyring } from './keyring';
import { KNOCK_EVERY_MS, Knocking } from './knocking';
import { compareBytes, type IWraps, makeWraps, readWraps, WRAP_RECIPIENTS } from './wraps';

const crypto = nodeCrypto();
const CLASS = new Uint8Array(16).fill(0xc1);
const BOOK = '5e'.repeat(32);

function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  let answer: Value | null = null;
  ask(value => (answer = value));
  return answer!;
}

const seed = (byte: number): Uint8Array<ArrayBuffer> => new Uint8Array(32).fill(byte);

function held(document: string, bytes: Uint8Array, boxes = 1, author = 'ada'): IHeld {
  const wraps = { document, epoch: 1, author, shared: new Uint8Array(0), boxes: Array(boxes) };
  return { wraps: wraps as unknown as IWraps, bytes };
}

describe('wraps that are kept', () => {
  it('[KEY3] are so many bytes of one author, and what takes another’s place takes its room', () => {
    const kept = new HeldWraps(digest);
    const half = (boxes: number) => new Uint8Array(WRAPS_AUTHOR_BYTES / 2).fill(boxes);
    expect([kept.keep(held('a', half(1))), kept.keep(held('b', half(1)))]).toEqual([true, true]);
    expect(kept.keep(held('c', Uint8Array.of(1)))).toBe(false);
    expect([kept.keep(held('a', half(2), 2)), kept.keep(held('d', Uint8Array.of(1)))]).toEqual([true, false]);
    kept.drop(held('b', half(1)));
    kept.drop(held('nothing', half(1)));
    expect([kept.keep(held('c', Uint8Array.of(1))), kept.all.length]).toEqual([true, 2]);
    expect(kept.keep(held('d', half(1)))).toBe(false);
  });

  it('[KEY3] who fills their room takes none of what others’ keys have', () => {
    const kept = new HeldWraps(digest);
    const piece = new Uint8Array(WRAPS_AUTHOR_BYTES / 4);
    const fit = Array.from({ length: 8 }, (_, at) => kept.keep(held(`m${at}`, piece, 1, 'mallory')));
    expect(fit.filter(Boolean)).toHaveLength(4);
    expect(kept.keep(held('b', piece, 1, 'ben'))).toBe(true);
  });

  it('[KEY3] are so many bytes of all', () => {
    const kept = new HeldWraps(digest);
    const whole = new Uint8Array(WRAPS_AUTHOR_BYTES);
    const fit = Array.from({ length: 9 }, (_, at) => kept.keep(held('a', whole, 1, `of ${at}`)));
    expect(fit.filter(Boolean)).toHaveLength(WRAPS_BYTES / WRAPS_AUTHOR_BYTES);
  });

  it('[KEY3] of as many readers are those of the greater hash, in whatever order they came', () => {
    const both = [1, 2].map(byte => held('a', Uint8Array.of(byte)));
    const greater = [...both].sort((a, b) => compareBytes(digest(a.bytes), digest(b.bytes)))[1];
    for (const order of [both, [...both].reverse(), [...both, ...both]]) {
      const kept = new HeldWraps(digest);
      order.forEach(each => kept.keep(each));
      expect(kept.all).toEqual([greater]);
    }
    const more = held('a', Uint8Array.of(3), 2);
    for (const order of [
      [greater!, more],
      [more, greater!]
    ]) {
      const kept = new HeldWraps(digest);
      order.forEach(each => kept.keep(each));
      expect(kept.all).toEqual([more]);
    }
  });

  it('[KEY3] name each device once, in order: other spellings of the same are refused, though their author signs', () => {
    const root = now<ISigner>(then => crypto.signer(seed(1), then));
    const readers = [2, 3].map(byte => now<IAgreement>(then => crypto.agreement(seed(byte), then)).key);
    const document = `${BOOK}.mine.${participantOf(digest, root.key)}`;
    const place = { classId: CLASS, document, epoch: 1 };
    const wrapping = { secret: seed(4), recipients: readers, shareWith: null };
    const fill = (bytes: Uint8Array): unknown => bytes.fill(5);
    const made = now<Uint8Array>(then => makeWraps(crypto, digest, root, place, wrapping, fill, then));
    const fault = (bytes: Uint8Array): string | null =>
      now(then =>
        readWraps(crypto, digest, CLASS, 'ee', bytes, read => then(read.kind === 'fault' ? read.fault : null))
      );
    const size = 64 + BOX_EXTRA;
    const at = made.byteLength - 64 - 2 * size;
    const [one, two] = [made.slice(at, at + size), made.slice(at + size, at + 2 * size)];
    const spelled = (...boxes: Uint8Array[]): Uint8Array => {
      const unsigned = joinBytes([made.slice(0, at), ...boxes]);
      return joinBytes([unsigned, now<Uint8Array>(then => root.sign(unsigned, then))]);
    };
    expect([fault(made), fault(spelled(one, two))]).toEqual([null, null]);
    expect([fault(spelled(two, one)), fault(spelled(one, one))]).toEqual(['form', 'form']);
    // Of so many devices, and one more.
    const many = (count: number): string | null => {
      const boxes = Array.from({ length: count }, (_, index) => {
        const box = one.slice();
        new DataView(box.buffer).setUint32(0, index);
        return box;
      });
      const number = Uint8Array.of(128 + (count % 128), count >> 7);
      const unsigned = joinBytes([made.slice(0, at - 1), number, ...boxes]);
      return fault(joinBytes([unsigned, now<Uint8Array>(then => root.sign(unsigned, then))]));
    };
    expect([many(WRAP_RECIPIENTS), many(WRAP_RECIPIENTS + 1)]).toEqual([null, 'form']);
  });
});

describe('bytes in their order', () => {
  it.each([
    [[1, 2], [1, 3], -1],
    [[2], [1, 9], 1],
    [[1, 2], [1, 2], 0],
    [[1], [1, 0], -1],
    [[1, 0], [1], 1]
  ])('[KEY3] %j and %j', (a, b, order) => {
    expect(Math.sign(compareBytes(Uint8Array.from(a), Uint8Array.from(b)))).toBe(order);
  });
});

describe('keys that are kept', () => {
  const ring = (stated: readonly Uint8Array[]): Keyring =>
    new Keyring({
      ...{ crypto, digest, everyone: 'ee' },
      own: { participant: '0e'.repeat(16), root: new Secret(seed(9)), classId: CLASS },
      epochs: () => (stated.length > 0 ? [1] : []),
      stated: () => stated,
      teamKeys: () => []
    });

  it('[KEY4] have 32 bytes, whatever hash an instructor stated', () => {
    for (const key of [new Uint8Array(0), new Uint8Array(31), new Uint8Array(33)]) {
      expect(ring([digest(key)]).takeEpoch(1, key)).toBe('wrong');
    }
    expect(ring([digest(seed(1))]).takeEpoch(1, seed(1))).toBe('taken');
    expect([ring([]).isCurrent, ring([digest(seed(1))]).isCurrent]).toEqual([false, false]);
  });

  it('[KEY4] of documents are so many, and the first of each stays', () => {
    const keys = ring([digest(seed(1))]);
    const takes = (name: string, byte = 1) => keys.takeSecret(name, 1, seed(byte));
    expect([takes('a'), takes('a'), takes('a', 2)]).toEqual(['taken', 'known', 'other']);
    for (let count = 1; count < 20_000; count += 1) {
      takes(`document ${count}`);
    }
    expect([takes('one more'), takes('a'), takes('a', 2)]).toEqual(['full', 'known', 'other']);
  });
});

describe('what is asked and answered', () => {
  it('[KEY9] one knock at a time is made, however long cryptography takes, and nobody is told before', () => {
    const [making, sent]: [((bytes: Uint8Array, id: Uint8Array) => void)[], (string | null)[]] = [[], []];
    let time = 0;
    const knocking = new Knocking({
      now: () => time,
      make: then => making.push(then),
      send: (_, to) => sent.push(to),
      isInside: () => false,
      missing: () => 0,
      learn: () => undefined,
      changed: () => undefined
    });
    knocking.need();
    knocking.met('ben');
    time = 2 * KNOCK_EVERY_MS;
    knocking.tick();
    expect([making.length, sent]).toEqual([1, []]);
    making[0]!(Uint8Array.of(1), seed(1));
    knocking.met('ben');
    expect(sent).toEqual([null, 'ben']);
  });

  it.each(['waiting', 'refused'] as const)(
    '[KEY9] who was told %s knocks at once when they may come in',
    kind => {
      let isInside = false;
      const [sent, told]: [(string | null)[], string[]] = [[], []];
      const knocking = new Knocking({
        now: () => 0,
        make: then => then(seed(1), seed(1)),
        send: (_, to) => sent.push(to),
        isInside: () => isInside,
        missing: () => 0,
        learn: () => undefined,
        changed: state => told.push(state)
      });
      knocking.again();
      expect([sent, told]).toEqual([[], []]);
      knocking.need();
      knocking.again();
      knocking.answered(kind);
      knocking.again();
      expect([sent, told]).toEqual([
        [null, null],
        ['knocking', kind, 'knocking']
      ]);
      // Nobody is asked for what is here.
      isInside = true;
      knocking.met('ben');
      expect([sent.length, knocking.state]).toEqual([2, 'inside']);
    }
  );

  it('[KEY6] what is longer than an answer is not looked at, and passed back to nobody', () => {
    const short = new Uint8Array(ANSWER_BYTES);
    short.set(new TextEncoder().encode('\x11peerbook answer 1'));
    const long = joinBytes([short, Uint8Array.of(0)]);
    expect([answeredKnock(short)?.byteLength, answeredKnock(long)]).toEqual([32, null]);
    const own = now<IAgreement>(then => crypto.agreement(seed(2), then));
    const faults = [short, long].map(bytes =>
      now<string>(then =>
        readAnswer(
          crypto,
          CLASS,
          own,
          () => true,
          bytes,
          read => then(read.kind === 'fault' ? read.fault : '')
        )
      )
    );
    expect(faults).toEqual(['class', 'length']);
  });
});
