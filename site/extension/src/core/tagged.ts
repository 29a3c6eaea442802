/** What is hashed and signed: it begins by saying what it is, so that nothing can be taken for something else. */
import * as encoding from 'lib0/encoding';

/** text "peerbook `what` 1", then the parts as they are. */
export function tagged(what: string, ...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const encoder = encoding.createEncoder();
  encoding.writeVarString(encoder, tagOf(what));
  parts.forEach(part => encoding.writeUint8Array(encoder, part));
  return Uint8Array.from(encoding.toUint8Array(encoder));
}

export function tagOf(what: string): string {
  return `peerbook ${what} 1`;
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** Of hex digits that are known to be some. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));
}
