/**
 * Into a class, and how one begins: the keys that this device has of a person and of a class, and what is made where there
 * are none. What `Joined` is given.
 */
import { digest } from 'lib0/hash/sha256';
import { sameBytes } from '../core/bytes';
import type { IInvitation } from '../core/class/invitation';
import { JOIN_SECRET_BYTES, linkOf } from '../core/class/link';
import type { IRecovery } from '../core/class/recovery';
import { type IOwner, makeOwner, readOwner } from '../core/class/owner';
import type { ICrypto } from '../core/crypto';
import { openSession } from '../core/identity/own';
import { chooseCrypto } from '../crypto/choose';
import { type IVault, openVault } from '../storage/vault';
import { type IJoinOptions, Joined } from './joined';
import { KeptClasses, NOTHING_KEPT } from './kept';
import { nameOfSeeds, seedsOf } from './seeds';

const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);

let cryptography: ICrypto | null = null;

/** This page's cryptography. */
export function pageCrypto(): ICrypto {
  return (cryptography ??= chooseCrypto(globalThis.crypto.subtle));
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
  /** What makes one the owner of the class, when the link brings it. */
  readonly owner?: string | null;
};

/** Goes into a class as somebody this device remembers; whether one is let in is said by the membership. */
export async function enter({ vault, owner, ...options }: IEnterOptions): Promise<Joined> {
  const { invitation, identity } = options;
  const crypto = pageCrypto();
  const classes = new KeptClasses(vault, identity.participant);
  const brought = await new Promise<IOwner | null>(resolve =>
    readOwner(crypto, digest, invitation.id, owner ?? '', resolve)
  );
  if (brought) {
    await takeOn(vault, classes, identity.participant, brought);
  }
  const seeds = await seedsOf(vault, identity.participant, fill);
  const kept = await classes.read(invitation.id);
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
  const seeds = await seedsOf(vault, person, fill);
  const owner = await new Promise<IOwner>(resolve => makeOwner(pageCrypto(), digest, seeds, fill, resolve));
  await keepOwner(new KeptClasses(vault, person), owner);
  const joinSecret = new Uint8Array(JOIN_SECRET_BYTES);
  fill(joinSecret);
  return linkOf(digest, owner.founding.classId, joinSecret);
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

/** Somebody without keys of their own on this device takes on those that the link brings. */
async function takeOn(vault: IVault, classes: KeptClasses, person: string, owner: IOwner): Promise<void> {
  const kept = await vault.claim(nameOfSeeds(person), owner.seeds.reveal());
  const isFree = (await classes.read(owner.founding.classId)).founding === null;
  if (sameBytes(kept, owner.seeds.reveal()) && isFree) {
    await keepOwner(classes, owner);
  }
}

function keepOwner(classes: KeptClasses, { founding, statement, key, recovery }: IOwner): Promise<void> {
  const statements = [statement.bytes];
  return classes.write(founding.classId, {
    founding: founding.record,
    statements,
    keys: [{ epoch: 1, key }],
    wraps: [],
    recovery
  });
}
