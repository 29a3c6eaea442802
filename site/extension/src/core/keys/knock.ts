/**
 * A knock: "let me in", or "give me the keys I lack". Sealed with what the link carries, so that only who has the link can
 * knock and only who has it sees whose knock it is; signed by the session that knocks [KEY5].
 */
import * as encoding from 'lib0/encoding';
import { joinBytes, sameBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { type IIntroduction, readIntroduction } from '../identity/introduction';
import { normalName } from '../roster/record';
import type { Digest } from '../session';
import { tagged } from '../tagged';
import { ZERO_NONCE } from './box';

/** An introduction, a name and what proves them. `knock_bytes` in docs/protocol.json. */
export const KNOCK_BYTES = 1024;
const SALT_BYTES = 16;
const WHAT = tagged('knock');
const HEAD_BYTES = WHAT.byteLength + 16 + SALT_BYTES;

export interface IKnock extends IIntroduction {
  /** SHA-256 of its bytes: an answer says which knock it answers. */
  readonly id: Uint8Array;
  /** As it may be shown. */
  readonly name: string;
  /** The introduction itself, to be kept if they come in. */
  readonly introduction: Uint8Array;
}

export const KNOCK_FAULTS = [
  'length', // more than KNOCK_BYTES
  'what', // something else, or another version's
  'class', // another class's
  'form', // not how a knock is written
  'secret', // by somebody who does not have the link
  'introduction', // of nobody
  'signature' // not of the session it introduces
] as const;
export type KnockFault = (typeof KNOCK_FAULTS)[number];

export interface IKnocker {
  readonly signer: ISigner;
  readonly introduction: Uint8Array;
  readonly name: string;
}

/** `salt`: 16 random bytes, others for each knock. */
export function makeKnock(
  crypto: ICrypto,
  classId: Uint8Array,
  joinSecret: Uint8Array,
  { signer, introduction, name }: IKnocker,
  salt: Uint8Array,
  then: (bytes: Uint8Array) => void
): void {
  const head = joinBytes([WHAT, classId, salt]);
  const said = encode(encoder => {
    encoding.writeVarUint8Array(encoder, introduction);
    encoding.writeVarString(encoder, normalName(name));
  });
  signer.sign(joinBytes([head, said]), signature =>
    knockKey(crypto, joinSecret, salt, key =>
      crypto.seal(key, ZERO_NONCE, head, joinBytes([said, signature]), sealed =>
        then(joinBytes([head, encode(encoder => encoding.writeVarUint8Array(encoder, sealed))]))
      )
    )
  );
}

/** Reads a knock that anybody may have made; what costs least is looked at first. */
export function readKnock(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  joinSecret: Uint8Array,
  bytes: Uint8Array,
  then: (read: Read<IKnock, KnockFault>) => void
): void {
  const fail = (fault: KnockFault): void => then({ kind: 'fault', fault });
  if (bytes.byteLength > KNOCK_BYTES) {
    fail('length');
    return;
  }
  const own = bytes.slice();
  const reader = new Reader(own);
  if (!sameBytes(reader.take(WHAT.byteLength), WHAT)) {
    fail('what');
    return;
  }
  if (!sameBytes(reader.take(16), classId)) {
    fail('class');
    return;
  }
  const salt = reader.take(SALT_BYTES);
  const sealed = reader.block();
  if (reader.fault || reader.left > 0) {
    fail('form');
    return;
  }
  const head = own.subarray(0, HEAD_BYTES);
  knockKey(crypto, joinSecret, salt, key =>
    crypto.open(key, ZERO_NONCE, head, sealed, plain => {
      if (!plain) {
        fail('secret');
        return;
      }
      const inner = new Reader(plain);
      const introduction = inner.block().slice();
      const name = inner.text();
      const said = plain.slice(0, plain.byteLength - inner.left);
      const signature = inner.take(64).slice();
      if (inner.fault || inner.left > 0) {
        fail('form');
        return;
      }
      readIntroduction(crypto, digest, classId, introduction, read => {
        if (read.kind === 'fault') {
          fail('introduction');
          return;
        }
        crypto.verify(read.value.sessionKey, signature, joinBytes([head, said]), isGenuine => {
          const value = { ...read.value, id: digest(own), name: normalName(name), introduction };
          then(isGenuine ? { kind: 'read', value } : { kind: 'fault', fault: 'signature' });
        });
      });
    })
  );
}

function knockKey(
  crypto: ICrypto,
  joinSecret: Uint8Array,
  salt: Uint8Array,
  then: (key: Uint8Array) => void
): void {
  crypto.derive(joinSecret, salt, 'peerbook knock 1', 32, then);
}

function encode(write: (encoder: encoding.Encoder) => void): Uint8Array {
  const encoder = encoding.createEncoder();
  write(encoder);
  return encoding.toUint8Array(encoder);
}
