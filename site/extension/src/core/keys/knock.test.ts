import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes, sameBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { type Answer, ANSWER_BYTES, answeredKnock, makeAnswer, readAnswer } from './answer';
import { type IBoxPlace, sealBox } from './box';
import { bytes, changedAt, CLASS, crypto, JOIN, limits, now, OTHER_CLASS, sessionOf } from './keys.node';
import { KNOCK_BYTES, makeKnock, readKnock } from './knock';

describe('knock', () => {
  const ada = sessionOf(60);
  const salt = bytes(61, 16);
  const made = (by: Partial<IOwnSession & { name: string }> = {}, join = JOIN, id = CLASS): Uint8Array =>
    now(then => makeKnock(crypto, id, join, { name: 'Ada', ...ada, ...by }, salt, then));
  const read = (given: Uint8Array, join = JOIN, id = CLASS, by = crypto) =>
    now<Parameters<Parameters<typeof readKnock>[5]>[0]>(then => readKnock(by, digest, id, join, given, then));
  const faultOf = (...given: Parameters<typeof read>) => {
    const answer = read(...given);
    return answer.kind === 'fault' ? answer.fault : null;
  };

  it('[KEY5] says who knocks, to those who have the link', () => {
    const given = made();
    const { session, participant, agreementKey, introduction } = ada;
    expect(read(given)).toMatchObject({
      kind: 'read',
      value: { id: digest(given), name: 'Ada', session, participant, agreementKey, introduction }
    });
    expect(limits.knock_bytes).toBe(KNOCK_BYTES);
    expect(made({ name: '👩‍🏫'.repeat(64) }).length).toBeLessThan(KNOCK_BYTES);
  });

  it('[KEY5] is nothing to who lacks the link, and nobody knocks without', () => {
    expect(faultOf(made(), bytes(1, 16))).toBe('secret');
    expect(faultOf(made({}, bytes(1, 16)))).toBe('secret');
    const text = Buffer.from(made()).toString('latin1');
    expect(text).not.toContain('Ada');
    expect(text).not.toContain(Buffer.from(ada.rootKey).toString('latin1'));
  });

  it("[KEY5] nobody knocks in another's name", () => {
    const mallory = sessionOf(62);
    expect(faultOf(made({ signer: mallory.signer }))).toBe('signature');
    expect(faultOf(made({ signer: ada.root }))).toBe('signature');
    expect(faultOf(made({ introduction: changedAt(ada.introduction, 300) }))).toBe('introduction');
    expect(faultOf(made({}, JOIN, OTHER_CLASS), JOIN, OTHER_CLASS)).toBe('introduction');
    // What was said at one time is not said at another: the salt is signed.
    const [plain, other] = [made(), bytes(63, 16)];
    expect(plain).not.toEqual(made({ name: 'Eve' }));
    expect(sameBytes(other, salt)).toBe(false);
  });

  it('[KEY5] a byte changed anywhere, cut off or added is refused; what is too long is not looked at', () => {
    const whole = made();
    const faults = new Set<string>();
    for (let at = 0; at < whole.length; at += 1) {
      const fault = faultOf(changedAt(whole, at));
      expect([at, fault]).not.toEqual([at, null]);
      faults.add(fault!);
    }
    expect([...faults].sort()).toEqual(['class', 'form', 'secret', 'what']);
    expect(faultOf(whole.slice(0, -1))).toBe('form');
    // What is sealed is not there at all.
    expect(faultOf(whole.slice(0, '?peerbook knock 1'.length + 16 + 16))).toBe('form');
    expect(faultOf(joinBytes([whole, new Uint8Array(1)]))).toBe('form');
    const never: ICrypto = { ...crypto, derive: () => expect.unreachable() };
    expect(faultOf(joinBytes([whole, new Uint8Array(KNOCK_BYTES)]), JOIN, CLASS, never)).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('what');
  });
});

