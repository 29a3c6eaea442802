/**
 * Two who meet tell each other which statements and wraps they have, by the first eight bytes of each one's hash, and say
 * what the other lacks [ROL9].
 */
import * as encoding from 'lib0/encoding';
import { sameBytes } from '../bytes';
import { Reader } from '../envelope/reader';
import { fromHex, tagged, toHex } from '../tagged';

const WHAT = tagged('inventory');
const SHORT_BYTES = 8;
/** More than anybody keeps; `inventory` in docs/protocol.json. */
export const MOST_LISTED = 30_000;

/** @param ids hex SHA-256 of what is here */
export function makeInventory(ids: Iterable<string>): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, WHAT);
  const shorts = [...ids].map(id => id.slice(0, 2 * SHORT_BYTES)).sort();
  shorts.slice(0, MOST_LISTED).forEach(short => encoding.writeUint8Array(encoder, fromHex(short)));
  return encoding.toUint8Array(encoder);
}

/** Tells whether an id is in it; null for what is no inventory. Never throws. */
export function readInventory(bytes: Uint8Array): ((id: string) => boolean) | null {
  const reader = new Reader(bytes);
  const isOne = sameBytes(reader.take(WHAT.byteLength), WHAT);
  if (!isOne || reader.left % SHORT_BYTES !== 0 || reader.left > MOST_LISTED * SHORT_BYTES) {
    return null;
  }
  const shorts = new Set<string>();
  while (reader.left > 0) {
    shorts.add(toHex(reader.take(SHORT_BYTES)));
  }
  return id => shorts.has(id.slice(0, 2 * SHORT_BYTES));
}
