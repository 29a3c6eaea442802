/** Large envelopes kept for those who were told of them; the one asked for longest ago goes first. */

/** Two of the largest changes a page takes from one session at a time, about. */
export const SHELF_BYTES = 16_777_216;

export class Shelf {
  constructor(private readonly limit = SHELF_BYTES) {}

  private readonly kept = new Map<string, Uint8Array>();
  private held = 0;

  get(id: string): Uint8Array | undefined {
    const bytes = this.kept.get(id);
    if (bytes) {
      this.kept.delete(id);
      this.kept.set(id, bytes);
    }
    return bytes;
  }

  put(id: string, bytes: Uint8Array): void {
    if (this.kept.has(id)) {
      return;
    }
    this.kept.set(id, bytes);
    this.held += bytes.byteLength;
    for (const [oldest, { byteLength }] of this.kept) {
      if (this.held <= this.limit) {
        break;
      }
      this.kept.delete(oldest);
      this.held -= byteLength;
    }
  }
}
