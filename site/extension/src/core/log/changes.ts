/**
 * Whole changes out of a session's pieces: a change cut into parts [SYN3] is one only when all of it is here, in places
 * that follow. What cannot be whole any more ends the log, for everybody alike.
 */
import type { IPiece } from './piece';

/** One whole change, or a segment, which holds whole changes. */
export interface IWhole {
  readonly from: number;
  readonly to: number;
  readonly pieces: readonly IPiece[];
}

export interface IChanges {
  readonly whole: readonly IWhole[];
  /** A change begins here that is not one: stop the log there [LOG7]. */
  readonly stop: number | null;
  /** A segment that ends within a change: refuse it [LOG8]. */
  readonly refuse: IPiece | null;
}

/**
 * `pieces` follow on one another; the first begins a change, unless a segment (`before`) ends there. Parts at the end that
 * are not all here yet are left for the next time.
 */
export function wholeChanges(pieces: readonly IPiece[], before: IPiece | null = null): IChanges {
  const whole: IWhole[] = [];
  let parts: IPiece[] = [];
  let last = before;
  for (const piece of pieces) {
    if (piece.part !== parts.length || (parts[0] && parts[0].parts !== piece.parts)) {
      const isSegment = last?.form === 'segment';
      return { whole, stop: isSegment ? null : (parts[0] ?? piece).from, refuse: isSegment ? last : null };
    }
    parts.push(piece);
    if (parts.length === piece.parts) {
      whole.push({ from: parts[0]!.from, to: piece.to, pieces: parts });
      parts = [];
    }
    last = piece;
  }
  return { whole, stop: null, refuse: null };
}
