/**
 * Two hundred short lessons, of every kind, one long one of each, and fifty on pages whose cryptography answers later: many
 * more are told by `python3 build.py fuzz`.
 */
import { describe, expect, it } from 'vitest';
import { digest } from './digest.node';
import { commandOf, FIRST_LATE, SCRIPTS, scriptOf } from './fuzzed';
import { Lesson } from './lesson';

const [FIRST, BATCH] = [1000, 25];
const batchesFrom = (first: number, count: number): number[] =>
  Array.from({ length: count / BATCH }, (_, index) => first + index * BATCH);
const firsts = batchesFrom(FIRST, 200);

/** @throws Error that begins with the seed, how to tell it again, and what was not as it must be. */
async function tell(seed: number, ops: number): Promise<Lesson> {
  const lesson = new Lesson(seed, scriptOf(seed, { ops }), digest);
  try {
    const steps = lesson.tell();
    while (steps.next().done !== true) {
      await new Promise(resolve => setImmediate(resolve));
    }
  } catch (error) {
    throw new Error(`${commandOf(seed, { ops })}\n${(error as Error).message}`, { cause: error });
  }
  return lesson;
}

describe('lessons of all kinds end with everybody equal, every kept word and none that may not be', () => {
  it.each(firsts)('[SYN14] twenty-five seeds from %i on', async first => {
    for (let seed = first; seed < first + BATCH; seed += 1) {
      await tell(seed, 40 + (seed % 21));
    }
  });

  it.each(batchesFrom(FIRST_LATE, 50))(
    '[SYN14] what is read is opened later: seeds from %i on',
    async first => {
      for (let seed = first; seed < first + BATCH; seed += 1) {
        await tell(seed, 60);
      }
    }
  );

  it.each(SCRIPTS.map((_, index) => FIRST + index))('[SYN14] a class at work: seed %i', async seed => {
    const { counts } = await tell(seed, 500);
    expect(counts.deeds).toBeGreaterThan(250);
  });
});
