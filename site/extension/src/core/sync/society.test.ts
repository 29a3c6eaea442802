import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fake } from '../../crypto/fake';
import type { StatementBody } from '../class/statement';
import type { IOwnSession } from '../identity/own';
import { foundClass } from '../class/founding';
import { toHex } from '../tagged';
import type { Standing } from './options';
import { BEN, Class, CLEO, type IMember } from './society.testing';

const BOOK = '5e'.repeat(32);
let school: Class;
beforeEach(() => (school = new Class()));

const types = ({ said }: IMember): string[] => said.map(({ to, message }) => `${message.type} to ${to[0]}`);

function standing(
  { society }: IMember,
  who: IOwnSession,
  epoch: number | null,
  document = `${BOOK}.team.${school.everyone}`
): Standing {
  const { session, participant } = who;
  return society.standing(
    { ...who, session, participant },
    { document, kind: 'document', session, epoch, sequence: 0 }
  );
}

describe('what a page knows of its class', () => {
  it('[SYN16] what is sealed for an epoch that nobody stated is not judged', () => {
    const ada = school.members.session('ada');
    const nothing = school.page('ben');
    const ben = school.member('ben', [school.epoch(1)]);
    expect([1, null].map(epoch => standing(nothing, ada, epoch))).toEqual(['unknown', 'unknown']);
    expect([1, null, 2, 0].map(epoch => standing(ben, ada, epoch))).toEqual([
      'may',
      'may',
      'unknown',
      'unknown'
    ]);
  });

  it('[ROL9] one who waits at the door keeps what they wrote; what other outsiders wrote counts for nothing', () => {
    const { everyone } = school;
    const ada = school.member('ada', [school.epoch(1, 'closed')]);
    const eve = school.members.session('eve');
    const team = `${BOOK}.team.${everyone}`;
    expect([standing(ada, ada.own, 1), standing(ada, eve, 1)]).toEqual(['unknown', 'may-not']);
    const cut = (who: IOwnSession) => ada.society.cutOf(team, who.session, who.participant)?.count ?? null;
    expect([cut(ada.own), cut(eve)]).toEqual([null, 0]);
    const ben = school.member('ben', [school.epoch(1), school.stand('owner', 2, 'ben', 'removed')]);
    expect([standing(ben, ben.own, 1), cut(ben.own)]).toEqual(['may-not', 0]);
  });

  it('[ROL4] what one may not state is neither signed nor said', () => {
    const ada = school.member('ada', [school.epoch(1)]);
    const bodies: StatementBody[] = [
      { kind: 'epoch', epoch: 2, door: 'closed', keyHash: new Uint8Array(32), members: [] },
      { kind: 'sharing', outputs: true },
      { kind: 'succession', ownerKey: ada.own.rootKey, counts: [], frontier: [] }
    ];
    expect(bodies.map(body => ada.society.state(body))).toEqual([false, false, false]);
    const given = (['attendee', 'removed'] as const).map(role =>
      ada.society.give(school.idOf('ben'), role, [])
    );
    expect(given).toEqual([false, false]);
    expect(ada.society.beginEpoch('open')).toBe(false);
    const unfounded = school.page('owner', { founding: null });
    expect(unfounded.society.state(bodies[1]!)).toBe(false);
    expect([types(ada), ada.society.stated.length, ada.society.keyring.newest]).toEqual([[], 1, 1]);
  });

  it('[ROL4] who removes somebody begins an epoch whose key they do not have; who gives a role does not', () => {
    const owner = school.member('owner', [school.epoch(1)]);
    expect(owner.society.give(school.idOf('ben'), 'viewer', [])).toBe(true);
    expect(owner.society.keyring.newest).toBe(1);
    expect(owner.society.give(school.idOf('ben'), 'removed', [])).toBe(true);
    expect([owner.society.keyring.newest, owner.society.keyring.isCurrent]).toEqual([2, true]);
  });

  it('[ROL9] who closes the door names who is a member; who opens it names nobody', () => {
    const ben = school.idOf('ben');
    const owner = school.member('owner', [school.epoch(1, 'closed', [ben])]);
    expect(owner.society.beginEpoch('closed')).toBe(true);
    expect(owner.society.roles!.epoch).toMatchObject({ epoch: 2, door: 'closed', members: [ben] });
    expect(owner.society.beginEpoch('open')).toBe(true);
    expect(owner.society.roles!.epoch).toMatchObject({ epoch: 3, door: 'open', members: [] });
  });

  it('[ROL11] what somebody did counts as far as it is here when they may write it no more', () => {
    const owner = school.member('owner', [school.epoch(1)]);
    const { session, participant } = school.members.session('ben');
    const team = `${BOOK}.team.${school.everyone}`;
    const reach = { document: team, session, count: 3, chain: new Uint8Array(32).fill(3) };
    owner.society.give(participant, 'viewer', [reach]);
    expect(owner.society.cutOf(team, session, participant)).toEqual({ count: 3, chain: reach.chain });
  });

  it('[KEY4] one writes with the key of the newest epoch', () => {
    const ada = school.member('ada', [school.epoch(1), school.epoch(2)]);
    const written: unknown[] = [];
    const read: string[] = [];
    const team = `${BOOK}.team.${school.everyone}`;
    ada.society.keyFor(team, 'document', key => written.push(key?.epoch, toHex(key!.key)));
    ada.society.keysOf(team, 'document', 2, keys => read.push(...keys.map(toHex)));
    expect([written[0], written[1]]).toEqual([2, read[0]]);
  });

  it('[KEY4] before there is an epoch nothing is sealed, one’s own neither', () => {
    const ada = school.page('ada');
    const keys: unknown[] = [];
    [`${BOOK}.mine.${ada.own.participant}`, `${BOOK}.team.${school.everyone}`].forEach(document =>
      ada.society.keyFor(document, 'document', key => keys.push(key))
    );
    expect([keys, ada.society.wrapping.all]).toEqual([[null, null], []]);
  });

  it('[ROL5] above the greatest number nothing is stated', () => {
    const last = school.state('owner', Number.MAX_SAFE_INTEGER, { kind: 'sharing', outputs: true });
    const owner = school.member('owner', [school.epoch(1), last]);
    expect(owner.society.state({ kind: 'sharing', outputs: false })).toBe(false);
    expect(types(owner)).toEqual([]);
  });

  it('[SYN17] a statement is said to all but whom it came from, once, and makes work once', () => {
    const ben = school.member('ben', []);
    const { bytes } = school.epoch(1);
    ben.society.hear(BEN, 'statement', bytes);
    expect([types(ben).filter(each => each.startsWith('statement')), ben.told]).toEqual([
      ['statement to C'],
      ['rules']
    ]);
    ben.society.hear(CLEO, 'statement', bytes);
    expect([types(ben).filter(each => each.startsWith('statement')), ben.told]).toEqual([
      ['statement to C'],
      ['rules']
    ]);
  });

  it('[SYN17] a statement is verified once, however many say it', () => {
    let verified = 0;
    const waiting: (() => void)[] = [];
    class Slow extends Fake {
      override verify(...[key, signature, message, then]: Parameters<Fake['verify']>): void {
        verified += 1;
        waiting.push(() => super.verify(key, signature, message, then));
      }
    }
    const { bytes } = school.epoch(1);
    const ben = school.page('ben', { crypto: new Slow() });
    [BEN, CLEO].forEach(peer => ben.society.hear(peer, 'statement', bytes));
    expect(verified).toBe(1);
    waiting.forEach(run => run());
    ben.society.hear(CLEO, 'statement', bytes);
    expect([verified, ben.society.roles!.epoch!.epoch]).toEqual([1, 1]);
  });

  it('[SYN17] before it is known how the class was founded, statements are nothing', () => {
    const ben = school.page('ben', { founding: null });
    const { bytes } = school.epoch(1);
    expect(() => ben.society.hear(BEN, 'statement', bytes)).not.toThrow();
    expect([ben.society.roles, ben.society.summary, ben.told]).toEqual([null, null, []]);
  });

  it('[SYN17] two compare what they know: statements, and what was wrapped', () => {
    const summary = ({ society }: IMember): string => toHex(society.summary!);
    const options = { devicesOf: () => [school.owner.agreementKey] };
    const [ada, ben, cleo] = [
      school.member('ada', [school.epoch(1)], options),
      school.member('ben', [school.epoch(1)]),
      school.member('cleo', [school.epoch(1), school.epoch(2)])
    ];
    expect([summary(ada) === summary(ben), summary(ben) === summary(cleo)]).toEqual([true, false]);
    ada.society.keyFor(`${BOOK}.mine.${ada.own.participant}`, 'document', () => undefined);
    expect(summary(ada)).not.toBe(summary(ben));
    ada.society.wrapping.all.forEach(bytes => ben.society.hear(CLEO, 'statement', bytes));
    expect(summary(ada)).toBe(summary(ben));
  });

  it('[SYN17] who asks is told what they did not name', () => {
    const said: string[] = [];
    const asker = { say: ({ type }: { type: string }) => said.push(type) } as never;
    const ben = school.member('ben', [school.epoch(1), school.epoch(2)]);
    ben.society.tell(asker, []);
    expect(said).toHaveLength(2);
    ben.society.tell(asker, ben.society.known().slice(1));
    expect(said).toHaveLength(3);
    ben.society.tell(asker, ben.society.known());
    expect(said).toHaveLength(3);
  });
});

