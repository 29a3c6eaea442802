/**
 * Whose cursors stand in which cells of one document: worked out from what the class says, for one frame. Where in its cell a
 * cursor stands is left to whoever draws it: that changes with every key, this does not.
 */
import type * as Y from 'yjs';
import type { IPresent } from '../../core/awareness/awareness';
import { findCursor, type ICursor } from '../../core/awareness/cursor';

/** How long after the last move a name is shown beside a cursor. */
export const FLAG_MS = 2000;

/** Somebody's cursor in a cell, of one of their tabs. */
export interface ICaret {
  readonly session: string;
  readonly participant: string;
  readonly name: string;
  /** 0 to 9. */
  readonly colour: number;
  readonly cursor: ICursor;
  /** Moved or wrote in the last FLAG_MS. */
  readonly isMoving: boolean;
}

/** Who a session is, as far as a cursor shows it. */
export interface IOwner {
  readonly participant: string;
  readonly name: string;
  readonly colour: number;
}

interface ITrack {
  cursor: ICursor | null;
  /** A text never changes its cell, so this holds as long as the cursor. */
  cell: string | null;
  /** When they last moved. */
  at: number;
}

export class Others {
  constructor(
    private readonly doc: Y.Doc,
    private readonly document: string,
    private readonly ownerOf: (session: string) => IOwner | undefined
  ) {}

  private readonly tracks = new Map<string, ITrack>();
  /** Somebody stands on what has not come yet: look again when the document changes. */
  isWaiting = false;
  /** When the next name ends being shown; null when none is. */
  until: number | null = null;

  /** The cursors by cell, each cell's in an order that stays. `now` is in milliseconds, never going back. */
  read(present: readonly IPresent[], now: number): ReadonlyMap<string, readonly ICaret[]> {
    const cells = new Map<string, ICaret[]>();
    const gone = new Set(this.tracks.keys());
    this.isWaiting = false;
    this.until = null;
    for (const { session, document, cursor } of present) {
      if (document !== this.document) {
        continue;
      }
      gone.delete(session);
      const track = this.follow(session, cursor, now);
      const owner = this.ownerOf(session);
      if (!cursor || !owner) {
        continue;
      }
      track.cell ??= findCursor(this.doc, cursor)?.cell ?? null;
      if (track.cell === null) {
        this.isWaiting = true;
        continue;
      }
      const ends = track.at + FLAG_MS;
      const isMoving = ends > now;
      if (isMoving) {
        this.until = Math.min(this.until ?? ends, ends);
      }
      const carets = cells.get(track.cell) ?? [];
      cells.set(track.cell, carets);
      const { participant, name, colour } = owner;
      carets.push({ session, participant, name, colour, cursor, isMoving });
    }
    gone.forEach(session => this.tracks.delete(session));
    cells.forEach(carets => carets.sort((a, b) => (a.session < b.session ? -1 : 1)));
    return cells;
  }

  /** Somebody wrote at their cursor: it moved on without being said. */
  stir(session: string, now: number): void {
    const track = this.tracks.get(session);
    if (track) {
      track.at = now;
    }
  }

  private follow(session: string, cursor: ICursor | null, now: number): ITrack {
    const known = this.tracks.get(session);
    if (!known) {
      // Who was here before this page looked has not moved now.
      const track = { cursor, cell: null, at: -Infinity };
      this.tracks.set(session, track);
      return track;
    }
    if (!sameCursor(known.cursor, cursor)) {
      known.cell = null;
      known.at = now;
    }
    known.cursor = cursor;
    return known;
  }
}

export function sameCursor(a: ICursor | null, b: ICursor | null): boolean {
  return a === b || (a !== null && b !== null && samePlace(a.anchor, b.anchor) && samePlace(a.head, b.head));
}

export function sameCarets(a: readonly ICaret[], b: readonly ICaret[]): boolean {
  return (
    a.length === b.length &&
    a.every((caret, index) => {
      const other = b[index]!;
      return (
        caret.session === other.session &&
        caret.name === other.name &&
        caret.colour === other.colour &&
        caret.isMoving === other.isMoving &&
        sameCursor(caret.cursor, other.cursor)
      );
    })
  );
}

function samePlace(a: ICursor['anchor'], b: ICursor['anchor']): boolean {
  return a.client === b.client && a.clock === b.clock && a.isEnd === b.isEnd;
}
