/**
 * One session's changes to a document as one, in one spelling [ENV8]: what was typed key by key is one run, and what was
 * written and deleted in between leaves only its place. Pure and without a document, so that everybody who has the changes
 * comes to the same bytes, in both languages.
 */
import { sameBytes } from '../bytes';
import {
  DELETED,
  GC,
  type IId,
  type IRange,
  type IRun,
  readRuns,
  TEXT,
  TYPE,
  VALUE,
  writeRuns
} from './runs';

export interface IMerged {
  readonly bytes: Uint8Array;
  /** Structs and ranges of deletions in it. */
  readonly structs: number;
  readonly ranges: number;
}

const NOTHING = new Uint8Array(0);

/** Null unless these are changes of one client, each going on where the one before ended. */
export function mergeChanges(changes: readonly Uint8Array[]): IMerged | null {
  let client = 0;
  const runs: IRun[] = [];
  const deletions = new Map<number, IRange[]>();
  for (const change of changes) {
    const read = readRuns(change);
    const last = runs.at(-1);
    const follows = !last || !read?.runs[0] || read.runs[0].clock === last.clock + last.length;
    if (!read || !follows || (last && read.runs[0] && read.client !== client)) {
      return null;
    }
    client = read.runs[0] ? read.client : client;
    read.runs.forEach(run => runs.push(run));
    for (const [of, ranges] of read.deleted) {
      const all = deletions.get(of) ?? [];
      deletions.set(of, all);
      ranges.forEach(range => all.push(range));
    }
  }
  const deleted = new Map([...deletions].map(([of, ranges]) => [of, united(ranges)]));
  const whole = joined(client, emptied(client, runs, deleted.get(client) ?? []));
  return {
    bytes: writeRuns({ client, runs: whole, deleted }),
    structs: whole.length,
    ranges: [...deleted.values()].reduce((sum, ranges) => sum + ranges.length, 0)
  };
}

/** Whether a merged change begins with these whole changes, and goes on from there: what it deletes besides is its own. */
export function beginsWith(merged: Uint8Array, changes: readonly Uint8Array[]): boolean {
  const whole = readRuns(merged);
  const begun = mergeChanges(changes);
  const last = begun && readRuns(begun.bytes)?.runs.at(-1);
  if (!whole) {
    return false;
  }
  const end = last ? last.clock + last.length : 0;
  const runs = whole.runs.flatMap(run =>
    run.clock >= end ? [run] : slice(whole.client, run, end - run.clock, run.length)
  );
  const rest = writeRuns({ client: whole.client, runs, deleted: whole.deleted });
  const again = mergeChanges([...changes, rest]);
  return again !== null && sameBytes(again.bytes, merged);
}

/** Ascending, and apart. */
function united(ranges: readonly IRange[]): IRange[] {
  const out: { from: number; to: number }[] = [];
  for (const { from, to } of [...ranges].sort((a, b) => a.from - b.from)) {
    const last = out.at(-1);
    if (last && from <= last.to) {
      last.to = Math.max(last.to, to);
    } else {
      out.push({ from, to });
    }
  }
  return out;
}

/** Text and values that are deleted here as well leave nothing but their length. */
function emptied(client: number, runs: readonly IRun[], deleted: readonly IRange[]): IRun[] {
  const out: IRun[] = [];
  let next = 0;
  for (const run of runs) {
    const end = run.clock + run.length;
    while (next < deleted.length && deleted[next]!.to <= run.clock) {
      next += 1;
    }
    if (run.kind !== TEXT && run.kind !== VALUE) {
      out.push(run);
      continue;
    }
    let at = 0;
    for (let index = next; index < deleted.length && deleted[index]!.from < end; index += 1) {
      const from = besidePair(run, Math.max(deleted[index]!.from - run.clock, 0), 1);
      const to = besidePair(run, Math.min(deleted[index]!.to, end) - run.clock, -1);
      if (from < to) {
        out.push(...slice(client, run, at, from));
        slice(client, run, from, to).forEach(gone =>
          out.push({ ...gone, kind: DELETED, text: '', values: [] })
        );
        at = to;
      }
    }
    out.push(...slice(client, run, at, run.length));
  }
  return out;
}

/** A character of two units is left whole when only one of them is deleted: half of it has no spelling. */
function besidePair({ text }: IRun, at: number, step: number): number {
  const code = text.charCodeAt(at);
  return code >= 0xdc00 && code < 0xe000 ? at + step : at;
}

/** A part of a run, as Yjs cuts it: the second of two stands behind the first. */
function slice(client: number, run: IRun, from: number, to: number): IRun[] {
  if (from >= to) {
    return [];
  }
  const text = run.text.slice(from, to);
  const values = run.values.slice(from, to);
  const place = from === 0 ? {} : { origin: { client, clock: run.clock + from - 1 }, parent: NOTHING };
  return [{ ...run, ...place, clock: run.clock + from, length: to - from, text, values }];
}

/** What stands in one row in one place is one run. */
function joined(client: number, runs: readonly IRun[]): IRun[] {
  const out: IRun[] = [];
  let row: IRun[] = [];
  for (const run of runs) {
    if (row.length > 0 && !goesOn(client, row.at(-1)!, run)) {
      out.push(whole(row));
      row = [];
    }
    row.push(run);
  }
  return row.length > 0 ? [...out, whole(row)] : out;
}

function goesOn(client: number, before: IRun, run: IRun): boolean {
  if (before.kind !== run.kind || run.kind === TYPE || before.keyed || run.keyed) {
    return false;
  }
  return (
    run.kind === GC ||
    (isSame(run.origin, { client, clock: run.clock - 1 }) && isSame(before.right, run.right))
  );
}

function whole(row: readonly IRun[]): IRun {
  const [first] = row as readonly [IRun];
  if (row.length === 1) {
    return first;
  }
  return {
    ...first,
    length: row.reduce((sum, { length }) => sum + length, 0),
    text: row.map(({ text }) => text).join(''),
    values: row.flatMap(({ values }) => values)
  };
}

function isSame(a: IId | null, b: IId | null): boolean {
  return a === b || (a !== null && b !== null && a.client === b.client && a.clock === b.clock);
}
