/** A clock that goes when it is told to: hours of a class in a second, always the same way. */
import type { Cancel, Clock } from '../clock';

interface IDue {
  readonly at: number;
  readonly order: number;
  run: (() => void) | null;
}

export class VirtualClock implements Clock {
  private time = 0;
  private order = 0;
  /** A binary heap by (at, order). */
  private readonly heap: IDue[] = [];

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): Cancel {
    const due: IDue = { at: this.time + Math.max(0, ms), order: this.order++, run };
    this.push(due);
    return () => (due.run = null);
  }

  /** Lets everything happen that is due until then. */
  advance(ms: number): void {
    const until = this.time + ms;
    for (let next = this.heap[0]; next && next.at <= until; next = this.heap[0]) {
      this.pop();
      this.time = Math.max(this.time, next.at);
      const { run } = next;
      next.run = null;
      run?.();
    }
    this.time = until;
  }

  private push(due: IDue): void {
    const { heap } = this;
    let at = heap.push(due) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(due, heap[parent]!)) {
        break;
      }
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = due;
  }

  private pop(): void {
    const { heap } = this;
    const last = heap.pop()!;
    if (heap.length === 0) {
      return;
    }
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) {
        break;
      }
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) {
        child += 1;
      }
      if (!isBefore(heap[child]!, last)) {
        break;
      }
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

function isBefore(a: IDue, b: IDue): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
