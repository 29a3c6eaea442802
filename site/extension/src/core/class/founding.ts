/**
 * How a class begins: its first owner's root key, the key that can take the class over on another machine, and something
 * random. The class's id is the hash of that, so nobody else can say how it began. docs/SPEC.md, CLS.
 */
import { sameBytes } from '../bytes';
import type { Read } from '../envelope/envelope';
import type { Digest } from '../session';
import { tagged, toHex } from '../tagged';

export const CLASS_BYTES = 16;
const RANDOM_BYTES = 16;
const KEY_BYTES = 32;
const WHAT = tagged('class');
export const FOUNDING_BYTES = WHAT.byteLength + 2 * KEY_BYTES + RANDOM_BYTES;

export interface IFounding {
  /** 16 bytes. */
  readonly classId: Uint8Array;
  /** The first owner's root key, 32 bytes. */
  readonly ownerKey: Uint8Array;
  /** Whose signature names another owner, 32 bytes. */
  readonly recoveryKey: Uint8Array;
  /** The record itself, FOUNDING_BYTES. */
  readonly record: Uint8Array;
}

/** Another size, no record of a class (or another version's), another class's. */
export type FoundingFault = 'length' | 'what' | 'class';

/** A new class. `fill` is `crypto.getRandomValues` in a page. */
export function foundClass(
  digest: Digest,
  ownerKey: Uint8Array,
  recoveryKey: Uint8Array,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown
): IFounding {
  const random = new Uint8Array(RANDOM_BYTES);
  fill(random);
  return foundingOf(digest, tagged('class', ownerKey, recoveryKey, random));
}

/** Reads the record of this class, from whoever gave it [CLS6]. */
export function readFounding(
  digest: Digest,
  classId: Uint8Array,
  bytes: Uint8Array
): Read<IFounding, FoundingFault> {
  if (bytes.byteLength !== FOUNDING_BYTES) {
    return { kind: 'fault', fault: 'length' };
  }
  if (!sameBytes(bytes.subarray(0, WHAT.byteLength), WHAT)) {
    return { kind: 'fault', fault: 'what' };
  }
  const founding = foundingOf(digest, bytes.slice());
  return sameBytes(founding.classId, classId)
    ? { kind: 'read', value: founding }
    : { kind: 'fault', fault: 'class' };
}

function foundingOf(digest: Digest, record: Uint8Array): IFounding {
  const at = WHAT.byteLength;
  return {
    classId: Uint8Array.from(digest(record).subarray(0, CLASS_BYTES)),
    ownerKey: record.slice(at, at + KEY_BYTES),
    recoveryKey: record.slice(at + KEY_BYTES, at + 2 * KEY_BYTES),
    record
  };
}

/** Whom the branch that all attendees write belongs to: 32 hex digits [CLS6]. */
export function everyoneOf(digest: Digest, classId: Uint8Array): string {
  return toHex(digest(tagged('everyone', classId)).subarray(0, 16));
}

/** Whom the lecture belongs to, whoever teaches: 32 hex digits [CLS6]. */
export function lectureOf(digest: Digest, classId: Uint8Array): string {
  return toHex(digest(tagged('lecture', classId)).subarray(0, 16));
}
