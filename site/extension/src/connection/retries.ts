/** When a road that ended is tried again. Pure. */
import type { CloseReason, Road } from '../core/connection';

/** A direct road that failed where both ends stay is mostly forbidden: tried ever more seldom, out of the budget. */
const FIRST_RETRY_MS = 5_000;
const LONGEST_RETRY_MS = 600_000;
const HOUR_MS = 3_600_000;

/** Milliseconds until the road is tried again after its `failures`-th end, or undefined: never. */
export function retryAfter(road: Road, reason: CloseReason, failures: number): number | undefined {
  if (road === 'relay') {
    // It knocks by itself, ever more seldom, and costs nobody anything.
    return reason === 'garbled' || reason === 'overrun' ? undefined : 0;
  }
  if (road !== 'direct' || reason === 'unsupported' || reason === 'garbled' || reason === 'overrun') {
    return undefined;
  }
  return reason === 'spent'
    ? HOUR_MS
    : Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 4 ** Math.max(0, failures - 1));
}
