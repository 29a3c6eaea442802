import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { IAdmission } from './answer';
import {
  Door,
  type IDoorRules,
  KNOCK_ANSWERS,
  KNOCKS_PER_MINUTE,
  type Step,
  WAITING_MS,
  WAITING_PEOPLE
} from './door';
import type { IKnock } from './knock';
import { KNOCK_EVERY_MS, Knocking, type KnockState } from './knocking';

const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;

let counter = 0;
function knockOf(
  participant: string,
  session = `session of ${participant}`
): { knock: IKnock; bytes: Uint8Array } {
  const id = new Uint8Array(32);
  new DataView(id.buffer).setUint32(0, (counter += 1));
  const none = new Uint8Array(0);
  const keys = { sessionKey: none, rootKey: none, deviceKey: none, agreementKey: none };
  const knock = { ...keys, id, name: participant, introduction: none, session, participant };
  return { knock, bytes: id.slice() };
}

interface IStage {
  open: boolean;
  teaches: boolean;
  key: boolean;
  removed: string[];
  members: string[];
  time: number;
  behind?: boolean;
}

function stage(changes: Partial<IStage> = {}): {
  at: IStage;
  door: Door;
  knock: (who: string, from?: string) => string[];
} {
  const at: IStage = { open: true, teaches: false, key: true, removed: [], members: [], time: 0, ...changes };
  const rules: IDoorRules = {
    isOpen: () => at.open,
    canTeach: () => at.teaches,
    hasKey: () => at.key,
    isBehind: () => at.behind === true,
    isRemoved: who => at.removed.includes(who),
    isMember: who => at.members.includes(who)
  };
  const door = new Door(rules, () => at.time);
  const knock = (who: string, from = `session of ${who}`): string[] => {
    const { knock, bytes } = knockOf(who);
    return said(door.knocked(knock, bytes, from));
  };
  return { at, door, knock };
}

const said = (steps: readonly Step[]): string[] =>
  steps.map(step => (step.kind === 'answer' ? `${step.answer} ${step.knock.participant}` : step.kind));

