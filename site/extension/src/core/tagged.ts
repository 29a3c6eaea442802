/** What is hashed and signed: it begins by saying what it is, so that nothing can be taken for something else. */
import * as encoding from 'lib0/encoding';

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

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
  let text = '';
  for (const byte of bytes) {
    text += HEX[byte];
  }
  return text;
}

/** Of hex digits that are known to be some. */
export function fromHex(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length >> 1);
  for (let index = 0; index < bytes.length; index += 1) {
    bytes[index] = parseInt(text.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}