describe('answer', () => {
  const [ada, ben] = [sessionOf(70), sessionOf(71)];
  const id = bytes(72);
  const admission: Answer = {
    kind: 'admitted',
    founding: bytes(73, 90),
    statements: [bytes(74, 100), bytes(75, 1)],
    keys: [
      { epoch: 1, key: bytes(76) },
      { epoch: 2, key: bytes(77) },
      { epoch: 2, key: bytes(78) }
    ]
  };
  const knock = { id, agreementKey: ada.agreementKey };
  const made = (answer: Answer, to = knock): Uint8Array =>
    now<Uint8Array | null>(then => makeAnswer(crypto, CLASS, to, answer, bytes(79), then))!;
  const read = (given: Uint8Array, own = ada.agreement, asked = [id], classId = CLASS) =>
    now<Parameters<Parameters<typeof readAnswer>[5]>[0]>(then =>
      readAnswer(crypto, classId, own, each => asked.some(one => sameBytes(one, each)), given, then)
    );
  const faultOf = (...given: Parameters<typeof read>) => {
    const answer = read(...given);
    return answer.kind === 'fault' ? answer.fault : null;
  };

  it('[KEY6] brings everything to who knocked', () => {
    for (const answer of [admission, { kind: 'waiting' }, { kind: 'refused' }] as Answer[]) {
      expect(read(made(answer))).toEqual({ kind: 'read', value: answer });
    }
    expect(answeredKnock(made(admission))).toEqual(id);
    expect(answeredKnock(made(admission).slice(0, 50))).toBeNull();
    expect(answeredKnock(bytes(1, 200))).toBeNull();
    expect(limits.message_bytes).toBe(ANSWER_BYTES);
  });

  it('[KEY6] is taken only by who asked, and only as the answer to that knock', () => {
    expect(faultOf(made(admission), ada.agreement, [])).toBe('asked');
    expect(faultOf(made(admission), ada.agreement, [bytes(80)])).toBe('asked');
    expect(faultOf(made(admission), ben.agreement)).toBe('sealed');
    // Moved to another knock of hers.
    const moved = made(admission);
    moved.set(
      bytes(80),
      moved.findIndex((_, at) => sameBytes(moved.subarray(at, at + 32), id))
    );
    expect(faultOf(moved, ada.agreement, [bytes(80)])).toBe('sealed');
    expect(faultOf(made(admission), ada.agreement, [id], OTHER_CLASS)).toBe('class');
    // Whoever knocks with a key that is none gets none.
    expect(made(admission, { id, agreementKey: new Uint8Array(32) })).toBeNull();
  });

  it('[KEY6] a byte changed anywhere, cut off or added is refused', () => {
    const whole = made(admission);
    for (let at = 0; at < whole.length; at += 1) {
      expect([at, faultOf(changedAt(whole, at))]).not.toEqual([at, null]);
    }
    expect(faultOf(whole.slice(0, -1))).toBe('sealed');
    expect(faultOf(joinBytes([whole, new Uint8Array(1)]))).toBe('sealed');
    expect(faultOf(new Uint8Array(ANSWER_BYTES + 1))).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('what');
  });

  it('[KEY6] what a member seals badly is refused as well', () => {
    const sealed = (plain: Uint8Array): Uint8Array => {
      const place: IBoxPlace = { classId: CLASS, epoch: 0, purpose: 'answer', context: id };
      const box = now<Uint8Array | null>(then =>
        sealBox(crypto, bytes(79), ada.agreementKey, place, plain, then)
      )!;
      const whole = made({ kind: 'waiting' });
      return joinBytes([whole.slice(0, whole.length - 49), box]);
    };
    expect(read(sealed(Uint8Array.of(1)))).toEqual({ kind: 'read', value: { kind: 'waiting' } });
    const epochs = (...numbers: number[]) =>
      Uint8Array.of(0, 0, 0, numbers.length, ...numbers.flatMap(epoch => [epoch, ...new Uint8Array(32)]));
    expect(faultOf(sealed(epochs(1, 2)))).toBeNull();
    for (const plain of [
      Uint8Array.of(),
      Uint8Array.of(3),
      Uint8Array.of(1, 0),
      Uint8Array.of(0, 5),
      Uint8Array.of(0, 0, 255, 255, 255, 255, 15),
      Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 15),
      epochs(2, 1),
      joinBytes([epochs(1), Uint8Array.of(0)]),
      epochs(1).slice(0, -1)
    ]) {
      expect([plain, faultOf(sealed(plain))]).toEqual([plain, 'form']);
    }
  });
});
