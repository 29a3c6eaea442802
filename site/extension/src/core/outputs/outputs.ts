/**
 * What one participant's runs of one notebook put out: a Y.Doc of its own, so that outputs never enter the shared text.
 *
 * Root map `cells`: cell id -> one run, a Y.Map of `outputs` (Y.Array of Y.Map, a stream's `text` as Y.Text),
 * `execution_count`, `execution_state`, and `full` when the rest was not kept. A new run replaces the whole entry, so two
 * tabs that ran one cell end with one of the two runs, never with both mixed: a run is written by the page that began it and
 * by no other. What is `running` runs only while that page is here.
 */
import * as Y from 'yjs';
import { isObject, type Json, type JsonObject, writableJson } from '../document/json';

/** Bytes of output kept for one cell; `output_bytes_per_cell` in docs/protocol.json. */
export const OUTPUT_LIMIT = 1_000_000;

export type OutputEntry = Y.Map<unknown>;
export type OutputArray = Y.Array<OutputEntry>;

/** What became different in one cell's run. */
export interface IOutputsEvent {
  readonly origin: unknown;
  /** Written by this page, just now. */
  readonly isLocal: boolean;
  /** Another run is there now. */
  readonly replaced: boolean;
  readonly outputs?: Y.YEvent<OutputArray>['changes']['delta'];
  /** What became of a stream's text, and which of the outputs it is. */
  readonly text?: Y.YEvent<Y.Text>['changes']['delta'];
  readonly index?: number;
  readonly keys: ReadonlySet<string>;
}

export class Outputs {
  constructor(
    private _doc: Y.Doc = new Y.Doc(),
    private readonly limit = OUTPUT_LIMIT
  ) {
    this.runs = _doc.getMap<Y.Map<unknown>>('cells');
    this.runs.observeDeep(this.onChange);
  }

  private runs: Y.Map<Y.Map<unknown>>;
  private readonly watchers = new Set<(update: Uint8Array, origin: unknown) => void>();
  private readonly listeners = new Map<string, Set<(event: IOutputsEvent) => void>>();
  private readonly general = new Set<(id: string) => void>();
  /** Bytes kept of each cell's run, as far as they were counted. */
  private readonly sizes = new Map<string, number>();
  /** Runs that this page began. */
  private readonly begun = new WeakSet<Y.Map<unknown>>();
  /** Whose runs may go on: Yjs's ids of the author's pages that are here, besides this one. */
  private live: ReadonlySet<number> = new Set();

  get doc(): Y.Doc {
    return this._doc;
  }

  /** Another document takes the place of this one: it was built anew, as something in it does not count any more. */
  rebuild(doc: Y.Doc): void {
    const before = this.ids;
    const begun = before.filter(id => this.isBegun(id));
    this.runs.unobserveDeep(this.onChange);
    this.watchers.forEach(watcher => this._doc.off('update', watcher));
    this._doc = doc;
    this.runs = doc.getMap<Y.Map<unknown>>('cells');
    this.runs.observeDeep(this.onChange);
    this.watchers.forEach(watcher => doc.on('update', watcher));
    this.sizes.clear();
    // What this page began goes on.
    for (const run of begun.map(id => this.runOf(id))) {
      if (run) {
        this.begun.add(run);
      }
    }
    const keys = new Set(['execution_count', 'execution_state']);
    for (const id of new Set([...before, ...this.ids])) {
      this.tell(id, { origin: null, isLocal: false, replaced: true, keys });
    }
  }

  /** Calls `watcher` with each change of the document, whichever it is by then; the result ends it. */
  watch(watcher: (update: Uint8Array, origin: unknown) => void): () => void {
    this.watchers.add(watcher);
    this._doc.on('update', watcher);
    return () => {
      this.watchers.delete(watcher);
      this._doc.off('update', watcher);
    };
  }

  /** Calls `listener` for every change of one cell's run; the result ends it. */
  listen(id: string, listener: (event: IOutputsEvent) => void): () => void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** Calls `listener` with the cell for every change of any run; the result ends it. */
  listenAll(listener: (id: string) => void): () => void {
    this.general.add(listener);
    return () => void this.general.delete(listener);
  }

  /** The outputs of a cell's run, attached or not made yet. */
  arrayOf(id: string): OutputArray | null {
    const outputs = this.runOf(id)?.get('outputs');
    return outputs instanceof Y.Array ? (outputs as OutputArray) : null;
  }

  /** Cells that were run. */
  get ids(): string[] {
    return [...this.runs.keys()];
  }

