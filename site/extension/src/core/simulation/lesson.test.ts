import { describe, expect, it } from 'vitest';
import { digest } from './digest.node';
import { Noble } from '../../crypto/noble';
import { FORGERIES } from './forger';
import { FAILED, scriptOf } from './fuzzed';
import { Lesson } from './lesson';
import { FAIR } from './network';
import type { ILessonScript } from './script';

async function tell(lesson: Lesson): Promise<Lesson> {
  const steps = lesson.tell();
  while (steps.next().done !== true) {
    await new Promise(resolve => setImmediate(resolve));
  }
  return lesson;
}

describe('a lesson', () => {
  it.each(FAILED)('[SYN14] that failed once ends well: seed $seed', async ({ seed, ...given }) => {
    await tell(new Lesson(seed, scriptOf(seed, given), digest));
  });

  it('[SYN14] with real cryptography ends the same way', async () => {
    await tell(new Lesson(8, scriptOf(8, { people: 3, ops: 12 }), digest, new Noble()));
  });

  it.each(FORGERIES)('[SYN15] with forgers takes nothing and passes nothing on: %s', async forgery => {
    const script: ILessonScript = { people: 4, ops: 30, weather: FAIR, forgeries: 500, only: [forgery] };
    const lesson = await tell(new Lesson(1, script, digest));
    expect(lesson.counts.forged).toBeGreaterThan(5);
  });
});
