import { describe, expect, it } from 'vitest';
import { Chance } from '../../core/simulation/chance';
import { shuffled } from './shuffle';

describe('teams by chance', () => {
  it('have at most as many as was said, everybody once, and nobody two more than others', () => {
    const chance = new Chance(5);
    for (let count = 0; count <= 40; count += 1) {
      const people = Array.from({ length: count }, (_, at) => at);
      for (const size of [2, 3, 4, 7]) {
        const teams = shuffled(people, size, chance.random);
        const sizes = teams.map(({ length }) => length);
        expect(teams.flat().sort((a, b) => a - b)).toEqual(people);
        expect(Math.max(0, ...sizes)).toBeLessThanOrEqual(size);
        expect(Math.max(0, ...sizes) - Math.min(...sizes, size)).toBeLessThanOrEqual(size - 1);
        expect(new Set(sizes).size).toBeLessThanOrEqual(2);
        expect(teams.every(({ length }) => length > 0)).toBe(true);
      }
    }
    const sizes = (count: number, size: number) =>
      shuffled(Array.from({ length: count }), size, chance.random).map(({ length }) => length);
    expect([sizes(7, 3), sizes(4, 3), sizes(3, 2), sizes(1, 3), sizes(0, 3)]).toEqual([
      [3, 2, 2],
      [2, 2],
      [2, 1],
      [1],
      []
    ]);
  });

  it('are others each time', () => {
    const chance = new Chance(6);
    const people = Array.from({ length: 12 }, (_, at) => at);
    const drawn = Array.from({ length: 50 }, () => JSON.stringify(shuffled(people, 3, chance.random)));
    expect(new Set(drawn).size).toBe(50);
    expect(people).toEqual([...people].sort((a, b) => a - b));
  });
});
