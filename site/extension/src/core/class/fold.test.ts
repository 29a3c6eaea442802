/** The fold against a plain reading of its rules, over random statements in random orders; and what is kept of them. */
import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { Chance } from '../simulation/chance';
import { toHex } from '../tagged';
import {
  ada,
  ben,
  founding,
  heir,
  type IPerson,
  ines,
  ivan,
  other,
  owner,
  reach,
  recovery,
  sessionNamed,
  stand,
  state,
  succeed
} from './kit.node';
import { type Role, Roles } from './roles';
import type { IReach, IStatement } from './statement';
import { Statements, STATEMENTS_BYTES } from './statements';

const PEOPLE = [owner, heir, other, ines, ivan, ada, ben];
const DOCUMENT = `${'5e'.repeat(32)}.team.${new Roles(digest, founding, []).everyone}`;
const TEAM_ID = '0d'.repeat(16);
const TEAM = `${'5e'.repeat(32)}.team.${TEAM_ID}`;
const ROLES = ['instructor', 'attendee', 'viewer', 'removed'] as const;
const idOf = ({ author }: IStatement) =>
  [...PEOPLE, recovery].find(one => one.signer.key.every((b, at) => b === author[at]))!.id;

/** What may happen in a class where everybody with a key says anything. */
function story(seed: number, count: number): IStatement[] {
  const chance = new Chance(seed);
  const said: IStatement[] = [];
  const authors = chance.is(0.5) ? PEOPLE : [owner, owner, heir, ines, ivan];
  while (said.length < count) {
    const number = 1 + chance.below(8);
    const by = chance.pick(authors);
    const on = chance.pick(PEOPLE);
    const counts = said.filter(() => chance.is(0.3));
    const cut = (document: string) => reach(document, 1 + chance.below(2), 1 + chance.below(9));
    const inTeam = chance.is(0.2) ? [cut(TEAM)] : [];
    const frontier = [...inTeam, ...(chance.is(0.5) ? [cut(DOCUMENT)] : [])];
    const what = chance.random();
    if (what < 0.12) {
      said.push(succeed(number, chance.pick([heir, heir, other, owner]), { counts, frontier }));
    } else if (what < 0.2) {
      const door = chance.pick(['open', 'closed'] as const);
      const members = door === 'closed' ? PEOPLE.filter(() => chance.is(0.4)).map(({ id }) => id) : [];
      said.push(
        state(by, number, { kind: 'epoch', epoch: chance.below(3), door, key: chance.below(4), members })
      );
    } else if (what < 0.23) {
      const members = PEOPLE.filter(() => chance.is(0.4)).map(({ id }) => id);
      const left = chance.is(0.7) ? [reach(TEAM, 1 + chance.below(2), 1 + chance.below(9))] : [];
      said.push(
        state(by, number, { kind: 'team', team: TEAM_ID, key: chance.below(4), members }, { frontier: left })
      );
    } else if (what < 0.26) {
      said.push(state(by, number, { kind: 'sharing', outputs: chance.is(0.5) }));
    } else if (what < 0.31) {
      said.push(state(by, number, { kind: 'fork', participant: on.id }, { counts, frontier }));
    } else if (what < 0.34) {
      said.push(state(by, number, { kind: 'succession', ownerKey: by.signer.key }));
    } else {
      said.push(
        stand(by, number, on, chance.pick([...ROLES, 'instructor', 'instructor'] as const), {
          counts,
          frontier
        })
      );
    }
  }
  return [...new Map(said.map(each => [each.id, each])).values()];
}

interface ISeen {
  readonly roles: Role[];
  readonly cuts: unknown[];
  readonly counts: string[];
  readonly epochs: unknown[];
  readonly shared: boolean;
  /** Of the one team: who writes, who reads, how far everybody counts, its keys. */
  readonly team: unknown[];
}

function seen(roles: Roles, statements: readonly IStatement[]): ISeen {
  return {
    roles: PEOPLE.map(({ id }) => roles.roleOf(id)),
    cuts: PEOPLE.flatMap(({ id }) =>
      [1, 2].map(session => roles.cutOf(DOCUMENT, sessionNamed(session), id)?.count ?? null)
    ),
    counts: statements
      .map(({ id }) => id)
      .filter(id => roles.counts(id))
      .sort(),
    epochs: roles.epochs.map(each => [each.epoch, each.door, toHex(each.keyHash), each.participant]),
    shared: roles.outputsShared,
    team: [
      PEOPLE.map(({ id }) => roles.mayWrite(id, TEAM, 'document')),
      PEOPLE.map(({ id }) => roles.mayRead(id, TEAM)),
      PEOPLE.flatMap(({ id }) =>
        [1, 2].map(session => roles.cutOf(TEAM, sessionNamed(session), id)?.count ?? null)
      ),
      (roles.teams.get(TEAM_ID)?.keyHashes ?? []).map(hash => hash[0])
    ]
  };
}

