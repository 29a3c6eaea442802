/** Brings what happens to one document into storage: the first piece at once, what follows in one record, until it is there. */
import { type IStorage, type Refusal, StorageError } from '../storage/storage';
import type { KeepingEvent } from './keeping';

/** The first change is written at once, what follows at most this often: a killed tab loses less than that. */
export const KEEP_EVERY_MS = 150;
/** A write that takes longer than this is spoken of. */
const SLOW_MS = 1000;
/** When a write failed, the next try; somebody may have made room. */
const RETRY_MS = 5000;

export interface ITimers {
  /** Calls `then` after the milliseconds; the result calls it off. */
  readonly after: (ms: number, then: () => void) => () => void;
}

export interface IWriterParts {
  readonly storage: IStorage;
  /** The document's name. */
  readonly name: string;
  readonly timers: ITimers;
  readonly report: (event: KeepingEvent) => void;
  /** One record for several pieces, at least two. */
  merge(pieces: readonly Uint8Array[]): Uint8Array;
  /** A record of so many bytes was written. */
  written(bytes: number): void | Promise<void>;
}

export class Writer {
  constructor(private readonly parts: IWriterParts) {}

  private queue: Uint8Array[] = [];
  private writing: Promise<void> | null = null;
  private cancel: (() => void) | null = null;
  /** How many of the queue are being written. */
  private underWay = 0;

  /** Whether everything is written. */
  get isIdle(): boolean {
    return this.queue.length === 0 && this.writing === null;
  }

  add(piece: Uint8Array): void {
    this.queue.push(piece);
    if (!this.writing && !this.cancel) {
      void this.flush();
    }
  }

  /** Writes what is waiting, now. Never fails: it reports. */
  async flush(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    if (this.writing) {
      await this.writing;
    }
    if (this.queue.length > 0 && !this.writing) {
      this.writing = this.write();
      await this.writing;
    }
  }

  /**
   * The page goes away: what waits is handed over at once, behind a write that is still under way. Should the page stay
   * after all, it is written once more, which does no harm.
   */
  hurry(): void {
    const rest = this.queue.slice(this.underWay);
    if (rest.length > 0) {
      const { storage, name } = this.parts;
      storage.append(name, this.recordOf(rest)).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.flush();
    this.cancel?.();
  }

  private async write(): Promise<void> {
    const { storage, name, timers, report } = this.parts;
    const batch = this.recordOf(this.queue);
    const count = this.queue.length;
    this.underWay = count;
    const notSlow = timers.after(SLOW_MS, () => report({ kind: 'slow' }));
    let again = KEEP_EVERY_MS;
    try {
      await storage.append(name, batch);
      this.queue = this.queue.slice(count);
      report({ kind: 'written' });
    } catch (error) {
      again = RETRY_MS;
      report({ kind: 'failed', refusal: refusalOf(error) });
    } finally {
      notSlow();
      this.underWay = 0;
      this.writing = null;
      this.cancel = timers.after(again, () => {
        this.cancel = null;
        if (this.queue.length > 0) {
          void this.flush();
        }
      });
    }
    if (again === KEEP_EVERY_MS) {
      await this.parts.written(batch.length);
    }
  }

  private recordOf(pieces: readonly Uint8Array[]): Uint8Array {
    return pieces.length === 1 ? pieces[0]! : this.parts.merge(pieces);
  }
}

function refusalOf(error: unknown): Refusal {
  return error instanceof StorageError ? error.refusal : 'refused';
}
