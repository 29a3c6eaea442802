/**
 * The seam between the protocol and cryptography: types only. Calls back when done: at once where the implementation can
 * (in the simulation), later where it must (WebCrypto). Nothing here throws, and nothing fails in another way than it says.
 */

export const KEY_BYTES = 32;
export const SIGNATURE_BYTES = 64;
export const NONCE_BYTES = 12;
export const TAG_BYTES = 16;

export interface ICrypto {
  /** Ed25519, strict and cofactorless: the same answer in every implementation (DESIGN, decision 9). */
  verify(
    key: Uint8Array,
    signature: Uint8Array,
    message: Uint8Array,
    then: (isGenuine: boolean) => void
  ): void;
  /** From 32 secret bytes, which cannot be read out of it. */
  signer(seed: Uint8Array, then: (signer: ISigner) => void): void;
  /** X25519, from 32 secret bytes, which cannot be read out of it. */
  agreement(seed: Uint8Array, then: (agreement: IAgreement) => void): void;
  /** AES-256-GCM with a nonce that is never used twice with a key: the ciphertext, and the tag behind it. */
  seal(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    plain: Uint8Array,
    then: (sealed: Uint8Array) => void
  ): void;
  /** Null for what was not sealed with this key, nonce and head. */
  open(
    key: Uint8Array,
    nonce: Uint8Array,
    head: Uint8Array,
    sealed: Uint8Array,
    then: (plain: Uint8Array | null) => void
  ): void;
  /** HKDF with SHA-256. */
  derive(
    secret: Uint8Array,
    salt: Uint8Array,
    info: string,
    bytes: number,
    then: (key: Uint8Array) => void
  ): void;
}

export interface ISigner {
  /** The public key. */
  readonly key: Uint8Array;
  sign(message: Uint8Array, then: (signature: Uint8Array) => void): void;
}

export interface IAgreement {
  /** The public key. */
  readonly key: Uint8Array;
  /** Null for a key of theirs that gives a secret everybody knows. */
  agree(theirs: Uint8Array, then: (secret: Uint8Array | null) => void): void;
}
