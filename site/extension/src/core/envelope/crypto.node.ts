/** The cryptography of Node, for tests: calls back at once, or when `later` says so, as a browser's does. */
import * as node from 'node:crypto';
import type { IAgreement, ICrypto, ISigner } from '../crypto';

/** Runs something some time. */
export type Later = (run: () => void) => void;

const PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI = Buffer.from('302a300506032b6570032100', 'hex');
const X_PKCS8 = Buffer.from('302e020100300506032b656e04220420', 'hex');
const X_SPKI = Buffer.from('302a300506032b656e032100', 'hex');

export function nodeCrypto(later: Later = run => run()): ICrypto {
  return {
    verify: (key, signature, message, then) => {
      const spki = node.createPublicKey({ key: Buffer.concat([SPKI, key]), format: 'der', type: 'spki' });
      const isGenuine = node.verify(null, message, spki, signature);
      later(() => then(isGenuine));
    },
    signer: (seed, then) => {
      const secret = node.createPrivateKey({
        key: Buffer.concat([PKCS8, seed]),
        format: 'der',
        type: 'pkcs8'
      });
      const key = node.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
      const signer: ISigner = {
        key: new Uint8Array(key),
        sign: (message, signed) => {
          const signature = new Uint8Array(node.sign(null, message, secret));
          later(() => signed(signature));
        }
      };
      later(() => then(signer));
    },
    agreement: (seed, then) => {
      const secret = node.createPrivateKey({
        key: Buffer.concat([X_PKCS8, seed]),
        format: 'der',
        type: 'pkcs8'
      });
      const key = node.createPublicKey(secret).export({ format: 'der', type: 'spki' }).subarray(SPKI.length);
      const agreement: IAgreement = {
        key: new Uint8Array(key),
        agree: (theirs, agreed) => {
          const publicKey = node.createPublicKey({
            key: Buffer.concat([X_SPKI, theirs]),
            format: 'der',
            type: 'spki'
          });
          const shared = sharedBy(secret, publicKey);
          later(() => agreed(shared));
        }
      };
      later(() => then(agreement));
    },
    seal: (key, nonce, head, plain, then) => {
      const cipher = node.createCipheriv('aes-256-gcm', key, nonce).setAAD(head);
      const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      later(() => then(new Uint8Array(sealed)));
    },
    open: (key, nonce, head, sealed, then) => {
      const opened = openedBy(key, nonce, head, sealed);
      later(() => then(opened));
    },
    derive: (secret, salt, info, bytes, then) => {
      const key = new Uint8Array(node.hkdfSync('sha256', secret, salt, info, bytes));
      later(() => then(key));
    }
  };
}

/** Null for a key of small order, which OpenSSL refuses. */
function sharedBy(privateKey: node.KeyObject, publicKey: node.KeyObject): Uint8Array | null {
  try {
    return new Uint8Array(node.diffieHellman({ privateKey, publicKey }));
  } catch {
    return null;
  }
}

function openedBy(
  key: Uint8Array,
  nonce: Uint8Array,
  head: Uint8Array,
  sealed: Uint8Array
): Uint8Array | null {
  const at = sealed.byteLength - 16;
  try {
    const decipher = node.createDecipheriv('aes-256-gcm', key, nonce).setAAD(head);
    decipher.setAuthTag(sealed.subarray(at));
    return new Uint8Array(Buffer.concat([decipher.update(sealed.subarray(0, at)), decipher.final()]));
  } catch {
    return null;
  }
}
