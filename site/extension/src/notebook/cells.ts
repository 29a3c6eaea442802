/** The cells of a MapNotebook, as JupyterLab's models see them. */
import { YCodeCell, YMarkdownCell, YRawCell } from '@jupyter/ydoc';
import type { CellChange, YBaseCell, IMapChange } from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import { JSONExt, type PartialJSONObject, type PartialJSONValue } from '@lumino/coreutils';
import * as Y from 'yjs';
import type { CellMap, CellType } from '../core/document/cells';
import { type Json, type JsonObject, writableJson } from '../core/document/json';
import { LOCAL_CELL_METADATA } from '../core/document/normal';
import { normalSource, rewrite } from '../core/document/source';
import type { IOutputsEvent, Outputs } from '../core/outputs/outputs';
import { shapeOf } from '../core/outputs/shape';
import type { MapNotebook } from './model';
import { emitterOf } from './upstream';

export type PeerCell = PeerCodeCell | PeerMarkdownCell | PeerRawCell;

/** What JupyterLab gives as a change's origin when its own output area already shows the change. */
const SILENT = 'silent-change';

/** Makes the cell of `ymodel` that fits its type. The model must be part of the document. */
export function makePeerCell(notebook: MapNotebook, id: string, ymodel: CellMap, type: CellType): PeerCell {
  switch (type) {
    case 'code':
      return new PeerCodeCell(notebook, id, ymodel);
    case 'markdown':
      return new PeerMarkdownCell(notebook, id, ymodel);
    default:
      return new PeerRawCell(notebook, id, ymodel);
  }
}

/** Whoever only reads a notebook changes nothing in it, whatever they press. */
function isReadOnly(notebook: unknown): boolean {
  return (notebook as MapNotebook | null)?.isReadOnly === true;
}

type Metadata = Partial<nbformat.IBaseCellMetadata>;
type Base = YBaseCell<nbformat.IBaseCellMetadata>;

/** Metadata that is this browser's alone lives beside the document, never in it and never read from it. */
class LocalMetadata {
  constructor(
    private readonly local: JsonObject,
    private readonly cell: Base
  ) {}

  get(key: string | undefined, shared: () => PartialJSONValue | Metadata | undefined): unknown {
    if (key !== undefined) {
      return LOCAL_CELL_METADATA.has(key) ? this.local[key] : shared();
    }
    const metadata = shared() as PartialJSONObject | undefined;
    if (metadata === undefined) {
      return undefined;
    }
    LOCAL_CELL_METADATA.forEach(name => delete metadata[name]);
    return { ...metadata, ...this.local };
  }

  set(
    metadata: Metadata | string,
    value: unknown,
    share: (key: string, value: PartialJSONValue) => void
  ): void {
    if (typeof metadata === 'string') {
      if (!LOCAL_CELL_METADATA.has(metadata)) {
        if (metadata !== '__proto__') {
          share(metadata, (value === undefined ? value : writableJson(value)) as PartialJSONValue);
        }
      } else if (!JSONExt.deepEqual(this.local[metadata] ?? null, value as never)) {
        const oldValue = this.local[metadata];
        this.local[metadata] = value as Json;
        this.emit({
          key: metadata,
          oldValue,
          newValue: value,
          type: oldValue === undefined ? 'add' : 'change'
        });
      }
      return;
    }
    for (const [key, each] of Object.entries(metadata)) {
      if (each !== undefined) {
        this.set(key, each, share);
      } else if (LOCAL_CELL_METADATA.has(key)) {
        this.delete(key);
      }
    }
  }

  /** @returns whether the key is a local one. */
  delete(key: string): boolean {
    if (!LOCAL_CELL_METADATA.has(key)) {
      return false;
    }
    if (key in this.local) {
      const oldValue = this.local[key];
      delete this.local[key];
      this.emit({ key, oldValue, newValue: undefined, type: 'remove' });
    }
    return true;
  }

  private emit(change: IMapChange): void {
    emitterOf<Base, IMapChange>(this.cell.metadataChanged).emit(change);
  }
}

export class PeerCodeCell extends YCodeCell {
  constructor(notebook: MapNotebook, id: string, ymodel: CellMap) {
    super(
      ymodel,
      ymodel.get('source') as Y.Text,
      new Y.Array(),
      { notebook },
      ymodel.get('metadata') as Y.Map<unknown>
    );
    this.cellId = id;
    this.store = notebook.outputsDocument;
    this.localMetadata = new LocalMetadata(notebook.localMetadata(id), this);
    this.shown = this.store.arrayOf(id)?.length ?? 0;
    this.countShown = this.execution_count;
    this.stateShown = this.executionState;
    this.unlisten = this.store.listen(id, this.onOutputs);
    this.notices = () => notebook.outputNotice;
    this.untrust = cell => notebook.outputsCame?.(cell);
  }

