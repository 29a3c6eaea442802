/** A document as nbformat 4.5, and what can be read from a genesis alone. */
import * as Y from 'yjs';
import { type CellType, type IPlaced, metaOf, orderOf, textOf, typeOf } from './cells';
import { isObject, type JsonObject, normalObject } from './json';
import { LOCAL_CELL_METADATA } from './normal';

export interface IExportedCell {
  id: string;
  cell_type: CellType;
  source: string;
  metadata: JsonObject;
  attachments?: JsonObject;
}

export function exportCell({ id, cell }: IPlaced): IExportedCell {
  const type = typeOf(cell);
  const metadata = cell.get('metadata');
  const attachments = cell.get('attachments');
  return {
    id,
    cell_type: type,
    source: textOf(cell),
    metadata: metadata instanceof Y.Map ? normalObject(metadata.toJSON(), LOCAL_CELL_METADATA) : {},
    ...(type !== 'code' && isObject(attachments) ? { attachments: normalObject(attachments) } : {})
  };
}

/** Every cell of the notebook in order, without outputs. */
export function exportCells(doc: Y.Doc): IExportedCell[] {
  return orderOf(doc).map(exportCell);
}

export function exportMetadata(doc: Y.Doc): JsonObject {
  const metadata = metaOf(doc).get('metadata');
  return metadata instanceof Y.Map ? normalObject(metadata.toJSON()) : {};
}

/** The cells a genesis began with, by id: the originals that *reset* and *compare* look at. */
export function originalsOf(genesis: Uint8Array): Map<string, IExportedCell> {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, genesis);
  const cells = new Map(exportCells(doc).map(cell => [cell.id, cell]));
  doc.destroy();
  return cells;
}
