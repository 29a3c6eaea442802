/**
 * Where changes wait, outside of the document, for what they need: bounded for each author, and let go in causal order.
 * Each change waits for one thing at a time and is looked at again only when that has come, so that all the work together
 * grows with what the changes need, however many wait.
 */
import type { ICheckedChange } from './change';
import { WAITING_BYTES, WAITING_CHANGES } from './limits';
import { type IPiece, piecesOf } from './pieces';
import type { IId } from './structs';

export type Taken =
  /** It, or of a segment what can be taken now, and what waited for it, in the order in which it was admitted. */
  | { readonly kind: 'ready'; readonly changes: readonly ICheckedChange[] }
  /** It waits. */
  | { readonly kind: 'waiting'; readonly for: IId }
  /** Too much of this author's waits already: to be brought again later. */
  | { readonly kind: 'full' }
  /** It reaches beyond where its author counts. */
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
  /** How far it was taken in, when that takes too long; null before it was admitted. */
  done: number | null;
}

/** What `Waiting` asks of whoever takes changes in. */
export interface ITaker {
  /** What is ready may still be refused. */
  admit(change: ICheckedChange): boolean;
  /**
   * Takes in what was admitted, from its struct `done` on, as far as that may be now: how far it came. What it deletes
   * comes after its structs: {@link ALL} when nothing is left.
   */
  run?(author: string, change: ICheckedChange, done: number): number;
}

export const ALL = Infinity;

interface IQueued {
  readonly clock: number;
  /** Goes up with each that comes. */
  readonly ticket: number;
  readonly item: IWaiting;
}

export class Waiting {
  /** `known`: for each client the clock after the last that is here. */
  constructor(
    private readonly known: Map<number, number>,
    private readonly taker: ITaker = { admit: () => true },
    private readonly cuts: Map<number, number> = new Map(),
    private readonly limits: IWaitingLimits = { bytes: WAITING_BYTES, changes: WAITING_CHANGES }
  ) {}

  private readonly queues = new Map<number, Queue>();
  private readonly held = new Map<string, { bytes: number; changes: number }>();
  /** How many wait of each client. */
  private readonly sessions = new Map<number, number>();
  /** What is ready, and takes too long to be taken in at once. */
  private slow: IWaiting[] = [];
  /** Needs looked at and places changed in queues: what all of this cost. */
  steps = 0;

  heldOf(author: string): { readonly bytes: number; readonly changes: number } {
    return this.held.get(author) ?? { bytes: 0, changes: 0 };
  }

  get count(): number {
    return [...this.held.values()].reduce((sum, { changes }) => sum + changes, 0);
  }

  get isSlow(): boolean {
    return this.slow.length > 0;
  }

  /** Whether it would wait, if it were taken, with all of it. */
  lacks(change: ICheckedChange): boolean {
    return !change.isSegment && change.needs.some(need => !this.isHere(need));
  }

  /** What takes long goes on. */
  resume(): readonly ICheckedChange[] {
    const { slow } = this;
    this.slow = [];
    slow.forEach(each => this.account(each, -1));
    return this.release(slow.reverse());
  }

  /** What waits, or a piece of which does. */
  get wholes(): Set<ICheckedChange> {
    const wholes = new Set<ICheckedChange>();
    for (const queue of this.queues.values()) {
      for (const { item } of queue.queued) {
        wholes.add('whole' in item.change ? (item.change as IPiece).whole : item.change);
      }
    }
    return wholes;
  }

  /** From which clock on a client's changes wait, and what the first of them waits for; null when none does. */
  awaitedBy(client: number): { readonly from: number; readonly need: IId } | null {
    let first: { readonly from: number; readonly need: IId } | null = null;
    for (const [of, queue] of this.queues) {
      for (const { clock, item } of queue.queued) {
        const { client: by, from, structs } = item.change;
        if (by === client && structs.length > 0 && from < (first?.from ?? Infinity)) {
          first = { from, need: { client: of, clock } };
        }
      }
    }
    return first;
  }

