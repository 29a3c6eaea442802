/**
 * How far a log is, for neighbours: for each session its count and the chain there. Two logs with equal summaries hold the
 * same [LOG11]. First they compare sixteen digests, a share of the sessions each; then the shares that differ.
 */
import * as encoding from 'lib0/encoding';
import { sameBytes } from '../bytes';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { type Digest, SESSION_BYTES, sessionBytes, sessionText } from '../session';
import type { Log } from './log';

/** Of a chain: whoever wants two logs to look alike must find 2^64 hashes. */
export const SHORT_CHAIN = 16;
/** By a session's first four bits. */
export const SHARES = 16;
/** Sessions in one message: 140 KB. `summary_sessions` in docs/protocol.json. */
export const SUMMARY_SESSIONS = 4096;
export const DIGEST_BYTES = 8;

export interface IStanding {
  readonly session: string;
  readonly count: number;
  /** The first bytes of the chain there. */
  readonly chain: Uint8Array;
}

/** What stands in one part of the order of sessions: from `first` on, up to before `next`, or to the end. */
export interface ISummary {
  readonly first: string;
  readonly next: string | null;
  readonly standings: readonly IStanding[];
}

export type SummaryFault = 'cut-short' | 'number' | 'left-over' | 'range' | 'sessions' | 'order' | 'count';

/** In the order of their sessions' bytes. */
export function standingsOf(log: Log): IStanding[] {
  return log.sessions
    .filter(session => log.shown(session) > 0)
    .map(session => {
      const count = log.shown(session);
      return { session, count, chain: log.chainAt(session, count)!.subarray(0, SHORT_CHAIN) };
    })
    .sort((a, b) => compareSessions(a.session, b.session));
}

/** One digest for each share of the sessions. */
export function digestsOf(digest: Digest, standings: readonly IStanding[]): Uint8Array[] {
  const shares = Array.from({ length: SHARES }, (): IStanding[] => []);
  standings.forEach(standing => shares[sessionBytes(standing.session)[0]! >> 4]!.push(standing));
  return shares.map(share => digest(encodeStandings(share)).slice(0, DIGEST_BYTES));
}

/** What to say of the shares whose digests differ, in messages of at most SUMMARY_SESSIONS. */
export function summariesOf(
  standings: readonly IStanding[],
  differs: (share: number) => boolean = () => true,
  most = SUMMARY_SESSIONS
): ISummary[] {
  const summaries: ISummary[] = [];
  for (let share = 0; share < SHARES; share += 1) {
    if (!differs(share)) {
      continue;
    }
    let end = share + 1;
    while (end < SHARES && differs(end)) {
      end += 1;
    }
    const [first, next] = [border(share), end < SHARES ? border(end) : null];
    const range = {
      first,
      next,
      standings: standings.filter(({ session }) => isWithin(session, first, next))
    };
    summaries.push(...cutSummary(range, most));
    share = end;
  }
  return summaries;
}

function cutSummary({ first, next, standings }: ISummary, most: number): ISummary[] {
  const summaries: ISummary[] = [];
  for (let at = 0; at === 0 || at < standings.length; at += most) {
    summaries.push({
      first: at === 0 ? first : standings[at]!.session,
      next: standings[at + most]?.session ?? next,
      standings: standings.slice(at, at + most)
    });
  }
  return summaries;
}

export function encodeSummary({ first, next, standings }: ISummary): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeUint8Array(encoder, sessionBytes(first));
  encoding.writeUint8(encoder, next === null ? 0 : 1);
  encoding.writeUint8Array(encoder, next === null ? new Uint8Array(0) : sessionBytes(next));
  encoding.writeUint8Array(encoder, encodeStandings(standings));
  return encoding.toUint8Array(encoder);
}

