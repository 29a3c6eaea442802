/** A notebook in which somebody else's outputs are shown in the place of one's own. One's own go on behind them. */
import { CodeCell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { PanelLayout } from '@lumino/widgets';
import type { Outputs } from '../../core/outputs/outputs';
import { showable } from './strangers';
import { type IAuthor, OthersView, type OwnRun } from './view';

/** From one drawing of what comes to the next: it reads as continuous, and leaves the page to whoever types. */
const DRAW_MS = 100;
/** Of one frame for drawing: what does not fit waits for the next, what is in view goes first. */
const BUDGET_MS = 12;
/** On a cell whose own outputs are behind another's. */
const OTHERS = 'pb-mod-others';
/** On one whose own program asks for something: its box must be seen. */
const ASKING = 'pb-mod-asking';

export interface ILookingParts {
  readonly notebook: Notebook;
  readonly own: Outputs;
  readonly theirs: Outputs;
  readonly rendermime: IRenderMimeRegistry;
  readonly trans: TranslationBundle;
  back(): void;
}

interface ISeen {
  readonly cell: CodeCell;
  readonly id: string;
  readonly view: OthersView;
  own: OwnRun;
  end(): void;
}

export class Looking {
  constructor(
    private readonly parts: ILookingParts,
    private author: IAuthor
  ) {
    parts.notebook.model?.cells.changed.connect(this.later);
    parts.notebook.modelContentChanged.connect(this.later);
    this.theirEnd = parts.theirs.listenAll(id => this.mark(id));
    this.sync();
    // At once, as far as there is time in a frame.
    this.draw();
  }

  private readonly seen = new Map<CodeCell, ISeen>();
  private readonly due = new Set<string>();
  private readonly theirEnd: () => void;
  private timer = 0;
  private syncing = 0;
  private disposed = false;

  private readonly later = (): void => {
    // After the notebook has made its cells.
    clearTimeout(this.syncing);
    this.syncing = window.setTimeout(() => this.sync(), 0);
  };

  dispose(): void {
    if (!this.disposed) {
      this.disposed = true;
      clearTimeout(this.timer);
      clearTimeout(this.syncing);
      const { notebook } = this.parts;
      if (!notebook.isDisposed) {
        notebook.model?.cells.changed.disconnect(this.later);
        notebook.modelContentChanged.disconnect(this.later);
      }
      this.theirEnd();
      [...this.seen.values()].forEach(seen => this.forget(seen));
    }
  }

  by(author: IAuthor): void {
    this.author = author;
    this.seen.forEach(({ view }) => view.by(author));
  }

  /** Each code cell has one view, however cells come and go. */
  private sync(): void {
    const { notebook } = this.parts;
    if (this.disposed || notebook.isDisposed) {
      return;
    }
    const cells = new Set(notebook.widgets.filter(cell => cell instanceof CodeCell));
    for (const seen of [...this.seen.values()]) {
      if (!cells.has(seen.cell)) {
        this.forget(seen);
      }
    }
    cells.forEach(cell => !this.seen.has(cell) && this.take(cell));
  }

  private take(cell: CodeCell): void {
    const { trans, rendermime, own } = this.parts;
    const id = cell.model.sharedModel.getId();
    const view = new OthersView(trans, rendermime, () => this.parts.back());
    view.by(this.author);
    const unlisten = own.listen(id, ({ isLocal }) => isLocal && this.ranMyself(seen));
    const onAsked = (): void => this.tellOwn(seen, 'asking');
    const seen: ISeen = {
      cell,
      id,
      view,
      own: 'none',
      end: () => {
        unlisten();
        if (!cell.isDisposed) {
          cell.outputArea.inputRequested.disconnect(onAsked);
        }
      }
    };
    cell.outputArea.inputRequested.connect(onAsked);
    this.seen.set(cell, seen);
    this.mark(id);
    cell.addClass(OTHERS);
    if (own.stateOf(id) === 'running') {
      this.tellOwn(seen, cell.outputArea.pendingInput ? 'asking' : 'running');
    }
    void cell.ready.then(() => {
      if (!cell.isDisposed && this.seen.get(cell) === seen) {
        const layout = cell.layout as PanelLayout;
        layout.insertWidget(layout.widgets.length - 1, view);
        this.prompt(seen);
      }
    });
  }

  private forget(seen: ISeen): void {
    const { cell, view } = seen;
    this.seen.delete(cell);
    seen.end();
    view.dispose();
    if (!cell.isDisposed) {
      cell.removeClass(OTHERS);
      cell.removeClass(ASKING);
      delete promptOf(cell)?.dataset.others;
    }
  }

  private mark(id: string): void {
    this.due.add(id);
    this.timer ||= window.setTimeout(() => requestAnimationFrame(() => this.draw()), DRAW_MS);
  }

  private draw(): void {
    clearTimeout(this.timer);
    this.timer = 0;
    if (this.disposed) {
      return;
    }
    const begun = performance.now();
    const waiting = [...this.seen.values()].filter(({ id }) => this.due.has(id));
    const isInView = new Map(waiting.map(({ cell }) => [cell, cell.inViewport || cell.isVisible]));
    waiting.sort((a, b) => Number(isInView.get(b.cell)) - Number(isInView.get(a.cell)));
    this.due.clear();
    for (const seen of waiting) {
      if (performance.now() - begun > BUDGET_MS) {
        this.mark(seen.id);
      } else {
        this.show(seen);
      }
    }
  }

  private show(seen: ISeen): void {
    const { theirs, trans } = this.parts;
    const { id, view } = seen;
    const words = {
      more: trans.__('There is more of this output, which is not shown.'),
      hidden: trans.__('This output is interactive. Run the cell yourself to see it.')
    };
    const isFull = theirs.isFull(id);
    const outputs = showable(theirs.entries(id), words);
    const more = isFull ? showable([{ output_type: 'stream', name: 'stderr', text: words.more }], words) : [];
    view.see({
      outputs: [...outputs, ...more],
      count: theirs.countOf(id),
      isRunning: theirs.stateOf(id) === 'running'
    });
    this.prompt(seen);
  }

  /** Their number, or their star, in the place of one's own. */
  private prompt({ cell, id }: ISeen): void {
    const { theirs } = this.parts;
    const node = promptOf(cell);
    if (node) {
      const count = theirs.stateOf(id) === 'running' ? '*' : (theirs.countOf(id) ?? ' ');
      node.dataset.others = `[${count}]:`;
    }
  }

  private ranMyself(seen: ISeen): void {
    const isRunning = this.parts.own.stateOf(seen.id) === 'running';
    const isAsking = isRunning && seen.cell.outputArea.pendingInput;
    const hasRun = seen.own !== 'none' || isRunning;
    this.tellOwn(seen, isAsking ? 'asking' : isRunning ? 'running' : hasRun ? 'done' : 'none');
  }

  private tellOwn(seen: ISeen, own: OwnRun): void {
    if (seen.own !== own) {
      seen.own = own;
      seen.view.tellOwn(own);
      seen.cell.toggleClass(ASKING, own === 'asking');
    }
  }
}

function promptOf(cell: CodeCell): HTMLElement | undefined {
  return cell.inputArea?.promptNode;
}