  private readonly cellId: string;
  private readonly store: Outputs;
  private readonly localMetadata: LocalMetadata;
  private readonly unlisten: () => void;
  private readonly notices: () => string;
  private readonly untrust: (id: string) => void;
  private shown: number;
  /** JupyterLab's models take in what another page wrote, and must not write it back as this page's. */
  private isTaking = false;
  private countShown: number | null;
  private stateShown: 'running' | 'idle';

  override getId(): string {
    return this.cellId;
  }

  override setSource(source: string): void {
    this.transact(() => rewrite(this.ysource, normalSource(source)));
  }

  override transact(f: () => void, undoable = true, origin: unknown = null): void {
    if (!isReadOnly(this.notebook)) {
      super.transact(f, undoable, origin);
    }
  }

  override dispose(): void {
    if (!this.isDisposed) {
      this.unlisten();
    }
    super.dispose();
  }

  override get youtputs(): YCodeCell['youtputs'] {
    return (this.store.arrayOf(this.cellId) ?? new Y.Array()) as YCodeCell['youtputs'];
  }

  override get execution_count(): number | null {
    return this.store.countOf(this.cellId);
  }
  override set execution_count(count: number | null) {
    this.setExecutionCount(count);
  }

  override setExecutionCount(count: number | null): void {
    this.store.setCount(this.cellId, count || null);
  }

  override get executionState(): 'running' | 'idle' {
    return this.store.stateOf(this.cellId);
  }
  override set executionState(state: 'running' | 'idle') {
    this.store.setState(this.cellId, state);
  }

  override getOutputs(): nbformat.IOutput[] {
    // Whoever is in the class may have written there: JupyterLab's models take only what is an output.
    const outputs = this.store.read(this.cellId).map(shapeOf) as unknown as nbformat.IOutput[];
    if (this.store.isFull(this.cellId)) {
      outputs.push({ output_type: 'stream', name: 'stderr', text: this.notices() });
    }
    return outputs;
  }

  override setOutputs(outputs: nbformat.IOutput[]): void {
    this.store.clear(this.cellId);
    this.store.splice(this.cellId, 0, 0, outputs as unknown as JsonObject[]);
  }

  override updateOutputs(
    start: number,
    end: number,
    outputs: nbformat.IOutput[] = [],
    origin: unknown = null
  ): void {
    if (!this.isTaking) {
      this.store.splice(this.cellId, start, end, outputs as unknown as JsonObject[], origin);
    }
  }

  override clearOutputs(origin: unknown = null): void {
    if (!this.isTaking) {
      this.store.clear(this.cellId, origin);
    }
  }

  override appendStreamOutput(index: number, text: string, origin: unknown = null): void {
    if (!this.isTaking) {
      this.store.appendText(this.cellId, index, text, origin);
    }
  }

  override removeStreamOutput(index: number, start: number, origin: unknown = null): void {
    if (!this.isTaking) {
      this.store.truncateText(this.cellId, index, start, origin);
    }
  }

  override getMetadata(key?: string): never {
    const shared = (): Metadata =>
      key === undefined ? super.getMetadata() : (super.getMetadata(key) as Metadata);
    return this.localMetadata.get(key, shared) as never;
  }
  override setMetadata(metadata: Metadata | string, value?: PartialJSONValue): void {
    this.localMetadata.set(metadata, value, (key, each) => super.setMetadata(key, each));
  }
  override deleteMetadata(key: string): void {
    if (!this.localMetadata.delete(key)) {
      super.deleteMetadata(key);
    }
  }

  private readonly onOutputs = (event: IOutputsEvent): void => {
    const array = this.store.arrayOf(this.cellId);
    const before = this.shown;
    this.shown = array?.length ?? 0;
    const change: CellChange = {};
    if (event.origin !== SILENT && (event.replaced || !(event.isLocal || this.isPlain(event, before)))) {
      change.outputsChange = [
        // One more: a sentence may stand there that is not in the document.
        ...(before ? [{ delete: before + 1 }] : []),
        ...(array?.length ? [{ insert: shaped(array.toArray()) }] : [])
      ] as unknown as CellChange['outputsChange'];
    } else if (event.origin !== SILENT) {
      change.outputsChange = event.outputs?.map(step =>
        Array.isArray(step.insert) ? { insert: shaped(step.insert) } : step
      ) as CellChange['outputsChange'];
      change.streamOutputChange = event.text as CellChange['streamOutputChange'];
    }
    if (this.execution_count !== this.countShown) {
      change.executionCountChange = {
        oldValue: this.countShown ?? undefined,
        newValue: this.execution_count ?? undefined
      };
      this.countShown = this.execution_count;
    }
    if (this.executionState !== this.stateShown) {
      change.executionStateChange = { oldValue: this.stateShown, newValue: this.executionState };
      this.stateShown = this.executionState;
    }
    if (Object.values(change).some(part => part !== undefined)) {
      this.isTaking = !event.isLocal;
      try {
        if (!event.isLocal) {
          this.untrust(this.cellId);
        }
        emitterOf<this, CellChange>(this.changed).emit(change);
      } finally {
        this.isTaking = false;
      }
    }
  };

