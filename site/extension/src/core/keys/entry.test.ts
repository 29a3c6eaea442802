import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { ICrypto } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { Entry, type EntryKind } from './entry.testing';
import { Keyring } from './keyring';
import { KNOCK_EVERY_MS } from './knocking';

const CLASS = new Uint8Array(16).fill(0xc1);
const JOIN = new Uint8Array(16).fill(0x10);
const crypto = nodeCrypto();

/** What the statements of this class say, as everybody who has them sees it. `records` stands for the signed ones. */
interface IClass {
  open: boolean;
  readonly teachers: Set<string>;
  readonly removed: Set<string>;
  readonly members: Set<string>;
  readonly epochs: Uint8Array[];
  time: number;
}

interface IMessage {
  readonly kind: EntryKind;
  readonly bytes: Uint8Array;
  readonly from: string;
  readonly to: string;
}

/** A class whose members say to each other what entries send; `links` says who is connected to whom. */
class Stage {
  readonly at: IClass = {
    open: true,
    teachers: new Set(),
    removed: new Set(),
    members: new Set(),
    epochs: [],
    time: 0
  };
  readonly people = new Map<string, Person>();
  readonly links = new Set<string>();
  readonly wire: IMessage[] = [];
  private readonly queue: IMessage[] = [];

  link(a: Person, b: Person): void {
    [`${a.session} ${b.session}`, `${b.session} ${a.session}`].forEach(link => this.links.add(link));
    a.entry.met(b.session);
    b.entry.met(a.session);
    this.settle();
  }

  say(message: IMessage): void {
    this.wire.push(message);
    this.queue.push(message);
  }

  settle(): void {
    for (let turns = 0; this.queue.length > 0; turns += 1) {
      expect(turns).toBeLessThan(5000);
      const { kind, bytes, from, to } = this.queue.shift()!;
      this.people.get(to)!.entry.heard(kind, bytes, from);
    }
  }

  /** A new epoch, of which its author has the key. */
  state(author: Person): void {
    const key = new Chance(1000 + this.at.epochs.length).bytes(32);
    this.at.epochs.push(key);
    this.people.forEach(person => person.isTold && (person.told = this.at.epochs.length));
    author.ring.takeEpoch(this.at.epochs.length, key);
    this.people.forEach(person => person.isTold && person.entry.look());
    this.settle();
  }

  pass(ms: number): void {
    this.at.time += ms;
    this.people.forEach(person => person.entry.tick());
    this.settle();
  }
}

class Person {
  constructor(
    readonly stage: Stage,
    readonly name: string,
    seed: number,
    by: ICrypto = crypto,
    joinSecret = JOIN
  ) {
    const chance = new Chance(seed);
    const fill = (into: Uint8Array): void => into.set(chance.bytes(into.length));
    const root = new Secret(chance.bytes(32));
    let own: IOwnSession | undefined;
    openSession(
      crypto,
      digest,
      CLASS,
      { root, device: new Secret(chance.bytes(32)) },
      fill,
      made => (own = made)
    );
    this.own = own!;
    const { at } = stage;
    this.ring = new Keyring({
      crypto: by,
      digest,
      everyone: 'ee',
      own: { participant: this.own.participant, root, classId: CLASS },
      epochs: () => at.epochs.slice(0, this.told).map((_, index) => index + 1),
      stated: epoch => (epoch <= this.told ? [digest(at.epochs[epoch - 1]!)] : []),
      teamKeys: () => []
    });
    this.entry = new Entry({
      crypto: by,
      digest,
      ring: this.ring,
      rules: {
        isOpen: () => at.open,
        canTeach: () => at.teachers.has(this.own.participant),
        isRemoved: participant => at.removed.has(participant),
        isMember: participant => at.members.has(participant)
      },
      classId: CLASS,
      joinSecret,
      own: this.own,
      now: () => at.time,
      fill,
      name: () => name,
      neighbours: () =>
        [...stage.people.keys()].filter(other => stage.links.has(`${this.own.session} ${other}`)),
      send: (kind, bytes, to) => stage.say({ kind, bytes, from: this.own.session, to }),
      records: () => ({ founding: Uint8Array.of(7), statements: [Uint8Array.of(this.told)] }),
      learn: ({ statements }, then) => {
        this.isTold = true;
        this.told = Math.max(this.told, statements[0]![0]!);
        then();
      },
      admitted: knock => this.letIn.push(knock.name),
      changed: () => undefined
    });
    stage.people.set(this.own.session, this);
  }

