/**
 * The check of a change: whether bytes that somebody signed are an update of Yjs (version 1) that the protocol takes, read
 * struct by struct in work that grows with their number and never in a document (PER in docs/SPEC.md; golden vectors in
 * `tests/protocol/changes.json`, read by `site/peerbook/peer/permissions.py` as well).
 */
import type { Read } from '../envelope/envelope';
import { type ReadFault, Reader } from '../envelope/reader';
import { type IChangeLimits, MOST_CLOCK } from './limits';
import type { Content, IDeletion, IId, IStruct } from './structs';
import { passValue, type ValueFault } from './value';

/** The closed set of what can be wrong with a change's bytes. */
export const CHANGE_FAULTS = [
  'too-large', // more bytes, structs or ranges than a change may have
  'cut-short', // ends before what it says
  'number', // not the shortest spelling, or above 2^53 - 1
  'text', // not UTF-8
  'left-over', // goes on after its end
  'client', // structs of somebody else, or of more than one
  'clock', // beyond MOST_CLOCK
  'gap', // a struct that leaves clocks out
  'empty', // a struct or a range of length 0, structs or ranges announced and not there
  'kind', // content that nobody writes into these documents
  'value', // what JSON does not have, or another spelling of it
  'depth', // JSON in JSON beyond the limit
  'early', // leans on its author's own clocks that come later, or deletes them
  'parent', // in no root map of the document
  'key', // none where one is due, or `__proto__`
  'order' // ranges of deletions not ascending and apart, or clients not descending
] as const;
export type ChangeFault = (typeof CHANGE_FAULTS)[number];

export interface ICheckedChange {
  readonly client: number;
  /** Its own clocks: from `from` to before `to`; both 0 for a change that only deletes. */
  readonly from: number;
  readonly to: number;
  readonly structs: readonly IStruct[];
  readonly deletes: readonly IDeletion[];
  /** For each client that it leans on, or deletes something of, the last clock that must be there before. Ascending. */
  readonly needs: readonly IId[];
  readonly bytes: Uint8Array;
  /** Where the deletions begin in them. */
  readonly deletionsAt: number;
  /** Merged from many: taken in pieces, as what each piece needs comes. */
  readonly isSegment: boolean;
}

const [GC, SKIP] = [0, 10];
const [HAS_LEFT, HAS_RIGHT, HAS_KEY, KIND] = [0x80, 0x40, 0x20, 0x1f];
const TYPES: readonly Content[] = ['array-type', 'map-type', 'text-type'];

/** Reads `bytes` as a change of `client`. Never throws. */
export function checkChange(
  bytes: Uint8Array,
  client: number,
  limits: IChangeLimits
): Read<ICheckedChange, ChangeFault> {
  return new Check(bytes, client, limits).run();
}

class Check {
  constructor(
    private readonly bytes: Uint8Array,
    private readonly client: number,
    private readonly limits: IChangeLimits
  ) {
    this.reader = new Reader(bytes);
  }

  private readonly reader: Reader;
  private readonly structs: IStruct[] = [];
  private readonly deletes: IDeletion[] = [];
  private readonly needs = new Map<number, number>();
  private from = 0;
  private to = 0;
  private deletionsAt = 0;
  private wrong: ChangeFault | null = null;

  run(): Read<ICheckedChange, ChangeFault> {
    if (this.bytes.byteLength > this.limits.bytes) {
      return { kind: 'fault', fault: 'too-large' };
    }
    this.readStructs();
    this.deletionsAt = this.at;
    if (this.isGood) {
      this.readDeletions();
    }
    if (this.isGood && this.reader.left > 0) {
      this.fail('left-over');
    }
    const fault = this.fault;
    if (fault) {
      return { kind: 'fault', fault };
    }
    if (this.from > 0) {
      this.need({ client: this.client, clock: this.from - 1 });
    }
    const { client, from, to, structs, deletes, bytes, deletionsAt } = this;
    const { isSegment } = this.limits;
    const needs = [...this.needs].sort(([a], [b]) => a - b).map(([of, clock]) => ({ client: of, clock }));
    return {
      kind: 'read',
      value: { client, from, to, structs, deletes, needs, bytes, deletionsAt, isSegment }
    };
  }

  private get fault(): ChangeFault | ReadFault | null {
    return this.wrong ?? this.reader.fault;
  }

  private get at(): number {
    return this.bytes.byteLength - this.reader.left;
  }

  private get isGood(): boolean {
    return this.fault === null;
  }

