/** What every page of the class has from its browser. */
import { digest } from 'lib0/hash/sha256';
import type { INotes } from '../class/identity';
import { makeInvitation, type IInvitation } from '../core/class/invitation';

export { digest };

/** The site's root: the page's script lies in its `static/peerbook/`. */
export function homeOf(script: string): string {
  return new URL('../../', script).href;
}

export function newInvitation(): IInvitation {
  return makeInvitation(bytes => crypto.getRandomValues(bytes), digest);
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
