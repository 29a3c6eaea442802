/**
 * Where a cell stands: a fractional index, so that an insert or a move writes one cell and nobody else's.
 *
 * A position is a fraction between 0 and 1 written in base 62 (`0-9A-Za-z`, whose order is that of their character codes
 * in every language) without the leading "0." and without trailing zeros. Order is (position, id).
 */

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = 62n;
/**
 * Free places a gap must offer before one is picked at random: two people inserting at one spot in the same moment meet
 * once in some 120,000 times, and then the order of their ids decides.
 */
const ROOM = BASE ** 3n;
/** Places between two cells of a genesis: enough that a class's inserts stay short, few enough that a key is 2-3 digits. */
const SPACING = 64;

/** Whole numbers below `limit`, each as likely; passed in so that tests and simulations repeat. */
export type RandomBelow = (limit: number) => number;

/** Whether a value read from a document can be a position; what cannot counts as the very beginning. */
export function isPosition(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9A-Za-z]*[1-9A-Za-z]$/.test(value);
}

/** Positions for the cells of a genesis, evenly spaced: the same on every machine. */
export function evenPositions(count: number): string[] {
  let width = 1;
  while (62 ** width < SPACING * (count + 1)) {
    width += 1;
  }
  const step = Math.floor(62 ** width / (count + 1));
  return Array.from({ length: count }, (_, index) => write(BigInt((index + 1) * step), width));
}

/**
 * `count` new positions, ascending, strictly between `low` and `high` ('' is the beginning, null the end).
 *
 * @returns null when there is no place between them (they are equal or in the wrong order): the caller re-keys.
 */
export function positionsBetween(
  low: string,
  high: string | null,
  count: number,
  below: RandomBelow
): string[] | null {
  if (high !== null && high <= low) {
    return null;
  }
  const needed = ROOM * BigInt(count + 1);
  for (let width = 1; ; width += 1) {
    const from = read(low, width);
    const to = high === null ? BASE ** BigInt(width) : read(high, width);
    // Exact only when both ends fit; a shorter width would round them.
    if (width < Math.max(low.length, high?.length ?? 0) || to - from <= needed) {
      continue;
    }
    // After the last cell step away a little, not half of what is left: a notebook written top to bottom keeps short keys.
    const step = high === null ? ROOM : (to - from) / BigInt(count + 1);
    const jitter = (step < ROOM ? step : ROOM) / 2n;
    return Array.from({ length: count }, (_, index) => {
      const place = from + step * BigInt(index + 1) - (high === null ? 0n : jitter / 2n);
      return write(place + BigInt(below(Number(jitter))), width);
    });
  }
}

/** The position as a whole number of `width` digits; what is beyond them is cut off. */
function read(position: string, width: number): bigint {
  let value = 0n;
  for (let index = 0; index < width; index += 1) {
    value = value * BASE + BigInt(index < position.length ? DIGITS.indexOf(position.charAt(index)) : 0);
  }
  return value;
}

function write(value: bigint, width: number): string {
  let text = '';
  for (let index = 0; index < width; index += 1) {
    text = DIGITS.charAt(Number(value % BASE)) + text;
    value /= BASE;
  }
  return text.replace(/0+$/, '');
}
