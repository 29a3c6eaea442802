/** Says how many are at the door when somebody new is: calmly, as a number, at most every ten seconds. */
import type { Clock } from '../../core/clock';
import { Coalesced } from '../panel/coalesced';

/** INTERFACE.md: arrivals are heard at most this often. */
export const HEARD_MS = 10_000;

export class Knocks {
  constructor(
    clock: Clock,
    private readonly say: (count: number) => void
  ) {
    this.saying = new Coalesced(clock, HEARD_MS, () => this.speak());
  }

  private readonly saying: Coalesced;
  private now: ReadonlySet<string> = new Set();
  private told: ReadonlySet<string> = new Set();

  tell(waiting: readonly { readonly participant: string }[]): void {
    this.now = new Set(waiting.map(({ participant }) => participant));
    if (this.hasNews) {
      this.saying.ask();
    } else {
      // Whoever went and knocks again is news.
      this.told = this.now;
    }
  }

  dispose(): void {
    this.saying.cancel();
  }

  private get hasNews(): boolean {
    return [...this.now].some(participant => !this.told.has(participant));
  }

  private speak(): void {
    if (this.hasNews) {
      this.say(this.now.size);
    }
    this.told = this.now;
  }
}
