/**
 * A cursor in some 12 bytes (a stock awareness frame has 414): two places in a cell's text, said by the ids of what stands
 * there, so that it stays where it is while others type. The text's own id tells the cell.
 *
 *     flags (1 byte), [anchor: client, clock, [head: [client], clock]]
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { cellsOf } from '../document/cells';
import type { Read } from '../envelope/envelope';
import { Reader } from '../envelope/reader';

/** A place: before the item with that id, or, when `isEnd`, at the end of the text with that id. */
export interface IPlace {
  readonly client: number;
  readonly clock: number;
  readonly isEnd: boolean;
}

export interface ICursor {
  readonly anchor: IPlace;
  readonly head: IPlace;
}

/** What a session says of itself in one document. */
export type Presence = { readonly kind: 'here'; readonly cursor: ICursor | null } | { readonly kind: 'gone' };

const HAS_CURSOR = 1;
const GONE = 2;
const HAS_HEAD = 4;
const ANCHOR_END = 8;
const HEAD_END = 16;
const OTHER_CLIENT = 32;
const ALL = 63;

export function encodePresence(presence: Presence): Uint8Array {
  const encoder = encoding.createEncoder();
  const cursor = presence.kind === 'here' ? presence.cursor : null;
  if (!cursor) {
    encoding.writeUint8(encoder, presence.kind === 'gone' ? GONE : 0);
    return encoding.toUint8Array(encoder);
  }
  const { anchor, head } = cursor;
  const isSame = anchor.client === head.client && anchor.clock === head.clock && anchor.isEnd === head.isEnd;
  const isOther = anchor.client !== head.client;
  encoding.writeUint8(
    encoder,
    HAS_CURSOR |
      (anchor.isEnd ? ANCHOR_END : 0) |
      (isSame ? 0 : HAS_HEAD | (head.isEnd ? HEAD_END : 0) | (isOther ? OTHER_CLIENT : 0))
  );
  encoding.writeVarUint(encoder, anchor.client);
  encoding.writeVarUint(encoder, anchor.clock);
  if (!isSame) {
    if (isOther) {
      encoding.writeVarUint(encoder, head.client);
    }
    encoding.writeVarUint(encoder, head.clock);
  }
  return encoding.toUint8Array(encoder);
}

/** Never throws. */
export function decodePresence(bytes: Uint8Array): Read<Presence, 'garbled'> {
  const reader = new Reader(bytes);
  const flags = reader.byte();
  let presence: Presence = flags === GONE ? { kind: 'gone' } : { kind: 'here', cursor: null };
  if (flags & HAS_CURSOR) {
    const anchor = { client: reader.number(), clock: reader.number(), isEnd: (flags & ANCHOR_END) !== 0 };
    const client = flags & OTHER_CLIENT ? reader.number() : anchor.client;
    const head =
      flags & HAS_HEAD ? { client, clock: reader.number(), isEnd: (flags & HEAD_END) !== 0 } : anchor;
    presence = { kind: 'here', cursor: { anchor, head } };
  }
  const isWhole = !reader.fault && reader.left === 0 && flags <= ALL;
  const makesSense = flags & HAS_CURSOR ? !(flags & GONE) : flags === 0 || flags === GONE;
  return isWhole && makesSense ? { kind: 'read', value: presence } : { kind: 'fault', fault: 'garbled' };
}

/** The cursor between two indices (UTF-16) of a cell's text. */
export function cursorIn(text: Y.Text, anchor: number, head: number): ICursor {
  return { anchor: placeAt(text, anchor), head: placeAt(text, head) };
}

function placeAt(text: Y.Text, index: number): IPlace {
  const position = Y.createRelativePositionFromTypeIndex(text, Math.max(0, Math.min(index, text.length)));
  const id = position.item ?? position.type ?? text._item?.id;
  if (!id) {
    throw new Error('A cursor stands in the text of a cell');
  }
  return { client: id.client, clock: id.clock, isEnd: !position.item };
}

/** Where a cursor is in this document now; null when its cell or what it stands on is not here. */
export function findCursor(
  doc: Y.Doc,
  cursor: ICursor
): { cell: string; anchor: number; head: number } | null {
  const cells: unknown = cellsOf(doc);
  const [anchor, head] = [find(doc, cursor.anchor), find(doc, cursor.head)];
  if (!anchor || !head || anchor.type !== head.type) {
    return null;
  }
  // The text of a cell is the field of a map, which is the entry of the map of cells under the cell's id.
  const map = anchor.type._item?.parent;
  const entry = anchor.type instanceof Y.Text && map instanceof Y.Map ? map._item : null;
  if (!entry || entry.parent !== cells || entry.parentSub === null) {
    return null;
  }
  return { cell: entry.parentSub, anchor: anchor.index, head: head.index };
}

function find(doc: Y.Doc, { client, clock, isEnd }: IPlace): Y.AbsolutePosition | null {
  const id = Y.createID(client, clock);
  try {
    const position = new Y.RelativePosition(isEnd ? id : null, null, isEnd ? null : id, 0);
    return Y.createAbsolutePositionFromRelativePosition(position, doc);
  } catch {
    // Somebody may name an id that belongs to nothing a cursor can stand on.
    return null;
  }
}
