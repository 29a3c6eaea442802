/** Talks with the site's service worker: keeps what this class needs on this device, so that it works without a network. */
import type { ICatalogue, IEnvironment } from '../workshop/catalogue';
import { workshopOf } from '../workshop/catalogue';

/** How far keeping is. `refused`: this browser has no service worker here (plain http, private mode, policy). */
export type Offline =
  | { readonly state: 'online' }
  | { readonly state: 'refused' }
  | { readonly state: 'keeping'; readonly done: number; readonly total: number }
  | { readonly state: 'ready' }
  | { readonly state: 'partly'; readonly missing: number };

/**
 * What a class needs besides what the page has loaded: Python, the workshop's files, the pages around it.
 *
 * Addresses relative to the site's root; one that ends in `/` means everything the edition has under it.
 */
export function neededOffline(catalogue: ICatalogue, path: string): string[] {
  const workshop = workshopOf(catalogue, path);
  const environment = workshop?.environment ?? catalogue.environment;
  const looks = [
    'style.css',
    'pages.js',
    'workshop.js',
    'support.js',
    'home.js',
    'favicon.svg',
    'pictures/',
    'app/'
  ];
  const pages = [
    ...['index.html', 'offline.html', 'workshops.json', 'peerbook.json', 'api/'],
    ...looks.map(name => `static/peerbook/${name}`)
  ];
  const own = workshop
    ? [
        `workshops/${workshop.slug}/`,
        `files/${workshop.slug}/`,
        ...workshop.notebooks.map(notebook => notebook.genesis.url)
      ]
    : [];
  return [...new Set([...pages, ...own, ...pythonFiles(environment)].filter(Boolean))];
}

function pythonFiles(environment: IEnvironment): string[] {
  const archives = [...environment.core, environment.standardLibrary, ...environment.archives];
  const compiled = environment.compiledLockUrl ? [environment.compiledLockUrl] : [];
  return [...archives.map(archive => archive.url), ...compiled];
}

/**
 * What the page has fetched from its own site so far, itself included.
 *
 * With their queries: under another address the browser's cache does not know them, and they would be sent again.
 */
export function loadedByPage(root: string, here: string, names: readonly string[]): string[] {
  const own = [here.split('#', 1)[0] as string, ...names].filter(name => name.startsWith(root));
  return [...new Set(own)];
}

/** `ready` waits for ever where a browser only pretends to register. Seen elsewhere: below a second. */
const READY_MS = 10_000;

/** The part of `navigator.serviceWorker` used here. */
export type Container = Pick<ServiceWorkerContainer, 'register' | 'ready'>;

export class Keeper {
  /**
   * @param root absolute address of the site, ending in `/`
   * @param container undefined where there are no service workers
   * @param changed called with every step
   */
  constructor(
    private readonly _root: string,
    private readonly _container: Container | undefined,
    private readonly _changed: (state: Offline) => void
  ) {}

  get state(): Offline {
    return this._state;
  }

  /** Lets the service worker take the page over. False where the browser refuses; everything works without it, online. */
  async start(): Promise<boolean> {
    try {
      if (!this._container) {
        throw new Error('there are no service workers here');
      }
      const scope = new URL(this._root).pathname;
      await this._container.register(`${this._root}service-worker.js`, { scope, updateViaCache: 'none' });
      const never = new Promise<never>((_, reject) =>
        setTimeout(() => reject(new Error('it does not become ready')), READY_MS)
      );
      this._worker = (await Promise.race([this._container.ready, never])).active;
    } catch (error) {
      console.warn('Peerbook goes on without its service worker:', error);
      this._become({ state: 'refused' });
    }
    return this._worker !== null;
  }

  /** Keeps `urls` without a word: what the page has anyway. */
  async keepQuietly(urls: readonly string[]): Promise<void> {
    await this._ask(urls, () => undefined);
  }

  /** Keeps `urls`; the state says how far it is, and at the end whether all is there. */
  async keep(urls: readonly string[]): Promise<void> {
    const missing = await this._ask(urls, (done, total) => this._become({ state: 'keeping', done, total }));
    if (missing !== undefined) {
      this._become(missing === 0 ? { state: 'ready' } : { state: 'partly', missing });
    }
  }

  /** How many of `urls` could not be kept; undefined without a service worker. */
  private async _ask(
    urls: readonly string[],
    progress: (done: number, total: number) => void
  ): Promise<number | undefined> {
    const worker = this._worker;
    if (!worker) {
      return undefined;
    }
    return new Promise<number>(resolve => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = (event: MessageEvent<Report>) => {
        if (event.data.type === 'keeping') {
          progress(event.data.done, event.data.total);
        } else {
          port1.close();
          resolve(event.data.failed.length);
        }
      };
      worker.postMessage({ type: 'keep', urls }, [port2]);
    });
  }

  private _become(state: Offline): void {
    this._state = state;
    this._changed(state);
  }

  private _state: Offline = { state: 'online' };
  private _worker: ServiceWorker | null = null;
}

type Report =
  | { readonly type: 'keeping'; readonly done: number; readonly total: number }
  | { readonly type: 'kept'; readonly total: number; readonly failed: readonly string[] };
