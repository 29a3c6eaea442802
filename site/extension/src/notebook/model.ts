/**
 * JupyterLab's notebook over a map of cells: a move changes one position, a change of type one field, and a deleted cell
 * keeps its text. The rules are DOC in docs/SPEC.md.
 */
import { YNotebook } from '@jupyter/ydoc';
import type { IMapChange, NotebookChange, SharedCell } from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import { JSONExt, type PartialJSONValue } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';
import * as Y from 'yjs';
import {
  cellsOf,
  type CellMap,
  type CellType,
  isCellId,
  isDeleted,
  isTombstone,
  metaOf,
  orderOf,
  positionOf,
  textOf,
  tombstonesOf,
  typeOf
} from '../core/document/cells';
import { buryCell, createCell, type INewCell, makeRoom, moveCells, reviveCell } from '../core/document/edit';
import { isObject, type JsonObject, normalObject, writableJson } from '../core/document/json';
import { LOCAL_CELL_METADATA } from '../core/document/normal';
import type { RandomBelow } from '../core/document/position';
import { normalSource, rewrite } from '../core/document/source';
import type { Outputs } from '../core/outputs/outputs';
import { makePeerCell, type PeerCell, PeerCodeCell } from './cells';
import { type IStand, staying, steps } from './delta';
import {
  changeDocument,
  clockOf,
  emitterOf,
  hasTextOfOthers,
  keepOnUndo,
  keepStateAside,
  releaseCells
} from './upstream';

/** What this browser runs on is said by this browser: a notebook opened elsewhere must not change by being opened. */
const LOCAL_METADATA: ReadonlySet<string> = new Set(['kernelspec', 'language_info']);
/** Whatever a file or somebody else says of it, trust is given here. */
const NEVER_SHARED: ReadonlySet<string> = new Set(['trusted']);
/** A mark beside each inserted cell for its author's undo to take away: the cell itself is buried then, never cut out. */
const BORN = 'born';

export interface IMapNotebookOptions {
  readonly outputs: Outputs;
  readonly below: RandomBelow;
  readonly newId: () => string;
  /** What stands under an output that was too long to keep. */
  readonly outputNotice?: string;
}

interface IRange {
  readonly client: number;
  readonly from: number;
  readonly to: number;
}

interface IShown extends IStand<CellMap> {
  readonly wrapper: PeerCell;
}

export class MapNotebook extends YNotebook {
  constructor(private readonly options: IMapNotebookOptions) {
    super({ disableDocumentWideUndoRedo: true });
    releaseCells(this);
    keepStateAside(this.ydoc);
    this.ycells = this.watch();
  }

  /** Whether it is only to be read here: nothing that anybody does on this page changes it then. Running still does. */
  isReadOnly = false;
  /** Another document is about to take the place of this one; and it has. */
  readonly rebuilding = new Signal<this, void>(this);
  readonly rebuilt = new Signal<this, void>(this);
  private ycells: Y.Map<CellMap>;
  private readonly created: IRange[] = [];
  private readonly pending = new Map<string, PeerCell>();
  private readonly local = new Map<string, JsonObject>();
  private readonly localNotebook: JsonObject = {};
  private shown: IShown[] = [];
  /** Called before outputs of a cell are shown that another page wrote, whoever says they are: they are not to be trusted. */
  outputsCame: ((cell: string) => void) | null = null;
  /** Whether the cells shown may be others than the document's. */
  private isStale = false;
  /** The cell that was last taken out of this place in this transaction, and nothing was done since. */
  private vacant: { readonly index: number; readonly cell: CellMap; readonly id: string } | null = null;

  get outputsDocument(): Outputs {
    return this.options.outputs;
  }

  get outputNotice(): string {
    return this.options.outputNotice ?? '';
  }

  /** A cell's metadata that is kept beside the document, by id: it outlives a cell's being shown anew. */
  localMetadata(id: string): JsonObject {
    const metadata = this.local.get(id) ?? {};
    this.local.set(id, metadata);
    return metadata;
  }

  /** Keeping is ours and always under way; JupyterLab has nothing to ask about. */
  override get dirty(): boolean {
    return false;
  }
  override set dirty(_: boolean) {
    return;
  }

  override transact(f: () => void, undoable = true, origin: unknown = null): void {
    if (!this.isReadOnly) {
      super.transact(f, undoable, origin);
    }
  }

  override addCell(cell: SharedCell.Cell): PeerCell {
    return this.insertCells(Number.MAX_SAFE_INTEGER, [cell])[0]!;
  }

  override insertCell(index: number, cell: SharedCell.Cell): PeerCell {
    return this.insertCells(index, [cell])[0]!;
  }

