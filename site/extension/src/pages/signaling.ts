/** What the site says of the server that introduces browsers to each other. */
import { fetchServer } from '../class/server';
import type { Address } from '../connection/signaling/address';

export type Named =
  | Address
  /** It could not be had: the network is away. */
  | { readonly kind: 'missing' };

/** Never throws. */
export async function readSignaling(home: string): Promise<Named> {
  try {
    return (await fetchServer(home)).address;
  } catch {
    return { kind: 'missing' };
  }
}
