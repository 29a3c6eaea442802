import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../clock';
import { nodeCrypto } from '../envelope/crypto.node';
import { formatName, outputsName } from '../document/name';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { foundClass } from './founding';
import { type ClassMessage, Governance, type IKeptGovernance } from './governance';

const crypto = nodeCrypto();
const GENESIS = 'a'.repeat(64);

/** Time that passes when told to, and messages that arrive one after the other. */
class World implements Clock {
  readonly chance = new Chance(5);
  readonly people = new Map<string, Person>();
  readonly recovery = new Secret(this.chance.bytes(32));
  private time = 0;
  private due: { at: number; run: () => void }[] = [];
  private readonly mail: (() => void)[] = [];
  said = 0;

  readonly fill = (bytes: Uint8Array): unknown => bytes.set(this.chance.bytes(bytes.length));

  now(): number {
    return this.time;
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.time + ms, run };
    this.due.push(entry);
    return () => void (this.due = this.due.filter(each => each !== entry));
  }

  post(deliver: () => void): void {
    this.said += 1;
    this.mail.push(deliver);
  }

  settle(): void {
    for (let turn = 0; this.mail.length > 0; turn += 1) {
      expect(turn).toBeLessThan(20_000);
      this.mail.shift()!();
    }
  }

  pass(ms: number): void {
    this.settle();
    for (const end = this.time + ms; ;) {
      const next = this.due.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > end) {
        this.time = end;
        return;
      }
      this.due.shift();
      this.time = next.at;
      next.run();
      this.settle();
    }
  }
}

class Person {
  constructor(
    readonly world: World,
    readonly name: string,
    classId: Uint8Array | null,
    kept: IKeptGovernance | null = null,
    seeds = { root: new Secret(world.chance.bytes(32)), device: new Secret(world.chance.bytes(32)) }
  ) {
    this.seeds = seeds;
    let own: IOwnSession | undefined;
    const open = (id: Uint8Array): void =>
      openSession(crypto, digest, id, seeds, world.fill, made => (own = made));
    open(classId ?? new Uint8Array(16));
    let founding: Uint8Array | null = null;
    crypto.signer(world.recovery.reveal(), recovery => {
      if (!classId) {
        const founded = foundClass(digest, own!.rootKey, recovery.key, world.fill);
        founding = founded.record;
        open(founded.classId);
        this.classId = founded.classId;
      }
    });
    this.classId ??= classId!;
    this.own = own!;
    this.governance = new Governance({
      crypto,
      digest,
      clock: world,
      fill: world.fill,
      classId: this.classId,
      joinSecret: new Uint8Array(16).fill(3),
      own: this.own,
      root: seeds.root,
      name: () => name,
      say: (type, bytes, to, except) => this.say(type, bytes, to, except),
      reachesOf: () => [],
      devicesOf: participant =>
        [...world.people.values()]
          .filter(each => each.own.participant === participant)
          .map(each => each.own.agreementKey),
      isMember: participant => this.members.has(participant),
      changed: () => undefined,
      keep: () => undefined
    });
    world.people.set(this.own.session, this);
    this.governance.begin(kept ?? { founding, statements: [], keys: [] });
    if (founding) {
      this.governance.setDoor('open');
    }
  }

  readonly seeds: { root: Secret; device: Secret };
  readonly own: IOwnSession;
  readonly governance: Governance;
  readonly neighbours = new Set<string>();
  readonly members = new Set<string>();
  classId!: Uint8Array;

  get me(): string {
    return this.own.participant;
  }

  meet(other: Person): void {
    for (const [one, two] of [
      [this, other],
      [other, this]
    ] as const) {
      one.neighbours.add(two.own.session);
      one.governance.met(two.own.session);
    }
    this.world.settle();
  }

  keyOf(document: string): string | null {
    const found: (string | null)[] = [];
    this.governance.keyFor(document, key => found.push(key && `${key.epoch} ${key.key.join()}`));
    expect(found).toHaveLength(1);
    return found[0]!;
  }

