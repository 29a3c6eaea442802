/** What of a document is handed to storage, and given back when it is opened again. */
import { idText } from '../envelope/envelope';
import type { Entry } from '../log/stored';
import type { Digest } from '../session';
import { readPiece } from './pieces';

/**
 * An introduction stands before the first piece of its session. Where a session stops and how far it counts follows from
 * its pieces, and from what was stated.
 */
export type IKept = Entry;

/**
 * Without the pieces that a segment kept after them took the place of: it was compared with them, and they are never read
 * again. One that was refused later took the place of nothing.
 */
export function withoutCompacted(kept: readonly IKept[], digest: Digest): IKept[] {
  const refused = new Set(kept.flatMap(each => (each.kind === 'refuse' ? [idText(each.hash)] : [])));
  const ranges = new Map<string, { from: number; to: number }[]>();
  const out: IKept[] = [];
  for (const each of [...kept].reverse()) {
    const read = each.kind === 'piece' ? readPiece(each.bytes) : null;
    if (!read || each.kind !== 'piece') {
      out.push(each);
      continue;
    }
    const { session } = read.value;
    const covering = ranges.get(session) ?? [];
    const { from, to } =
      read.form === 'segment' ? read.value : { from: read.value.sequence, to: read.value.sequence + 1 };
    if (covering.some(range => range.from <= from && to <= range.to)) {
      continue;
    }
    if (read.form === 'segment' && !refused.has(idText(digest(each.bytes)))) {
      covering.push({ from, to });
      ranges.set(session, covering);
    }
    out.push(each);
  }
  return out.reverse();
}
