/** What a change is made of, read without touching a document. */
import * as Y from 'yjs';
import type { Vector } from './digest';

export interface IChange {
  /** For each client: the clocks from its first struct to after its last. */
  readonly ranges: ReadonlyMap<number, { readonly from: number; readonly to: number }>;
}

/** Null for bytes that are no change. */
export function readChange(bytes: Uint8Array): IChange | null {
  try {
    const { structs } = Y.decodeUpdate(bytes);
    const ranges = new Map<number, { from: number; to: number }>();
    for (const struct of structs) {
      const { client, clock } = struct.id;
      const to = clock + struct.length;
      const range = ranges.get(client);
      if (range) {
        range.to = Math.max(range.to, to);
      } else {
        ranges.set(client, { from: clock, to });
      }
    }
    return { ranges };
  } catch {
    return null;
  }
}

/** Whether each client's structs begin where `vector` ends, or before. What they lean on of others is not looked at. */
export function isRunOn(change: IChange, vector: Vector): boolean {
  for (const [client, { from }] of change.ranges) {
    if (from > (vector.get(client) ?? 0)) {
      return false;
    }
  }
  return true;
}
