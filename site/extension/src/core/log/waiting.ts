/**
 * Pieces that do not follow on what is here yet. Bounded for each author, so that nobody's take the place of another's;
 * what is thrown out comes again by exchange.
 */
import type { IPiece } from './piece';

/** Bytes of one author's pieces that wait. `unresolved_bytes` in docs/protocol.json. */
export const WAITING_BYTES = 1_000_000;
/** Their number: 25 s of somebody who types, behind one envelope that is late. `waiting_pieces`. */
export const WAITING_PIECES = 256;

export class WaitingRoom {
  constructor(private readonly countOf: (session: string) => number) {}

  private readonly sessions = new Map<string, Set<IPiece>>();
  private readonly authors = new Map<string, { bytes: number; readonly pieces: Set<IPiece> }>();

  /** The number of all pieces that wait. */
  get size(): number {
    let size = 0;
    this.sessions.forEach(pieces => (size += pieces.size));
    return size;
  }

  bytesOf(author: string): number {
    return this.authors.get(author)?.bytes ?? 0;
  }

  of(session: string): ReadonlySet<IPiece> {
    return this.sessions.get(session) ?? NONE;
  }

  /** @returns whether it waits: what is furthest from being of use makes room, and that may be the piece itself. */
  add(piece: IPiece): boolean {
    const theirs = this.authors.get(piece.author) ?? { bytes: 0, pieces: new Set() };
    this.authors.set(piece.author, theirs);
    this.sessions.set(piece.session, (this.sessions.get(piece.session) ?? new Set()).add(piece));
    theirs.pieces.add(piece);
    theirs.bytes += piece.bytes.byteLength;
    let waits = true;
    while (theirs.bytes > WAITING_BYTES || theirs.pieces.size > WAITING_PIECES) {
      const last = this.furthest(theirs.pieces);
      this.remove(last);
      waits &&= last !== piece;
    }
    return waits;
  }

  remove(piece: IPiece): void {
    const theirs = this.authors.get(piece.author);
    const pieces = this.sessions.get(piece.session);
    if (!theirs?.pieces.delete(piece) || !pieces) {
      return;
    }
    theirs.bytes -= piece.bytes.byteLength;
    pieces.delete(piece);
    if (pieces.size === 0) {
      this.sessions.delete(piece.session);
    }
    if (theirs.pieces.size === 0) {
      this.authors.delete(piece.author);
    }
  }

  private furthest(pieces: Iterable<IPiece>): IPiece {
    let [found, distance] = [null as IPiece | null, -1];
    for (const piece of pieces) {
      const far = Math.max(0, piece.from - this.countOf(piece.session));
      if (far > distance) {
        [found, distance] = [piece, far];
      }
    }
    return found!;
  }
}

const NONE: ReadonlySet<IPiece> = new Set();
