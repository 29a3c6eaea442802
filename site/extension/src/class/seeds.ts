/** The seeds of a person's keys on this device: made once, kept in the vault, never seen by anything that shows or sends. */
import type { ISeeds } from '../core/identity/own';
import { Secret, SEED_BYTES } from '../core/secret';
import type { IVault } from '../storage/vault';

/**
 * Those of somebody remembered on this device. Whoever has no place to keep them is somebody else after a reload.
 *
 * @param person the id under which the device remembers them
 * @param fill `crypto.getRandomValues`
 */
export async function seedsOf(
  vault: IVault,
  person: string,
  fill: (bytes: Uint8Array<ArrayBuffer>) => unknown
): Promise<ISeeds> {
  const made = new Uint8Array(2 * SEED_BYTES);
  fill(made);
  const kept = await vault.claim(nameOfSeeds(person), made);
  const bytes = kept.byteLength === made.byteLength ? kept : made;
  return { root: new Secret(bytes.subarray(0, SEED_BYTES)), device: new Secret(bytes.subarray(SEED_BYTES)) };
}

export function nameOfSeeds(person: string): string {
  return `person ${person}`;
}
