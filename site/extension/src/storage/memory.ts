/** Storage for as long as the page lives: for tests, and where the browser keeps nothing. */
import { checksum, type IRecord, select, superfluous } from './record';
import type { ILog, IPathEntry, IStorage } from './storage';

/* eslint-disable @typescript-eslint/require-await -- the seam is asynchronous, memory is not */
export class MemoryStorage implements IStorage {
  readonly kind = 'memory';
  /** Open to tests, which damage records here. */
  records: IRecord[] = [];
  readonly damaged: IRecord[] = [];
  private next = 1;
  private readonly geneses = new Map<string, Uint8Array>();
  private readonly paths = new Map<string, IPathEntry>();
  private readonly settings = new Map<string, string>();

  async append(document: string, update: Uint8Array): Promise<void> {
    this.add(document, update);
  }

  async read(document: string): Promise<ILog> {
    const { log, damaged } = select(this.of(document));
    this.damaged.push(...damaged);
    this.records = this.records.filter(record => !damaged.includes(record));
    return { ...log, setAside: this.damaged.filter(record => record.document === document).length };
  }

  async compact(document: string, snapshot: Uint8Array, upTo: number): Promise<void> {
    const gone = superfluous(this.of(document), upTo);
    this.add(document, snapshot, upTo);
    this.records = this.records.filter(record => !gone.includes(record));
  }

  async documents(): Promise<string[]> {
    return [...new Set(this.records.map(record => record.document))].sort();
  }

  async putGenesis(hash: string, bytes: Uint8Array): Promise<void> {
    this.geneses.set(hash, bytes.slice());
  }

  async genesis(hash: string): Promise<Uint8Array | null> {
    return this.geneses.get(hash) ?? null;
  }

  async claim(path: string, make: (taken: (document: string) => boolean) => IPathEntry): Promise<IPathEntry> {
    const names = new Set([...this.paths.values()].map(entry => entry.document));
    const entry = this.paths.get(path) ?? make(document => names.has(document));
    this.paths.set(path, entry);
    return entry;
  }

  async entry(path: string): Promise<IPathEntry | null> {
    return this.paths.get(path) ?? null;
  }

  async setEntry(path: string, entry: IPathEntry): Promise<void> {
    this.paths.set(path, entry);
  }

  async removeEntry(path: string): Promise<void> {
    this.paths.delete(path);
  }

  async entries(): Promise<Map<string, IPathEntry>> {
    return new Map(this.paths);
  }

  async setting(key: string): Promise<string | null> {
    return this.settings.get(key) ?? null;
  }

  async putSetting(key: string, value: string): Promise<void> {
    this.settings.set(key, value);
  }

  close(): void {
    return;
  }

  private add(document: string, bytes: Uint8Array, covers?: number): void {
    const copy = bytes.slice();
    const id = this.next++;
    this.records.push({
      id,
      document,
      bytes: copy,
      checksum: checksum(copy),
      ...(covers === undefined ? {} : { covers })
    });
  }

  private of(document: string): IRecord[] {
    return this.records.filter(record => record.document === document);
  }
}
