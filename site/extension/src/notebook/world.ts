/** The browser around the documents, and nothing of JupyterLab. */
import { openStorage, storageName } from '../storage/open';
import type { IStorage } from '../storage/storage';
import { fetchCatalogue, type INotebookEntry, workshopOf } from '../workshop/catalogue';
import type { ITimers } from './keeper';
import type { KeepingEvent } from './keeping';
import type { ISessionWorld } from './session';
import type { IChannel } from './tabs';
import type { ITogether } from './together';

export const timers: ITimers = {
  after: (ms, then) => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }
};

/** The site's folder on its host: two sites on one host keep their work apart. */
function place(baseUrl: string): string {
  return new URL(baseUrl, location.href).pathname;
}

export class BrowserWorld implements ISessionWorld {
  constructor(
    private readonly baseUrl: string,
    readonly outputNotice: string,
    readonly together: Promise<ITogether | null>,
    private readonly file: (path: string) => Promise<{ content: unknown; stamp: string } | null>,
    report: (event: KeepingEvent) => void
  ) {
    const opening = openStorage(() => globalThis.indexedDB, storageName(place(baseUrl)), timers.after);
    this.opened = opening.then(({ storage, refusal }) => {
      this.store = storage;
      report({ kind: 'opened', refusal });
    });
  }

  /** When `storage` may be used; never fails. */
  readonly opened: Promise<void>;
  readonly timers = timers;
  private store: IStorage | null = null;

  get storage(): IStorage {
    if (!this.store) {
      throw new Error('The storage is not open yet');
    }
    return this.store;
  }

  async published(path: string): Promise<INotebookEntry | null> {
    try {
      const workshop = workshopOf(await fetchCatalogue(this.baseUrl), path);
      const name = path.slice(path.indexOf('/') + 1);
      return workshop?.notebooks.find(notebook => notebook.path === name) ?? null;
    } catch (error) {
      // What is kept here opens without the catalogue.
      console.warn('The list of workshops could not be read:', error);
      return null;
    }
  }

  async fetchBytes(url: string): Promise<Uint8Array> {
    const address = new URL(url, new URL(this.baseUrl, location.href));
    const response = await fetch(address, { cache: 'no-cache' });
    if (!response.ok) {
      throw new Error(`${address.href} could not be read (${response.status})`);
    }
    return new Uint8Array(await response.arrayBuffer());
  }

  readFile(path: string): Promise<{ content: unknown; stamp: string } | null> {
    return this.file(path);
  }

  readonly random = (into: Uint8Array): Uint8Array => crypto.getRandomValues(into);

  channel(name: string): IChannel | null {
    return typeof BroadcastChannel === 'undefined'
      ? null
      : new BroadcastChannel(`Peerbook - ${place(this.baseUrl)} - ${name}`);
  }
}
