/** Time and chance, passed in: the page's own in the page, by hand in tests and simulations. Types only. */

/** Takes back what was asked for; doing so twice does no harm. */
export type Cancel = () => void;

export interface Clock {
  /** Milliseconds, never going back. */
  now(): number;
  /** Runs `run` once, after `ms` milliseconds or, in a sleeping tab, later. */
  after(ms: number, run: () => void): Cancel;
}

/** A number in [0, 1). */
export type Random = () => number;