describe('what somebody who lets one in says', () => {
  /** A page of somebody who knows nothing and knocks. */
  function joiner(options: Parameters<Class['page']>[1] = { founding: null }): IMember {
    const ada = school.page('ada', options);
    ada.society.locked();
    return ada;
  }

  it('[KEY6] is of another class: nothing of it is learnt', () => {
    const elsewhere = foundClass(digest, school.owner.rootKey, school.owner.rootKey, school.fill);
    const ada = joiner();
    const [statement, key] = [school.epoch(1), school.keys[0]!];
    const answer = { founding: elsewhere.record, statements: [statement.bytes], keys: [key] };
    ada.society.hear(BEN, 'admit', school.admit(ada, answer));
    expect([ada.society.founding, ada.told, ada.society.doorway.state]).toEqual([null, [], 'knocking']);
    ada.society.hear(BEN, 'admit', school.admit(ada, { ...answer, founding: school.founding.record }));
    expect([ada.society.keyring.newest, ada.society.doorway.state]).toEqual([1, 'inside']);
    expect(ada.told).toEqual(['rules', 'admitted', 'rules', 'keys']);
  });

  it('[KEY6] is less than what is known: who was removed stays so', () => {
    const statements = [school.epoch(1), school.epoch(2), school.stand('owner', 3, 'eve', 'removed')];
    const ada = joiner({ statements });
    const answer = { statements: [statements[0]!.bytes], keys: school.keys.slice(0, 2) };
    ada.society.hear(BEN, 'admit', school.admit(ada, answer));
    expect(ada.society.roles!.roleOf(school.idOf('eve'))).toBe('removed');
    expect([ada.society.roles!.epoch!.epoch, ada.society.keyring.newest]).toEqual([2, 2]);
  });

  it('[KEY6] is forged, or a key that nobody stated: the rest counts, that does not', () => {
    const forged = school.stand('owner', 5, 'ada', 'removed').bytes.slice();
    forged[forged.length - 1]! ^= 1;
    const stranger = school.stand('mallory', 6, 'ada', 'removed').bytes;
    const ada = joiner();
    const statements = [forged, stranger, school.epoch(1).bytes];
    const keys = [{ epoch: 1, key: new Uint8Array(32).fill(9) }, school.keys[0]!, school.keys[1]!];
    ada.society.hear(BEN, 'admit', school.admit(ada, { statements, keys }));
    expect(ada.society.roles!.roleOf(ada.own.participant)).toBe('attendee');
    expect(ada.society.keyring.all()).toEqual([school.keys[0]]);
  });

  it('[KEY6] has no key: how the class was founded is kept', () => {
    const ada = joiner();
    ada.society.hear(BEN, 'admit', school.admit(ada, {}));
    expect([ada.told, ada.society.founding?.record]).toEqual([
      ['admitted', 'rules', 'keys'],
      school.founding.record
    ]);
  });

  it('[KEY6] is nothing new: it is not told again', () => {
    const statements = [school.epoch(1), school.epoch(2)];
    const ada = joiner({ statements, keys: [school.keys[0]!] });
    ada.told.length = 0;
    ada.society.hear(BEN, 'admit', school.admit(ada, { keys: [school.keys[0]!] }));
    expect(ada.told).toEqual([]);
  });
});

