/**
 * How much nonsense a neighbour may say. An honest one of the same version says none, so some is borne (a bug, a version
 * that is nearly the same), and more ends the connection [SYN13]. Pure: time is passed in.
 */
import type { Clock } from '../clock';

/** Borne in a minute: enough for a mistake that repeats with each cursor, far from what costs time. */
export const BORNE = 32;
const MINUTE_MS = 60_000;

export class Patience {
  constructor(private readonly clock: Clock) {}

  private readonly counts = new Map<string, { count: number; since: number }>();

  /** `peer` said nonsense; whether that is enough. */
  isLost(peer: string): boolean {
    const now = this.clock.now();
    const known = this.counts.get(peer);
    const counted = known && now - known.since < MINUTE_MS ? known : { count: 0, since: now };
    counted.count += 1;
    this.counts.set(peer, counted);
    return counted.count > BORNE;
  }

  left(peer: string): void {
    this.counts.delete(peer);
  }
}