  override insertCells(index: number, cells: SharedCell.Cell[]): PeerCell[] {
    if (this.isReadOnly) {
      return cells.map(cell => this.loose(cell));
    }
    const made: PeerCell[] = [];
    this.transact(() => {
      cells.forEach((cell, offset) => made.push(this.place(index + offset, cell)));
    });
    return made;
  }

  override moveCells(from: number, to: number, n = 1): void {
    this.transact(() => moveCells(this.ydoc, from, from > to ? to : to - n + 1, n, this.options.below));
  }

  override deleteCellRange(from: number, to: number): void {
    this.transact(() => {
      const leaving = orderOf(this.ydoc).slice(from, to);
      leaving.forEach(placed => buryCell(placed.cell));
      this.vacant = leaving.length === 1 ? { index: from, ...leaving[0]! } : null;
    });
  }

  /** Another document takes the place of this one: it was built anew, as something in it does not count any more. */
  rebuild(doc: Y.Doc): void {
    if (this.isDisposed) {
      return;
    }
    this.rebuilding.emit();
    this.unwatch();
    this.created.length = 0;
    this.vacant = null;
    this.isStale = false;
    changeDocument(this, doc);
    keepStateAside(doc);
    this.ycells = this.watch();
    this.refresh();
    this.rebuilt.emit();
  }

  /** Brings deleted cells back as they were. */
  reviveCells(ids: readonly string[]): void {
    this.transact(() => {
      ids.forEach(id => {
        const cell = this.ycells.get(id);
        if (cell) {
          reviveCell(cell);
        }
      });
    });
  }

  /** Whether the document knows the cell and it is deleted. */
  isDeleted(id: string): boolean {
    const cell = this.ycells.get(id);
    return cell !== undefined && isDeleted(cell);
  }

  /** A document is never rebuilt from a file. */
  override fromJSON(_: nbformat.INotebookContent): void {
    throw new Error('A notebook that is open cannot be replaced by a file; open the file beside it.');
  }

  override getMetadata(key?: string): never {
    const metadata = metaOf(this.ydoc).get('metadata');
    if (!(metadata instanceof Y.Map)) {
      return (key === undefined ? undefined : this.localNotebook[key]) as never;
    }
    const shared = normalObject(metadata.toJSON(), NEVER_SHARED);
    const all: JsonObject = { ...shared, ...normalObject(this.localNotebook) };
    return (key === undefined ? all : all[key]) as never;
  }

  override setMetadata(
    metadata: Partial<nbformat.INotebookMetadata> | string,
    value?: PartialJSONValue
  ): void {
    if (typeof metadata === 'string') {
      this.updateMetadata({ [metadata]: value });
      return;
    }
    const before = (this.getMetadata() as JsonObject | undefined) ?? {};
    this.transact(() => {
      Object.keys(before)
        .filter(key => !(key in metadata) && !LOCAL_METADATA.has(key))
        .forEach(key => (metaOf(this.ydoc).get('metadata') as Y.Map<unknown>).delete(key));
      this.updateMetadata(metadata);
    });
  }

  override updateMetadata(value: Partial<nbformat.INotebookMetadata>): void {
    const shared = metaOf(this.ydoc).get('metadata');
    const written = writableJson(normalObject(withoutUndefined(value), NEVER_SHARED)) as JsonObject;
    for (const [key, newValue] of Object.entries(written)) {
      const oldValue = this.getMetadata(key) as PartialJSONValue;
      if (JSONExt.deepEqual(oldValue ?? null, newValue)) {
        continue;
      }
      if (LOCAL_METADATA.has(key)) {
        this.localNotebook[key] = newValue;
        emitterOf<this, IMapChange>(this.metadataChanged as never).emit({
          key,
          oldValue,
          newValue,
          type: oldValue === undefined ? 'add' : 'change'
        });
      } else if (shared instanceof Y.Map) {
        this.transact(() => void shared.set(key, newValue));
      }
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.unwatch();
      this.shown.forEach(({ wrapper }) => wrapper.dispose());
    }
    super.dispose();
  }

  private watch(): Y.Map<CellMap> {
    const ycells = cellsOf(this.ydoc);
    this.undoManager.addToScope(ycells);
    keepOnUndo(this.undoManager, ({ id }) =>
      this.created.some(range => range.client === id.client && range.from <= id.clock && id.clock < range.to)
    );
    this.undoManager.on('stack-item-popped', this.onPopped);
    ycells.observeDeep(this.onCells);
    this.ydoc.on('afterTransaction', this.onSettled);
    return ycells;
  }