describe('documents with secrets of their own', () => {
  it('[KEY3] nobody wraps anything of what is another’s, whoever they are', () => {
    const { own } = school.page('ada');
    const mine = `${BOOK}.mine.${own.participant}`;
    const teacher = school.member('owner', [school.epoch(1)], {
      devicesOf: () => [own.agreementKey]
    });
    const keys: unknown[] = [];
    teacher.society.keyFor(mine, 'document', key => keys.push(key));
    teacher.society.introduced();
    expect([keys, teacher.society.wrapping.all, types(teacher)]).toEqual([[null], [], []]);
    // Theirs still comes from them.
    teacher.society.keysOf(mine, 'document', 1, found => keys.push(found.length));
    expect(keys).toEqual([null, 0]);
  });

  it('[KEY3] what one begins of one’s own is wrapped for who teaches; what all read is not', () => {
    const ada = school.member('ada', [school.epoch(1)], { devicesOf: () => [school.owner.agreementKey] });
    const outputs = `${BOOK}.team.${school.everyone}/outputs.${ada.own.participant}`;
    ada.society.keyFor(outputs, 'outputs', () => undefined);
    expect(ada.society.wrapping.all).toEqual([]);
    ada.society.keyFor(`${BOOK}.mine.${ada.own.participant}`, 'document', () => undefined);
    expect([ada.society.wrapping.all.length, types(ada)]).toEqual([1, ['statement to B', 'statement to C']]);
  });

  it('[KEY3] wraps are passed on when they are new, and not to whom they came from', () => {
    const ada = school.member('ada', [school.epoch(1)], { devicesOf: () => [school.owner.agreementKey] });
    ada.society.keyFor(`${BOOK}.mine.${ada.own.participant}`, 'document', () => undefined);
    const [bytes] = ada.society.wrapping.all;
    const cleo = school.member('cleo', [school.epoch(1)]);
    cleo.society.hear(BEN, 'statement', bytes!);
    cleo.society.hear(BEN, 'statement', bytes!);
    expect([types(cleo), cleo.society.wrapping.all.length]).toEqual([['statement to C'], 1]);
    const forged = bytes!.slice();
    forged[forged.length - 1]! ^= 1;
    const dan = school.member('dan', [school.epoch(1)]);
    dan.society.hear(BEN, 'statement', forged);
    expect([types(dan), dan.society.wrapping.all]).toEqual([[], []]);
  });

  it('[ROL7] outputs are shared with the class when that is said, and nothing else is', () => {
    const shared = school.state('owner', 2, { kind: 'sharing', outputs: true });
    const [ada, ben] = ['ada', 'ben'].map(name => school.member(name, [school.epoch(1), shared]));
    const mine = `${BOOK}.mine.${ada!.own.participant}`;
    const outputs = `${mine}/outputs.${ada!.own.participant}`;
    ada!.society.keyFor(mine, 'document', () => undefined);
    ada!.society.keyFor(outputs, 'outputs', () => undefined);
    ada!.society.wrapping.all.forEach(bytes => ben!.society.hear(CLEO, 'statement', bytes));
    const opens = (document: string): number => {
      let count = 0;
      ben!.society.keysOf(document, 'document', 1, keys => (count = keys.length));
      return count;
    };
    expect([opens(mine), opens(outputs)]).toEqual([0, 1]);
    const cleo = school.member('cleo', [school.epoch(1)]);
    cleo.society.keyFor(
      `${BOOK}.mine.${cleo.own.participant}/outputs.${cleo.own.participant}`,
      'outputs',
      () => 0
    );
    expect(cleo.society.wrapping.all).toEqual([]);
  });

  it('[KEY1] records are for every member, with each of an epoch’s keys; nobody else has one', () => {
    const other = new Uint8Array(32).fill(8);
    const statements = [
      school.stand('owner', 1, 'ines', 'instructor'),
      school.state('ines', 2, { kind: 'epoch', epoch: 1, door: 'open', keyHash: digest(other), members: [] }),
      school.epoch(1)
    ];
    const keysOf = (member: IMember): number[] => {
      const counts: number[] = [];
      member.society.keysOf(`${BOOK}.mine.${'a'.repeat(32)}`, 'record', 1, keys => counts.push(keys.length));
      return counts;
    };
    const ada = school.page('ada', { statements, keys: [school.keys[0]!, { epoch: 1, key: other }] });
    expect([keysOf(ada), keysOf(school.page('ben', { statements }))]).toEqual([[2], [0]]);
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
    expect(owner.society.give(school.idOf('ben'), 'viewer', [])).toBe(true);
    expect(owner.society.give(school.idOf('ines'), 'instructor', [])).toBe(true);
    expect(key()).toBe(before);
    expect(owner.society.give(school.idOf('ines'), 'attendee', [])).toBe(true);
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
    expect(owner.society.give(jon, 'removed', [])).toBe(true);
    expect([key(), owner.society.keyring.newest]).toEqual([before, 2]);
    const teacher = school.member('ines', statements);
    const id = teacher.society.teaming.newTeam();
    expect(teacher.society.teaming.state(id, 'Team', [ines], () => [])).toBe(true);
    const theirs = keyOf(teacher, id);
    expect(teacher.society.give(jon, 'attendee', [])).toBe(false);
    expect(keyOf(teacher, id)).toBe(theirs);
  });
});

