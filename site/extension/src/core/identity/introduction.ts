/**
 * How a session says whose it is, once, before anything else of it counts: the keys, the root key's certificate of the
 * device and the device's signature. 344 bytes (IDN in docs/SPEC.md; golden vectors in `tests/protocol/identity.json`).
 *
 * The session's id follows from all the keys in it. So nobody can introduce somebody else's session as their own, nor
 * their own under two names: an id stands for one set of keys, whichever introduction comes first.
 */
import { joinBytes, sameBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import type { Read } from '../envelope/envelope';
import { type Digest, sessionBytes, sessionOfKeys, sessionText } from '../session';
import { tagged } from '../tagged';
import { verifyCertificate } from './device';
import { participantOf } from './participant';

/** The public keys of a session, 32 bytes each. */
export interface ISessionKeys {
  readonly sessionKey: Uint8Array;
  readonly rootKey: Uint8Array;
  readonly deviceKey: Uint8Array;
  readonly agreementKey: Uint8Array;
}

/** What an introduction says. */
export interface IIntroduction extends ISessionKeys {
  readonly session: string;
  readonly participant: string;
}

/** The closed set of what can be wrong with one, in the order in which it is looked for: what costs least first. */
export const INTRODUCTION_FAULTS = [
  'length', // not INTRODUCTION_BYTES
  'what', // no introduction, or another version's
  'class', // another class's
  'session', // an id that does not belong to these keys
  'certificate', // not the root key's for this device
  'signature' // not the device's
] as const;
export type IntroductionFault = (typeof INTRODUCTION_FAULTS)[number];

const WHAT = tagged('introduction');
const FIELDS = [16, 16, 32, 32, 32, 32, 32, 64, 64] as const;
export const INTRODUCTION_BYTES = FIELDS.reduce<number>((sum, size) => sum + size, WHAT.byteLength);

/** What the server is shown of a session's keys: their hash, which says nothing of whose they are [IDN3]. */
export function keysHash(digest: Digest, keys: ISessionKeys): Uint8Array {
  return digest(tagged('session keys', keys.sessionKey, keys.rootKey, keys.deviceKey, keys.agreementKey));
}

/** All but the signature, which the device makes over it. */
export function unsignedIntroduction(
  classId: Uint8Array,
  session: string,
  secretHash: Uint8Array,
  keys: ISessionKeys,
  certificate: Uint8Array
): Uint8Array {
  const { sessionKey, rootKey, deviceKey, agreementKey } = keys;
  const parts = [sessionKey, rootKey, deviceKey, agreementKey, certificate];
  return joinBytes([WHAT, classId, sessionBytes(session), secretHash, ...parts]);
}

/** What it says, if its form, class and session are right: nothing is verified yet. Its keys are copies. */
export function glanceIntroduction(
  digest: Digest,
  classId: Uint8Array,
  bytes: Uint8Array
): Read<IIntroduction, IntroductionFault> {
  if (bytes.byteLength !== INTRODUCTION_BYTES) {
    return fault('length');
  }
  if (!sameBytes(bytes.subarray(0, WHAT.byteLength), WHAT)) {
    return fault('what');
  }
  const [room, id, secretHash, sessionKey, rootKey, deviceKey, agreementKey] = fieldsOf(bytes);
  if (!sameBytes(room!, classId)) {
    return fault('class');
  }
  const keys = {
    sessionKey: sessionKey!,
    rootKey: rootKey!,
    deviceKey: deviceKey!,
    agreementKey: agreementKey!
  };
  const session = sessionText(id!);
  if (sessionOfKeys(digest, secretHash!, keysHash(digest, keys)) !== session) {
    return fault('session');
  }
  return { kind: 'read', value: { ...keys, session, participant: participantOf(digest, rootKey!) } };
}

/** Reads an introduction that anybody may have written, and verifies all of it [IDN4]. */
export function readIntroduction(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  bytes: Uint8Array,
  then: (read: Read<IIntroduction, IntroductionFault>) => void
): void {
  const read = glanceIntroduction(digest, classId, bytes);
  if (read.kind === 'fault') {
    then(read);
    return;
  }
  const { rootKey, deviceKey, agreementKey } = read.value;
  const [certificate, signature] = fieldsOf(bytes).slice(-2) as [Uint8Array, Uint8Array];
  const signed = bytes.slice(0, INTRODUCTION_BYTES - signature.byteLength);
  verifyCertificate(crypto, rootKey, deviceKey, agreementKey, certificate, isCertified => {
    if (!isCertified) {
      then(fault('certificate'));
      return;
    }
    crypto.verify(deviceKey, signature, signed, isGenuine => then(isGenuine ? read : fault('signature')));
  });
}

function fieldsOf(bytes: Uint8Array): Uint8Array[] {
  let at = WHAT.byteLength;
  return FIELDS.map(size => bytes.slice(at, (at += size)));
}

function fault(reason: IntroductionFault): Read<IIntroduction, IntroductionFault> {
  return { kind: 'fault', fault: reason };
}
