/**
 * How much of the page's time each person's writing takes. Places that no editor gives make Yjs look at each other struct
 * for each, and so do honest ones that many wrote apart from each other: nothing in the bytes tells them apart, so nothing
 * is refused for it. What takes more than its share waits, outside of the document, and comes bit by bit [PER8].
 */
import type { Cancel, Clock } from '../clock';

/** Milliseconds somebody's writing may take beyond what so many structs take at all, before it waits. `costly_ms`. */
export const COSTLY_MS = 500;
/** Of the time after that, this part is theirs. `costly_percent`. */
export const COSTLY_PERCENT = 10;
/** What Yjs needs for one struct or deleted range where nothing is to be looked through: 0.02 ms, and slow devices. */
const PLAIN_MS = 0.1;
/** Structs taken in at once, between two looks at the clock: 0.1 s in a document of 10,000 structs, as crafted as can be. */
const PIECE = 16;
/** Waiting to go on. */
const AGAIN_MS = 100;

export interface IWorkPorts {
  readonly clock: Clock;
  /** Milliseconds, as fine as there are. */
  stopwatch(): number;
  /** Somebody's writing waits as it takes too long: said once of each. */
  tooMuch(person: string): void;
}

/** The time of one document, by sessions. */
export interface ISessionsWork {
  /** How many structs of a session may be taken in now; 0: it waits. */
  most(session: string): number;
  /** Does something of a session that has so many structs and ranges. */
  measure(session: string, count: number, run: () => void): void;
}

interface ISpent {
  ms: number;
  at: number;
}

/** One for a page: what somebody writes in one document counts for all. */
export class Work {
  constructor(private readonly ports: IWorkPorts) {}

  private readonly spent = new Map<string, ISpent>();
  private readonly told = new Set<string>();

  /** `personOf`: whose a session is; null for what never waits: one's own. */
  of(personOf: (session: string) => string | null): ISessionsWork {
    return {
      most: session => {
        const person = personOf(session);
        return person === null ? Infinity : this.most(person);
      },
      measure: (session, count, run) => {
        const person = personOf(session);
        if (person === null) {
          run();
        } else {
          this.measure(person, count, run);
        }
      }
    };
  }

  /** What waits may go on in a while. */
  later(run: () => void): Cancel {
    return this.ports.clock.after(AGAIN_MS, run);
  }

  private most(person: string): number {
    const { ms } = this.spentBy(person);
    if (ms < COSTLY_MS / 2) {
      return PIECE;
    }
    if (ms < COSTLY_MS) {
      return 1;
    }
    if (!this.told.has(person)) {
      this.told.add(person);
      this.ports.tooMuch(person);
    }
    return 0;
  }

  private measure(person: string, count: number, run: () => void): void {
    const before = this.ports.stopwatch();
    run();
    const beyond = this.ports.stopwatch() - before - count * PLAIN_MS;
    if (beyond > 0) {
      const spent = this.spentBy(person);
      spent.ms += beyond;
      this.spent.set(person, spent);
    }
  }

  private spentBy(person: string): ISpent {
    const at = this.ports.clock.now();
    const { ms, at: last } = this.spent.get(person) ?? { ms: 0, at };
    return { ms: Math.max(0, ms - ((at - last) * COSTLY_PERCENT) / 100), at };
  }
}

/** For a page that has a stopwatch. */
export function workOf(page: {
  readonly clock: Clock;
  readonly stopwatch?: () => number;
  onCostly?(person: string): void;
}): Work | null {
  const { clock, stopwatch } = page;
  return stopwatch ? new Work({ clock, stopwatch, tooMuch: person => page.onCostly?.(person) }) : null;
}
