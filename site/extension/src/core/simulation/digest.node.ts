/** The same SHA-256 as the page's, twenty times as fast: Node's own. */
import { createHash, hash } from 'node:crypto';

export const digest: (bytes: Uint8Array) => Uint8Array =
  // Before Node 20.12 there is no way to hash without an object in between.
  typeof hash === 'function'
    ? bytes => plain(hash('sha256', bytes, 'buffer'))
    : bytes => plain(createHash('sha256').update(bytes).digest());

/** A Buffer's `slice` is no copy, so it must not stand for bytes. */
function plain({ buffer, byteOffset, byteLength }: Buffer): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
