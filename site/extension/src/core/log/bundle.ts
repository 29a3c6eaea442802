/**
 * Pieces on their way: what one neighbour answers another, and what proves a fork. The introductions that the pieces need
 * go with them, before them.
 *
 *     number of introductions, each a block; number of pieces, each a block
 */
import * as encoding from 'lib0/encoding';
import type { Read } from '../envelope/envelope';
import type { Reader } from '../envelope/reader';

export interface IBundle {
  readonly introductions: readonly Uint8Array[];
  /** Envelopes and segments: their first byte tells. */
  readonly pieces: readonly Uint8Array[];
}

/** The closed set of what can be wrong: ends early; a number's spelling; more than asked for, or none; goes on after its end. */
export type BundleFault = 'cut-short' | 'number' | 'pieces' | 'left-over';

export function writeBundle(encoder: encoding.Encoder, { introductions, pieces }: IBundle): void {
  for (const blocks of [introductions, pieces]) {
    encoding.writeVarUint(encoder, blocks.length);
    blocks.forEach(bytes => encoding.writeVarUint8Array(encoder, bytes));
  }
}

/** Reads to the end. At most `most` pieces, and as many introductions. */
export function readBundle(reader: Reader, most: number): Read<IBundle, BundleFault> {
  const introductions = readBlocks(reader, most);
  const pieces = introductions && readBlocks(reader, most);
  if (reader.fault) {
    return { kind: 'fault', fault: reader.fault === 'number' ? 'number' : 'cut-short' };
  }
  if (!introductions || !pieces || pieces.some(bytes => bytes.byteLength === 0)) {
    return { kind: 'fault', fault: 'pieces' };
  }
  return reader.left > 0
    ? { kind: 'fault', fault: 'left-over' }
    : { kind: 'read', value: { introductions, pieces } };
}

function readBlocks(reader: Reader, most: number): Uint8Array[] | null {
  const count = reader.number();
  if (count > most) {
    return null;
  }
  const blocks: Uint8Array[] = [];
  while (blocks.length < count) {
    blocks.push(reader.block());
  }
  return blocks;
}
