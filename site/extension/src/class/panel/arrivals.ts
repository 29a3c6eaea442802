/** Who came and went, as numbers now and then: what a screen reader hears. Pure. */

/** INTERFACE.md: at most every ten seconds. */
export const EVERY_MS = 10_000;

export interface IComing {
  readonly came: number;
  readonly left: number;
  readonly others: number;
}

export class Arrivals {
  /** @param now milliseconds; nothing is told in the first ten seconds, when a class comes in */
  constructor(now: number) {
    this.at = now;
  }

  private at: number;
  private told: ReadonlySet<string> = new Set();

  /**
   * What is to be told now about the others who are here, or in how many milliseconds to ask again, or null when all
   * that happened has been told.
   */
  ask(others: ReadonlySet<string>, now: number): IComing | number | null {
    const came = [...others].filter(id => !this.told.has(id)).length;
    const left = [...this.told].filter(id => !others.has(id)).length;
    if (came + left === 0) {
      return null;
    }
    const wait = this.at + EVERY_MS - now;
    if (wait > 0) {
      return wait;
    }
    this.at = now;
    this.told = new Set(others);
    return { came, left, others: others.size };
  }
}
