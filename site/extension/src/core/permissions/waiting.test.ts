import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { checkChange, type ICheckedChange } from './change';
import { craft } from './crafted.testing';
import { forSegments, NOTEBOOK_LIMITS, WAITING_BYTES, WAITING_CHANGES } from './limits';
import { ALL, type Taken, Waiting } from './waiting';

/** A letter of `client` at `clock`, beside others. */
function letter(
  client: number,
  clock: number,
  left?: [number, number],
  right?: [number, number]
): ICheckedChange {
  const beside = {
    left: left ? { client: left[0], clock: left[1] } : null,
    right: right ? { client: right[0], clock: right[1] } : null
  };
  const read = checkChange(craft(client, clock, [{ ...beside, key: 'k' }]), client, NOTEBOOK_LIMITS);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  return read.value;
}

/** Three letters of `client`, each beside one of 7's from `clock` on, as changes or as the one piece of a segment. */
function row(client: number, clock: number, isSegment: boolean): ICheckedChange {
  const structs = [0, 1, 2].map(at => ({ left: { client: 7, clock: clock + at }, key: 'k' }));
  const limits = isSegment ? forSegments(NOTEBOOK_LIMITS) : NOTEBOOK_LIMITS;
  return (checkChange(craft(client, 0, structs), client, limits) as { value: ICheckedChange }).value;
}

const released = (taken: Taken): ICheckedChange[] => (taken.kind === 'ready' ? [...taken.changes] : []);

