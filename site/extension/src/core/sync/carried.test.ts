import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../simulation/time';
import { Carried, CARRY_MS, MOST_CARRIED } from './carried';
import type { Replica } from './replica';

/** Documents of so many bytes each, of which at most 100 together are carried. */
function bench(duties: readonly string[] = [], own: readonly string[] = []) {
  const clock = new VirtualClock();
  const replicas = new Map<string, { name: string; bytes: number }>();
  const dropped: string[] = [];
  const carried: Carried = new Carried(
    {
      clock,
      replicas: replicas as unknown as ReadonlyMap<string, Replica>,
      isDuty: name => duties.includes(name),
      isOwn: ({ name }) => own.includes(name),
      drop: ({ name }) => {
        dropped.push(name);
        carried.delete(name);
        replicas.delete(name);
      }
    },
    100
  );
  const carry = (name: string, bytes: number): void => {
    replicas.set(name, { name, bytes });
    carried.add(name);
  };
  return { clock, replicas, dropped, carried, carry };
}

describe('documents carried for others', () => {
  it('[SYN12] are bounded in bytes: what changed longest ago goes, and is not taken again for a while', () => {
    const { clock, dropped, carried, carry, replicas } = bench();
    ['a', 'b', 'c'].forEach(name => carry(name, 30));
    expect([dropped, carried.size]).toEqual([[], 3]);
    carried.touch('a');
    carried.touch('nobody');
    expect([carried.size, carried.has('nobody')]).toEqual([3, false]);
    carry('d', 30);
    expect(dropped).toEqual(['b']);
    expect([carried.admits('b'), carried.admits('e')]).toEqual([false, true]);
    clock.advance(CARRY_MS - 1);
    expect(carried.admits('b')).toBe(false);
    clock.advance(1);
    expect(carried.admits('b')).toBe(true);
    // What somebody opened here does not count among them.
    carried.delete('c');
    replicas.get('c')!.bytes = 500;
    carried.touch('a');
    expect(dropped).toEqual(['b']);
    replicas.get('a')!.bytes = 90;
    carried.touch('a');
    expect(dropped).toEqual(['b', 'd']);
  });

  it('[SYN12] those that this page should keep go last, and never those it wrote in', () => {
    const { dropped, carried, carry } = bench(['duty'], ['own']);
    ['own', 'duty', 'other'].forEach(name => carry(name, 30));
    carry('large', 60);
    expect(dropped).toEqual(['other', 'large']);
    carry('late', 60);
    expect(dropped).toEqual(['other', 'large', 'late']);
    // There is room for nothing else, and each goes once.
    carry('last', 10);
    carry('own', 300);
    expect([dropped.slice(3), carried.has('own')]).toEqual([['last', 'duty'], true]);
  });

  it('[SYN12] are so many at most: one more takes the place of one that nobody asks this page to keep', () => {
    const names = Array.from({ length: MOST_CARRIED }, (_, each) => `n${each}`);
    const { dropped, carried, carry } = bench(names.slice(0, 2), names.slice(2, 3));
    names.slice(1).forEach(name => carry(name, 1));
    expect([carried.admits('more'), dropped]).toEqual([true, []]);
    carry(names[0]!, 1);
    expect([carried.admits('more'), dropped]).toEqual([true, ['n3']]);
    const full = bench(names);
    names.forEach(name => full.carry(name, 1));
    expect([full.carried.admits('more'), full.dropped]).toEqual([false, []]);
  });
});
