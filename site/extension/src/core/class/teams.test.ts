/** Teams: who is in one, who may what there, and what counts of those who left. */
import { describe, expect, it } from 'vitest';
import {
  ada,
  ben,
  fold,
  heir,
  ines,
  ivan,
  limits,
  named,
  owner,
  reach,
  sessionNamed,
  stand,
  state,
  succeed
} from './kit.node';
import { type IStatement, TEAM_MEMBERS, TEAM_NAME_CHARS } from './statement';

const [RED, BLUE] = ['0a'.repeat(16), '0b'.repeat(16)];
const page = (team: string) => `${'5e'.repeat(32)}.team.${team}`;
const outputs = (team: string, of: { id: string }) => `${page(team)}/outputs.${of.id}`;
const ids = (people: readonly { id: string }[]) => people.map(({ id }) => id);
const team = (
  by: typeof owner,
  number: number,
  members: readonly { id: string }[],
  more: { id?: string; name?: string; key?: number; frontier?: ReturnType<typeof reach>[] } = {}
) =>
  state(
    by,
    number,
    {
      ...{ kind: 'team', team: more.id ?? RED, members: ids(members) },
      ...{ name: more.name ?? 'Team 1', key: more.key ?? number }
    },
    { frontier: more.frontier ?? [] }
  );

