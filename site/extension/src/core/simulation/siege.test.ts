import { describe, expect, it } from 'vitest';
import { digest } from './digest.node';
import { KINDS, Siege } from './siege';

async function run(siege: Siege): Promise<Siege> {
  const steps = siege.run();
  while (steps.next().done !== true) {
    await new Promise(resolve => setImmediate(resolve));
  }
  return siege;
}

describe('a class of thirty', () => {
  it('[SYN15] takes nothing that is forged and passes none of it on, and works on meanwhile', async () => {
    const { byKind, counts } = await run(new Siege(1, { people: 30, forgeries: 10 * KINDS.length }, digest));
    expect(byKind.size).toBe(KINDS.length);
    expect(Math.min(...byKind.values())).toBeGreaterThanOrEqual(10);
    // Without any forgery it would be 17 messages in the same time: pages say next to nothing because of one.
    expect(counts.messages).toBeLessThan(25 * counts.forged);
  }, 120_000);
});
