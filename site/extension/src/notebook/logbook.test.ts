import { describe, expect, it } from 'vitest';
import type { IKept } from '../core/sync/kept';
import { MemoryStorage } from '../storage/memory';
import { StorageError } from '../storage/storage';
import type { KeepingEvent } from './keeping';
import { logName } from '../storage/logs';
import { Logbook } from './logbook';

const never = { after: () => () => undefined };
const piece = (...bytes: number[]): IKept => ({ kind: 'piece', bytes: Uint8Array.from(bytes) });
const introduction = (...bytes: number[]): IKept => ({ kind: 'introduction', bytes: Uint8Array.from(bytes) });
const first = (kept: IKept): number | undefined => (kept.kind === 'piece' ? kept.bytes[0] : undefined);
const open = (storage: MemoryStorage): Logbook => new Logbook(storage, 'd', never, () => undefined);

describe('logbook', () => {
  it('[STO10] gives back what was taken, in its order, for whoever opens it next', async () => {
    const storage = new MemoryStorage();
    const one = open(storage);
    const all = [introduction(1), piece(2, 3), piece(4), introduction(5), piece(6)];
    all.forEach(each => one.add(each));
    await one.flush();
    await one.flush();
    expect(storage.records).toHaveLength(2);
    expect(await open(storage).read()).toEqual({ kept: all, records: 2, setAside: 0 });
    expect(one.isIdle).toBe(true);
  });

  it('[STO10] what a page that is left has not written is handed over', async () => {
    const storage = new MemoryStorage();
    const one = open(storage);
    one.add(piece(1));
    one.add(piece(2));
    one.hurry();
    await Promise.resolve();
    const { kept } = await open(storage).read();
    expect(kept.map(first)).toEqual([1, 2]);
  });

  it('[STO10] a damaged record, or one that is none, is set aside whole; the rest is read', async () => {
    const storage = new MemoryStorage();
    for (const each of [piece(1), piece(2), piece(3)]) {
      const book = open(storage);
      book.add(each);
      await book.flush();
    }
    storage.records[1]!.bytes[1]! ^= 1;
    await storage.append(logName('d'), Uint8Array.of(7, 1, 9));
    await storage.append(logName('d'), Uint8Array.of(1, 9, 9));
    const { kept, setAside } = await open(storage).read();
    expect([kept, setAside]).toEqual([[piece(1), piece(3)], 3]);
  });

  it('[STO10] a long log becomes one record, in which what two tabs wrote is once', async () => {
    const storage = new MemoryStorage();
    const [one, two] = [open(storage), open(storage)];
    for (let turn = 0; turn < 450; turn += 1) {
      for (const book of [one, two]) {
        book.add(piece(turn % 256, turn >> 8));
        await book.flush();
      }
    }
    expect(storage.records.length).toBeLessThan(450);
    const { kept } = await open(storage).read();
    const distinct = new Set(kept.map(each => (each.kind === 'piece' ? each.bytes.join() : '')));
    expect(distinct.size).toBe(450);
    expect(kept.length).toBeLessThan(900);
  });

  it('[STO8] where there is no room it goes on in memory and says so; once there is, all of it is written', async () => {
    const storage = new MemoryStorage();
    const append = storage.append.bind(storage);
    storage.append = () => Promise.reject(new StorageError('full', 'no room'));
    const said: KeepingEvent[] = [];
    const due: (() => void)[] = [];
    const after = (_: number, then: () => void): (() => void) => {
      due.push(then);
      return () => void due.splice(due.indexOf(then), 1);
    };
    const book = new Logbook(storage, 'd', { after }, event => said.push(event));
    [piece(1), piece(2), piece(3)].forEach(each => book.add(each));
    await book.flush();
    expect(said.at(-1)).toEqual({ kind: 'failed', refusal: 'full' });
    expect([book.isIdle, storage.records.length]).toEqual([false, 0]);
    storage.append = append;
    await book.flush();
    await book.flush();
    expect(said.at(-1)).toEqual({ kind: 'written' });
    expect((await open(storage).read()).kept).toEqual([piece(1), piece(2), piece(3)]);
  });
});
