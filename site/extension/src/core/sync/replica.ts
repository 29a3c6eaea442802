/**
 * One document on this page, as the class sees it: own changes go out, the first at once and then at most ten times a
 * second; what comes from others is applied, or waits outside the document until what it leans on is there.
 */
import * as Y from 'yjs';
import type { Cancel, Clock } from '../clock';
import type { Digest } from '../session';
import { stateDigest, type Vector, vectorOf } from './digest';
import { isRunOn, readChange } from './change';

/** One envelope per document in this time; `envelope_every_ms` in docs/protocol.json (DESIGN, decision 6). */
export const EVERY_MS = 100;
/** Changes that wait for others, in all; more are dropped and come by exchange. `unresolved_bytes`. */
export const WAITING_BYTES = 1_000_000;
/** The same in number: each is looked at again whenever something was applied. */
export const WAITING_CHANGES = 256;

/** Marks what came from others, for undo, for keeping and for us. */
export const FROM_OTHERS = Symbol('from others');

export type Received =
  /** The document has all of it. */
  | 'applied'
  /** It leans on what is not here yet. */
  | 'waiting'
  /** It is no change at all. */
  | 'garbled';

export interface IReplicaPorts {
  readonly clock: Clock;
  readonly digest: Digest;
  /** Own changes, merged. */
  publish(change: Uint8Array): void;
  /** Whether changes of this origin are not the user's: read from storage, or brought by another tab. */
  isForeign(origin: unknown): boolean;
}

export class Replica {
  constructor(
    readonly name: string,
    readonly doc: Y.Doc,
    private readonly ports: IReplicaPorts
  ) {
    doc.on('update', this.onUpdate);
  }

  private queue: Uint8Array[] = [];
  private pause: Cancel | null = null;
  private waiting: Uint8Array[] = [];
  private waitingBytes = 0;
  private known: { vector?: Map<number, number>; digest?: Uint8Array } = {};
  /** Goes up with every change, whoever made it. */
  version = 0;
  /** Of the changes that came, at least as many as the document has. */
  bytes = 0;

  /** Whether something is known to be missing. */
  get isIncomplete(): boolean {
    return (
      this.waiting.length > 0 || this.doc.store.pendingStructs !== null || this.doc.store.pendingDs !== null
    );
  }

  get waitingCount(): number {
    return this.waiting.length;
  }

  get vector(): Vector {
    return (this.known.vector ??= vectorOf(this.doc));
  }

  get digest(): Uint8Array {
    return (this.known.digest ??= stateDigest(this.doc, this.ports.digest));
  }

  /** All that a replica with `vector` lacks, and every deletion. */
  stateSince(vector: Vector): Uint8Array {
    return Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(new Map(vector)));
  }

  /** What was deleted, as a change that brings nothing else. */
  deletions(): Uint8Array {
    return this.stateSince(this.vector);
  }

  /** Takes a change of others. Never throws. */
  receive(change: Uint8Array): Received {
    const read = readChange(change);
    if (!read) {
      return 'garbled';
    }
    if (!isRunOn(read, this.vector)) {
      this.wait(change);
      return 'waiting';
    }
    if (!this.apply(change)) {
      return 'garbled';
    }
    this.goOn();
    return this.isIncomplete ? 'waiting' : 'applied';
  }

  /** Sends what waits for its turn, now. */
  flush(): void {
    this.pause?.();
    this.pause = null;
    if (this.queue.length > 0) {
      const change = this.queue.length === 1 ? this.queue[0]! : Y.mergeUpdates(this.queue);
      this.queue = [];
      this.pause = this.ports.clock.after(EVERY_MS, () => {
        this.pause = null;
        this.flush();
      });
      this.ports.publish(change);
    }
  }

  end(): void {
    this.flush();
    this.pause?.();
    this.doc.off('update', this.onUpdate);
  }

  private readonly onUpdate = (
    update: Uint8Array,
    origin: unknown,
    _: Y.Doc,
    transaction: Y.Transaction
  ): void => {
    this.version += 1;
    this.bytes += update.byteLength;
    this.known = {};
    if (!transaction.local || origin === FROM_OTHERS || this.ports.isForeign(origin)) {
      return;
    }
    this.queue.push(update);
    if (!this.pause) {
      this.flush();
    }
  };

  private wait(change: Uint8Array): void {
    if (this.waiting.length >= WAITING_CHANGES || this.waitingBytes + change.byteLength > WAITING_BYTES) {
      return;
    }
    this.waiting.push(change);
    this.waitingBytes += change.byteLength;
  }

  /** Applies what waited and now can be, until nothing moves. */
  private goOn(): void {
    for (let moved = this.waiting.length > 0; moved;) {
      moved = false;
      const waiting = this.waiting;
      this.waiting = [];
      this.waitingBytes = 0;
      for (const change of waiting) {
        const read = readChange(change);
        if (read && isRunOn(read, this.vector)) {
          moved = this.apply(change) || moved;
        } else {
          this.wait(change);
        }
      }
      moved &&= this.waiting.length > 0;
    }
  }

  private apply(change: Uint8Array): boolean {
    try {
      Y.applyUpdate(this.doc, change, FROM_OTHERS);
      return true;
    } catch {
      return false;
    }
  }
}
