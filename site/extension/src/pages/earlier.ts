/** "Kept from earlier classes": what the version before kept of its classes, each notebook to be saved as a file [STO11]. */
import type { Identities } from '../class/identity';
import { parseName } from '../core/document/name';
import { unlogged } from '../storage/logs';
import { openKept, storageName } from '../storage/open';
import type { IStorage } from '../storage/storage';
import { fetchCatalogue } from '../workshop/catalogue';
import { find, setText } from './elements';
import { downloadText } from './keeping';
import { pathsIn } from './offers';
import { reasonOf } from './start';
import { wordsOf } from './words';

export interface IEarlierParts {
  /** What is kept on this device; rejects where nothing can be. It is closed again. */
  readonly open: () => Promise<IStorage>;
  /** Paths of notebooks by their genesis: what this site has now. */
  readonly paths: () => Promise<readonly (readonly [genesis: string, path: string])[]>;
  /** A notebook file of what is kept. Rejects with what to say when it cannot be read. */
  readonly fileOf: (storage: IStorage, document: string) => Promise<string>;
  readonly download: (name: string, text: string) => void;
}

export class Earlier {
  constructor(private readonly parts: IEarlierParts) {}

  /** Shows nothing where there is nothing, as nearly everywhere. */
  async show(): Promise<void> {
    try {
      const kept = await this.read(async storage => {
        const documents = await unlogged(storage);
        return documents.length > 0 ? this.named(storage, documents) : [];
      });
      this.list.replaceChildren(...kept.map(({ document, name }) => this.item(document, name)));
      this.section.hidden = kept.length === 0;
    } catch (error) {
      console.warn('What an earlier version kept could not be looked for:', error);
    }
  }

  /** The names of their files, by path and class: one may have been in several with one notebook. */
  private async named(
    storage: IStorage,
    documents: readonly string[]
  ): Promise<{ document: string; name: string }[]> {
    // Without the list of workshops they are saved all the same.
    const paths = await this.parts.paths().catch(() => []);
    const named = documents.map(async document => {
      const { genesis, owner } = parseName(document);
      // Of an edition that this site has no more, the device remembers that the class had it.
      const pinned = await Promise.all(paths.map(([, path]) => storage.setting(`shared ${owner} ${path}`)));
      const found = paths.find(([hash], at) => hash === genesis || pinned[at] === genesis)?.[1];
      const stem = found?.replace(/^.*\//, '').replace(/\.ipynb$/, '') ?? `notebook-${genesis.slice(0, 8)}`;
      return { document, name: `${stem}.class-${owner.slice(0, 8)}.ipynb` };
    });
    const all = await Promise.all(named);
    return all.sort((one, other) => (one.name < other.name ? -1 : 1));
  }

  private item(document: string, name: string): HTMLElement {
    const item = window.document.createElement('li');
    const button = item.appendChild(window.document.createElement('button'));
    button.type = 'button';
    button.className = 'link';
    button.textContent = wordsOf(this.list, 'words', { name });
    button.addEventListener('click', () => void this.save(document, name));
    return item;
  }

  private async save(document: string, name: string): Promise<void> {
    try {
      const text = await this.read(storage => this.parts.fileOf(storage, document));
      this.parts.download(name, text);
      setText(this.said, wordsOf(this.said, 'done', { name }));
    } catch (error) {
      setText(this.said, wordsOf(this.said, 'failed', { name, reason: reasonOf(error) }));
    }
  }

  private async read<Value>(act: (storage: IStorage) => Promise<Value>): Promise<Value> {
    const storage = await this.parts.open();
    try {
      return await act(storage);
    } finally {
      storage.close();
    }
  }

  private readonly section = find('earlier', HTMLElement);
  private readonly list = find('earlier-list', HTMLElement);
  private readonly said = find('earlier-said', HTMLElement);
}

/** In a page. @param home absolute address of the site; `reader` that of the script that reads documents */
export function showEarlier(home: string, reader: string, identities: Pick<Identities, 'all'>): void {
  const after = (ms: number, then: () => void): void => void setTimeout(then, ms);
  const earlier = new Earlier({
    open: () => openKept(() => globalThis.indexedDB, storageName(new URL(home).pathname), after),
    paths: async () => pathsIn(await fetchCatalogue(home)),
    fileOf: async (storage, document) => {
      const { fileOf } = (await import(reader)) as typeof import('./entries/earlier');
      const people = identities.all.map(({ participant }) => participant);
      return fileOf(storage, document, people);
    },
    download: (name, text) => downloadText(name, text, 'application/x-ipynb+json')
  });
  void earlier.show();
}
