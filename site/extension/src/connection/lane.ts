/** One road of a link, and how well it is. Pure: time is passed in. */
import type { Cancel } from '../core/clock';
import type { Channel, Connection, Road } from '../core/connection';

/** Which road is taken when several are well: what costs nobody anything first. */
const RANK: Readonly<Record<Road, number>> = { tab: 3, direct: 2, relay: 1, memory: 0 };
/** A message not confirmed within this time (five times what a confirmation waits for company) makes us ask. */
export const ASK_AFTER_MS = 500;
/** An answer comes from the message handler, past all bulk: after this, the road is in doubt. With the above under 2 s. */
export const ANSWER_MS = 1_000;

export class Lane {
  constructor(
    readonly road: Connection,
    readonly cancels: readonly Cancel[],
    now: number
  ) {
    this.heardAt = now;
  }

  /** The other end has said which link it is, and it is the right one. */
  greeted = false;
  heardAt: number;
  askedAt?: number;
  /** Data that overtook the greeting on the other channel. */
  readonly early: [Channel, Uint8Array][] = [];

  get usable(): boolean {
    return this.greeted && (this.road.state.kind === 'open' || this.road.state.kind === 'interrupted');
  }

  get well(): boolean {
    return this.greeted && this.road.state.kind === 'open' && !this._doubted;
  }

  heard(now: number): void {
    this.heardAt = now;
    this.askedAt = undefined;
    this._doubted = false;
  }

  /**
   * What to do about a road with something unconfirmed on it since `since` (undefined: nothing). `ask`: ask whether the
   * other end is there. Doubt changes `well`.
   */
  look(now: number, since: number | undefined): 'ask' | 'wait' {
    if (this.askedAt !== undefined) {
      if (now - this.askedAt < ANSWER_MS) {
        return 'wait';
      }
      this._doubted = true;
      this.askedAt = now;
      return 'ask';
    }
    if (since !== undefined && now - Math.max(since, this.heardAt) >= ASK_AFTER_MS) {
      this.askedAt = now;
      return 'ask';
    }
    return 'wait';
  }

  private _doubted = false;
}

/** The lane to take: a well one before one in doubt, then by rank. Keeps `present` where others are only as good. */
export function chooseLane(lanes: Iterable<Lane>, present: Lane | undefined): Lane | undefined {
  let best: Lane | undefined;
  for (const lane of lanes) {
    if (
      lane.usable &&
      (!best || worth(lane) > worth(best) || (worth(lane) === worth(best) && lane === present))
    ) {
      best = lane;
    }
  }
  return best;
}

function worth(lane: Lane): number {
  return (lane.well ? 10 : 0) + RANK[lane.road.road];
}
