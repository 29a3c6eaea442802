import type { Contents } from '@jupyterlab/services';
import { Signal } from '@lumino/signaling';
import { beforeEach, describe, expect, it } from 'vitest';

import { Folder, type IFolderContents } from './folder';
import { findPlace } from './paths';
import { FILE_BYTES, FOLDER_FILES } from './protocol';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The default drive, in memory: what the folder needs of it. */
class MemoryContents implements IFolderContents {
  readonly files = new Map<string, Partial<Contents.IModel>>();
  readonly fileChanged = new Signal<Contents.IManager, Contents.IChangedArgs>(
    this as unknown as Contents.IManager
  );

  put(
    path: string,
    content: unknown,
    format: Contents.FileFormat = 'text',
    type: Contents.ContentType = 'file'
  ): void {
    this.files.set(path, { path, name: path.split('/').pop(), type, format, content });
  }

  get(path: string, options?: Contents.IFetchOptions): Promise<Contents.IModel> {
    const found = path === '' ? { path: '', name: '', type: 'directory' } : this.files.get(path);
    if (!found) {
      return Promise.reject(new Error(`no ${path}`));
    }
    if (found.type === 'directory' && options?.content) {
      const content = [...this.files.values()].filter(file => parent(file.path as string) === path);
      return Promise.resolve({ ...found, content } as Contents.IModel);
    }
    return Promise.resolve(found as Contents.IModel);
  }

  save(path: string, options: Partial<Contents.IModel> = {}): Promise<Contents.IModel> {
    const folder = parent(path);
    if (folder !== '' && this.files.get(folder)?.type !== 'directory') {
      return Promise.reject(new Error(`no folder ${folder}`));
    }
    const model = { ...options, path, name: path.split('/').pop() as string } as Contents.IModel;
    this.files.set(path, model);
    this.fileChanged.emit({ type: 'save', oldValue: null, newValue: model });
    return Promise.resolve(model);
  }

  delete(path: string): Promise<void> {
    this.files.delete(path);
    this.fileChanged.emit({ type: 'delete', oldValue: { path }, newValue: null });
    return Promise.resolve();
  }
}

