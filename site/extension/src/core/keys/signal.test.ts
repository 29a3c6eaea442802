import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { nodeCrypto } from '../envelope/crypto.node';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { openSignal, sealSignal } from './signal';

const crypto = nodeCrypto();
const chance = new Chance(7);
const CLASS = { classId: new Uint8Array(16).fill(1), joinSecret: new Uint8Array(16).fill(2) };
const SDP = new TextEncoder().encode('{"sdp": "a=fingerprint:sha-256 AA:BB"}');
const fill = (bytes: Uint8Array): unknown => bytes.set(chance.bytes(bytes.length));

function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  const answers: Value[] = [];
  ask(value => answers.push(value));
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

function person(): IOwnSession {
  const seeds = { root: new Secret(chance.bytes(32)), device: new Secret(chance.bytes(32)) };
  return now(then => openSession(crypto, digest, CLASS.classId, seeds, fill, then));
}

describe('signal', () => {
  const [ada, ben, cem] = [person(), person(), person()];
  const seal = (own: IOwnSession, to: string, place = CLASS) =>
    now<Uint8Array>(then => sealSignal(crypto, place, own, to, SDP, chance.bytes(16), then));
  const open = (from: string, to: string, bytes: Uint8Array, place = CLASS) =>
    now<Uint8Array | null>(then => openSignal(crypto, digest, place, from, to, bytes, then));

  it('[KEY10] is read by whom it is for, and by nobody who has not the link', () => {
    const sealed = seal(ada, ben.session);
    expect(open(ada.session, ben.session, sealed)).toEqual(SDP);
    expect(open(ada.session, ben.session, sealed, { ...CLASS, joinSecret: new Uint8Array(16) })).toBeNull();
    expect(new TextDecoder('latin1').decode(sealed)).not.toContain('fingerprint');
    expect(seal(ada, ben.session)).not.toEqual(sealed);
  });

  it('[KEY10] with another sender, addressee or fingerprint it is nothing, whoever changed it', () => {
    const sealed = seal(ada, ben.session);
    expect(open(cem.session, ben.session, sealed)).toBeNull();
    expect(open(ada.session, cem.session, sealed)).toBeNull();
    for (let at = 0; at < sealed.length; at += 1) {
      const changed = sealed.slice();
      changed[at]! ^= 1;
      expect(open(ada.session, ben.session, changed)).toBeNull();
    }
    expect(open(ada.session, ben.session, sealed.subarray(0, 40))).toBeNull();
    expect(open(ada.session, ben.session, new Uint8Array(0))).toBeNull();
  });

  it('[KEY10] a classmate, who has the link, speaks for nobody else', () => {
    const asAda: IOwnSession = { ...cem, session: ada.session };
    expect(open(ada.session, ben.session, seal(asAda, ben.session))).toBeNull();
    const withHers: IOwnSession = { ...asAda, introduction: ada.introduction };
    expect(open(ada.session, ben.session, seal(withHers, ben.session))).toBeNull();
    for (const introduction of [cem.introduction.slice(1), new Uint8Array(0), new Uint8Array(344)]) {
      expect(open(cem.session, ben.session, seal({ ...cem, introduction }, ben.session))).toBeNull();
    }
  });
});
