/** Follows the notebook in front: its changed cell gets its corner, its deleted cells their sentence. */
import type { Cell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { Notices } from './notices';
import { changedOriginal, Comparison, goneOriginals, OriginalCorner, putUnder, resetCell } from './original';
import type { Session } from './session';
import { OriginalStatus } from './status';
import { timers } from './world';

/** Changes of a cell are looked at when typing rests this long. */
const LOOK_MS = 300;

export interface IOriginalsParts {
  readonly trans: TranslationBundle;
  readonly tracker: INotebookTracker;
  readonly notices: Notices;
  /** The session of the notebook in front. */
  readonly session: () => Session | undefined;
  /** What can be done has changed. */
  readonly looked: () => void;
}

export class Originals {
  constructor(private readonly parts: IOriginalsParts) {
    const { tracker } = parts;
    tracker.widgetAdded.connect((_, panel) => this.follow(panel));
    tracker.forEach(panel => this.follow(panel));
    tracker.activeCellChanged.connect(this.later);
    tracker.currentChanged.connect(this.later);
  }

  private readonly statuses = new WeakMap<NotebookPanel, OriginalStatus>();
  private readonly comparisons = new Map<Cell, Comparison>();
  private corner: OriginalCorner | null = null;
  private cancel = (): void => undefined;

  /** Whether the cell in focus is another than its original. */
  get canReset(): boolean {
    return this.activeChange() !== null;
  }

  get canBringBack(): boolean {
    return this.gone().length > 0;
  }

  reset(): void {
    const change = this.activeChange();
    const undo = change && resetCell(change.session, change.cell.model.id);
    if (undo) {
      this.parts.notices.reset(undo);
    }
  }

  bringBack(): void {
    this.parts.session()?.notebook.reviveCells(this.gone());
  }

  /** Shows the cell in focus beside its original, or stops showing it. */
  compare(): void {
    const cell = this.parts.tracker.activeCell;
    const original = cell ? this.parts.session()?.originals.get(cell.model.id) : undefined;
    if (!cell || !original) {
      return;
    }
    const shown = this.comparisons.get(cell);
    if (shown) {
      shown.dispose();
      return;
    }
    const comparison = new Comparison(this.parts.trans, cell, original, () => this.reset());
    const refresh = (): void => comparison.refresh();
    cell.model.contentChanged.connect(refresh);
    this.comparisons.set(cell, comparison);
    comparison.disposed.connect(() => {
      this.comparisons.delete(cell);
      cell.model?.contentChanged.disconnect(refresh);
    });
    putUnder(cell, comparison);
    comparison.node.focus({ preventScroll: true });
    comparison.node.scrollIntoView({ block: 'nearest' });
  }

  private gone(): string[] {
    const session = this.parts.session();
    return session ? goneOriginals(session) : [];
  }

  private activeChange(): { session: Session; cell: Cell } | null {
    const session = this.parts.session();
    const cell = this.parts.tracker.activeCell;
    return session && cell && changedOriginal(session, cell) ? { session, cell } : null;
  }

  private follow(panel: NotebookPanel): void {
    const status = new OriginalStatus(this.parts.trans, () => this.bringBack());
    this.statuses.set(panel, status);
    // In the notebook's own toolbar, where there is room: nothing moves when it comes.
    panel.toolbar.addItem('peerbook-original', status);
    panel.content.modelContentChanged.connect(this.later);
    void panel.context.ready.then(this.later);
  }

  private readonly later = (): void => {
    this.cancel();
    this.cancel = timers.after(LOOK_MS, () => this.look());
  };

  private look(): void {
    const { tracker, trans, looked } = this.parts;
    const change = this.activeChange();
    if (this.corner && (!change || this.corner.parent !== change.cell)) {
      this.corner.dispose();
      this.corner = null;
    }
    if (change && !this.corner && !change.cell.isPlaceholder()) {
      this.corner = new OriginalCorner(
        trans,
        () => this.compare(),
        () => this.reset()
      );
      putUnder(change.cell, this.corner);
    }
    if (tracker.currentWidget) {
      this.statuses.get(tracker.currentWidget)?.tell(this.gone().length);
    }
    looked();
  }
}
