import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IReached } from '../class/readmission';
import { formatName } from '../document/name';
import { fromHex, toHex } from '../tagged';
import { BEN, Class, type IMember } from './society.testing';
import { Teaming, teamReaders } from './teaming';

const GENESIS = '5e'.repeat(32);
const TEAM = 'e7'.repeat(16);
const OTHER = 'd6'.repeat(16);
const NONE = (): [] => [];
let school: Class;
beforeEach(() => (school = new Class()));

const teamOf = ({ society }: IMember) => society.roles!.teams.get(TEAM)!;
const keyOf = (member: IMember): string => toHex(teamOf(member).keyHashes[0]!);
const ids = (...names: string[]): string[] => names.map(name => school.idOf(name)).sort();

/** A member's page that stated the team; what it told the page before is forgotten. */
function founded(...members: string[]): IMember {
  const owner = school.member('owner', [school.epoch(1)]);
  expect(owner.society.teaming.state(TEAM, 'Team', ids(...members), NONE)).toBe(true);
  owner.told.length = 0;
  return owner;
}

describe('stating a team', () => {
  it('[KEY11] that has another name, or one more, has the key it had; the key of who states it is taken at once', () => {
    const owner = founded('ada', 'ben');
    const before = keyOf(owner);
    expect(owner.society.keyring.hasTeam(TEAM, fromHex(before))).toBe(true);
    expect(owner.society.teaming.state(TEAM, 'Renamed', ids('ada', 'ben', 'cleo'), NONE)).toBe(true);
    expect([keyOf(owner), teamOf(owner).name, teamOf(owner).members]).toEqual([
      ...[before, 'Renamed', ids('ada', 'ben', 'cleo')]
    ]);
    // Nothing opens now that did not before.
    expect(owner.told).toEqual(['rules']);
  });

  it('[KEY11] that somebody is taken out of has another key', () => {
    const owner = founded('ada', 'ben');
    const before = keyOf(owner);
    expect(owner.society.teaming.state(TEAM, 'Team', ids('ada'), NONE)).toBe(true);
    expect(keyOf(owner)).not.toBe(before);
    expect(owner.society.keyring.hasTeam(TEAM, fromHex(keyOf(owner)))).toBe(true);
    expect(owner.told).toEqual(['rules', 'keys']);
  });

  it('[KEY11] whose key is not here gives it another: nobody could be handed the one it had', () => {
    const stated = school.state('owner', 2, {
      ...{ kind: 'team', team: TEAM, name: 'Team', members: ids('ada'), frontier: [] },
      keyHash: digest(new Uint8Array(32).fill(7))
    });
    const other = school.member('owner', [school.epoch(1), stated]);
    const before = keyOf(other);
    expect(other.society.teaming.state(TEAM, 'Team', ids('ada'), NONE)).toBe(true);
    expect(keyOf(other)).not.toBe(before);
  });

  it('[ROL11] gives a role again to attendees it names for what they wrote there, and to nobody else', () => {
    const page = formatName({ genesis: GENESIS, branch: 'team', owner: TEAM });
    const elsewhere = formatName({ genesis: GENESIS, branch: 'team', owner: OTHER });
    const { session } = school.members.session('ben');
    const chain = new Uint8Array(32).fill(1);
    const isGiven = (
      role: 'attendee' | 'viewer' | 'removed' | 'instructor',
      named = { document: page, session },
      fork: IReached['fork'] = 'none'
    ): boolean => {
      const owner = founded('ada', 'ben');
      const frontier = [{ ...named, count: 1, chain }];
      const before = school.state('owner', 3, {
        ...{ kind: 'standing', participant: school.idOf('ben'), role, counts: [], frontier }
      });
      owner.society.hear(BEN, 'statement', before.bytes);
      const { length } = owner.society.stated;
      expect(owner.society.roles!.roleOf(school.idOf('ben'))).toBe(role);
      const reached = (who: string): IReached[] =>
        who === school.idOf('ben') ? [{ document: page, session, count: 2, chain, fork }] : [];
      owner.society.teaming.put(TEAM, 'Team', ids('ada', 'ben'), reached);
      const roles = owner.society.roles!;
      const isNew = roles.standingOf(school.idOf('ben'))!.number !== before.number;
      expect([owner.society.stated.length > length, roles.roleOf(school.idOf('ben'))]).toEqual([true, role]);
      return isNew;
    };
    expect(isGiven('attendee')).toBe(true);
    expect((['viewer', 'removed', 'instructor'] as const).map(role => isGiven(role))).toEqual([
      ...[false, false, false]
    ]);
    expect(isGiven('attendee', { document: elsewhere, session })).toBe(false);
    expect(isGiven('attendee', { document: page, session: school.members.session('ben').session })).toBe(
      false
    );
    expect(isGiven('attendee', undefined, 'later')).toBe(false);
  });

  it('[ROL11] leaves a page cut off of whose person the owner spoke, when an instructor puts them in; a new one writes', () => {
    const page = formatName({ genesis: GENESIS, branch: 'team', owner: TEAM });
    const [ben, { session }] = [school.idOf('ben'), school.members.session('ben')];
    const reach = { document: page, session, count: 1, chain: new Uint8Array(32).fill(1) };
    const put = (by: 'owner' | 'ines'): IMember => {
      const { kind, role } = { kind: 'standing', role: 'attendee' } as const;
      const member = school.member(by, [
        ...[school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')],
        school.state('owner', 3, { kind, participant: ben, role, counts: [], frontier: [reach] })
      ]);
      expect(member.society.teaming.put(TEAM, 'Team', [ben], () => [reach])).toBe(true);
      expect(member.society.roles!.mayWrite(ben, page, 'document')).toBe(true);
      return member;
    };
    const cuts = ({ society }: IMember) =>
      [session, school.members.session('ben').session].map(each => society.cutOf(page, each, ben)?.count);
    expect([cuts(put('ines')), cuts(put('owner'))]).toEqual([
      [1, undefined],
      [undefined, undefined]
    ]);
  });

  it('[ROL11] gives a role again to nobody where the team was not stated, or who is not of it', () => {
    const page = formatName({ genesis: GENESIS, branch: 'team', owner: TEAM });
    const [ben, { session }] = [school.idOf('ben'), school.members.session('ben')];
    const reach = { document: page, session, count: 1, chain: new Uint8Array(32).fill(1) };
    const body = {
      kind: 'standing',
      participant: ben,
      role: 'attendee',
      counts: [],
      frontier: [reach]
    } as const;
    const given = (members: readonly string[], isStated: boolean): unknown[] => {
      const owner = founded(...members);
      owner.society.hear(BEN, 'statement', school.state('owner', 3, body).bytes);
      const { roles, keyring } = owner.society;
      const names: string[] = [];
      const teaming = new Teaming({
        ...{ digest, keyring, roles: () => roles, fill: school.fill, keysChanged: () => undefined },
        state: () => isStated,
        give: name => names.push(name) > 0
      });
      return [teaming.put(TEAM, 'Team', [ben], () => [reach]), names];
    };
    expect(given(['ben'], true)).toEqual([true, [ben]]);
    expect(given(['ben'], false)).toEqual([false, []]);
    // As where more are put into it than a team may have.
    expect(given(['ada'], true)).toEqual([true, []]);
  });

  it('[ROL10] is not for everybody: nothing is stated, and no key is here for it', () => {
    const ada = school.member('ada', [school.epoch(1)]);
    expect(ada.society.teaming.state(TEAM, 'Team', ids('ada'), NONE)).toBe(false);
    expect([ada.society.roles!.teams.size, ada.told, ada.said]).toEqual([0, [], []]);
  });

  it('[ROL10] names of those who leave what they wrote in the team, as before of those who had left', () => {
    const owner = founded('ada', 'ben', 'cleo');
    const [session] = ['ben'].map(name => school.members.session(name).session) as [string];
    const reach = (document: string, count: number) => ({
      ...{ document, session, count },
      chain: new Uint8Array(32).fill(1)
    });
    const page = formatName({ genesis: GENESIS, branch: 'team', owner: TEAM });
    const outputs = `${page}/outputs.${school.idOf('ben')}`;
    const elsewhere = [
      formatName({ genesis: GENESIS, branch: 'team', owner: OTHER }),
      formatName({ genesis: GENESIS, branch: 'mine', owner: TEAM }),
      'records'
    ];
    const asked: string[] = [];
    const reachesOf = (participant: string) => {
      asked.push(participant);
      return [page, outputs, ...elsewhere].map((document, index) => reach(document, index + 3));
    };
    expect(owner.society.teaming.state(TEAM, 'Team', ids('ada', 'cleo'), reachesOf)).toBe(true);
    expect(asked).toEqual(ids('ben'));
    const named = (): string[] => teamOf(owner).frontier.map(({ document, count }) => `${count} ${document}`);
    expect(named()).toEqual([`3 ${page}`, `4 ${outputs}`]);
    expect(owner.society.teaming.state(TEAM, 'Team', ids('ada'), NONE)).toBe(true);
    expect(named()).toEqual([`3 ${page}`, `4 ${outputs}`]);
  });
});

describe('who hands the key of a team over', () => {
  const readersOf = (member: IMember, devicesOf: (participant: string) => Uint8Array[] = NONE) =>
    teamReaders(() => member.society.roles, member.own, devicesOf);

  it('[KEY11] is who is or was of it, or teaches; to the devices of all who read it', () => {
    const owner = founded('ada', 'ben');
    owner.society.stating.give(school.idOf('ines'), 'instructor', []);
    owner.society.stating.give(school.idOf('ada'), 'removed', []);
    owner.society.teaming.state(TEAM, 'Team', ids('ada', 'cleo'), NONE);
    const mark = (participant: string): Uint8Array[] => [fromHex(participant)];
    const readers = readersOf(owner, mark);
    const devices = readers.devices(TEAM).map(toHex);
    expect(devices.slice(1).sort()).toEqual(ids('cleo', 'owner', 'ines'));
    expect(devices[0]).toBe(toHex(owner.own.agreementKey));
    const may = ['owner', 'ines', 'ada', 'ben', 'cleo', 'dan'].map(name => [
      readers.mayHave(school.idOf(name), TEAM),
      readers.teaches(school.idOf(name))
    ]);
    expect(may).toEqual([
      ...[
        [true, true],
        [true, true],
        [true, false],
        [true, false],
        [true, false]
      ],
      [false, false]
    ]);
    expect(readers.keyHashes(TEAM).map(toHex)).toEqual(teamOf(owner).keyHashes.map(toHex));
  });

  it('[KEY11] is not of a team that nobody stated, nor without knowing who teaches', () => {
    const [owner, unfounded] = [founded('ada'), school.page('ben', { founding: null })];
    expect([readersOf(owner).own(), readersOf(unfounded).own()]).toEqual([[TEAM], []]);
    expect(readersOf(owner).mayHave(school.idOf('ada'), OTHER)).toBe(false);
    expect(readersOf(owner).keyHashes(OTHER)).toEqual([]);
    expect(readersOf(unfounded).mayHave(school.idOf('owner'), TEAM)).toBe(false);
  });

  it('[KEY11] has the teams that one is of, and none that one never was of', () => {
    const { society } = founded('ada');
    const page = (name: string): IMember => {
      const member = school.member(name, [school.epoch(1)]);
      society.stated.forEach(bytes => member.society.hear('B'.repeat(21) + 'A', 'statement', bytes));
      return member;
    };
    expect(['ada', 'ben'].map(name => readersOf(page(name)).own())).toEqual([[TEAM], []]);
  });

  it('[KEY11] has those that one was of as well, unless one is out of the class', () => {
    const { society } = founded('ada', 'ben');
    society.teaming.state(TEAM, 'Team', [], NONE);
    society.stating.give(school.idOf('ben'), 'removed', []);
    const own = (name: string): readonly string[] => {
      const member = school.member(name, [school.epoch(1)]);
      society.stated.forEach(bytes => member.society.hear('B'.repeat(21) + 'A', 'statement', bytes));
      return readersOf(member).own();
    };
    expect(['ada', 'ben', 'cleo'].map(own)).toEqual([[TEAM], [], []]);
  });
});
