/**
 * What two pages tell each other through the server to connect: sealed with what the invite link carries, so that the
 * server reads nothing of it, and signed by the session that says it, so that neither the server nor a classmate can put
 * another fingerprint into it [KEY10].
 */
import { joinBytes } from '../bytes';
import type { ICrypto } from '../crypto';
import type { IOwnSession } from '../identity/own';
import { INTRODUCTION_BYTES, readIntroduction } from '../identity/introduction';
import { type Digest, sessionBytes } from '../session';
import { tagged } from '../tagged';
import { ZERO_NONCE } from './box';

const SALT_BYTES = 16;
const SIGNATURE_BYTES = 64;

export interface ISignalPlace {
  readonly classId: Uint8Array;
  readonly joinSecret: Uint8Array;
}

/** `salt`: 16 random bytes, others for each signal: the key is used once. */
export function sealSignal(
  crypto: ICrypto,
  { classId, joinSecret }: ISignalPlace,
  own: IOwnSession,
  to: string,
  signal: Uint8Array,
  salt: Uint8Array,
  then: (sealed: Uint8Array) => void
): void {
  const head = headOf(classId, own.session, to);
  own.signer.sign(joinBytes([head, signal]), signature =>
    crypto.derive(joinSecret, salt, 'peerbook signal 1', 32, key => {
      const plain = joinBytes([own.introduction, signal, signature]);
      crypto.seal(key, ZERO_NONCE, head, plain, sealed => then(joinBytes([salt, sealed])));
    })
  );
}

/** What `from` said to this session; null for what they did not. */
export function openSignal(
  crypto: ICrypto,
  digest: Digest,
  { classId, joinSecret }: ISignalPlace,
  from: string,
  to: string,
  sealed: Uint8Array,
  then: (signal: Uint8Array | null) => void
): void {
  const head = headOf(classId, from, to);
  crypto.derive(joinSecret, sealed.slice(0, SALT_BYTES), 'peerbook signal 1', 32, key =>
    crypto.open(key, ZERO_NONCE, head, sealed.slice(SALT_BYTES), plain => {
      if (!plain) {
        then(null);
        return;
      }
      const signal = plain.slice(INTRODUCTION_BYTES, -SIGNATURE_BYTES);
      readIntroduction(crypto, digest, classId, plain.slice(0, INTRODUCTION_BYTES), read => {
        if (read.kind === 'fault' || read.value.session !== from) {
          then(null);
          return;
        }
        const signature = plain.slice(-SIGNATURE_BYTES);
        crypto.verify(read.value.sessionKey, signature, joinBytes([head, signal]), isGenuine =>
          then(isGenuine ? signal : null)
        );
      });
    })
  );
}

function headOf(classId: Uint8Array, from: string, to: string): Uint8Array {
  return tagged('signal', classId, sessionBytes(from), sessionBytes(to));
}
