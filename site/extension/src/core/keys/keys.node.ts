/** What tests of keys, boxes and knocks have in common. */
import { digest } from 'lib0/hash/sha256';
import { crypto, limits, now } from '../class/kit.node';
import type { IAgreement, ISigner } from '../crypto';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';

export { crypto, limits, now };
export const CLASS = new Uint8Array(16).fill(0xc1);
export const OTHER_CLASS = new Uint8Array(16).fill(0xc2);
export const JOIN = new Uint8Array(16).fill(0x10);
export const GENESIS = '5e'.repeat(32);
export const EVERYONE = 'ee'.repeat(16);

export const bytes = (seed: number, count = 32): Uint8Array => new Chance(seed).bytes(count);
export const agreementOf = (seed: number): IAgreement => now(then => crypto.agreement(bytes(seed), then));
export const signerOf = (seed: number): ISigner => now(then => crypto.signer(bytes(seed), then));
export const sessionOf = (seed: number): IOwnSession => {
  const chance = new Chance(seed);
  const seeds = { root: new Secret(chance.bytes(32)), device: new Secret(chance.bytes(32)) };
  return now(then =>
    openSession(crypto, digest, CLASS, seeds, into => into.set(chance.bytes(into.length)), then)
  );
};
/** Each byte of something changed in turn. */
export const changedAt = (given: Uint8Array, at: number): Uint8Array => {
  const other = given.slice();
  other[at]! ^= 1 << (at % 8);
  return other;
};
