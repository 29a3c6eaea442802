/**
 * Segments, compared with what is here of their range before they take its place, and with what others say it was: a lie
 * is nobody's word, and everybody finds the same one lying [ENV7, SYN18].
 */
import { type IOwnChange, saysTheSame } from '../envelope/compact';
import { idText } from '../envelope/envelope';
import { beginsWith } from '../envelope/merge';
import type { Log } from '../log/log';
import { type IPiece, isSamePiece } from '../log/piece';
import type { Received } from './ports';
import type { Opened } from './reading';
import { openChanges } from './wholes';

export interface IWeighingPorts {
  readonly log: Log;
  open(piece: IPiece, then: (opened: Opened) => void): void;
  /** Takes it into the log and the document. */
  join(piece: IPiece, opened: Opened): Received;
  /** Puts it in the place of what it was made of. */
  compact(segment: IPiece): boolean;
  /** It is not to be taken again; `instead` counts in its place. */
  ban(segment: IPiece, instead: readonly IPiece[]): void;
  /** What the segment says was opened, and what was said of its range before: two things [LOG5]. */
  contradicted(segment: IPiece): void;
}

export class Weighing {
  constructor(private readonly ports: IWeighingPorts) {}

  /** A segment is compared with what is here of its range before it takes its place. */
  weigh(piece: IPiece, opened: Extract<Opened, { kind: 'open' }>, then: (received: Received) => void): void {
    const held = this.heldOf(piece);
    if (held.length === 0) {
      then(this.ports.join(piece, opened));
      return;
    }
    openChanges(
      (each, opens) => this.ports.open(each, opens),
      held,
      all => {
        const now = this.heldOf(piece);
        if (!all || now.length !== held.length || now.some((each, index) => each !== held[index])) {
          // It cannot be said yet, and comes again.
          then('known');
          return;
        }
        const isWhole = held.at(-1)!.to === piece.to;
        if (isSaid(opened.plain, all, isWhole)) {
          const received = this.ports.join(piece, opened);
          this.ports.compact(piece);
          then(received);
          return;
        }
        this.accuse(piece, all);
        if (isWhole && !outweighs(held, piece)) {
          this.ports.ban(held[0]!, [piece]);
          then('taken');
        } else {
          this.ports.ban(piece, []);
          then('lie');
        }
      }
    );
  }

  /**
   * What a neighbour has of a session from `segment` on, which is here and which they say is a lie: verified pieces, in
   * order, of all of its range or of its beginning. Whether they are right; then theirs counts.
   */
  hearOriginals(segment: IPiece, theirs: readonly IPiece[], then: (isLie: boolean) => void): void {
    const pieces = theirs.filter(({ to }) => to <= segment.to);
    const isWhole = pieces.at(-1)?.to === segment.to;
    const follow = pieces.every(
      (piece, index) =>
        piece.session === segment.session && piece.from === (pieces[index - 1]?.to ?? segment.from)
    );
    // What is shorter is finer: who has it takes no segment that says something else of it.
    if (pieces.length === 0 || !follow || (isWhole && !outweighs(pieces, segment))) {
      then(false);
      return;
    }
    this.ports.open(segment, opened =>
      openChanges(
        (each, opens) => this.ports.open(each, opens),
        pieces,
        all => {
          const isLie = all !== null && opened.kind === 'open' && !isSaid(opened.plain, all, isWhole);
          if (isLie) {
            this.accuse(segment, all);
            this.ports.ban(segment, pieces);
          }
          then(isLie);
        }
      )
    );
  }

  /** What cannot be opened as one change after the other, as keys were undone, is held against nobody. */
  private accuse(segment: IPiece, said: readonly IOwnChange[] | 'wrong'): void {
    if (said !== 'wrong') {
      this.ports.contradicted(segment);
    }
  }

  /**
   * What is here of a segment's range, when it can be compared: both begin, and both or one of them end, at one place. What
   * ended the session counts for nobody, and its author said it all the same: a segment that says something else is a lie.
   */
  private heldOf(piece: IPiece): readonly IPiece[] {
    const { log } = this.ports;
    const { session, from, to } = piece;
    const gone = log.stopAt(session)?.said.filter(each => each.to <= to) ?? [];
    const held = log.chainAt(session, from) ? [...log.pieces(session, from, to), ...gone] : [];
    const last = held.at(-1);
    return !last || last.to > piece.to || isSamePiece(held[0]!, piece) ? [] : held;
  }
}

/** Whether a merged change is what `changes` say, or, unless they are `isWhole`, begins with it. */
function isSaid(plain: Uint8Array, changes: readonly IOwnChange[] | 'wrong', isWhole: boolean): boolean {
  const says = isWhole ? saysTheSame : beginsWith;
  return (
    changes !== 'wrong' &&
    says(
      plain,
      changes.map(({ change }) => change)
    )
  );
}

/** Whose word counts, for everybody alike: that of envelopes, then the finer one, then the lower hash. */
function outweighs(pieces: readonly IPiece[], segment: IPiece): boolean {
  const isAbove = ({ form, hash }: IPiece): boolean =>
    form === 'envelope' || idText(hash) < idText(segment.hash);
  return pieces.length > 1 || pieces.some(isAbove);
}
