/** Brings one document's changes into storage as they happen. */
import * as Y from 'yjs';
import { type IStorage, type Refusal, StorageError } from '../storage/storage';
import type { KeepingEvent } from './keeping';

/** The first change is written at once, what follows at most this often: a killed tab loses less than that. */
export const KEEP_EVERY_MS = 150;
/** A write that takes longer than this is spoken of. */
const SLOW_MS = 1000;
/** When a write failed, the next try; somebody may have made room. */
const RETRY_MS = 5000;
/** Appends after which the log is made one snapshot: reading some hundred records takes about 10 ms. */
const COMPACT_RECORDS = 400;
const COMPACT_BYTES = 4_000_000;

/** Marks what comes from the log itself. */
export const FROM_LOG = Symbol('from the log');

export interface ITimers {
  /** Calls `then` after the milliseconds; the result calls it off. */
  readonly after: (ms: number, then: () => void) => () => void;
}

export class Keeper {
  /**
   * @param name the document's name
   * @param base the state vector of the genesis, which is kept beside the log and not in it
   */
  constructor(
    private readonly storage: IStorage,
    private readonly name: string,
    private readonly doc: Y.Doc,
    private readonly timers: ITimers,
    private readonly report: (event: KeepingEvent) => void
  ) {}

  private base: Uint8Array | undefined;
  private queue: Uint8Array[] = [];
  private writing: Promise<void> | null = null;
  private cancel: (() => void) | null = null;
  /** How many of the queue are being written. */
  private underWay = 0;
  private records = 0;
  private bytes = 0;

  /** Reads the log into the document and follows the document from there. */
  async load(genesis: Uint8Array | null): Promise<{ records: number; setAside: number }> {
    if (genesis) {
      Y.applyUpdate(this.doc, genesis, FROM_LOG);
      this.base = Y.encodeStateVector(this.doc);
    }
    const log = await this.storage.read(this.name);
    this.doc.transact(
      () => log.updates.forEach(update => Y.applyUpdate(this.doc, update, FROM_LOG)),
      FROM_LOG
    );
    this.records = log.updates.length;
    this.bytes = log.updates.reduce((sum, update) => sum + update.length, 0);
    this.doc.on('update', this.onUpdate);
    if (this.records > COMPACT_RECORDS / 4) {
      await this.compact();
    }
    return { records: log.updates.length, setAside: log.setAside };
  }

  /** Whether everything is written. */
  get isIdle(): boolean {
    return this.queue.length === 0 && this.writing === null;
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
      this.storage
        .append(this.name, rest.length === 1 ? rest[0]! : Y.mergeUpdates(rest))
        .catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    this.doc.off('update', this.onUpdate);
    await this.flush();
    this.cancel?.();
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin === FROM_LOG) {
      return;
    }
    this.queue.push(update);
    if (!this.writing && !this.cancel) {
      void this.flush();
    }
  };

  private async write(): Promise<void> {
    const batch = this.queue.length === 1 ? this.queue[0]! : Y.mergeUpdates(this.queue);
    const count = this.queue.length;
    this.underWay = count;
    const notSlow = this.timers.after(SLOW_MS, () => this.report({ kind: 'slow' }));
    let again = KEEP_EVERY_MS;
    try {
      await this.storage.append(this.name, batch);
      this.queue = this.queue.slice(count);
      this.records += 1;
      this.bytes += batch.length;
      this.report({ kind: 'written' });
    } catch (error) {
      again = RETRY_MS;
      this.report({ kind: 'failed', refusal: refusalOf(error) });
    } finally {
      notSlow();
      this.underWay = 0;
      this.writing = null;
      this.cancel = this.timers.after(again, () => {
        this.cancel = null;
        if (this.queue.length > 0) {
          void this.flush();
        }
      });
    }
    if (this.records > COMPACT_RECORDS || this.bytes > COMPACT_BYTES) {
      await this.compact();
    }
  }

  /** One snapshot for the log as it lies there now, which other tabs write to as well. */
  private async compact(): Promise<void> {
    this.records = 0;
    this.bytes = 0;
    try {
      const log = await this.storage.read(this.name);
      this.doc.transact(
        () => log.updates.forEach(update => Y.applyUpdate(this.doc, update, FROM_LOG)),
        FROM_LOG
      );
      await this.storage.compact(this.name, Y.encodeStateAsUpdate(this.doc, this.base), log.upTo);
    } catch (error) {
      // The log is as it was, only longer.
      console.warn(`The log of ${this.name} could not be shortened:`, error);
    }
  }
}

export function refusalOf(error: unknown): Refusal {
  return error instanceof StorageError ? error.refusal : 'refused';
}
