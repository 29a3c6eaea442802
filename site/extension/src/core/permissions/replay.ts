/**
 * A document out of its genesis and the changes that count, in whatever order they come: the live one and the one built
 * anew after somebody was cut off are made alike.
 *
 * Of a client that was cut off the changes before the cut count. What others lean on after it is filled with GC structs of
 * the same length, as far as they lean on it; what leans on those, Yjs makes GC structs of, for everybody the same.
 */
import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import { Reader } from '../envelope/reader';
import { type ChangeFault, checkChange, type ICheckedChange } from './change';
import { type IChangeLimits, NOTEBOOK_LIMITS } from './limits';
import { type IPiece, pieceBytes } from './pieces';
import { type IMisplaced, Places } from './places';
import type { Read } from '../envelope/envelope';
import { ALL, type ITaker, type IWaitingLimits, type Taken, Waiting } from './waiting';
import type { ISessionsWork } from './work';

/** A genesis is checked by its hash, not for its size. */
const GENESIS_LIMITS: IChangeLimits = {
  ...NOTEBOOK_LIMITS,
  bytes: Infinity,
  structs: Infinity,
  ranges: Infinity
};
const UNBOUNDED: IWaitingLimits = { bytes: Infinity, changes: Infinity };

/** The changes that a genesis is, by the one client it has. */
export function checkGenesis(genesis: Uint8Array): Read<ICheckedChange, ChangeFault> {
  const reader = new Reader(genesis);
  const [, , client] = [reader.number(), reader.number(), reader.number()];
  return checkChange(genesis, client, GENESIS_LIMITS);
}

/** In which order changes are taken, and which are refused for their places: all but the document. */
export class Admission {
  /** `genesis`: null for a document of outputs, which begins with nothing. @throws Error for what is no genesis */
  constructor(
    genesis: Uint8Array | null,
    protected readonly cuts: Map<number, number>,
    limits?: IWaitingLimits
  ) {
    const run = this.runner();
    const admit = (change: ICheckedChange): boolean => this.admit(change);
    this.waiting = new Waiting(new Map(), run ? { admit, run } : { admit }, cuts, limits);
    if (genesis) {
      const read = checkGenesis(genesis);
      if (read.kind === 'fault') {
        throw new Error(`Not a genesis: ${read.fault}`);
      }
      this.genesis = read.value;
      this.waiting.take('', read.value);
    }
  }

  readonly waiting: Waiting;
  /** Changes that say what they may not: nothing of their session counts from there on. */
  readonly refused = new Map<ICheckedChange, IMisplaced>();
  /** A piece of a segment was taken before another one was refused: the document must be built anew without it. */
  isTorn = false;
  protected readonly genesis: ICheckedChange | null = null;
  private readonly places = new Places();

  take(author: string, change: ICheckedChange): Taken {
    return this.waiting.take(author, change);
  }

  /** Takes in what is admitted. */
  protected runner(): ITaker['run'] {
    return undefined;
  }

  private admit(change: ICheckedChange | IPiece): boolean {
    const misplaced = this.places.admit(change);
    if (misplaced) {
      const whole = 'whole' in change ? change.whole : change;
      this.refused.set(whole, misplaced);
      this.isTorn ||= change.from > whole.from;
    }
    return misplaced === null;
  }
}

/** What a document takes in, and the document. */
export class Intake extends Admission {
  /** `work`: whose changes may take how long; none: as long as it takes. */
  constructor(
    readonly doc: Y.Doc,
    genesis: Uint8Array | null,
    cuts: Map<number, number> = new Map(),
    private readonly origin: unknown = null,
    limits?: IWaitingLimits,
    private readonly work?: ISessionsWork
  ) {
    super(genesis, cuts, limits);
    this.isMade = true;
    const bytes = this.genesis?.bytes;
    if (bytes) {
      this.batch(() => this.apply('', bytes, Infinity));
    }
  }

  /** Whether there is a document yet. */
  private readonly isMade: boolean;

  override take(author: string, change: ICheckedChange): Taken {
    const take = (): Taken => super.take(author, change);
    return this.waiting.lacks(change) ? take() : this.batch(take);
  }

  /** Nothing of a client counts from `clock` on. Only for a document that has nothing from there on; others are replayed. */
  cut(client: number, clock: number): void {
    this.batch(() => this.waiting.cut(client, clock));
  }

  /** Takes in more of what takes too long to be taken in at once. */
  resume(): void {
    this.batch(() => this.waiting.resume());
  }

