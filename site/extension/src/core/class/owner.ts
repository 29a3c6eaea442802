/**
 * Everything that makes somebody the owner of a class, as text for a link's fragment: how `serve` hands its ready class
 * to whoever sits at that computer. 144 bytes in base64url: the seeds of the root, the device and the recovery key, what is
 * random in the founding record, and the first epoch's key. The class and its first statement follow from them [CLS9].
 */
import { sameBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import { Secret, SEED_BYTES } from '../secret';
import type { Digest } from '../session';
import { foundClass, type IFounding } from './founding';
import { type IStatement, signStatement } from './statement';

/** `owner_chars` in docs/protocol.json. */
export const OWNER_CHARS = 192;
const OWNER = /^[A-Za-z0-9_-]{192}$/;
const [RANDOM_AT, KEY_AT, ALL_BYTES] = [3 * SEED_BYTES, 3 * SEED_BYTES + 16, 4 * SEED_BYTES + 16];

export interface IOwner {
  /** Root and device, 64 bytes. */
  readonly seeds: Secret;
  readonly recovery: Secret;
  readonly founding: IFounding;
  /** The first epoch's. */
  readonly key: Uint8Array;
  /** That the door is open, with that key. */
  readonly statement: IStatement;
}

/** Makes the owner of a new class. `fill` is `crypto.getRandomValues` in a page. */
export function makeOwner(
  crypto: ICrypto,
  digest: Digest,
  seeds: { readonly root: Secret; readonly device: Secret },
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown,
  then: (owner: IOwner) => void
): void {
  const random = new Uint8Array(ALL_BYTES);
  fill(random);
  random.set(seeds.root.reveal(), 0);
  random.set(seeds.device.reveal(), SEED_BYTES);
  ownerOf(crypto, digest, random, then);
}

/** What a fragment hands over; null when it is none, or another class's. */
export function readOwner(
  crypto: ICrypto,
  digest: Digest,
  classId: Uint8Array,
  text: string,
  then: (owner: IOwner | null) => void
): void {
  if (!OWNER.test(text)) {
    then(null);
    return;
  }
  const bytes = Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), character =>
    character.charCodeAt(0)
  );
  ownerOf(crypto, digest, bytes, owner => then(sameBytes(owner.founding.classId, classId) ? owner : null));
}

function ownerOf(crypto: ICrypto, digest: Digest, all: Uint8Array, then: (owner: IOwner) => void): void {
  const seed = (at: number): Secret => new Secret(all.subarray(at, at + SEED_BYTES));
  const recovery = seed(2 * SEED_BYTES);
  const key = all.slice(KEY_AT);
  const signers: ISigner[] = [];
  const done = (): void => {
    const [root, rescue] = signers as [ISigner, ISigner];
    const fill = (bytes: Uint8Array): unknown => bytes.set(all.subarray(RANDOM_AT, KEY_AT));
    const founding = foundClass(digest, root.key, rescue.key, fill);
    const body = { kind: 'epoch', epoch: 1, door: 'open', keyHash: digest(key), members: [] } as const;
    signStatement(root, digest, founding.classId, 1, body, statement =>
      then({ seeds: new Secret(all.subarray(0, 2 * SEED_BYTES)), recovery, founding, key, statement })
    );
  };
  crypto.signer(seed(0).reveal(), root => {
    signers.push(root);
    crypto.signer(recovery.reveal(), rescue => {
      signers.push(rescue);
      done();
    });
  });
}
