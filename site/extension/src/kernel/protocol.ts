/**
 * What the page and the kernel's worker say to each other: typed messages over one `postMessage` road, in every mode.
 *
 * A SharedArrayBuffer, only where the page is cross-origin isolated, carries what must reach Python while it computes:
 * the interrupt, the wake-up of a sleep, the answer to `input()`.
 *
 * Whatever comes from the worker is untrusted: a notebook's code can post anything.
 */
import type { IEnvironment } from '../workshop/catalogue';

/**
 * Text shown of one run of a cell, in bytes of UTF-8. DESIGN.md allows 1 MB of output per cell to be shared; JupyterLab
 * lays out that much in 150,000 short lines in 0.5 s, again at every reload, and this much in a tenth of it (measured).
 */
export const TEXT_BYTES_PER_CELL = 200_000;

/** Pictures, tables and other displays of one run. Measured: JupyterLab lays out 500 in about a second. */
export const DISPLAYS_PER_CELL = 500;

/** One picture or table, in characters of its JSON: several times a large matplotlib figure. */
export const DISPLAY_CHARACTERS = 4_000_000;

/** Milliseconds between two deliveries of output: ten a second reads as continuous. */
export const OUTPUT_PERIOD = 100;

/** A file that is carried between the page and Python, in bytes: beyond it a browser's storage misbehaves. */
export const FILE_BYTES = 32 * 1024 * 1024;

/** All files of one folder that are carried, in bytes. */
export const FOLDER_BYTES = 128 * 1024 * 1024;

/** Files and folders of one folder that are carried. */
export const FOLDER_FILES = 1000;

/** The longest answer to `input()`, in bytes of UTF-8. */
export const ANSWER_BYTES = 64 * 1024;

/** Cells of the shared buffer, in 32-bit words; the answer's bytes follow. */
export const SIGNAL = {
  /** The number of the run that is to stop, 0 for none: one that comes late means no other run. */
  INTERRUPT: 0,
  /** Counts wake-ups; sleeps and questions wait on it. */
  WAKE: 1,
  /** Length of the answer plus one, 0 while there is none. */
  ANSWER: 2,
  /** Where the answer's bytes begin, in words. */
  DATA: 4
} as const;

export const SIGNAL_BYTES = SIGNAL.DATA * 4 + ANSWER_BYTES;

/** A file or, with `bytes` null, a folder; `path` relative to the mirrored folder. */
export interface IFileEntry {
  readonly path: string;
  readonly bytes: Uint8Array | null;
}

export interface IFileChanges {
  readonly write: readonly IFileEntry[];
  readonly remove: readonly string[];
}

/** Why Python could not start or stopped working. */
export type Reason =
  | { readonly kind: 'missing'; readonly file: string; readonly status: number }
  | { readonly kind: 'damaged'; readonly file: string }
  | { readonly kind: 'unreachable'; readonly file: string }
  | { readonly kind: 'unsupported' }
  | { readonly kind: 'memory' }
  | { readonly kind: 'silent'; readonly seconds: number }
  | { readonly kind: 'exited' }
  | { readonly kind: 'crashed'; readonly detail: string };

export interface IStartOptions {
  /** Absolute address of the site's root, ending in `/`. */
  readonly baseUrl: string;
  readonly environment: IEnvironment;
  /** Name of the mirrored folder under the home folder. */
  readonly folder: string;
  /** Where cells run, relative to the mirrored folder; '' for itself. */
  readonly directory: string;
  readonly signals: SharedArrayBuffer | null;
}

export type CallMethod = 'complete' | 'inspect' | 'is_complete' | 'comm_info';

export type ToWorker =
  | { readonly type: 'start'; readonly options: IStartOptions }
  | ({ readonly type: 'files' } & IFileChanges)
  | {
      readonly type: 'execute';
      readonly run: number;
      readonly code: string;
      readonly count: number;
      readonly silent: boolean;
      readonly storeHistory: boolean;
      /** JSON of the user expressions and of the request's header. */
      readonly expressions: string;
      readonly parent: string;
    }
  | { readonly type: 'call'; readonly id: number; readonly method: CallMethod; readonly parameters: string }
  | {
      readonly type: 'comm';
      readonly kind: 'comm_open' | 'comm_msg' | 'comm_close';
      readonly content: string;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly type: 'interrupt'; readonly run: number }
  | { readonly type: 'answer'; readonly value: string };

/** One thing a run shows, as the worker's JSON has it. */
export type OutputItem =
  | { readonly type: 'stream'; readonly name: 'stdout' | 'stderr'; readonly text: string }
  | {
      readonly type: 'display' | 'update' | 'result';
      readonly data: Record<string, unknown>;
      readonly metadata: Record<string, unknown>;
      readonly transient?: Record<string, unknown>;
    }
  | { readonly type: 'clear'; readonly wait: boolean }
  | {
      readonly type: 'error';
      readonly name: string;
      readonly value: string;
      readonly traceback: readonly string[];
    }
  | { readonly type: 'limit'; readonly what: 'text' | 'displays' | 'display' }
  | { readonly type: 'advice'; readonly about: Advice; readonly names: readonly string[] };

/** What Python asks the page to explain: the page knows the environment and the user's language. */
export type Advice = 'install' | 'missing' | 'shell' | 'network' | 'input';

export type FromWorker =
  | { readonly type: 'hello'; readonly canEvaluate: boolean }
  | { readonly type: 'bytes'; readonly got: number }
  | { readonly type: 'fetched' }
  | { readonly type: 'alive' }
  | { readonly type: 'ready' }
  | { readonly type: 'failed'; readonly reason: Reason }
  | { readonly type: 'output'; readonly run: number; readonly items: string }
  | ({ readonly type: 'files'; readonly skipped: readonly string[] } & IFileChanges)
  | { readonly type: 'done'; readonly run: number; readonly reply: string }
  | { readonly type: 'result'; readonly id: number; readonly reply: string | null }
  | { readonly type: 'ask'; readonly run: number; readonly prompt: string; readonly password: boolean }
  | {
      readonly type: 'comm';
      readonly kind: string;
      readonly content: string;
      readonly metadata: string;
      readonly buffers: readonly Uint8Array[];
    }
  | { readonly type: 'dead'; readonly reason: Reason };
