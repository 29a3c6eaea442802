/** Bytes as base64url without padding: the spelling of ids, and of everything the server passes on unread. */

const ID_BYTES = 16;
/** 16 bytes: the last character carries two bits only, so there is one spelling. */
const ID = /^[A-Za-z0-9_-]{21}[AQgw]$/;

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

export function isId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** A new id. `fill` is `crypto.getRandomValues` in a page. */
export function makeId(fill: (bytes: Uint8Array<ArrayBuffer>) => void): string {
  const bytes = new Uint8Array(ID_BYTES);
  fill(bytes);
  return encodeBytes(bytes);
}
