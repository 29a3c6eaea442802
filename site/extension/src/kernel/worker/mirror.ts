/** The workshop's folder in Python's memory: what the page brings in, and what code has written since. */
import { FILE_BYTES, FOLDER_BYTES, FOLDER_FILES, type IFileChanges, type IFileEntry } from '../protocol';
import { isPrivate, refusePath } from '../paths';

/** What is used of Emscripten's file system. */
export interface IFileSystem {
  mkdirTree(path: string): void;
  readdir(path: string): string[];
  stat(path: string): { mode: number; size: number; mtime: Date };
  isDir(mode: number): boolean;
  isFile(mode: number): boolean;
  readFile(path: string): Uint8Array;
  writeFile(path: string, data: Uint8Array): void;
  unlink(path: string): void;
  rmdir(path: string): void;
}

/** What is known of a file since the last look; null is a folder. */
type Mark = { readonly size: number; readonly time: number } | null;

export class Mirror {
  private readonly known = new Map<string, Mark>();
  private readonly refused = new Set<string>();

  /** @param root the mirrored folder, absolute, without a slash at its end */
  constructor(
    private readonly fs: IFileSystem,
    private readonly root: string
  ) {
    fs.mkdirTree(root);
  }

  /** Takes over what changed on the page; code of the notebook has not run since the last `collect`. */
  apply(changes: IFileChanges): void {
    for (const path of changes.remove) {
      this.remove(path);
    }
    for (const entry of changes.write) {
      this.write(entry);
    }
  }

  private write(entry: IFileEntry): void {
    const full = `${this.root}/${entry.path}`;
    try {
      if (entry.bytes === null) {
        this.fs.mkdirTree(full);
      } else {
        const parent = full.slice(0, full.lastIndexOf('/'));
        this.fs.mkdirTree(parent);
        this.fs.writeFile(full, entry.bytes);
      }
      this.remember(entry.path);
    } catch {
      // A file stands where a folder should be, or the other way round: code made it so, code sees it so.
    }
  }

  private remember(path: string): void {
    const segments = path.split('/');
    for (let end = 1; end < segments.length; end++) {
      this.known.set(segments.slice(0, end).join('/'), null);
    }
    const stat = this.fs.stat(`${this.root}/${path}`);
    this.known.set(path, this.fs.isDir(stat.mode) ? null : { size: stat.size, time: stat.mtime.getTime() });
  }

  private remove(path: string): void {
    const inside = [...this.known.keys()].filter(known => known === path || known.startsWith(`${path}/`));
    // Deepest first: a folder goes when it is empty.
    for (const known of inside.sort((a, b) => b.length - a.length)) {
      try {
        if (this.known.get(known) === null) {
          this.fs.rmdir(`${this.root}/${known}`);
        } else {
          this.fs.unlink(`${this.root}/${known}`);
        }
      } catch {
        // Gone already, or a folder in which code has put something else.
      }
      this.known.delete(known);
    }
  }

  /**
   * What code has written and removed since the last look.
   *
   * @returns null when nothing; `skipped` names what is not carried, each name once
   */
  collect(): (IFileChanges & { skipped: string[] }) | null {
    const write: IFileEntry[] = [];
    const skipped: string[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    const skip = (path: string) => {
      if (!this.refused.has(path)) {
        this.refused.add(path);
        skipped.push(path);
      }
    };
    const visit = (folder: string): void => {
      let names: string[];
      try {
        names = this.fs.readdir(folder === '' ? this.root : `${this.root}/${folder}`);
      } catch {
        return;
      }
      for (const name of names) {
        if (name === '.' || name === '..') {
          continue;
        }
        const path = folder === '' ? name : `${folder}/${name}`;
        if (isPrivate(path)) {
          continue;
        }
        if (refusePath(path) !== null || seen.size >= FOLDER_FILES) {
          skip(path);
          continue;
        }
        let stat;
        try {
          stat = this.fs.stat(`${this.root}/${path}`);
        } catch {
          continue; // a link to nowhere
        }
        seen.add(path);
        if (this.fs.isDir(stat.mode)) {
          if (!this.known.has(path)) {
            write.push({ path, bytes: null });
          }
          this.known.set(path, null);
          visit(path);
          continue;
        }
        if (!this.fs.isFile(stat.mode)) {
          continue;
        }
        const mark = { size: stat.size, time: stat.mtime.getTime() };
        const old = this.known.get(path);
        if (old && old.size === mark.size && old.time === mark.time) {
          continue;
        }
        if (mark.size > FILE_BYTES || bytes + mark.size > FOLDER_BYTES) {
          skip(path);
          continue;
        }
        this.refused.delete(path);
        bytes += mark.size;
        // A copy: the bytes are handed to the page, Python's memory stays.
        write.push({ path, bytes: this.fs.readFile(`${this.root}/${path}`).slice() });
        this.known.set(path, mark);
      }
    };
    visit('');
    const remove = [...this.known.keys()].filter(path => !seen.has(path) && !this.refused.has(path));
    for (const path of remove) {
      this.known.delete(path);
    }
    return write.length || remove.length || skipped.length ? { write, remove, skipped } : null;
  }
}
