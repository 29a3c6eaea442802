/** Says a number to who listens instead of looking, at most every ten seconds; in between the last one waits. */
import type { Cancel, Clock } from '../core/clock';

/** INTERFACE.md's. */
export const EVERY_MS = 10_000;

export class Announcer {
  constructor(
    private readonly clock: Clock,
    private readonly say: (count: number) => void
  ) {}

  tell(count: number): void {
    this.latest = count;
    if (this.waiting) {
      return;
    }
    const rest = this.saidAt === null ? 0 : this.saidAt + EVERY_MS - this.clock.now();
    if (rest <= 0) {
      this.speak();
    } else {
      this.waiting = this.clock.after(rest, () => {
        this.waiting = null;
        this.speak();
      });
    }
  }

  dispose(): void {
    this.waiting?.();
    this.waiting = null;
  }

  private speak(): void {
    if (this.latest !== this.said) {
      this.said = this.latest;
      this.saidAt = this.clock.now();
      this.say(this.latest);
    }
  }

  private latest = 0;
  private said: number | null = null;
  private saidAt: number | null = null;
  private waiting: Cancel | null = null;
}
