/** A cell's text: how it is normalised, digested and changed as little as possible. */
import { digest } from 'lib0/hash/sha256';
import type * as Y from 'yjs';
import { wellFormed } from './json';

/** Text as documents hold it: one kind of line end (an editor would count two characters as one), well formed. */
export function normalSource(source: unknown): string {
  const text = Array.isArray(source) ? source.join('') : typeof source === 'string' ? source : '';
  return wellFormed(text).replace(/\r\n?/g, '\n');
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('');
}

/** The first 16 hex digits of the text's SHA-256: what a tombstone remembers of the text it saw. */
export function textDigest(text: string): string {
  const known = digests.get(text);
  if (known !== undefined) {
    return known;
  }
  const made = hex(digest(new TextEncoder().encode(text)).subarray(0, 8));
  if (digests.size >= REMEMBERED) {
    digests.clear();
  }
  digests.set(text, made);
  return made;
}

/** Texts whose digest is remembered: more than a notebook has deleted cells, which every look at its order asks about. */
const REMEMBERED = 1000;
const digests = new Map<string, string>();

/** One replacement that makes `before` into `after`: `[start, end, insert]`, in UTF-16 units, never inside a pair. */
export function replacement(before: string, after: string): [number, number, string] {
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before.charCodeAt(start) === after.charCodeAt(start)) {
    start += 1;
  }
  if (start > 0 && isHigh(before.charCodeAt(start - 1))) {
    start -= 1;
  }
  let tail = 0;
  while (
    tail < most - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  ) {
    tail += 1;
  }
  if (tail > 0 && isLow(before.charCodeAt(before.length - tail))) {
    tail -= 1;
  }
  return [start, before.length - tail, after.slice(start, after.length - tail)];
}

/**
 * Makes `text` read `after` with edits of whole lines' differing parts, so that cursors elsewhere stay where they are and
 * what somebody else types in an untouched line is kept.
 */
export function rewrite(text: Y.Text, after: string): void {
  const before = text.toJSON();
  if (before === after) {
    return;
  }
  for (const [from, to, words] of hunksOf(before, after).reverse()) {
    if (words) {
      text.insert(from, words);
    }
    if (to > from) {
      text.delete(from + words.length, to - from);
    }
  }
}

/** Replacements of `before`, in ascending order. */
function hunksOf(before: string, after: string): [number, number, string][] {
  // One text has the other in it: that stays whole, as when a cell is split or merged.
  const kept = before.lastIndexOf(after);
  if (kept >= 0) {
    const end = kept + after.length;
    const around: [number, number, string][] = [
      [0, kept, ''],
      [end, before.length, '']
    ];
    return around.filter(([from, to]) => to > from);
  }
  const place = after.indexOf(before);
  if (place >= 0) {
    const around: [number, number, string][] = [
      [0, 0, after.slice(0, place)],
      [before.length, before.length, after.slice(place + before.length)]
    ];
    return around.filter(([, , words]) => words);
  }
  // Several far-apart changes in one big middle: go line by line. Whole lines, or the beginning of one would become
  // another's, and what is written between them would be torn.
  const [start, end] = replacement(before, after);
  const from = start === 0 ? 0 : before.lastIndexOf('\n', start - 1) + 1;
  const tail = before.indexOf('\n', end - 1);
  const to = end === from ? from : tail < 0 ? before.length : tail + 1;
  const hunks = lineHunks(before.slice(from, to), after.slice(from, after.length - (before.length - to)));
  return hunks.map(([first, last, words]) => [from + first, from + last, words]);
}

/** Differences as replacements of `before`, in ascending order; falls back to one replacement for very long texts. */
export function lineHunks(before: string, after: string): [number, number, string][] {
  const rows = diffLines(before, after);
  const hunks: [number, number, string][] = [];
  let at = 0;
  for (const row of rows) {
    if (row.kind === 'same') {
      at += row.text.length;
      continue;
    }
    const last = hunks[hunks.length - 1];
    const hunk: [number, number, string] = last && last[1] === at ? last : [at, at, ''];
    if (hunk !== last) {
      hunks.push(hunk);
    }
    if (row.kind === 'gone') {
      at += row.text.length;
      hunk[1] = at;
    } else {
      hunk[2] += row.text;
    }
  }
  return hunks.map(([from, to, words]) => {
    const [start, end, insert] = replacement(before.slice(from, to), words);
    return [from + start, from + end, insert];
  });
}

export interface IRow {
  readonly kind: 'same' | 'gone' | 'new';
  /** The line with its line end. */
  readonly text: string;
}

/** Lines that may be compared each with each: a million steps take some milliseconds. */
const MOST_STEPS = 1_000_000;

/** A line diff (longest common subsequence); everything gone and everything new when the texts are too long to compare. */
export function diffLines(before: string, after: string): IRow[] {
  const a = lines(before);
  const b = lines(after);
  if (a.length * b.length > MOST_STEPS) {
    return [
      ...a.map(text => ({ kind: 'gone' as const, text })),
      ...b.map(text => ({ kind: 'new' as const, text }))
    ];
  }
  const width = b.length + 1;
  const table = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] =
        a[i] === b[j]
          ? table[(i + 1) * width + j + 1]! + 1
          : Math.max(table[(i + 1) * width + j]!, table[i * width + j + 1]!);
    }
  }
  const rows: IRow[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      rows.push({ kind: 'same', text: a[i]! });
      i += 1;
      j += 1;
    } else if (i < a.length && (j >= b.length || table[(i + 1) * width + j]! >= table[i * width + j + 1]!)) {
      rows.push({ kind: 'gone', text: a[i]! });
      i += 1;
    } else {
      rows.push({ kind: 'new', text: b[j]! });
      j += 1;
    }
  }
  return rows;
}

function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code < 0xdc00;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
