/** Notebooks as files: a document written as nbformat 4.5, and a file read with whatever had to be mended. */
import type * as Y from 'yjs';
import { orderOf } from '../core/document/cells';
import { exportCell, exportMetadata } from '../core/document/export';
import { isObject, type JsonObject } from '../core/document/json';
import { type INormalNotebook, NotebookError, normalNotebook } from '../core/document/normal';
import { isOutput, type Outputs } from '../core/outputs/outputs';
import { shapeOf } from '../core/outputs/shape';

/** What a notebook without a kernel of its own runs on: the one that is here. */
export const PYTHON: JsonObject = {
  kernelspec: { display_name: 'Python', language: 'python', name: 'python' },
  language_info: { name: 'python' }
};

/** The document and one's own outputs as a notebook file: valid nbformat 4.5, with nothing that says it is trusted. */
export function writeNotebook(doc: Y.Doc, outputs: Outputs, metadata: JsonObject = {}): JsonObject {
  const cells = orderOf(doc).map(placed => {
    const cell = exportCell(placed);
    return cell.cell_type === 'code'
      ? { ...cell, execution_count: outputs.countOf(cell.id), outputs: outputs.read(cell.id).map(shapeOf) }
      : cell;
  });
  const all = { ...PYTHON, ...exportMetadata(doc), ...metadata };
  return { cells: cells as unknown as JsonObject[], metadata: all, nbformat: 4, nbformat_minor: 5 };
}

/** As it is written to disk: Jupyter's own one-space indent, so that two files compare well. */
export function textOfNotebook(notebook: JsonObject): string {
  return `${JSON.stringify(notebook, null, 1)}\n`;
}

export interface IReadNotebook {
  readonly notebook: INormalNotebook;
  /** What the file's runs put out, by cell; shown, never trusted. */
  readonly outputs: ReadonlyMap<string, { readonly outputs: JsonObject[]; readonly count: number | null }>;
  /** Cells whose id was missing, doubled or not allowed. */
  readonly mendedIds: number;
}

/** @throws NotebookError saying what is wrong */
export function readNotebookText(text: string): IReadNotebook {
  let value: unknown;
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new NotebookError({
      kind: 'not-json',
      detail: error instanceof Error ? error.message : String(error)
    });
  }
  return readNotebook(value);
}

/** A file's content as a document of one's own begins with it. @throws NotebookError saying what is wrong */
export function readNotebook(value: unknown): IReadNotebook {
  const { notebook, repair } = normalNotebook(value);
  const cells = notebook.cells.length > 0 ? notebook.cells : [FIRST_CELL];
  const outputs = new Map<string, { outputs: JsonObject[]; count: number | null }>();
  const raw = (value as { cells: unknown[] }).cells;
  notebook.cells.forEach((cell, index) => {
    const { outputs: list, execution_count: count } = raw[index] as Record<string, unknown>;
    const kept = Array.isArray(list) ? list.filter(isOutput) : [];
    if (cell.cell_type === 'code' && (kept.length > 0 || typeof count === 'number')) {
      outputs.set(cell.id, { outputs: kept, count: typeof count === 'number' ? count : null });
    }
  });
  const kernel = isObject(notebook.metadata.kernelspec) && notebook.metadata.kernelspec.name;
  const metadata = kernel ? notebook.metadata : { ...notebook.metadata, ...PYTHON };
  return { notebook: { cells, metadata }, outputs, mendedIds: repair.ids };
}

/** A blank notebook has a cell to type into. */
const FIRST_CELL = { id: 'first', cell_type: 'code', source: '', metadata: {} } as const;

/** A file's name made free among `taken`: `a.ipynb`, `a (2).ipynb`, ... */
export function freeName(wanted: string, taken: (name: string) => boolean): string {
  const [stem, ending] = /^(.*?)(\.ipynb)?$/.exec(wanted)!.slice(1) as [string, string | undefined];
  for (let number = 1; ; number += 1) {
    const name = `${stem}${number > 1 ? ` (${number})` : ''}${ending ?? '.ipynb'}`;
    if (!taken(name)) {
      return name;
    }
  }
}

/** A name from outside as a file's name here: no folders, nothing that JupyterLite reads as something else. */
export function safeName(name: string): string {
  const base = name
    .replace(/^.*[/\\]/, '')
    .replace(/\.ipynb$/i, '')
    .replace(/[%:?#*"<>|\u0000-\u001f]/g, ' ')
    .trim();
  return `${base.replace(/^\.+/, '').slice(0, 100) || 'Notebook'}.ipynb`;
}
