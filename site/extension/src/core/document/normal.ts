/**
 * What of an nbformat 4 notebook enters a document: text, order, types, metadata, attachments. No outputs, no execution
 * counts, nothing that says a cell is trusted.
 */
import { type CellType, isCellId } from './cells';
import type { INewCell } from './edit';
import { isObject, type JsonObject, normalObject } from './json';
import { normalSource, textDigest } from './source';

/** Cell metadata that is this browser's alone: who trusts what, and when it ran here. */
export const LOCAL_CELL_METADATA: ReadonlySet<string> = new Set(['trusted', 'execution']);
/** Notebook metadata that is about outputs, about trust, or about an older file. */
const DROPPED_METADATA: ReadonlySet<string> = new Set(['trusted', 'signature', 'orig_nbformat', 'widgets']);

export interface INormalNotebook {
  readonly cells: readonly INewCell[];
  readonly metadata: JsonObject;
}

/** Why a file is no notebook we can open: a closed set, put into words where it is shown. */
export type NotebookFault =
  | { readonly kind: 'not-json'; readonly detail: string }
  | { readonly kind: 'not-a-notebook' }
  | { readonly kind: 'not-format-4'; readonly found: string }
  | { readonly kind: 'bad-cell'; readonly number: number; readonly detail: string };

export class NotebookError extends Error {
  constructor(readonly fault: NotebookFault) {
    super(fault.kind);
  }
}

export interface IRepair {
  /** Number of cells whose id was missing, doubled or not allowed and was made new. */
  readonly ids: number;
}

/** @throws NotebookError when it is not an nbformat 4 notebook. Ids are mended: the same file gives the same ids. */
export function normalNotebook(value: unknown): { notebook: INormalNotebook; repair: IRepair } {
  if (!isObject(value) || !Array.isArray(value.cells)) {
    throw new NotebookError(
      isObject(value) && typeof value.nbformat === 'number' && value.nbformat !== 4
        ? { kind: 'not-format-4', found: String(value.nbformat) }
        : { kind: 'not-a-notebook' }
    );
  }
  if (value.nbformat !== 4) {
    throw new NotebookError({ kind: 'not-format-4', found: String(value.nbformat) });
  }
  const taken = new Set<string>();
  let ids = 0;
  const cells = value.cells.map((cell: unknown, index): INewCell => {
    const fields = normalCell(cell, index);
    const wanted = isObject(cell) ? cell.id : undefined;
    let id = isCellId(wanted) ? wanted : '';
    if (!id || taken.has(id)) {
      ids += 1;
      for (let attempt = 0; !id || taken.has(id); attempt += 1) {
        id = textDigest(`${index} ${attempt} ${fields.source}`);
      }
    }
    taken.add(id);
    return { id, ...fields };
  });
  const metadata = normalObject(isObject(value.metadata) ? value.metadata : {}, DROPPED_METADATA);
  return { notebook: { cells, metadata }, repair: { ids } };
}

function normalCell(cell: unknown, index: number): Omit<INewCell, 'id'> {
  const bad = (detail: string): NotebookError =>
    new NotebookError({ kind: 'bad-cell', number: index + 1, detail });
  if (!isObject(cell)) {
    throw bad('it is not an object');
  }
  const type = cell.cell_type;
  if (type !== 'code' && type !== 'markdown' && type !== 'raw') {
    throw bad(`its cell_type is ${JSON.stringify(type)}`);
  }
  if (
    typeof cell.source !== 'string' &&
    !(Array.isArray(cell.source) && cell.source.every(part => typeof part === 'string'))
  ) {
    throw bad('its source is no text');
  }
  const metadata = normalObject(isObject(cell.metadata) ? cell.metadata : {}, LOCAL_CELL_METADATA);
  const attachments = normalAttachments(type, cell.attachments);
  return {
    cell_type: type,
    source: normalSource(cell.source),
    metadata,
    ...(attachments ? { attachments } : {})
  };
}

function normalAttachments(type: CellType, value: unknown): JsonObject | undefined {
  if (type === 'code' || !isObject(value)) {
    return undefined;
  }
  const attachments = normalObject(value);
  return Object.keys(attachments).length > 0 ? attachments : undefined;
}
