/** What every page of the class has from its browser. */
import { digest } from 'lib0/hash/sha256';
import type { INotes } from '../class/identity';
import { type Invited, ownerIn, readFragment, withoutOwner } from '../core/class/invitation';

export { digest };

/** The site's root: the page's script lies in its `static/peerbook/`. */
export function homeOf(script: string): string {
  return new URL('../../', script).href;
}

/** What the page's address brought. What makes one the owner is not left in it: it may be copied, shown and kept. */
export function readAddress(): { readonly invited: Invited; readonly owner: string | null } {
  const { hash, href } = location;
  const owner = ownerIn(hash);
  if (owner !== null) {
    history.replaceState(history.state, '', withoutOwner(href));
  }
  return { invited: readFragment(hash, digest), owner };
}

/** Another link into this page, pasted over it: the browser does not load it anew by itself. */
export function followLinks(arrived: Invited): void {
  addEventListener('hashchange', () => {
    const now = readFragment(location.hash, digest);
    if (JSON.stringify(now) !== JSON.stringify(arrived) || ownerIn(location.hash) !== null) {
      location.reload();
    }
  });
}

/** `localStorage` or `sessionStorage`, or null where the browser refuses. */
export function notesOf(name: 'localStorage' | 'sessionStorage'): INotes | null {
  try {
    return window[name];
  } catch {
    return null;
  }
}

/** 16 random bytes in hex: a participant who has no name yet. */
export function newParticipant(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}
