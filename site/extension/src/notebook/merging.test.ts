import { createHash } from 'node:crypto';
import { describe, it } from 'vitest';
import { BAD, FAIR } from '../core/simulation/network';
import { ALL_DEEDS, PLAIN_DEEDS } from './simulation/deeds';
import { ClassStory, type IScript } from './simulation/story';

/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());

/** SEEDS=5000 for more of each; SEED=17 for one. */
const { SEED, SEEDS } = process.env;

const tellAll = async (script: IScript, count: number, known: readonly number[] = []): Promise<void> => {
  const many = Array.from({ length: SEEDS ? Number(SEEDS) : count }, (_, index) => index + 1);
  for (const seed of SEED ? [Number(SEED)] : [...new Set([...known, ...many])]) {
    await new ClassStory(seed, script, digest).tell();
  }
};

describe('a class in one notebook', () => {
  it('[DOC10] of two, who type, move, delete and change types: each word once', async () => {
    await tellAll({ people: 2, turns: 60, weather: FAIR, deeds: PLAIN_DEEDS, trouble: 8 }, 60);
  });

  it('[DOC10] of three, who do all that JupyterLab lets them', async () => {
    await tellAll({ people: 3, turns: 60, weather: FAIR, deeds: ALL_DEEDS, trouble: 8 }, 60);
  });
});
