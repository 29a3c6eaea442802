/** Keeps the log of a document of the class on this device: what its authors signed, as it came, and whose it is. */
import { digest } from 'lib0/hash/sha256';
import { encodeEntries } from '../core/log/stored';
import { type IKept, withoutCompacted } from '../core/sync/kept';
import { toHex } from '../core/tagged';
import { decodeLogged as decode, logName } from '../storage/logs';
import type { IStorage } from '../storage/storage';
import type { KeepingEvent } from './keeping';
import { type ITimers, Writer } from './writer';

/** Records after which the log is made one: reading some hundred takes about 10 ms. */
const COMPACT_RECORDS = 400;

export interface IReadLogbook {
  readonly kept: readonly IKept[];
  readonly records: number;
  /** Records that could not be read: set aside, and fetched again from the class. */
  readonly setAside: number;
}

export class Logbook {
  /** @param name the document's name */
  constructor(
    private readonly storage: IStorage,
    name: string,
    timers: ITimers,
    report: (event: KeepingEvent) => void
  ) {
    this.name = logName(name);
    this.writer = new Writer({
      storage,
      name: this.name,
      timers,
      report,
      merge: records => encodeEntries(records.flatMap(record => decode(record) ?? [])),
      written: () => this.written()
    });
  }

  private readonly name: string;
  private readonly writer: Writer;
  private records = 0;

  async read(): Promise<IReadLogbook> {
    const { updates, setAside } = await this.storage.read(this.name);
    const read = updates.map(decode);
    this.records = updates.length;
    return {
      kept: read.flatMap(entries => entries ?? []),
      records: updates.length,
      setAside: setAside + read.filter(entries => entries === null).length
    };
  }

  /** Takes what is to be kept; the first at once, what follows in one record. */
  add(kept: IKept): void {
    this.writer.add(encodeEntries([kept]));
  }

  get isIdle(): boolean {
    return this.writer.isIdle;
  }

  flush(): Promise<void> {
    return this.writer.flush();
  }

  /** The page goes away: what waits is handed over at once. */
  hurry(): void {
    this.writer.hurry();
  }

  stop(): Promise<void> {
    return this.writer.stop();
  }

  private async written(): Promise<void> {
    this.records += 1;
    if (this.records > COMPACT_RECORDS) {
      await this.compact();
    }
  }

  /**
   * One record for the log as it lies there now, which other tabs write to as well: what two wrote is there once, and what
   * a segment took the place of is not there any more.
   */
  private async compact(): Promise<void> {
    this.records = 0;
    try {
      const { updates, upTo } = await this.storage.read(this.name);
      const entries = new Map<string, IKept>();
      for (const kept of updates.flatMap(update => decode(update) ?? [])) {
        entries.set(toHex(digest(encodeEntries([kept]))), kept);
      }
      await this.storage.compact(
        this.name,
        encodeEntries(withoutCompacted([...entries.values()], digest)),
        upTo
      );
    } catch (error) {
      // It is as it was, only longer.
      console.warn(`${this.name} could not be shortened:`, error);
    }
  }
}
