/** Where a segment fits among what is here of its session. */
import { idText } from '../envelope/envelope';
import { agrees, type IPiece } from './piece';
import type { Strand } from './strand';

/** Two devices of one person may both have made a segment of one range: the one with the lower hash stays. */
export function replaces(strand: Strand, piece: IPiece): boolean {
  const [there] = strand.range(piece.from, piece.to);
  return (
    piece.form === 'segment' &&
    there?.form === 'segment' &&
    there.from === piece.from &&
    there.to === piece.to &&
    agrees(there.after, piece.after) &&
    idText(piece.hash) < idText(there.hash)
  );
}

/** Whether the segment holds what two or more pieces here hold, with the same chain at both ends. */
export function compacts(strand: Strand, piece: IPiece): boolean {
  const [before, after] = [strand.chainAt(piece.from), strand.chainAt(piece.to)];
  return (
    before !== null &&
    after !== null &&
    agrees(piece.before, before) &&
    agrees(piece.after, after) &&
    strand.range(piece.from, piece.to).length > 1
  );
}
