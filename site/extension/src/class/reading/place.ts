/** Where one is in a notebook stays when its document is built anew: every cell on the page is another one then. */
import type { Notebook } from '@jupyterlab/notebook';
import { viewOf } from '../cursors/views';
import type { MapNotebook } from '../../notebook/model';

interface IPlace {
  readonly cell: string | undefined;
  readonly mode: 'command' | 'edit';
  /** Selected text, as places in the cell's; null while one does not write. */
  readonly selection: { readonly anchor: number; readonly head: number } | null;
  readonly hadFocus: boolean;
  readonly top: number;
}

export class KeptPlace {
  constructor(
    private readonly notebook: Notebook,
    private readonly shared: MapNotebook
  ) {
    shared.rebuilding.connect(this.leave);
    shared.rebuilt.connect(this.comeBack);
  }

  private place: IPlace | null = null;

  dispose(): void {
    this.shared.rebuilding.disconnect(this.leave);
    this.shared.rebuilt.disconnect(this.comeBack);
  }

  private readonly leave = (): void => {
    const { activeCell, mode, node } = this.notebook;
    const view = activeCell && viewOf(activeCell);
    const main = view?.state.selection.main;
    this.place = {
      cell: activeCell?.model.id,
      mode,
      selection: main ? { anchor: main.anchor, head: main.head } : null,
      hadFocus: node.contains(document.activeElement),
      top: this.scroller.scrollTop
    };
  };

  private readonly comeBack = (): void => {
    const { notebook, place } = this;
    this.place = null;
    const index = notebook.widgets.findIndex(({ model }) => model.id === place?.cell);
    if (!place || index < 0) {
      return;
    }
    notebook.activeCellIndex = index;
    this.scroller.scrollTop = place.top;
    const cell = notebook.widgets[index]!;
    void cell.ready.then(() => {
      if (cell.isDisposed || notebook.activeCell !== cell) {
        return;
      }
      this.scroller.scrollTop = place.top;
      const view = viewOf(cell);
      if (view && place.selection) {
        const most = view.state.doc.length;
        const [anchor, head] = [place.selection.anchor, place.selection.head];
        view.dispatch({ selection: { anchor: Math.min(anchor, most), head: Math.min(head, most) } });
      }
      if (place.hadFocus) {
        notebook.mode = place.mode;
        if (place.mode === 'edit') {
          view?.focus();
        } else {
          notebook.node.focus({ preventScroll: true });
        }
      }
    });
  };

  private get scroller(): HTMLElement {
    return this.notebook.outerNode;
  }
}
