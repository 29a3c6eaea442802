/** From one order of cells to another, as few cells as possible made anew. */

/** A cell as it was shown or is to be shown: `same` of two tells whether the one on the screen can stay. */
export interface IStand<T> {
  readonly id: string;
  readonly pos: string;
  readonly cell: T;
}

export type Step<T> = { retain: number } | { insert: T[] } | { delete: number };

/**
 * Which of `before` stay where they are, as their indexes by the index in `after`.
 *
 * Cells whose position did not change keep their order among themselves, so they all stay; one that moved stays where
 * that is still its place. Linear in the number of cells.
 */
export function staying(
  before: readonly IStand<unknown>[],
  after: readonly IStand<unknown>[]
): (number | null)[] {
  const places = new Map(before.map((stand, index) => [stand.id, index]));
  const place = (stand: IStand<unknown>): number | null => {
    const index = places.get(stand.id);
    return index !== undefined && before[index]!.cell === stand.cell ? index : null;
  };
  const stays = after.map(stand => {
    const index = place(stand);
    return index !== null && before[index]!.pos === stand.pos ? index : null;
  });
  // The nearest fixed place after each, read from the end.
  const next = new Array<number>(after.length);
  let limit = before.length;
  for (let index = after.length - 1; index >= 0; index -= 1) {
    next[index] = limit;
    limit = stays[index] ?? limit;
  }
  let last = -1;
  return after.map((stand, index) => {
    const wanted = stays[index] ?? place(stand);
    if (wanted === null || (stays[index] === null && (wanted <= last || wanted >= next[index]!))) {
      return null;
    }
    last = wanted;
    return wanted;
  });
}

/** The steps that make the shown cells into the new ones; at one place what comes goes before what leaves. */
export function steps<T>(length: number, after: readonly T[], stays: readonly (number | null)[]): Step<T>[] {
  const result: Step<T>[] = [];
  let at = 0;
  let coming: T[] = [];
  const flush = (until: number): void => {
    if (coming.length > 0) {
      result.push({ insert: coming });
      coming = [];
    }
    if (until > at) {
      result.push({ delete: until - at });
      at = until;
    }
  };
  after.forEach((cell, index) => {
    const stay = stays[index];
    if (stay === null || stay === undefined) {
      coming.push(cell);
      return;
    }
    flush(stay);
    const last = result[result.length - 1];
    if (last && 'retain' in last) {
      last.retain += 1;
    } else {
      result.push({ retain: 1 });
    }
    at += 1;
  });
  flush(length);
  return result;
}
