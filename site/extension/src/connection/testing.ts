/** What the tests of this folder share: seeded chance, recognisable bytes, a clock by hand. Never part of the page. */
import type { Cancel, Clock, Random } from '../core/clock';

/** mulberry32: small, good enough to shuffle with, the same everywhere. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `size` bytes that differ by seed and place. */
export function bytesOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let at = 0; at < size; at++) {
    bytes[at] = (seed * 31 + at * 7 + (at >> 8)) & 255;
  }
  return bytes;
}

/** Equality that does not take a second for a megabyte. */
export function sameBytes(left: Uint8Array | undefined, right: Uint8Array): boolean {
  return left?.byteLength === right.byteLength && right.every((byte, at) => byte === left[at]);
}

/** Time that passes when told to. */
export class HandClock implements Clock {
  now(): number {
    return this._now;
  }

  after(ms: number, run: () => void): Cancel {
    const timer = { at: this._now + ms, order: this._order++, run };
    this._timers.add(timer);
    return () => this._timers.delete(timer);
  }

  get waiting(): number {
    return this._timers.size;
  }

  /** Lets `ms` pass, running what falls due in its order. */
  pass(ms: number): void {
    const until = this._now + ms;
    for (;;) {
      let next: ITimer | undefined;
      for (const timer of this._timers) {
        if (
          timer.at <= until &&
          (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order))
        ) {
          next = timer;
        }
      }
      if (!next) {
        break;
      }
      this._timers.delete(next);
      this._now = Math.max(this._now, next.at);
      next.run();
    }
    this._now = until;
  }

  private _now = 0;
  private _order = 0;
  private readonly _timers = new Set<ITimer>();
}

interface ITimer {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}
