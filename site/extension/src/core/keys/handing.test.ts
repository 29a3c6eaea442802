/** Keys of teams from hand to hand: what is kept, what waits, and whom who relies on. */
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ICrypto } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { teamKeyName } from './documents';
import { Keyring } from './keyring';
import { Wrapping } from './wrapping';
import { makeWraps } from './wraps';

const crypto = nodeCrypto();
const CLASS = new Uint8Array(16).fill(0xc1);
const TEAM = '0d'.repeat(16);
const [KEY, NEXT, NEVER] = [5, 6, 7].map(value => new Uint8Array(32).fill(value)) as [
  Uint8Array,
  Uint8Array,
  Uint8Array
];

/** What everybody in these tests has heard of. */
let stated: Uint8Array[];
let members: Person[];
let teachers: Person[];

class Person {
  constructor(seed: number, work = crypto) {
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
    this.ring = new Keyring({
      ...{ crypto, digest, everyone: 'ee', epochs: () => [], stated: () => [] },
      own: { participant: this.own.participant, root, classId: CLASS },
      teamKeys: team => (team === TEAM && this.knows ? stated.map(digest) : [])
    });
    const ids = (people: readonly Person[]) => people.map(({ own: { participant } }) => participant);
    this.wrapping = new Wrapping({
      ...{ crypto: work, digest, ring: this.ring, classId: CLASS, everyone: 'ee', own: this.own, fill },
      readers: () => [],
      isShared: () => false,
      teams: {
        own: () => (this.knows && [...members, ...teachers].includes(this) ? [TEAM] : []),
        devices: () => [...members, ...teachers].map(({ own: { agreementKey } }) => agreementKey),
        keyHashes: team => (team === TEAM && this.knows ? stated.map(digest) : []),
        mayHave: participant => ids([...members, ...teachers]).includes(participant),
        teaches: participant => ids(teachers).includes(participant)
      },
      publish: bytes => this.said.push(bytes),
      opened: () => (this.opened += 1)
    });
  }

  readonly own: IOwnSession;
  readonly ring: Keyring;
  readonly wrapping: Wrapping;
  readonly said: Uint8Array[] = [];
  opened = 0;
  private making: ICrypto = crypto;
  /** Whether the team's statement is here. */
  knows = true;

  hears(bytes: Uint8Array): boolean {
    let answer = false;
    this.wrapping.heard(bytes, isNews => (answer = isNews));
    return answer;
  }

  has(key: Uint8Array): boolean {
    return this.ring.teamKeys(TEAM).some(each => each.join() === key.join());
  }

  /** Wraps as anybody may make them. */
  wraps(key: Uint8Array, ...to: readonly Person[]): Uint8Array {
    return this.wrapsOf(teamKeyName(digest(key), TEAM), 0, key, ...to);
  }

  /** Of which every box holds nothing. */
  sham(key: Uint8Array, ...to: readonly Person[]): Uint8Array {
    const seal: ICrypto['seal'] = (by, nonce, head, _, then) =>
      crypto.seal(by, nonce, head, new Uint8Array(32), then);
    this.making = { ...crypto, seal };
    const wraps = this.wraps(key, ...to);
    this.making = crypto;
    return wraps;
  }

  wrapsOf(document: string, epoch: number, key: Uint8Array, ...to: readonly Person[]): Uint8Array {
    let made = new Uint8Array(0);
    const place = { classId: CLASS, document, epoch };
    const recipients = to.map(({ own: { agreementKey } }) => agreementKey);
    const secret = { secret: key, recipients, shareWith: null };
    makeWraps(
      this.making,
      digest,
      this.own.root,
      place,
      secret,
      into => into.fill(9),
      bytes => {
        made = Uint8Array.from(bytes);
      }
    );
    return made;
  }
}

let [tom, ada, ben, eve]: Person[] = [];
beforeEach(() => {
  [tom, ada, ben, eve] = [1, 2, 3, 4].map(seed => new Person(seed));
  [stated, members, teachers] = [[KEY], [ada!, ben!], [tom!]];
});

