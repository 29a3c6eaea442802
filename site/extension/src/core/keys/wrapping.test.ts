import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it, vi } from 'vitest';
import { nodeCrypto } from '../envelope/crypto.node';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { HeldWraps } from './held';
import { Keyring } from './keyring';
import { type IWrappingPorts, Wrapping, WRAPS_AUTHOR_BYTES, WRAPS_BYTES } from './wrapping';

const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;
const quick = nodeCrypto();
const CLASS = new Uint8Array(16).fill(0xc1);
const GENESIS = '5e'.repeat(32);
const EPOCHS = [new Uint8Array(32).fill(1), new Uint8Array(32).fill(2)];

class Person {
  constructor(
    seed: number,
    readonly at = { epochs: 1, readers: [] as Person[], isShared: false },
    crypto = quick
  ) {
    const chance = new Chance(seed);
    const fill = (into: Uint8Array): void => into.set(chance.bytes(into.length));
    const root = new Secret(chance.bytes(32));
    let own: IOwnSession | undefined;
    openSession(
      quick,
      digest,
      CLASS,
      { root, device: new Secret(chance.bytes(32)) },
      fill,
      made => (own = made)
    );
    this.own = own!;
    this.ring = new Keyring({
      crypto: quick,
      digest,
      everyone: 'ee',
      own: { participant: this.own.participant, root, classId: CLASS },
      epochs: () => EPOCHS.slice(0, at.epochs).map((_, index) => index + 1),
      stated: epoch => [digest(EPOCHS[epoch - 1]!)],
      teamKeys: () => []
    });
    const ports: IWrappingPorts = {
      crypto,
      digest,
      ring: this.ring,
      classId: CLASS,
      everyone: 'ee',
      own: this.own,
      fill,
      readers: () => at.readers.map(({ own }) => own.agreementKey),
      isShared: () => at.isShared,
      teams: {
        own: () => [],
        devices: () => [],
        keyHashes: () => [],
        mayHave: () => false,
        teaches: () => false
      },
      publish: bytes => this.published.push(bytes),
      opened: (document, epoch) => this.opened.push(`${epoch} ${document}`)
    };
    this.wrapping = new Wrapping(ports);
    this.mine = `${GENESIS}.mine.${this.own.participant}`;
    this.reach(1);
  }

  readonly own: IOwnSession;
  readonly ring: Keyring;
  readonly wrapping: Wrapping;
  readonly mine: string;
  readonly published: Uint8Array[] = [];
  readonly opened: string[] = [];

  reach(epoch: number): void {
    this.at.epochs = Math.max(this.at.epochs, epoch);
    this.ring.takeEpoch(epoch, EPOCHS[epoch - 1]!);
  }

  hears(bytes: Uint8Array): boolean {
    let answer = false;
    this.wrapping.heard(bytes, isNews => (answer = isNews));
    return answer;
  }

  canRead(document: string, epoch: number): boolean {
    let missing: unknown = 'nothing';
    this.ring.keysOf(document, epoch, keys => (missing = keys.missing));
    return missing === null;
  }
}

