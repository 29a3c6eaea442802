/** Cursors in one open notebook: says where one is oneself, shows where the others are. At most once a frame. */
import { StateEffect } from '@codemirror/state';
import type { EditorView } from '@codemirror/view';
import type { Cell } from '@jupyterlab/cells';
import type { Notebook } from '@jupyterlab/notebook';
import type { TranslationBundle } from '@jupyterlab/translation';
import * as Y from 'yjs';
import { cursorIn, type ICursor } from '../../core/awareness/cursor';
import type { Cancel } from '../../core/clock';
import type { MapNotebook } from '../../notebook/model';
import type { IMembership } from '../membership';
import { Drawing } from './drawing';
import { showOthers } from './editor';
import { Hold } from './hold';
import { Marks } from './marks';
import { type ICaret, type IOwner, Others, sameCarets } from './others';
import { viewOf } from './views';

const NOBODY: readonly ICaret[] = [];
/** With many people here, so much longer is waited for each of them until all is looked at again: at most as long as LONGEST_MS. */
const SHARE_MS = 2;
const LONGEST_MS = 100;

interface IShown {
  readonly view: EditorView | null;
  readonly carets: readonly ICaret[];
}

export class NotebookCursors {
  constructor(
    private readonly notebook: Notebook,
    shared: MapNotebook,
    private readonly document: string,
    private readonly membership: Pick<IMembership, 'changed' | 'engine' | 'personOf'>,
    private readonly trans: TranslationBundle
  ) {
    this.doc = shared.ydoc;
    this.hold = new Hold(notebook, shared, {
      cursor: () => this.ownCursor(),
      isWriting: () => this.ownView() !== null
    });
    this.others = new Others(this.doc, document, session => this.ownerOf(session));
    this.unlisten = membership.changed.add(this.later);
    this.doc.on('update', this.onUpdate);
    notebook.model?.cells.changed.connect(this.both);
    notebook.activeCellChanged.connect(this.both);
    notebook.node.addEventListener('focusin', this.sayLater);
    notebook.node.addEventListener('focusout', this.sayLater);
    this.both();
  }

