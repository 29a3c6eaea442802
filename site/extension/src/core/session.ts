/**
 * A session is one page load: 16 bytes as random as their secret, kept in memory only, spelled as base64url without padding. Everything a
 * page sends counts from 0 in its session, so that a reload, a second tab or a restored profile can never contradict it.
 */
import * as encoding from 'lib0/encoding';
import { tagged } from './tagged';

export const SESSION_BYTES = 16;
/** More than the sessions that write to one document. */
const CLIENTS_KEPT = 4096;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** By character code. */
const VALUES = new Uint8Array(128);
[...ALPHABET].forEach((character, value) => (VALUES[character.charCodeAt(0)] = value));
/** 128 bits in 22 characters: the last carries two bits only, so there is one spelling. */
const SESSION = /^[A-Za-z0-9_-]{21}[AQgw]$/;

/** SHA-256, passed in: the page's is `lib0/hash/sha256` until there is a faster one that needs no promise. */
export type Digest = (bytes: Uint8Array) => Uint8Array;

/** A new session. `fill` is `crypto.getRandomValues` in a page. */
export function makeSession(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): string {
  const bytes = new Uint8Array(SESSION_BYTES);
  fill(bytes);
  return sessionText(bytes);
}

/** The session that belongs to a secret: nobody can claim it from the server without knowing that [SIG2]. */
export function sessionOf(digest: Digest, secret: string): string {
  return sessionText(digest(sessionBytes(secret)).subarray(0, SESSION_BYTES));
}

/**
 * The session that belongs to a secret and to a set of keys [IDN3], from the hashes of both: the server is given the
 * secret and the keys' hash, everybody else the keys and the secret's hash.
 */
export function sessionOfKeys(digest: Digest, secretHash: Uint8Array, keysHash: Uint8Array): string {
  return sessionText(digest(tagged('session', secretHash, keysHash)).subarray(0, SESSION_BYTES));
}

export function isSession(value: unknown): value is string {
  return typeof value === 'string' && SESSION.test(value);
}

export function sessionText(bytes: Uint8Array): string {
  let text = '';
  let [bits, held] = [0, 0];
  for (const byte of bytes) {
    bits = ((bits << 8) | byte) & 0xffff;
    for (held += 8; held >= 6; held -= 6) {
      text += ALPHABET[(bits >> (held - 6)) & 63];
    }
  }
  return held > 0 ? text + ALPHABET[(bits << (6 - held)) & 63] : text;
}

/** @throws Error for what is no session: check what comes from others with `isSession`. */
export function sessionBytes(session: string): Uint8Array<ArrayBuffer> {
  if (!SESSION.test(session)) {
    throw new Error(`Not a session: ${session}`);
  }
  const bytes = new Uint8Array(SESSION_BYTES);
  let [bits, held, at] = [0, 0, 0];
  for (let index = 0; index < session.length; index += 1) {
    bits = ((bits << 6) | VALUES[session.charCodeAt(index)]!) & 0xffff;
    held += 6;
    if (held >= 8 && at < SESSION_BYTES) {
      held -= 8;
      bytes[at++] = (bits >> held) & 255;
    }
  }
  return bytes;
}

/** The 53 bits that Yjs writes a session's changes to a document under. Never 0, which nobody has. */
export function clientOf(digest: Digest, document: string, author: string, session: string): number {
  const encoder = encoding.createEncoder();
  [document, author].forEach(text => encoding.writeVarString(encoder, text));
  encoding.writeUint8Array(encoder, sessionBytes(session));
  const hash = digest(encoding.toUint8Array(encoder));
  let client = hash[0]! % 32;
  for (let index = 1; index < 7; index += 1) {
    client = client * 256 + hash[index]!;
  }
  return client || 1;
}

/** `clientOf` of one document, remembered: it is asked for with each piece of a log. */
export function clientsOf(digest: Digest, document: string): (session: string, author: string) => number {
  const known = new Map<string, { readonly author: string; readonly client: number }>();
  return (session, author) => {
    const before = known.get(session);
    if (before?.author === author) {
      return before.client;
    }
    const client = clientOf(digest, document, author, session);
    if (known.size >= CLIENTS_KEPT) {
      known.clear();
    }
    known.set(session, { author, client });
    return client;
  };
}
