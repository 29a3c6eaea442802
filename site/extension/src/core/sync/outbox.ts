/** Own changes to one document on their way out: the first at once, then at most ten times a second, merged [SYN4]. */
import type { Cancel, Clock } from '../clock';
import { mergeChanges } from '../envelope/merge';

/** One envelope per document in this time; `envelope_every_ms` in docs/protocol.json (DESIGN, decision 6). */
export const EVERY_MS = 100;
/** Of one merged change: what comes on top is another. A tenth of what may be in one, as merging takes time. */
const MERGED_BYTES = 1_000_000;

export class Outbox {
  constructor(
    private readonly clock: Clock,
    /** Some, in their order. */
    private readonly publish: (changes: readonly Uint8Array[]) => void
  ) {}

  private queue: Uint8Array[] = [];
  private pause: Cancel | null = null;

  put(change: Uint8Array): void {
    this.queue.push(change);
    if (!this.pause) {
      this.flush();
    }
  }

  /** Sends what waits for its turn, now. */
  flush(): void {
    if (this.queue.length > 0) {
      this.pause?.();
      const changes = merged(this.queue);
      this.queue = [];
      this.pause = this.clock.after(EVERY_MS, () => {
        this.pause = null;
        this.flush();
      });
      this.publish(changes);
    }
  }

  end(): void {
    this.flush();
    this.pause?.();
  }
}

function merged(changes: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[][] = [];
  let bytes = Infinity;
  for (const change of changes) {
    if (bytes + change.byteLength > MERGED_BYTES) {
      groups.push([]);
      bytes = 0;
    }
    groups.at(-1)!.push(change);
    bytes += change.byteLength;
  }
  return groups.flatMap(group => (group.length === 1 ? group : (mergeChanges(group)?.bytes ?? group)));
}
