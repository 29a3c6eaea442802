/**
 * The cheap half of strict verification [CRY1, CRY4]: what bytes may be a point, a scalar, a key to agree with. Libraries
 * disagree about exactly these cases, so every implementation asks here first, and the expensive half is left with one
 * question that all of them answer alike. `site/peerbook/peer/crypto.py` has the same lists.
 */
import { sameBytes } from '../core/bytes';
import { fromHex } from './hex';

/** The field's prime 2^255 - 19 and the group's order L, lowest byte first, as everything of Curve25519 is written. */
const PRIME = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
const ORDER = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');

/** The y of the eight points whose order divides 8: 0, 1, -1 and plus and minus that of order 8. */
const SMALL_Y = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a'
].map(fromHex);

/** The u of the points of small order on Curve25519 and its twist: 0, 1, -1 and the two of order 8. */
const SMALL_U = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157'
].map(fromHex);

/**
 * Whether a key and a signature are worth the equation: right lengths, A and R in their one spelling and not of small
 * order, S below L. That A is on the curve at all is for the equation to find out.
 */
export function mayBeGenuine(key: Uint8Array, signature: Uint8Array): boolean {
  return (
    key.byteLength === 32 &&
    signature.byteLength === 64 &&
    isPoint(key) &&
    isPoint(signature.subarray(0, 32)) &&
    isScalar(signature.subarray(32))
  );
}

/** 32 bytes that may be an Ed25519 point of more than small order, in its one spelling. */
export function isPoint(bytes: Uint8Array): boolean {
  const y = bytes.slice();
  y[31]! &= 0x7f;
  // x = 0 has one sign only; both points with x = 0 are of small order, so that needs no line of its own.
  return isBelow(y, PRIME) && !SMALL_Y.some(small => sameBytes(y, small));
}

/** 32 bytes that are a number below L. */
export function isScalar(bytes: Uint8Array): boolean {
  return isBelow(bytes, ORDER);
}

/** An X25519 key in its one spelling with which a secret can be agreed on. */
export function isAgreementKey(bytes: Uint8Array): boolean {
  return bytes.byteLength === 32 && isBelow(bytes, PRIME) && !SMALL_U.some(small => sameBytes(bytes, small));
}

/** Throws for lengths that only a mistake of this program's own can bring: what others send is never a key of theirs. */
export function mustBe(length: number, bytes: Uint8Array, what: string): void {
  if (bytes.byteLength !== length) {
    throw new RangeError(`${what} has ${bytes.byteLength} bytes, not ${length}`);
  }
}

/** HKDF gives 255 blocks of its hash at most. */
export function mustBeDerivable(bytes: number): void {
  if (!Number.isInteger(bytes) || bytes < 1 || bytes > 8160) {
    throw new RangeError(`HKDF-SHA-256 gives 1 to 8,160 bytes, not ${bytes}`);
  }
}

function isBelow(bytes: Uint8Array, limit: Uint8Array): boolean {
  for (let index = 31; index >= 0; index -= 1) {
    if (bytes[index] !== limit[index]) {
      return bytes[index]! < limit[index]!;
    }
  }
  return false;
}
