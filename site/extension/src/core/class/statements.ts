/** What was stated about a class, as far as it is here: the founding record and a set of statements, and what follows from them. */
import type { Digest } from '../session';
import { type IFounding, readFounding } from './founding';
import { Roles } from './roles';
import type { IStatement } from './statement';

/** Statements kept; `statements` in docs/protocol.json. What counts for nothing goes first. */
export const MOST_STATEMENTS = 2000;

export class Statements {
  constructor(
    private readonly digest: Digest,
    private readonly classId: Uint8Array
  ) {}

  private founding: IFounding | null = null;
  private readonly all = new Map<string, IStatement>();
  private folded: Roles | null = null;

  /** Who may what; null before it is known how the class began. */
  get roles(): Roles | null {
    return (this.folded ??= this.founding && new Roles(this.digest, this.founding, this.all.values()));
  }

  /** The founding record as it is. */
  get record(): Uint8Array | null {
    return this.founding?.record ?? null;
  }

  /** Every statement as it is, in the order of their ids. */
  get bytes(): readonly Uint8Array[] {
    return [...this.all.keys()].sort().map(id => this.all.get(id)!.bytes);
  }

  /** Takes the founding record, from whoever has it: only this class's is one. Whether it is. */
  found(record: Uint8Array): boolean {
    const read = readFounding(this.digest, this.classId, record);
    if (read.kind === 'read' && !this.founding) {
      this.founding = read.value;
      this.folded = null;
    }
    return read.kind === 'read';
  }

  has(id: string): boolean {
    return this.all.has(id);
  }

  /** Takes a statement that was verified. Whether it is new, and kept. */
  add(statement: IStatement): boolean {
    if (this.all.has(statement.id)) {
      return false;
    }
    this.all.set(statement.id, statement);
    this.folded = null;
    this.trim();
    return this.all.has(statement.id);
  }

  /** Each by its id, as it is. */
  get entries(): readonly (readonly [string, Uint8Array])[] {
    return [...this.all].map(([id, { bytes }]) => [id, bytes]);
  }

  /** Nobody can fill this with what counts for nothing: it goes first, then what was taken last. */
  private trim(): void {
    if (this.all.size <= MOST_STATEMENTS) {
      return;
    }
    const { roles } = this;
    const ids = [...this.all.keys()].reverse();
    this.all.delete(ids.find(id => roles?.counts(id) !== true) ?? ids[0]!);
    this.folded = null;
  }
}
