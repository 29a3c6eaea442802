/**
 * How somebody comes to own a class on this device: they begin it, their link says so, they take up its recovery file, or
 * give themselves a name. Its keys are kept under the person, in the vault.
 */
import { digest } from 'lib0/hash/sha256';
import { joinBytes } from '../core/bytes';
import type { IInvitation } from '../core/class/invitation';
import { JOIN_SECRET_BYTES, linkOf } from '../core/class/link';
import { type IOwner, makeOwner } from '../core/class/owner';
import type { IRecovery } from '../core/class/recovery';
import { Roles } from '../core/class/roles';
import { decodeStatement } from '../core/class/statement';
import { participantOf } from '../core/identity/participant';
import type { IVault } from '../storage/vault';
import { fill, pageCrypto } from './device';
import { KeptClasses, mergeKept, NOTHING_KEPT } from './kept';
import { makeSeeds, nameInClass, seedsOf, split } from './seeds';

/**
 * Begins a class: whoever this device remembers under `person` owns it, with keys for this class alone. They are on this
 * device before its link is known to anybody.
 *
 * @throws StorageError when they cannot be kept
 */
export async function found(vault: IVault, person: string): Promise<IInvitation> {
  const seeds = split(makeSeeds(fill));
  const owner = await new Promise<IOwner>(resolve => makeOwner(pageCrypto(), digest, seeds, fill, resolve));
  await takeOn(vault, person, owner);
  const joinSecret = new Uint8Array(JOIN_SECRET_BYTES);
  fill(joinSecret);
  return linkOf(digest, owner.founding.classId, joinSecret);
}

/**
 * What a recovery file says of a class, kept for `person` on this device: they take it over as soon as the class can be
 * reached, on whichever page of theirs.
 *
 * @throws StorageError when it cannot be kept
 */
export async function keepRecovery(
  vault: IVault,
  person: string,
  { founding, seed, joinSecret }: IRecovery
): Promise<IInvitation> {
  const { classId } = founding;
  const { root, device } = await seedsOf(vault, person, classId, fill);
  await vault.claim(nameInClass(person, classId), joinBytes([root.reveal(), device.reveal()]));
  const classes = new KeptClasses(vault, person);
  const found = { ...NOTHING_KEPT, founding: founding.record, recovery: seed };
  await classes.write(classId, mergeKept(found, await classes.read(classId)));
  await classes.takeOver(classId);
  return linkOf(digest, classId, joinSecret);
}

/** Whoever owned a class on this device without a name yet is remembered under one from now on. */
export async function handOver(
  vault: IVault,
  { id }: Pick<IInvitation, 'id'>,
  from: string,
  to: string
): Promise<void> {
  const seeds = await vault.get(nameInClass(from, id));
  if (!seeds || from === to) {
    return;
  }
  await vault.put(nameInClass(to, id), seeds);
  const [theirs, classes] = [new KeptClasses(vault, from), new KeptClasses(vault, to)];
  await classes.write(id, mergeKept(await theirs.read(id), await classes.read(id)));
  for (const contradiction of await theirs.contradictions(id)) {
    await classes.contradicted(id, contradiction);
  }
  if (await theirs.isTakingOver(id)) {
    await classes.takeOver(id);
    await theirs.tookOver(id);
  }
  await vault.delete(nameInClass(from, id));
}

/** `person` owns the class from now on, also one who was in it before as somebody else; not once it was taken over. */
export async function takeOn(vault: IVault, person: string, owner: IOwner): Promise<void> {
  const { founding, statement, key, recovery, seeds } = owner;
  const { classId } = founding;
  const classes = new KeptClasses(vault, person);
  const kept = await classes.read(classId);
  const known = kept.statements.flatMap(bytes => {
    const read = decodeStatement(digest, classId, bytes);
    return read.kind === 'read' ? [read.value] : [];
  });
  if (new Roles(digest, founding, known).owner !== participantOf(digest, founding.ownerKey)) {
    return;
  }
  const brought = {
    ...{ founding: founding.record, statements: [statement.bytes], keys: [{ epoch: 1, key }] },
    ...{ wraps: [], recovery }
  };
  await classes.write(classId, mergeKept(brought, kept));
  await vault.put(nameInClass(person, classId), seeds.reveal());
}
