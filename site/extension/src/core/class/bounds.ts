/**
 * What is named with taking something from somebody, where there is more than one statement has room for [ROL2]. Whoever
 * is to lose their power may have stated as much as they liked, and that keeps nobody from taking it. Pure.
 */
import type { IReached } from './readmission';
import {
  fitFrontier,
  frontierBytes,
  type IBounds,
  type IReach,
  type IStatement,
  STATEMENT_BYTES,
  type StatementKind
} from './statement';
import { subjectOf } from './words';

/** The most that is besides the bounds, of any kind, is 222 bytes: 500 statements fit beside the longest frontier. */
const REST_BYTES = 384;
const ID_BYTES = 32;
/** What others' work hangs on goes first: without the statement of its key nobody opens what is sealed with it. */
const KINDS: readonly StatementKind[] = ['epoch', 'team', 'standing', 'fork', 'sharing'];

/** The ids of statements that decide, of all that count, in their order. */
export function decidingOf(counting: Iterable<IStatement>): ReadonlySet<string> {
  return new Set(new Map([...counting].map(each => [subjectOf(each), each.id])).values());
}

/**
 * Of statements in their order, what to name first: what decides, before what was outdone; of one kind the first, so
 * that nobody crowds out what they said before by saying more. Ids.
 */
export function foremost(theirs: readonly IStatement[], deciding: ReadonlySet<string>): readonly string[] {
  const rankOf = ({ id, kind }: IStatement): number =>
    KINDS.indexOf(kind) + (deciding.has(id) ? 0 : KINDS.length);
  return [...theirs].sort((a, b) => rankOf(a) - rankOf(b)).map(({ id }) => id);
}

/** As much of both as one statement has room for. `counts`: what to name first comes first. */
export function fitBounds(counts: readonly string[], reaches: readonly (IReach | IReached)[]): IBounds {
  const frontier = fitFrontier(reaches);
  const left = STATEMENT_BYTES - REST_BYTES - frontierBytes(frontier);
  return { counts: counts.slice(0, Math.floor(left / ID_BYTES)).sort(), frontier };
}

/** Whether what is `above` one number leaves half of all that are above it to those who come after. */
export function leavesRoom(number: number, above: number): boolean {
  return number <= above + Math.floor((Number.MAX_SAFE_INTEGER - above) / 2);
}