describe('a team’s key', () => {
  it('[KEY11] is handed to those who may read, one’s own device among them, and to nobody else', () => {
    tom!.ring.takeTeam(TEAM, KEY);
    tom!.wrapping.handing.look();
    expect(tom!.said).toHaveLength(1);
    expect([ada!, ben!, eve!].map(person => person.hears(tom!.said[0]!))).toEqual([true, true, true]);
    expect([ada!, ben!, eve!].map(person => person.has(KEY))).toEqual([true, true, false]);
    expect(ada!.opened).toBe(1);
    // Whoever has it now finds nobody without.
    [tom!, ada!, ben!].forEach(({ wrapping }) => wrapping.handing.look());
    expect([tom!, ada!, ben!].map(({ said }) => said.length)).toEqual([1, 0, 0]);
    // The page that is opened anew has it from its own wraps.
    const again = new Person(1);
    teachers = [again];
    expect(again.hears(tom!.said[0]!)).toBe(true);
    expect(again.has(KEY)).toBe(true);
  });

  it('[KEY11] of a stranger, or that nobody stated, is not kept', () => {
    expect(ada!.hears(eve!.wraps(KEY, ada!))).toBe(false);
    expect(ada!.hears(ben!.wraps(NEVER, ada!))).toBe(false);
    expect([ada!.has(KEY), ada!.has(NEVER), ada!.wrapping.all]).toEqual([false, false, []]);
    expect(ada!.hears(ben!.wraps(KEY, ada!))).toBe(true);
  });

  it('[KEY11] that comes before its statement waits for it, and is passed on then', () => {
    const wraps = tom!.wraps(KEY, ada!);
    ada!.knows = false;
    expect([ada!.hears(wraps), ada!.has(KEY), ada!.wrapping.all]).toEqual([false, false, []]);
    ada!.knows = true;
    ada!.wrapping.handing.changed();
    expect([ada!.has(KEY), ada!.said, ada!.wrapping.all]).toEqual([true, [wraps], [wraps]]);
    ada!.wrapping.handing.changed();
    expect(ada!.said).toHaveLength(1);
  });

  it('[KEY11] is dropped by everybody when it is nobody’s to give any more, and back when it is', () => {
    const wraps = ben!.wraps(KEY, ada!);
    ada!.hears(wraps);
    members = [ada!];
    ada!.wrapping.handing.changed();
    expect(ada!.wrapping.all).toEqual([]);
    members = [ada!, ben!];
    ada!.wrapping.handing.changed();
    expect(ada!.wrapping.all).toEqual([wraps]);
  });

  it('[KEY11] that a member pretends to have given is given by who teaches, and by another member not twice', () => {
    const lie = ben!.wraps(KEY, ada!);
    const [name] = [teamKeyName(digest(KEY), TEAM)];
    tom!.ring.takeTeam(TEAM, KEY);
    tom!.hears(lie);
    tom!.wrapping.handing.look();
    expect(tom!.said).toHaveLength(1);
    expect(ada!.hears(tom!.said[0]!)).toBe(true);
    expect([ada!.has(KEY), name.length]).toEqual([true, 102]);
    const other = new Person(5);
    members = [ada!, ben!, other];
    other.ring.takeTeam(TEAM, KEY);
    other.hears(ben!.wraps(KEY, ada!, ben!, tom!, other));
    other.wrapping.handing.look();
    expect(other.said).toEqual([]);
  });

  it('[KEY11] is given to who is put in, with all that were before it', () => {
    tom!.ring.takeTeam(TEAM, KEY);
    tom!.wrapping.handing.look();
    members = [ada!];
    stated = [NEXT, KEY];
    tom!.ring.takeTeam(TEAM, NEXT);
    tom!.wrapping.handing.look();
    tom!.said.forEach(bytes => [ada!, ben!, eve!].forEach(person => person.hears(bytes)));
    expect([ben!.has(KEY), ben!.has(NEXT), eve!.has(KEY)]).toEqual([true, false, false]);
    members = [ada!, eve!];
    tom!.wrapping.handing.look();
    tom!.said.forEach(bytes => eve!.hears(bytes));
    expect(eve!.ring.teamKeys(TEAM)).toEqual([NEXT, KEY]);
    // Whom they named before they name again: of two wraps the larger counts.
    expect(tom!.wrapping.all).toHaveLength(2);
  });

  it('[KEY11] of which nothing is stated yet waits, so many of them; what is no team’s stays', () => {
    const keys = Array.from({ length: 65 }, (_, at) => new Uint8Array(32).fill(at + 100));
    const mine = ben!.wrapsOf(`${'5e'.repeat(32)}.mine.${ben!.own.participant}`, 1, KEY, ada!);
    ada!.knows = false;
    expect([ada!.hears(mine), ...keys.map(key => ada!.hears(ben!.wraps(key)))]).toEqual([
      true,
      ...keys.map(() => false)
    ]);
    expect(ada!.wrapping.all).toEqual([mine]);
    ada!.knows = true;
    stated = keys;
    ada!.wrapping.handing.changed();
    expect(ada!.wrapping.all).toHaveLength(1 + 64);
  });

  it('[KEY11] is wrapped once for a device whose key is none', () => {
    const none = Object.assign(Object.create(Person.prototype) as Person, {
      own: { ...eve!.own, agreementKey: new Uint8Array(32) }
    });
    members = [ada!, none];
    tom!.ring.takeTeam(TEAM, KEY);
    const sign = vi.spyOn(tom!.own.root, 'sign');
    [1, 2, 3].forEach(() => tom!.wrapping.handing.look());
    expect(sign).toHaveBeenCalledTimes(1);
    expect([tom!.said.length, ada!.hears(tom!.said[0]!), ada!.has(KEY)]).toEqual([1, true, true]);
  });

  it('[KEY11] that a box does not hold is none', () => {
    const wraps = tom!.wraps(KEY, ben!);
    expect(ada!.hears(wraps)).toBe(true);
    expect(ada!.has(KEY)).toBe(false);
    ada!.wrapping.retry();
    expect([ada!.has(KEY), ada!.opened]).toEqual([false, 0]);
  });

  it('[KEY11] is looked for once in what was heard, and no more when it is here', () => {
    const agree = vi.spyOn(ada!.own.agreement, 'agree');
    const sham = ben!.sham(KEY, ada!);
    expect([ada!.hears(sham), ada!.hears(sham), ada!.has(KEY)]).toEqual([true, false, false]);
    expect(agree).toHaveBeenCalledTimes(1);
    ada!.hears(tom!.wraps(KEY, ada!));
    expect(agree).toHaveBeenCalledTimes(2);
    ada!.wrapping.retry();
    ada!.wrapping.handing.changed();
    expect(agree).toHaveBeenCalledTimes(2);
    expect([ada!.has(KEY), ada!.opened]).toEqual([true, 1]);
  });

  it('[KEY11] is given to all whom two pages of one person know of, one of them each', () => {
    const [page, other] = [new Person(1), new Person(1)];
    teachers = [page];
    [page, other].forEach(each => each.ring.takeTeam(TEAM, KEY));
    members = [ada!];
    page.wrapping.handing.look();
    teachers = [other];
    members = [ben!];
    other.wrapping.handing.look();
    // Each knows of its own; what one hears from the other it looks at again.
    for (let round = 0; round < 2; round += 1) {
      [teachers, members] = [[page], [ada!]];
      other.said.forEach(bytes => page.hears(bytes));
      [teachers, members] = [[other], [ben!]];
      page.said.forEach(bytes => other.hears(bytes));
    }
    [teachers, members] = [[page], [ada!, ben!]];
    expect(page.wrapping.all).toEqual(other.wrapping.all);
    page.wrapping.all.forEach(bytes => [ada!, ben!].forEach(person => person.hears(bytes)));
    expect([ada!.has(KEY), ben!.has(KEY)]).toEqual([true, true]);
  });

  it('[KEY11] is given to who is put in while others’ boxes are made, by the next wraps', () => {
    const waiting: (() => void)[] = [];
    const slow = new Person(
      1,
      nodeCrypto(run => waiting.push(run))
    );
    [teachers, members] = [[slow], [ada!]];
    slow.ring.takeTeam(TEAM, KEY);
    slow.wrapping.handing.look();
    members = [ada!, ben!];
    slow.wrapping.handing.look();
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      run();
    }
    // Of somebody's wraps those that count name all whom the others named.
    const last = slow.said.at(-1)!;
    expect([ada!, ben!].map(person => [person.hears(last), person.has(KEY)])).toEqual([
      [true, true],
      [true, true]
    ]);
  });
});