  /** Whether anything was run, or is shown, in any cell. */
  get hasAny(): boolean {
    return this.ids.some(
      id => this.countOf(id) !== null || this.stateOf(id) === 'running' || (this.arrayOf(id)?.length ?? 0) > 0
    );
  }

  /** What lies there as outputs, whoever wrote it and whatever it is: not to be shown before its shape was checked. */
  entries(id: string): readonly unknown[] {
    return (this.arrayOf(id)?.toJSON() ?? []) as unknown[];
  }

  read(id: string): JsonObject[] {
    return (this.arrayOf(id)?.toJSON() ?? []) as JsonObject[];
  }

  /** Whether there was more than is kept. */
  isFull(id: string): boolean {
    return this.runOf(id)?.get('full') === true;
  }

  countOf(id: string): number | null {
    const count = this.runOf(id)?.get('execution_count');
    return typeof count === 'number' && Number.isSafeInteger(count) ? count : null;
  }

  stateOf(id: string): 'running' | 'idle' {
    const run = this.runOf(id);
    return run?.get('execution_state') === 'running' && this.isLive(run) ? 'running' : 'idle';
  }

  /** Which of the author's pages are here: what another page was running when it went away is idle. */
  setLive(clients: ReadonlySet<number>): void {
    const before = new Map(this.ids.map(id => [id, this.stateOf(id)]));
    this.live = clients;
    for (const [id, state] of before) {
      if (this.stateOf(id) !== state) {
        this.tell(id, { origin: null, isLocal: false, replaced: false, keys: new Set(['execution_state']) });
      }
    }
  }

  setCount(id: string, count: number | null): void {
    this.set(id, 'execution_count', count, this.countOf(id));
  }

  setState(id: string, state: 'running' | 'idle'): void {
    this.set(id, 'execution_state', state, this.stateOf(id));
  }

  /** Begins another run: the outputs go, count and state stay. */
  clear(id: string, origin: unknown = null): void {
    if (this.arrayOf(id)?.length || (this.runs.has(id) && !this.isBegun(id))) {
      this.doc.transact(() => void this.makeRun(id), origin);
    }
  }

  /** Replaces the outputs from `start` to `end`; places that are not kept are left out, and so is another page's run. */
  splice(
    id: string,
    start: number,
    end: number,
    outputs: readonly JsonObject[],
    origin: unknown = null
  ): void {
    if (this.runs.has(id) && !this.isBegun(id)) {
      return;
    }
    this.doc.transact(() => {
      const array = this.arrayOf(id) ?? this.makeRun(id);
      const from = Math.min(start, array.length);
      const count = Math.max(0, Math.min(end, array.length) - from);
      if (count > 0) {
        this.sizes.delete(id);
        array.delete(from, count);
      }
      const kept = outputs.filter(output => this.take(id, JSON.stringify(output).length) !== null);
      if (kept.length > 0) {
        array.insert(from, kept.map(entryOf));
      }
    }, origin);
  }

  appendText(id: string, index: number, text: string, origin: unknown = null): void {
    const target = this.textAt(id, index);
    if (target) {
      this.doc.transact(() => {
        const taken = this.take(id, text.length, true) ?? 0;
        if (taken > 0) {
          target.insert(target.length, text.slice(0, taken));
        }
      }, origin);
    }
  }

  truncateText(id: string, index: number, start: number, origin: unknown = null): void {
    const target = this.textAt(id, index);
    if (target && target.length > start) {
      this.doc.transact(() => {
        this.sizes.delete(id);
        target.delete(start, target.length - start);
      }, origin);
    }
  }

  destroy(): void {
    this.runs.unobserveDeep(this.onChange);
    this.doc.destroy();
  }

  private isBegun(id: string): boolean {
    const run = this.runOf(id);
    return run !== null && this.begun.has(run);
  }

  private isLive(run: Y.Map<unknown>): boolean {
    // Who began a run cannot be said in it: it is whoever's change it came with.
    return this.begun.has(run) || (run._item !== null && this.live.has(run._item.id.client));
  }

  /** A stranger may have put anything there. */
  private runOf(id: string): Y.Map<unknown> | null {
    const run: unknown = this.runs.get(id);
    return run instanceof Y.Map ? (run as Y.Map<unknown>) : null;
  }

  private tell(id: string, event: IOutputsEvent): void {
    this.listeners.get(id)?.forEach(listener => listener(event));
    this.general.forEach(listener => listener(id));
  }

