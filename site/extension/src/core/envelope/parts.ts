/** Changes larger than one envelope are cut into parts. Pure. */
import { CHANGE_PARTS, ENVELOPE_BYTES } from './envelope';

/** Room for everything that is not payload: 255 characters of a name, a class, a chain hash, a signature, numbers. */
const OVERHEAD_BYTES = 512;
/** What one envelope carries of a change. */
export const PAYLOAD_BYTES = ENVELOPE_BYTES - OVERHEAD_BYTES;
/** The largest change that travels in envelopes; a larger one is left to the exchange of states. */
export const CHANGE_BYTES = PAYLOAD_BYTES * CHANGE_PARTS;

/**
 * Pieces of at most PAYLOAD_BYTES, or none when there are more than CHANGE_PARTS. All of one size: a small rest would be
 * sent to everybody unasked.
 */
export function cutChange(change: Uint8Array): Uint8Array[] {
  if (change.byteLength > CHANGE_BYTES) {
    return [];
  }
  const size = Math.ceil(change.byteLength / Math.ceil(change.byteLength / PAYLOAD_BYTES));
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < change.byteLength; from += size) {
    pieces.push(change.subarray(from, from + size));
  }
  return pieces;
}
