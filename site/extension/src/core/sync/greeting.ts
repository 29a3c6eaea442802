/** Asks each new neighbour who is here, one after the other: what the first told need not be told by the second. */
import type { Cancel, Clock } from '../clock';
import type { IHeardOf } from '../overlay/messages';
import type { Neighbours } from '../overlay/neighbours';

/** Between two questions: the answer of a large class takes about as long. */
export const GREET_MS = 500;

export class Greeting {
  constructor(
    private readonly clock: Clock,
    private readonly neighbours: Neighbours,
    /** What is known here of what people said of themselves. */
    private readonly known: () => readonly IHeardOf[]
  ) {}

  private readonly waiting = new Set<string>();
  private pause: Cancel | null = null;

  joined(peer: string): void {
    this.waiting.add(peer);
    if (!this.pause) {
      this.next();
    }
  }

  end(): void {
    this.pause?.();
    this.waiting.clear();
  }

  private next(): void {
    this.pause = null;
    for (const peer of this.waiting) {
      this.waiting.delete(peer);
      const neighbour = this.neighbours.get(peer);
      if (neighbour) {
        neighbour.say({ type: 'who', known: this.known() });
        this.pause = this.clock.after(GREET_MS, () => this.next());
        return;
      }
    }
  }
}
