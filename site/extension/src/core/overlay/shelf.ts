/** Large envelopes kept for those who were told of them; the one asked for longest ago goes first. */

/** Two of the largest changes a page takes from one session at a time, about. */
export const SHELF_BYTES = 16_777_216;

export interface IShelved {
  readonly session: string;
  readonly bytes: Uint8Array;
}

export class Shelf {
  constructor(private readonly limit = SHELF_BYTES) {}

  private readonly kept = new Map<string, IShelved>();
  private held = 0;

  get(id: string): IShelved | undefined {
    const shelved = this.kept.get(id);
    if (shelved) {
      this.kept.delete(id);
      this.kept.set(id, shelved);
    }
    return shelved;
  }

  put(id: string, shelved: IShelved): void {
    if (this.kept.has(id)) {
      return;
    }
    this.kept.set(id, shelved);
    this.held += shelved.bytes.byteLength;
    for (const [oldest, { bytes }] of this.kept) {
      if (this.held <= this.limit) {
        break;
      }
      this.kept.delete(oldest);
      this.held -= bytes.byteLength;
    }
  }
}