  private unwatch(): void {
    this.ycells.unobserveDeep(this.onCells);
    this.ydoc.off('afterTransaction', this.onSettled);
    this.undoManager.off('stack-item-popped', this.onPopped);
  }

  /** Puts one cell at `index` of the notebook as it is now: made, or brought back under the id it had. */
  private place(index: number, cell: SharedCell.Cell): PeerCell {
    const merged = this.takeVacant(index, cell);
    const wanted: unknown = cell.id ?? merged;
    const known = isCellId(wanted) ? this.ycells.get(wanted) : undefined;
    const free = isCellId(wanted) && (known === undefined || isDeleted(known));
    const content = contentOf(cell, free ? wanted : this.options.newId());
    const ymodel = free && known ? this.bringBack(known, content, index) : this.create(content, index);
    const shown = this.shown.find(({ wrapper }) => wrapper.ymodel === ymodel)?.wrapper;
    const wrapper =
      shown?.cell_type === content.cell_type
        ? shown
        : makePeerCell(this, content.id, ymodel, content.cell_type);
    if (wrapper !== shown) {
      this.pending.get(content.id)?.dispose();
      this.pending.set(content.id, wrapper);
    }
    wrapper.setMetadata(localPart(cell.metadata));
    if (wrapper instanceof PeerCodeCell) {
      const code = cell as Partial<nbformat.ICodeCell>;
      wrapper.setOutputs(code.outputs ?? []);
      wrapper.setExecutionCount(code.execution_count ?? null);
    }
    return wrapper;
  }

  /**
   * Merging takes a cell out and puts one with its text and others' in its place, without an id: that is the same cell,
   * so that what somebody else types in it meanwhile goes on in it.
   */
  private takeVacant(index: number, cell: SharedCell.Cell): string | undefined {
    const { vacant } = this;
    this.vacant = null;
    return vacant?.index === index && normalSource(cell.source).includes(textOf(vacant.cell))
      ? vacant.id
      : undefined;
  }

  /** A cell that stands in no notebook: whoever asked for one to be put in is given one. */
  private loose(cell: SharedCell.Cell): PeerCell {
    const content = contentOf(cell, this.options.newId());
    return makePeerCell(this, content.id, createCell(new Y.Doc(), content, ''), content.cell_type);
  }

  private create(content: INewCell, index: number): CellMap {
    const pos = makeRoom(this.ydoc, index, 1, this.options.below)[0]!;
    const client = this.ydoc.clientID;
    const from = clockOf(this.ydoc, client);
    const ymodel = createCell(this.ydoc, content, pos);
    this.created.push({ client, from, to: clockOf(this.ydoc, client) });
    ymodel.set(BORN, true);
    return ymodel;
  }

  private bringBack(ymodel: CellMap, content: INewCell, index: number): CellMap {
    const order = orderOf(this.ydoc);
    const here = [positionOf(ymodel), content.id] as const;
    const low = order[Math.min(index, order.length) - 1];
    const high = order[index];
    if ((low && !isBefore([low.pos, low.id], here)) || (high && !isBefore(here, [high.pos, high.id]))) {
      ymodel.set('pos', makeRoom(this.ydoc, index, 1, this.options.below)[0]!);
    }
    reviveCell(ymodel);
    if (typeOf(ymodel) !== content.cell_type) {
      ymodel.set('cell_type', content.cell_type);
    }
    rewrite(ymodel.get('source') as Y.Text, content.source);
    const metadata = ymodel.get('metadata') as Y.Map<unknown>;
    [...metadata.keys()].filter(key => !(key in content.metadata)).forEach(key => metadata.delete(key));
    for (const [key, value] of Object.entries(content.metadata)) {
      if (!JSONExt.deepEqual((metadata.get(key) ?? null) as never, value)) {
        metadata.set(key, value);
      }
    }
    if (content.attachments) {
      ymodel.set('attachments', content.attachments);
    }
    return ymodel;
  }

  /** Undo took the mark of cells this session inserted, or redo put it back: the cells go and come with it. */
  private readonly onPopped = (popped: { changedParentTypes: Y.Transaction['changedParentTypes'] }): void => {
    const marked: CellMap[] = [];
    popped.changedParentTypes.forEach((events, type) => {
      if (type instanceof Y.Map && type.parent === (this.ycells as unknown)) {
        const own = events.find(event => event.target === type);
        if (own instanceof Y.YMapEvent && own.keysChanged.has(BORN)) {
          marked.push(type as CellMap);
        }
      }
    });
    if (marked.length > 0) {
      this.ydoc.transact(() =>
        marked.forEach(cell => {
          if (cell.has(BORN)) {
            reviveCell(cell);
          } else if (!hasForeignText(cell, this.ydoc.clientID)) {
            buryCell(cell);
          }
        })
      );
    }
  };

