/** The page's own time, and its word about the network. */
import type { Cancel, Clock } from '../core/clock';
import type { INetwork } from './signaling/line';

export const pageClock: Clock = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  }
};

/** The browser's word about the network; waking up counts as a change. */
export const pageNetwork: INetwork = {
  online: () => navigator.onLine,
  onChange: listener => {
    const changed = (): void => listener();
    const seen = (): void => void (document.visibilityState === 'visible' && listener());
    const events = ['online', 'offline', 'pageshow'] as const;
    events.forEach(event => addEventListener(event, changed));
    document.addEventListener('visibilitychange', seen);
    const cancel = onSleep(pageClock, () => Date.now(), listener);
    return () => {
      events.forEach(event => removeEventListener(event, changed));
      document.removeEventListener('visibilitychange', seen);
      cancel();
    };
  }
};

/** How often it is looked whether the page slept: so soon after waking up it is known. */
export const LOOK_MS = 2_000;
/** A busy page is late by seconds; more is a lid that was closed, or a tab that was frozen. */
const NAP_MS = 10_000;

/**
 * Tells of each sleep, and how long it was. While a computer sleeps the page's clock may stand still and no event need
 * come at its end (a lid that is opened with the page in view): only the wall's clock has gone on.
 */
export function onSleep(clock: Clock, wall: () => number, listener: (sleptMs: number) => void): Cancel {
  let cancel: Cancel;
  const look = (before: number): void => {
    const now = wall();
    cancel = clock.after(LOOK_MS, () => look(now));
    if (now - before > LOOK_MS + NAP_MS) {
      listener(now - before);
    }
  };
  look(wall());
  return () => cancel();
}
