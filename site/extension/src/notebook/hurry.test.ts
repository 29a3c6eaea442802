import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { MemoryStorage } from '../storage/memory';
import { Keeper } from './keeper';

/** A storage whose writes begin at once and end when they are let. */
class SlowStorage extends MemoryStorage {
  readonly begun: Uint8Array[] = [];

  override append(_: string, update: Uint8Array): Promise<void> {
    this.begun.push(update);
    return new Promise(() => undefined);
  }
}

describe('a page that goes away', () => {
  it('[STO8] hands over what waits behind a write that is under way', async () => {
    const storage = new SlowStorage();
    const doc = new Y.Doc();
    const keeper = new Keeper(storage, 'd', doc, { after: () => () => undefined }, () => undefined);
    await keeper.load(null);
    const text = doc.getText('t');
    ['one ', 'two ', 'three'].forEach(word => text.insert(text.length, word));
    expect(storage.begun).toHaveLength(1);
    keeper.hurry();
    const read = new Y.Doc();
    storage.begun.forEach(update => Y.applyUpdate(read, update));
    expect(read.getText('t').toJSON()).toBe('one two three');
  });
});
