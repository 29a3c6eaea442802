/**
 * What each client wrote as one change, for a document built anew: what of it is there must not follow from how it came
 * in pieces [PER6].
 */
import { mergeChanges } from '../envelope/merge';
import { checkChange, type ICheckedChange } from './change';
import type { IChangeLimits } from './limits';
import { admit } from './replay';

/**
 * `written`: of each client what counts, in its order, of which nothing is refused; some of it may wait.
 *
 * What waits is not judged yet. Where one struct of a change shows already that it may not be, while others of it still
 * wait, it would take along all that it was merged with: such a change stays as it is, and what its client wrote before
 * and after it is two wholes.
 * @returns what is to be taken, in this order, each with what it was made of
 */
export function merged(
  genesis: Uint8Array | null,
  written: Iterable<readonly ICheckedChange[]>,
  cuts: ReadonlyMap<number, number>,
  limits: IChangeLimits
): ReadonlyMap<ICheckedChange, readonly ICheckedChange[]> {
  const apart: ICheckedChange[] = [];
  const after: (readonly ICheckedChange[])[] = [];
  for (let before = [...written]; ;) {
    const wholes = asWholes(before, limits);
    const refused = admit(genesis, [...wholes.keys()], cuts);
    if (refused.size === 0) {
      const alone = apart.map(change => [change, [change]] as const);
      return new Map([...wholes, ...alone, ...asWholes(after, limits)]);
    }
    refused.forEach(({ clock }, whole) => {
      const changes = wholes.get(whole)!;
      const odd = changes.findIndex(({ to }) => clock < to);
      wholes.set(whole, changes.slice(0, odd));
      apart.unshift(changes[odd]!);
      after.push(changes.slice(odd + 1));
    });
    before = [...wholes.values()];
  }
}

function asWholes(
  written: Iterable<readonly ICheckedChange[]>,
  limits: IChangeLimits
): Map<ICheckedChange, readonly ICheckedChange[]> {
  const wholes = new Map<ICheckedChange, readonly ICheckedChange[]>();
  for (const changes of written) {
    const whole = changes.length > 0 ? asOne(changes, limits) : null;
    if (whole) {
      wholes.set(whole, changes);
    } else {
      changes.forEach(change => wholes.set(change, [change]));
    }
  }
  return wholes;
}

/**
 * All changes of one client that are taken, as one: whoever has them merged in another way, or not, has the same.
 * @returns null for what cannot be merged
 */
export function asOne(changes: readonly ICheckedChange[], limits: IChangeLimits): ICheckedChange | null {
  const merged = mergeChanges(changes.map(({ bytes }) => bytes));
  const all = { ...limits, bytes: Infinity, structs: Infinity, ranges: Infinity, isSegment: true };
  const read = merged && checkChange(merged.bytes, changes[0]!.client, all);
  return read?.kind === 'read' ? read.value : null;
}
