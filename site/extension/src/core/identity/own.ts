/** Oneself, for one page load: everything that signs, from a root seed and a device seed. In memory only. */
import { joinBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { Secret } from '../secret';
import { type Digest, SESSION_BYTES, sessionOfKeys } from '../session';
import { makeDevice } from './device';
import { type IIntroduction, keysHash, unsignedIntroduction } from './introduction';
import { participantOf } from './participant';

/** What a person has on a device; the names of seeds never show what they are. */
export interface ISeeds {
  readonly root: Secret;
  readonly device: Secret;
}

export interface IOwnSession extends IIntroduction {
  /** The session's: signs envelopes and everything else it says. Its seed is forgotten. */
  readonly signer: ISigner;
  /** The root's: signs statements. */
  readonly root: ISigner;
  /** What keys are sealed to. */
  readonly agreement: IAgreement;
  /** Said to whoever does not know this session yet. */
  readonly introduction: Uint8Array;
  /** 16 bytes for the server alone: prove that the place is one's own [SIG2]. */
  readonly place: Secret;
  /** 32 bytes for the server: with `place` they give the session. */
  readonly keysHash: Uint8Array;
}

/** A new session. `fill` is `crypto.getRandomValues` in a page. */
export function openSession(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  seeds: ISeeds,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  then: (own: IOwnSession) => void
): void {
  const place = Secret.make(fill, SESSION_BYTES);
  crypto.signer(Secret.make(fill).reveal(), signer =>
    crypto.signer(seeds.root.reveal(), root =>
      makeDevice(crypto, root, seeds.device, device => {
        const keys = {
          sessionKey: signer.key,
          rootKey: root.key,
          deviceKey: device.signer.key,
          agreementKey: device.agreement.key
        };
        const secretHash = digest(place.reveal());
        const hash = keysHash(digest, keys);
        const session = sessionOfKeys(digest, secretHash, hash);
        const unsigned = unsignedIntroduction(classId, session, secretHash, keys, device.certificate);
        device.signer.sign(unsigned, signature =>
          then({
            ...keys,
            session,
            participant: participantOf(digest, root.key),
            signer,
            root,
            agreement: device.agreement,
            introduction: joinBytes([unsigned, signature]),
            place,
            keysHash: hash
          })
        );
      })
    )
  );
}
