/** What this browser gives a class: cryptography, chance, and a place for keys. */
import type { ICrypto } from '../core/crypto';
import { chooseCrypto } from '../crypto/choose';
import { openKept, storageName } from '../storage/open';
import type { IStorage } from '../storage/storage';
import { type IVault, openVault } from '../storage/vault';

export const fill = (bytes: Uint8Array<ArrayBuffer>): unknown => crypto.getRandomValues(bytes);

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

/** What this browser has kept of documents, for the site at `root`. @throws StorageError where there is nothing to read */
export async function browserStorage(root: string): Promise<IStorage> {
  return openKept(
    () => globalThis.indexedDB,
    storageName(new URL(root, location.href).pathname),
    (ms, then) => setTimeout(then, ms)
  );
}
