import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import { MOST_COUNTS, type StatementBody } from '../class/statement';
import { sessionText } from '../session';
import { toHex } from '../tagged';
import { BEN, Class, type IMember } from './society.testing';

const BOOK = '5e'.repeat(32);
const TEAM = 'e7'.repeat(16);
let school: Class;
beforeEach(() => (school = new Class()));

const types = ({ said }: IMember): string[] => said.map(({ to, message }) => `${message.type} to ${to[0]}`);
const toSession = (index: number): string =>
  sessionText(Uint8Array.from({ length: 16 }, (_, at) => (at < 2 ? (index >> (8 * at)) & 255 : 0)));

describe('what one states', () => {
  it('[ROL4] what one may not state is neither signed nor said', () => {
    const ada = school.member('ada', [school.epoch(1)]);
    const bodies: StatementBody[] = [
      { kind: 'epoch', epoch: 2, door: 'closed', keyHash: new Uint8Array(32), members: [] },
      { kind: 'sharing', outputs: true },
      { kind: 'succession', ownerKey: ada.own.rootKey, counts: [], frontier: [] }
    ];
    expect(bodies.map(body => ada.society.stating.state(body))).toEqual([false, false, false]);
    const given = (['attendee', 'removed'] as const).map(role =>
      ada.society.stating.give(school.idOf('ben'), role, [])
    );
    expect(given).toEqual([false, false]);
    expect(ada.society.stating.beginEpoch('open')).toBe(false);
    const unfounded = school.page('owner', { founding: null });
    expect(unfounded.society.stating.state(bodies[1]!)).toBe(false);
    expect(unfounded.society.stating.give(school.idOf('ben'), 'viewer', [])).toBe(false);
    const isDone: boolean[] = [];
    unfounded.society.stating.takeOver(school.members.rootOf('recovery'), [], is => isDone.push(is));
    expect(isDone).toEqual([false]);
    expect([types(ada), ada.society.stated.length, ada.society.keyring.newest]).toEqual([[], 1, 1]);
  });

  it('[ROL4] who removes somebody begins an epoch whose key they do not have; who gives a role does not', () => {
    const owner = school.member('owner', [school.epoch(1)]);
    expect(owner.society.stating.give(school.idOf('ben'), 'viewer', [])).toBe(true);
    expect(owner.society.keyring.newest).toBe(1);
    expect(owner.society.stating.give(school.idOf('ben'), 'removed', [])).toBe(true);
    expect([owner.society.keyring.newest, owner.society.keyring.isCurrent]).toEqual([2, true]);
  });

  it('[ROL9] who closes the door names who is a member; who opens it names nobody', () => {
    const ben = school.idOf('ben');
    const owner = school.member('owner', [school.epoch(1, 'closed', [ben])]);
    expect(owner.society.stating.beginEpoch('closed')).toBe(true);
    expect(owner.society.roles!.epoch).toMatchObject({ epoch: 2, door: 'closed', members: [ben] });
    expect(owner.society.stating.beginEpoch('open')).toBe(true);
    expect(owner.society.roles!.epoch).toMatchObject({ epoch: 3, door: 'open', members: [] });
  });

  it('[ROL11] what somebody did counts as far as it is here when they may write it no more', () => {
    const owner = school.member('owner', [school.epoch(1)]);
    const { session, participant } = school.members.session('ben');
    const team = `${BOOK}.team.${school.everyone}`;
    const reach = { document: team, session, count: 3, chain: new Uint8Array(32).fill(3) };
    owner.society.stating.give(participant, 'viewer', [reach]);
    expect(owner.society.cutOf(team, session, participant)).toEqual({ count: 3, chain: reach.chain });
  });

  it('[ROL5] above the greatest number nothing is stated', () => {
    const last = school.state('owner', Number.MAX_SAFE_INTEGER, { kind: 'sharing', outputs: true });
    const owner = school.member('owner', [school.epoch(1), last]);
    expect(owner.society.stating.state({ kind: 'sharing', outputs: false })).toBe(false);
    expect(types(owner)).toEqual([]);
  });

  it('[ROL9] an epoch of an open door names nobody who stays; of a closed one those who are in', () => {
    const owner = school.member('owner', [school.epoch(1, 'closed', [school.idOf('ada')])]);
    owner.society.stating.beginEpoch('closed');
    const members = (): number => owner.society.roles!.epoch!.members.length;
    const before = members();
    owner.society.stating.beginEpoch('open');
    expect([before > 0, members()]).toEqual([true, 0]);
  });

  /** A class in which somebody was made instructor and said that much since. */
  function greedy(count: number, bodyOf: (index: number) => StatementBody): IMember {
    const said = Array.from({ length: count }, (_, index) => school.state('ben', 3 + index, bodyOf(index)));
    const statements = [school.epoch(1), school.stand('owner', 2, 'ben', 'instructor'), ...said];
    return school.member('owner', statements);
  }

  it('[ROL2] an instructor who stated ever so much is removed, and what they gave a key with counts on', () => {
    const kept = {
      kind: 'epoch',
      epoch: 2,
      door: 'open',
      keyHash: digest(school.keys[1]!.key),
      members: []
    } as const;
    const owner = greedy(2300, index => (index === 2200 ? kept : { kind: 'sharing', outputs: true }));
    const { document, chain } = { document: `${BOOK}.lecture.${'0a'.repeat(16)}`, chain: new Uint8Array(32) };
    const reaches = Array.from({ length: 1500 }, (_, index) => {
      const session = toSession(index);
      return { document, session, count: 1 + index, chain };
    });
    expect(owner.society.stating.give(school.idOf('ben'), 'removed', reaches)).toBe(true);
    const { roles } = owner.society;
    expect([roles!.roleOf(school.idOf('ben')), roles!.outputsShared]).toEqual(['removed', true]);
    expect(roles!.epochs.map(({ epoch }) => epoch)).toEqual([1, 2, 3]);
    expect(roles!.statementsOf(school.idOf('ben')).length).toBeGreaterThanOrEqual(MOST_COUNTS);
    // The page goes on stating.
    expect(owner.society.stating.state({ kind: 'sharing', outputs: false })).toBe(true);
  });

  it('[ROL4] an instructor who stated the last of all numbers is removed, and their teams are gone on with', () => {
    const members = [school.idOf('ben')];
    const last = Number.MAX_SAFE_INTEGER;
    const team = { kind: 'team', team: TEAM, name: 'Team', members, frontier: [] } as const;
    const said = [
      school.state('ben', last, { ...team, keyHash: new Uint8Array(32) }),
      school.state('ben', 3, {
        kind: 'epoch',
        epoch: last,
        door: 'open',
        keyHash: new Uint8Array(32),
        members: []
      }),
      school.state('ben', last, { kind: 'sharing', outputs: true })
    ];
    const owner = school.member('owner', [
      school.epoch(1),
      school.stand('owner', 2, 'ben', 'instructor'),
      ...said
    ]);
    expect(owner.society.stating.give(school.idOf('ben'), 'removed', [])).toBe(true);
    expect([owner.society.keyring.newest, owner.society.roles!.epoch!.epoch]).toEqual([2, 2]);
    expect(owner.society.teaming.state(TEAM, 'Team', [], () => [])).toBe(true);
    expect(owner.society.stating.state({ kind: 'sharing', outputs: false })).toBe(true);
    expect([owner.society.roles!.teams.get(TEAM)!.members, owner.society.roles!.outputsShared]).toEqual([
      [],
      false
    ]);
  });
});