describe('team', () => {
  it('[ROL10] comes in the order of the ids, whoever stated which when', () => {
    const teams = [team(ines, 2, [], { id: BLUE }), team(owner, 3, [ada])];
    expect([...fold(named, ...teams).teams.keys()]).toEqual([RED, BLUE]);
    expect([...fold(named, team(owner, 2, []), team(owner, 3, [], { id: BLUE })).teams.keys()]).toEqual([
      RED,
      BLUE
    ]);
  });

  it('[ROL10] is of its members and of whoever teaches; nobody else reads or writes there', () => {
    const roles = fold(named, team(owner, 2, [ada, ben]), team(ines, 3, [ivan], { id: BLUE }));
    expect([...roles.teams.values()].map(({ name, members }) => [name, members])).toEqual([
      ['Team 1', ids([ada, ben]).sort()],
      ['Team 1', ids([ivan])]
    ]);
    for (const [of, who, may] of [
      [RED, ada, true],
      [RED, ines, true],
      [RED, owner, true],
      [RED, ivan, false],
      [BLUE, ada, false],
      [BLUE, ivan, true],
      ['0c'.repeat(16), owner, false],
      ['0c'.repeat(16), ada, false]
    ] as const) {
      const document = page(of);
      expect([
        roles.mayRead(who.id, document),
        roles.mayWrite(who.id, document, 'document'),
        roles.mayWrite(who.id, document, 'awareness'),
        roles.mayWrite(who.id, outputs(of, who), 'outputs'),
        roles.mayRead(who.id, outputs(of, ada)),
        roles.readsTeam(who.id, of)
      ]).toEqual([may, may, may, may, may, may]);
      expect(roles.mayWrite(who.id, outputs(of, heir), 'outputs')).toBe(false);
    }
  });

  it('[ROL10] a viewer in it reads, and who is out of the class does not', () => {
    const made = team(owner, 2, [ada, ben]);
    const roles = fold(named, made, stand(ines, 3, ada, 'viewer'), stand(ines, 4, ben, 'removed'));
    const may = (who: { id: string }) => [
      roles.mayRead(who.id, page(RED)),
      roles.readsTeam(who.id, RED),
      roles.mayWrite(who.id, page(RED), 'document')
    ];
    expect([may(ada), may(ben)]).toEqual([
      [true, true, false],
      [false, false, false]
    ]);
  });

  it("[ROL10] the last word on it decides, and the owner's before an instructor's", () => {
    const [first, second] = [team(ines, 2, [ada]), team(ines, 3, [ben], { name: 'Second' })];
    const owners = team(owner, 1, [ivan], { name: 'Of the owner' });
    const members = (...all: IStatement[]) => fold(named, ...all).teams.get(RED)!;
    expect(members(first, second)).toMatchObject({ name: 'Second', members: ids([ben]), isOwners: false });
    expect(members(second, first)).toMatchObject({ name: 'Second' });
    expect(members(owners, second)).toMatchObject({ name: 'Of the owner', isOwners: true });
    const roles = fold(named, owners, second);
    const body = { kind: 'team', team: RED, name: 'Mine', keyHash: new Uint8Array(32), members: [] } as const;
    expect(roles.mayState(ines.id, { ...body, frontier: [] })).toBe(false);
    expect(roles.mayState(ines.id, { ...body, team: BLUE, frontier: [] })).toBe(true);
    expect(roles.mayState(owner.id, { ...body, frontier: [] })).toBe(true);
    expect(roles.mayState(ada.id, { ...body, frontier: [] })).toBe(false);
    expect([owner, ines].map(by => roles.nextNumber(by.signer.key, { ...body, frontier: [] }))).toEqual([
      2, 4
    ]);
    // What students say of teams is nothing.
    expect(fold(named, team(ada, 9, [ada])).teams.size).toBe(0);
  });

  it('[ROL10] keys that counting statements gave are remembered, the one to write with first', () => {
    const said = [
      team(owner, 2, [ada]),
      team(owner, 4, [ben]),
      team(ines, 9, [ivan]),
      team(owner, 5, [ben], { key: 2 })
    ];
    const { keyHashes, ever } = fold(named, ...said).teams.get(RED)!;
    expect(keyHashes.map(hash => hash[0])).toEqual([2, 4, 9]);
    expect([...ever].sort()).toEqual(ids([ada, ben, ivan, owner, ines]).sort());
    // Of an instructor who is none any more only what was named.
    const demoted = stand(owner, 20, ines, 'attendee', { counts: [] });
    expect(
      fold(named, ...said, demoted)
        .teams.get(RED)!
        .keyHashes.map(hash => hash[0])
    ).toEqual([2, 4]);
    expect(fold(named, ...said, succeed(30, heir, { counts: [named] })).teams.size).toBe(1);
  });

  it('[ROL6] of who left it counts what the team names, and of whom it does not name nothing', () => {
    const left = team(owner, 4, [ben], {
      frontier: [reach(page(RED), 1, 7), reach(outputs(RED, ada), 1, 3)]
    });
    const roles = fold(named, team(owner, 2, [ada, ben]), left);
    const cut = (who: { id: string }, session: number, document = page(RED)) =>
      roles.cutOf(document, sessionNamed(session), who.id)?.count ?? null;
    expect([cut(ada, 1), cut(ada, 2), cut(ada, 1, outputs(RED, ada)), cut(ben, 1), cut(ines, 1)]).toEqual([
      7,
      0,
      3,
      null,
      null
    ]);
    const session = sessionNamed(1);
    expect(roles.mayHave(ada.id, page(RED), 'document', session, 6)).toBe(true);
    expect(roles.mayHave(ada.id, page(RED), 'document', session, 7)).toBe(false);
    // In another team it says nothing.
    expect(cut(ada, 1, page(BLUE))).toBe(0);
    // Who is put in again counts wholly, and who is removed by what is said of them alone.
    const again = fold(named, left, team(owner, 5, [ada], { frontier: [reach(page(RED), 1, 7)] }));
    expect(again.cutOf(page(RED), session, ada.id)).toBeNull();
    const removed = fold(named, left, stand(owner, 6, ada, 'removed'));
    expect(removed.cutOf(page(RED), session, ada.id)?.count).toBe(0);
    const shorter = stand(owner, 6, ada, 'attendee', { frontier: [reach(page(RED), 1, 2)] });
    expect(fold(named, left, shorter).cutOf(page(RED), session, ada.id)?.count).toBe(2);
  });

  it('[ROL1] has a name and members within bounds', () => {
    const many = (count: number) =>
      Array.from({ length: count }, (_, at) => ({ id: at.toString(16).padStart(32, '0') }));
    expect([TEAM_MEMBERS, TEAM_NAME_CHARS]).toEqual([limits.team_members, limits.team_name_chars]);
    expect(team(owner, 1, many(TEAM_MEMBERS)).kind).toBe('team');
    expect(() => team(owner, 1, many(TEAM_MEMBERS + 1))).toThrow('value');
    expect(() => team(owner, 1, [], { name: 'x'.repeat(TEAM_NAME_CHARS + 1) })).toThrow('value');
    expect(() => team(owner, 1, [], { name: '' })).toThrow('value');
    expect(team(owner, 1, [], { name: '\u{1f600}'.repeat(TEAM_NAME_CHARS / 2) }).kind).toBe('team');
    expect(() => team(owner, 1, [ada, ada])).toThrow('order');
  });
});