function parent(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

let contents: MemoryContents;
let published: Map<string, Uint8Array>;
const open = (location = 'one') =>
  new Folder(contents, findPlace(location, ['one', 'two']), path =>
    Promise.resolve(published.get(path) ?? null)
  );

beforeEach(() => {
  contents = new MemoryContents();
  published = new Map();
  for (const folder of ['one', 'two', 'one/deep']) {
    contents.put(folder, null, 'json', 'directory');
  }
  contents.put('one/data.csv', 'a,b\n');
  contents.put('one/deep/pic.png', btoa('\u0000\u0001ÿ'), 'base64');
  contents.put('one/start.ipynb', { cells: [] }, 'json', 'notebook');
  contents.put('two/secret.txt', 'secret');
});

describe('the workshop’s folder on its way to Python', () => {
  it('brings in every file of the workshop, and none of another', async () => {
    const changes = await open().changes();
    expect(changes?.write.map(entry => entry.path).sort()).toEqual(
      ['data.csv', 'deep', 'deep/pic.png', 'start.ipynb'].sort()
    );
    expect(changes?.write.find(entry => entry.path === 'deep/pic.png')?.bytes).toEqual(
      new Uint8Array([0, 1, 255])
    );
  });

  it('brings in nothing of a workshop for a notebook outside of all', async () => {
    contents.put('mine.txt', 'x');
    expect((await open('').changes())?.write.map(entry => entry.path)).toEqual(['mine.txt']);
  });

  it('brings in only what changed since', async () => {
    const folder = open();
    await folder.changes();
    expect(await folder.changes()).toBeNull();
    await contents.save('one/new.txt', { type: 'file', format: 'text', content: 'hi' });
    await contents.save('two/other.txt', { type: 'file', format: 'text', content: 'no' });
    await contents.delete('one/data.csv');
    expect(await folder.changes()).toEqual({
      write: [{ path: 'new.txt', bytes: bytesOf('hi') }],
      remove: ['data.csv']
    });
  });

  it('takes a published file as it is, where the drive would re-write it', async () => {
    contents.put('one/numbers.json', { a: 1 }, 'json');
    contents.put('one/latin.csv', '\ufffd');
    published.set('one/numbers.json', bytesOf('{"a":  1}'));
    published.set('one/latin.csv', new Uint8Array([0xe9]));
    const write = (await open().changes())?.write ?? [];
    expect(write.find(entry => entry.path === 'numbers.json')?.bytes).toEqual(bytesOf('{"a":  1}'));
    expect(write.find(entry => entry.path === 'latin.csv')?.bytes).toEqual(new Uint8Array([0xe9]));
  });

  it('takes the file of this device when it differs from the published one', async () => {
    contents.put('one/numbers.json', { a: 2 }, 'json');
    published.set('one/numbers.json', bytesOf('{"a": 1}'));
    const write = (await open().changes())?.write ?? [];
    expect(
      new TextDecoder().decode(write.find(entry => entry.path === 'numbers.json')?.bytes as Uint8Array)
    ).toContain('2');
  });
});

describe('what code has written, on its way back', () => {
  it('is kept: text as text, bytes as bytes, folders too', async () => {
    const folder = open();
    const problems = await folder.save(
      {
        write: [
          { path: 'a', bytes: null },
          { path: 'a/b/out.txt', bytes: bytesOf('é') },
          { path: 'bin', bytes: new Uint8Array([0xff, 0]) }
        ],
        remove: ['data.csv']
      },
      []
    );
    expect(problems).toEqual([]);
    expect(contents.files.get('one/a/b/out.txt')).toMatchObject({ format: 'text', content: 'é' });
    expect(contents.files.get('one/bin')).toMatchObject({ format: 'base64', content: btoa('ÿ\u0000') });
    expect(contents.files.has('one/data.csv')).toBe(false);
  });

  it('does not come back to Python as news', async () => {
    const folder = open();
    await folder.changes();
    await folder.save({ write: [{ path: 'out.txt', bytes: bytesOf('x') }], remove: [] }, []);
    expect(await folder.changes()).toBeNull();
  });

  it.each(['../two/secret.txt', '/two/secret.txt', '%2e%2e/two/x', 'two:x', 'a/../../two/x'])(
    'never leaves the folder: %s',
    async path => {
      const before = new Map(contents.files);
      const problems = await open().save({ write: [{ path, bytes: bytesOf('x') }], remove: [path] }, []);
      expect(problems).toEqual([{ kind: 'name', path }]);
      expect(contents.files).toEqual(before);
    }
  );

  it('never reaches a workshop from a notebook that is in none', async () => {
    const problems = await open('').save(
      { write: [{ path: 'two/x', bytes: bytesOf('x') }], remove: ['two/secret.txt'] },
      []
    );
    expect(problems).toEqual([{ kind: 'name', path: 'two/x' }]);
    expect(contents.files.has('two/secret.txt')).toBe(true);
  });

  it('neither overwrites nor deletes a notebook, and says so', async () => {
    const problems = await open().save(
      { write: [{ path: 'start.ipynb', bytes: bytesOf('{}') }], remove: ['start.ipynb'] },
      []
    );
    expect(problems.map(problem => problem.kind)).toEqual(['notebook', 'notebook']);
    expect(contents.files.get('one/start.ipynb')?.content).toEqual({ cells: [] });
  });

  it('may be a new notebook, when it is one', async () => {
    const write = [
      { path: 'made.ipynb', bytes: bytesOf('{"cells":[]}') },
      { path: 'broken.ipynb', bytes: bytesOf('no') }
    ];
    expect(await open().save({ write, remove: [] }, [])).toEqual([{ kind: 'refused', path: 'broken.ipynb' }]);
    expect(contents.files.get('one/made.ipynb')?.type).toBe('notebook');
  });

  it('is bounded in size and in number', async () => {
    const large = { path: 'large', bytes: { byteLength: FILE_BYTES + 1 } as Uint8Array };
    expect(await open().save({ write: [large], remove: [] }, [])).toEqual([{ kind: 'size', path: 'large' }]);
    const many = Array.from({ length: FOLDER_FILES + 1 }, (_, index) => ({
      path: `../${index}`,
      bytes: null
    }));
    const problems = await open().save({ write: many, remove: [] }, []);
    expect(problems.filter(problem => problem.kind === 'count')).toHaveLength(1);
  });
});
