/**
 * The statements of a class that a page keeps: of whom the owner made somebody, and of each of them no more than a bound.
 * Which they are depends on what they say and not on the order in which they came. What is nobody's yet waits a little:
 * who was made instructor may be heard before it is heard that they were. Pure; docs/SPEC.md, ROL8.
 */
import type { Digest } from '../session';
import { fromHex, toHex } from '../tagged';
import { joinBytes } from '../bytes';
import type { IFounding } from './founding';
import { participantOf } from '../identity/participant';
import { Roles } from './roles';
import type { IStatement } from './statement';
import { inOrder, isOwners, reignOf, wordsOf } from './words';

/** Of one author, and of all that wait; `statements_bytes` in docs/protocol.json. */
export const STATEMENTS_BYTES = 4_000_000;

export class Statements {
  constructor(
    private readonly digest: Digest,
    readonly founding: IFounding,
    private readonly most = STATEMENTS_BYTES
  ) {
    this.folded = new Roles(digest, founding, []);
  }

  private kept = new Map<string, IStatement>();
  private readonly waiting = new Map<string, IStatement>();
  private folded: Roles | null;
  private readonly participants = new Map<string, string>();

  /** What follows from all that are kept. */
  get roles(): Roles {
    return (this.folded ??= new Roles(this.digest, this.founding, this.kept.values()));
  }

  /** In the order of number and id: what a newcomer is given. */
  get all(): readonly IStatement[] {
    return inOrder(this.kept.values());
  }

  has(id: string): boolean {
    return this.kept.has(id) || this.waiting.has(id);
  }

  get(id: string): IStatement | null {
    return this.kept.get(id) ?? null;
  }

  /** What two compare first: equal when both keep the same. */
  summary(): Uint8Array {
    return this.digest(joinBytes([...this.kept.keys()].sort().map(fromHex)));
  }

  /**
   * Takes statements that were verified.
   * @returns those that are kept now and were not before: to be stored and passed on. With the last that made them
   * somebody's, statements that waited come along.
   */
  take(statements: Iterable<IStatement>): readonly IStatement[] {
    const before = this.kept;
    let isNews = false;
    for (const statement of statements) {
      if (!this.has(statement.id)) {
        this.waiting.set(statement.id, statement);
        isNews = true;
      }
    }
    if (!isNews) {
      return [];
    }
    const all = [...before.values(), ...this.waiting.values()];
    this.kept = new Map(this.keep(inOrder(all)).map(statement => [statement.id, statement]));
    this.folded = null;
    this.waiting.clear();
    const rest = all.filter(({ id }) => !this.kept.has(id)).reverse();
    let bytes = 0;
    // Those that came last stay, in the order in which they came.
    const staying = rest.filter(statement => (bytes += statement.bytes.byteLength) <= this.most).reverse();
    staying.forEach(statement => this.waiting.set(statement.id, statement));
    return [...this.kept.values()].filter(({ id }) => !before.has(id));
  }

  /** Of all statements, in order, those to keep. */
  private keep(all: readonly IStatement[]): IStatement[] {
    const recovery = toHex(this.founding.recoveryKey);
    const isSuccession = ({ kind, author }: IStatement) =>
      kind === 'succession' && toHex(author) === recovery;
    const successions = this.bounded(all.filter(isSuccession), new Set());
    const reign = reignOf(this.founding, successions);
    const owned = all.filter(statement => isOwners(reign, statement));
    const owners = this.bounded(owned, reign.counts);
    // Whoever was instructor once is kept with all they said: what of it counts may change.
    const named = new Set<string>();
    for (const each of owners) {
      if (each.kind === 'standing' && each.role === 'instructor') {
        named.add(each.participant);
      }
    }
    const words = wordsOf(owners);
    const counts = new Set([...words.values()].flatMap(({ statement }) => statement.counts));
    const kept = new Map([...successions, ...owners].map(each => [each.id, each]));
    const theirs = new Map<string, IStatement[]>();
    for (const each of all) {
      const author = this.participant(toHex(each.author));
      const isTheirs = named.has(author) || words.get(author)?.statement.counts.includes(each.id);
      if (isTheirs && !kept.has(each.id) && each.kind !== 'succession') {
        const said = theirs.get(author) ?? [];
        theirs.set(author, said);
        said.push(each);
      }
    }
    return [...kept.values(), ...[...theirs.values()].flatMap(each => this.bounded(each, counts))];
  }

  /**
   * The first of one author's, up to the one that reaches the bound; those that are named by who may name them always.
   * The first, as nobody can then make another's page forget what it knows by saying more.
   */
  private bounded(ordered: readonly IStatement[], counts: ReadonlySet<string>): IStatement[] {
    const before = new Map<string, number>();
    return ordered.filter(({ id, author, bytes }) => {
      if (counts.has(id)) {
        return true;
      }
      const key = toHex(author);
      const so = before.get(key) ?? 0;
      before.set(key, so + bytes.byteLength);
      return so <= this.most;
    });
  }

  private participant(key: string): string {
    let participant = this.participants.get(key);
    if (!participant) {
      participant = participantOf(this.digest, fromHex(key));
      this.participants.set(key, participant);
    }
    return participant;
  }
}
