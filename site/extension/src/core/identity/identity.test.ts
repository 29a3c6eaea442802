import { Console } from 'node:console';
import { readFileSync } from 'node:fs';
import { Writable } from 'node:stream';
import { inspect } from 'node:util';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../bytes';
import type { ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { Secret } from '../secret';
import { sessionBytes, sessionOf, sessionOfKeys, sessionText } from '../session';
import { Chance } from '../simulation/chance';
import { fromHex, toHex } from '../tagged';
import { makeDevice } from './device';
import {
  glanceIntroduction,
  type IIntroduction,
  INTRODUCTION_BYTES,
  INTRODUCTION_FAULTS,
  keysHash,
  readIntroduction,
  unsignedIntroduction
} from './introduction';
import { type IOwnSession, openSession } from './own';
import { participantOf } from './participant';

const crypto = nodeCrypto();
const CLASS = new Uint8Array(16).fill(0xc1);

/** What a synchronous implementation calls back with. */
function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  const answers: Value[] = [];
  ask(value => answers.push(value));
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

const seedsOf = (chance: Chance) => ({
  root: new Secret(chance.bytes(32)),
  device: new Secret(chance.bytes(32))
});

function open(seed: number, classId = CLASS): IOwnSession {
  const chance = new Chance(seed);
  const fill = (bytes: Uint8Array) => bytes.set(chance.bytes(bytes.length));
  return now(then => openSession(crypto, digest, classId, seedsOf(chance), fill, then));
}

const read = (bytes: Uint8Array, classId = CLASS) =>
  now<ReturnType<typeof glanceIntroduction>>(then => readIntroduction(crypto, digest, classId, bytes, then));
const faultOf = (bytes: Uint8Array, classId = CLASS) => {
  const answer = read(bytes, classId);
  return answer.kind === 'fault' ? answer.fault : null;
};
const signed = (signer: ISigner, bytes: Uint8Array) =>
  joinBytes([bytes, now<Uint8Array>(then => signer.sign(bytes, then))]);

const secretHashIn = (bytes: Uint8Array) => bytes.slice(24 + 32, 24 + 64);
const certificateIn = (bytes: Uint8Array) => bytes.slice(-128, -64);

/** `ada`'s introduction said anew with something else in it, everything that can be made right made right. */
function said(
  own: IOwnSession,
  device: ISigner,
  keys: Partial<IIntroduction>,
  certificate = certificateIn(own.introduction)
): Uint8Array {
  const all = { ...own, ...keys };
  const secretHash = secretHashIn(own.introduction);
  const session = sessionOfKeys(digest, secretHash, keysHash(digest, all));
  return signed(device, unsignedIntroduction(CLASS, session, secretHash, all, certificate));
}

describe('participant', () => {
  it('[IDN1] follows from the root key, whatever the device and the session', () => {
    const root = new Uint8Array(32).fill(7);
    expect(participantOf(digest, root)).toMatch(/^[0-9a-f]{32}$/);
    expect(participantOf(digest, root)).not.toBe(participantOf(digest, new Uint8Array(32).fill(8)));
    const chance = new Chance(1);
    const { root: seed } = seedsOf(chance);
    const fill = (bytes: Uint8Array) => bytes.set(chance.bytes(bytes.length));
    const made = [1, 2].map(() =>
      now<IOwnSession>(then => {
        const seeds = { root: seed, device: new Secret(chance.bytes(32)) };
        openSession(crypto, digest, CLASS, seeds, fill, then);
      })
    );
    expect(made[0]!.participant).toBe(made[1]!.participant);
    expect(made[0]!.session).not.toBe(made[1]!.session);
    expect(made[0]!.deviceKey).not.toEqual(made[1]!.deviceKey);
    expect(made[0]!.participant).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('introduction', () => {
  it('[IDN4] of a session is read by everybody as what it is', () => {
    const own = open(3);
    expect(own.introduction).toHaveLength(INTRODUCTION_BYTES);
    const { session, participant, sessionKey, rootKey, deviceKey, agreementKey } = own;
    const value = { session, participant, sessionKey, rootKey, deviceKey, agreementKey };
    expect(read(own.introduction)).toEqual({ kind: 'read', value });
    expect(own.sessionKey).toEqual(own.signer.key);
    expect(own.rootKey).toEqual(own.root.key);
    expect(own.agreementKey).toEqual(own.agreement.key);
  });

  it('[IDN4] is verified where cryptography answers later as well', async () => {
    const own = open(3);
    const slow = nodeCrypto(run => queueMicrotask(run));
    const answer = await new Promise<ReturnType<typeof glanceIntroduction>>(then =>
      readIntroduction(slow, digest, CLASS, own.introduction, then)
    );
    expect(answer).toEqual(read(own.introduction));
  });

  it('[IDN4] of another class is refused before anything is verified', () => {
    const own = open(3);
    const never = { ...crypto, verify: () => expect.unreachable() };
    const other = new Uint8Array(16);
    readIntroduction(never, digest, other, own.introduction, answer =>
      expect(answer).toEqual({ kind: 'fault', fault: 'class' })
    );
    const moved = own.introduction.slice();
    moved.set(other, 24);
    expect(faultOf(moved, other)).toBe('signature');
  });

  it('[IDN2] a device that the root key does not vouch for introduces nobody', () => {
    const [ada, mallory] = [open(3), open(4)];
    const device = now<ISigner>(then => crypto.signer(new Uint8Array(32).fill(9), then));
    const stolen = { rootKey: ada.rootKey, deviceKey: device.key };
    for (const certificate of [certificateIn(ada.introduction), certificateIn(mallory.introduction)]) {
      expect(faultOf(said(mallory, device, stolen, certificate))).toBe('certificate');
    }
    // The certificate is for both keys: nobody puts another agreement key beside a device's.
    const other = { agreementKey: mallory.agreementKey };
    expect(
      faultOf(
        said(
          ada,
          now(then => crypto.signer(new Uint8Array(32), then)),
          other
        )
      )
    ).toBe('certificate');
  });

  it('[IDN4] only the device introduces: its certificate is known to everybody', () => {
    const ada = open(3);
    const mallory = now<ISigner>(then => crypto.signer(new Uint8Array(32).fill(9), then));
    expect(faultOf(said(ada, mallory, { sessionKey: mallory.key }))).toBe('signature');
  });

  it("[IDN3] nobody introduces another's session, with the other's keys or with their own", () => {
    const [ada, mallory] = [open(3), open(4)];
    const seed = new Chance(4);
    const seeds = seedsOf(seed);
    const device = now<Parameters<Parameters<typeof makeDevice>[3]>[0]>(then =>
      crypto.signer(seeds.root.reveal(), root => makeDevice(crypto, root, seeds.device, then))
    );
    const certificate = certificateIn(mallory.introduction);
    const secretHash = secretHashIn(ada.introduction);
    const claims: Partial<IIntroduction>[] = [
      {}, // her id, his keys
      { sessionKey: ada.sessionKey } // her id and her key, said to be his
    ];
    for (const keys of claims) {
      const all = { ...mallory, ...keys };
      const bytes = unsignedIntroduction(CLASS, ada.session, secretHash, all, certificate);
      expect(faultOf(signed(device.signer, bytes))).toBe('session');
    }
  });

  it('[IDN4] a byte changed anywhere, cut off or added is refused, for a reason of the set', () => {
    const own = open(5);
    const faults = new Set<string>();
    for (let at = 0; at < INTRODUCTION_BYTES; at += 1) {
      const changed = own.introduction.slice();
      changed[at]! ^= 1 << (at % 8);
      const fault = faultOf(changed);
      expect(fault, `byte ${at}`).not.toBeNull();
      faults.add(fault!);
    }
    expect(faultOf(own.introduction.slice(0, -1))).toBe('length');
    expect(faultOf(joinBytes([own.introduction, new Uint8Array(1)]))).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('length');
    expect([...faults, 'length'].sort()).toEqual([...INTRODUCTION_FAULTS].sort());
  });
});

describe('session', () => {
  it('[IDN3] its place on the server is checked with SHA-256 alone, from the secret and one hash', () => {
    const own = open(3);
    const said = (secret: Uint8Array, hash: Uint8Array) => sessionOfKeys(digest, digest(secret), hash);
    expect(said(own.place.reveal(), own.keysHash)).toBe(own.session);
    expect(said(new Uint8Array(16), own.keysHash)).not.toBe(own.session);
    expect(said(own.place.reveal(), digest(own.keysHash))).not.toBe(own.session);
    // What everybody knows of it is not the secret, and not what the former rule would make of it.
    expect(toHex(secretHashIn(own.introduction))).toBe(toHex(digest(own.place.reveal())));
    expect(sessionOf(digest, sessionText(own.place.reveal()))).not.toBe(own.session);
    expect(sessionBytes(own.session)).toHaveLength(16);
  });

  it('[IDN5] what is secret is in nothing that is written out', () => {
    const own = open(3);
    const seeds = seedsOf(new Chance(3));
    const secrets = [own.place, seeds.root, seeds.device].map(secret => toHex(secret.reveal()));
    const texts = [
      JSON.stringify({ own, seeds }),
      inspect({ own, seeds }, { depth: 9, showHidden: true }),
      `${String(seeds.root)} ${seeds.device.toString()} ${own.place.toString()}`,
      inspect(structuredClone({ ...seeds })),
      JSON.stringify(Object.entries(seeds.root))
    ];
    for (const text of texts) {
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        expect(text).not.toContain([...fromHex(secret)].join(','));
        expect(text).not.toContain([...fromHex(secret)].slice(0, 4).join(', '));
      }
    }
    expect(JSON.parse(texts[0]!)).toMatchObject({ seeds: { root: '(secret)' }, own: { place: '(secret)' } });
    expect(seeds.root.length).toBe(32);
    const bytes = seeds.root.reveal();
    bytes.fill(0);
    expect(toHex(seeds.root.reveal())).toBe(secrets[1]);
  });

  it('[IDN5] what is secret is in no log, whatever is logged and however', () => {
    const own = open(3);
    const seeds = seedsOf(new Chance(3));
    const lines: string[] = [];
    const stream = new Writable({ write: (chunk, _, then) => (lines.push(String(chunk)), then()) });
    const log = new Console(stream, stream);
    const failed = new Error('failed', { cause: seeds });
    const all: unknown[] = [seeds.root, seeds, own, [own.place], new Map([['seed', seeds.device]]), failed];
    for (const each of all) {
      log.log(each);
      log.dir(each, { depth: null, showHidden: true, getters: true });
      log.error('%s %o %O %j', each, each, each, each);
      log.table(each);
    }
    log.log(
      `${seeds.root.toString()}`,
      String(seeds.device),
      { ...seeds.root },
      Reflect.ownKeys(seeds.root),
      Object.assign({}, seeds.device)
    );
    const logged = lines.join('');
    expect(logged).toContain('(secret)');
    for (const secret of [own.place, seeds.root, seeds.device]) {
      const bytes = [...secret.reveal()];
      const [hex, base64] = [toHex(secret.reveal()), Buffer.from(bytes).toString('base64')];
      for (const form of [hex, base64, bytes.slice(0, 4).join(','), bytes.slice(0, 4).join(', ')]) {
        expect(logged).not.toContain(form);
      }
      expect(logged).not.toContain(hex.slice(0, 8).replace(/(..)(?=.)/g, '$1 '));
    }
  });
});

interface IVectors {
  people: Record<string, string>[];
  good: Record<string, string>[];
  bad: { title: string; class: string; bytes: string; fault: string }[];
}

describe('identity, as Python has it', () => {
  const vectors = JSON.parse(
    readFileSync(new URL('../../../../../tests/protocol/identity.json', import.meta.url), 'utf8')
  ) as IVectors;

  it.each(vectors.people)('[IDN1, IDN2, IDN3] $title', person => {
    const drawn = [fromHex(person.place!), fromHex(person.session_seed!)];
    const fill = (bytes: Uint8Array) => bytes.set(drawn.shift()!);
    const seeds = {
      root: new Secret(fromHex(person.root_seed!)),
      device: new Secret(fromHex(person.device_seed!))
    };
    const own = now<IOwnSession>(then =>
      openSession(crypto, digest, fromHex(person.class!), seeds, fill, then)
    );
    expect({
      participant: own.participant,
      session: own.session,
      keys_hash: toHex(own.keysHash),
      root_key: toHex(own.rootKey),
      device_key: toHex(own.deviceKey),
      agreement_key: toHex(own.agreementKey),
      session_key: toHex(own.sessionKey),
      introduction: toHex(own.introduction)
    }).toEqual(
      Object.fromEntries(
        Object.entries(person).filter(
          ([name]) => !['title', 'class', 'place'].includes(name) && !name.endsWith('_seed')
        )
      )
    );
    expect(read(own.introduction, fromHex(person.class!)).kind).toBe('read');
  });

  it.each(vectors.bad)('[IDN4] no introduction: $title', row => {
    expect(faultOf(fromHex(row.bytes), fromHex(row.class))).toBe(row.fault);
  });
});