describe('what waits', () => {
  it('[PER4] changes are let go when all that they need is there, in causal order, whatever order they came in', () => {
    const chance = new Chance(5);
    for (let round = 0; round < 50; round += 1) {
      const clocks = new Map([1, 2, 3, 4].map(client => [client, 0]));
      const changes = Array.from({ length: 120 }, () => {
        const client = 1 + chance.below(4);
        const clock = clocks.get(client)!;
        clocks.set(client, clock + 1);
        const [left, right] = [1 + chance.below(4), 1 + chance.below(4)];
        const beside = (of: number): [number, number] | undefined =>
          clocks.get(of)! > (of === client ? 1 : 0)
            ? [of, clocks.get(of)! - (of === client ? 2 : 1)]
            : undefined;
        return letter(client, clock, beside(left), beside(right));
      });
      const known = new Map<number, number>();
      const waiting = new Waiting(new Map());
      const out: ICheckedChange[] = [];
      chance.shuffle(changes).forEach(change => {
        for (const each of released(waiting.take('a', change))) {
          each.needs.forEach(({ client, clock }) => expect(known.get(client) ?? 0).toBeGreaterThan(clock));
          known.set(each.client, each.to);
          out.push(each);
        }
      });
      expect(out.length).toBe(changes.length);
      expect([waiting.count, waiting.heldOf('a').bytes]).toEqual([0, 0]);
    }
  });

  it('[PER4] 3,000 changes that never find what they need cost as many steps, and the last as much as the first', () => {
    const waiting = new Waiting(new Map());
    const steps: number[] = [];
    for (let count = 0; count < 3000; count += 1) {
      const before = waiting.steps;
      expect(waiting.take('a', letter(1000 + count, 0, [7, 3000 - count])).kind).toBe('waiting');
      // Something that has nothing to do with them is applied meanwhile.
      released(waiting.take('b', letter(9, count)));
      steps.push(waiting.steps - before);
    }
    expect(Math.max(...steps)).toBeLessThan(20);
    expect(waiting.steps).toBeLessThan(3000 * 18);
    expect(waiting.count).toBe(3000);
    // When it comes after all, each is looked at once.
    const before = waiting.steps;
    const all = Array.from({ length: 3001 }, (_, clock) => waiting.take('c', letter(7, clock)));
    expect(all.flatMap(released).length).toBe(6001);
    expect(waiting.steps - before).toBeLessThan(6001 * 18);
  });

  it('[PER4] a change that needs many is looked at once for each of them', () => {
    const waiting = new Waiting(new Map());
    const ranges = Array.from({ length: 2000 }, (_, at) => [3000 - at, [0, 1]] as const);
    const read = checkChange(craft(1, 0, [], ranges), 1, NOTEBOOK_LIMITS);
    waiting.take('a', (read as { value: ICheckedChange }).value);
    const before = waiting.steps;
    let out = 0;
    for (let at = 0; at < 2000; at += 1) {
      out += released(waiting.take('b', letter(3000 - at, 0))).length;
    }
    expect(out).toBe(2001);
    expect(waiting.steps - before).toBeLessThan(2000 * 6);
  });

  it('[PER4] of one author no more waits than there may be, the newest is refused, others go on', () => {
    const waiting = new Waiting(new Map());
    const kinds = new Set<string>();
    for (let count = 0; count < WAITING_CHANGES + 10; count += 1) {
      kinds.add(waiting.take('a', letter(1, count + 1)).kind);
    }
    expect([...kinds]).toEqual(['waiting', 'full']);
    expect(waiting.heldOf('a').changes).toBe(WAITING_CHANGES);
    expect(waiting.take('b', letter(2, 1)).kind).toBe('waiting');
    expect(released(waiting.take('a', letter(1, 0))).length).toBe(WAITING_CHANGES + 1);
    expect(waiting.heldOf('a')).toEqual({ bytes: 0, changes: 0 });
    const large = { ...letter(3, 1), bytes: new Uint8Array(WAITING_BYTES / 2 + 1) };
    expect([waiting.take('a', large).kind, waiting.take('a', large).kind]).toEqual(['waiting', 'full']);
  });

  it('[PER4] what is refused when its turn comes holds up what leans on it, and nothing else', () => {
    const bad = letter(1, 0);
    const waiting = new Waiting(new Map(), { admit: change => change !== bad });
    waiting.take('b', letter(2, 0, [1, 0]));
    expect(released(waiting.take('a', bad))).toEqual([]);
    expect(waiting.count).toBe(1);
    expect(released(waiting.take('c', letter(3, 0))).length).toBe(1);
  });

  it('[PER4] of a segment what can be taken is, and the rest waits; a change waits whole', () => {
    const waiting = new Waiting(new Map());
    released(waiting.take('a', letter(7, 0)));
    const [whole, segment] = [row(1, 0, false), row(2, 0, true)];
    expect([whole, segment, row(3, 5, false), letter(8, 0)].map(each => waiting.lacks(each))).toEqual([
      ...[true, false, true, false]
    ]);
    expect(waiting.take('b', whole)).toMatchObject({ kind: 'waiting', for: { client: 7 } });
    const taken = released(waiting.take('c', segment));
    expect(taken.map(({ client, from, to }) => [client, from, to])).toEqual([[2, 0, 1]]);
    // Of a segment nothing of which is here, all waits.
    expect(waiting.take('d', row(3, 1, true)).kind).toBe('waiting');
  });

  it('[PER7] it is known from where on somebody’s letters wait, and what for; deletions are no letters', () => {
    const waiting = new Waiting(new Map());
    released(waiting.take('a', letter(1, 0)));
    const deleted = checkChange(craft(1, 1, [], [[7, [0, 1]]]), 1, NOTEBOOK_LIMITS);
    expect(waiting.take('a', (deleted as { value: ICheckedChange }).value).kind).toBe('waiting');
    expect(waiting.awaitedBy(1)).toBeNull();
    waiting.take('a', letter(1, 2, [7, 4]));
    waiting.take('a', letter(1, 1, [7, 3]));
    expect(waiting.awaitedBy(1)).toEqual({ from: 1, need: { client: 7, clock: 3 } });
    expect(waiting.awaitedBy(7)).toBeNull();
  });

  it('[PER4] what takes long counts as waiting, goes on later, and is admitted and told once', () => {
    const slow = letter(1, 0);
    const admitted: ICheckedChange[] = [];
    let most = 0;
    const waiting = new Waiting(
      new Map(),
      {
        admit: change => admitted.push(change) > 0,
        run: (_, change) => (change === slow ? most : ALL)
      },
      new Map(),
      { bytes: Infinity, changes: 1 }
    );
    expect(released(waiting.take('a', slow))).toEqual([slow]);
    expect([waiting.isSlow, waiting.count]).toEqual([true, 1]);
    // Its author has as much there as may be; somebody else's goes on, whatever else of theirs waits.
    expect(waiting.take('a', { ...letter(2, 0), client: 1, from: 1, to: 2 }).kind).toBe('full');
    expect(waiting.take('b', letter(3, 1)).kind).toBe('waiting');
    expect(released(waiting.take('b', letter(3, 0))).length).toBe(2);
    most = ALL;
    expect(waiting.resume()).toEqual([]);
    expect([waiting.isSlow, admitted.filter(each => each === slow).length]).toEqual([false, 1]);
  });

  it('[PER5] who waits for what is cut off waits no longer, and nothing more is taken from there', () => {
    const waiting = new Waiting(new Map());
    waiting.take('b', letter(2, 0, [1, 5]));
    waiting.take('c', letter(3, 0, [1, 1]));
    released(waiting.take('a', letter(1, 0)));
    // One of theirs counts, the second clock does not.
    expect(waiting.cut(1, 1).map(({ client }) => client)).toEqual([3, 2]);
    expect(waiting.take('a', letter(1, 1)).kind).toBe('cut');
    expect(released(waiting.take('d', letter(4, 0, [1, 99]))).length).toBe(1);
    // What counts of somebody must be there first.
    expect(waiting.cut(6, 1)).toEqual([]);
    expect(waiting.take('e', letter(5, 0, [6, 4])).kind).toBe('waiting');
    expect(released(waiting.take('f', letter(6, 0))).length).toBe(2);
  });
});