  protected override runner(): ITaker['run'] {
    return (author, change, done) => this.run(author, change, done);
  }

  /** As one transaction. Not one's own, from its very beginning: who writes in a cell holds their place before it changes. */
  private batch<T>(run: () => T): T {
    return Y.transact(this.doc, run, this.origin, false);
  }

  private run(author: string, change: ICheckedChange, done: number): number {
    if (!this.isMade) {
      // The genesis, before there is a document.
      return ALL;
    }
    const { structs, deletes, bytes } = change;
    const part = partsOf(change);
    if (done === 0) {
      this.fill(change);
    }
    for (let next = done; ;) {
      const most = this.work?.most(author) ?? ALL;
      if (most === 0) {
        return next;
      }
      if (next === 0 && structs.length <= most) {
        this.apply(author, bytes, structs.length + deletes.length);
        return ALL;
      }
      if (next < structs.length) {
        const end = Math.min(structs.length, next + most);
        this.apply(author, part(next, end), end - next);
        next = end;
        if (next < structs.length || deletes.length > 0) {
          continue;
        }
      } else {
        this.apply(author, part(next, next), deletes.length);
      }
      return ALL;
    }
  }

  private apply(author: string, bytes: Uint8Array, count: number): void {
    const apply = (): void => Y.applyUpdate(this.doc, bytes, this.origin);
    if (this.work) {
      this.work.measure(author, count, apply);
    } else {
      apply();
    }
  }

  /** Puts GC structs in the place of what was cut off and this leans on. */
  private fill({ needs }: ICheckedChange): void {
    for (const { client, clock } of needs) {
      const from = Y.getState(this.doc.store, client);
      if (clock >= (this.cuts.get(client) ?? Infinity) && from <= clock) {
        Y.applyUpdate(this.doc, gap(client, from, clock + 1), this.origin);
      }
    }
  }
}

/** Makes changes of structs from `first` to before `end`; where there are none, of what is deleted. */
function partsOf(change: ICheckedChange | IPiece): (first: number, end: number) => Uint8Array {
  const whole = 'whole' in change ? change.whole : change;
  let at: number | null = null;
  return (first, end) => {
    at ??= change.structs.length > 0 ? whole.structs.indexOf(change.structs[0]!) : 0;
    return pieceBytes(whole, at + first, at + end, first === end);
  };
}

/** An update with one GC struct. */
function gap(client: number, from: number, to: number): Uint8Array {
  const encoder = encoding.createEncoder();
  // Of one client one struct, from this clock on: a GC of that length. No deletions.
  [1, 1, client, from, 0, to - from, 0].forEach(number => encoding.writeVarUint(encoder, number));
  return encoding.toUint8Array(encoder);
}

/** Builds a document anew. Changes that count, in any order; what is left out of them waits for what is not there, or was refused. */
export function replay(
  doc: Y.Doc,
  genesis: Uint8Array | null,
  changes: Iterable<ICheckedChange>,
  cuts: ReadonlyMap<number, number>,
  origin: unknown = null
): Intake {
  const ordered = [...changes].sort(byAuthor);
  const refused = admit(genesis, ordered, cuts);
  const build = (): Intake => {
    const intake = new Intake(doc, genesis, new Map(cuts), origin, UNBOUNDED);
    ordered.filter(change => !refused.has(change)).forEach(change => intake.take('', change));
    refused.forEach((misplaced, change) => intake.refused.set(change, misplaced));
    return intake;
  };
  return Y.transact(doc, build, origin, false);
}

/** Which changes are refused for their places, before anything of them is taken: the same in whatever order they are. */
export function admit(
  genesis: Uint8Array | null,
  changes: readonly ICheckedChange[],
  cuts: ReadonlyMap<number, number>
): Map<ICheckedChange, IMisplaced> {
  const refused = new Map<ICheckedChange, IMisplaced>();
  for (;;) {
    const admission = new Admission(genesis, new Map(cuts), UNBOUNDED);
    changes.filter(change => !refused.has(change)).forEach(change => admission.take('', change));
    admission.refused.forEach((misplaced, change) => refused.set(change, misplaced));
    if (!admission.isTorn) {
      return refused;
    }
  }
}

/** One order for one set of changes: not even crafted places, which Yjs orders by arrival, make two members' documents differ. */
function byAuthor(a: ICheckedChange, b: ICheckedChange): number {
  return (
    Number(a.structs.length === 0) - Number(b.structs.length === 0) || a.client - b.client || a.from - b.from
  );
}
