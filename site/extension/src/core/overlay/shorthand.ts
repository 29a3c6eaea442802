/**
 * An envelope's head says class, document and session in some 140 bytes. Between two neighbours it is said once in each
 * direction and channel; after that three bytes of its hash stand for it. What is signed and hashed is the whole envelope.
 */
import { joinBytes } from '../bytes';
import { headLength, idText } from '../envelope/envelope';
import type { Digest } from '../session';

export const REFERENCE_BYTES = 3;
/** Heads a sender relies on: more than the sessions of a class that write at one time. */
export const HEADS_SAID = 512;
/** Heads a receiver remembers. Both forget in the order of saying, so anything above HEADS_SAID will do. */
export const HEADS_HEARD = HEADS_SAID + 64;

/** An envelope as it is sent to many neighbours: looked at once. */
export interface IHeaded {
  readonly bytes: Uint8Array;
  readonly tail: Uint8Array;
  readonly head: string;
  readonly reference: string;
}

/** Looks at envelopes to be sent. Hashing a head takes as long as the rest of a keystroke's way, so it is done once. */
export class Heads {
  constructor(private readonly digest: Digest) {}

  private readonly references = new Map<string, string>();

  /** Of an envelope that `decodeEnvelope` has read. */
  of(bytes: Uint8Array): IHeaded {
    const length = headLength(bytes);
    const head = idText(bytes.subarray(0, length));
    let reference = this.references.get(head);
    if (reference === undefined) {
      reference = referenceOf(this.digest, bytes.subarray(0, length));
      renew(this.references, head, reference, HEADS_SAID);
    }
    return { bytes, tail: bytes.subarray(length), head, reference };
  }
}

/** What was said to a neighbour on one channel. */
export class Saying {
  private readonly said = new Map<string, string>();

  /** Whether the reference will be understood; if not, the head is to be said whole, and counts as said. */
  isSaid({ head, reference }: IHeaded): boolean {
    if (this.said.get(reference) === head) {
      return true;
    }
    renew(this.said, reference, head, HEADS_SAID);
    return false;
  }

  /** The other side does not know it. */
  forget(reference: string): void {
    this.said.delete(reference);
  }
}

/** What was heard from a neighbour on one channel. */
export class Hearing {
  constructor(private readonly digest: Digest) {}

  private readonly heard = new Map<string, Uint8Array>();

  /** Remembers the head of an envelope that was read without fault. */
  remember(bytes: Uint8Array): void {
    const head = bytes.slice(0, headLength(bytes));
    renew(this.heard, referenceOf(this.digest, head), head, HEADS_HEARD);
  }

  /** The whole envelope, or null when the head was never heard. */
  lengthen(reference: string, tail: Uint8Array): Uint8Array | null {
    const head = this.heard.get(reference);
    return head ? joinBytes([head, tail]) : null;
  }
}

/** Puts a head at the end; the first, said longest ago, is forgotten. Two heads of one reference: the later counts. */
function renew<Head>(heads: Map<string, Head>, reference: string, head: Head, most: number): void {
  heads.delete(reference);
  heads.set(reference, head);
  if (heads.size > most) {
    heads.delete(heads.keys().next().value!);
  }
}

function referenceOf(digest: Digest, head: Uint8Array): string {
  return idText(digest(head).subarray(0, REFERENCE_BYTES));
}
