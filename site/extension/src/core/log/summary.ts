/** What two logs say of each other, and what is sent then [LOG11, LOG12]. Messages carry it: SYN. Pure functions. */
import { sameBytes } from '../bytes';
import type { Log } from './log';
import type { IPiece } from './piece';

/** Of a chain: whoever wants two logs to look alike must find 2^64 hashes. */
export const SHORT_CHAIN = 16;

/** How far a session is. */
export interface IStanding {
  readonly session: string;
  readonly count: number;
  /** The first bytes of the chain there. */
  readonly chain: Uint8Array;
}

/** From where on pieces of a session are wanted. */
export interface IWanted {
  readonly session: string;
  readonly from: number;
}

export function standingsOf(log: Log): IStanding[] {
  return [...log.sessions]
    .sort()
    .filter(session => log.shown(session) > 0)
    .map(session => {
      const count = log.shown(session);
      return { session, count, chain: log.chainAt(session, count)!.subarray(0, SHORT_CHAIN) };
    });
}

/** What a neighbour's standings say beside this log. */
export interface IDifference {
  /** What is missing here: ask for it from there on. */
  readonly missing: readonly IWanted[];
  /** What they lack: they have this many. */
  readonly theirs: readonly IWanted[];
  /** Another chain at the same place: the session said two things. Ask for all of it, and taking it shows the fork. */
  readonly apart: readonly IWanted[];
}

export function compareStandings(log: Log, standings: readonly IStanding[]): IDifference {
  const missing: IWanted[] = [];
  const theirs: IWanted[] = [];
  const apart: IWanted[] = [];
  for (const { session, count, chain } of standings) {
    const here = log.chainAt(session, count);
    const shown = log.shown(session);
    if (here && !sameBytes(here.subarray(0, SHORT_CHAIN), chain)) {
      if (log.isOpen(session)) {
        apart.push({ session, from: 0 });
      }
    } else if (log.wants(session, count, chain)) {
      missing.push({ session, from: log.askFrom(session) });
    } else if (shown > count) {
      theirs.push({ session, from: count });
    }
  }
  const named = new Set(standings.map(({ session }) => session));
  log.sessions
    .filter(session => !named.has(session) && log.shown(session) > 0)
    .forEach(session => theirs.push({ session, from: 0 }));
  return { missing, theirs, apart };
}

/**
 * What to send to who has the first `from` envelopes: pieces in order, the one that holds `from` first, at most `limit`
 * bytes but always one. `isAll`: nothing comes after them.
 */
export function piecesFor(
  log: Log,
  { session, from }: IWanted,
  limit: number
): { pieces: readonly IPiece[]; isAll: boolean } {
  const all = log.pieces(session, from, log.shown(session));
  let [bytes, end] = [0, 0];
  while (end < all.length && (end === 0 || bytes + all[end]!.bytes.byteLength <= limit)) {
    bytes += all[end]!.bytes.byteLength;
    end += 1;
  }
  return { pieces: all.slice(0, end), isAll: end === all.length };
}

/** The sessions whose introductions these pieces need: whose they are, and who signed them. */
export function introductionsFor(pieces: readonly IPiece[]): string[] {
  return [...new Set(pieces.flatMap(piece => [piece.session, piece.signer]))];
}