  private textAt(id: string, index: number): Y.Text | null {
    const array = this.isBegun(id) ? this.arrayOf(id) : null;
    const entry: unknown = array && index < array.length ? array.get(index) : null;
    const text: unknown = entry instanceof Y.Map ? entry.get('text') : null;
    return text instanceof Y.Text ? text : null;
  }

  private set(id: string, key: string, value: Json, before: Json): void {
    if (value !== before && (this.isBegun(id) || !this.runs.has(id))) {
      this.doc.transact(() => {
        if (!this.runs.has(id)) {
          this.makeRun(id);
        }
        this.runs.get(id)!.set(key, value);
      });
    }
  }

  private makeRun(id: string): OutputArray {
    const before = this.isBegun(id) ? this.runs.get(id) : undefined;
    const run = new Y.Map<unknown>();
    this.begun.add(run);
    const outputs: OutputArray = new Y.Array();
    run.set('outputs', outputs);
    for (const key of ['execution_count', 'execution_state']) {
      if (before?.has(key)) {
        run.set(key, before.get(key));
      }
    }
    this.runs.set(id, run);
    this.sizes.set(id, 0);
    return outputs;
  }

  /** Counts `size` more bytes; how many of them may be kept, or null for none. */
  private take(id: string, size: number, part = false): number | null {
    const used = this.sizes.get(id) ?? JSON.stringify(this.read(id)).length;
    const taken = used + size <= this.limit ? size : part ? Math.max(0, this.limit - used) : 0;
    this.sizes.set(id, used + taken);
    if (taken < size && !this.isFull(id)) {
      this.runs.get(id)?.set('full', true);
    }
    return taken === size || taken > 0 ? taken : null;
  }

  private readonly onChange = (
    events: Y.YEvent<Y.AbstractType<unknown>>[],
    transaction: Y.Transaction
  ): void => {
    const changes = new Map<string, { -readonly [K in keyof IOutputsEvent]: IOutputsEvent[K] }>();
    const changeOf = (id: string): { -readonly [K in keyof IOutputsEvent]: IOutputsEvent[K] } => {
      const change = changes.get(id) ?? {
        origin: transaction.origin,
        isLocal: transaction.local,
        replaced: false,
        keys: new Set<string>()
      };
      changes.set(id, change);
      return change;
    };
    for (const event of events) {
      const path = event.path;
      const id = String(path[0]);
      if (path.length === 0) {
        keysOf(event).forEach(key => (changeOf(key).replaced = true));
      } else if (path.length === 1 && event.target instanceof Y.Map) {
        changeOf(id).keys = keysOf(event);
        if (changeOf(id).keys.has('outputs')) {
          changeOf(id).replaced = true;
        }
      } else if (path.length === 2 && path[1] === 'outputs' && event.target instanceof Y.Array) {
        changeOf(id).outputs = (event as Y.YEvent<OutputArray>).changes.delta;
      } else if (path.length > 2 && !transaction.local && !isStreamText(event)) {
        // Not as this page would write it: read anew as a whole.
        changeOf(id).replaced = true;
      } else if (isStreamText(event)) {
        changeOf(id).text = (event as Y.YEvent<Y.Text>).changes.delta;
        changeOf(id).index = Number(path[2]);
      }
    }
    changes.forEach((change, id) => this.tell(id, change));
  };
}

function isStreamText({ path, target }: Y.YEvent<Y.AbstractType<unknown>>): boolean {
  return path.length === 4 && path[1] === 'outputs' && path[3] === 'text' && target instanceof Y.Text;
}

function keysOf(event: Y.YEvent<Y.AbstractType<unknown>>): ReadonlySet<string> {
  return (event as Y.YMapEvent<unknown>).keysChanged as ReadonlySet<string>;
}

function normalText(value: Json | undefined): string {
  const parts = Array.isArray(value) ? value : [value];
  return parts.filter(part => typeof part === 'string').join('');
}

function entryOf(output: JsonObject): OutputEntry {
  const entry = new Y.Map<unknown>();
  for (const [key, value] of Object.entries(output)) {
    if (key === 'text' && output.output_type === 'stream') {
      entry.set(key, new Y.Text(normalText(value)));
    } else if (value !== undefined && key !== '__proto__') {
      // A copy: JupyterLab hands over some objects without a prototype, which Yjs does not take.
      entry.set(key, writableJson(value));
    }
  }
  return entry;
}

/** Whether a value read from a file can be an output. */
export function isOutput(value: unknown): value is JsonObject {
  return isObject(value) && typeof value.output_type === 'string';
}
