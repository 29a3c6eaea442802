/**
 * The answer to a knock, sealed to whoever knocked and to nobody else: come in, with all that is needed; wait; or no. It
 * stands on that knock alone, so it cannot be given to another, or again [KEY6].
 */
import * as encoding from 'lib0/encoding';
import { joinBytes, sameBytes } from '../bytes';
import type { IAgreement, ICrypto } from '../crypto';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { tagged } from '../tagged';
import { BOX_EXTRA, type IBoxPlace, openBox, sealBox } from './box';

/** One message between neighbours, `message_bytes` in docs/protocol.json. */
export const ANSWER_BYTES = 1_000_000;
const KINDS = ['admitted', 'waiting', 'refused'] as const;
const WHAT = tagged('answer');
const ID_BYTES = 32;

export interface IAdmission {
  readonly kind: 'admitted';
  /** The class's founding record, as it is; whose hash is the class. */
  readonly founding: Uint8Array;
  /** Everything stated about roles and epochs, as it is. */
  readonly statements: readonly Uint8Array[];
  /** Ascending; several of one epoch where several were stated. */
  readonly keys: readonly { readonly epoch: number; readonly key: Uint8Array }[];
}

export type Answer =
  | IAdmission
  /** The door is closed; those who may open it have been told. */
  | { readonly kind: 'waiting' }
  | { readonly kind: 'refused' };

export const ANSWER_FAULTS = [
  'length', // more than ANSWER_BYTES
  'what', // something else, or another version's
  'class', // another class's
  'asked', // the answer to a knock that was not ours
  'sealed', // not to us
  'form' // not how an answer is written
] as const;
export type AnswerFault = (typeof ANSWER_FAULTS)[number];

/** `seed`: 32 random bytes for this answer alone. Null where the knocker's key is none to agree with. */
export function makeAnswer(
  crypto: ICrypto,
  classId: Uint8Array,
  knock: { readonly id: Uint8Array; readonly agreementKey: Uint8Array },
  answer: Answer,
  seed: Uint8Array,
  then: (bytes: Uint8Array | null) => void
): void {
  const plain = encodeAnswer(answer);
  sealBox(crypto, seed, knock.agreementKey, placeOf(classId, knock.id), plain, box =>
    then(box && joinBytes([WHAT, classId, knock.id, box]))
  );
}

/** Which knock it answers, for who passes it back; null for what is no answer. */
export function answeredKnock(bytes: Uint8Array): Uint8Array | null {
  const at = WHAT.byteLength + 16;
  const isOne = bytes.byteLength >= at + ID_BYTES + BOX_EXTRA && bytes.byteLength <= ANSWER_BYTES;
  return isOne && sameBytes(bytes.subarray(0, WHAT.byteLength), WHAT) ? bytes.slice(at, at + ID_BYTES) : null;
}

/** Reads an answer; `isAsked` knows the knocks that one made oneself. What it says of the class is still to be checked. */
export function readAnswer(
  crypto: ICrypto,
  classId: Uint8Array,
  own: IAgreement,
  isAsked: (id: Uint8Array) => boolean,
  bytes: Uint8Array,
  then: (read: Read<Answer, AnswerFault>) => void
): void {
  const fail = (fault: AnswerFault): void => then({ kind: 'fault', fault });
  if (bytes.byteLength > ANSWER_BYTES) {
    fail('length');
    return;
  }
  const reader = new Reader(bytes);
  if (!sameBytes(reader.take(WHAT.byteLength), WHAT)) {
    fail('what');
    return;
  }
  if (!sameBytes(reader.take(16), classId)) {
    fail('class');
    return;
  }
  const id = reader.take(ID_BYTES);
  if (!isAsked(id)) {
    fail('asked');
    return;
  }
  openBox(crypto, own, placeOf(classId, id), reader.rest(), plain => {
    const answer = plain && decodeAnswer(plain);
    then(answer ? { kind: 'read', value: answer } : { kind: 'fault', fault: plain ? 'form' : 'sealed' });
  });
}

function placeOf(classId: Uint8Array, id: Uint8Array): IBoxPlace {
  return { classId, epoch: 0, purpose: 'answer', context: id.slice() };
}

function encodeAnswer(answer: Answer): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8(encoder, KINDS.indexOf(answer.kind));
  if (answer.kind === 'admitted') {
    encoding.writeVarUint8Array(encoder, answer.founding);
    encoding.writeVarUint(encoder, answer.statements.length);
    answer.statements.forEach(statement => encoding.writeVarUint8Array(encoder, statement));
    encoding.writeVarUint(encoder, answer.keys.length);
    for (const { epoch, key } of answer.keys) {
      encoding.writeVarUint(encoder, epoch);
      encoding.writeUint8Array(encoder, key);
    }
  }
  return encoding.toUint8Array(encoder);
}

function decodeAnswer(plain: Uint8Array): Answer | null {
  const reader = new Reader(plain);
  const kind = KINDS[reader.byte()];
  if (!kind) {
    return null;
  }
  if (kind !== 'admitted') {
    return reader.left === 0 ? { kind } : null;
  }
  const founding = reader.block().slice();
  const statements: Uint8Array[] = [];
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    statements.push(reader.block().slice());
  }
  const keys: { epoch: number; key: Uint8Array }[] = [];
  for (let left = reader.number(); left > 0 && !reader.fault; left -= 1) {
    keys.push({ epoch: reader.number(), key: reader.take(32).slice() });
  }
  const isSorted = keys.every(({ epoch }, index) => index === 0 || keys[index - 1]!.epoch <= epoch);
  return !reader.fault && reader.left === 0 && isSorted ? { kind, founding, statements, keys } : null;
}
