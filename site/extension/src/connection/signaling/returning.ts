/** When to come back after the server was lost [SIG5]. Pure: chance is passed in. */
import type { Random } from '../../core/clock';

/** The longest wait between two attempts. */
export const LONGEST_MS = 30_000;
/** While the browser says that there is no network it may be wrong (a class without internet): asked this seldom. */
export const OFFLINE_MS = 30_000;
/** Codes after which coming back would end the same way: another version, garbled, too large, session taken. */
const FINAL_CODES: ReadonlySet<number> = new Set([4001, 4002, 4003, 4007]);
/** A newer connection of this session has taken over. */
const REPLACED = 4008;

export function isFinal(code: number): boolean {
  return FINAL_CODES.has(code) || code === REPLACED;
}

/**
 * Milliseconds to wait before attempt `attempt` (0: the first after a loss): at random, so that a class does not come
 * back as one, and the longer the more people there are and the more attempts have failed.
 */
export function returnAfter(attempt: number, people: number, returnSeconds: number, random: Random): number {
  const spread = Math.min(returnSeconds, 0.5 + people / 200) * 1_000;
  return random() * Math.min(LONGEST_MS, spread * 2 ** Math.min(attempt, 10));
}
