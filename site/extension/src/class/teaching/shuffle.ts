/** People into teams, as many in each as can be, by chance. Pure. */
import { TEAM_MEMBERS } from '../../core/class/statement';

export const LEAST_SIZE = 2;
export const MOST_SIZE = TEAM_MEMBERS;

/** No team has more than `size`, and none has two fewer than another. `random` gives numbers from 0 up to 1. */
export function shuffled<Person>(
  people: readonly Person[],
  size: number,
  random: () => number
): readonly (readonly Person[])[] {
  const drawn = [...people];
  for (let at = drawn.length - 1; at > 0; at -= 1) {
    const other = Math.floor(random() * (at + 1));
    [drawn[at], drawn[other]] = [drawn[other]!, drawn[at]!];
  }
  const count = Math.ceil(drawn.length / Math.max(1, size));
  return Array.from({ length: count }, (_, team) => drawn.filter((_person, at) => at % count === team));
}
