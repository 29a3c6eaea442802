/**
 * What owner and instructors state of teams. Who is taken out has no key of what comes: a team that loses somebody gets
 * another key; else the one it has stays, so that a name that changes costs nobody anything [ROL10, KEY11].
 */
import { isOut, placeOf } from '../class/permissions';
import { type IReached, keyOf, undoubted } from '../class/readmission';
import type { Roles } from '../class/roles';
import {
  fitFrontier,
  type IReach,
  type StatementBody,
  TEAM_MEMBERS,
  TEAM_NAME_CHARS
} from '../class/statement';
import type { ITeam } from '../class/teams';
import type { IOwnSession } from '../identity/own';
import type { ITeamReaders } from '../keys/handing';
import type { Keyring } from '../keys/keyring';
import type { Digest } from '../session';
import { toHex } from '../tagged';

const TEAM_BYTES = 16;

export interface ITeamingPorts {
  readonly digest: Digest;
  readonly keyring: Keyring;
  readonly roles: () => Roles | null;
  readonly fill: (bytes: Uint8Array<ArrayBuffer>) => unknown;
  /** States something, if one may: whether that is so. */
  readonly state: (body: StatementBody) => boolean;
  readonly keysChanged: () => void;
  /** Says somebody's role anew. */
  readonly give: (participant: string, role: 'attendee', reaches: readonly IReached[]) => boolean;
}

export class Teaming {
  constructor(private readonly ports: ITeamingPorts) {}

  /** The id of a team that is to be. */
  newTeam(): string {
    const id = new Uint8Array(TEAM_BYTES);
    this.ports.fill(id);
    return toHex(id);
  }

  /**
   * The same, and who is put in writes on in a page that is open: while they were out of the team their role was perhaps
   * stated with how far they were in it. Of whom the owner spoke an instructor says nothing: their own page says that it
   * is to be opened anew [ROL11].
   *
   * @param reached how far sessions of somebody are here
   */
  put(
    team: string,
    name: string,
    members: readonly string[],
    reached: (participant: string) => readonly IReached[]
  ): boolean {
    const isStated = this.state(team, name, members, who => undoubted(reached(who)));
    const roles = this.ports.roles();
    if (isStated && roles) {
      members
        .filter(member => isStillCut(roles, team, member, reached(member)))
        .forEach(member => this.ports.give(member, 'attendee', reached(member)));
    }
    return isStated;
  }

  /**
   * How a team is from now on; without members it is over. `reachesOf`: how far sessions of somebody are here, for those
   * who are not in it any more.
   */
  state(
    team: string,
    name: string,
    members: readonly string[],
    reachesOf: (participant: string) => readonly IReach[]
  ): boolean {
    const before = this.ports.roles()?.teams.get(team);
    const sorted = [...new Set(members)].sort().slice(0, TEAM_MEMBERS);
    const gone = before?.members.filter(member => !sorted.includes(member)) ?? [];
    const frontier = frontierOf(team, before, gone.flatMap(reachesOf));
    const body = {
      kind: 'team' as const,
      team,
      name: name.slice(0, TEAM_NAME_CHARS),
      members: sorted,
      frontier
    };
    return this.stateWith(body, gone.length > 0);
  }

  /** Every team gets another key: somebody who had them all has them no more. */
  renew(): void {
    for (const { team, name, members, frontier } of this.ports.roles()?.teams.values() ?? []) {
      this.stateWith({ kind: 'team', team, name, members, frontier }, true);
    }
  }

  private stateWith(
    body: Omit<Extract<StatementBody, { kind: 'team' }>, 'keyHash'>,
    isRenewed: boolean
  ): boolean {
    const { digest, keyring, fill } = this.ports;
    const hash = this.ports.roles()?.teams.get(body.team)?.keyHashes[0];
    if (!isRenewed && hash && keyring.hasTeam(body.team, hash)) {
      return this.ports.state({ ...body, keyHash: hash });
    }
    const key = new Uint8Array(32);
    fill(key);
    const isStated = this.ports.state({ ...body, keyHash: digest(key) });
    // Of what was not stated no key is taken.
    if (keyring.takeTeam(body.team, key) === 'taken') {
      this.ports.keysChanged();
    }
    return isStated;
  }
}

/** Whether sessions of a member are named with their role in documents of the team for another reason than a fork. */
function isStillCut(roles: Roles, team: string, member: string, reached: readonly IReached[]): boolean {
  const named = roles.standingOf(member)?.frontier ?? [];
  const isNamed = (of: IReach): boolean =>
    named.some(each => each.session === of.session && each.document === of.document);
  return (
    roles.roleOf(member) === 'attendee' &&
    roles.isMemberOf(member, team) &&
    inTeam(team, reached).some(reach => (reach.fork ?? 'none') === 'none' && isNamed(reach))
  );
}

function inTeam<Reach extends IReach>(team: string, reaches: readonly Reach[]): readonly Reach[] {
  return reaches.filter(({ document }) => {
    const place = placeOf(document);
    return place?.branch === 'team' && place.owner === team;
  });
}

/** Of those who left before, as it was stated; of those who leave now, as it is here. */
function frontierOf(team: string, before: ITeam | undefined, now: readonly IReach[]): readonly IReach[] {
  const all = [...(before?.frontier ?? []), ...inTeam(team, now)];
  return fitFrontier([...new Map(all.map(reach => [keyOf(reach), reach])).values()]);
}

/** What those who hand a team's key over have to know. */
export function teamReaders(
  roles: () => Roles | null,
  own: Pick<IOwnSession, 'participant' | 'agreementKey'>,
  devicesOf: (participant: string) => readonly Uint8Array[]
): ITeamReaders {
  const teamOf = (team: string): ITeam | undefined => roles()?.teams.get(team);
  const teaches = (participant: string): boolean => roles()?.canTeach(participant) === true;
  return {
    own: () =>
      [...(roles()?.teams.values() ?? [])]
        .filter(({ team, ever }) => {
          // Who was of it hands on what they have: of a team that is over, nobody else may be left who can.
          const wasOf = ever.has(own.participant) && !isOut(roles()!.roleOf(own.participant));
          return wasOf || roles()!.readsTeam(own.participant, team);
        })
        .map(({ team }) => team),
    devices: team => {
      const { owner, instructors } = roles()!;
      const all = new Set([...(teamOf(team)?.members ?? []), owner, ...instructors]);
      const readers = [...all].filter(participant => roles()!.readsTeam(participant, team));
      return [own.agreementKey, ...readers.flatMap(participant => devicesOf(participant))];
    },
    keyHashes: team => teamOf(team)?.keyHashes ?? [],
    mayHave: (participant, team) => teamOf(team)?.ever.has(participant) === true || teaches(participant),
    teaches
  };
}
