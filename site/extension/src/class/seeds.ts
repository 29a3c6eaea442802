/**
 * The seeds of a person's keys on this device: made once, kept in the vault, never seen by anything that shows or sends.
 * Somebody has one pair of them, and another in each class that they founded or were handed: its owner's keys.
 */
import type { ISeeds } from '../core/identity/own';
import { Secret, SEED_BYTES } from '../core/secret';
import { toHex } from '../core/tagged';
import type { IVault } from '../storage/vault';

const BYTES = 2 * SEED_BYTES;

/**
 * Those of somebody remembered on this device, as whom they come into a class. Whoever has no place to keep them is
 * somebody else after a reload.
 *
 * @param person the id under which the device remembers them
 * @param fill `crypto.getRandomValues`
 */
export async function seedsOf(
  vault: IVault,
  person: string,
  classId: Uint8Array,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown
): Promise<ISeeds> {
  const own = await vault.get(nameInClass(person, classId));
  if (own?.byteLength === BYTES) {
    return split(own);
  }
  const made = makeSeeds(fill);
  const kept = await vault.claim(`person ${person}`, made);
  return split(kept.byteLength === BYTES ? kept : made);
}

/** Root and device, 64 bytes. */
export function makeSeeds(fill: (bytes: Uint8Array<ArrayBuffer>) => unknown): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(BYTES);
  fill(made);
  return made;
}

export function split(bytes: Uint8Array): ISeeds {
  return { root: new Secret(bytes.subarray(0, SEED_BYTES)), device: new Secret(bytes.subarray(SEED_BYTES)) };
}

/** Where those are kept that somebody has in one class alone. */
export function nameInClass(person: string, classId: Uint8Array): string {
  return `person ${person} in ${toHex(classId)}`;
}
