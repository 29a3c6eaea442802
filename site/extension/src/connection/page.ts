/** The page's own time, and its word about the network. */
import type { Clock } from '../core/clock';
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
    const woken = (): void => void (document.visibilityState === 'visible' && listener());
    const events = ['online', 'offline', 'pageshow'] as const;
    events.forEach(event => window.addEventListener(event, listener));
    document.addEventListener('visibilitychange', woken);
    return () => {
      events.forEach(event => window.removeEventListener(event, listener));
      document.removeEventListener('visibilitychange', woken);
    };
  }
};
