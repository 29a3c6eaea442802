/** What a page wrote itself, where its document is built anew without what it leans on. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { IPiece } from '../log/piece';
import { Writer } from '../log/writer.testing';
import { craft, type ICrafted, textOf } from '../permissions/crafted.testing';
import { Work } from '../permissions/work';
import { Chance } from '../simulation/chance';
import { VirtualClock } from '../simulation/time';
import { ADA, BEN, Bench, open, wordOf } from './reading.testing';

const LOCKED = { kind: 'locked' } as const;
const after = (client: number, clock: number): ICrafted => ({
  content: textOf('x'),
  left: { client, clock }
});

let bench: Bench;
let ben: readonly IPiece[];

/** It is Ada's page. Ben writes letter after letter, the fifth of which may not be. */
beforeEach(() => {
  bench = new Bench(99, new Writer(new Chance(1)).session);
  ben = bench.ben.write(5);
  ben.forEach((piece, at) =>
    bench.says.set(piece, open(craft(BEN, at, [at === 0 ? after(ADA, 2) : after(BEN, at - 1)])))
  );
  bench.says.set(ben[4]!, { kind: 'wrong' });
  bench.say(0, open(wordOf(0, 3))).come(0);
});

/** Her second change leans on a letter of his, and her third on that. */
function lean(clock: number): void {
  bench.say(1, open(craft(ADA, 3, [after(BEN, clock)])));
  bench.say(2, open(craft(ADA, 4, [after(ADA, 3)]))).come(1, 2);
}
const hear = (...places: number[]): void => places.forEach(place => bench.take(ben[place]!));

describe('what one wrote that leans on what may not be', () => {
  it('[LOG7] is in nobody’s document from its first change on that does, once all is read', () => {
    hear(0, 1, 2, 3, 4);
    lean(5);
    expect([bench.stops, bench.reading.ownEnd]).toEqual([['4'], 1]);
    // Beyond a frontier it is filled.
    bench.frontiers.set(bench.ben.session, 3);
    expect(bench.reading.ownEnd).toBeNull();
    bench.frontiers.clear();
    bench.later = [];
    bench.come(3);
    expect(bench.reading.ownEnd).toBeNull();
  });

  it('[LOG7] may be read yet where what it leans on waits itself, and may come', () => {
    bench.says.set(ben[2]!, open(craft(BEN, 2, [after(9, 0)])));
    hear(0, 1, 2, 3, 4);
    lean(2);
    expect([bench.stops, bench.reading.isWaiting, bench.reading.ownEnd]).toEqual([['4'], true, null]);
  });

  it('[LOG7] may be read yet where its session was not read up to its end', () => {
    bench.says.set(ben[2]!, LOCKED);
    hear(0, 1, 2, 3);
    bench.log.stop(bench.ben.session, 4);
    lean(5);
    expect(bench.reading.ownEnd).toBeNull();
  });
});

describe('what one wrote and has no key for any more', () => {
  it('[LOG7] is in nobody’s document from the change on that is sealed with it', () => {
    bench
      .say(1, open(craft(ADA, 3, []), 0, 2))
      .say(2, LOCKED)
      .come(1, 2);
    expect(bench.reading.ownEnd).toBe(1);
  });

  it('[LOG7] others may have, where it is a segment: its envelopes have keys of their own', () => {
    const segment = bench.ada.segment(1, 3);
    bench.says.set(segment, LOCKED);
    bench.take(segment);
    expect([bench.locked, bench.reading.ownEnd]).toEqual([[1], null]);
  });
});

describe('what one wrote that leans on what is in the log no more', () => {
  const leanOnNobody = (): void => void bench.say(1, open(craft(ADA, 3, [after(9, 0)]))).come(1);
  /** Of so much, one change of somebody may wait, and no second. */
  const most = (client: number, clock: number, left: ICrafted['left']): Uint8Array =>
    craft(client, clock, [{ content: textOf('b'.repeat(600_000)), left: left! }]);

  it('[LOG7] is lost from its first change on that does; not while a frontier may fill that', () => {
    hear(0, 1, 2, 3);
    lean(5);
    expect([bench.reading.ownEnd, bench.reading.ownLost]).toEqual([null, 1]);
    bench.frontiers.set(bench.ben.session, 9);
    expect(bench.reading.ownLost).toBeNull();
  });

  it('[LOG7] is not lost while its author’s two sides wait for a frontier', () => {
    hear(0, 1, 2, 3);
    lean(5);
    expect(bench.log.take(bench.ben.twin(3).write(1)[0]!)).toMatchObject({ kind: 'fork' });
    expect(bench.reading.ownLost).toBeNull();
  });

  it('[LOG7] is lost where nobody here knows whose that was', () => {
    leanOnNobody();
    expect(bench.reading.ownLost).toBe(1);
  });

  it('[LOG7] is lost where what it leans on is here, and leans on that itself', () => {
    bench.says.set(ben[2]!, open(craft(BEN, 2, [after(9, 0)])));
    hear(0, 1, 2, 3);
    lean(2);
    expect(bench.reading.ownLost).toBe(1);
  });

  it('[LOG7] is not lost where both are here, and lean on each other', () => {
    bench.says.set(ben[2]!, open(craft(BEN, 2, [after(ADA, 3)])));
    hear(0, 1, 2, 3);
    lean(2);
    expect([bench.reading.isWaiting, bench.reading.ownLost]).toEqual([true, null]);
  });

  it('[LOG7] is not lost where what it leans on is here, and takes long', () => {
    const costs = { each: 0, all: 0 };
    const clock = new VirtualClock();
    const work = new Work({ clock, stopwatch: () => (costs.all += costs.each), tooMuch: () => undefined });
    bench = new Bench(99, new Writer(new Chance(1)).session, work).say(0, open(wordOf(0, 3))).come(0);
    ben = bench.ben.write(2);
    ben.forEach((piece, at) => bench.says.set(piece, open(craft(BEN, at, [after(ADA, 2)]))));
    costs.each = 1000;
    hear(0, 1);
    lean(1);
    expect([bench.reading.isUnread, bench.reading.ownLost]).toEqual([true, null]);
  });

  it('[LOG7] is in somebody’s document yet where it has no room to wait itself', () => {
    hear(0, 1, 2, 3);
    bench
      .say(1, open(most(ADA, 3, { client: BEN, clock: 5 })))
      .say(2, open(most(ADA, 600_003, { client: ADA, clock: 600_002 })))
      .come(1, 2, 3);
    expect(bench.reading.ownEnd).toBeNull();
  });
});
