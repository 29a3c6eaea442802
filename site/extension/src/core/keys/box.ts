/**
 * A box for one: sealed to an agreement key with a key pair made for this box alone, so that nobody else opens it, whoever
 * has seen the sender's keys. It opens only for what it was made for: class, epoch, recipient and what else is said of its
 * place [KEY2].
 */
import * as encoding from 'lib0/encoding';
import { joinBytes } from '../bytes';
import type { IAgreement, ICrypto } from '../crypto';
import { tagged } from '../tagged';

/** What a box adds to what it holds: a public key and a tag. */
export const BOX_EXTRA = 48;
/** A key is used once, so its nonce need not count. */
export const ZERO_NONCE = new Uint8Array(12);

export interface IBoxPlace {
  readonly classId: Uint8Array;
  readonly epoch: number;
  readonly purpose: 'wraps' | 'answer';
  /** What else the box belongs to: a document's name, a question. */
  readonly context: Uint8Array;
}

/** `seed`: 32 random bytes that are used for nothing else. Null where `recipient` is no key to agree with. */
export function sealBox(
  crypto: ICrypto,
  seed: Uint8Array,
  recipient: Uint8Array,
  place: IBoxPlace,
  plain: Uint8Array,
  then: (box: Uint8Array | null) => void
): void {
  crypto.agreement(seed, once =>
    once.agree(recipient, secret => {
      if (!secret) {
        then(null);
        return;
      }
      boxKey(crypto, secret, once.key, recipient, place, key =>
        crypto.seal(key, ZERO_NONCE, headOf(place, recipient), plain, sealed =>
          then(joinBytes([once.key, sealed]))
        )
      );
    })
  );
}

/** Null for what was not sealed to this key, for this place. */
export function openBox(
  crypto: ICrypto,
  own: IAgreement,
  place: IBoxPlace,
  box: Uint8Array,
  then: (plain: Uint8Array | null) => void
): void {
  if (box.byteLength < BOX_EXTRA) {
    then(null);
    return;
  }
  const [once, sealed] = [box.slice(0, 32), box.slice(32)];
  own.agree(once, secret => {
    if (!secret) {
      then(null);
      return;
    }
    boxKey(crypto, secret, once, own.key, place, key =>
      crypto.open(key, ZERO_NONCE, headOf(place, own.key), sealed, then)
    );
  });
}

function boxKey(
  crypto: ICrypto,
  secret: Uint8Array,
  once: Uint8Array,
  recipient: Uint8Array,
  { purpose }: IBoxPlace,
  then: (key: Uint8Array) => void
): void {
  crypto.derive(secret, joinBytes([once, recipient]), `peerbook box 1 ${purpose}`, 32, then);
}

function headOf({ classId, epoch, purpose, context }: IBoxPlace, recipient: Uint8Array): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, purpose);
  encoding.writeUint8Array(encoder, classId);
  encoding.writeVarUint(encoder, epoch);
  encoding.writeUint8Array(encoder, recipient);
  encoding.writeVarUint8Array(encoder, context);
  return tagged('box', encoding.toUint8Array(encoder));
}
