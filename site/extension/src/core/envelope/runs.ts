/**
 * A change (an update of Yjs, version 1) read into runs and written again, without a document. Bounded by its bytes: only
 * of one client, only what the documents of a class are made of (PER); anything else is not read.
 */
import * as encoding from 'lib0/encoding';
import { Reader } from './reader';

/** What a run holds; the numbers are Yjs'. */
export const [GC, DELETED, TEXT, TYPE, VALUE] = [0, 1, 4, 7, 8];
const KINDS = new Set([GC, DELETED, TEXT, TYPE, VALUE]);
const [HAS_ORIGIN, HAS_RIGHT, HAS_KEY, KIND] = [0x80, 0x40, 0x20, 0x1f];
/** Array, map, text: the types without a name. */
const MOST_TYPE = 2;
/** JSON in JSON; PER allows less. */
const MOST_DEPTH = 128;

export interface IId {
  readonly client: number;
  readonly clock: number;
}

/** Clocks that stand together. */
export interface IRun {
  readonly clock: number;
  readonly length: number;
  readonly kind: number;
  readonly origin: IId | null;
  readonly right: IId | null;
  /** Whether it stands under a key of a map. */
  readonly keyed: boolean;
  /** Where it stands, as bytes: only for what has neither origin nor right. */
  readonly parent: Uint8Array;
  readonly text: string;
  /** Each value's bytes; the type's number. */
  readonly values: readonly Uint8Array[];
}

export interface IRange {
  readonly from: number;
  readonly to: number;
}

export interface IRuns {
  /** 0 when there are no runs. */
  readonly client: number;
  readonly runs: readonly IRun[];
  readonly deleted: ReadonlyMap<number, readonly IRange[]>;
}

/** Null for what is no such change. */
export function readRuns(bytes: Uint8Array): IRuns | null {
  const reader = new Reader(bytes);
  const runs: IRun[] = [];
  const clients = reader.number();
  let client = 0;
  if (clients === 1) {
    let left = reader.number();
    client = reader.number();
    let clock = reader.number();
    if (left === 0) {
      return null;
    }
    for (; left > 0; left -= 1) {
      const run = readRun(reader, bytes, clock);
      if (!run) {
        return null;
      }
      runs.push(run);
      clock += run.length;
      if (clock > Number.MAX_SAFE_INTEGER) {
        return null;
      }
    }
  }
  const deleted = readDeleted(reader);
  return !deleted || clients > 1 || reader.fault || reader.left > 0 ? null : { client, runs, deleted };
}

export function writeRuns({ client, runs, deleted }: IRuns): Uint8Array {
  const encoder = encoding.createEncoder();
  encoding.writeVarUint(encoder, runs.length > 0 ? 1 : 0);
  if (runs.length > 0) {
    [runs.length, client, runs[0]!.clock].forEach(number => encoding.writeVarUint(encoder, number));
    runs.forEach(run => writeRun(encoder, run));
  }
  encoding.writeVarUint(encoder, deleted.size);
  for (const [of, ranges] of [...deleted].sort(([a], [b]) => b - a)) {
    encoding.writeVarUint(encoder, of);
    encoding.writeVarUint(encoder, ranges.length);
    for (const { from, to } of ranges) {
      encoding.writeVarUint(encoder, from);
      encoding.writeVarUint(encoder, to - from);
    }
  }
  return encoding.toUint8Array(encoder);
}

function readRun(reader: Reader, bytes: Uint8Array, clock: number): IRun | null {
  const info = reader.byte();
  const kind = info & KIND;
  if (!KINDS.has(kind) || (kind === GC && info !== GC)) {
    return null;
  }
  const origin = info & HAS_ORIGIN ? readId(reader) : null;
  const right = info & HAS_RIGHT ? readId(reader) : null;
  const keyed = (info & HAS_KEY) !== 0;
  const at = bytes.byteLength - reader.left;
  if (kind !== GC && !origin && !right) {
    const named = reader.number();
    if (named > 1) {
      return null;
    }
    if (named === 1) {
      reader.text();
    } else {
      readId(reader);
    }
    if (keyed) {
      reader.text();
    }
  }
  const parent = bytes.subarray(at, bytes.byteLength - reader.left);
  const place = { clock, kind, origin, right, keyed, parent, text: '', values: [] };
  switch (kind) {
    case TEXT: {
      const text = reader.text();
      return text === '' ? null : { ...place, length: text.length, text };
    }
    case TYPE: {
      const type = reader.byte();
      return type > MOST_TYPE ? null : { ...place, length: 1, values: [Uint8Array.of(type)] };
    }
    case VALUE: {
      const values: Uint8Array[] = [];
      for (let left = reader.number(); left > 0; left -= 1) {
        const from = bytes.byteLength - reader.left;
        if (!passValue(reader, MOST_DEPTH)) {
          return null;
        }
        values.push(bytes.subarray(from, bytes.byteLength - reader.left));
      }
      return values.length === 0 ? null : { ...place, length: values.length, values };
    }
    default: {
      const length = reader.number();
      return length === 0 ? null : { ...place, length };
    }
  }
}

function writeRun(encoder: encoding.Encoder, run: IRun): void {
  const { kind, origin, right, keyed } = run;
  encoding.writeUint8(
    encoder,
    kind | (origin ? HAS_ORIGIN : 0) | (right ? HAS_RIGHT : 0) | (keyed ? HAS_KEY : 0)
  );
  for (const id of [origin, right]) {
    if (id) {
      encoding.writeVarUint(encoder, id.client);
      encoding.writeVarUint(encoder, id.clock);
    }
  }
  encoding.writeUint8Array(encoder, run.parent);
  if (kind === TEXT) {
    encoding.writeVarString(encoder, run.text);
    return;
  }
  if (kind !== TYPE) {
    encoding.writeVarUint(encoder, run.length);
  }
  run.values.forEach(value => encoding.writeUint8Array(encoder, value));
}

function readId(reader: Reader): IId {
  return { client: reader.number(), clock: reader.number() };
}

/** Null where nothing, or what no clock can be, is deleted. */
function readDeleted(reader: Reader): Map<number, IRange[]> | null {
  const deleted = new Map<number, IRange[]>();
  // Where the bytes end nothing is read, and nothing is none: no loop goes on behind them.
  for (let clients = reader.number(); clients > 0; clients -= 1) {
    const client = reader.number();
    const ranges = deleted.get(client) ?? [];
    deleted.set(client, ranges);
    const count = reader.number();
    for (let left = count; left > 0; left -= 1) {
      const from = reader.number();
      const to = from + reader.number();
      if (to === from || to > Number.MAX_SAFE_INTEGER) {
        return null;
      }
      ranges.push({ from, to });
    }
    if (count === 0) {
      return null;
    }
  }
  return deleted;
}

/** Passes over one value as lib0 writes it. */
function passValue(reader: Reader, depth: number): boolean {
  const first = reader.byte();
  switch (first) {
    case 126: // null
    case 121: // false
    case 120: // true
      return true;
    case 125: // an integer: seven bits a byte
      while (reader.byte() > 127) {
        // The next one.
      }
      return true;
    case 124:
      reader.take(4);
      return true;
    case 123:
      reader.take(8);
      return true;
    case 119:
      reader.text();
      return true;
    case 118:
    case 117:
      return depth > 0 && passMany(reader, first === 118, depth - 1);
    default:
      return false;
  }
}

function passMany(reader: Reader, named: boolean, depth: number): boolean {
  for (let left = reader.number(); left > 0; left -= 1) {
    if (named) {
      reader.text();
    }
    if (!passValue(reader, depth)) {
      return false;
    }
  }
  return true;
}
