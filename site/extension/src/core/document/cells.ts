/**
 * The notebook in a Y.Doc, read: root map `cells` (id -> cell) and root map `meta`.
 *
 * A cell is a Y.Map: `cell_type`, `source` (Y.Text), `metadata` (Y.Map), `pos`, `attachments` when there are any, and a
 * tombstone `deleted:<digest of the source>` for each text somebody deleted it with.
 */
import * as Y from 'yjs';
import { isPosition } from './position';
import { textDigest } from './source';

export type CellType = 'code' | 'markdown' | 'raw';
export type CellMap = Y.Map<unknown>;

const TOMBSTONE = 'deleted:';
const TYPES: ReadonlySet<unknown> = new Set(['code', 'markdown', 'raw']);
/** What nbformat 4.5 allows as a cell's id. */
const ID = /^[A-Za-z0-9_-]{1,64}$/;

export function cellsOf(doc: Y.Doc): Y.Map<CellMap> {
  return doc.getMap<CellMap>('cells');
}

export function metaOf(doc: Y.Doc): Y.Map<unknown> {
  return doc.getMap('meta');
}

export function isCellId(value: unknown): value is string {
  return typeof value === 'string' && ID.test(value);
}

/** A cell's type; what is not one of the three is shown as raw, and so stays readable. */
export function typeOf(cell: CellMap): CellType {
  const type = cell.get('cell_type');
  return TYPES.has(type) ? (type as CellType) : 'raw';
}

export function positionOf(cell: CellMap): string {
  const position = cell.get('pos');
  return isPosition(position) ? position : '';
}

export function textOf(cell: CellMap): string {
  const source = cell.get('source');
  return source instanceof Y.Text ? source.toJSON() : '';
}

export function tombstoneFor(text: string): string {
  return TOMBSTONE + textDigest(text);
}

export function isTombstone(key: string): boolean {
  return key.startsWith(TOMBSTONE);
}

export function tombstonesOf(cell: CellMap): string[] {
  return [...cell.keys()].filter(isTombstone);
}

/** Whether the cell is out of the notebook: somebody deleted it, and its text is what they saw. */
export function isDeleted(cell: CellMap): boolean {
  let [seen, isFound]: [string | null, boolean] = [null, false];
  // Most cells have no tombstone, and a notebook's order asks all of them: nothing is made for those.
  cell.forEach((_, key) => {
    if (!isFound && isTombstone(key)) {
      seen ??= tombstoneFor(textOf(cell));
      isFound = key === seen;
    }
  });
  return isFound;
}

/** Whether an entry of `cells` has what a cell needs; anything else in the map is not shown. */
export function isCell(id: string, cell: unknown): cell is CellMap {
  return (
    isCellId(id) &&
    cell instanceof Y.Map &&
    cell.get('source') instanceof Y.Text &&
    cell.get('metadata') instanceof Y.Map
  );
}

export interface IPlaced {
  readonly id: string;
  readonly cell: CellMap;
  readonly pos: string;
}

/** The notebook's cells in their order: (`pos`, id), by character codes. */
export function orderOf(doc: Y.Doc): IPlaced[] {
  const placed: IPlaced[] = [];
  cellsOf(doc).forEach((cell, id) => {
    if (isCell(id, cell) && !isDeleted(cell)) {
      placed.push({ id, cell, pos: positionOf(cell) });
    }
  });
  return placed.sort((a, b) => compare(a.pos, b.pos) || compare(a.id, b.id));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
