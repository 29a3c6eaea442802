/** A workshop's cell beside what it became: reset, compare, and bring back. */
import type { Cell } from '@jupyterlab/cells';
import type { TranslationBundle } from '@jupyterlab/translation';
import { PanelLayout, Widget } from '@lumino/widgets';
import type * as Y from 'yjs';
import type { IExportedCell } from '../core/document/export';
import { diffLines, rewrite } from '../core/document/source';
import type { PeerCell } from './cells';
import type { Session } from './session';

/** The cell the notebook began with, when it is another now. */
export function changedOriginal(session: Session, cell: Cell): IExportedCell | null {
  const original = session.originals.get(cell.model.id);
  if (!original) {
    return null;
  }
  const same =
    original.source === cell.model.sharedModel.getSource() && original.cell_type === cell.model.type;
  return same ? null : original;
}

/**
 * Puts the original's text back as an ordinary edit.
 *
 * @returns what undoes it, as long as nothing else was typed into the cell
 */
export function resetCell(session: Session, id: string): (() => void) | null {
  const { notebook } = session;
  const original = session.originals.get(id);
  const cell = notebook.cells.find(each => each.id === id) as PeerCell | undefined;
  if (!original || !cell) {
    return null;
  }
  if (cell.cell_type === original.cell_type) {
    // Its own step: neither what was typed just before nor what comes after is undone with it.
    cell.undoManager?.stopCapturing();
    cell.transact(() => rewrite(cell.ysource, original.source));
    cell.undoManager?.stopCapturing();
    return () => void (cell.getSource() === original.source && !cell.isDisposed && cell.undo());
  }
  notebook.undoManager.stopCapturing();
  notebook.transact(() => {
    cell.ymodel.set('cell_type', original.cell_type);
    rewrite(cell.ymodel.get('source') as Y.Text, original.source);
  });
  notebook.undoManager.stopCapturing();
  return () => {
    if (notebook.cells.find(each => each.id === id)?.getSource() === original.source) {
      notebook.undo();
    }
  };
}

/** Cells of the original that were deleted, in their order. */
export function goneOriginals(session: Session): string[] {
  return [...session.originals.keys()].filter(id => session.notebook.isDeleted(id));
}

/** Small words at the corner of a changed cell. They float: nothing moves when they come. */
export class OriginalCorner extends Widget {
  constructor(trans: TranslationBundle, compare: () => void, reset: () => void) {
    super();
    this.addClass('pb-OriginalCorner');
    this.node.setAttribute('role', 'group');
    this.node.setAttribute('aria-label', trans.__('You changed this cell'));
    this.node.append(
      button(trans.__('Compare'), trans.__('Compare this cell with the original'), compare),
      button(trans.__('Reset'), trans.__('Reset this cell to the original'), reset)
    );
  }
}

/** The original and mine, line by line. */
export class Comparison extends Widget {
  constructor(
    private readonly trans: TranslationBundle,
    private readonly cell: Cell,
    private readonly original: IExportedCell,
    reset: () => void
  ) {
    super();
    this.addClass('pb-Comparison');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('The original and your cell'));
    this.node.tabIndex = -1;
    const head = document.createElement('div');
    head.className = 'pb-Comparison-head';
    const title = document.createElement('strong');
    title.textContent = trans.__('The original and yours');
    head.append(
      title,
      button(trans.__('Reset this cell'), '', reset),
      button(trans.__('Close'), trans.__('Close the comparison'), () => this.leave())
    );
    this.node.append(head, this.body);
    this.node.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.leave();
      }
    });
    this.refresh();
  }

  /** Shows the cell as it is now. */
  refresh(): void {
    const trans = this.trans;
    const rows = diffLines(this.original.source, this.cell.model.sharedModel.getSource());
    const said = { same: '', gone: trans.__('Original:'), new: trans.__('Yours:') };
    const list = document.createElement('ol');
    for (const { kind, text } of rows) {
      const row = document.createElement('li');
      row.className = `pb-Comparison-${kind}`;
      const who = document.createElement('span');
      who.className = 'pb-Comparison-who';
      who.textContent = said[kind];
      const line = document.createElement(kind === 'gone' ? 'del' : kind === 'new' ? 'ins' : 'span');
      line.textContent = text.replace(/\n$/, '') || '\u00a0';
      row.append(who, line);
      list.append(row);
    }
    if (rows.every(row => row.kind === 'same')) {
      const same = document.createElement('p');
      same.textContent = trans.__('Your cell reads like the original.');
      this.body.replaceChildren(same);
    } else {
      this.body.replaceChildren(list);
    }
  }

  private leave(): void {
    this.dispose();
    this.cell.activate();
  }

  private readonly body = document.createElement('div');
}

/** Puts a widget under the text of a cell. */
export function putUnder(cell: Cell, widget: Widget): void {
  const layout = cell.layout as PanelLayout;
  const input = layout.widgets.findIndex(each => each.hasClass('jp-Cell-inputWrapper'));
  layout.insertWidget(input + 1, widget);
}

function button(words: string, title: string, act: () => void): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.textContent = words;
  if (title) {
    element.title = title;
    element.setAttribute('aria-label', title);
  }
  element.addEventListener('click', act);
  // The cell's editor keeps the focus it has, and its selection.
  element.addEventListener('mousedown', event => event.preventDefault());
  return element;
}
