/** The steps of the fold in `roles`: whose statements are the owner's, and what decides about whom. Pure. */
import { toHex } from '../tagged';
import type { IFounding } from './founding';
import type { IStatement, StatedRole, StatementBody } from './statement';

export type StandingStatement = Extract<IStatement, { kind: 'standing' | 'fork' }>;
export type Succession = Extract<IStatement, { kind: 'succession' }>;

/** What decides about somebody. */
export interface IWord {
  readonly statement: StandingStatement;
  readonly role: StatedRole;
  /** While they are instructor, their statements above this number count. */
  readonly since: number;
}

/** Who owns the class, and which statements are the owner's. */
export interface IReign {
  /** The owner's root key, in hex. */
  readonly key: string;
  /** The owner's statements above this number count. */
  readonly since: number;
  readonly last: Succession | null;
  /** What still counts of those who were owner before. */
  readonly counts: ReadonlySet<string>;
  /** The root keys of all that ever were owner. */
  readonly keys: ReadonlySet<string>;
}

/** Each once, by number and id. */
export function inOrder(statements: Iterable<IStatement>): IStatement[] {
  const known = new Map<string, IStatement>();
  for (const statement of statements) {
    known.set(statement.id, statement);
  }
  return [...known.values()].sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1));
}

/** The owner: the founding record's, or whom the last succession names [ROL3]. */
export function reignOf(founding: IFounding, ordered: readonly IStatement[]): IReign {
  const recovery = toHex(founding.recoveryKey);
  const successions = ordered.filter(
    (each): each is Succession => each.kind === 'succession' && toHex(each.author) === recovery
  );
  const last = successions.at(-1) ?? null;
  const first = toHex(founding.ownerKey);
  const keys = new Set([first, ...successions.map(({ ownerKey }) => toHex(ownerKey))]);
  if (!last) {
    return { key: first, since: -1, last, counts: new Set(), keys };
  }
  const key = toHex(last.ownerKey);
  let since = last.number;
  for (const { ownerKey, number } of [...successions].reverse()) {
    if (toHex(ownerKey) !== key) {
      break;
    }
    since = number;
  }
  return { key, since, last, counts: new Set(last.counts), keys };
}

/** Whether a statement counts as the owner's. */
export function isOwners(reign: IReign, { author, number, id, kind }: IStatement): boolean {
  const key = toHex(author);
  const isNow = key === reign.key && number > reign.since;
  return kind !== 'succession' && (isNow || (reign.keys.has(key) && reign.counts.has(id)));
}

/** What decides about each, of statements of one level in their order: the last. */
export function wordsOf(ordered: readonly IStatement[]): Map<string, IWord> {
  const words = new Map<string, IWord>();
  for (const statement of ordered) {
    if (statement.kind === 'standing' || statement.kind === 'fork') {
      const before = words.get(statement.participant);
      const role = statement.kind === 'fork' ? 'removed' : statement.role;
      words.set(statement.participant, {
        statement,
        role,
        since: before?.role === 'instructor' ? before.since : statement.number
      });
    }
  }
  return words;
}

/** Whether an instructor's statement counts, by the owner's word on its author [ROL4]. */
export function isInstructors(word: IWord, { number, id }: IStatement): boolean {
  return word.statement.counts.includes(id) || (word.role === 'instructor' && number > word.since);
}

/** What a statement is about: of two on one subject one decides. */
export function subjectOf(body: StatementBody): string {
  switch (body.kind) {
    case 'standing':
    case 'fork':
      return `standing ${body.participant}`;
    case 'epoch':
      return `epoch ${body.epoch}`;
    case 'team':
      return `team ${body.team}`;
    case 'succession':
    case 'sharing':
      return body.kind;
  }
}
