/** What somebody wrote that is not there any more in a document that was built anew: to be offered to them again. */
import * as Y from 'yjs';
import { cellsOf, isCell, isDeleted } from '../document/cells';

export interface ILost {
  readonly cell: string;
  readonly text: string;
}

/** Text of these clients that could be read in `before` and is deleted in `after`, piece by piece as it stood. */
export function lostBy(clients: ReadonlySet<number>, before: Y.Doc, after: Y.Doc): ILost[] {
  const lost: ILost[] = [];
  cellsOf(before).forEach((map, cell) => {
    if (!isCell(cell, map) || isDeleted(map)) {
      return;
    }
    let text = '';
    const end = (): void => {
      if (text) {
        lost.push({ cell, text });
      }
      text = '';
    };
    for (let item = (map.get('source') as Y.Text)._start; item !== null; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentString)) {
        continue;
      }
      for (let at = 0; at < item.length;) {
        const [isGone, length] = clients.has(item.id.client)
          ? stretchOf(after, item.id.client, item.id.clock + at)
          : [false, Infinity];
        const piece = item.content.str.slice(at, at + length);
        if (isGone) {
          text += piece;
        } else {
          end();
        }
        at += Math.max(piece.length, 1);
      }
    }
    end();
  });
  return lost;
}

/** Whether a clock is deleted, or missing, and for how many clocks that is sure. */
function stretchOf(doc: Y.Doc, client: number, clock: number): [boolean, number] {
  if (clock >= Y.getState(doc.store, client)) {
    return [true, Infinity];
  }
  const struct = Y.getItem(doc.store, Y.createID(client, clock)) as Y.Item | Y.GC;
  return [struct.deleted, struct.id.clock + struct.length - clock];
}
