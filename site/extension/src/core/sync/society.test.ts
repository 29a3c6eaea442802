import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fake } from '../../crypto/fake';
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

  it('[KEY4] one writes with the key of the newest epoch', () => {
    const ada = school.member('ada', [school.epoch(1), school.epoch(2)]);
    const written: unknown[] = [];
    const read: string[] = [];
    const team = `${BOOK}.team.${school.everyone}`;
    ada.society.keyFor(team, 'document', key => written.push(key?.epoch, toHex(key!.key)));
    ada.society.keysOf(team, 'document', 2, keys => read.push(...keys.map(toHex)));
    expect([written[0], written[1]]).toEqual([2, read[0]]);
  });

  it('[KEY4] who has one of two keys that were stated for an epoch asks for the other, and judges nothing meanwhile', () => {
    const other = new Uint8Array(32).fill(8);
    const statements = [
      school.stand('owner', 1, 'ines', 'instructor'),
      school.state('ines', 2, { kind: 'epoch', epoch: 1, door: 'open', keyHash: digest(other), members: [] }),
      school.epoch(1)
    ];
    const ada = school.page('ada', { statements, keys: [{ epoch: 1, key: other }] });
    const heard: unknown[] = [];
    const look = (): void =>
      (['document', 'record'] as const).forEach(kind =>
        ada.society.keysOf(`${BOOK}.team.${school.everyone}`, kind, 1, (keys, areAll) =>
          heard.push([keys.length, areAll])
        )
      );
    look();
    ada.society.locked();
    expect([heard.splice(0), types(ada).some(each => each.startsWith('knock'))]).toEqual([
      [
        [1, false],
        [1, false]
      ],
      true
    ]);
    ada.society.hear(BEN, 'admit', school.admit(ada, { statements: [], keys: [school.keys[0]!] }));
    look();
    expect(heard).toEqual([
      [2, true],
      [2, true]
    ]);
  });

  it('[KEY4] all that is sealed with it is read again where an epoch has other keys now, and nothing for a new one', () => {
    const ada = school.member('ada', [school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')]);
    const { bytes: next } = school.epoch(2);
    ada.society.hear(BEN, 'statement', next);
    expect(ada.told).toEqual(['rules']);
    const body = { kind: 'epoch', epoch: 1, door: 'open', members: [] } as const;
    const other = school.state('ines', 3, { ...body, keyHash: digest(new Uint8Array(32).fill(8)) });
    ada.society.hear(BEN, 'statement', other.bytes);
    expect([ada.told, ada.society.undone.size]).toEqual([['rules', 'rules, other keys'], 0]);
  });

  it('[LOG15] all is read again where an epoch is undone, and where it is stated again, whose key is one’s own or not', () => {
    const ada = school.member('ada', [school.epoch(1), school.stand('owner', 2, 'ines', 'instructor')]);
    const { keyHash } = school.epoch(2) as unknown as { keyHash: Uint8Array };
    const second = school.state('ines', 3, { kind: 'epoch', epoch: 2, door: 'open', keyHash, members: [] });
    const out = school.stand('owner', 4, 'ines', 'removed');
    const back = school.state('owner', 5, {
      ...{ kind: 'standing', participant: school.idOf('ines'), role: 'instructor', frontier: [] },
      counts: [second.id]
    });
    const seen: unknown[] = [];
    for (const { bytes } of [second, out, back]) {
      ada.society.hear(BEN, 'statement', bytes);
      school.clock.advance(1);
      ada.society.keyring.takeEpoch(2, school.keys[1]!.key);
      const opening = ['mine', 'team', 'own'].map(() => 0);
      const documents = [
        `${BOOK}.mine.${ada.own.participant}`,
        `${BOOK}.team.${school.everyone}`,
        `${BOOK}.team.${school.everyone}`
      ];
      documents.forEach((document, index) =>
        ada.society.keysOf(
          document,
          index === 2 ? 'record' : 'document',
          2,
          keys => (opening[index] = keys.length)
        )
      );
      seen.push([ada.told.splice(0).join(), [...ada.society.undone], opening]);
    }
    expect(seen).toEqual([
      ['rules', [], [1, 1, 1]],
      ['rules, other keys', [2], [0, 0, 0]],
      ['rules, other keys', [], [1, 1, 1]]
    ]);
  });

  it('[KEY4] that all keys are here is said of one’s own and of what all read, and never of a team’s', () => {
    const ada = school.member('ada', [school.epoch(1)]);
    const areAll = (document: string, member = ada): boolean[] => {
      const said: boolean[] = [];
      member.society.keysOf(document, 'document', 1, (_, is) => said.push(is === true));
      return said;
    };
    const [mine, team] = [`${BOOK}.mine.${ada.own.participant}`, `${BOOK}.team.${'e7'.repeat(16)}`];
    const all = `${BOOK}.team.${school.everyone}`;
    expect([mine, all, team].map(document => areAll(document))).toEqual([[true], [true], [false]]);
    const ben = school.page('ben', { statements: [school.epoch(1)] });
    expect(areAll(all, ben)).toEqual([false]);
  });

  it('[LOG6] who owns the class is known once it is known how it was founded', () => {
    const [owner, ada] = ['owner', 'ada'].map(name => school.idOf(name)) as [string, string];
    const { society } = school.member('ben', []);
    expect([owner, ada].map(each => society.isOwner(each))).toEqual([true, false]);
    const { society: nothing } = school.page('ben', { founding: null });
    expect(nothing.isOwner(owner)).toBe(false);
  });

  it('[KEY4] before there is an epoch nothing is sealed, one’s own neither', () => {
    const ada = school.page('ada');
    const keys: unknown[] = [];
    [`${BOOK}.mine.${ada.own.participant}`, `${BOOK}.team.${school.everyone}`].forEach(document =>
      ada.society.keyFor(document, 'document', key => keys.push(key))
    );
    expect([keys, ada.society.wrapping.all]).toEqual([[null, null], []]);
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
});
