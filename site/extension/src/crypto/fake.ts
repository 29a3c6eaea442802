/**
 * Cryptography for simulations: the same seam, the same answers each time, a hundred times as quick, and no protection
 * whatsoever. Whoever knows a public key could sign with it; a simulation's forgers agree not to. What the protocol leans
 * on holds: another key, message, nonce, head or a changed byte is found out.
 */
import { sameBytes } from '../core/bytes';
import type { IAgreement, ICrypto, ISigner } from '../core/crypto';
import { isAgreementKey, mustBe, mustBeDerivable } from './strict';

const TAG_BYTES = 16;
const utf8 = new TextEncoder();

export class Fake implements ICrypto {
  verify(
    key: Uint8Array,
    signature: Uint8Array,
    message: Uint8Array,
    then: (isGenuine: boolean) => void
  ): void {
    then(
      key.byteLength === 32 &&
        signature.byteLength === 64 &&
        sameBytes(signature, mix(64, 'signature', key, message))
    );
  }

  signer(seed: Uint8Array, then: (signer: ISigner) => void): void {
    mustBe(32, seed, 'The seed of a signing key');
    const key = mix(32, 'signing key', seed);
    then({ key, sign: (message, signed) => signed(mix(64, 'signature', key, message)) });
  }

  agreement(seed: Uint8Array, then: (agreement: IAgreement) => void): void {
    mustBe(32, seed, 'The seed of an agreement key');
    const key = mix(32, 'agreement key', seed);
    key[31]! &= 0x7f;
    then({
      key,
      agree: (theirs, agreed) => {
        const isFirst = isBefore(key, theirs);
        const pair = isFirst ? [key, theirs] : [theirs, key];
        agreed(isAgreementKey(theirs) ? mix(32, 'secret', ...pair) : null);
      }
    });
  }

  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    plain: Uint8Array,
    then: (sealed: Uint8Array) => void
  ): void {
    mustBe(32, key, 'A sealing key');
    mustBe(12, nonce, 'A nonce');
    const sealed = new Uint8Array(plain.byteLength + TAG_BYTES);
    sealed.set(covered(key, nonce, plain));
    sealed.set(mix(TAG_BYTES, 'tag', key, nonce, head, plain), plain.byteLength);
    then(sealed);
  }

  open(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    sealed: Uint8Array,
    then: (plain: Uint8Array | null) => void
  ): void {
    mustBe(32, key, 'A sealing key');
    mustBe(12, nonce, 'A nonce');
    const length = sealed.byteLength - TAG_BYTES;
    if (length < 0) {
      then(null);
      return;
    }
    const plain = covered(key, nonce, sealed.subarray(0, length));
    const tag = mix(TAG_BYTES, 'tag', key, nonce, head, plain);
    then(sameBytes(tag, sealed.subarray(length)) ? plain : null);
  }

  derive(
    secret: Uint8Array,
    salt: Uint8Array,
    info: string,
    bytes: number,
    then: (key: Uint8Array) => void
  ): void {
    mustBeDerivable(bytes);
    then(mix(bytes, 'derived', secret, salt, utf8.encode(info)));
  }
}

/** Four 32-bit lanes over the parts and their lengths, stretched to as many bytes as asked for. No cryptography. */
function mix(bytes: number, purpose: string, ...parts: readonly Uint8Array[]): Uint8Array {
  let [a, b, c, d] = [0x9e3779b9, 0x85ebca6b, 0xc2b2ae35, 0x27d4eb2f];
  const take = (value: number): void => {
    let word = Math.imul(value, 0xcc9e2d51);
    word = (word << 15) | (word >>> 17);
    a = Math.imul(a ^ word, 0x85ebca6b);
    b = Math.imul((b << 13) | (b >>> 19), 5) + (word ^ a);
    c = Math.imul(c ^ (word + b), 0xc2b2ae35);
    d = ((d << 7) | (d >>> 25)) ^ (c + word);
  };
  take(purpose.length);
  take(purpose.charCodeAt(0) | (purpose.charCodeAt(1) << 8) | (purpose.charCodeAt(2) << 16));
  for (const part of parts) {
    const { length } = part;
    take(length);
    let index = 0;
    for (; index + 3 < length; index += 4) {
      take(part[index]! | (part[index + 1]! << 8) | (part[index + 2]! << 16) | (part[index + 3]! << 24));
    }
    for (; index < length; index += 1) {
      take(part[index]!);
    }
  }
  const mixed = new Uint8Array(bytes);
  for (let index = 0; index < bytes; index += 1) {
    if (index % 4 === 0) {
      take(index + 1);
      a ^= d >>> 15;
    }
    mixed[index] = (a ^ (b >>> 5) ^ (c >>> 9) ^ (d >>> 11)) >>> (8 * (index % 4));
  }
  return mixed;
}

function covered(key: Uint8Array, nonce: Uint8Array, bytes: Uint8Array): Uint8Array {
  const stream = mix(64, 'stream', key, nonce);
  const out = new Uint8Array(bytes.length);
  for (let index = 0; index < out.length; index += 1) {
    out[index] = bytes[index]! ^ stream[index & 63]!;
  }
  return out;
}

function isBefore(a: Uint8Array, b: Uint8Array): boolean {
  const at = a.findIndex((byte, index) => byte !== b[index]);
  return at >= 0 && a[at]! < (b[at] ?? 0);
}
