/** What the site's `peerbook.json` says of a server that introduces browsers to each other. */
import { signalingAddress, type Address } from '../connection/signaling/address';

export type Named =
  | Address
  /** The file could not be had: no network, or the host has none. */
  | { readonly kind: 'missing' };

/** `read` is `fetch` in a page. Never throws. */
export async function readSignaling(home: string, read: typeof fetch): Promise<Named> {
  let text: string;
  try {
    // The file may be edited at any time: it is asked for again also where the host lets browsers keep it.
    const answer = await read(new URL('peerbook.json', home), { cache: 'no-cache' });
    if (!answer.ok) {
      return { kind: 'missing' };
    }
    text = await answer.text();
  } catch {
    return { kind: 'missing' };
  }
  try {
    const value: unknown = JSON.parse(text);
    const named = (value ?? {}) as { readonly signaling?: unknown };
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? signalingAddress(named.signaling, home)
      : { kind: 'wrong', given: text.slice(0, 200) };
  } catch {
    return { kind: 'wrong', given: text.slice(0, 200) };
  }
}
