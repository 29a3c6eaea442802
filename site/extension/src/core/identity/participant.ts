/** Who somebody is: a root key, one for each person and device profile, and the short name that follows from it. */
import type { Digest } from '../session';
import { tagged, toHex } from '../tagged';

export const PARTICIPANT_BYTES = 16;

/** The participant that a root key is [IDN1]: 32 hex digits. */
export function participantOf(digest: Digest, rootKey: Uint8Array): string {
  return toHex(digest(tagged('participant', rootKey)).subarray(0, PARTICIPANT_BYTES));
}
