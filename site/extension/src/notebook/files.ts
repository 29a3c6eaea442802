/**
 * The drive's files and the documents: a file is a copy of its document, written a moment after it, for the file list,
 * for Python and for downloads. A document is never made again from it.
 */
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { JsonObject } from '../core/document/json';
import { NotebookError } from '../core/document/normal';
import { textDigest } from '../core/document/source';
import type { IPathEntry } from '../storage/storage';
import type { INotebookEntry } from '../workshop/catalogue';
import { beginEdition, beginOwn, readDocument } from './documents';
import { freeName, readNotebook, type IReadNotebook } from './file';
import type { ISessionWorld, Session } from './session';

/** After the last change, before the file is written again: often enough for copies, rarely enough for large outputs. */
const FILE_AFTER_MS = 1000;
/** An upload comes in parts; after the last one the file is whole. */
const SETTLE_MS = 700;

/** What is used of the drive. */
export type IFiles = Pick<Contents.IDrive, 'get' | 'save' | 'fileChanged'>;

/** What there is to say to the user; said by `notices.ts`. */
export interface IFileListener {
  /** A file came to the path of a notebook with work in it; it was put beside it. */
  putBeside(path: string, beside: string): void;
  /** Work lay where a new notebook was made; it was put aside under another name. */
  putAside(path: string, aside: string): void;
  deleted(paths: ReadonlyMap<string, IPathEntry>): void;
}

export class NotebookFiles {
  constructor(
    private readonly drive: IFiles,
    private readonly world: ISessionWorld,
    private readonly sessions: () => readonly Session[],
    private readonly listener: IFileListener
  ) {
    drive.fileChanged.connect((_, change) => this.onFileChanged(change));
  }

  /** Paths this object is writing just now: what the drive says of them is our own echo. */
  private readonly own = new Set<string>();
  private readonly waiting = new Map<Session, () => void>();
  private readonly settling = new Map<string, () => void>();
  private deleting = Promise.resolve();
  private changing: Promise<void> = Promise.resolve();

  /** The drive's file of a path, or null. */
  async read(path: string): Promise<{ content: unknown; stamp: string } | null> {
    try {
      const model = await this.drive.get(path, { content: true, type: 'notebook', format: 'json' });
      return { content: model.content as unknown, stamp: model.last_modified };
    } catch {
      return null;
    }
  }

  /** Writes the session's file a moment after its last change. */
  later(session: Session): void {
    this.waiting.get(session)?.();
    this.waiting.set(
      session,
      this.world.timers.after(FILE_AFTER_MS, () => void this.write(session).catch(console.warn))
    );
  }

  /** Writes the session's file if it is older than the document. */
  async settle(session: Session): Promise<void> {
    if (this.waiting.has(session)) {
      await this.write(session);
    }
  }

  /** After opening: a page that went away at once may have left the file older than the document. */
  async catchUp(session: Session): Promise<void> {
    await this.check(session.path);
    const entry = await this.world.storage.entry(session.path);
    const written = entry?.fileDigest ?? (session.isUntouched ? undefined : '');
    if (written !== undefined && written !== digestOf(session.export())) {
      this.later(session);
    }
  }

  forget(session: Session): void {
    this.waiting.get(session)?.();
    this.waiting.delete(session);
  }

  /** When somebody else wrote to the path since we did: that file goes beside, and ours comes back. */
  async check(path: string): Promise<void> {
    const entry = await this.world.storage.entry(path);
    const file = entry?.fileStamp ? await this.read(path) : null;
    if (entry && file && file.stamp !== entry.fileStamp) {
      await this.putBeside(path, entry, file.content);
    }
  }

  /** A free path in `folder` for a notebook called `name`. */
  async freePath(folder: string, name: string): Promise<string> {
    const taken = new Set((await this.world.storage.entries()).keys());
    try {
      const model = await this.drive.get(folder, { content: true });
      (model.content as Contents.IModel[]).forEach(file => taken.add(PathExt.join(folder, file.name)));
    } catch {
      // A folder that is not there yet has nothing in it.
    }
    return PathExt.join(
      folder,
      freeName(name, each => taken.has(PathExt.join(folder, each)))
    );
  }

  /** A new document of the user's own, with its file. */
  async add(folder: string, name: string, read: IReadNotebook): Promise<string> {
    const path = await this.freePath(folder, name);
    const entry = await beginOwn(this.world, path, read);
    await this.save(path, await readDocument(this.world, entry));
    return path;
  }

  /** A workshop's newer edition of a notebook, beside the one with work in it. */
  async addEdition(beside: string, published: INotebookEntry, name: string): Promise<string> {
    const path = await this.freePath(PathExt.dirname(beside), name);
    const entry = await beginEdition(this.world, path, published);
    await this.save(path, await readDocument(this.world, entry));
    return path;
  }