/** The rules as they stand in SPEC.md, with "all" and "none" and no order of working. */
function model(all: readonly IStatement[]): ISeen {
  const above = (a: IStatement, b: IStatement) =>
    a.number > b.number || (a.number === b.number && a.id > b.id);
  const last = <S extends IStatement>(some: readonly S[]) =>
    some.find(a => some.every(b => a === b || above(a, b)));
  const successions = all
    .filter(each => each.kind === 'succession')
    .filter(each => idOf(each) === recovery.id);
  const succession = last(successions);
  const keyOf = ({ ownerKey }: { ownerKey: Uint8Array }) =>
    PEOPLE.find(one => toHex(one.signer.key) === toHex(ownerKey))!.id;
  const ownerId = succession ? keyOf(succession) : owner.id;
  const reigns = [owner.id, ...successions.map(keyOf)];
  const run = successions.filter(each =>
    successions.every(after => keyOf(after) === ownerId || above(each, after))
  );
  const since = Math.min(...run.map(each => each.number), Infinity);
  const isOwners = (each: IStatement) =>
    each.kind !== 'succession' &&
    ((idOf(each) === ownerId && (!succession || each.number > since)) ||
      (reigns.includes(idOf(each)) && !!succession?.counts.includes(each.id)));
  const on = (level: readonly IStatement[], id: string) =>
    level
      .filter(each => each.kind === 'standing' || each.kind === 'fork')
      .filter(each => each.participant === id);
  const roleIn = (each: IStatement) => (each.kind === 'standing' ? each.role : 'removed');
  const owners = all.filter(isOwners);
  const isInstructors = (each: IStatement) => {
    const words = on(owners, idOf(each));
    const word = last(words);
    if (!word || isOwners(each) || each.kind === 'succession') {
      return false;
    }
    const start = words.filter(
      naming =>
        roleIn(naming) === 'instructor' && words.every(b => roleIn(b) === 'instructor' || above(naming, b))
    );
    const isAbove =
      roleIn(word) === 'instructor' && each.number > Math.min(...start.map(({ number }) => number));
    if (!word.counts.includes(each.id) && !isAbove) {
      return false;
    }
    if (each.kind === 'standing' || each.kind === 'fork') {
      const isFree = on(owners, each.participant).length === 0 && each.participant !== ownerId;
      return isFree && roleIn(each) !== 'instructor';
    }
    return true;
  };
  const instructors = all.filter(isInstructors);
  const wordOn = (id: string) => last(on(owners, id)) ?? last(on(instructors, id));
  const isEpoch = (each: IStatement) => each.kind === 'epoch';
  const epochsIn = (level: readonly IStatement[], epoch: number) =>
    level.filter(isEpoch).filter(each => each.epoch === epoch);
  const epochs = [0, 1, 2].map(epoch => last(epochsIn(owners, epoch)) ?? last(epochsIn(instructors, epoch)));
  const door = epochs.filter(each => each).at(-1);
  const isMember = (id: string) => door?.door !== 'closed' || door.members.includes(id);
  const roleOf = (id: string): Role => {
    const unspoken = isMember(id) ? 'attendee' : 'outsider';
    return id === ownerId ? 'owner' : wordOn(id) ? roleIn(wordOn(id)!) : unspoken;
  };
  const namedIn = (said: { frontier: readonly IReach[] } | undefined, document: string, session: number) =>
    said?.frontier.find(each => each.session === sessionNamed(session) && each.document === document);
  const cutOf = (id: string, session: number) => {
    const word = wordOn(id) ?? (reigns.includes(id) ? succession : undefined);
    const named = namedIn(word, DOCUMENT, session);
    const writes = ['owner', 'instructor', 'attendee'].includes(roleOf(id));
    return id === ownerId ? null : (named?.count ?? (writes ? null : 0));
  };
  const sharingIn = (level: readonly IStatement[]) => last(level.filter(each => each.kind === 'sharing'));
  const teams = (level: readonly IStatement[]) => level.filter(each => each.kind === 'team');
  const team = last(teams(owners)) ?? last(teams(instructors));
  const latestFirst = (some: ReturnType<typeof teams>) => [...some].sort((a, b) => (above(a, b) ? -1 : 1));
  const teamKeys = [...latestFirst(teams(owners)), ...latestFirst(teams(instructors))];
  const readsTeam = ({ id }: IPerson) =>
    team !== undefined &&
    !['removed', 'outsider'].includes(roleOf(id)) &&
    (team.members.includes(id) || ['owner', 'instructor'].includes(roleOf(id)));
  const writesTeam = (one: IPerson) => readsTeam(one) && roleOf(one.id) !== 'viewer';
  const teamCutOf = (one: IPerson, session: number) => {
    const word = wordOn(one.id) ?? (reigns.includes(one.id) ? succession : undefined);
    const left = roleOf(one.id) === 'attendee' ? team : undefined;
    const named =
      namedIn(word, TEAM, session) ?? (writesTeam(one) ? undefined : namedIn(left, TEAM, session));
    return one.id === ownerId ? null : (named?.count ?? (writesTeam(one) ? null : 0));
  };
  return {
    team: [
      PEOPLE.map(writesTeam),
      PEOPLE.map(readsTeam),
      PEOPLE.flatMap(one => [1, 2].map(session => teamCutOf(one, session))),
      [...new Set(teamKeys.map(({ keyHash }) => keyHash[0]))]
    ],
    roles: PEOPLE.map(({ id }) => roleOf(id)),
    cuts: PEOPLE.flatMap(({ id }) => [1, 2].map(session => cutOf(id, session))),
    counts: [...owners, ...instructors, ...(succession ? [succession] : [])].map(({ id }) => id).sort(),
    epochs: epochs.flatMap(each => (each ? [[each.epoch, each.door, toHex(each.keyHash), idOf(each)]] : [])),
    shared: (sharingIn(owners) ?? sharingIn(instructors))?.outputs ?? false
  };
}