  /** The first thing that was wrong counts; what cannot be read is wrong before what was read in its place. */
  private fail(fault: ChangeFault | ValueFault | null): void {
    if (!this.reader.fault) {
      this.wrong ??= fault;
    }
  }

  private readStructs(): void {
    const { reader, limits } = this;
    const clients = reader.number();
    if (clients > 1) {
      this.fail('client');
    }
    if (clients === 0 || !this.isGood) {
      return;
    }
    const count = reader.number();
    const client = reader.number();
    this.from = this.to = reader.number();
    if (count === 0) {
      this.fail('empty');
    } else if (count > limits.structs) {
      this.fail('too-large');
    } else if (client !== this.client) {
      this.fail('client');
    }
    for (let left = count; left > 0 && this.isGood; left -= 1) {
      this.readStruct();
    }
  }

  private readStruct(): void {
    const { at } = this;
    const info = this.reader.byte();
    const clock = this.to;
    let left: IId | null = null;
    let right: IId | null = null;
    let parent: IId | string | null = null;
    let key: string | null = null;
    if (info !== GC) {
      if ((info & KIND) === SKIP) {
        this.fail('gap');
      }
      left = info & HAS_LEFT ? this.readId() : null;
      right = info & HAS_RIGHT ? this.readId() : null;
      if (!left && !right) {
        parent = this.readParent();
        key = info & HAS_KEY ? this.reader.text() : null;
        if (key === '__proto__' || (key === null && typeof parent === 'string')) {
          this.fail('key');
        }
      }
    }
    const [content, length] = this.isGood ? this.readContent(info) : (['gone', 0] as const);
    if (length === 0) {
      this.fail('empty');
    }
    this.to = clock + length;
    if (this.to > MOST_CLOCK) {
      this.fail('clock');
    }
    this.structs.push({ at, clock, length, content, left, right, parent, key });
  }

  private readParent(): IId | string {
    switch (this.reader.number()) {
      case 0:
        return this.readId();
      case 1: {
        const name = this.reader.text();
        if (!this.limits.roots.has(name)) {
          this.fail('parent');
        }
        return name;
      }
      default:
        this.fail('parent');
        return '';
    }
  }

  /** What a struct leans on: somebody else's, which must be there, or what its author wrote before. */
  private readId(): IId {
    const id = { client: this.reader.number(), clock: this.reader.number() };
    if (id.clock >= MOST_CLOCK) {
      this.fail('clock');
    } else if (id.client !== this.client) {
      this.need(id);
    } else if (id.clock >= this.to) {
      this.fail('early');
    }
    return id;
  }

  private readContent(info: number): readonly [Content, number] {
    const { reader } = this;
    if (info === GC) {
      return ['gone', reader.number()];
    }
    switch (info & KIND) {
      case 1:
        return ['deleted', reader.number()];
      case 4:
        return ['text', reader.text().length];
      case 7: {
        const type = TYPES[reader.number()];
        if (!type) {
          this.fail('kind');
        }
        return [type ?? 'gone', 1];
      }
      case 8: {
        const count = reader.number();
        for (let left = count; left > 0 && this.isGood; left -= 1) {
          this.fail(passValue(reader, this.limits.jsonDepth));
        }
        return ['value', count];
      }
      default:
        this.fail('kind');
        return ['gone', 1];
    }
  }

  private readDeletions(): void {
    const { reader, limits } = this;
    let last = Infinity;
    for (let clients = reader.number(); clients > 0 && this.isGood; clients -= 1) {
      const client = reader.number();
      const ranges = reader.number();
      if (client >= last) {
        this.fail('order');
      } else if (ranges === 0) {
        this.fail('empty');
      }
      last = client;
      let end = -1;
      for (let left = ranges; left > 0 && this.isGood; left -= 1) {
        const from = reader.number();
        const length = reader.number();
        if (this.deletes.length >= limits.ranges) {
          this.fail('too-large');
        } else if (from <= end) {
          this.fail('order');
        } else if (length === 0) {
          this.fail('empty');
        } else if (from + length > MOST_CLOCK) {
          this.fail('clock');
        }
        end = from + length;
        this.deletes.push({ client, from, to: end });
      }
      if (this.isGood) {
        this.needDeleted(client, end);
      }
    }
  }

  /** What is deleted must be there before, or it would be deleted for some and waited for by others. */
  private needDeleted(client: number, end: number): void {
    if (client !== this.client || this.structs.length === 0) {
      this.need({ client, clock: end - 1 });
    } else if (end > this.to) {
      this.fail('early');
    }
  }

  private need({ client, clock }: IId): void {
    this.needs.set(client, Math.max(clock, this.needs.get(client) ?? 0));
  }
}
