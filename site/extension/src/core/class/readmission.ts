/** How far somebody's sessions count with another role: what a statement of it says of each [ROL6, ROL11]. Pure. */
import { type ITells, placeOf, writesIn } from './permissions';
import type { Roles } from './roles';
import type { IReach, StatedRole } from './statement';

/** How far a session is here. */
export interface IReached extends IReach {
  /** It said two things there: this is how far nobody doubts it; or it did so at once, and that is nowhere. */
  readonly fork?: 'none' | 'later' | 'first';
  /** Others leaned on what came after, and that is not here: counted wholly, it would be waited for in vain. */
  readonly isShort?: boolean;
}

/** For those who write there no more: a fork from its beginning counts nothing. */
export function undoubted(reaches: readonly IReached[]): readonly IReach[] {
  return reaches
    .filter(({ count, fork }) => count > 0 && fork !== 'first')
    .map(({ document, session, count, chain }) => ({ document, session, count, chain }));
}

/**
 * Of what they may write with that role, only what says how far a fork counts, or what is short; of the rest, how far
 * they are. Who is let in again may be so by somebody who has not seen why they were removed: what is not here stays cut where it was.
 */
export function frontierFor(
  roles: Roles,
  participant: string,
  role: StatedRole,
  reaches: readonly IReached[]
): readonly IReach[] {
  const canTeach = role === 'instructor';
  // Asked about this one alone.
  const tells: ITells = {
    everyone: roles.everyone,
    outputsShared: roles.outputsShared,
    canTeach: () => canTeach,
    roleOf: () => role,
    isOfTeam: (_, team) => roles.isMemberOf(participant, team) || (roles.teams.has(team) && canTeach)
  };
  const before = roles.standingOf(participant);
  const here = new Set(reaches.filter(({ count }) => count > 0).map(keyOf));
  const stays = before?.frontier.filter(reach => !here.has(keyOf(reach))) ?? [];
  const staying = new Set(stays.map(keyOf));
  const cut = reaches.filter(reach => {
    const { document, fork, isShort, count } = reach;
    const place = placeOf(document);
    // Where nothing of them is to count, what is not named does not.
    return place && writesIn(tells, participant, place)
      ? (fork === 'later' || fork === 'first' || isShort) && !staying.has(keyOf(reach))
      : fork !== 'first' && count > 0;
  });
  return [...cut, ...stays].map(({ document, session, count, chain }) => ({
    document,
    session,
    count,
    chain
  }));
}

/** What one says of how far a session is, another may say too. */
export function keyOf({ document, session }: Pick<IReach, 'document' | 'session'>): string {
  return `${session} ${document}`;
}
