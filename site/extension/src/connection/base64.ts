/** Bytes as base64url without padding: the spelling of ids, and of everything the server passes on unread. */

/** Topics, rooms and secrets are 16 random bytes as sessions are, and spelled alike. */
export { isSession as isId, makeSession as makeId } from '../core/session';

export function encodeBytes(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/** The bytes, or undefined for what is no such text. */
export function decodeBytes(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text)) {
    return undefined;
  }
  try {
    const raw = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
    return Uint8Array.from(raw, character => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
