/** Brings one document's changes into storage as they happen. */
import * as Y from 'yjs';
import type { IStorage } from '../storage/storage';
import type { KeepingEvent } from './keeping';
import { type ITimers, Writer } from './writer';

export { KEEP_EVERY_MS, type ITimers } from './writer';

/** Appends after which the log is made one snapshot: reading some hundred records takes about 10 ms. */
const COMPACT_RECORDS = 400;
const COMPACT_BYTES = 4_000_000;

/** Marks what comes from the log itself. */
export const FROM_LOG = Symbol('from the log');

export class Keeper {
  /** @param name the document's name */
  constructor(
    private readonly storage: IStorage,
    private readonly name: string,
    private readonly doc: Y.Doc,
    timers: ITimers,
    report: (event: KeepingEvent) => void
  ) {
    this.writer = new Writer({
      storage,
      name,
      timers,
      report,
      merge: pieces => Y.mergeUpdates([...pieces]),
      written: bytes => this.written(bytes)
    });
  }

  private readonly writer: Writer;
  /** The state vector of the genesis, which is kept beside the log and not in it. */
  private base: Uint8Array | undefined;
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
    return this.writer.isIdle;
  }

  /** Writes what is waiting, now. Never fails: it reports. */
  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** The page goes away: what waits is handed over at once. */
  hurry(): void {
    this.writer.hurry();
  }

  async stop(): Promise<void> {
    this.doc.off('update', this.onUpdate);
    await this.writer.stop();
  }

  private readonly onUpdate = (update: Uint8Array, origin: unknown): void => {
    if (origin !== FROM_LOG) {
      this.writer.add(update);
    }
  };

  private async written(bytes: number): Promise<void> {
    this.records += 1;
    this.bytes += bytes;
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
