/** What one wrote and does not count any more, written again by oneself. */
import type { ILost } from '../core/permissions/lost';
import type { MapNotebook } from './model';

/** Each piece at the end of the cell it stood in; in a new cell where that one is gone. */
export function putBack(notebook: MapNotebook, lost: readonly ILost[]): void {
  notebook.transact(() => {
    for (const { cell, text } of lost) {
      const known = notebook.cells.find(each => each.id === cell);
      if (known) {
        const before = known.getSource();
        known.setSource(before === '' || before.endsWith('\n') ? before + text : `${before}\n${text}`);
      } else {
        notebook.addCell({ cell_type: 'code', source: text, metadata: {} });
      }
    }
  });
}