  private say(type: ClassMessage, bytes: Uint8Array, to: string | null, except?: string): void {
    const reached = to === null ? [...this.neighbours].filter(each => each !== except) : [to];
    for (const session of reached) {
      const other = this.world.people.get(session);
      const own = bytes.slice();
      this.world.post(() => other?.governance.hear(this.own.session, type, own));
    }
  }
}

/** Ada founded the class; Ben is next to her and Cem next to Ben. */
function three(): { world: World; ada: Person; ben: Person; cem: Person } {
  const world = new World();
  const ada = new Person(world, 'Ada', null);
  const ben = new Person(world, 'Ben', ada.classId);
  const cem = new Person(world, 'Cem', ada.classId);
  ben.meet(cem);
  ada.meet(ben);
  world.pass(1500);
  return { world, ada, ben, cem };
}

const lecture = (ada: Person): string =>
  formatName({ genesis: GENESIS, branch: 'lecture', owner: ada.governance.everyone });
const mine = (who: Person): string => formatName({ genesis: GENESIS, branch: 'mine', owner: who.me });

describe('governance', () => {
  it('[KEY9] who has the link is let in through whoever is next to them, and has the keys and the roles', () => {
    const { ada, ben, cem } = three();
    for (const person of [ben, cem]) {
      expect(person.governance.state).toBe('inside');
      expect(person.governance.roles!.owner).toBe(ada.me);
      expect(person.governance.myRole).toBe('attendee');
      expect(person.keyOf(lecture(ada))).toBe(ada.keyOf(lecture(ada)));
    }
    expect(ada.governance.myRole).toBe('owner');
  });

  it('[KEY8] at a closed door one waits, seen by name, until somebody who teaches lets one in', () => {
    const { world, ada, ben, cem } = three();
    [ada, ben, cem].forEach(each => [ada, ben, cem].forEach(other => each.members.add(other.me)));
    ada.governance.setDoor('closed');
    world.pass(30_000);
    const dia = new Person(world, 'Dia', ada.classId);
    dia.meet(ben);
    world.pass(1500);
    expect(dia.governance.state).toBe('waiting');
    expect(ada.governance.waiting.map(({ name }) => name)).toEqual(['Dia']);
    expect(dia.keyOf(lecture(ada))).toBeNull();
    ben.governance.admit(dia.me);
    world.pass(100);
    expect(dia.governance.state).toBe('waiting');
    ada.governance.admit(dia.me);
    world.pass(100);
    expect(dia.governance.state).toBe('inside');
    expect(dia.keyOf(lecture(ada))).toBe(ada.keyOf(lecture(ada)));
    ada.governance.refuse(dia.me);
    expect(ada.governance.waiting).toEqual([]);
  });

  it('[KEY7] who was removed is told no and has no key of what comes then; the others have', () => {
    const { world, ada, ben, cem } = three();
    const before = cem.keyOf(lecture(ada));
    ada.governance.setRole(cem.me, 'removed');
    world.pass(60_000);
    expect(ben.governance.roles!.roleOf(cem.me)).toBe('removed');
    expect(ben.keyOf(lecture(ada))).toBe(ada.keyOf(lecture(ada)));
    expect(ben.keyOf(lecture(ada))).not.toBe(before);
    expect(cem.keyOf(lecture(ada))).toBe(before);
    expect(cem.governance.state).toBe('refused');
    const place = { document: lecture(ada), kind: 'document', sequence: 0 } as const;
    expect(ben.governance.standing(cem.me, cem.own.session, place)).toBe('may-not');
  });

  it('[ROL9] roles reach everybody, and only of those who may give them', () => {
    const { world, ada, ben, cem } = three();
    const said: boolean[] = [];
    ben.governance.setRole(cem.me, 'instructor', isStated => said.push(isStated));
    ada.governance.setRole(ben.me, 'instructor', isStated => said.push(isStated));
    world.settle();
    expect(said).toEqual([false, true]);
    expect(cem.governance.roles!.instructors).toEqual([ben.me]);
    ben.governance.setRole(cem.me, 'viewer', isStated => said.push(isStated));
    world.settle();
    expect(ada.governance.roles!.roleOf(cem.me)).toBe('viewer');
    const late = new Person(world, 'Late', ada.classId);
    late.meet(cem);
    world.pass(1500);
    expect(late.governance.roles!.roleOf(cem.me)).toBe('viewer');
    expect(late.governance.roles!.canTeach(ben.me)).toBe(true);
  });

  it("[KEY3] one's own notebook is opened by its owner and by those who teach, and by no classmate", () => {
    const { world, ada, ben, cem } = three();
    const own = ben.keyOf(mine(ben));
    expect(own).not.toBeNull();
    world.settle();
    const opened = (who: Person, document = mine(ben)): string | null => {
      const found: (string | null)[] = [];
      who.governance.keysOf(document, 1, ([key]) => found.push(key ? key.join() : null));
      return found[0] ?? null;
    };
    expect(opened(ada)).toBe(own!.split(' ')[1]);
    expect(opened(cem)).toBeNull();
    ada.governance.setRole(cem.me, 'instructor');
    world.settle();
    expect(opened(cem)).toBe(opened(ada));
    const outputs = outputsName(mine(ben), ben.me);
    ben.keyOf(outputs);
    world.settle();
    const late = new Person(world, 'Late', ada.classId);
    late.meet(cem);
    world.pass(1500);
    expect([opened(late, outputs), opened(late)]).toEqual([null, null]);
    ada.governance.share(true);
    world.settle();
    expect([opened(late, outputs), opened(late)]).toEqual([opened(ben, outputs), null]);
  });

  it('[ROL3] with the recovery key the class is taken over: what the old laptop states then counts for nothing', () => {
    const { world, ada, ben, cem } = three();
    ada.governance.setRole(cem.me, 'instructor');
    world.settle();
    const before = ada.governance.kept;
    ben.neighbours.delete(ada.own.session);
    ada.neighbours.clear();
    const again = new Person(world, 'Ada', ada.classId);
    again.meet(ben);
    world.pass(1500);
    again.governance.takeOver(world.recovery, before.founding!, isStated => expect(isStated).toBe(true));
    world.pass(30_000);
    expect(ben.governance.roles!.owner).toBe(again.me);
    expect(ben.governance.roles!.canTeach(cem.me)).toBe(true);
    expect(ben.keyOf(lecture(ada))).toBe(again.keyOf(lecture(ada)));
    // The old laptop wakes up, states something before it hears, and meets the class again.
    ada.governance.setRole(ben.me, 'removed');
    ada.meet(ben);
    world.pass(30_000);
    expect(again.governance.roles!.roleOf(ben.me)).toBe('attendee');
    expect(ada.governance.myRole).not.toBe('owner');
    expect(ben.governance.roles!.owner).toBe(again.me);
  });

  it('[KEY4] comes back with what was kept, with nobody there', () => {
    const { world, ada, ben } = three();
    const again = new Person(world, 'Ben', ada.classId, ben.governance.kept, ben.seeds);
    expect(again.governance.state).toBe('inside');
    expect(again.me).toBe(ben.me);
    expect(again.keyOf(lecture(ada))).toBe(ben.keyOf(lecture(ada)));
    expect(again.keyOf(mine(ben))).toBe(ben.keyOf(mine(ben)));
  });

  it('[KEY9] whatever a neighbour says, nothing is thrown and nothing is believed', () => {
    const { world, ada, ben } = three();
    const chance = new Chance(9);
    const heard: Uint8Array[] = [...ada.governance.kept.statements, ada.governance.kept.founding!];
    const before = JSON.stringify([ben.governance.roles!.owner, ben.governance.kept.statements.length]);
    for (let turn = 0; turn < 3000; turn += 1) {
      const bytes = chance.is(0.3) ? chance.bytes(chance.below(400)) : chance.pick(heard).slice();
      for (let edits = chance.below(3) + 1; edits > 0 && bytes.length > 0; edits -= 1) {
        bytes[chance.below(bytes.length)]! ^= 1 << chance.below(8);
      }
      ben.governance.hear('x', chance.pick(['statement', 'knock', 'admit'] as const), bytes);
    }
    world.settle();
    expect(JSON.stringify([ben.governance.roles!.owner, ben.governance.kept.statements.length])).toBe(before);
  });
});
