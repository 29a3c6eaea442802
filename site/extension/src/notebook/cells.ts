/** The cells of a MapNotebook, as JupyterLab's models see them. */
import { YCodeCell, YMarkdownCell, YRawCell } from '@jupyter/ydoc';
import type { CellChange, YBaseCell, IMapChange } from '@jupyter/ydoc';
import type * as nbformat from '@jupyterlab/nbformat';
import { JSONExt, type PartialJSONObject, type PartialJSONValue } from '@lumino/coreutils';
import * as Y from 'yjs';
import type { CellMap, CellType } from '../core/document/cells';
import type { Json, JsonObject } from '../core/document/json';
import { LOCAL_CELL_METADATA } from '../core/document/normal';
import { normalSource, rewrite } from '../core/document/source';
import type { IOutputsEvent, Outputs } from '../core/outputs/outputs';
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
        share(metadata, value as PartialJSONValue);
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
  }

  private readonly cellId: string;
  private readonly store: Outputs;
  private readonly localMetadata: LocalMetadata;
  private readonly unlisten: () => void;
  private readonly notices: () => string;
  private shown: number;
  private countShown: number | null;
  private stateShown: 'running' | 'idle';

  override getId(): string {
    return this.cellId;
  }

  override setSource(source: string): void {
    this.transact(() => rewrite(this.ysource, normalSource(source)));
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
    const outputs = this.store.read(this.cellId) as unknown as nbformat.IOutput[];
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
    this.store.splice(this.cellId, start, end, outputs as unknown as JsonObject[], origin);
  }

  override clearOutputs(origin: unknown = null): void {
    this.store.clear(this.cellId, origin);
  }

  override appendStreamOutput(index: number, text: string, origin: unknown = null): void {
    this.store.appendText(this.cellId, index, text, origin);
  }

  override removeStreamOutput(index: number, start: number, origin: unknown = null): void {
    this.store.truncateText(this.cellId, index, start, origin);
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
    if (event.origin !== SILENT && event.replaced) {
      change.outputsChange = [
        ...(before ? [{ delete: before }] : []),
        ...(array?.length ? [{ insert: array.toArray() }] : [])
      ] as unknown as CellChange['outputsChange'];
    } else if (event.origin !== SILENT) {
      change.outputsChange = event.outputs as CellChange['outputsChange'];
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
      emitterOf<this, CellChange>(this.changed).emit(change);
    }
  };
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
