/** Frontiers, between the statements that say them (`core/class/roles`) and the logs they cut [LOG9, LOG10]. */
import { agrees } from './piece';
import type { Log } from './log';
import type { ICut, IMoved } from './taken';

/** How far a session counts in one document, in a statement. */
export interface IFrontierEntry {
  readonly session: string;
  readonly count: number;
  readonly chain: Uint8Array;
}

/**
 * How far the sessions of somebody are here: what a statement of their removal says of this document. Of one that said two
 * things only what nobody doubts: whoever states it may be the only one who has the rest.
 */
export function frontierOf(log: Log, author: string): IFrontierEntry[] {
  return log.sessions
    .filter(session => log.authorOf(session) === author && log.shown(session) > 0)
    .sort()
    .map(session => {
      const count = log.shown(session);
      return { session, count, chain: log.chainAt(session, count)! };
    });
}

export interface IReachedEntry extends IFrontierEntry {
  /** It said two things: this is how far nobody doubts it; or it did so from its beginning, and that is nowhere. */
  readonly fork: 'none' | 'later' | 'first';
}

/**
 * The same for whoever may write on: what says how far a fork counts is known as such. Also of what is known and not here:
 * nothing of it counts, where it said two things, or others leaned on it.
 */
export function reachesIn(log: Log, author: string): IReachedEntry[] {
  const fork = (session: string, count: number): IReachedEntry['fork'] => {
    const begins = log.doubtedFrom(session);
    return begins === null ? 'none' : begins === 0 && count === 0 ? 'first' : 'later';
  };
  const reaches = frontierOf(log, author).map(entry => ({
    ...entry,
    fork: fork(entry.session, entry.count)
  }));
  const named = new Set(reaches.map(({ session }) => session));
  const others = log.sessions.filter(each => log.authorOf(each) === author && !named.has(each));
  const rest = others.map(session => {
    return { session, count: 0, chain: log.chainAt(session, 0)!, fork: fork(session, 0) };
  });
  return [...reaches, ...rest];
}

/**
 * The statements changed: each session counts as far as they say now (`null`: all of it).
 * @returns what moved. Where anything is gone, the document is to be replayed.
 */
export function applyFrontiers(
  log: Log,
  cutOf: (session: string, author: string) => ICut | null
): Map<string, IMoved> {
  const moved = new Map<string, IMoved>();
  for (const session of log.sessions) {
    const author = log.authorOf(session)!;
    const [was, is] = [log.cutAt(session), cutOf(session, author)];
    const isSame =
      was && is
        ? was.count === is.count && agrees(was.chain, is.chain) && was.isImplied === is.isImplied
        : was === is;
    if (!isSame) {
      moved.set(session, log.cut(session, author, is));
    }
  }
  return moved;
}