describe('door', () => {
  it('[KEY7] open: any member who has the key lets in whoever has the link, and keeps the knock to itself', () => {
    expect(stage().knock('ada')).toEqual(['admitted ada']);
    expect(stage({ teaches: true }).knock('ada')).toEqual(['admitted ada']);
    expect(stage({ key: false }).knock('ada')).toEqual(['pass-on']);
  });

  it('[KEY7] closed: a member passes the knock on and says that it waits; only who teaches decides', () => {
    const member = stage({ open: false });
    expect(member.knock('ada')).toEqual(['waiting ada', 'pass-on']);
    expect(member.knock('ada', 'a neighbour')).toEqual(['pass-on']);
    expect([member.door.waiting, said(member.door.admit('ada')), said(member.door.refuse('ada'))]).toEqual([
      [],
      [],
      []
    ]);
    const teacher = stage({ open: false, teaches: true });
    expect(teacher.knock('ada', 'a neighbour')).toEqual(['waiting ada']);
    expect(teacher.door.waiting).toEqual([{ participant: 'ada', name: 'ada', since: 0, last: 0 }]);
    expect(said(teacher.door.admit('ben'))).toEqual([]);
    expect(said(teacher.door.admit('ada'))).toEqual(['admitted ada']);
    expect([said(teacher.door.admit('ada')), teacher.door.waiting]).toEqual([[], []]);
  });

  it('[KEY7] who lost the role or the key decides nothing any more', () => {
    const { at, door, knock } = stage({ open: false, teaches: true });
    knock('ada');
    at.teaches = false;
    expect([door.admit('ada'), door.refuse('ada')]).toEqual([[], []]);
    [at.teaches, at.key] = [true, false];
    expect([door.admit('ada'), door.refuse('ada')]).toEqual([[], []]);
    expect(knock('ben')).toEqual(['pass-on']);
  });

  it('[KEY7] closed: who was a member gets what they lack from any member', () => {
    const { knock } = stage({ open: false, members: ['ada'] });
    expect([knock('ada'), knock('ben')]).toEqual([['admitted ada'], ['waiting ben', 'pass-on']]);
    expect(stage({ open: false, members: ['ada'], key: false }).knock('ada')).toEqual(['pass-on']);
  });

  it('[KEY7] who was removed is turned away under that name, whatever the door', () => {
    for (const open of [true, false]) {
      for (const teaches of [true, false]) {
        const { knock } = stage({ open, teaches, removed: ['eve'], members: ['eve'] });
        expect(knock('eve')).toEqual(['refused eve']);
      }
    }
    const { at, door, knock } = stage({ open: false, teaches: true });
    knock('eve');
    at.removed = ['eve'];
    expect(said(door.changed())).toEqual(['refused eve']);
  });

  it('[KEY7] the door is opened: all who wait come in, also in several pages', () => {
    const { at, door } = stage({ open: false, teaches: true });
    for (const [who, session] of [
      ['ada', 'one'],
      ['ada', 'two'],
      ['ben', 'three']
    ] as const) {
      const { knock, bytes } = knockOf(who, session);
      door.knocked(knock, bytes, session);
    }
    expect(door.waiting.map(({ name }) => name)).toEqual(['ada', 'ben']);
    expect(said(door.changed())).toEqual([]);
    at.open = true;
    expect(said(door.changed())).toEqual(['admitted ada', 'admitted ada', 'admitted ben']);
    expect(door.waiting).toEqual([]);
  });

  it('[KEY7] who is turned away stays so while the page is open, until let in', () => {
    const { door, knock } = stage({ open: false, teaches: true });
    knock('eve');
    expect(said(door.refuse('eve'))).toEqual(['refused eve']);
    expect([knock('eve'), door.waiting]).toEqual([['refused eve'], []]);
    door.admit('eve');
    expect(knock('eve')).toEqual(['waiting eve']);
  });

  it('[KEY7] who does not wait is not turned away beforehand', () => {
    const { door, knock } = stage({ open: false, teaches: true });
    expect([said(door.refuse('ada')), knock('ada')]).toEqual([[], ['waiting ada']]);
  });

  it('[KEY7] those who wait stand in the order in which they came, at one moment in that of their ids', () => {
    const { at, door, knock } = stage({ open: false, teaches: true });
    ['cleo', 'ben', 'dan'].forEach(who => knock(who));
    at.time = 1;
    ['ada', 'cleo'].forEach(who => knock(who));
    expect(door.waiting.map(({ name, since }) => `${name} ${since}`)).toEqual([
      'ben 0',
      'cleo 0',
      'dan 0',
      'ada 1'
    ]);
  });

  it('[KEY7] what was passed on is answered when one can: who may come in, who was removed, nobody else', () => {
    const { at, door, knock } = stage({ key: false, open: false });
    expect(['ada', 'ben', 'eve'].map(who => knock(who)[0])).toEqual(['pass-on', 'pass-on', 'pass-on']);
    expect(said(door.changed())).toEqual([]);
    Object.assign(at, { key: true, members: ['ada'], removed: ['eve'] });
    expect(said(door.changed())).toEqual(['admitted ada', 'refused eve']);
    at.open = true;
    expect([said(door.changed()), said(door.changed())]).toEqual([['admitted ben'], []]);
  });

  it('[KEY8] of however many knocks, the last are remembered: ways back, and who is still to be answered', () => {
    const { at, door, knock } = stage({ key: false });
    const first = knockOf('ada');
    door.knocked(first.knock, first.bytes, 'the way');
    for (let count = 0; count < 4000; count += 1) {
      knock(`person ${count}`);
    }
    expect([door.wayTo(first.knock), door.answered(first.knock.id, first.bytes, 'b')]).toEqual([null, []]);
    // That it was seen is forgotten last; then it is a knock again.
    expect(door.mayRead(first.knock.id, 'somebody')).toBe(true);
    at.key = true;
    const answered = said(door.changed());
    expect([answered.length, answered[0], answered.at(-1)]).toEqual([
      500,
      'admitted person 3500',
      'admitted person 3999'
    ]);
  });

  it('[KEY8] a knock is looked at once, and so many of a neighbour in a minute', () => {
    const { at, door } = stage();
    const { knock, bytes } = knockOf('ada');
    expect(door.mayRead(knock.id, 'a')).toBe(true);
    expect(said(door.knocked(knock, bytes, 'a'))).toEqual(['admitted ada']);
    expect([door.mayRead(knock.id, 'a'), door.knocked(knock, bytes, 'b')]).toEqual([false, []]);
    let read = 0;
    for (let count = 0; count < 2 * KNOCKS_PER_MINUTE; count += 1) {
      read += Number(door.mayRead(knockOf('eve').knock.id, 'b'));
    }
    expect([read, limits.knocks_per_minute]).toEqual([KNOCKS_PER_MINUTE, KNOCKS_PER_MINUTE]);
    expect(door.mayRead(knockOf('eve').knock.id, 'c')).toBe(true);
    at.time = 60_000;
    expect(door.mayRead(knockOf('eve').knock.id, 'b')).toBe(true);
  });

  it('[KEY8] so many people wait at most, and who does not knock again is gone', () => {
    const { at, door, knock } = stage({ open: false, teaches: true });
    for (let count = 0; count < WAITING_PEOPLE + 5; count += 1) {
      knock(`person ${count}`);
    }
    expect([door.waiting.length, limits.waiting_people]).toEqual([WAITING_PEOPLE, WAITING_PEOPLE]);
    const names = door.waiting.map(({ name }) => name);
    expect([names.includes('person 4'), names.includes('person 5')]).toEqual([false, true]);
    at.time = WAITING_MS;
    knock('person 9');
    expect(door.waiting).toHaveLength(WAITING_PEOPLE);
    at.time += 1;
    expect(door.waiting).toEqual([{ participant: 'person 9', name: 'person 9', since: 0, last: WAITING_MS }]);
    expect(WAITING_MS).toBe(3 * KNOCK_EVERY_MS);
  });

  it('[KEY8] an answer goes back the way the knock came, and nowhere else', () => {
    const { door } = stage({ open: false });
    const { knock, bytes } = knockOf('ada');
    door.knocked(knock, bytes, 'the neighbour it came from');
    const answer = new Uint8Array(3);
    expect(door.answered(knock.id, answer, 'somebody')).toEqual([
      { kind: 'pass-back', bytes: answer, to: 'the neighbour it came from' }
    ]);
    expect(door.answered(knockOf('ben').knock.id, answer, 'somebody')).toEqual([]);
    expect([door.wayTo(knock), door.wayTo(knockOf('ben').knock)]).toEqual([
      'the neighbour it came from',
      null
    ]);
  });

  it('[KEY8] an answer is not passed back to whom it came from, and only so many to one knock', () => {
    const { door } = stage({ open: false });
    const { knock, bytes } = knockOf('ada');
    door.knocked(knock, bytes, 'ben');
    expect(door.answered(knock.id, new Uint8Array(1), 'ben')).toEqual([]);
    const passed = Array.from(
      { length: 50 },
      () => door.answered(knock.id, new Uint8Array(1), 'cleo').length
    );
    expect(passed.filter(count => count > 0)).toHaveLength(KNOCK_ANSWERS);
    expect(limits.knock_answers).toBe(KNOCK_ANSWERS);
  });

  it('[KEY8] who waits for the same key holds a knock, and answers or passes it on when the key is here', () => {
    const { at, door, knock } = stage({ open: false, key: false, behind: true, members: ['ada'] });
    expect([knock('ada'), knock('eve'), said(door.changed())]).toEqual([[], [], []]);
    Object.assign(at, { key: true, behind: false });
    expect(said(door.changed())).toEqual(['admitted ada', 'waiting eve', 'pass-on']);
    expect(said(door.changed())).toEqual([]);
  });
});

