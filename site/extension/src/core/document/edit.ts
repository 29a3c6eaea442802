/** The notebook in a Y.Doc, changed: every change is one of these, in the caller's transaction, as an ordinary own edit. */
import * as Y from 'yjs';
import { cellsOf, type CellMap, type CellType, orderOf, textOf, tombstoneFor, tombstonesOf } from './cells';
import { type JsonObject, sortedKeys } from './json';
import { positionsBetween, type RandomBelow } from './position';

export interface INewCell {
  readonly id: string;
  readonly cell_type: CellType;
  readonly source: string;
  readonly metadata: JsonObject;
  readonly attachments?: JsonObject;
}

/** Writes a cell that is not in the map yet, field by field in sorted order: genesis and insert make the same structs. */
export function createCell(doc: Y.Doc, cell: INewCell, pos: string): CellMap {
  const map: CellMap = new Y.Map();
  cellsOf(doc).set(cell.id, map);
  if (cell.attachments) {
    map.set('attachments', cell.attachments);
  }
  map.set('cell_type', cell.cell_type);
  const metadata = new Y.Map<unknown>();
  map.set('metadata', metadata);
  for (const key of sortedKeys(cell.metadata)) {
    metadata.set(key, cell.metadata[key]);
  }
  map.set('pos', pos);
  const source = new Y.Text();
  map.set('source', source);
  if (cell.source) {
    source.insert(0, cell.source);
  }
  return map;
}

/** Takes a cell out of the notebook: its text stays, and an edit made without knowing brings it back. */
export function buryCell(cell: CellMap): void {
  cell.set(tombstoneFor(textOf(cell)), true);
}

/** Takes the tombstones away: after an edit of a cell that has some, and to bring a deleted cell back. */
export function reviveCell(cell: CellMap): void {
  tombstonesOf(cell).forEach(key => cell.delete(key));
}

/**
 * `count` positions before the cell that stands at `index` of the notebook without the cells `leaving`.
 *
 * Where the two neighbours stand on the same position there is no place between them: the second, and whoever stands on
 * that position after it, gets a new one first.
 */
export function makeRoom(
  doc: Y.Doc,
  index: number,
  count: number,
  below: RandomBelow,
  leaving: ReadonlySet<string> = new Set()
): string[] {
  const order = orderOf(doc).filter(placed => !leaving.has(placed.id));
  const at = Math.max(0, Math.min(index, order.length));
  const low = at > 0 ? order[at - 1]!.pos : '';
  const positions = positionsBetween(low, order[at]?.pos ?? null, count, below);
  if (positions) {
    return positions;
  }
  let end = at;
  while (end < order.length && order[end]!.pos <= low) {
    end += 1;
  }
  const fresh = positionsBetween(low, order[end]?.pos ?? null, count + end - at, below);
  if (!fresh) {
    throw new Error('The cells of this notebook are out of order');
  }
  order.slice(at, end).forEach((placed, offset) => placed.cell.set('pos', fresh[count + offset]!));
  return fresh.slice(0, count);
}

/** Moves the cells between `from` and `from + count` to stand at `to` of the notebook without them. */
export function moveCells(doc: Y.Doc, from: number, to: number, count: number, below: RandomBelow): void {
  const moving = orderOf(doc).slice(from, from + count);
  const positions = makeRoom(doc, to, moving.length, below, new Set(moving.map(placed => placed.id)));
  moving.forEach((placed, index) => placed.cell.set('pos', positions[index]!));
}