  private readonly onCells = (
    events: Y.YEvent<Y.AbstractType<unknown>>[],
    transaction: Y.Transaction
  ): void => {
    let reorder = false;
    const touched = new Set<string>();
    const buried = new Set<string>();
    for (const event of events) {
      const id = String(event.path[0]);
      if (event.path.length === 0) {
        reorder = true;
      } else if (event.path.length === 1) {
        reorder = true;
        if ([...(event as Y.YMapEvent<unknown>).keysChanged].some(isTombstone)) {
          buried.add(id);
        }
      } else if (event.path[1] === 'source') {
        touched.add(id);
      }
    }
    for (const id of touched) {
      const cell = this.ycells.get(id);
      if (!cell || tombstonesOf(cell).length === 0) {
        continue;
      }
      reorder = true;
      // Whoever edits a cell that outlived its deletion says with it that the cell stays.
      if (transaction.local && !buried.has(id) && this.shown.some(stand => stand.id === id)) {
        this.ydoc.transact(() => reviveCell(cell));
      }
    }
    this.isStale ||= reorder;
  };

  /** When every cell has told of its own changes: one that is shown anew must not tell of them again. */
  private readonly onSettled = (): void => {
    this.vacant = null;
    if (this.isStale) {
      this.isStale = false;
      this.refresh();
    }
  };

  private refresh(): void {
    const wrappers = new Map(this.shown.map(stand => [stand.id, stand.wrapper]));
    const order = orderOf(this.ydoc);
    const wanted = order.map(({ id, pos, cell }) => ({
      id,
      pos,
      // A cell of another type is another cell on the screen.
      cell: wrappers.get(id)?.ymodel === cell && wrappers.get(id)?.cell_type === typeOf(cell) ? cell : null
    }));
    const stays = staying(this.shown, wanted);
    const next = order.map(({ id, pos, cell }, index): IShown => {
      const wrapper = stays[index] === null ? this.wrapperFor(id, cell) : wrappers.get(id)!;
      return { id, pos, cell, wrapper };
    });
    const delta = steps(
      this.shown.length,
      next.map(stand => stand.wrapper),
      stays
    );
    const kept = new Set(next.map(stand => stand.wrapper));
    const gone = this.shown.filter(stand => !kept.has(stand.wrapper));
    this.shown = next;
    this.pending.forEach(wrapper => !kept.has(wrapper) && wrapper.dispose());
    this.pending.clear();
    if (delta.every(step => 'retain' in step)) {
      return;
    }
    this.cells.splice(0, this.cells.length, ...next.map(stand => stand.wrapper));
    gone.forEach(({ wrapper }) => wrapper.dispose());
    emitterOf<this, NotebookChange>(this.changed).emit({
      cellsChange: delta
    });
  }

  private wrapperFor(id: string, cell: CellMap): PeerCell {
    const pending = this.pending.get(id);
    if (pending && pending.ymodel === cell && pending.cell_type === typeOf(cell) && !pending.isDisposed) {
      return pending;
    }
    return makePeerCell(this, id, cell, typeOf(cell));
  }
}

/** Whether somebody else wrote something that stands in the cell. */
function hasForeignText(cell: CellMap, own: number): boolean {
  const source = cell.get('source');
  return source instanceof Y.Text && hasTextOfOthers(source, own);
}

function isBefore(a: readonly [string, string], b: readonly [string, string]): boolean {
  return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}

function contentOf(cell: SharedCell.Cell, id: string): INewCell {
  const attachments = (cell as { attachments?: unknown }).attachments;
  const type = cell.cell_type;
  return {
    id,
    cell_type: (type === 'code' || type === 'markdown' ? type : 'raw') satisfies CellType,
    source: normalSource(cell.source),
    metadata: writableJson(normalObject(withoutUndefined(cell.metadata), LOCAL_CELL_METADATA)) as JsonObject,
    ...(type !== 'code' && isObject(attachments) && Object.keys(attachments).length > 0
      ? { attachments: writableJson(normalObject(attachments)) as JsonObject }
      : {})
  };
}

function localPart(metadata: object | undefined): JsonObject {
  const entries = Object.entries((metadata ?? {}) as JsonObject);
  return Object.fromEntries(entries.filter(([key]) => LOCAL_CELL_METADATA.has(key)));
}

function withoutUndefined(metadata: object | undefined): object {
  return Object.fromEntries(Object.entries(metadata ?? {}).filter(([, value]) => value !== undefined));
}
