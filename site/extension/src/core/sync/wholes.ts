/** What pieces say, opened one after the other: the whole changes in them. */
import { joinBytes } from '../bytes';
import type { IOwnChange } from '../envelope/compact';
import type { IPiece } from '../log/piece';
import type { Opened } from './reading';

/**
 * `pieces` follow on one another and begin with a change. `then` has their whole changes; 'wrong' when something of them is
 * no change, and null when it cannot be opened; of a change whose end is not among them nothing.
 */
export function openChanges(
  open: (piece: IPiece, then: (opened: Opened) => void) => void,
  pieces: readonly IPiece[],
  then: (changes: readonly IOwnChange[] | 'wrong' | null) => void
): void {
  const changes: IOwnChange[] = [];
  let parts: Uint8Array[] = [];
  let [at, from] = [0, 0];
  const take = (piece: IPiece, opened: Opened): boolean => {
    if (opened.kind !== 'open' || opened.part !== parts.length) {
      return false;
    }
    from = opened.part === 0 ? piece.from : from;
    parts.push(opened.plain);
    if (parts.length === opened.parts) {
      changes.push({ from, to: piece.to, change: joinBytes(parts) });
      parts = [];
    }
    at += 1;
    return true;
  };
  /** In a loop while answers come at once: there may be thousands. */
  const go = (): void => {
    for (let piece = pieces[at]; piece; piece = pieces[at]) {
      const asked = piece;
      const answer = { isHere: false, isGood: false, isLate: false };
      open(asked, opened => {
        answer.isHere = true;
        answer.isGood = take(asked, opened);
        if (!answer.isGood) {
          then(opened.kind === 'locked' ? null : 'wrong');
        } else if (answer.isLate) {
          go();
        }
      });
      answer.isLate = !answer.isHere;
      if (!answer.isGood) {
        return;
      }
    }
    then(changes);
  };
  go();
}
