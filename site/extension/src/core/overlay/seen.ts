/** Ids seen lately, in bounded memory: two generations, of which the older is forgotten as a whole. */

/** Ids in one generation: ten minutes of forty people typing, in about 3 MB. */
export const GENERATION = 20_000;

export class Seen {
  constructor(private readonly generation = GENERATION) {}

  private young = new Set<string>();
  private old = new Set<string>();

  get size(): number {
    return this.young.size + this.old.size;
  }

  has(id: string): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  /** Whether it is new; it no longer is. */
  add(id: string): boolean {
    if (this.has(id)) {
      return false;
    }
    this.young.add(id);
    if (this.young.size >= this.generation) {
      this.old = this.young;
      this.young = new Set();
    }
    return true;
  }

  /** It counts as new again. */
  delete(id: string): void {
    this.young.delete(id);
    this.old.delete(id);
  }
}
