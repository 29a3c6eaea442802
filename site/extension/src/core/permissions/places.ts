/**
 * Where everything stands that was written into one document: a second look at a change, when all is here that it needs.
 * It sees only what the change leans on, so it says the same to everybody in whatever order changes came; and it is what
 * keeps Yjs from being led astray: text in text, values under keys, nothing between two places, no types without end.
 */
import type { ICheckedChange } from './change';
import { TYPE_DEPTH } from './limits';
import type { Content, IId, IStruct } from './structs';

export const PLACE_FAULTS = [
  'torn', // its left and its right are not in one place
  'inside', // in something that holds nothing
  'misplaced', // text outside of a text, a value in one, a key where none is due or none where one is
  'deep' // types in types beyond TYPE_DEPTH
] as const;
export type PlaceFault = (typeof PLACE_FAULTS)[number];

/** Why a change is not to be taken, and the clock of the struct in which that shows. */
export interface IMisplaced {
  readonly fault: PlaceFault;
  readonly clock: number;
}

interface IType {
  readonly kind: 'map' | 'array' | 'text';
  readonly depth: number;
  readonly places: Map<string | null, IPlace>;
}

interface IPlace {
  readonly type: IType;
  readonly key: string | null;
}

/** Nowhere: cut off, written and deleted with what it was in, or leaning on such a thing. Yjs makes a GC struct of it. */
type Where = IPlace | null;

interface IRun {
  readonly from: number;
  readonly where: Where;
  /** Nothing is left of it: what is in it is nowhere. */
  readonly isDeleted: boolean;
}

class Author {
  readonly runs: IRun[] = [];
  readonly types = new Map<number, IType>();
  to = 0;

  add(from: number, to: number, where: Where, isDeleted: boolean): void {
    const last = this.runs[this.runs.length - 1];
    if (last?.where !== where || last.isDeleted !== isDeleted) {
      this.runs.push({ from, where, isDeleted });
    }
    this.to = to;
  }

  /** The run with a clock that is there. */
  find(clock: number): IRun | null {
    let [low, high] = [0, this.runs.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      [low, high] = this.runs[middle]!.from <= clock ? [middle, high] : [low, middle - 1];
    }
    return clock < this.to ? (this.runs[low] ?? null) : null;
  }

  /** Forgets what was added since `to` and `runs`. */
  takeBack(to: number, runs: number): void {
    this.runs.length = runs;
    [...this.types.keys()].filter(clock => clock >= to).forEach(clock => this.types.delete(clock));
    this.to = to;
  }
}

const KINDS = { 'map-type': 'map', 'array-type': 'array', 'text-type': 'text' } as const;

export class Places {
  private readonly authors = new Map<number, Author>();
  private readonly roots = new Map<string, IType>();

  /** Takes a change all of whose needs are here into account, or says why it is not to be taken. */
  admit(change: ICheckedChange): IMisplaced | null {
    const author = this.authors.get(change.client) ?? new Author();
    this.authors.set(change.client, author);
    const [to, runs] = [author.to, author.runs.length];
    for (const struct of change.structs) {
      const end = struct.clock + struct.length;
      if (end <= author.to) {
        continue;
      }
      const fault = this.place(struct, author, end);
      if (fault) {
        author.takeBack(to, runs);
        return { fault, clock: struct.clock };
      }
    }
    return null;
  }

  private place(struct: IStruct, author: Author, end: number): PlaceFault | null {
    const { content } = struct;
    const where = content === 'gone' ? null : this.whereOf(struct);
    if (typeof where === 'string') {
      return where;
    }
    if (where) {
      if (!holds(where, content)) {
        return 'misplaced';
      }
      if (content in KINDS) {
        const depth = where.type.depth + 1;
        if (depth > TYPE_DEPTH) {
          return 'deep';
        }
        author.types.set(struct.clock, makeType(KINDS[content as keyof typeof KINDS], depth));
      }
    }
    author.add(Math.max(struct.clock, author.to), end, where, content === 'deleted');
    return null;
  }

  private whereOf({ left, right, parent, key }: IStruct): Where | PlaceFault {
    if (left && right) {
      const [before, after] = [this.find(left), this.find(right)];
      return !before?.where || !after?.where ? null : before.where === after.where ? before.where : 'torn';
    }
    const beside = left ?? right;
    if (beside) {
      return this.find(beside)?.where ?? null;
    }
    if (typeof parent === 'string') {
      const root = this.roots.get(parent) ?? makeType('map', 0);
      this.roots.set(parent, root);
      return placeIn(root, key);
    }
    const run = this.find(parent!);
    if (!run?.where || run.isDeleted) {
      return null;
    }
    const type = this.authors.get(parent!.client)!.types.get(parent!.clock);
    return type ? placeIn(type, key) : 'inside';
  }

  /** Null for what is cut off: all that a change needs is here, or does not count. */
  private find({ client, clock }: IId): IRun | null {
    return this.authors.get(client)?.find(clock) ?? null;
  }
}

function makeType(kind: IType['kind'], depth: number): IType {
  return { kind, depth, places: new Map() };
}

function placeIn(type: IType, key: string | null): IPlace {
  const place = type.places.get(key) ?? { type, key };
  type.places.set(key, place);
  return place;
}

function holds({ type, key }: IPlace, content: Content): boolean {
  if ((type.kind === 'map') !== (key !== null)) {
    return false;
  }
  return content === 'deleted' || (content === 'text') === (type.kind === 'text');
}
