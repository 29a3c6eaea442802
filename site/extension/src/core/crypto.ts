/**
 * The cryptography of the protocol, passed in. Callbacks instead of promises: an implementation that can, calls back at
 * once, so that what a page must still sign while it is being left is signed, and a simulation is deterministic; WebCrypto
 * calls back later. Signing, sealing and deriving are answered at once in every page; verifying, agreeing and opening perhaps
 * later, and in any order [CRY7]. The rules are CRY in docs/SPEC.md; every implementation passes `crypto/contract.ts`. Types
 * only.
 *
 * SHA-256 is `Digest` of core/session.ts.
 */

export interface ICrypto {
  /** Ed25519, strict and cofactorless [CRY1]. False for whatever is not 32, 64 and any number of bytes. */
  verify(
    key: Uint8Array,
    signature: Uint8Array,
    message: Uint8Array,
    then: (isGenuine: boolean) => void
  ): void;
  /** A signer from 32 secret bytes; the secret cannot be read from it. */
  signer(seed: Uint8Array, then: (signer: ISigner) => void): void;
  /** An X25519 key pair from 32 secret bytes, which cannot be read from it. */
  agreement(seed: Uint8Array, then: (agreement: IAgreement) => void): void;
  /** AES-256-GCM: `key` 32 bytes, `nonce` 12, the tag's 16 bytes behind the ciphertext; `head` is authenticated with it. */
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
  /** HKDF-SHA-256; `bytes` at most 8,160. */
  derive(
    secret: Uint8Array,
    salt: Uint8Array,
    info: string,
    bytes: number,
    then: (key: Uint8Array) => void
  ): void;
}

export interface ISigner {
  /** The public key, 32 bytes. */
  readonly key: Uint8Array;
  /** Ed25519: 64 bytes. */
  sign(message: Uint8Array, then: (signature: Uint8Array) => void): void;
}

export interface IAgreement {
  /** The public key, 32 bytes. */
  readonly key: Uint8Array;
  /** The shared secret's 32 bytes; null for a key of small order, with which nothing is secret. */
  agree(theirs: Uint8Array, then: (secret: Uint8Array | null) => void): void;
}
