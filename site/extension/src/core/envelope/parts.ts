/** Changes larger than one envelope: cut into parts, and put together again. Pure. */
import { joinBytes } from '../bytes';
import { CHANGE_PARTS, ENVELOPE_BYTES, type IEnvelope } from './envelope';

/** Room for everything that is not payload: 255 characters of a name, a class, a chain hash, a signature, numbers. */
const OVERHEAD_BYTES = 512;
/** What one envelope carries of a change. */
export const PAYLOAD_BYTES = ENVELOPE_BYTES - OVERHEAD_BYTES;
/** The largest change that travels in envelopes; a larger one is left to the exchange of states. */
export const CHANGE_BYTES = PAYLOAD_BYTES * CHANGE_PARTS;
/** Bytes of changes that are not whole yet, of all sessions together. */
export const UNFINISHED_BYTES = 2 * CHANGE_BYTES;

/**
 * Pieces of at most PAYLOAD_BYTES, or none when there are more than CHANGE_PARTS. All of one size: a small rest would be
 * sent to everybody unasked.
 */
export function cutChange(change: Uint8Array): Uint8Array[] {
  if (change.byteLength > CHANGE_BYTES) {
    return [];
  }
  const size = Math.ceil(change.byteLength / Math.ceil(change.byteLength / PAYLOAD_BYTES));
  const pieces: Uint8Array[] = [];
  for (let from = 0; from < change.byteLength; from += size) {
    pieces.push(change.subarray(from, from + size));
  }
  return pieces;
}

interface IUnfinished {
  readonly parts: (Uint8Array | undefined)[];
  missing: number;
  bytes: number;
}

/** Collects parts until a change is whole. What is given up comes by exchange. */
export class Parts {
  constructor(private readonly limit = UNFINISHED_BYTES) {}

  private readonly changes = new Map<string, IUnfinished>();
  private held = 0;

  get bytes(): number {
    return this.held;
  }

  /** The whole change, once its last part came; null before. */
  take(envelope: IEnvelope): Uint8Array | null {
    const { parts, part } = envelope;
    if (parts === 1) {
      return envelope.payload;
    }
    const key = [envelope.document, envelope.session, envelope.kind, envelope.sequence - part, parts].join(
      ' '
    );
    const change = this.changes.get(key) ?? { parts: Array<undefined>(parts), missing: parts, bytes: 0 };
    if (change.parts[part]) {
      return null;
    }
    change.parts[part] = envelope.payload;
    change.missing -= 1;
    change.bytes += envelope.payload.byteLength;
    this.held += envelope.payload.byteLength;
    // Anew at the end: who waited longest goes first when there is too much.
    this.changes.delete(key);
    if (change.missing === 0) {
      this.held -= change.bytes;
      return joinBytes(change.parts as Uint8Array[]);
    }
    this.changes.set(key, change);
    for (const [oldest, { bytes }] of this.changes) {
      if (this.held <= this.limit) {
        break;
      }
      this.changes.delete(oldest);
      this.held -= bytes;
    }
    return null;
  }
}