describe('taking the class over', () => {
  const seed = (name: string) => school.members.rootOf(name);
  const takeOver = (member: IMember, by = 'recovery'): boolean | null => {
    let isDone: boolean | null = null;
    member.society.takeOver(seed(by), [], is => (isDone = is));
    return isDone;
  };

  it('[KEY3] of what one writes the secret is given to who teaches where it is one’s own, and nowhere else', () => {
    const teacher = school.members.session('owner');
    const ada = school.member('ada', [school.epoch(1)], { devicesOf: () => [teacher.agreementKey] });
    const book = '5e'.repeat(32);
    const wraps = (document: string): number => {
      ada.society.keyFor(document, 'document', () => undefined);
      return ada.society.wrapping.all.length;
    };
    expect(wraps(`${book}.team.${school.everyone}/outputs.${ada.own.participant}`)).toBe(0);
    expect(wraps(`${book}.mine.${school.idOf('ben')}`)).toBe(0);
    expect(wraps(`${book}.mine.${ada.own.participant}`)).toBe(1);
  });

  it('[ROL9] an epoch of an open door names nobody who stays; of a closed one those who are in', () => {
    const owner = school.member('owner', [school.epoch(1, 'closed', [school.idOf('ada')])]);
    owner.society.beginEpoch('closed');
    const members = (): number => owner.society.roles!.epoch!.members.length;
    const before = members();
    owner.society.beginEpoch('open');
    expect([before > 0, members()]).toEqual([true, 0]);
  });

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
    first.society.takeOver(seed('recovery'), [reach], () => undefined);
    const statements = [...said];
    const second = school.member('cleo', statements);
    first.society.stated.forEach(bytes => second.society.hear(BEN, 'statement', bytes));
    const third = { ...reach, session: school.members.session('heir').session, count: 5 };
    second.society.takeOver(seed('recovery'), [third], () => undefined);
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
});
