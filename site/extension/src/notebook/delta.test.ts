import { describe, expect, it } from 'vitest';
import { type IStand, staying, steps } from './delta';

const stands = (text: string, moved = ''): IStand<string>[] =>
  [...text].map(id => ({ id, pos: moved.includes(id) ? 'moved' : 'there', cell: id }));

function told(before: string, after: string, moved = ''): string {
  const [a, b] = [stands(before), stands(after, moved)];
  return JSON.stringify(steps(a.length, [...after], staying(a, b)));
}

describe('deltas', () => {
  it('[DOC10] make only the moved cell anew, whichever way it went', () => {
    expect(told('abcd', 'bacd', 'a')).toBe('[{"delete":1},{"retain":1},{"insert":["a"]},{"retain":2}]');
    expect(told('abcd', 'bacd', 'b')).toBe('[{"insert":["b"]},{"retain":1},{"delete":1},{"retain":2}]');
  });

  it('[DOC10] leave a cell alone whose position changed but not its place', () => {
    expect(told('abc', 'anbc', 'bc')).toBe('[{"retain":1},{"insert":["n"]},{"retain":2}]');
  });

  it('[DOC10] put what comes before what leaves at one place', () => {
    const [a, b] = [stands('abc'), stands('abc')];
    const other = b.map(stand => (stand.id === 'b' ? { ...stand, cell: 'B' } : stand));
    expect(JSON.stringify(steps(3, ['a', 'B', 'c'], staying(a, other)))).toBe(
      '[{"retain":1},{"insert":["B"]},{"delete":1},{"retain":1}]'
    );
  });

  it('[DOC10] look at each of many cells a few times, not at each pair', () => {
    const count = 2000;
    let looks = 0;
    const many = (shift: number): IStand<number>[] =>
      Array.from({ length: count }, (_, index) => {
        const number = (index + shift) % count;
        return {
          id: `c${number}`,
          cell: number,
          get pos() {
            looks += 1;
            return shift > 0 && number < shift ? 'moved' : 'there';
          }
        };
      });
    const [before, after] = [many(0), many(700)];
    const stays = staying(before, after);
    expect(stays.filter(place => place === null)).toHaveLength(700);
    expect(looks).toBeLessThan(10 * count);
  });
});
