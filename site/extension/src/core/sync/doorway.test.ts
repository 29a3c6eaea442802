import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import { Fake } from '../../crypto/fake';
import { answeredKnock, makeAnswer, readAnswer } from '../keys/answer';
import { KNOCKS_PER_MINUTE } from '../keys/door';
import type { IOwnSession } from '../identity/own';
import { Chance } from '../simulation/chance';
import { Members } from '../simulation/members';
import { BEN, Class, CLEO, type IMember } from './society.testing';

let school: Class;
beforeEach(() => (school = new Class()));

/** What it said, to whom; of its answers, what they say to `who`. */
function heard({ said }: IMember, who: IOwnSession): string[] {
  return said.splice(0).map(({ to, message }) => {
    let what: string = message.type;
    if (message.type === 'admit') {
      const { crypto } = school.members;
      readAnswer(
        crypto,
        school.founding.classId,
        who.agreement,
        () => true,
        message.bytes,
        read => {
          what = read.kind === 'read' ? read.value.kind : read.fault;
        }
      );
    }
    return `${what} to ${to[0]}`;
  });
}

function knocks(member: IMember, who: IOwnSession, from = BEN): string[] {
  member.society.hear(from, 'knock', school.knock(who));
  return heard(member, who);
}

describe('the door of a page', () => {
  it('[KEY7] who was removed is turned away under that name, though the door is open', () => {
    const [ada, eve] = ['ada', 'eve'].map(name => school.members.session(name)) as [IOwnSession, IOwnSession];
    const ben = school.member('ben', [school.epoch(1), school.stand('owner', 2, 'eve', 'removed')]);
    expect([knocks(ben, eve), knocks(ben, ada)]).toEqual([['refused to B'], ['admitted to B']]);
  });

  it('[KEY7] closed: who is a member is let in by members, and nobody else', () => {
    const [ada, eve] = ['ada', 'eve'].map(name => school.members.session(name)) as [IOwnSession, IOwnSession];
    const statements = [
      school.epoch(1, 'closed', [school.idOf('ben')]),
      school.stand('owner', 2, 'ada', 'attendee')
    ];
    const ben = school.member('ben', statements);
    expect([knocks(ben, ada), knocks(ben, eve)]).toEqual([['admitted to B'], ['knock to C']]);
    const owner = school.member('owner', statements);
    expect(knocks(owner, eve)).toEqual(['waiting to B']);
    expect(owner.society.doorway.waiting.map(({ participant }) => participant)).toEqual([eve.participant]);
  });

  it('[KEY7] whom an instructor lets in is stated to be an attendee; who was removed meanwhile is not', () => {
    const eve = school.members.session('eve');
    const owner = school.member('owner', [school.epoch(1, 'closed')]);
    knocks(owner, eve);
    owner.society.stating.admit(eve.participant, []);
    expect(heard(owner, eve)).toContain('admitted to B');
    expect(owner.society.roles!.roleOf(eve.participant)).toBe('attendee');
    owner.society.stating.give(eve.participant, 'removed', []);
    owner.society.stating.admit(eve.participant, []);
    expect(owner.society.roles!.roleOf(eve.participant)).toBe('removed');
  });

  it('[KEY7] who teaches turns somebody away, and sees it told', () => {
    const eve = school.members.session('eve');
    const owner = school.member('owner', [school.epoch(1, 'closed')]);
    knocks(owner, eve);
    owner.society.doorway.refuse(eve.participant);
    expect([heard(owner, eve), owner.society.doorway.waiting]).toEqual([['refused to B'], []]);
    expect(knocks(owner, eve)).toEqual(['refused to B']);
  });

  it('[KEY8] a member who waits for the key holds a knock; who is outside or never had one passes it on', () => {
    const statements = [school.epoch(1), school.epoch(2, 'closed', [school.idOf('ben')])];
    const keys = [school.keys[0]!];
    const ada = school.members.session('ada');
    const [ben, eve, new_] = [
      school.page('ben', { statements, keys }),
      school.page('eve', { statements, keys }),
      school.page('ben', { statements })
    ];
    expect([ben, eve, new_].map(member => knocks(member, ada))).toEqual([[], ['knock to C'], ['knock to C']]);
  });

  it('[KEY8] a knock is opened once, and so many of one neighbour', () => {
    let opened = 0;
    class Counting extends Fake {
      override open(...args: Parameters<Fake['open']>): void {
        opened += 1;
        super.open(...args);
      }
    }
    const ada = school.members.session('ada');
    const ben = school.member('ben', [school.epoch(1)], { crypto: new Counting() });
    const knock = school.knock(ada);
    for (let time = 0; time < 5; time += 1) {
      [BEN, CLEO].forEach(peer => ben.society.hear(peer, 'knock', knock));
    }
    expect([opened, heard(ben, ada)]).toEqual([1, ['admitted to B']]);
  });

  it('[KEY8] one’s own knock that comes back is neither answered nor passed on, however old', () => {
    const ben = school.page('ben', { statements: [school.epoch(1, 'closed')] });
    ben.society.locked();
    const [own] = ben.said.flatMap(({ message }) => (message.type === 'knock' ? [message.bytes] : []));
    ben.said.length = 0;
    ben.society.hear(BEN, 'knock', own!);
    expect(ben.said).toEqual([]);
    expect(knocks(ben, ben.own)).toEqual([]);
  });

  it('[KEY9] who knocks is told how it stands, knocks at who comes, and again at once when let back in', () => {
    const ada = school.page('ada', { statements: [school.epoch(1, 'closed')] });
    const knocked = (): string[] => heard(ada, ada.own).filter(each => each.startsWith('knock'));
    ada.society.locked();
    const [waiting, refused] = (['waiting', 'refused'] as const).map(kind => school.admit(ada, { kind }));
    expect(knocked()).toEqual(['knock to B', 'knock to C']);
    ada.society.joined(CLEO);
    expect(knocked()).toEqual(['knock to C']);
    ada.society.hear(BEN, 'admit', waiting!);
    expect(ada.society.doorway.state).toBe('waiting');
    ada.society.hear(CLEO, 'admit', refused!);
    expect(ada.society.doorway.state).toBe('refused');
    const state = (number: number, who: string, role: 'attendee' | 'removed'): void =>
      ada.society.hear(BEN, 'statement', school.stand('owner', number, who, role).bytes);
    // Of somebody else; of oneself, who is out as before; and that one is in.
    state(2, 'ben', 'attendee');
    state(3, 'ada', 'removed');
    expect([knocked(), ada.society.doorway.state]).toEqual([[], 'refused']);
    state(4, 'ada', 'attendee');
    const again = school.admit(ada, { kind: 'waiting' });
    expect([knocked(), ada.society.doorway.state]).toEqual([['knock to B', 'knock to C'], 'knocking']);
    ada.society.hear(BEN, 'admit', again);
    state(5, 'ben', 'removed');
    expect([knocked(), ada.society.doorway.state]).toEqual([[], 'waiting']);
  });

  it('[KEY9] who has the key does not knock, whoever comes', () => {
    const ada = school.member('ada', [school.epoch(1)]);
    ada.society.joined(BEN);
    ada.society.locked();
    expect([ada.said, ada.society.doorway.state]).toEqual([[], 'inside']);
  });

  it('[KEY6] an answer that is none, or to nobody’s knock, is nothing', () => {
    const ada = school.members.session('ada');
    const ben = school.member('ben', [school.epoch(1)]);
    for (const length of [0, 10, 100]) {
      expect(() => ben.society.hear(BEN, 'admit', new Uint8Array(length))).not.toThrow();
    }
    const knock = { id: digest(school.knock(ada)), agreementKey: ada.agreementKey };
    const { crypto } = school.members;
    makeAnswer(
      crypto,
      school.founding.classId,
      knock,
      { kind: 'refused' },
      new Uint8Array(32).fill(1),
      bytes => ben.society.hear(BEN, 'admit', bytes!)
    );
    expect([ben.said, ben.told]).toEqual([[], []]);
  });

  it('[KEY8] an answer goes back the way the knock came', () => {
    const ada = school.members.session('ada');
    const ben = school.member('ben', [school.epoch(1, 'closed', [school.idOf('ben')])]);
    const knock = school.knock(ada);
    ben.society.hear(BEN, 'knock', knock);
    heard(ben, ada);
    const { crypto } = school.members;
    const asked = { id: digest(knock), agreementKey: ada.agreementKey };
    makeAnswer(
      crypto,
      school.founding.classId,
      asked,
      { kind: 'refused' },
      new Uint8Array(32).fill(1),
      bytes => {
        expect([...answeredKnock(bytes!)!]).toEqual([...asked.id]);
        ben.society.hear(CLEO, 'admit', bytes!);
      }
    );
    expect([heard(ben, ada), ben.society.doorway.state]).toEqual([['refused to B'], 'inside']);
  });

  it('[KEY8] an answer of which the way back is forgotten is said to nobody', () => {
    const [ada, eve] = ['ada', 'eve'].map(name => school.members.session(name)) as [IOwnSession, IOwnSession];
    const owner = school.member('owner', [school.epoch(1, 'closed')]);
    school.clock.advance(30_000);
    knocks(owner, eve);
    for (let minute = 0; minute < 2; minute += 1) {
      for (let time = 0; time < KNOCKS_PER_MINUTE; time += 1) {
        [BEN, CLEO].forEach(peer => owner.society.hear(peer, 'knock', school.knock(ada)));
      }
      school.clock.advance(30_000);
    }
    owner.said.length = 0;
    owner.society.stating.admit(eve.participant, []);
    expect(owner.society.roles!.roleOf(eve.participant)).toBe('attendee');
    expect(heard(owner, eve).filter(each => each.startsWith('admitted'))).toEqual([]);
  });

  it('[KEY6] to a key that agrees with nobody’s nothing is said', () => {
    const none = { ...school.members.session('ada'), agreementKey: new Uint8Array(32) };
    expect(none.participant).not.toBe('');
    class Alone extends Fake {
      override agreement(seed: Uint8Array, then: Parameters<Fake['agreement']>[1]): void {
        super.agreement(seed, own => then({ ...own, agree: (_, agreed) => agreed(null) }));
      }
    }
    const ben = school.member('ben', [school.epoch(1)], { crypto: new Alone() });
    expect(knocks(ben, school.members.session('ada'))).toEqual([]);
  });

  it('[KEY7] before it is known how the class was founded nobody is answered', () => {
    const ben = school.page('ben', { founding: null });
    expect(knocks(ben, school.members.session('ada'))).toEqual(['knock to C']);
  });

  it('[KEY5] is called as the page is called when it knocks', () => {
    let name = 'Ben';
    const ben = school.page('ben', { statements: [school.epoch(1, 'closed')], name: () => name });
    name = 'Benedikt';
    ben.society.locked();
    const owner = school.member('owner', [school.epoch(1, 'closed')]);
    ben.said.forEach(
      ({ message }) => message.type === 'knock' && owner.society.hear(BEN, 'knock', message.bytes)
    );
    expect(owner.society.doorway.waiting.map(each => each.name)).toEqual(['Benedikt']);
  });
});

it('[KEY7] another class’s knock is nobody’s', () => {
  const other = new Class(new Members(new Chance(6), digest));
  const ben = school.member('ben', [school.epoch(1)]);
  ben.society.hear(BEN, 'knock', other.knock(other.members.session('ada')));
  expect(ben.said).toEqual([]);
});
