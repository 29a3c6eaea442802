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
import { setCarets } from './carets';
import { showOthers } from './editor';
import { Hold } from './hold';
import { Marks } from './marks';
import { type ICaret, type IOwner, Others, sameCarets } from './others';
import { viewOf } from './views';

const NOBODY: readonly ICaret[] = [];

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
    this.ends = [membership.changed.add(this.later)];
    this.doc.on('update', this.onUpdate);
    notebook.model?.cells.changed.connect(this.later);
    notebook.activeCellChanged.connect(this.later);
    notebook.node.addEventListener('focusin', this.later);
    notebook.node.addEventListener('focusout', this.later);
    this.later();
  }

  private readonly doc: Y.Doc;
  private readonly hold: Hold;
  private readonly others: Others;
  private readonly ends: Cancel[];
  private readonly shown = new Map<Cell, IShown>();
  private readonly marks = new WeakMap<Cell, Marks>();
  private readonly fitted = new WeakSet<EditorView>();
  private readonly awaited = new WeakSet<Cell>();
  private said: ICursor | null = null;
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private isDisposed = false;

  dispose(): void {
    if (this.isDisposed) {
      return;
    }
    this.isDisposed = true;
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.ends.forEach(end => end());
    this.hold.dispose();
    this.doc.off('update', this.onUpdate);
    this.notebook.model?.cells.changed.disconnect(this.later);
    this.notebook.activeCellChanged.disconnect(this.later);
    this.notebook.node.removeEventListener('focusin', this.later);
    this.notebook.node.removeEventListener('focusout', this.later);
    this.shown.forEach((_, cell) => !cell.isDisposed && this.show(cell, NOBODY));
  }

  /** Many things happen between two frames, and all of them are looked at once. */
  private readonly later = (): void => {
    if (this.frame === 0 && !this.isDisposed) {
      this.frame = requestAnimationFrame(() => {
        this.frame = 0;
        this.refresh();
      });
    }
  };

  private readonly onUpdate = (): void => {
    if (this.others.isWaiting) {
      this.later();
    }
  };

  private refresh(): void {
    const now = performance.now();
    const carets = this.others.read(this.membership.engine.awareness.present(), now);
    const here = new Set<Cell>(this.notebook.widgets);
    here.forEach(cell => this.show(cell, carets.get(cell.model.sharedModel.getId()) ?? NOBODY));
    this.shown.forEach((_, cell) => !here.has(cell) && this.shown.delete(cell));
    clearTimeout(this.timer);
    if (this.others.until !== null) {
      this.timer = setTimeout(this.later, Math.max(0, this.others.until - now));
    }
    this.say();
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
      this.fit(cell, view);
      view.dispatch({ effects: setCarets.of(carets) });
    } else if (carets.length > 0 && !this.awaited.has(cell)) {
      // Out of sight: the editor is made when somebody scrolls there.
      this.awaited.add(cell);
      void cell.ready.then(this.later);
    }
  }

  private fit(cell: Cell, view: EditorView): void {
    if (this.fitted.has(view)) {
      return;
    }
    this.fitted.add(view);
    const extension = showOthers({
      doc: this.doc,
      cell: cell.model.sharedModel.getId(),
      touched: this.later,
      wrote: session => {
        this.others.stir(session, performance.now());
        this.later();
      }
    });
    view.dispatch({ effects: StateEffect.appendConfig.of(extension) });
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
