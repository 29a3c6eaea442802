/**
 * A device signs with a key of its own, which the root key vouches for, and agrees on secrets with another. Both follow
 * from one seed that never leaves the device.
 */
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { SEED_BYTES, type Secret } from '../secret';
import { tagged } from '../tagged';

export interface IDevice {
  readonly signer: ISigner;
  readonly agreement: IAgreement;
  /** The root key's signature over both public keys, 64 bytes. */
  readonly certificate: Uint8Array;
}

/** What the root key signs [IDN2]. */
function certified(deviceKey: Uint8Array, agreementKey: Uint8Array): Uint8Array {
  return tagged('device', deviceKey, agreementKey);
}

export function makeDevice(
  crypto: ICrypto,
  root: ISigner,
  seed: Secret,
  then: (device: IDevice) => void
): void {
  const none = new Uint8Array(0);
  const secret = seed.reveal();
  crypto.derive(secret, none, 'peerbook device key 1', SEED_BYTES, signing =>
    crypto.derive(secret, none, 'peerbook device agreement 1', SEED_BYTES, agreeing =>
      crypto.signer(signing, signer =>
        crypto.agreement(agreeing, agreement =>
          root.sign(certified(signer.key, agreement.key), certificate =>
            then({ signer, agreement, certificate })
          )
        )
      )
    )
  );
}

/** Whether the root key vouches for a device's keys. */
export function verifyCertificate(
  crypto: ICrypto,
  rootKey: Uint8Array,
  deviceKey: Uint8Array,
  agreementKey: Uint8Array,
  certificate: Uint8Array,
  then: (isGenuine: boolean) => void
): void {
  crypto.verify(rootKey, certificate, certified(deviceKey, agreementKey), then);
}
