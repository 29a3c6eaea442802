/**
 * What one participant's runs of one notebook put out: a Y.Doc of its own, so that outputs never enter the shared text.
 *
 * Root map `cells`: cell id -> one run, a Y.Map of `outputs` (Y.Array of Y.Map, a stream's `text` as Y.Text),
 * `execution_count`, `execution_state`, and `full` when the rest was not kept. A new run replaces the whole entry, so two
 * tabs that ran one cell end with one of the two runs, never with both mixed.
 */
import * as Y from 'yjs';
import { isObject, type Json, type JsonObject } from '../document/json';

/** Bytes of output kept for one cell; `output_bytes_per_cell` in docs/protocol.json. */
export const OUTPUT_LIMIT = 1_000_000;

export type OutputEntry = Y.Map<unknown>;
export type OutputArray = Y.Array<OutputEntry>;

/** What became different in one cell's run. */
export interface IOutputsEvent {
  readonly origin: unknown;
  /** Another run is there now. */
  readonly replaced: boolean;
  readonly outputs?: Y.YEvent<OutputArray>['changes']['delta'];
  readonly text?: Y.YEvent<Y.Text>['changes']['delta'];
  readonly keys: ReadonlySet<string>;
}

export class Outputs {
  constructor(
    readonly doc: Y.Doc = new Y.Doc(),
    private readonly limit = OUTPUT_LIMIT
  ) {
    this.runs = doc.getMap<Y.Map<unknown>>('cells');
    this.runs.observeDeep(this.onChange);
  }

  private readonly runs: Y.Map<Y.Map<unknown>>;
  private readonly listeners = new Map<string, Set<(event: IOutputsEvent) => void>>();
  /** Bytes kept of each cell's run, as far as they were counted. */
  private readonly sizes = new Map<string, number>();

  /** Calls `listener` for every change of one cell's run; the result ends it. */
  listen(id: string, listener: (event: IOutputsEvent) => void): () => void {
    const listeners = this.listeners.get(id) ?? new Set();
    this.listeners.set(id, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  /** The outputs of a cell's run, attached or not made yet. */
  arrayOf(id: string): OutputArray | null {
    const outputs = this.runs.get(id)?.get('outputs');
    return outputs instanceof Y.Array ? (outputs as OutputArray) : null;
  }

  read(id: string): JsonObject[] {
    return (this.arrayOf(id)?.toJSON() ?? []) as JsonObject[];
  }

  /** Whether there was more than is kept. */
  isFull(id: string): boolean {
    return this.runs.get(id)?.get('full') === true;
  }

  countOf(id: string): number | null {
    const count = this.runs.get(id)?.get('execution_count');
    return typeof count === 'number' ? count : null;
  }

  stateOf(id: string): 'running' | 'idle' {
    return this.runs.get(id)?.get('execution_state') === 'running' ? 'running' : 'idle';
  }

  setCount(id: string, count: number | null): void {
    this.set(id, 'execution_count', count, this.countOf(id));
  }

  setState(id: string, state: 'running' | 'idle'): void {
    this.set(id, 'execution_state', state, this.stateOf(id));
  }

  /** What was running when the page went away runs no more. */
  settle(): void {
    for (const id of this.runs.keys()) {
      this.setState(id, 'idle');
    }
  }

  /** Begins another run: the outputs go, count and state stay. */
  clear(id: string, origin: unknown = null): void {
    if (this.arrayOf(id)?.length) {
      this.doc.transact(() => void this.makeRun(id), origin);
    }
  }

  /** Replaces the outputs from `start` to `end`; places that are not kept are left out. */
  splice(
    id: string,
    start: number,
    end: number,
    outputs: readonly JsonObject[],
    origin: unknown = null
  ): void {
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

  private textAt(id: string, index: number): Y.Text | null {
    const array = this.arrayOf(id);
    const text = array && index < array.length ? array.get(index).get('text') : null;
    return text instanceof Y.Text ? text : null;
  }

  private set(id: string, key: string, value: Json, before: Json): void {
    if (value !== before) {
      this.doc.transact(() => {
        if (!this.runs.has(id)) {
          this.makeRun(id);
        }
        this.runs.get(id)!.set(key, value);
      });
    }
  }

  private makeRun(id: string): OutputArray {
    const before = this.runs.get(id);
    const run = new Y.Map<unknown>();
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
      } else if (path.length === 1) {
        changeOf(id).keys = keysOf(event);
      } else if (path.length === 2) {
        changeOf(id).outputs = (event as Y.YEvent<OutputArray>).changes.delta;
      } else if (path.length === 4 && path[3] === 'text') {
        changeOf(id).text = (event as Y.YEvent<Y.Text>).changes.delta;
      }
    }
    changes.forEach((change, id) => this.listeners.get(id)?.forEach(listener => listener(change)));
  };
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
    } else if (value !== undefined) {
      // A copy of plain objects: JupyterLab hands over some without a prototype, which Yjs does not take.
      entry.set(key, JSON.parse(JSON.stringify(value)));
    }
  }
  return entry;
}

/** Whether a value read from a file can be an output. */
export function isOutput(value: unknown): value is JsonObject {
  return isObject(value) && typeof value.output_type === 'string';
}