describe('fold', () => {
  it('[ROL5] gives what its rules say, in any order, however often each statement came', () => {
    const met = { successions: 0, instructors: 0, cuts: 0 };
    for (let seed = 1; seed <= 300; seed += 1) {
      const chance = new Chance(seed);
      const said = story(seed, 3 + chance.below(22));
      const right = model(said);
      for (let order = 0; order < 3; order += 1) {
        const heard = chance.shuffle([...said, ...said.filter(() => chance.is(0.3))]);
        expect(seen(new Roles(digest, founding, heard), said), `seed ${seed}`).toEqual(right);
      }
      met.successions += Number(right.roles[0] !== 'owner');
      met.instructors += Number(right.roles.includes('instructor'));
      met.cuts += right.cuts.filter(cut => cut).length;
    }
    // The stories are worth telling.
    expect(Math.min(met.successions, met.instructors, met.cuts)).toBeGreaterThan(50);
  });

  it('[ROL5] is the same for two who have the same part of it, whatever is missing', () => {
    for (let seed = 1; seed <= 100; seed += 1) {
      const chance = new Chance(seed);
      const part = story(seed, 20).filter(() => chance.is(0.5));
      const [one, two] = [part, chance.shuffle(part)].map(each =>
        seen(new Roles(digest, founding, each), part)
      );
      expect(one).toEqual(two);
      expect(one).toEqual(model(part));
    }
  });
});

