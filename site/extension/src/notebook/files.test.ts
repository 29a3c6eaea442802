import { Signal } from '@lumino/signaling';
import { describe, expect, it } from 'vitest';
import { MemoryStorage } from '../storage/memory';
import type { IPathEntry } from '../storage/storage';
import { type IFileListener, type IFiles, NotebookFiles } from './files';
import type { ISessionWorld } from './session';

describe('what is kept of a path', () => {
  it('is changed one change after the other: of two at once neither undoes the other', async () => {
    const storage = new MemoryStorage();
    await storage.setEntry('a.ipynb', { document: 'd' } as IPathEntry);
    const drive = {} as { fileChanged: unknown };
    drive.fileChanged = new Signal(drive);
    const world = { storage } as unknown as ISessionWorld;
    const files = new NotebookFiles(drive as unknown as IFiles, world, () => [], {} as IFileListener);
    await Promise.all([
      files.changeEntry('a.ipynb', { fileStamp: 'now', fileDigest: 'x' }),
      files.changeEntry('a.ipynb', { declined: 'an edition' }),
      files.changeEntry('gone.ipynb', { declined: 'nothing' })
    ]);
    expect(await storage.entry('a.ipynb')).toMatchObject({
      ...{ document: 'd', fileStamp: 'now', fileDigest: 'x', declined: 'an edition' }
    });
    expect(await storage.entry('gone.ipynb')).toBeFalsy();
  });
});