describe('wrapping', () => {
  it('[KEY3] those who may read get the secret, classmates do not', () => {
    const [ada, tom, ben] = [new Person(1), new Person(2), new Person(3)];
    ada.at.readers = [tom, ada];
    ada.wrapping.look(ada.mine);
    expect(ada.published).toHaveLength(1);
    expect([tom, ben].map(person => person.hears(ada.published[0]!))).toEqual([true, true]);
    expect([tom, ben].map(person => person.canRead(ada.mine, 1))).toEqual([true, false]);
    expect(tom.opened).toEqual([`1 ${ada.mine}`]);
    expect(ben.opened).toEqual([]);
    // Nothing changed, nothing more is said.
    ada.wrapping.look(ada.mine);
    expect([ada.published.length, tom.hears(ada.published[0]!)]).toEqual([1, false]);
    expect([limits.wraps_bytes, limits.wraps_author_bytes]).toEqual([WRAPS_BYTES, WRAPS_AUTHOR_BYTES]);
  });

  it('[KEY3] a new instructor gets what was written before, in all epochs; an old one nothing of a new epoch', () => {
    const [ada, tom, tia] = [new Person(1), new Person(2), new Person(3)];
    ada.at.readers = [tom];
    ada.wrapping.look(ada.mine);
    ada.at.readers = [tia];
    ada.reach(2);
    ada.wrapping.look(ada.mine);
    [tom, tia].forEach(person => person.reach(2));
    for (const bytes of ada.published) {
      [tom, tia].forEach(person => person.hears(bytes));
    }
    expect([1, 2].map(epoch => tom.canRead(ada.mine, epoch))).toEqual([true, false]);
    expect([1, 2].map(epoch => tia.canRead(ada.mine, epoch))).toEqual([true, true]);
  });

  it('[KEY3] in whatever order they come, the same wraps are kept', () => {
    const [ada, tom, tia] = [new Person(1), new Person(2), new Person(3)];
    ada.at.readers = [tom];
    ada.wrapping.look(ada.mine);
    ada.at.readers = [tom, tia];
    ada.wrapping.look(ada.mine);
    const [first, second] = ada.published;
    expect([tia.hears(second!), tia.hears(first!), tom.hears(first!), tom.hears(second!)]).toEqual([
      true,
      false,
      true,
      true
    ]);
    expect([tia.wrapping.all, tom.wrapping.all]).toEqual([[second], [second]]);
  });

  it('[KEY3] outputs that are shared open for the class, when the key of the epoch is there', () => {
    const [ada, ben] = [new Person(1), new Person(3)];
    const outputs = `${ada.mine}/outputs.${ada.own.participant}`;
    ada.reach(2);
    ada.wrapping.look(outputs);
    expect(ada.published).toEqual([]);
    ada.at.isShared = true;
    ada.wrapping.look(outputs);
    expect(ada.published).toHaveLength(2);
    ada.published.forEach(bytes => ben.hears(bytes));
    expect([1, 2].map(epoch => ben.canRead(outputs, epoch))).toEqual([true, false]);
    ben.reach(2);
    ben.wrapping.retry();
    expect([1, 2].map(epoch => ben.canRead(outputs, epoch))).toEqual([true, true]);
    // The notebook itself stays closed.
    expect(ben.canRead(ada.mine, 1)).toBe(false);
  });

  it('[KEY3] a device whose key is none is wrapped to once, and never again', () => {
    const [ada, tom] = [new Person(1), new Person(2)];
    const none = Object.assign(Object.create(Person.prototype) as Person, {
      own: { ...tom.own, agreementKey: new Uint8Array(32) }
    });
    ada.at.readers = [none, tom];
    for (let look = 0; look < 3; look += 1) {
      ada.wrapping.look(ada.mine);
    }
    expect([ada.published.length, tom.hears(ada.published[0]!), tom.canRead(ada.mine, 1)]).toEqual([
      1,
      true,
      true
    ]);
  });

  it('[KEY3] what is shared stays so, and is said once, however often it is looked at', () => {
    const [ada, tom, ben] = [new Person(1), new Person(2), new Person(3)];
    ada.at.isShared = true;
    for (let time = 0; time < 8; time += 1) {
      ada.wrapping.look(ada.mine);
    }
    expect(ada.published.length).toBe(1);
    Object.assign(ada.at, { isShared: false, readers: [tom] });
    ada.wrapping.look(ada.mine);
    expect(ada.published.length).toBe(2);
    // Who could read goes on being able to.
    expect([ben.hears(ada.published[1]!), ben.canRead(ada.mine, 1)]).toEqual([true, true]);
  });

  it('[KEY3] a page that is opened anew says nothing that its own wraps say', () => {
    const [ada, again, tom] = [new Person(1), new Person(1), new Person(2)];
    [ada, again].forEach(({ at }) => Object.assign(at, { isShared: true, readers: [tom] }));
    ada.wrapping.look(ada.mine);
    ada.published.forEach(bytes => again.hears(bytes));
    const sign = vi.spyOn(again.own.root, 'sign');
    again.wrapping.look(ada.mine);
    expect([ada.published.length, again.published, again.opened]).toEqual([1, [], []]);
    expect(sign).not.toHaveBeenCalled();
    // Nor for its own device, which needs none.
    const alone = new Person(4);
    alone.at.readers = [alone];
    alone.wrapping.look(alone.mine);
    expect(alone.published).toEqual([]);
  });

  it('[KEY3] who comes while wraps are made is wrapped to by the next, with those before', () => {
    const waiting: (() => void)[] = [];
    const [ada, tom, tia] = [
      new Person(
        1,
        undefined,
        nodeCrypto(run => waiting.push(run))
      ),
      new Person(2),
      new Person(3)
    ];
    const work = (): void => {
      for (let run = waiting.shift(); run; run = waiting.shift()) {
        run();
      }
    };
    ada.at.readers = [tom];
    ada.wrapping.look(ada.mine);
    ada.at.readers = [tom, tia];
    ada.wrapping.look(ada.mine);
    work();
    expect(ada.published).toHaveLength(2);
    [tom, tia].forEach(person => person.hears(ada.published[1]!));
    expect([tom, tia].map(person => person.canRead(ada.mine, 1))).toEqual([true, true]);
    // What another page of one's own said meanwhile, and to more, counts: nothing is said against it.
    const [page, other] = [
      new Person(
        1,
        undefined,
        nodeCrypto(run => waiting.push(run))
      ),
      new Person(1)
    ];
    [page.at.readers, other.at.readers] = [[tom], [tom, tia]];
    page.wrapping.look(page.mine);
    other.wrapping.look(other.mine);
    page.hears(other.published[0]!);
    work();
    expect([page.wrapping.all, page.published]).toEqual([other.published, []]);
  });

  it('[KEY3] whom two pages of one person name at once, not the same, both name in the end', () => {
    const [page, other, tom, tia] = [new Person(1), new Person(1), new Person(2), new Person(3)];
    [page.at.readers, other.at.readers] = [[tom], [tia]];
    page.wrapping.look(page.mine);
    other.wrapping.look(other.mine);
    const heard = new Set<Uint8Array>();
    const pass = (from: Person, to: Person): void =>
      [...from.published].forEach(bytes => !heard.has(bytes) && heard.add(bytes) && to.hears(bytes));
    for (let round = 0; round < 3; round += 1) {
      pass(page, other);
      pass(other, page);
    }
    expect(page.wrapping.all).toEqual(other.wrapping.all);
    [tom, tia].forEach(person => person.hears(page.wrapping.all[0]!));
    expect([tom, tia].map(person => person.canRead(page.mine, 1))).toEqual([true, true]);
    // Once for what either had said, and once with all.
    expect(page.published.length + other.published.length).toBe(3);
  });

  it('[KEY3] who comes while another page of one’s own says more than one is saying is named with those', () => {
    const waiting: (() => void)[] = [];
    const slow = nodeCrypto(run => waiting.push(run));
    const [page, other, tom, tia, ben] = [
      new Person(1, undefined, slow),
      new Person(1),
      new Person(2),
      new Person(3),
      new Person(4)
    ];
    [page.at.readers, other.at.readers] = [[tom], [tia, ben]];
    page.wrapping.look(page.mine);
    other.wrapping.look(other.mine);
    page.hears(other.published[0]!);
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      run();
    }
    // What it was saying counts less now, so it says it again with those.
    expect(page.published).toHaveLength(1);
    const people = [tom, tia, ben];
    people.forEach(person => person.hears(page.published[0]!));
    expect(people.map(person => person.canRead(page.mine, 1))).toEqual([true, true, true]);
  });

  it('[KEY3] what was kept is here at once when a page is opened, and is not said again', () => {
    const waiting: (() => void)[] = [];
    const slow = nodeCrypto(run => waiting.push(run));
    const [ada, again, tom, tia] = [
      new Person(1),
      new Person(1, undefined, slow),
      new Person(2),
      new Person(3)
    ];
    ada.at.readers = [tom];
    ada.wrapping.look(ada.mine);
    ada.wrapping.all.forEach(bytes => again.wrapping.restore(bytes));
    again.wrapping.restore(new Uint8Array(9));
    expect(again.wrapping.all).toEqual(ada.wrapping.all);
    again.at.readers = [tia];
    again.wrapping.look(again.mine);
    for (let run = waiting.shift(); run; run = waiting.shift()) {
      run();
    }
    expect(again.published).toHaveLength(1);
    [tom, tia].forEach(person => person.hears(again.published[0]!));
    expect([tom, tia].map(person => person.canRead(ada.mine, 1))).toEqual([true, true]);
  });

  it('[KEY3] where there is no room it is tried once, for the class as well', () => {
    const [ada, tom] = [new Person(1), new Person(2)];
    const sign = vi.spyOn(ada.own.root, 'sign');
    vi.spyOn(HeldWraps.prototype, 'keep').mockReturnValue(false);
    Object.assign(ada.at, { isShared: true, readers: [tom] });
    [1, 2, 3].forEach(() => ada.wrapping.look(ada.mine));
    const signed = sign.mock.calls.length;
    vi.restoreAllMocks();
    expect([signed, ada.published, ada.wrapping.all]).toEqual([1, [], []]);
  });

  it('[KEY3] what is not genuine is not kept', () => {
    const [ada, tom] = [new Person(1), new Person(2)];
    ada.at.readers = [tom];
    ada.wrapping.look(ada.mine);
    const forged = ada.published[0]!.slice();
    forged[forged.length - 1]! ^= 1;
    expect([tom.hears(forged), tom.wrapping.all, tom.canRead(ada.mine, 1)]).toEqual([false, [], false]);
  });
});
