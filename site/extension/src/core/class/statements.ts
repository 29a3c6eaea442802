/**
 * The statements of a class that a page keeps: of whom the owner made somebody, and of each of them no more than a bound.
 * Which they are depends on what they say and not on the order in which they came. What is nobody's yet waits a little:
 * who was made instructor may be heard before it is heard that they were. Pure; docs/SPEC.md, ROL8.
 */
import { joinBytes } from '../bytes';
import { participantOf } from '../identity/participant';
import type { Digest } from '../session';
import { fromHex, toHex } from '../tagged';
import type { IFounding } from './founding';
import { Roles } from './roles';
import type { IStatement } from './statement';
import { inOrder, type IReign, isOwners, type IWord, reignOf, wordsOf } from './words';

/** Of one author, and of all that wait; `statements_bytes` in docs/protocol.json. */
export const STATEMENTS_BYTES = 4_000_000;

/** What decides of whom statements are kept; anew when one comes that may change it. */
interface IGround {
  readonly reign: IReign;
  /** What the owner says of each. */
  readonly words: ReadonlyMap<string, IWord>;
  /** All that is named as counting. */
  readonly counts: ReadonlySet<string>;
  /** Bytes kept of each author, by root key, without those. */
  readonly bytes: Map<string, number>;
  /** The last that is kept of each author, without those, too. */
  readonly last: Map<string, IStatement>;
}

/** Participants remembered by their keys. */
const MOST_REMEMBERED = 4096;

export class Statements {
  constructor(
    private readonly digest: Digest,
    readonly founding: IFounding,
    private readonly most = STATEMENTS_BYTES
  ) {
    this.recovery = toHex(founding.recoveryKey);
    this.ground = this.weigh([]);
  }

