/** The page's end of the workshop's folder: files go into Python's memory, what code writes comes back. */
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';

import { isNotebook, isPrivate, type IPlace, refusePath } from './paths';
import { FILE_BYTES, FOLDER_BYTES, FOLDER_FILES, type IFileChanges, type IFileEntry } from './protocol';

/** What is used of the contents manager. */
export type IFolderContents = Pick<Contents.IManager, 'get' | 'save' | 'delete' | 'fileChanged'>;

/** A notebook larger than this is not copied to Python: it is mostly outputs. */
const NOTEBOOK_BYTES = 1_000_000;

/** Why something written was not kept; `path` relative to the folder. */
export interface IProblem {
  readonly kind: 'notebook' | 'name' | 'size' | 'count' | 'refused';
  readonly path: string;
}

export class Folder {
  private readonly dirty = new Set<string>();
  private readonly gone = new Set<string>();
  /** Paths that this object itself is saving: their signals are its own echo. */
  private readonly own = new Set<string>();
  private loaded = false;

  /**
   * @param fetchStatic the bytes of a file as it was published, for those that the drive would re-write on reading
   */
  constructor(
    private readonly contents: IFolderContents,
    readonly place: IPlace,
    private readonly fetchStatic: (path: string) => Promise<Uint8Array | null>
  ) {
    contents.fileChanged.connect(this.onFileChanged);
  }

  dispose(): void {
    this.contents.fileChanged.disconnect(this.onFileChanged);
  }

  /** Forgets what was told: everything is read again at the next `changes`, for a new Python. */
  reset(): void {
    this.loaded = false;
    this.dirty.clear();
    this.gone.clear();
  }

  /** What changed on the page since the last call; all files at the first. */
  async changes(): Promise<IFileChanges | null> {
    if (!this.loaded) {
      this.loaded = true;
      this.dirty.clear();
      this.gone.clear();
      const write: IFileEntry[] = [];
      await this.readFolder('', write, { bytes: 0 });
      return { write, remove: [] };
    }
    if (this.dirty.size === 0 && this.gone.size === 0) {
      return null;
    }
    const remove = [...this.gone];
    const paths = [...this.dirty];
    this.gone.clear();
    this.dirty.clear();
    const write: IFileEntry[] = [];
    const sum = { bytes: 0 };
    for (const path of paths) {
      await this.readEntry(path, write, sum);
    }
    return { write, remove };
  }

  /**
   * Keeps what code has written.
   *
   * @param changes from the worker, untrusted
   * @param skipped names that the worker did not send, untrusted
   * @returns what was not kept
   */
  async save(changes: IFileChanges, skipped: readonly unknown[]): Promise<IProblem[]> {
    const problems: IProblem[] = skipped.slice(0, FOLDER_FILES).map(path => ({
      kind: refusePath(path) === null ? ('size' as const) : ('name' as const),
      path: String(path)
    }));
    let bytes = 0;
    const writes = changes.write.slice(0, FOLDER_FILES);
    if (changes.write.length > writes.length) {
      problems.push({ kind: 'count', path: '' });
    }
    for (const entry of writes) {
      const size = entry.bytes?.byteLength ?? 0;
      const problem =
        this.judge(entry.path) ?? (size > FILE_BYTES || bytes + size > FOLDER_BYTES ? 'size' : null);
      bytes += size;
      if (problem) {
        problems.push({ kind: problem, path: String(entry.path) });
      } else if (!(await this.keep(entry))) {
        problems.push({
          kind: (await this.isTakenNotebook(entry.path)) ? 'notebook' : 'refused',
          path: entry.path
        });
      }
    }
    for (const path of changes.remove.slice(0, FOLDER_FILES)) {
      if (this.judge(path) !== null) {
        continue;
      }
      if (isNotebook(path)) {
        problems.push({ kind: 'notebook', path });
        continue;
      }
      await this.owning(path, () => this.contents.delete(this.absolute(path))).catch(() =>
        problems.push({ kind: 'refused', path })
      );
    }
    return problems;
  }

  private judge(path: unknown): IProblem['kind'] | null {
    if (refusePath(path) !== null) {
      return 'name';
    }
    return this.place.excluded.has((path as string).split('/', 1)[0] as string) ? 'name' : null;
  }

  private async keep(entry: IFileEntry): Promise<boolean> {
    const { path, bytes } = entry;
    try {
      if (bytes === null) {
        await this.makeFolder(path);
        return true;
      }
      if (await this.isTakenNotebook(path)) {
        return false;
      }
      const parent = PathExt.dirname(path);
      if (parent) {
        await this.makeFolder(parent);
      }
      await this.owning(path, () => this.contents.save(this.absolute(path), encode(path, bytes)));
      return true;
    } catch {
      return false;
    }
  }

  /** A notebook that is there already belongs to its own window: code neither overwrites nor deletes it. */
  private async isTakenNotebook(path: string): Promise<boolean> {
    return isNotebook(path) && (await this.exists(path));
  }

  private async exists(path: string): Promise<boolean> {
    return this.contents.get(this.absolute(path), { content: false }).then(
      () => true,
      () => false
    );
  }

  private async makeFolder(path: string): Promise<void> {
    const segments = path.split('/');
    for (let end = 1; end <= segments.length; end++) {
      const folder = segments.slice(0, end).join('/');
      if (!(await this.exists(folder))) {
        await this.owning(folder, () =>
          this.contents.save(this.absolute(folder), { type: 'directory', format: 'json', content: null })
        );
      }
    }
  }

