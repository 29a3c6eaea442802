import { beforeEach, describe, expect, it } from 'vitest';

import { FILE_BYTES } from '../protocol';
import { type IFileSystem, Mirror } from './mirror';

/** A file system in memory with a clock that the test turns. */
class MemoryFileSystem implements IFileSystem {
  readonly nodes = new Map<string, { bytes: Uint8Array | null; size: number; time: number }>();
  time = 1;

  mkdirTree(path: string): void {
    const segments = path.split('/');
    for (let end = 2; end <= segments.length; end++) {
      const folder = segments.slice(0, end).join('/');
      if (!this.nodes.has(folder)) {
        this.nodes.set(folder, { bytes: null, size: 0, time: this.time });
      }
    }
  }

  readdir(path: string): string[] {
    const inside = [...this.nodes.keys()].filter(key => key.startsWith(`${path}/`));
    return ['.', '..', ...new Set(inside.map(key => key.slice(path.length + 1).split('/')[0] as string))];
  }

  stat(path: string): { mode: number; size: number; mtime: Date } {
    const node = this.node(path);
    return { mode: node.bytes === null ? 1 : 2, size: node.size, mtime: new Date(node.time) };
  }

  isDir(mode: number): boolean {
    return mode === 1;
  }

  isFile(mode: number): boolean {
    return mode === 2;
  }

  readFile(path: string): Uint8Array {
    return this.node(path).bytes as Uint8Array;
  }

  writeFile(path: string, bytes: Uint8Array, size = bytes.length): void {
    this.nodes.set(path, { bytes, size, time: ++this.time });
  }

  unlink(path: string): void {
    this.nodes.delete(path);
  }

  rmdir(path: string): void {
    if (this.readdir(path).length > 2) {
      throw new Error('not empty');
    }
    this.nodes.delete(path);
  }

  private node(path: string): { bytes: Uint8Array | null; size: number; time: number } {
    const found = this.nodes.get(path);
    if (!found) {
      throw new Error(`no ${path}`);
    }
    return found;
  }
}

const X = new Uint8Array([1]);
let fs: MemoryFileSystem;
let mirror: Mirror;

beforeEach(() => {
  fs = new MemoryFileSystem();
  mirror = new Mirror(fs, '/home/one');
  mirror.apply({
    write: [
      { path: 'data.csv', bytes: X },
      { path: 'deep/er/x', bytes: X }
    ],
    remove: []
  });
});

describe('the mirror', () => {
  it('sees no change in what the page brought in', () => {
    expect(mirror.collect()).toBeNull();
  });

  it('finds what code has written, once', () => {
    fs.writeFile('/home/one/out', new Uint8Array([7]));
    fs.writeFile('/home/one/data.csv', new Uint8Array([2]));
    const found = mirror.collect();
    expect(found?.write.map(entry => entry.path).sort()).toEqual(['data.csv', 'out']);
    expect(mirror.collect()).toBeNull();
  });

  it('finds a file that was written again with the same size', () => {
    fs.writeFile('/home/one/data.csv', new Uint8Array([9]));
    expect(mirror.collect()?.write).toEqual([{ path: 'data.csv', bytes: new Uint8Array([9]) }]);
  });

  it('finds new folders, and what was removed', () => {
    fs.mkdirTree('/home/one/empty');
    fs.unlink('/home/one/data.csv');
    expect(mirror.collect()).toEqual({
      write: [{ path: 'empty', bytes: null }],
      remove: ['data.csv'],
      skipped: []
    });
  });

  it('hands over a copy: what code writes later does not change what is on its way', () => {
    const bytes = new Uint8Array([1, 2]);
    fs.writeFile('/home/one/out', bytes);
    const sent = mirror.collect()?.write[0]?.bytes;
    bytes[0] = 99;
    expect(sent).toEqual(new Uint8Array([1, 2]));
  });

  it('leaves out caches, and names what cannot be carried, once', () => {
    fs.mkdirTree('/home/one/__pycache__');
    fs.writeFile('/home/one/__pycache__/m.pyc', X);
    fs.writeFile('/home/one/100%', X);
    fs.writeFile('/home/one/huge', X, FILE_BYTES + 1);
    expect(mirror.collect()).toEqual({ write: [], remove: [], skipped: ['100%', 'huge'] });
    expect(mirror.collect()).toBeNull();
  });

  it('removes what the page removed, folders when they are empty', () => {
    fs.writeFile('/home/one/deep/mine', X);
    mirror.collect();
    mirror.apply({ write: [], remove: ['deep/er', 'data.csv'] });
    expect([...fs.nodes.keys()].sort()).toEqual([
      '/home',
      '/home/one',
      '/home/one/deep',
      '/home/one/deep/mine'
    ]);
    expect(mirror.collect()).toBeNull();
  });
});
