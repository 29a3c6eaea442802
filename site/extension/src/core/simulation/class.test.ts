import { describe, it } from 'vitest';
import { digest } from './digest.node';
import { BAD, FAIR } from './network';
import { type IScript, Story } from './story';

/** SEEDS=10000 for more; SEED=17 for one. */
const environment = process.env;
const seedsOf = (count: number): number[] => {
  const more = Math.ceil((count * Number(environment.SEEDS ?? 100)) / 100);
  return environment.SEED
    ? [Number(environment.SEED)]
    : Array.from({ length: more }, (_, index) => index + 1);
};

const tellAll = async (script: IScript, count: number): Promise<void> => {
  for (const seed of seedsOf(count)) {
    await tell(new Story(seed, script, digest));
  }
};

const tell = async (story: Story): Promise<void> => {
  const steps = story.tell();
  while (steps.next().done !== true) {
    await new Promise(resolve => setImmediate(resolve));
  }
};

describe('a class', () => {
  it('[SYN9] of two becomes equal, with every word, over a fair network', async () => {
    await tellAll({ people: 2, deeds: 60, weather: FAIR, trouble: 8 }, 100);
  });

  it('[SYN9] of two becomes equal, with every word, over a bad network', async () => {
    await tellAll({ people: 2, deeds: 60, weather: BAD, trouble: 8 }, 100);
  });

  it('[SYN9] of five becomes equal, with every word, over a fair network', async () => {
    await tellAll({ people: 5, deeds: 80, weather: FAIR, trouble: 8 }, 30);
  });

  it('[SYN9] of five becomes equal, with every word, over a bad network', async () => {
    await tellAll({ people: 5, deeds: 80, weather: BAD, trouble: 8 }, 30);
  });

  it('[SYN9] of twelve becomes equal, with every word, over any network', async () => {
    await tellAll({ people: 12, deeds: 80, weather: FAIR, trouble: 8 }, 5);
    await tellAll({ people: 12, deeds: 80, weather: BAD, trouble: 8 }, 5);
  });

  it('[SYN9] of five who paste long texts becomes equal, with every word', async () => {
    await tellAll({ people: 5, deeds: 40, weather: FAIR, trouble: 8, pastes: 15 }, 5);
    await tellAll({ people: 5, deeds: 40, weather: BAD, trouble: 8, pastes: 15 }, 5);
  });

  it('[SYN9] of two hundred becomes equal, with every word', async () => {
    await tellAll({ people: 200, deeds: 40, weather: FAIR, trouble: 10, isSilent: true }, 2);
  }, 300_000);

  it('[SYN9] of sixteen who say who they are becomes equal, and everybody knows who is here', async () => {
    await tellAll({ people: 16, deeds: 20, weather: FAIR, trouble: 10 }, 1);
  }, 120_000);

  it.runIf(environment.SEEDS)(
    '[SYN9] of two hundred who say who they are becomes equal',
    async () => {
      await tellAll({ people: 200, deeds: 20, weather: FAIR, trouble: 10 }, 1);
    },
    3_000_000
  );
});