describe('statements kept', () => {
  const kept = (most?: number) => new Statements(digest, founding, most);
  const exchange = (a: Statements, b: Statements) => {
    for (let round = 0; round < 10; round += 1) {
      const news = [...b.take(a.all), ...a.take(b.all)];
      if (news.length === 0) {
        return;
      }
    }
    throw new Error('No end of news');
  };

  it('[ROL8] give the roles that all of them give, in any order, one at a time or all at once', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const chance = new Chance(seed);
      const said = story(seed, 3 + chance.below(18));
      const right = seen(new Roles(digest, founding, said), said);
      const [one, all] = [kept(), kept()];
      const news = chance.shuffle(said).flatMap(each => one.take([each, each]));
      expect(all.take(said).length).toBe(all.all.length);
      expect(seen(one.roles, said), `seed ${seed}`).toEqual(right);
      expect(seen(all.roles, said)).toEqual(right);
      expect(toHex(one.summary())).toBe(toHex(all.summary()));
      // What is kept was told as news, once it was.
      const told = news.map(({ id }) => id);
      expect(told).toEqual(expect.arrayContaining(one.all.map(({ id }) => id)));
    }
  });

  it('[ROL8] are the same for two who heard different parts, once they exchange them', () => {
    for (let seed = 1; seed <= 150; seed += 1) {
      const chance = new Chance(seed);
      const said = story(seed, 20);
      const [a, b] = [kept(), kept()];
      chance.shuffle(said).forEach(each => {
        const side = chance.random();
        if (side < 0.7) {
          a.take([each]);
        }
        if (side > 0.3) {
          b.take([each]);
        }
      });
      exchange(a, b);
      expect(toHex(a.summary()), `seed ${seed}`).toBe(toHex(b.summary()));
    }
  });

  it('[ROL8] of strangers are none: they wait, bounded, until the owner names their author', () => {
    const named = stand(owner, 1, ines, 'instructor');
    const early = stand(ines, 2, ada, 'removed');
    const statements = kept(2000);
    expect(statements.take([early])).toEqual([]);
    expect(statements.all).toEqual([]);
    expect(statements.has(early.id)).toBe(true);
    expect(statements.take([named])).toEqual([named, early]);
    expect(statements.roles.roleOf(ada.id)).toBe('removed');
    const flood = Array.from({ length: 200 }, (_, number) => stand(ivan, number + 1, ada, 'viewer'));
    for (const each of flood) {
      expect(statements.take([each])).toEqual([]);
    }
    const held = flood.filter(({ id }) => statements.has(id));
    expect(held.reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThanOrEqual(2000);
    expect(held).toEqual(flood.slice(-held.length));
    expect(held.length).toBeGreaterThan(5);
    expect(statements.all).toEqual([named, early]);
  });

  it('[ROL8] of one instructor are bounded: the first stay, however many more come', () => {
    const most = 1500;
    const named = stand(owner, 1, ines, 'instructor');
    const many = Array.from({ length: 60 }, (_, number) => stand(ines, number + 2, person(number), 'viewer'));
    const [forth, back] = [kept(most), kept(most)];
    forth.take([named]);
    back.take([named]);
    many.forEach(each => forth.take([each]));
    [...many].reverse().forEach(each => back.take([each]));
    const size = forth.all.reduce((sum, { bytes }) => sum + bytes.length, 0);
    expect(size).toBeLessThanOrEqual(2 * most);
    exchange(forth, back);
    many.slice(0, 12).forEach(each => back.take([each]));
    expect(toHex(back.summary())).toBe(toHex(forth.summary()));
    expect(back.all.slice(1)).toEqual(many.slice(0, back.all.length - 1));
    // Nor does it push out what the owner lets count.
    const again = stand(owner, 80, ines, 'instructor', { counts: [many[40]!] });
    expect(forth.get(many[40]!.id)).toBeNull();
    forth.take([again, many[40]!]);
    expect(forth.get(many[40]!.id)).toEqual(many[40]);
    expect(forth.roles.roleOf(person(40).id)).toBe('viewer');
    const demoted = stand(owner, 90, ines, 'removed', { counts: [many[5]!, many[40]!] });
    forth.take([demoted, many[40]!]);
    const dated = Array.from({ length: 30 }, (_, number) => stand(ines, 0, person(number), 'removed'));
    dated.forEach(each => forth.take([each]));
    expect([many[5]!, many[40]!].map(({ id }) => forth.roles.counts(id))).toEqual([true, true]);
    expect(forth.roles.roleOf(person(40).id)).toBe('viewer');
    expect(dated.some(({ id }) => forth.roles.counts(id))).toBe(false);
  });

  it('[ROL8] of strangers make no work, however many come', () => {
    let hashed = 0;
    const statements = new Statements(bytes => ((hashed += 1), digest(bytes)), founding, 20_000);
    const many = Array.from({ length: 300 }, (_, number) =>
      stand(ivan, number + 1, person(number), 'viewer')
    );
    statements.take([stand(owner, 1, ines, 'instructor')]);
    const { roles } = statements;
    hashed = 0;
    many.forEach(each => statements.take([each]));
    statements.take([state(ivan, 9, { kind: 'succession', ownerKey: ivan.signer.key })]);
    expect(statements.roles).toBe(roles);
    expect(hashed).toBeLessThan(5);
    // And who is instructor no more than to be kept.
    many.forEach((_, number) => statements.take([stand(ines, number + 2, person(number), 'viewer')]));
    expect(hashed).toBeLessThan(5);
    expect(statements.all.length).toBeGreaterThan(90);
    expect(statements.all.length).toBeLessThan(140);
  });

  it('[ROL8] of an old laptop are those that the succession names', () => {
    const [named, late] = [stand(owner, 1, ines, 'instructor'), stand(owner, 5, ada, 'instructor')];
    const sham = stand(ada, 6, ben, 'removed');
    const statements = kept();
    statements.take([named, late, sham]);
    expect(statements.all).toHaveLength(3);
    const after = succeed(2, heir, { counts: [named] });
    expect(statements.take([after])).toEqual([after]);
    expect(statements.all).toEqual([named, after]);
    expect(statements.take([late, sham, stand(owner, 0, ben, 'removed')])).toEqual([]);
    expect(statements.get(late.id)).toBeNull();
    expect(statements.get(named.id)).toEqual(named);
  });

  it('[ROL8] have the bound of protocol.json', () => {
    const limits = JSON.parse(
      readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
    ) as Record<string, number>;
    expect(limits.statements_bytes).toBe(STATEMENTS_BYTES);
  });

  function person(number: number): IPerson {
    return { signer: ada.signer, id: number.toString(16).padStart(32, '0') };
  }
});
