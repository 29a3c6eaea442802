/** Something that is done at once, and then at most every so often, however often it is asked for. */
import type { Cancel, Clock } from '../../core/clock';

export class Coalesced {
  constructor(
    private readonly clock: Clock,
    private readonly everyMs: number,
    private readonly act: () => void
  ) {}

  private last = -Infinity;
  private waiting: Cancel | null = null;

  ask(): void {
    if (this.waiting) {
      return;
    }
    const wait = this.last + this.everyMs - this.clock.now();
    if (wait <= 0) {
      this.now();
    } else {
      this.waiting = this.clock.after(wait, () => this.now());
    }
  }

  /** Without waiting: somebody pressed something. */
  now(): void {
    this.cancel();
    this.last = this.clock.now();
    this.act();
  }

  cancel(): void {
    this.waiting?.();
    this.waiting = null;
  }
}
