/**
 * Until the page knows root keys, founding records and doors: a session of its own whose keys follow from who one is on
 * this device, keys of documents that follow from the link, and everybody may write what everybody may.
 */
import type { ICrypto } from '../core/crypto';
import { type IOwnSession, openSession } from '../core/identity/own';
import { Secret } from '../core/secret';
import type { Digest } from '../core/session';
import type { IKeys, IRules } from '../core/sync/options';
import { tagged } from '../core/tagged';

const text = (words: string): Uint8Array => new TextEncoder().encode(words);

export const EVERYBODY: IRules = { standing: () => 'may', cutOf: () => null };

export function keysOfLink(digest: Digest, id: Uint8Array): IKeys {
  const keyOf = (document: string): Uint8Array => digest(tagged('provisional key', id, text(document)));
  return {
    keyFor: (document, _, then) => then({ epoch: 0, key: keyOf(document) }),
    keysOf: (document, _, epoch, then) => then(epoch === 0 ? [keyOf(document)] : [])
  };
}

/** The cryptography must call back at once for this, as noble does. */
export function openProvisional(
  crypto: ICrypto,
  digest: Digest,
  id: Uint8Array,
  participant: string,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown
): IOwnSession {
  const seed = (): Secret =>
    Secret.make(bytes => bytes.set(digest(tagged('provisional person', id, text(participant)))));
  let own: IOwnSession | null = null;
  openSession(crypto, digest, id, { root: seed(), device: seed() }, fill, made => (own = made));
  return own!;
}