  private readonly doc: Y.Doc;
  private readonly hold: Hold;
  private readonly others: Others;
  private readonly unlisten: Cancel;
  private readonly shown = new Map<Cell, IShown>();
  private readonly marks = new WeakMap<Cell, Marks>();
  private readonly drawing = new Drawing();
  private readonly fitted = new WeakMap<EditorView, (view: EditorView) => void>();
  private readonly awaited = new WeakSet<Cell>();
  private said: ICursor | null = null;
  private saying = 0;
  private looking = 0;
  private looked = -Infinity;
  private wakes = Infinity;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDisposed = false;

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    cancelAnimationFrame(this.saying);
    cancelAnimationFrame(this.looking);
    clearTimeout(this.timer);
    this.unlisten();
    this.hold.dispose();
    this.doc.off('update', this.onUpdate);
    this.notebook.model?.cells.changed.disconnect(this.both);
    this.notebook.activeCellChanged.disconnect(this.both);
    this.notebook.node.removeEventListener('focusin', this.sayLater);
    this.notebook.node.removeEventListener('focusout', this.sayLater);
    this.shown.forEach((_, cell) => !cell.isDisposed && this.show(cell, NOBODY));
  }

  private readonly both = (): void => {
    this.sayLater();
    this.later();
  };

  /** Many things happen between two frames, and all of them are looked at once. */
  private readonly sayLater = (): void => {
    if (this.saying === 0 && !this.isDisposed) {
      this.saying = requestAnimationFrame(() => {
        this.saying = 0;
        this.say();
      });
    }
  };

  private readonly later = (): void => {
    if (this.looking === 0 && !this.isDisposed) {
      const wait =
        this.looked + Math.min(LONGEST_MS, this.membership.engine.size * SHARE_MS) - performance.now();
      this.wake(Math.max(0, wait));
    }
  };

  /** Looks at the others after so long, or sooner if that was asked for before. */
  private wake(ms: number): void {
    const at = performance.now() + ms;
    if (at < this.wakes) {
      this.wakes = at;
      clearTimeout(this.timer);
      this.timer = setTimeout(() => {
        this.wakes = Infinity;
        this.looking = requestAnimationFrame(() => {
          this.looking = 0;
          this.look();
        });
      }, ms);
    }
  }

  private readonly onUpdate = (): void => {
    if (this.others.isWaiting) {
      this.later();
    }
  };

  private look(): void {
    const now = performance.now();
    this.looked = now;
    const carets = this.others.read(this.membership.engine.awareness.present(), now);
    const here = new Set<Cell>(this.notebook.widgets);
    here.forEach(cell => this.show(cell, carets.get(cell.model.sharedModel.getId()) ?? NOBODY));
    this.shown.forEach((_, cell) => !here.has(cell) && this.shown.delete(cell));
    if (this.others.until !== null) {
      this.wake(Math.max(0, this.others.until - now));
    }
  }

  // Others

  private show(cell: Cell, carets: readonly ICaret[]): void {
    const before = this.shown.get(cell) ?? { view: null, carets: NOBODY };
    const view = carets.length > 0 || before.view ? viewOf(cell) : null;
    if (view === before.view && sameCarets(before.carets, carets)) {
      return;
    }
    this.shown.set(cell, { view, carets });
    if (carets.length > 0 && !this.marks.has(cell)) {
      this.marks.set(cell, new Marks(cell.node, this.trans));
    }
    this.marks.get(cell)?.show(carets);
    if (view) {
      this.fit(cell, view)(view);
    } else if (carets.length > 0 && !this.awaited.has(cell)) {
      // Out of sight: the editor is made when somebody scrolls there.
      this.awaited.add(cell);
      void cell.ready.then(this.later);
    }
  }

  /** Gives an editor what it needs, once; the result tells it that others in it are different. */
  private fit(cell: Cell, view: EditorView): (view: EditorView) => void {
    const known = this.fitted.get(view);
    if (known) {
      return known;
    }
    const { extension, refresh } = showOthers({
      doc: this.doc,
      cell: cell.model.sharedModel.getId(),
      drawing: this.drawing,
      carets: () => this.shown.get(cell)?.carets ?? NOBODY,
      touched: this.sayLater,
      wrote: session => {
        this.others.stir(session, performance.now());
        this.later();
      }
    });
    this.fitted.set(view, refresh);
    view.dispatch({ effects: StateEffect.appendConfig.of(extension) });
    // It is taken out of the page and put back as somebody scrolls.
    cell.inViewportChanged.connect(() => !view.dom.isConnected || refresh(view));
    return refresh;
  }

  private ownerOf(session: string): IOwner | undefined {
    const person = this.membership.personOf(session);
    return person?.isMe ? { ...person, name: this.trans.__('You, in another tab') } : person;
  }

  // Oneself

  private say(): void {
    const view = this.ownView();
    if (view) {
      this.fit(this.notebook.activeCell!, view);
    }
    const cursor = this.ownCursor();
    // Two views of one notebook say one thing: the one that is being written in speaks.
    if (cursor || this.said) {
      this.membership.engine.awareness.say(this.document, cursor);
    }
    this.said = cursor;
  }

  private ownCursor(): ICursor | null {
    const view = this.ownView();
    const source: unknown = (this.notebook.activeCell?.model.sharedModel as { ysource?: unknown } | undefined)
      ?.ysource;
    if (!view || !(source instanceof Y.Text) || source.doc !== this.doc) {
      return null;
    }
    const { anchor, head } = view.state.selection.main;
    return cursorIn(source, anchor, head);
  }

  /** The editor that has the keyboard, if one of this notebook has it. */
  private ownView(): EditorView | null {
    const cell = this.notebook.activeCell;
    const view = cell && viewOf(cell);
    // Not `hasFocus`: who looks at another window for a moment has not left their place.
    return view && view.root.activeElement === view.contentDOM ? view : null;
  }
}
