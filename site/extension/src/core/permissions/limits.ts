/** What one change may be at most; the numbers are those of docs/protocol.json. */
import { JSON_DEPTH } from '../document/json';
import { SEGMENT_STRUCTS } from '../envelope/compact';
import { CHANGE_BYTES } from '../envelope/parts';
import { SEGMENT_BYTES } from '../envelope/segment';

export interface IChangeLimits {
  /** Of the whole change. */
  readonly bytes: number;
  /** Structs in a change, and ranges that it deletes. */
  readonly structs: number;
  readonly ranges: number;
  /** JSON in JSON. */
  readonly jsonDepth: number;
  /** Root maps the document has. */
  readonly roots: ReadonlySet<string>;
  /** What was written over a while, merged (ENV8): two of them may need each other, struct by struct. */
  readonly isSegment: boolean;
}

/** Where Yjs and yrs place what is written: yrs counts in 32 bits. `most_clock`. */
export const MOST_CLOCK = 2_147_483_647;
/** Crafted places make Yjs look at each other struct for each, and at what the document has: PER8. `change_structs`. */
export const CHANGE_STRUCTS = 1024;
/** Each may split a struct in two, and no more than that. `change_ranges`. */
export const CHANGE_RANGES = 8192;
export { JSON_DEPTH };
/** Root map, run, outputs, output, text: five. Yjs deletes and reads types recursively. `type_depth`. */
export const TYPE_DEPTH = 8;
/** Changes of one author that wait for others'. `unresolved_changes`. */
export const WAITING_CHANGES = 4096;
/** The same in bytes; `unresolved_bytes`. */
export const WAITING_BYTES = 1_000_000;

const CHANGE = {
  bytes: CHANGE_BYTES,
  structs: CHANGE_STRUCTS,
  ranges: CHANGE_RANGES,
  jsonDepth: JSON_DEPTH,
  isSegment: false
};
const SEGMENT = {
  bytes: SEGMENT_BYTES,
  structs: SEGMENT_STRUCTS,
  ranges: SEGMENT_STRUCTS,
  jsonDepth: JSON_DEPTH,
  isSegment: true
};
const [NOTEBOOK, OUTPUTS] = [new Set(['cells', 'meta']), new Set(['cells'])];

export const NOTEBOOK_LIMITS: IChangeLimits = { ...CHANGE, roots: NOTEBOOK };
export const OUTPUTS_LIMITS: IChangeLimits = { ...CHANGE, roots: OUTPUTS };

/** What a segment of a document may be, where a change may be that much. */
export function forSegments({ roots }: IChangeLimits): IChangeLimits {
  return { ...SEGMENT, roots };
}
