/**
 * Cryptography as a browser's: what a page reads of others is verified and opened later, and not in the order of asking.
 * What it says itself is signed and sealed at once, as in a page that is being left (`crypto/choose.ts`).
 */
import type { Clock } from '../clock';
import type { ICrypto } from '../crypto';
import type { Chance } from './chance';

/** `crypto` must answer at once; each answer comes up to `most` ms later, one being the least. */
export function late(crypto: ICrypto, clock: Clock, chance: Chance, most: number): ICrypto {
  const later =
    <Answer>(then: (answer: Answer) => void) =>
    (answer: Answer): void =>
      void clock.after(1 + chance.below(most), () => then(answer));
  return {
    verify: (key, signature, message, then) => crypto.verify(key, signature, message, later(then)),
    open: (key, nonce, head, sealed, then) => crypto.open(key, nonce, head, sealed, later(then)),
    agreement: (seed, then) =>
      crypto.agreement(seed, agreement =>
        then({ key: agreement.key, agree: (theirs, agreed) => agreement.agree(theirs, later(agreed)) })
      ),
    signer: (seed, then) => crypto.signer(seed, then),
    seal: (key, nonce, head, plain, then) => crypto.seal(key, nonce, head, plain, then),
    derive: (secret, salt, info, bytes, then) => crypto.derive(secret, salt, info, bytes, then)
  };
}