/** Reads what anybody may have written, to the end. */
export function decodeSummary(bytes: Uint8Array): Read<ISummary, SummaryFault> {
  const reader = new Reader(bytes);
  const first = sessionText(reader.take(SESSION_BYTES));
  const bounded = reader.byte();
  const next = bounded === 1 ? sessionText(reader.take(SESSION_BYTES)) : null;
  const said = reader.number();
  const standings: IStanding[] = [];
  for (let left = Math.min(said, SUMMARY_SESSIONS); left > 0 && !reader.fault; left -= 1) {
    const session = sessionText(reader.take(SESSION_BYTES));
    standings.push({ session, count: reader.number(), chain: reader.take(SHORT_CHAIN) });
  }
  const checks: [SummaryFault, boolean][] = [
    ['cut-short', reader.fault !== 'cut-short'],
    ['number', reader.fault !== 'number'],
    ['sessions', said <= SUMMARY_SESSIONS],
    ['left-over', reader.left === 0],
    ['range', bounded <= 1 && (next === null || (reader.fault === null && compareSessions(first, next) < 0))],
    ['order', reader.fault !== null || isOrdered(first, next, standings)],
    ['count', standings.every(({ count }) => count > 0)]
  ];
  const wrong = checks.find(([, holds]) => !holds);
  return wrong ? { kind: 'fault', fault: wrong[0] } : { kind: 'read', value: { first, next, standings } };
}

/** What a neighbour's summary says beside this log. */
export interface IDifference {
  /** What is missing here: ask for it from there on. */
  readonly missing: readonly { readonly session: string; readonly from: number }[];
  /** What they lack: they have this many. */
  readonly theirs: readonly { readonly session: string; readonly from: number }[];
  /** Another chain at the same place: the session said two things. Find where they part, ask for it, and take it. */
  readonly apart: readonly IStanding[];
}

export function compareSummary(log: Log, { first, next, standings }: ISummary): IDifference {
  const missing: { session: string; from: number }[] = [];
  const theirs: { session: string; from: number }[] = [];
  const apart: IStanding[] = [];
  const named = new Set(standings.map(({ session }) => session));
  for (const standing of standings) {
    const { session, count, chain } = standing;
    const ours = log.shown(session);
    const here = log.chainAt(session, count);
    if (here && !sameBytes(here.subarray(0, SHORT_CHAIN), chain)) {
      if (log.isOpen(session)) {
        apart.push(standing);
      }
    } else if (ours < count && log.wants(session, count, chain)) {
      missing.push({ session, from: log.askFrom(session) });
    } else if (ours > count) {
      theirs.push({ session, from: count });
    }
  }
  for (const session of log.sessions) {
    if (!named.has(session) && log.shown(session) > 0 && isWithin(session, first, next)) {
      theirs.push({ session, from: 0 });
    }
  }
  return { missing, theirs, apart };
}

export function compareSessions(a: string, b: string): number {
  const [left, right] = [sessionBytes(a), sessionBytes(b)];
  const at = left.findIndex((byte, index) => byte !== right[index]);
  return at < 0 ? 0 : left[at]! - right[at]!;
}

function encodeStandings(standings: readonly IStanding[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, standings.length);
  for (const { session, count, chain } of standings) {
    encoding.writeUint8Array(encoder, sessionBytes(session));
    encoding.writeVarUint(encoder, count);
    encoding.writeUint8Array(encoder, chain);
  }
  return encoding.toUint8Array(encoder);
}

function border(share: number): string {
  const bytes = new Uint8Array(SESSION_BYTES);
  bytes[0] = share << 4;
  return sessionText(bytes);
}

function isWithin(session: string, first: string, next: string | null): boolean {
  return compareSessions(session, first) >= 0 && (next === null || compareSessions(session, next) < 0);
}

function isOrdered(first: string, next: string | null, standings: readonly IStanding[]): boolean {
  return standings.every(({ session }, index) => {
    const before = standings[index - 1];
    return isWithin(session, first, next) && (!before || compareSessions(before.session, session) < 0);
  });
}