describe('teams', () => {
  const keyOf = ({ society }: IMember, id: string): string =>
    toHex(society.roles!.teams.get(id)!.keyHashes[0]!);
  function team(statements: Parameters<Class['member']>[1]): { owner: IMember; key(): string } {
    const owner = school.member('owner', statements);
    const id = owner.society.teaming.newTeam();
    const members = [school.idOf('ada'), school.idOf('ben')].sort();
    expect(owner.society.teaming.state(id, 'Team', members, () => [])).toBe(true);
    return { owner, key: () => keyOf(owner, id) };
  }

  it('[KEY11] have another key when somebody who had it teaches no more, and only then', () => {
    const { owner, key } = team([school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')]);
    const before = key();
    expect(owner.society.stating.give(school.idOf('ben'), 'viewer', [])).toBe(true);
    expect(owner.society.stating.give(school.idOf('ines'), 'instructor', [])).toBe(true);
    expect(key()).toBe(before);
    expect(owner.society.stating.give(school.idOf('ines'), 'attendee', [])).toBe(true);
    expect(key()).not.toBe(before);
  });

  it('[KEY11] keep their key when somebody is removed, whose epochs are over, and when nothing is stated', () => {
    const [ines, jon] = ['ines', 'jon'].map(name => school.idOf(name)) as [string, string];
    const statements = [
      school.epoch(1),
      school.stand('owner', 2, 'ines', 'instructor'),
      school.stand('owner', 3, 'jon', 'instructor')
    ];
    const { owner, key } = team(statements);
    const before = key();
    expect(owner.society.stating.give(jon, 'removed', [])).toBe(true);
    expect([key(), owner.society.keyring.newest]).toEqual([before, 2]);
    const teacher = school.member('ines', statements);
    const id = teacher.society.teaming.newTeam();
    expect(teacher.society.teaming.state(id, 'Team', [ines], () => [])).toBe(true);
    const theirs = keyOf(teacher, id);
    expect(teacher.society.stating.give(jon, 'attendee', [])).toBe(false);
    expect(keyOf(teacher, id)).toBe(theirs);
  });
});

describe('taking the class over', () => {
  const seed = (name: string) => school.members.rootOf(name);
  const takeOver = (member: IMember, by = 'recovery'): boolean | null => {
    let isDone: boolean | null = null;
    member.society.stating.takeOver(seed(by), [], is => (isDone = is));
    return isDone;
  };

  it('[ROL3] begins an epoch whose key the old device does not have', () => {
    const heir = school.member('heir', [school.epoch(1)]);
    expect([takeOver(heir), heir.society.roles!.owner]).toEqual([true, heir.own.participant]);
    expect([heir.society.keyring.newest, heir.society.keyring.isCurrent]).toEqual([2, true]);
  });

  it('[KEY11] gives every team a key that the old device does not have', () => {
    const id = 'e7'.repeat(16);
    const teamKey = new Uint8Array(32).fill(7);
    const teaches = school.stand('owner', 2, 'heir', 'instructor');
    const before = school.state('heir', 3, {
      ...{ kind: 'team', team: id, name: 'Team', members: [school.idOf('ada')], frontier: [] },
      keyHash: digest(teamKey)
    });
    const heir = school.member('heir', [school.epoch(1), teaches, before]);
    const keyHash = () => heir.society.roles!.teams.get(id)!.keyHashes[0]!;
    expect([takeOver(heir, 'mallory'), toHex(keyHash())]).toEqual([false, toHex(digest(teamKey))]);
    expect(takeOver(heir)).toBe(true);
    expect(toHex(keyHash())).not.toBe(toHex(digest(teamKey)));
    expect(heir.society.keyring.hasTeam(id, keyHash())).toBe(true);
  });

  it('[ROL3] a second time lets what counted of all who owned it count on, and how far what they wrote does', () => {
    const session = school.members.session('owner').session;
    const document = `${'5e'.repeat(32)}.lecture.${'0a'.repeat(16)}`;
    const reach = { document, session, count: 3, chain: new Uint8Array(32).fill(1) };
    const said = [school.epoch(1), school.stand('owner', 2, 'ben', 'removed')];
    const first = school.member('heir', said);
    first.society.stating.takeOver(seed('recovery'), [reach], () => undefined);
    const statements = [...said];
    const second = school.member('cleo', statements);
    first.society.stated.forEach(bytes => second.society.hear(BEN, 'statement', bytes));
    const third = { ...reach, session: school.members.session('heir').session, count: 5 };
    second.society.stating.takeOver(seed('recovery'), [third], () => undefined);
    const roles = second.society.roles!;
    expect(roles.owner).toBe(school.idOf('cleo'));
    expect(roles.epochs.map(({ epoch }) => epoch).slice(0, 2)).toEqual([1, 2]);
    expect(roles.roleOf(school.idOf('ben'))).toBe('removed');
    const cuts = [reach, third].map(each => [each.session, each === reach ? 'owner' : 'heir'] as const);
    expect(cuts.map(([each, who]) => roles.cutOf(document, each, school.idOf(who))?.count)).toEqual([3, 5]);
  });

  it('[ROL3] with another key does nothing', () => {
    const heir = school.member('heir', [school.epoch(1), school.stand('owner', 2, 'heir', 'instructor')]);
    expect(takeOver(heir, 'mallory')).toBe(false);
    expect([heir.society.roles!.owner, heir.society.keyring.newest]).toEqual([school.owner.participant, 1]);
    expect(types(heir)).toEqual([]);
  });

  it('[ROL3] is not possible above the greatest number', () => {
    const ownerKey = school.members.session('other').rootKey;
    const body = { kind: 'succession', ownerKey, counts: [], frontier: [] } as const;
    const last = school.state('recovery', Number.MAX_SAFE_INTEGER, body);
    const heir = school.member('heir', [school.epoch(1), last]);
    expect([takeOver(heir), types(heir)]).toEqual([false, []]);
  });

  it('[ROL3] without the key that counts waits for it, and begins the epoch then', () => {
    const statements = [school.epoch(1), school.epoch(2, 'closed')];
    const heir = school.page('heir', { statements });
    heir.society.locked();
    expect([takeOver(heir), heir.society.roles!.epoch!.epoch]).toEqual([true, 2]);
    const [one, two] = school.keys;
    heir.society.hear(BEN, 'admit', school.admit(heir, { keys: [one!] }));
    expect([heir.society.roles!.epoch!.epoch, heir.society.keyring.newest]).toEqual([2, 1]);
    heir.society.hear(BEN, 'admit', school.admit(heir, { keys: [two!] }));
    expect([heir.society.roles!.epoch!.epoch, heir.society.keyring.newest]).toEqual([3, 3]);
    expect(heir.society.roles!.door).toBe('closed');
  });

  it('[ROL3] whom a new key reaches and who did not take it over begins nothing', () => {
    const ada = school.page('ada', { statements: [school.epoch(1)] });
    ada.society.locked();
    ada.society.hear(BEN, 'admit', school.admit(ada, { keys: [school.keys[0]!] }));
    expect([ada.society.roles!.epoch!.epoch, ada.society.keyring.newest]).toEqual([1, 1]);
  });

  it('[ROL3] is possible whatever an old device stated, and leaves room to state more', () => {
    const last = Number.MAX_SAFE_INTEGER;
    const heir = school.member('heir', [
      ...[school.epoch(1), school.stand('owner', last, 'ben', 'removed')],
      school.state('owner', 3, {
        kind: 'epoch',
        epoch: last,
        door: 'open',
        keyHash: new Uint8Array(32),
        members: []
      })
    ]);
    expect([takeOver(heir), heir.society.keyring.newest]).toEqual([true, 2]);
    expect(heir.society.stating.give(school.idOf('ben'), 'viewer', [])).toBe(true);
  });
});