  take(author: string, change: ICheckedChange): Taken {
    if (change.to > (this.cuts.get(change.client) ?? Infinity)) {
      return { kind: 'cut' };
    }
    const whole = { author, change, need: 0, done: null };
    const missing = this.missing(whole);
    if (!missing && !this.slow.some(each => each.author === author)) {
      return { kind: 'ready', changes: this.release([whole]) };
    }
    if (!this.hasRoom(author, change)) {
      return { kind: 'full' };
    }
    if (!missing) {
      return { kind: 'ready', changes: this.release([whole]) };
    }
    const parts = change.isSegment ? piecesOf(change, id => this.isHere(id)) : [change];
    const ready: IWaiting[] = [];
    for (const part of parts) {
      const waiting = { author, change: part, need: 0, done: null };
      const next = this.missing(waiting);
      if (next) {
        this.hold(waiting, next);
      } else {
        ready.push(waiting);
      }
    }
    const changes = this.release(ready.reverse());
    return changes.length > 0 ? { kind: 'ready', changes } : { kind: 'waiting', for: missing };
  }

  /** Whether a change would be taken that must wait. The first to wait of a session always is: others may wait for it. */
  hasRoom(author: string, change: ICheckedChange): boolean {
    const { bytes, changes } = this.heldOf(author);
    return (
      !this.sessions.get(change.client) ||
      (changes < this.limits.changes && bytes + change.bytes.byteLength <= this.limits.bytes)
    );
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
      const { author, change, done } = next;
      this.steps += 1;
      if (done === null) {
        if (!this.taker.admit(change)) {
          continue;
        }
        changes.push(change);
      }
      next.done = this.taker.run?.(author, change, done ?? 0) ?? ALL;
      if (next.done !== ALL) {
        this.account(next, 1);
        this.slow.push(next);
      }
      const to = change.structs[next.done]?.clock ?? change.to;
      if (to > (this.known.get(change.client) ?? 0)) {
        this.known.set(change.client, to);
        const queue = this.queues.get(change.client);
        const freed = queue?.takeBelow(to) ?? [];
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
        this.account(each, -1);
        ready.push(each);
      }
    }
    return ready;
  }

  private hold(waiting: IWaiting, missing: IId): void {
    this.account(waiting, 1);
    this.wait(waiting, missing);
  }

  private account({ author, change }: IWaiting, sign: 1 | -1): void {
    const { bytes, changes } = this.heldOf(author);
    this.held.set(author, { bytes: bytes + sign * change.bytes.byteLength, changes: changes + sign });
    this.sessions.set(change.client, (this.sessions.get(change.client) ?? 0) + sign);
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
      const need = needs[waiting.need]!;
      if (!this.isHere(need)) {
        return { client: need.client, clock: this.lastOf(need) };
      }
    }
    return null;
  }

  private isHere(id: IId): boolean {
    return this.lastOf(id) < (this.known.get(id.client) ?? 0);
  }

  /** What is cut off is as good as there when all before it is. */
  private lastOf({ client, clock }: IId): number {
    return Math.min(clock, (this.cuts.get(client) ?? Infinity) - 1);
  }
}

/** Who waits for clocks of one client, the lowest first, and of one those who came first: a heap. */
class Queue {
  constructor(private readonly onStep: () => void) {}

  private readonly heap: IQueued[] = [];
  private tickets = 0;

  get queued(): readonly IQueued[] {
    return this.heap;
  }

  add(clock: number, item: IWaiting): void {
    const { heap } = this;
    this.tickets += 1;
    const queued = { clock, ticket: this.tickets, item };
    let at = heap.push(queued) - 1;
    for (let up = (at - 1) >> 1; at > 0 && isBefore(queued, heap[up]!); up = (at - 1) >> 1) {
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
        .reduce((best, child) => (isBefore(heap[child]!, heap[best]!) ? child : best), at);
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

function isBefore(a: IQueued, b: IQueued): boolean {
  return a.clock < b.clock || (a.clock === b.clock && a.ticket < b.ticket);
}
