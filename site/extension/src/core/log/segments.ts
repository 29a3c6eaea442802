/**
 * When an author compacts their own log [LOG13]: often enough that a late joiner fetches a few pieces for each session,
 * seldom enough that each word is signed again a few times only.
 */
import type { Log } from './log';
import type { IPiece } from './piece';

/** Envelopes behind the last segment before they become one. `compact_envelopes` in docs/protocol.json. */
export const COMPACT_ENVELOPES = 64;
/** The last ones of a session that goes on stay as they are: who is just behind gets them one by one. */
export const KEPT_ENVELOPES = 16;
/** A segment joins the next one when it is no more than so many times as large. */
const GROWTH = 2;

export interface IRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The range that is to be one segment now, or null. `isOver`: the session writes no more, as when a page is opened again,
 * so all of it may be one. `limit`: bytes of the pieces that one segment may stand for. `most`: as COMPACT_ENVELOPES.
 */
export function rangeToCompact(
  log: Log,
  session: string,
  isOver: boolean,
  limit = Infinity,
  most = COMPACT_ENVELOPES
): IRange | null {
  const pieces = log.pieces(session);
  let end = pieces.length;
  if (!isOver) {
    end = lastWhole(pieces, Math.max(0, end - Math.min(KEPT_ENVELOPES, most >> 2)));
  } else {
    end = lastWhole(pieces, end);
  }
  let start = end;
  while (start > 0 && pieces[start - 1]!.form === 'envelope') {
    start -= 1;
  }
  const envelopes = end - start;
  if (envelopes < (isOver ? 1 : most) && !(isOver && end > 1)) {
    return null;
  }
  // Older segments join while they are not much larger: so there are few, and none is signed again often.
  while (start > 0 && (isOver || span(pieces[start - 1]!) <= GROWTH * spanOf(pieces, start, end))) {
    start -= 1;
  }
  while (start < end && (pieces[start]!.part > 0 || bytesOf(pieces, start, end) > limit)) {
    start += 1;
  }
  return end - start > 1 ? { from: pieces[start]!.from, to: pieces[end - 1]!.to } : null;
}

/** The end of the last whole change at or before `end`. */
function lastWhole(pieces: readonly IPiece[], end: number): number {
  while (end > 0 && pieces[end - 1]!.part + 1 < pieces[end - 1]!.parts) {
    end -= 1;
  }
  return end;
}

function span({ from, to }: IPiece): number {
  return to - from;
}

function spanOf(pieces: readonly IPiece[], start: number, end: number): number {
  return start < end ? pieces[end - 1]!.to - pieces[start]!.from : 0;
}

function bytesOf(pieces: readonly IPiece[], start: number, end: number): number {
  return pieces.slice(start, end).reduce((sum, piece) => sum + piece.bytes.byteLength, 0);
}