  /** Whether another page's change adds at the end and does nothing else: JupyterLab's models do that as it is. */
  private isPlain({ outputs, text, index, keys }: IOutputsEvent, before: number): boolean {
    if (keys.has('full')) {
      return false;
    }
    if (outputs) {
      const [first, second] = outputs;
      const insert = before === 0 ? first : second;
      const kept = before === 0 ? 0 : first?.retain;
      return !text && kept === before && Array.isArray(insert?.insert) && outputs.length === (before ? 2 : 1);
    }
    if (text) {
      const last = this.store.read(this.cellId)[before - 1];
      const added = text[text.length - 1]?.insert;
      return (
        index === before - 1 &&
        last?.output_type === 'stream' &&
        text.length <= 2 &&
        typeof added === 'string' &&
        !/[\r\b]/.test(added) &&
        text.every(step => step.delete === undefined)
      );
    }
    return true;
  }
}

/** What JupyterLab's models may take, with the face of the Yjs types they expect. */
function shaped(entries: readonly unknown[]): { toJSON(): JsonObject }[] {
  return entries.map(entry => ({
    toJSON: () => shapeOf(entry instanceof Y.Map ? entry.toJSON() : entry)
  }));
}

export class PeerMarkdownCell extends YMarkdownCell {
  constructor(notebook: MapNotebook, id: string, ymodel: CellMap) {
    super(ymodel, ymodel.get('source') as Y.Text, { notebook }, ymodel.get('metadata') as Y.Map<unknown>);
    this.cellId = id;
    this.localMetadata = new LocalMetadata(notebook.localMetadata(id), this);
  }

  private readonly cellId: string;
  private readonly localMetadata: LocalMetadata;

  override getId(): string {
    return this.cellId;
  }

  override setSource(source: string): void {
    this.transact(() => rewrite(this.ysource, normalSource(source)));
  }

  override transact(f: () => void, undoable = true, origin: unknown = null): void {
    if (!isReadOnly(this.notebook)) {
      super.transact(f, undoable, origin);
    }
  }
  override getMetadata(key?: string): never {
    const shared = (): Metadata =>
      key === undefined ? super.getMetadata() : (super.getMetadata(key) as Metadata);
    return this.localMetadata.get(key, shared) as never;
  }
  override setMetadata(metadata: Metadata | string, value?: PartialJSONValue): void {
    this.localMetadata.set(metadata, value, (key, each) => super.setMetadata(key, each));
  }
  override deleteMetadata(key: string): void {
    if (!this.localMetadata.delete(key)) {
      super.deleteMetadata(key);
    }
  }
}

export class PeerRawCell extends YRawCell {
  constructor(notebook: MapNotebook, id: string, ymodel: CellMap) {
    super(ymodel, ymodel.get('source') as Y.Text, { notebook }, ymodel.get('metadata') as Y.Map<unknown>);
    this.cellId = id;
    this.localMetadata = new LocalMetadata(notebook.localMetadata(id), this);
  }

  private readonly cellId: string;
  private readonly localMetadata: LocalMetadata;

  override getId(): string {
    return this.cellId;
  }

  override setSource(source: string): void {
    this.transact(() => rewrite(this.ysource, normalSource(source)));
  }

  override transact(f: () => void, undoable = true, origin: unknown = null): void {
    if (!isReadOnly(this.notebook)) {
      super.transact(f, undoable, origin);
    }
  }
  override getMetadata(key?: string): never {
    const shared = (): Metadata =>
      key === undefined ? super.getMetadata() : (super.getMetadata(key) as Metadata);
    return this.localMetadata.get(key, shared) as never;
  }
  override setMetadata(metadata: Metadata | string, value?: PartialJSONValue): void {
    this.localMetadata.set(metadata, value, (key, each) => super.setMetadata(key, each));
  }
  override deleteMetadata(key: string): void {
    if (!this.localMetadata.delete(key)) {
      super.deleteMetadata(key);
    }
  }
}
