/** `peerbook.json`'s word about signaling, as a WebSocket's address. Pure. */

export type Address =
  /** Nothing is named: everybody works alone. */
  | { readonly kind: 'alone' }
  | { readonly kind: 'address'; readonly url: string }
  /** What is named is no address of a server. */
  | { readonly kind: 'wrong'; readonly given: string };

/** `given` may be relative to the site (`signal`) or a whole http(s) or ws(s) address; `site` is the site's own. */
export function signalingAddress(given: unknown, site: string): Address {
  if (given === undefined || given === null || given === '') {
    return { kind: 'alone' };
  }
  const wrong: Address = {
    kind: 'wrong',
    given: (typeof given === 'string' ? given : typeof given).slice(0, 200)
  };
  if (typeof given !== 'string') {
    return wrong;
  }
  try {
    const url = new URL(given, site);
    url.protocol = url.protocol.replace(/^http/, 'ws');
    url.hash = '';
    return url.protocol === 'ws:' || url.protocol === 'wss:' ? { kind: 'address', url: url.href } : wrong;
  } catch {
    return wrong;
  }
}
