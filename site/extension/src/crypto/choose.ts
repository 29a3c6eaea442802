/**
 * Which cryptography a page has. It never waits for it: until the browser has answered the known questions right, and
 * where it does not, noble does everything.
 *
 * | verify, agree, open | the browser's where it really works: 5 to 12 times as quick, off the page's thread |
 * | sign, seal, derive  | noble always: at once, so that a page being left still says what was typed last |
 */
import type { ICrypto } from '../core/crypto';
import { Noble } from './noble';
import { type ICan, probe, WebCrypto } from './webcrypto';

/** `subtle` is `crypto.subtle`, missing on plain http; `probed` hears what the browser does. */
export function chooseCrypto(subtle: SubtleCrypto | undefined, probed?: (can: ICan) => void): ICrypto {
  const noble = new Noble();
  let quick: ICrypto = noble;
  void probe(subtle).then(can => {
    if (subtle) {
      quick = new WebCrypto(subtle, can, noble);
    }
    probed?.(can);
  });
  return {
    verify: (key, signature, message, then) => quick.verify(key, signature, message, then),
    open: (key, nonce, head, sealed, then) => quick.open(key, nonce, head, sealed, then),
    agreement: (seed, then) => quick.agreement(seed, then),
    signer: (seed, then) => noble.signer(seed, then),
    seal: (key, nonce, head, plain, then) => noble.seal(key, nonce, head, plain, then),
    derive: (secret, salt, info, bytes, then) => noble.derive(secret, salt, info, bytes, then)
  };
}
