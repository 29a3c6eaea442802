/**
 * Where changes wait, outside of the document, for what they need: bounded for each author, and let go in causal order.
 * Each change waits for one thing at a time and is looked at again only when that has come, so that all the work together
 * grows with what the changes need, however many wait.
 */
import type { ICheckedChange } from './change';
import { WAITING_BYTES, WAITING_CHANGES } from './limits';
import type { IId } from './structs';

export type Taken =
  /** It and what waited for it: in this order all was admitted, or not. */
  | { readonly kind: 'ready'; readonly changes: readonly ICheckedChange[] }
  /** It waits. */
  | { readonly kind: 'waiting'; readonly for: IId }
  /** Too much of this author's waits already: to be brought again later. */
  | { readonly kind: 'full' }
  /** It begins where its author does not count any more. */
  | { readonly kind: 'cut' };

export interface IWaitingLimits {
  readonly bytes: number;
  readonly changes: number;
}

interface IWaiting {
  readonly author: string;
  readonly change: ICheckedChange;
  /** Which of its needs it waits for. */
  need: number;
}

export class Waiting {
  /** `known`: for each client the clock after the last that is here; `admit` may still refuse what is ready. */
  constructor(
    private readonly known: Map<number, number>,
    private readonly admit: (change: ICheckedChange) => boolean = () => true,
    private readonly cuts: Map<number, number> = new Map(),
    private readonly limits: IWaitingLimits = { bytes: WAITING_BYTES, changes: WAITING_CHANGES }
  ) {}

  private readonly queues = new Map<number, Queue>();
  private readonly held = new Map<string, { bytes: number; changes: number }>();
  /** Needs looked at and places changed in queues: what all of this cost. */
  steps = 0;

  heldOf(author: string): { readonly bytes: number; readonly changes: number } {
    return this.held.get(author) ?? { bytes: 0, changes: 0 };
  }

  get count(): number {
    return [...this.held.values()].reduce((sum, { changes }) => sum + changes, 0);
  }

  take(author: string, change: ICheckedChange): Taken {
    if (change.structs.length > 0 && change.from >= (this.cuts.get(change.client) ?? Infinity)) {
      return { kind: 'cut' };
    }
    const waiting = { author, change, need: 0 };
    const missing = this.missing(waiting);
    if (!missing) {
      return { kind: 'ready', changes: this.release([waiting]) };
    }
    const held = this.heldOf(author);
    const bytes = held.bytes + change.bytes.byteLength;
    if (held.changes >= this.limits.changes || bytes > this.limits.bytes) {
      return { kind: 'full' };
    }
    this.held.set(author, { bytes, changes: held.changes + 1 });
    this.wait(waiting, missing);
    return { kind: 'waiting', for: change.needs[waiting.need]! };
  }

  /** From `clock` on nothing of a client counts: who waits for that waits no longer. */
  cut(client: number, clock: number): readonly ICheckedChange[] {
    this.cuts.set(client, clock);
    const all = this.queues.get(client)?.takeBelow(Infinity) ?? [];
    return this.goOn(all);
  }

  /** Lets go what is ready, and what that makes ready. */
  private release(ready: IWaiting[]): ICheckedChange[] {
    const changes: ICheckedChange[] = [];
    for (let next = ready.pop(); next; next = ready.pop()) {
      const { change } = next;
      this.steps += 1;
      if (!this.admit(change)) {
        continue;
      }
      changes.push(change);
      if (change.to > (this.known.get(change.client) ?? 0)) {
        this.known.set(change.client, change.to);
        const queue = this.queues.get(change.client);
        const freed = queue?.takeBelow(change.to) ?? [];
        ready.push(...this.readyOf(freed).reverse());
      }
    }
    return changes;
  }

  private goOn(freed: readonly IWaiting[]): ICheckedChange[] {
    return this.release(this.readyOf(freed).reverse());
  }

  private readyOf(freed: readonly IWaiting[]): IWaiting[] {
    const ready: IWaiting[] = [];
    for (const each of freed) {
      const missing = this.missing(each);
      if (missing) {
        this.wait(each, missing);
      } else {
        const { bytes, changes } = this.heldOf(each.author);
        this.held.set(each.author, {
          bytes: bytes - each.change.bytes.byteLength,
          changes: changes - 1
        });
        ready.push(each);
      }
    }
    return ready;
  }

  private wait(waiting: IWaiting, { client, clock }: IId): void {
    const queue = this.queues.get(client) ?? new Queue(() => (this.steps += 1));
    this.queues.set(client, queue);
    queue.add(clock, waiting);
  }

  /** The first of its needs that is not here, from the one it waited for on. */
  private missing(waiting: IWaiting): IId | null {
    const { needs } = waiting.change;
    for (; waiting.need < needs.length; waiting.need += 1) {
      this.steps += 1;
      const { client, clock } = needs[waiting.need]!;
      const last = Math.min(clock, (this.cuts.get(client) ?? Infinity) - 1);
      if (last >= (this.known.get(client) ?? 0)) {
        return { client, clock: last };
      }
    }
    return null;
  }
}

/** Who waits for clocks of one client, the lowest first: a heap. */
class Queue {
  constructor(private readonly onStep: () => void) {}

  private readonly heap: { readonly clock: number; readonly item: IWaiting }[] = [];

  add(clock: number, item: IWaiting): void {
    const { heap } = this;
    let at = heap.push({ clock, item }) - 1;
    for (let up = (at - 1) >> 1; at > 0 && heap[up]!.clock > clock; up = (at - 1) >> 1) {
      this.swap(at, up);
      at = up;
    }
    this.onStep();
  }

  /** Takes out all that wait for a clock below this one. */
  takeBelow(limit: number): IWaiting[] {
    const taken: IWaiting[] = [];
    const { heap } = this;
    while (heap.length > 0 && heap[0]!.clock < limit) {
      taken.push(heap[0]!.item);
      this.swap(0, heap.length - 1);
      heap.pop();
      this.sink();
    }
    return taken;
  }

  private sink(): void {
    const { heap } = this;
    for (let at = 0; ;) {
      const least = [2 * at + 1, 2 * at + 2]
        .filter(child => child < heap.length)
        .reduce((best, child) => (heap[child]!.clock < heap[best]!.clock ? child : best), at);
      if (least === at) {
        return;
      }
      this.swap(at, least);
      at = least;
    }
  }

  private swap(a: number, b: number): void {
    const { heap } = this;
    [heap[a], heap[b]] = [heap[b]!, heap[a]!];
    this.onStep();
  }
}
