/** The teams of a class, as its statements make them [ROL10]. Pure. */
import { toHex } from '../tagged';
import type { IReach, IStatement } from './statement';

/** A team, as the statement says that decides. */
export interface ITeam {
  /** 32 hex digits. */
  readonly team: string;
  readonly name: string;
  /** Participants, in order; also those who are out of the class. */
  readonly members: readonly string[];
  /** SHA-256 of its keys: the one to write with first, then those before it, the latest first. */
  readonly keyHashes: readonly Uint8Array[];
  /** All who ever were members, or stated it. */
  readonly ever: ReadonlySet<string>;
  /** What decides is the owner's word: instructors have none on this team. */
  readonly isOwners: boolean;
  /** How far sessions of those count who were members. */
  readonly frontier: readonly IReach[];
}

type TeamStatement = Extract<IStatement, { kind: 'team' }>;

/**
 * @param others instructors' statements that count, and @param owners the owner's: both in order. `participantOf` gives
 * whose a root key is.
 */
export function foldTeams(
  others: readonly IStatement[],
  owners: readonly IStatement[],
  participantOf: (rootKey: Uint8Array) => string
): ReadonlyMap<string, ITeam> {
  const said = new Map<string, { statement: TeamStatement; isOwners: boolean }[]>();
  for (const [level, isOwners] of [
    [others, false],
    [owners, true]
  ] as const) {
    for (const statement of level) {
      if (statement.kind === 'team') {
        said.set(statement.team, [...(said.get(statement.team) ?? []), { statement, isOwners }]);
      }
    }
  }
  const teams = [...said].map(([team, all]): [string, ITeam] => {
    const { statement, isOwners } = all.at(-1)!;
    const { name, members, frontier } = statement;
    const latest = all.map(each => each.statement).reverse();
    const hashes = new Map(latest.map(({ keyHash }) => [toHex(keyHash), keyHash]));
    const ever = latest.flatMap(each => [...each.members, participantOf(each.author)]);
    const keyHashes = [...hashes.values()];
    return [team, { team, name, members, keyHashes, ever: new Set(ever), isOwners, frontier }];
  });
  return new Map(teams.sort(([a], [b]) => (a < b ? -1 : 1)));
}