  /** Takes a deletion back. */
  async bringBack(paths: ReadonlyMap<string, IPathEntry>): Promise<void> {
    for (const [path, entry] of paths) {
      if (!(await this.world.storage.entry(path))) {
        await this.world.storage.setEntry(path, entry);
        await this.save(path, await readDocument(this.world, entry));
      }
    }
  }

  /** Changes what is kept of a path, one change after the other: of two at once, the later would undo the earlier. */
  changeEntry(path: string, change: Partial<IPathEntry>): Promise<void> {
    const changed = this.changing.then(async () => {
      const entry = await this.world.storage.entry(path);
      if (entry) {
        await this.world.storage.setEntry(path, { ...entry, ...change });
      }
    });
    this.changing = changed.catch(() => undefined);
    return changed;
  }

  private async write(session: Session): Promise<void> {
    this.forget(session);
    const { path } = session;
    const entry = await this.world.storage.entry(path);
    // Renamed or deleted in another tab: the file is no longer ours to write.
    if (entry && entry.document === session.entry?.document) {
      await this.check(path);
      await this.save(path, session.export());
    }
  }

  private async save(path: string, content: JsonObject): Promise<void> {
    this.own.add(path);
    try {
      const model = await this.drive.save(path, {
        type: 'notebook',
        format: 'json',
        content: content
      });
      await this.changeEntry(path, { fileStamp: model.last_modified, fileDigest: digestOf(content) });
    } finally {
      this.own.delete(path);
    }
  }

  private onFileChanged(change: Contents.IChangedArgs): void {
    const own = this.own.has(change.newValue?.path ?? '');
    void this.world.opened.then(() => this.follow(change, own));
  }

  private follow(change: Contents.IChangedArgs, own: boolean): void {
    const from = change.oldValue?.path ?? '';
    const to = change.newValue?.path ?? '';
    if (change.type === 'rename' && from && to) {
      void this.move(from, to).catch(console.warn);
    } else if (change.type === 'delete' && from) {
      this.deleting = this.deleting.then(() => this.remove(from)).catch(console.warn);
    } else if (to.endsWith('.ipynb') && !own) {
      if (change.type === 'new') {
        void this.makeWay(to).catch(console.warn);
      } else if (change.type === 'save') {
        this.settling.get(to)?.();
        const look = (): void => void this.check(to).catch(console.warn);
        this.settling.set(to, this.world.timers.after(SETTLE_MS, look));
      }
    }
  }

  private async move(from: string, to: string): Promise<void> {
    const entries = await this.world.storage.entries();
    for (const [path, kept] of entries) {
      if (path === from || path.startsWith(`${from}/`)) {
        const next = to + path.slice(from.length);
        const entry = { ...kept };
        // The drive wrote the file anew: whenever that was, it was no other writer.
        delete (entry as { fileStamp?: string }).fileStamp;
        await this.world.storage.setEntry(next, entry);
        await this.world.storage.removeEntry(path);
      }
    }
    for (const session of this.sessions()) {
      if (session.path === from || session.path.startsWith(`${from}/`)) {
        const next = to + session.path.slice(from.length);
        session.path = next;
      }
    }
  }

  private async remove(path: string): Promise<void> {
    const gone = new Map<string, IPathEntry>();
    for (const [each, entry] of await this.world.storage.entries()) {
      if (each === path || each.startsWith(`${path}/`)) {
        gone.set(each, entry);
        await this.world.storage.removeEntry(each);
      }
    }
    if (gone.size > 0) {
      this.listener.deleted(gone);
    }
  }

  /** The drive made a new file where, as we know, work lies: the drive lost its list. The work moves aside. */
  private async makeWay(path: string): Promise<void> {
    const entry = await this.world.storage.entry(path);
    if (!entry || this.sessions().some(session => session.path === path)) {
      return;
    }
    const aside = await this.freePath(PathExt.dirname(path), PathExt.basename(path));
    await this.world.storage.setEntry(aside, entry);
    await this.world.storage.removeEntry(path);
    await this.save(aside, await readDocument(this.world, entry));
    this.listener.putAside(path, aside);
  }

  private async putBeside(path: string, entry: IPathEntry, content: unknown): Promise<void> {
    let beside: string | null = null;
    try {
      const name = PathExt.basename(path, '.ipynb');
      beside = await this.add(PathExt.dirname(path), `${name} (other).ipynb`, readNotebook(content));
    } catch (error) {
      if (!(error instanceof NotebookError)) {
        throw error;
      }
      // Not a notebook: there is nothing in it to keep beside.
    }
    const open = this.sessions().find(session => session.path === path);
    await this.save(path, open ? open.export() : await readDocument(this.world, entry));
    if (beside) {
      this.listener.putBeside(path, beside);
    }
  }
}

function digestOf(content: JsonObject): string {
  return textDigest(JSON.stringify(content.cells));
}