  readonly own: IOwnSession;
  readonly ring: Keyring;
  readonly entry: Entry;
  readonly letIn: string[] = [];
  /** How many epochs this one has heard of, once inside. */
  told = 0;
  isTold = false;

  get session(): string {
    return this.own.session;
  }

  get isInside(): boolean {
    return this.ring.isCurrent && this.entry.state === 'inside';
  }
}

function begin(): { stage: Stage; teacher: Person } {
  const stage = new Stage();
  const teacher = new Person(stage, 'Tom', 1);
  stage.at.teachers.add(teacher.own.participant);
  teacher.isTold = true;
  stage.state(teacher);
  return { stage, teacher };
}

describe('entry', () => {
  it('[KEY7, KEY9] the door is open: whoever is met first lets in, and hands over all epochs', () => {
    const { stage, teacher } = begin();
    stage.state(teacher);
    const ada = new Person(stage, 'Ada', 2);
    stage.link(ada, teacher);
    expect([ada.isInside, teacher.letIn]).toEqual([true, ['Ada']]);
    const ben = new Person(stage, 'Ben', 3);
    stage.link(ben, ada);
    expect([ben.isInside, ada.letIn, ben.ring.all()]).toEqual([true, ['Ben'], teacher.ring.all()]);
  });

  it('[KEY7] the door is closed: the teacher sees the name, from three pages away, and lets in', () => {
    const { stage, teacher } = begin();
    const [ada, ben] = [new Person(stage, 'Ada', 2), new Person(stage, 'Ben', 3)];
    stage.link(ada, teacher);
    stage.link(ben, ada);
    stage.at.open = false;
    const eve = new Person(stage, 'Eve', 4);
    stage.link(eve, ben);
    expect([eve.isInside, eve.entry.state, ben.entry.waiting]).toEqual([false, 'waiting', []]);
    expect(teacher.entry.waiting.map(({ name }) => name)).toEqual(['Eve']);
    ben.entry.admit(eve.own.participant);
    ada.entry.refuse(eve.own.participant);
    stage.settle();
    expect([eve.isInside, eve.entry.state]).toEqual([false, 'waiting']);
    teacher.entry.admit(eve.own.participant);
    stage.settle();
    expect([eve.isInside, eve.ring.all()]).toEqual([true, teacher.ring.all()]);
    expect(teacher.entry.waiting).toEqual([]);
  });

  it('[KEY7] the teacher refuses, and then opens the door after all', () => {
    const { stage, teacher } = begin();
    stage.at.open = false;
    const eve = new Person(stage, 'Eve', 4);
    stage.link(eve, teacher);
    teacher.entry.refuse(eve.own.participant);
    stage.settle();
    expect(eve.entry.state).toBe('refused');
    stage.pass(KNOCK_EVERY_MS);
    expect([eve.entry.state, teacher.entry.waiting]).toEqual(['refused', []]);
    stage.at.open = true;
    teacher.entry.look();
    stage.pass(KNOCK_EVERY_MS);
    expect(eve.isInside).toBe(true);
  });

  it('[KEY9] somebody is removed: a new epoch reaches everybody but them, over whoever is there', () => {
    const { stage, teacher } = begin();
    const people = [2, 3, 4, 5].map(seed => new Person(stage, `Person ${seed}`, seed));
    people.forEach((person, index) => stage.link(person, people[index - 1] ?? teacher));
    const eve = new Person(stage, 'Eve', 9);
    stage.link(eve, people[1]!);
    expect([...people, eve].map(({ isInside }) => isInside)).toEqual(Array(5).fill(true));
    people.forEach(({ own }) => stage.at.members.add(own.participant));
    stage.at.removed.add(eve.own.participant);
    stage.at.open = false;
    stage.state(teacher);
    expect(people.map(({ isInside }) => isInside)).toEqual(Array(4).fill(true));
    expect([eve.ring.isCurrent, eve.ring.epochKeys(2), eve.entry.state]).toEqual([false, [], 'refused']);
    // What she has she keeps.
    expect(eve.ring.epochKeys(1)).toHaveLength(1);
  });

  it('[KEY9] away for two epochs, the door closed: any member gives what is lacking', () => {
    const { stage, teacher } = begin();
    const [ada, ben] = [new Person(stage, 'Ada', 2), new Person(stage, 'Ben', 3)];
    stage.link(ada, teacher);
    stage.link(ben, ada);
    [ada, ben].forEach(({ own }) => stage.at.members.add(own.participant));
    stage.links.forEach(
      link => link.includes(ada.session) && link.includes(ben.session) && stage.links.delete(link)
    );
    ben.isTold = false;
    stage.at.open = false;
    stage.state(teacher);
    stage.state(teacher);
    expect([ada.isInside, ben.ring.newest]).toEqual([true, 1]);
    ben.told = 3;
    stage.link(ben, ada);
    expect([ben.isInside, ben.ring.all()]).toEqual([true, teacher.ring.all()]);
    expect(teacher.entry.waiting).toEqual([]);
  });

  it('[KEY5, KEY6] without the link nobody is heard, and what is on the wire names nobody and gives no key away', () => {
    const { stage, teacher } = begin();
    const ada = new Person(stage, 'Adalovelace', 2);
    stage.link(ada, teacher);
    const guesser = new Person(stage, 'Guesser', 5, crypto, new Uint8Array(16));
    stage.link(guesser, teacher);
    stage.pass(KNOCK_EVERY_MS);
    expect([guesser.entry.state, teacher.letIn]).toEqual(['knocking', ['Adalovelace']]);
    const all = stage.wire.map(({ bytes }) => Buffer.from(bytes).toString('latin1')).join('');
    expect(stage.wire.length).toBeGreaterThan(2);
    for (const secret of [
      'Adalovelace',
      ...teacher.ring.all().map(({ key }) => Buffer.from(key).toString('latin1'))
    ]) {
      expect(all).not.toContain(secret);
    }
  });

  it('[KEY6] an answer said again, to another, or by a stranger to the class changes nothing', () => {
    const { stage, teacher } = begin();
    const ada = new Person(stage, 'Ada', 2);
    stage.link(ada, teacher);
    const answers = stage.wire.filter(({ kind }) => kind === 'admit');
    const eve = new Person(stage, 'Eve', 4);
    for (const { bytes } of answers) {
      eve.entry.heard('admit', bytes, teacher.session);
      ada.entry.heard('admit', bytes, eve.session);
    }
    stage.settle();
    expect([eve.isInside, eve.ring.all()]).toEqual([false, []]);
  });

  it('[KEY4, KEY9] a member who hands over another key than was stated lets nobody in', () => {
    const { stage, teacher } = begin();
    teacher.ring.all = () => [{ epoch: 1, key: new Uint8Array(32) }];
    const ada = new Person(stage, 'Ada', 2);
    stage.link(ada, teacher);
    expect([ada.told, ada.ring.all(), ada.isInside, ada.entry.state]).toEqual([1, [], false, 'knocking']);
  });

  it('[KEY9] it is the same where cryptography answers later', async () => {
    const { stage, teacher } = begin();
    const slow = nodeCrypto(run => queueMicrotask(run));
    const ada = new Person(stage, 'Ada', 2, slow);
    stage.link(ada, teacher);
    const ben = new Person(stage, 'Ben', 3, slow);
    for (let turns = 0; turns < 50; turns += 1) {
      await new Promise(then => setTimeout(then, 0));
      stage.settle();
      if (turns === 20) {
        stage.link(ben, ada);
      }
    }
    expect([ada.isInside, ben.isInside, ada.letIn]).toEqual([true, true, ['Ben']]);
  });
});