  private async owning<T>(path: string, act: () => Promise<T>): Promise<T> {
    this.own.add(path);
    try {
      return await act();
    } finally {
      this.own.delete(path);
    }
  }

  private absolute(path: string): string {
    return this.place.root === '' ? path : path === '' ? this.place.root : `${this.place.root}/${path}`;
  }

  /** The path relative to the folder, or null when it lies outside. */
  private relative(path: string | undefined): string | null {
    if (!path) {
      return null;
    }
    const { root, excluded } = this.place;
    const clean = path.replace(/^\/+/, '');
    if (root !== '' && !clean.startsWith(`${root}/`)) {
      return null;
    }
    const relative = root === '' ? clean : clean.slice(root.length + 1);
    return refusePath(relative) === null && !excluded.has(relative.split('/', 1)[0] as string)
      ? relative
      : null;
  }

  private readonly onFileChanged = (_: unknown, change: Contents.IChangedArgs): void => {
    const before = this.relative(change.oldValue?.path);
    const after = this.relative(change.newValue?.path);
    if (
      before !== null &&
      before !== after &&
      (change.type === 'delete' || change.type === 'rename') &&
      !this.own.has(before)
    ) {
      this.gone.add(before);
      this.dirty.delete(before);
    }
    if (after !== null && !this.own.has(after)) {
      this.dirty.add(after);
      this.gone.delete(after);
    }
  };

  private async readFolder(folder: string, write: IFileEntry[], sum: { bytes: number }): Promise<void> {
    const model = await this.contents.get(this.absolute(folder), { content: true }).catch(() => null);
    if (model?.type !== 'directory' || !Array.isArray(model.content)) {
      return;
    }
    for (const item of model.content as Contents.IModel[]) {
      if (write.length < FOLDER_FILES) {
        await this.readEntry(folder === '' ? item.name : `${folder}/${item.name}`, write, sum, item);
      }
    }
  }

  private async readEntry(
    path: string,
    write: IFileEntry[],
    sum: { bytes: number },
    known?: Contents.IModel
  ): Promise<void> {
    if (this.judge(path) !== null || isPrivate(path)) {
      return;
    }
    if (known?.type === 'directory') {
      write.push({ path, bytes: null });
      await this.readFolder(path, write, sum);
      return;
    }
    if ((known?.size ?? 0) > (isNotebook(path) ? NOTEBOOK_BYTES : FILE_BYTES)) {
      return;
    }
    const model = await this.contents.get(this.absolute(path), { content: true }).catch(() => null);
    if (model?.type === 'directory') {
      write.push({ path, bytes: null });
      await this.readFolder(path, write, sum);
      return;
    }
    const bytes = model && (await this.decode(path, model));
    if (
      bytes &&
      bytes.byteLength <= (isNotebook(path) ? NOTEBOOK_BYTES : FILE_BYTES) &&
      sum.bytes + bytes.byteLength <= FOLDER_BYTES
    ) {
      sum.bytes += bytes.byteLength;
      write.push({ path, bytes });
    }
  }

  /** A file's bytes. JupyterLite parses JSON and decodes text on reading: a published file is then taken as it is. */
  private async decode(path: string, model: Contents.IModel): Promise<Uint8Array | null> {
    const { format } = model;
    const content = model.content as unknown;
    if (content === null || content === undefined) {
      return null;
    }
    if (format === 'base64') {
      return decodeBase64(typeof content === 'string' ? content : '');
    }
    const text = typeof content === 'string' ? content : JSON.stringify(content, null, 1);
    if ((format === 'json' && !isNotebook(path)) || text.includes('\ufffd')) {
      const published = await this.fetchStatic(this.absolute(path)).catch(() => null);
      if (published && isSame(published, content)) {
        return published;
      }
    }
    return new TextEncoder().encode(text);
  }
}

/** Whether published bytes read as this content: then nobody has changed the file on this device. */
function isSame(published: Uint8Array, content: unknown): boolean {
  const text = new TextDecoder().decode(published);
  if (typeof content === 'string') {
    return text === content;
  }
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(content);
  } catch {
    return false;
  }
}

/** As the drive wants it: text stays text, so that it can be opened and edited. */
function encode(path: string, bytes: Uint8Array): Partial<Contents.IModel> {
  if (isNotebook(path)) {
    // Throws when it is no JSON: then it is refused.
    return {
      type: 'notebook',
      format: 'json',
      content: JSON.parse(new TextDecoder().decode(bytes)) as unknown
    };
  }
  const text = decodeText(bytes);
  return text === null
    ? { type: 'file', format: 'base64', content: encodeBase64(bytes) }
    : { type: 'file', format: 'text', content: text };
}

/** The text, or null when the bytes are not exactly UTF-8 of some text without NUL. */
function decodeText(bytes: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\u0000') ? null : text;
  } catch {
    return null;
  }
}

function decodeBase64(text: string): Uint8Array {
  const binary = atob(text.replace(/\s/g, ''));
  return Uint8Array.from(binary, character => character.charCodeAt(0));
}

function encodeBase64(bytes: Uint8Array): string {
  const pieces: string[] = [];
  // In pieces: a call takes only so many arguments.
  for (let start = 0; start < bytes.length; start += 0x8000) {
    pieces.push(String.fromCharCode(...bytes.subarray(start, start + 0x8000)));
  }
  return btoa(pieces.join(''));
}
