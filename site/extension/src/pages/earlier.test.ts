// @vitest-environment jsdom
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { fileOf } from '../class/before';
import { cellsOf } from '../core/document/cells';
import { GENESIS, HASH, OF_CLASS, OWN } from '../storage/before.testing';
import { MemoryStorage } from '../storage/memory';
import { StorageError, type IStorage } from '../storage/storage';
import { Earlier, type IEarlierParts } from './earlier';

const [PAGE] = /<section class="earlier"[^]*?<\/section>/.exec(
  readFileSync(`${import.meta.dirname}/../../../templates/_class.html`, 'utf-8')
)!;
const ADA = '0a'.repeat(16);
const find = (id: string) => document.getElementById(id)!;
const buttons = () => [...find('earlier-list').querySelectorAll('button')];

let files: [string, string][];

async function shown(open: () => Promise<IStorage>, paths: IEarlierParts['paths']): Promise<void> {
  const reads = (storage: IStorage, name: string) => fileOf(storage, name, [ADA]);
  const parts = {
    open,
    paths,
    fileOf: reads,
    download: (...file: [string, string]) => void files.push(file)
  };
  await new Earlier(parts).show();
}

const saved = async (at: number): Promise<string> => {
  buttons()[at]!.click();
  await expect.poll(() => find('earlier-said').textContent).not.toBe('');
  return find('earlier-said').textContent ?? '';
};

describe('what the version before kept of its classes', () => {
  beforeEach(() => {
    document.body.innerHTML = PAGE;
    files = [];
  });

  it("[STO11] is offered as files; one's own notebooks are not, nor what a class keeps now", async () => {
    const storage = new MemoryStorage();
    const doc = new Y.Doc();
    Y.applyUpdate(doc, GENESIS);
    (cellsOf(doc).get('c')!.get('source') as Y.Text).insert(0, 'x = 1\n');
    await storage.putGenesis(HASH, GENESIS);
    for (const name of [
      OWN,
      OF_CLASS,
      `${OF_CLASS}/outputs.${ADA}`,
      `log ${OF_CLASS.replaceAll('0b', '0c')}`
    ]) {
      await storage.append(name, name === OF_CLASS ? Y.encodeStateAsUpdate(doc) : Uint8Array.of(0, 0));
    }
    await shown(
      () => Promise.resolve(storage),
      () => Promise.resolve([[HASH, 'sample/a.ipynb']])
    );
    expect(find('earlier').hidden).toBe(false);
    expect(buttons().map(each => each.textContent)).toEqual(['Save a.class-0b0b0b0b.ipynb']);
    expect(await saved(0)).toBe('Handed to the browser as a.class-0b0b0b0b.ipynb. It stays here as well.');
    const [[name, text]] = files as [[string, string]];
    expect(name).toBe('a.class-0b0b0b0b.ipynb');
    expect(text).toContain('x = 1\\nprint(1)');
  });

  it('[STO11] is called as the class had it, also of an edition that the site has no more', async () => {
    const storage = new MemoryStorage();
    const [of, other] = [OF_CLASS, OF_CLASS.replaceAll('0b', '0c')];
    await Promise.all([of, other].map(name => storage.append(name, Uint8Array.of(0, 0))));
    await storage.putSetting(`shared ${'0b'.repeat(16)} sample/b.ipynb`, HASH);
    const paths = () => Promise.resolve([['1f'.repeat(32), 'sample/b.ipynb']] as const);
    await shown(() => Promise.resolve(storage), paths);
    const names = buttons().map(each => each.textContent);
    expect(names).toEqual(['Save b.class-0b0b0b0b.ipynb', 'Save notebook-5e5e5e5e.class-0c0c0c0c.ipynb']);
    // Its beginning is not here: that is said, and nothing is thrown away.
    expect(await saved(0)).toMatch(/^b.class-0b0b0b0b.ipynb was not saved: the beginning of this notebook/);
    expect(files).toEqual([]);
    expect(await storage.documents()).toEqual([of, other]);
    // Without the list of workshops it is offered all the same.
    await shown(
      () => Promise.resolve(storage),
      () => Promise.reject(new Error('away'))
    );
    expect(buttons().length).toBe(2);
  });

  it('is not spoken of where there is nothing, or nothing can be kept', async () => {
    vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    for (const storage of [
      Promise.resolve(new MemoryStorage()),
      Promise.reject(new StorageError('refused', ''))
    ]) {
      await shown(
        () => storage,
        () => Promise.resolve([])
      );
      expect(find('earlier').hidden).toBe(true);
    }
  });
});
