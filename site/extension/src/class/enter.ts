/**
 * Into a class, and how one begins: the keys that this device has of a person and of a class, and what is made where there
 * are none. What `Joined` is given.
 */
import { digest } from 'lib0/hash/sha256';
import { foundClass } from '../core/class/founding';
import type { IInvitation } from '../core/class/invitation';
import { JOIN_SECRET_BYTES, linkOf } from '../core/class/link';
import type { IRecovery } from '../core/class/recovery';
import { signStatement } from '../core/class/statement';
import type { ICrypto, ISigner } from '../core/crypto';
import { openSession } from '../core/identity/own';
import { Secret } from '../core/secret';
import { chooseCrypto } from '../crypto/choose';
import { type IVault, openVault } from '../storage/vault';
import { type IJoinOptions, Joined } from './joined';
import { KeptClasses, NOTHING_KEPT } from './kept';
import { seedsOf } from './seeds';

const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);

let cryptography: ICrypto | null = null;

/** This page's cryptography. */
export function pageCrypto(): ICrypto {
  return (cryptography ??= chooseCrypto(globalThis.crypto.subtle as SubtleCrypto | undefined));
}

/** This browser's vault, for the site at `root`. */
export function browserVault(root: string): Promise<IVault> {
  const name = `peerbook-keys:${new URL(root, location.href).pathname}`;
  return openVault(
    () => indexedDB,
    name,
    (ms, then) => setTimeout(then, ms)
  );
}

export type IEnterOptions = Omit<IJoinOptions, 'crypto' | 'own' | 'seed' | 'classes' | 'kept'> & {
  readonly vault: IVault;
};

/** Goes into a class as somebody this device remembers; whether one is let in is said by the membership. */
export async function enter({ vault, ...options }: IEnterOptions): Promise<Joined> {
  const { invitation, identity } = options;
  const seeds = await seedsOf(vault, identity.participant, fill);
  const classes = new KeptClasses(vault, identity.participant);
  const kept = await classes.read(invitation.id);
  const crypto = pageCrypto();
  return new Promise(resolve =>
    openSession(crypto, digest, invitation.id, seeds, fill, own =>
      resolve(new Joined({ ...options, crypto, own, seed: seeds.root, classes, kept }))
    )
  );
}

/**
 * Begins a class: whoever this device remembers under `person` owns it. Its keys are on this device before its link is
 * known to anybody.
 *
 * @throws StorageError when they cannot be kept
 */
export async function found(vault: IVault, person: string): Promise<IInvitation> {
  const crypto = pageCrypto();
  const { root: seed } = await seedsOf(vault, person, fill);
  const root = await signerOf(crypto, seed);
  const recovery = Secret.make(fill);
  const founding = foundClass(digest, root.key, (await signerOf(crypto, recovery)).key, fill);
  const [joinSecret, key] = [new Uint8Array(JOIN_SECRET_BYTES), new Uint8Array(32)];
  fill(joinSecret);
  fill(key);
  const body = { kind: 'epoch', epoch: 1, door: 'open', keyHash: digest(key) } as const;
  const { bytes } = await new Promise<{ bytes: Uint8Array }>(resolve =>
    signStatement(root, digest, founding.classId, 1, body, resolve)
  );
  const kept = { founding: founding.record, statements: [bytes], keys: [{ epoch: 1, key }], recovery };
  await new KeptClasses(vault, person).write(founding.classId, kept);
  return linkOf(digest, founding.classId, joinSecret);
}

/** What a recovery file says of a class, kept for `person` on this device: the way to take it over. */
export async function keepRecovery(
  vault: IVault,
  person: string,
  { founding, seed, joinSecret }: IRecovery
): Promise<IInvitation> {
  const classes = new KeptClasses(vault, person);
  const before = await classes.read(founding.classId);
  const kept = before.founding ? before : { ...NOTHING_KEPT, founding: founding.record };
  await classes.write(founding.classId, { ...kept, recovery: seed });
  return linkOf(digest, founding.classId, joinSecret);
}

function signerOf(crypto: ICrypto, seed: Secret): Promise<ISigner> {
  return new Promise(resolve => crypto.signer(seed.reveal(), resolve));
}