describe('knocking', () => {
  function joiner(): {
    knocking: Knocking;
    at: { time: number; inside: boolean; learns: boolean; missing: number };
    sent: string[];
    told: KnockState[];
  } {
    const at = { time: 0, inside: false, learns: true, missing: 0 };
    const [sent, told]: [string[], KnockState[]] = [[], []];
    let made = 0;
    const knocking = new Knocking({
      now: () => at.time,
      make: then => {
        made += 1;
        then(Uint8Array.of(made), new Uint8Array(32).fill(made));
      },
      send: (bytes, to) => sent.push(`${bytes[0]} to ${to ?? 'all'}`),
      isInside: () => at.inside,
      missing: () => at.missing,
      learn: (_, then) => {
        at.inside = at.learns;
        then();
      },
      changed: state => told.push(state)
    });
    return { knocking, at, sent, told };
  }
  const admission: IAdmission = { kind: 'admitted', founding: new Uint8Array(0), statements: [], keys: [] };

  it('[KEY9] who is inside and lacks a key of old asks for it, a few times and of whoever comes', () => {
    const { knocking, at, sent, told } = joiner();
    [at.inside, at.missing] = [true, 1];
    knocking.need();
    for (let times = 1; times < 10; times += 1) {
      at.time += KNOCK_EVERY_MS;
      knocking.tick();
    }
    expect([sent, told]).toEqual([['1 to all', '2 to all', '3 to all'], []]);
    knocking.answered('waiting');
    at.time += KNOCK_EVERY_MS;
    knocking.met('ben');
    expect([sent.length, told]).toEqual([4, []]);
    at.missing = 2;
    at.time += KNOCK_EVERY_MS;
    knocking.tick();
    expect(sent).toHaveLength(5);
    at.missing = 0;
    at.time += KNOCK_EVERY_MS;
    knocking.tick();
    expect([sent.length, knocking.state]).toEqual([5, 'inside']);
  });

  it('[KEY9] knocks at all, at each who comes, and again, until it is inside', () => {
    const { knocking, at, sent, told } = joiner();
    knocking.need();
    knocking.met('ben');
    knocking.tick();
    expect([sent, told]).toEqual([['1 to all', '1 to ben'], ['knocking']]);
    at.time = KNOCK_EVERY_MS;
    knocking.tick();
    expect(sent.at(-1)).toBe('2 to all');
    knocking.answered('admitted', admission);
    at.time *= 5;
    knocking.tick();
    knocking.met('cleo');
    expect([sent.length, told, knocking.state]).toEqual([3, ['knocking', 'inside'], 'inside']);
    expect(limits.knock_every_ms).toBe(KNOCK_EVERY_MS);
  });

  it('[KEY9] takes answers to its latest knocks only, and none when it lacks nothing', () => {
    const { knocking, at } = joiner();
    const id = (value: number): Uint8Array => new Uint8Array(32).fill(value);
    for (let knock = 0; knock < 6; knock += 1) {
      knocking.need();
      at.time += KNOCK_EVERY_MS;
    }
    expect([1, 2, 3, 4, 5, 6, 7].map(value => knocking.isAsked(id(value)))).toEqual([
      false,
      false,
      true,
      true,
      true,
      true,
      false
    ]);
    knocking.answered('admitted', admission);
    expect([3, 6].map(value => knocking.isAsked(id(value)))).toEqual([false, false]);
  });

  it('[KEY9] an admission that does not hold what it should leaves it knocking', () => {
    const { knocking, at, sent, told } = joiner();
    at.learns = false;
    knocking.need();
    knocking.answered('admitted', admission);
    at.time = KNOCK_EVERY_MS;
    knocking.tick();
    expect([sent, told]).toEqual([['1 to all', '2 to all'], ['knocking']]);
  });

  it('[KEY9] says that it waits, and that somebody said no; whoever may still lets it in', () => {
    const { knocking, at, sent, told } = joiner();
    knocking.need();
    knocking.answered('waiting');
    knocking.answered('waiting');
    knocking.answered('refused');
    at.time = KNOCK_EVERY_MS;
    knocking.tick();
    expect(sent).toHaveLength(2);
    knocking.answered('admitted', admission);
    expect(told).toEqual(['knocking', 'waiting', 'refused', 'inside']);
    knocking.answered('refused');
    expect(knocking.state).toBe('inside');
  });

  it('[KEY9] who was let back in knocks at once, whatever was answered before', () => {
    const { knocking, at, sent, told } = joiner();
    knocking.again();
    knocking.need();
    knocking.again();
    expect(sent).toEqual(['1 to all']);
    knocking.answered('refused');
    at.time = 1000;
    knocking.again();
    expect([sent, told]).toEqual([
      ['1 to all', '2 to all'],
      ['knocking', 'refused', 'knocking']
    ]);
  });

  it('[KEY9] an epoch it lacks the key of makes it knock again', () => {
    const { knocking, at, sent } = joiner();
    at.inside = true;
    knocking.need();
    expect([sent, knocking.state]).toEqual([[], 'inside']);
    at.inside = false;
    knocking.need();
    expect([sent, knocking.state]).toEqual([['1 to all'], 'knocking']);
    at.inside = true;
    knocking.need();
    expect(knocking.state).toBe('inside');
  });
});
