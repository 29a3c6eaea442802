/** Seals what pages tell each other through the server to connect: `core/keys/signal`, for the connections. */
import { digest } from 'lib0/hash/sha256';
import type { ISealer } from '../connection/direct';
import type { IInvitation } from '../core/class/invitation';
import type { ICrypto } from '../core/crypto';
import type { IOwnSession } from '../core/identity/own';
import { openSignal, sealSignal } from '../core/keys/signal';

export function signalSealer(cryptography: ICrypto, invitation: IInvitation, own: IOwnSession): ISealer {
  const place = { classId: invitation.id, joinSecret: invitation.joinSecret };
  return {
    seal: (peer, bytes) =>
      new Promise(resolve => {
        const salt = crypto.getRandomValues(new Uint8Array(16));
        sealSignal(cryptography, place, own, peer, bytes, salt, resolve);
      }),
    unseal: (peer, bytes) =>
      new Promise(resolve => {
        openSignal(cryptography, digest, place, peer, own.session, bytes, signal =>
          resolve(signal ?? undefined)
        );
      })
  };
}
