/**
 * What JupyterLab does to a shared model when its user acts: the same calls, in the same order, as in `actions.js` and
 * `widget.js` of `@jupyterlab/notebook` 4.6, without widgets. Its clipboard and what it remembers of it are here too.
 */
import type { SharedCell } from '@jupyter/ydoc';
import type { JsonObject } from '../../core/document/json';
import type { PeerCell } from '../cells';
import type { MapNotebook } from '../model';

type Type = 'code' | 'markdown' | 'raw';
type Raw = Omit<SharedCell.Cell, 'id'> & { id?: string; source: string; metadata: JsonObject };

export class Hands {
  constructor(private readonly notebook: MapNotebook) {}

  private clipboard: Raw[] = [];
  private wasCut = false;

  get isCut(): boolean {
    return this.wasCut && this.hasCopied;
  }

  get hasCopied(): boolean {
    return this.clipboard.length > 0;
  }

  private cell(index: number): PeerCell {
    return this.notebook.cells[index] as unknown as PeerCell;
  }

  private raw(index: number): Raw {
    return this.cell(index).toJSON() as unknown as Raw;
  }

  /** insertBelow, and what dropping cells does. */
  insert(index: number, source: string, type: Type = 'code'): void {
    this.notebook.insertCell(index, {
      cell_type: type,
      source,
      metadata: type === 'code' ? { trusted: true } : {}
    });
  }

  delete(indexes: readonly number[]): void {
    const { notebook } = this;
    notebook.transact(() => {
      [...indexes].sort((a, b) => b - a).forEach(index => notebook.deleteCell(index));
      if (notebook.cells.length === indexes.length) {
        notebook.insertCell(0, { cell_type: 'code', metadata: { trusted: true } });
      }
    });
  }

  /** Moves `n` cells; `to` is the place of the first one going up and of the last one going down. */
  move(from: number, to: number, n = 1): void {
    const bounded = Math.min(this.notebook.cells.length - 1, Math.max(0, to));
    if (bounded !== from) {
      this.notebook.moveCells(from, bounded, n);
    }
  }

  /** Splits at the cursors: the pieces before the last become cells above, the last stays in the cell. */
  split(index: number, ...cursors: readonly number[]): void {
    const { notebook } = this;
    const source = this.cell(index).getSource();
    const offsets = [0, ...cursors, source.length];
    const { cell_type, metadata } = this.raw(index);
    const piece = (from: number, to: number): string =>
      source.slice(from, to).replace(/^\n+/, '').replace(/\n+$/, '');
    const above = offsets.slice(0, -2).map((offset, which) => ({
      cell_type,
      metadata: JSON.parse(JSON.stringify(metadata)) as JsonObject,
      source: piece(offset, offsets[which + 1]!),
      outputs: undefined
    }));
    const last = piece(offsets[offsets.length - 2]!, source.length);
    const cell = this.cell(index);
    notebook.transact(() => {
      notebook.insertCells(index, above as unknown as SharedCell.Cell[]);
      cell.setSource(last);
    });
  }

  /** Merges the cells `from` to `to` (included); `active` is the one whose type is kept. */
  merge(active: number, from: number, to: number): void {
    const { notebook } = this;
    const sources: string[] = [];
    const leaving: number[] = [];
    for (let index = from; index <= to; index += 1) {
      sources.push(this.cell(index).getSource());
      if (index !== active) {
        leaving.push(index);
      }
    }
    const { cell_type, metadata } = this.raw(active);
    if (cell_type === 'code') {
      metadata.trusted = true;
    }
    const merged = { cell_type, metadata, source: sources.join('\n\n'), attachments: undefined };
    notebook.transact(() => {
      notebook.deleteCell(active);
      notebook.insertCell(active, merged as unknown as SharedCell.Cell);
      leaving.sort((a, b) => b - a).forEach(index => notebook.deleteCell(index));
    });
  }

  changeType(index: number, type: Type, heading = false): void {
    const { notebook } = this;
    const raw = this.raw(index);
    const source = heading ? `# ${raw.source}` : raw.source;
    if (raw.cell_type === type) {
      return;
    }
    notebook.transact(() => {
      notebook.deleteCell(index);
      const metadata = { ...raw.metadata, trusted: type === 'code' ? true : undefined };
      notebook.insertCell(index, { id: raw.id, cell_type: type, source, metadata });
    });
  }

  copy(index: number): void {
    this.clipboard = [this.raw(index)];
    this.wasCut = false;
  }

  cut(index: number): void {
    this.copy(index);
    this.wasCut = true;
    this.delete([index]);
  }

  /** Puts the clipboard's cells at `index`, in the place of the cell `instead` if one is named. */
  paste(index: number, instead?: number): void {
    const { notebook } = this;
    const values = JSON.parse(JSON.stringify(this.clipboard)) as Raw[];
    notebook.transact(() => {
      if (instead !== undefined) {
        notebook.deleteCell(instead);
      }
      const cells = values.map(({ id, ...cell }) => ({
        ...cell,
        id: cell.cell_type === 'code' && this.wasCut ? id : undefined
      }));
      notebook.insertCells(instead ?? index, cells as unknown as SharedCell.Cell[]);
    });
    this.wasCut = false;
  }

  /** Takes cells of another notebook, as the clipboard has them. */
  take(cells: readonly JsonObject[], wasCut: boolean): void {
    this.clipboard = cells as unknown as Raw[];
    this.wasCut = wasCut;
  }
}
