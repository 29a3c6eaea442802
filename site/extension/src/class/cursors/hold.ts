/**
 * One's own place stays one's own while others move the cell, change its type or delete it: JupyterLab makes such a cell anew and
 * puts the keyboard into its neighbour. Whoever writes goes on where they were, and no key gets lost or into another cell.
 */
import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type * as Y from 'yjs';
import { findCursor, type ICursor } from '../../core/awareness/cursor';
import type { MapNotebook } from '../../notebook/model';
import { viewOf } from './views';

/** Who has written in this time is writing: what others delete under their hands comes back. */
export const WRITING_MS = 3000;
/** Frames that JupyterLab is given to show the cell anew; then the keyboard is nobody's, which does no harm. */
const MOST_FRAMES = 120;
/** A new editor draws its lines anew in its first two frames; the browser's caret would be left at its beginning. */
const SETTLED_FRAMES = 3;

interface IHeld {
  readonly cell: Cell;
  readonly id: string;
  readonly cursor: ICursor;
}

/** Where one is oneself. */
export interface IOwnPlace {
  /** Null when the keyboard is in no cell's text. */
  cursor(): ICursor | null;
  /** Whether the keyboard is in a cell's text; may be asked while an editor is in the middle of a change. */
  isWriting(): boolean;
}

export class Hold {
  constructor(
    private readonly notebook: Notebook,
    private readonly shared: MapNotebook,
    private readonly own: IOwnPlace
  ) {
    shared.ydoc.on('beforeTransaction', this.before);
    shared.ydoc.on('afterTransaction', this.after);
  }

  private held: IHeld | null = null;
  private isReturning = false;
  private wrote = -Infinity;
  private keys = '';

  dispose(): void {
    this.shared.ydoc.off('beforeTransaction', this.before);
    this.shared.ydoc.off('afterTransaction', this.after);
    this.stop();
  }

  private readonly before = ({ local }: Y.Transaction): void => {
    if (local || this.isReturning) {
      return;
    }
    const cell = this.notebook.activeCell;
    const cursor = cell && this.own.cursor();
    this.held = cell && cursor ? { cell, id: cell.model.sharedModel.getId(), cursor } : null;
  };

  private readonly after = ({ local }: Y.Transaction): void => {
    if (local) {
      this.wrote = this.own.isWriting() ? performance.now() : this.wrote;
    } else if (this.held?.cell.isDisposed && !this.isReturning) {
      const held = this.held;
      this.isReturning = true;
      // The neighbour has the keyboard now, and must not have the next key.
      blur();
      document.addEventListener('keydown', this.onKey, true);
      // Once all that came together is in the notebook.
      queueMicrotask(() => this.comeBack(held));
    }
  };

  private comeBack({ id, cursor }: IHeld): void {
    const { notebook, shared } = this;
    const find = (): number =>
      notebook.isDisposed ? -1 : notebook.widgets.findIndex(cell => cell.model.sharedModel.getId() === id);
    if (find() < 0 && shared.isDeleted(id) && performance.now() - this.wrote < WRITING_MS) {
      shared.reviveCells([id]);
    }
    if (find() < 0) {
      notebook.mode = 'command';
      // Not the neighbour either: whoever goes on typing would give it orders, one letter each.
      blur();
      this.stop();
      return;
    }
    notebook.activeCellIndex = find();
    notebook.mode = 'edit';
    void notebook.scrollToItem(find()).catch(() => undefined);
    const attempt = (frames: number, settled: number): void => {
      const cell = notebook.widgets[find()];
      const view = cell && viewOf(cell);
      const isThere = view && cell.isAttached && cell.isVisible;
      if (!this.isReturning || !cell || frames === 0 || this.isElsewhere()) {
        this.stop();
      } else if (!isThere || settled < SETTLED_FRAMES) {
        requestAnimationFrame(() => attempt(frames - 1, isThere ? settled + 1 : 0));
      } else {
        cell.editor?.focus();
        const found = findCursor(shared.ydoc, cursor);
        if (found?.cell === id) {
          const { length } = view.state.doc;
          const [anchor, head] = [Math.min(found.anchor, length), Math.min(found.head, length)];
          view.dispatch({ selection: { anchor, head } });
        }
        if (this.keys) {
          view.dispatch(view.state.replaceSelection(this.keys), { userEvent: 'input.type' });
        }
        this.stop();
      }
    };
    attempt(MOST_FRAMES, 0);
  }

  private stop(): void {
    this.isReturning = false;
    this.held = null;
    this.keys = '';
    document.removeEventListener('keydown', this.onKey, true);
  }

  /** One has gone to something else meanwhile, a list or a field: the keyboard is its, not the cell's any more. */
  private isElsewhere(): boolean {
    const active = document.activeElement;
    return active !== null && active !== document.body && !this.notebook.node.contains(active);
  }

  /** What is typed meanwhile belongs into the text, wherever the keyboard is at this moment. */
  private readonly onKey = (event: KeyboardEvent): void => {
    if (this.isElsewhere() || event.ctrlKey || event.metaKey || event.altKey) {
      return;
    }
    const text = event.key === 'Enter' ? '\n' : event.key;
    if (event.key === 'Backspace') {
      this.keys = this.keys.slice(0, -1);
    } else if ([...text].length === 1) {
      this.keys += text;
    }
    event.preventDefault();
    event.stopPropagation();
  };
}

function blur(): void {
  (document.activeElement as HTMLElement | null)?.blur();
}