  private readonly recovery: string;
  private kept = new Map<string, IStatement>();
  private readonly waiting = new Map<string, IStatement>();
  private waitingBytes = 0;
  private ground: IGround;
  private folded: Roles | null = null;
  private summed: Uint8Array | null = null;
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
    return (this.summed ??= this.digest(joinBytes([...this.kept.keys()].sort().map(fromHex))));
  }

  /**
   * Takes statements that were verified.
   * @returns those that are kept now and were not before: to be stored and passed on. With the last that made them
   * somebody's, statements that waited come along.
   */
  take(statements: Iterable<IStatement>): readonly IStatement[] {
    const fresh = new Map<string, IStatement>();
    let isWeighed = false;
    for (const statement of statements) {
      if (this.has(statement.id)) {
        continue;
      }
      const way = this.wayOf(statement);
      if (way === 'keep') {
        this.kept.set(statement.id, statement);
        this.count(this.ground.bytes, statement);
        this.folded = this.summed = null;
        fresh.set(statement.id, statement);
      } else {
        this.wait(statement);
        isWeighed ||= way === 'weigh';
      }
    }
    if (isWeighed) {
      return this.weighAll(fresh);
    }
    this.shed();
    return [...fresh.values()];
  }

  /**
   * What becomes of it: it is kept and changes nothing of the others, it waits, or all are to be weighed anew. Strangers
   * make no work.
   */
  private wayOf(statement: IStatement): 'keep' | 'wait' | 'weigh' {
    const { reign, words, counts, bytes } = this.ground;
    const { id, kind, author, number } = statement;
    const key = toHex(author);
    if (kind === 'succession') {
      return key === this.recovery ? 'weigh' : 'wait';
    }
    if (counts.has(id)) {
      return 'weigh';
    }
    const isOwner = key === reign.key && number > reign.since;
    if (!isOwner && words.get(this.participant(key))?.role !== 'instructor') {
      return 'wait';
    }
    if (isOwner && (kind === 'standing' || kind === 'fork')) {
      const before = words.get(statement.participant);
      const isPlain = statement.counts.length === 0 && (kind === 'fork' || statement.role !== 'instructor');
      if (!isPlain || before?.role === 'instructor' || before?.statement.counts.length) {
        return 'weigh';
      }
    }
    const before = bytes.get(key) ?? 0;
    if (before + statement.bytes.byteLength <= this.most) {
      return 'keep';
    }
    const last = this.ground.last.get(key)!;
    return before > this.most && inOrder([last, statement])[0] === last ? 'wait' : 'weigh';
  }

  private wait(statement: IStatement): void {
    this.waiting.set(statement.id, statement);
    this.waitingBytes += statement.bytes.byteLength;
  }

  /** Who waited longest goes first. */
  private shed(): void {
    for (const [id, { bytes }] of this.waiting) {
      if (this.waitingBytes <= this.most) {
        break;
      }
      this.waiting.delete(id);
      this.waitingBytes -= bytes.byteLength;
    }
  }

  private weighAll(fresh: ReadonlyMap<string, IStatement>): IStatement[] {
    const before = this.kept;
    const all = [...before.values(), ...this.waiting.values()];
    this.ground = this.weigh(inOrder(all));
    this.folded = this.summed = null;
    this.waiting.clear();
    this.waitingBytes = 0;
    all.filter(({ id }) => !this.kept.has(id)).forEach(statement => this.wait(statement));
    this.shed();
    return [...this.kept.values()].filter(({ id }) => !before.has(id) || fresh.has(id));
  }

  /** Of all statements, in order, keeps those to keep. */
  private weigh(all: readonly IStatement[]): IGround {
    const isSuccession = ({ kind, author }: IStatement) =>
      kind === 'succession' && toHex(author) === this.recovery;
    const said = { bytes: new Map<string, number>(), last: new Map<string, IStatement>() };
    const successions = this.bounded(all.filter(isSuccession), new Set(), said);
    const reign = reignOf(this.founding, successions);
    const isOwned = (statement: IStatement) => isOwners(reign, statement);
    const owners = this.bounded(all.filter(isOwned), reign.counts, said);
    const words = wordsOf(owners);
    const counts = new Set([...words.values()].flatMap(({ statement }) => statement.counts));
    const kept = new Map([...successions, ...owners].map(each => [each.id, each]));
    const theirs = all.filter(each => {
      const word = words.get(this.participant(toHex(each.author)));
      const isTheirs = word?.role === 'instructor' || word?.statement.counts.includes(each.id);
      return isTheirs && !kept.has(each.id) && each.kind !== 'succession';
    });
    this.bounded(theirs, counts, said).forEach(each => kept.set(each.id, each));
    this.kept = kept;
    reign.counts.forEach(id => counts.add(id));
    return { reign, words, counts, ...said };
  }

  /**
   * The first of each author, up to the one that reaches the bound; those that are named by who may name them always. The
   * first, as nobody can then make another's page forget what it knows by saying more.
   */
  private bounded(
    ordered: readonly IStatement[],
    counts: ReadonlySet<string>,
    { bytes, last }: Pick<IGround, 'bytes' | 'last'>
  ): IStatement[] {
    return ordered.filter(statement => {
      if (counts.has(statement.id)) {
        return true;
      }
      const key = toHex(statement.author);
      const isWithin = (bytes.get(key) ?? 0) <= this.most;
      this.count(bytes, statement);
      if (isWithin) {
        last.set(key, statement);
      }
      return isWithin;
    });
  }

  private count(bytes: Map<string, number>, { author, bytes: own }: IStatement): void {
    const key = toHex(author);
    bytes.set(key, (bytes.get(key) ?? 0) + own.byteLength);
  }

  private participant(key: string): string {
    let participant = this.participants.get(key);
    if (!participant) {
      participant = participantOf(this.digest, fromHex(key));
      if (this.participants.size >= MOST_REMEMBERED) {
        this.participants.clear();
      }
      this.participants.set(key, participant);
    }
    return participant;
  }
}
