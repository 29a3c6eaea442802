/** What is between this page and the server: a closed set of states, each said in words by whoever shows it. */

/** Why the server is away. */
export type AwayReason =
  /** No connection came about: the server is not there, or this network keeps WebSockets out. */
  | 'unreachable'
  /** It was there and the connection broke. */
  | 'broken'
  /** It breaks again and again soon after it opened: something on the way cuts it. */
  | 'cut'
  /** The server ended on purpose and comes back. */
  | 'restarting'
  /** The server gave this connection up: too slow, silent, a mistake of its own. */
  | 'dropped';

/** Why the server is not tried any more; a reload may help. */
export type RefusedReason =
  /** `peerbook.json` names what is no address, or this page may not open it. */
  | 'address'
  /** The page is of another version than the server. */
  | 'version'
  /** The server could not read this page's messages. */
  | 'garbled'
  /** Another page uses this session. */
  | 'session-taken'
  /** A newer connection of this page took over. */
  | 'replaced';

export type SignalingState =
  /** Not started, or stopped. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting' }
  | { readonly kind: 'open' }
  /** Comes back by itself; `retryAt` in the clock's milliseconds. */
  | { readonly kind: 'away'; readonly reason: AwayReason; readonly retryAt: number }
  /** The browser says that there is no network. Comes back by itself. */
  | { readonly kind: 'offline' }
  | { readonly kind: 'refused'; readonly reason: RefusedReason };

/** Connections that end within this time, this often in a row, are being cut. Proxies cut after 30 to 60 seconds. */
export const CUT_MS = 120_000;
export const CUT_TIMES = 2;

export function refusedReason(code: number): RefusedReason {
  switch (code) {
    case 4001:
      return 'version';
    case 4007:
      return 'session-taken';
    case 4008:
      return 'replaced';
    default:
      return 'garbled';
  }
}

export function awayReason(code: number, opened: boolean, cuts: number): AwayReason {
  if (!opened) {
    return 'unreachable';
  }
  if (code === 1012 || code === 1001) {
    return 'restarting';
  }
  if (code >= 4000 || code === 1011) {
    return 'dropped';
  }
  return cuts >= CUT_TIMES ? 'cut' : 'broken';
}
