/** What is asked between neighbours once their summaries differ, and what is answered [LOG12, LOG13]. Pure functions. */
import * as encoding from 'lib0/encoding';
import { sameBytes } from '../bytes';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { SESSION_BYTES, sessionBytes, sessionText } from '../session';
import type { Log } from './log';
import type { IPiece } from './piece';
import { SHORT_CHAIN } from './summary';

/** Places said at once where two logs part: 4,096 envelopes take three questions. */
export const POINTS = 16;
/** Sessions in one question. `summary_sessions` in docs/protocol.json. */
const MOST_ASKED = 4096;

/** From where on pieces of a session are wanted. */
export interface IWanted {
  readonly session: string;
  readonly from: number;
}

export interface IPoint {
  readonly place: number;
  /** The first bytes of the chain there. */
  readonly chain: Uint8Array;
}

export type AskFault = 'cut-short' | 'number' | 'sessions' | 'left-over';

export function encodeWanted(wanted: readonly IWanted[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, wanted.length);
  for (const { session, from } of wanted) {
    encoding.writeUint8Array(encoder, sessionBytes(session));
    encoding.writeVarUint(encoder, from);
  }
  return encoding.toUint8Array(encoder);
}

export function decodeWanted(bytes: Uint8Array): Read<IWanted[], AskFault> {
  const reader = new Reader(bytes);
  const wanted = readMany(reader, MOST_ASKED, () => ({
    session: sessionText(reader.take(SESSION_BYTES)),
    from: reader.number()
  }));
  return readWhole(reader, wanted);
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

/** Places strictly between the two where the chain is known here, spread evenly. */
export function pointsBetween(log: Log, session: string, low: number, high: number): IPoint[] {
  const ends = log
    .pieces(session, low, high)
    .map(piece => piece.to)
    .filter(place => place > low && place < high);
  const step = Math.max(1, ends.length / POINTS);
  const points: IPoint[] = [];
  for (let at = 0; Math.floor(at) < ends.length && points.length < POINTS; at += step) {
    const place = ends[Math.floor(at)]!;
    points.push({ place, chain: log.chainAt(session, place)!.subarray(0, SHORT_CHAIN) });
  }
  return points;
}

/**
 * Where two logs part: they agree at `low` and not at `high`; `points` are the neighbour's in between. When it says
 * `found`, the neighbour's pieces from `low` on are asked for, and taking them shows the fork.
 */
export function narrow(
  log: Log,
  session: string,
  low: number,
  high: number,
  points: readonly IPoint[]
): { readonly low: number; readonly high: number; readonly found: boolean } {
  let [below, above] = [low, high];
  for (const { place, chain } of points) {
    const here = place > below && place < above ? log.chainAt(session, place) : null;
    if (here && sameBytes(here.subarray(0, SHORT_CHAIN), chain)) {
      below = place;
    } else if (here) {
      above = place;
    }
  }
  return { low: below, high: above, found: above - below === 1 || (below === low && above === high) };
}

export function encodePoints(points: readonly IPoint[]): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, points.length);
  for (const { place, chain } of points) {
    encoding.writeVarUint(encoder, place);
    encoding.writeUint8Array(encoder, chain);
  }
  return encoding.toUint8Array(encoder);
}

export function decodePoints(bytes: Uint8Array): Read<IPoint[], AskFault> {
  const reader = new Reader(bytes);
  const points = readMany(reader, POINTS, () => ({
    place: reader.number(),
    chain: reader.take(SHORT_CHAIN)
  }));
  return readWhole(reader, points);
}

function readMany<Item>(reader: Reader, most: number, read: () => Item): Item[] | null {
  const count = reader.number();
  if (count > most) {
    return null;
  }
  const items: Item[] = [];
  while (items.length < count && !reader.fault) {
    items.push(read());
  }
  return items;
}

function readWhole<Item>(reader: Reader, items: Item[] | null): Read<Item[], AskFault> {
  if (reader.fault) {
    return { kind: 'fault', fault: reader.fault === 'number' ? 'number' : 'cut-short' };
  }
  if (!items) {
    return { kind: 'fault', fault: 'sessions' };
  }
  return reader.left > 0 ? { kind: 'fault', fault: 'left-over' } : { kind: 'read', value: items };
}
