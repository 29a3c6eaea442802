/** Wraps that are kept, one for each author, document and epoch. Pure. */
import type { Digest } from '../session';
import { compareBytes, type IWraps } from './wraps';

/** Kept of all together: a class of a hundred with ten notebooks each, in a few epochs. `wraps_bytes`. */
export const WRAPS_BYTES = 8_000_000;

export interface IHeld {
  readonly wraps: IWraps;
  readonly bytes: Uint8Array;
}

type Place = Pick<IWraps, 'document' | 'epoch' | 'author'>;

export class HeldWraps {
  constructor(private readonly digest: Digest) {}

  private readonly held = new Map<string, IHeld>();
  private size = 0;

  get all(): readonly IHeld[] {
    return [...this.held.values()];
  }

  of(place: Place): IWraps | null {
    return this.held.get(nameOf(place))?.wraps ?? null;
  }

  /** Whether it counts more than what is here, and there is room. */
  keep(given: IHeld): boolean {
    const name = nameOf(given.wraps);
    const before = this.held.get(name);
    const size = this.size + given.bytes.byteLength - (before?.bytes.byteLength ?? 0);
    if ((before && !this.outweighs(given, before)) || size > WRAPS_BYTES) {
      return false;
    }
    this.held.set(name, given);
    this.size = size;
    return true;
  }

  drop({ wraps, bytes }: IHeld): void {
    if (this.held.delete(nameOf(wraps))) {
      this.size -= bytes.byteLength;
    }
  }

  /** Of two for one place the one that names more readers counts, then the greater SHA-256 [KEY3]. */
  private outweighs(given: IHeld, before: IHeld): boolean {
    const weight = ({ boxes, shared }: IWraps): number => boxes.length + Math.sign(shared.byteLength);
    const more = weight(given.wraps) - weight(before.wraps);
    return more > 0 || (more === 0 && compareBytes(this.digest(given.bytes), this.digest(before.bytes)) > 0);
  }
}

function nameOf({ document, epoch, author }: Place): string {
  return `${epoch} ${author} ${document}`;
}
