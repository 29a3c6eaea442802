/**
 * How many RTCPeerConnections a page may still open [CON12]. Chromium gives a page 500 in its life, closed ones
 * included, and throws at the next; so they are kept and not churned. Pure.
 */
import type { SessionId } from '../core/connection';

/** DESIGN's limits: a class of two hours with all neighbours changing every ten minutes takes half of it. */
export const RTC_PER_HOUR = 40;
/** Two below what Chromium gives (FACTS): other code of the page may have opened one. */
export const RTC_PER_LIFE = 498;
/** For one neighbour: whoever calls again and again uses up a quarter of it. */
export const RTC_PER_PEER = 10;
const HOUR_MS = 3_600_000;

export class RtcBudget {
  /** Takes one, or says in what span all have been used up. */
  take(now: number, peer: SessionId): 'granted' | 'hour' | 'life' {
    this._taken = this._taken.filter(({ at }) => now - at < HOUR_MS);
    if (this._total >= RTC_PER_LIFE) {
      return 'life';
    }
    const ofPeer = this._taken.filter(taken => taken.peer === peer).length;
    if (this._taken.length >= RTC_PER_HOUR || ofPeer >= RTC_PER_PEER) {
      return 'hour';
    }
    this._total++;
    this._taken.push({ at: now, peer });
    return 'granted';
  }

  /** How many may still be opened now. */
  left(now: number): number {
    const inHour = this._taken.filter(({ at }) => now - at < HOUR_MS).length;
    return Math.min(RTC_PER_LIFE - this._total, RTC_PER_HOUR - inHour);
  }

  private _total = 0;
  private _taken: { readonly at: number; readonly peer: SessionId }[] = [];
}
