import { describe, expect, it } from 'vitest';
import { LOOK_MS, onSleep } from './page';
import { HandClock } from './testing';

describe('a page that sleeps', () => {
  it('[CON19] is told how long, also when its own clock stood still meanwhile; being busy is no sleep', () => {
    const clock = new HandClock();
    let asleep = 0;
    const slept: number[] = [];
    const cancel = onSleep(
      clock,
      () => clock.now() + asleep,
      ms => slept.push(ms)
    );
    clock.pass(60_000);
    asleep += 5_000;
    clock.pass(LOOK_MS);
    expect(slept).toEqual([]);
    asleep += 3_600_000;
    clock.pass(LOOK_MS);
    expect(slept).toEqual([3_600_000 + LOOK_MS]);
    clock.pass(60_000);
    cancel();
    asleep += 3_600_000;
    clock.pass(60_000);
    expect([slept.length, clock.waiting]).toEqual([1, 0]);
  });
});
