/**
 * Cryptography in JavaScript alone, which answers at once: for signing and sealing everywhere, and for all the rest where
 * the browser has none (plain http, older ones). `ed25519.verify` of noble is not asked: it multiplies by the cofactor, so
 * it would take signatures that the browser's refuses [CRY1].
 */
import { gcm } from '@noble/ciphers/aes.js';
import { ed25519, x25519 } from '@noble/curves/ed25519.js';
import { hkdf } from '@noble/hashes/hkdf.js';
import { sha256, sha512 } from '@noble/hashes/sha2.js';
import { joinBytes, sameBytes } from '../core/bytes';
import type { IAgreement, ICrypto, ISigner } from '../core/crypto';
import { Recent } from './recent';
import { isAgreementKey, mayBeGenuine, mustBe, mustBeDerivable } from './strict';

const { Point } = ed25519;
type Point = InstanceType<typeof Point>;

/** Keys remembered: as many as people who write in one class. A table has some 100 KB. */
const POINTS = 64;
/** A key that is met again so often gets a table: it costs as much as six verifications and makes each five times as quick. */
const WORTH_A_TABLE = 4;

export class Noble implements ICrypto {
  verify(
    key: Uint8Array,
    signature: Uint8Array,
    message: Uint8Array,
    then: (isGenuine: boolean) => void
  ): void {
    then(mayBeGenuine(key, signature) && this._solves(key, signature, message));
  }

  signer(seed: Uint8Array, then: (signer: ISigner) => void): void {
    then(new Signer(seed));
  }

  agreement(seed: Uint8Array, then: (agreement: IAgreement) => void): void {
    then(new Agreement(seed));
  }

  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    plain: Uint8Array,
    then: (sealed: Uint8Array) => void
  ): void {
    then(cipher(key, nonce, head).encrypt(plain));
  }

  open(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    sealed: Uint8Array,
    then: (plain: Uint8Array | null) => void
  ): void {
    let plain: Uint8Array | null = null;
    const opener = cipher(key, nonce, head);
    try {
      plain = opener.decrypt(sealed);
    } catch {
      // Sealed by somebody else, or with something else: null says it.
    }
    then(plain);
  }

  derive(
    secret: Uint8Array,
    salt: Uint8Array,
    info: string,
    bytes: number,
    then: (key: Uint8Array) => void
  ): void {
    mustBeDerivable(bytes);
    then(hkdf(sha256, secret, salt, new TextEncoder().encode(info), bytes));
  }

  /** S B - k A is R, compared as bytes: the equation without the cofactor, k modulo L [CRY2]. */
  private _solves(key: Uint8Array, signature: Uint8Array, message: Uint8Array): boolean {
    const point = this._point(key);
    if (!point) {
      return false;
    }
    const r = signature.subarray(0, 32);
    const k = Point.Fn.create(number(sha512(joinBytes([r, key, message]))));
    const s = number(signature.subarray(32));
    return sameBytes(Point.BASE.multiplyUnsafe(s).subtract(point.multiplyUnsafe(k)).toBytes(), r);
  }

  private _point(key: Uint8Array): Point | null {
    const name = String.fromCharCode(...key);
    let known = this._points.get(name);
    if (!known) {
      try {
        known = { point: Point.fromBytes(key), met: 0 };
      } catch {
        return null; // not on the curve
      }
      this._points.set(name, known);
    }
    known.met += 1;
    if (known.met === WORTH_A_TABLE) {
      known.point.precompute(4);
    }
    return known.point;
  }

  private readonly _points = new Recent<{ readonly point: Point; met: number }>(POINTS);
}

class Signer implements ISigner {
  readonly key: Uint8Array;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    mustBe(32, seed, 'The seed of a signing key');
    this.#seed = seed.slice();
    this.key = ed25519.getPublicKey(seed);
  }

  sign(message: Uint8Array, then: (signature: Uint8Array) => void): void {
    then(ed25519.sign(message, this.#seed));
  }
}

class Agreement implements IAgreement {
  readonly key: Uint8Array;
  readonly #seed: Uint8Array;

  constructor(seed: Uint8Array) {
    mustBe(32, seed, 'The seed of an agreement key');
    this.#seed = seed.slice();
    this.key = x25519.getPublicKey(seed);
  }

  agree(theirs: Uint8Array, then: (secret: Uint8Array | null) => void): void {
    then(isAgreementKey(theirs) ? x25519.getSharedSecret(this.#seed, theirs) : null);
  }
}

function cipher(key: Uint8Array, nonce: Uint8Array, head: Uint8Array): ReturnType<typeof gcm> {
  mustBe(32, key, 'A sealing key');
  mustBe(12, nonce, 'A nonce');
  return gcm(key, nonce, head);
}

/** Lowest byte first. */
function number(bytes: Uint8Array): bigint {
  let hex = '0x';
  for (let index = bytes.byteLength - 1; index >= 0; index -= 1) {
    hex += bytes[index]!.toString(16).padStart(2, '0');
  }
  return BigInt(hex);
}
