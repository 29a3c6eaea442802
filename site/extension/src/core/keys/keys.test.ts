import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes, sameBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { DOCUMENT_CHARS } from '../envelope/envelope';
import { type IOwnSession, openSession } from '../identity/own';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { type Answer, ANSWER_BYTES, answeredKnock, makeAnswer, readAnswer } from './answer';
import { type IBoxPlace, openBox, sealBox } from './box';
import { documentKey, keeperOf, ownSecret, secretKindOf, teamKeyName, teamOf, teamSecret } from './documents';
import { type IKeys, Keyring } from './keyring';
import { KNOCK_BYTES, makeKnock, readKnock } from './knock';
import { type IWraps, makeWraps, openShared, openWraps, readWraps, WRAP_RECIPIENTS } from './wraps';

const limits = JSON.parse(
  readFileSync(new URL('../../../../../docs/protocol.json', import.meta.url), 'utf8')
) as Record<string, number>;
const crypto = nodeCrypto();
const CLASS = new Uint8Array(16).fill(0xc1);
const OTHER_CLASS = new Uint8Array(16).fill(0xc2);
const JOIN = new Uint8Array(16).fill(0x10);
const GENESIS = '5e'.repeat(32);
const EVERYONE = 'ee'.repeat(16);

/** What a synchronous implementation calls back with. */
function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  const answers: Value[] = [];
  ask(value => answers.push(value));
  expect(answers).toHaveLength(1);
  return answers[0]!;
}

const bytes = (seed: number, count = 32): Uint8Array => new Chance(seed).bytes(count);
const agreementOf = (seed: number): IAgreement => now(then => crypto.agreement(bytes(seed), then));
const signerOf = (seed: number): ISigner => now(then => crypto.signer(bytes(seed), then));
const sessionOf = (seed: number): IOwnSession => {
  const chance = new Chance(seed);
  const seeds = { root: new Secret(chance.bytes(32)), device: new Secret(chance.bytes(32)) };
  return now(then =>
    openSession(crypto, digest, CLASS, seeds, into => into.set(chance.bytes(into.length)), then)
  );
};
/** Each byte of something changed in turn. */
const changedAt = (given: Uint8Array, at: number): Uint8Array => {
  const other = given.slice();
  other[at]! ^= 1 << (at % 8);
  return other;
};

describe('documents', () => {
  const participant = 'a0'.repeat(16);
  const mine = `${GENESIS}.mine.${participant}`;
  const team = `${GENESIS}.team.${participant}`;

  it("[KEY1] the lecture, records and everyone's branch are the class's; one's own and a team's are not", () => {
    const all = `${GENESIS}.team.${EVERYONE}`;
    const lecture = `${GENESIS}.lecture.${participant}`;
    for (const name of [
      'records',
      lecture,
      all,
      `${all}/outputs.${participant}`,
      `${lecture}/outputs.${EVERYONE}`
    ]) {
      expect([name, secretKindOf(name, EVERYONE)]).toEqual([name, 'class']);
    }
    for (const name of [mine, `${mine}.${'0c'.repeat(16)}`, `${mine}/outputs.${participant}`]) {
      expect([name, secretKindOf(name, EVERYONE)]).toEqual([name, 'own']);
    }
    expect([mine, `${mine}/outputs.12`, 'records'].map(keeperOf)).toEqual([participant, '12', null]);
    for (const name of [team, `${team}.${'0c'.repeat(16)}`, `${team}/outputs.1`]) {
      expect([name, secretKindOf(name, EVERYONE), teamOf(name)]).toEqual([name, 'team', participant]);
    }
    expect([mine, `${mine}/outputs.12`, 'records'].map(teamOf)).toEqual([null, null, null]);
  });

  it('[KEY1] no two documents have one key, nor one document in two epochs or classes', () => {
    const root = new Secret(bytes(1));
    const secretOf = (document: string, epoch: number, id = CLASS, of = root): Uint8Array =>
      now(then => ownSecret(crypto, of, id, document, epoch, then));
    const keyOf = (secret: Uint8Array, document: string): Uint8Array =>
      now(then => documentKey(crypto, secret, document, then));
    const secrets = [
      secretOf(mine, 1),
      secretOf(mine, 2),
      secretOf(`${mine}.${'0c'.repeat(16)}`, 1),
      secretOf(mine, 1, OTHER_CLASS),
      secretOf(mine, 1, CLASS, new Secret(bytes(2)))
    ];
    const keys = [...secrets, ...secrets.map(secret => keyOf(secret, mine)), keyOf(secrets[0]!, team)];
    expect(new Set(keys.map(key => key.join())).size).toBe(keys.length);
    expect(secretOf(mine, 1)).toEqual(secrets[0]);
  });
});

describe('box', () => {
  const recipient = agreementOf(3);
  const place: IBoxPlace = { classId: CLASS, epoch: 2, purpose: 'wraps', context: bytes(4, 20) };
  const box = now<Uint8Array | null>(then =>
    sealBox(crypto, bytes(5), recipient.key, place, bytes(6), then)
  )!;
  const opened = (own: IAgreement, at: IBoxPlace, given = box): Uint8Array | null =>
    now(then => openBox(crypto, own, at, given, then));

  it('[KEY2] opens for its recipient, in its place', () => {
    expect(opened(recipient, place)).toEqual(bytes(6));
    expect(box).toHaveLength(32 + 48);
  });

  it('[KEY2] opens for nobody else, for no other class, epoch, purpose or context', () => {
    expect(opened(agreementOf(7), place)).toBeNull();
    const others: Partial<IBoxPlace>[] = [
      { classId: OTHER_CLASS },
      { epoch: 3 },
      { purpose: 'answer' },
      { context: bytes(4, 21) }
    ];
    for (const other of others) {
      expect([other, opened(recipient, { ...place, ...other })]).toEqual([other, null]);
    }
    for (let at = 0; at < box.length; at += 1) {
      expect(opened(recipient, place, changedAt(box, at))).toBeNull();
    }
    for (const length of [0, 31, 32, 47, 48]) {
      expect(opened(recipient, place, box.slice(0, length))).toBeNull();
    }
  });

  it('[KEY2] is not made for a key with which nothing is secret', () => {
    const refusing: ICrypto = {
      ...crypto,
      agreement: (seed, then) =>
        crypto.agreement(seed, own => then({ key: own.key, agree: (_, agreed) => agreed(null) }))
    };
    expect(now(then => sealBox(refusing, bytes(5), recipient.key, place, bytes(6), then))).toBeNull();
    const own = now<IAgreement>(then => refusing.agreement(bytes(3), then));
    expect(opened(own, place)).toBeNull();
  });
});

describe('wraps', () => {
  const root = signerOf(10);
  const author = sessionOf(11);
  const devices = [20, 21, 22].map(agreementOf);
  const secret = bytes(30);
  const document = `${GENESIS}.mine.${author.participant}`;
  const place = { classId: CLASS, document, epoch: 3 };
  const fill = (seed: number) => {
    const chance = new Chance(seed);
    return (into: Uint8Array) => into.set(chance.bytes(into.length));
  };
  const made = (
    changes: Partial<typeof place> = {},
    by: ISigner = author.root,
    shareWith: Uint8Array | null = null
  ) =>
    now<Uint8Array>(then =>
      makeWraps(
        crypto,
        digest,
        by,
        { ...place, ...changes },
        { secret, recipients: devices.map(each => each.key), shareWith },
        fill(1),
        then
      )
    );
  const read = (given: Uint8Array, classId = CLASS) =>
    now<Parameters<Parameters<typeof readWraps>[5]>[0]>(then =>
      readWraps(crypto, digest, classId, EVERYONE, given, then)
    );
  const good = (given: Uint8Array): IWraps => {
    const answer = read(given);
    return answer.kind === 'read' ? answer.value : expect.unreachable(answer.fault);
  };
  const faultOf = (given: Uint8Array, classId = CLASS) => {
    const answer = read(given, classId);
    return answer.kind === 'fault' ? answer.fault : null;
  };
  const opened = (wraps: IWraps, own: IAgreement): Uint8Array | null =>
    now(then => openWraps(crypto, digest, wraps, own, then));

  it('[KEY3] hand a secret to each device that may read, and to no other', () => {
    const wraps = good(made());
    expect(wraps).toMatchObject({ document, epoch: 3, author: author.participant });
    expect(devices.map(own => opened(wraps, own))).toEqual([secret, secret, secret]);
    expect(opened(wraps, agreementOf(23))).toBeNull();
    expect(limits.wrap_recipients).toBe(WRAP_RECIPIENTS);
  });

  it('[KEY3] a box moved to other wraps does not open', () => {
    const [wraps, later] = [good(made()), good(made({ epoch: 4 }))];
    expect(opened({ ...later, boxes: wraps.boxes }, devices[0]!)).toBeNull();
    const other = good(made({ document: `${document}.${'0c'.repeat(16)}` }));
    expect(opened({ ...other, boxes: wraps.boxes }, devices[0]!)).toBeNull();
  });

  it('[KEY3] a secret that is not the one everybody is shown the hash of is none', () => {
    const wraps = good(made());
    expect(opened({ ...wraps, hash: digest(bytes(31)) }, devices[0]!)).toBeNull();
  });

  it("[KEY3] only the owner wraps their own document's secret, and only of documents that have one", () => {
    expect(faultOf(made({}, root))).toBe('author');
    expect(faultOf(made({ document: `${document}/outputs.${author.participant}` }))).toBeNull();
    expect(faultOf(made({ document: `${document}/outputs.${'0d'.repeat(16)}` }))).toBe('author');
    for (const name of [
      'records',
      `${GENESIS}.lecture.${author.participant}`,
      `${GENESIS}.team.${EVERYONE}`
    ]) {
      expect(faultOf(made({ document: name }))).toBe('document');
    }
  });

  it("[KEY11] a team's key is wrapped under its own hash and of no epoch, by whoever is of the team", () => {
    const team = '0d'.repeat(16);
    const name = teamKeyName(good(made()).hash, team);
    expect(faultOf(made({ document: name, epoch: 0 }, root))).toBeNull();
    expect(faultOf(made({ document: name }, root))).toBe('document');
    expect(faultOf(made({ document: `${GENESIS}.team.${team}`, epoch: 0 }, root))).toBe('document');
    expect(faultOf(made({ document: `${name}.${team}`, epoch: 0 }, root))).toBe('document');
    expect(faultOf(made({ document: `${name}/outputs.${team}`, epoch: 0 }, root))).toBe('document');
  });

  it('[KEY3] a byte changed anywhere, cut off or added is refused', () => {
    const whole = made({}, author.root, bytes(32));
    expect(faultOf(whole)).toBeNull();
    for (let at = 0; at < whole.length; at += 1) {
      expect([at, faultOf(changedAt(whole, at))]).not.toEqual([at, null]);
    }
    for (const length of [0, 10, 100, whole.length - 1]) {
      expect(faultOf(whole.slice(0, length))).not.toBeNull();
    }
    expect(faultOf(joinBytes([whole, new Uint8Array(1)]))).toBe('form');
    // Not signed at all, and a name longer than names are.
    expect(faultOf(whole.slice(0, -64))).toBe('form');
    expect(faultOf(made({ document: 'x'.repeat(DOCUMENT_CHARS + 1) }))).toBe('form');
    expect(faultOf(made({ document: 'x'.repeat(DOCUMENT_CHARS) }))).toBe('document');
    expect(faultOf(whole, OTHER_CLASS)).toBe('class');
  });

  it('[KEY3] what is shared with the class opens with the epoch key, for its document and epoch alone', () => {
    const epochKey = bytes(40);
    const wraps = good(made({}, author.root, epochKey));
    const shared = (of: IWraps, key: Uint8Array): Uint8Array | null =>
      now(then => openShared(crypto, digest, of, key, then));
    expect(shared(wraps, epochKey)).toEqual(secret);
    expect(shared(wraps, bytes(41))).toBeNull();
    expect(shared({ ...wraps, epoch: 4 }, epochKey)).toBeNull();
    expect(shared({ ...wraps, classId: OTHER_CLASS }, epochKey)).toBeNull();
    expect(shared({ ...wraps, document: `${document}.1` }, epochKey)).toBeNull();
    expect(shared(good(made()), epochKey)).toBeNull();
  });

  it('[KEY3] the same device named twice is wrapped to once, and where cryptography takes its time it is the same', async () => {
    const slow = nodeCrypto(run => queueMicrotask(run));
    const recipients = [...devices, ...devices].map(each => each.key);
    const wrapping = { secret, recipients, shareWith: null };
    const later = await new Promise<Uint8Array>(then =>
      makeWraps(slow, digest, author.root, place, wrapping, fill(1), then)
    );
    expect(later).toEqual(made());
    expect(good(later).boxes).toHaveLength(3);
  });
});

describe('keyring', () => {
  const [one, two, rival, never] = [1, 2, 3, 4].map(seed => bytes(seed));
  const lecture = `${GENESIS}.lecture.${'0a'.repeat(16)}`;
  const mine = `${GENESIS}.mine.${'0a'.repeat(16)}`;
  const ME = '0e'.repeat(16);
  const stated = new Map([
    [1, [digest(one!)]],
    [2, [digest(two!), digest(rival!)]]
  ]);
  const TEAM = '0d'.repeat(16);
  const teams = new Map([[TEAM, [digest(bytes(70)), digest(bytes(71))]]]);
  const ring = (): Keyring =>
    new Keyring({
      crypto,
      digest,
      everyone: EVERYONE,
      own: { participant: ME, root: new Secret(bytes(90)), classId: CLASS },
      epochs: () => [...stated.keys()],
      stated: epoch => stated.get(epoch) ?? [],
      teamKeys: team => teams.get(team) ?? []
    });
  const keysOf = (of: Keyring, document: string, epoch: number): IKeys =>
    now(then => of.keysOf(document, epoch, then));

  it('[KEY4] takes a key only if it is the one that was stated', () => {
    const keys = ring();
    expect(keys.takeEpoch(1, never!)).toBe('wrong');
    expect(keys.takeEpoch(1, two!)).toBe('wrong');
    expect(keys.takeEpoch(1, one!.slice(1))).toBe('wrong');
    expect(keys.takeEpoch(7, never!)).toBe('unstated');
    expect([keys.newest, keys.isCurrent, keys.lacking]).toEqual([null, false, [1, 2]]);
    expect([keys.takeEpoch(1, one!), keys.takeEpoch(1, one!)]).toEqual(['taken', 'known']);
    expect([keys.newest, keys.isCurrent, keys.lacking]).toEqual([1, false, [2]]);
    expect(keys.takeEpoch(2, two!)).toBe('taken');
    expect([keys.newest, keys.isCurrent, keys.lacking]).toEqual([2, true, []]);
    expect(keys.all()).toEqual([
      { epoch: 1, key: one },
      { epoch: 2, key: two }
    ]);
  });

  it('[KEY4] says which keys open a document, and what is missing', () => {
    const keys = ring();
    expect(keysOf(keys, lecture, 1)).toEqual({ keys: [], missing: 'epoch' });
    expect(keysOf(keys, mine, 1)).toEqual({ keys: [], missing: 'secret' });
    expect(keysOf(keys, lecture, 9)).toEqual({ keys: [], missing: 'epoch' });
    keys.takeEpoch(1, one!);
    const key = now<Uint8Array>(then => documentKey(crypto, one!, lecture, then));
    expect(keysOf(keys, lecture, 1)).toEqual({ keys: [key], missing: null });
    expect(keysOf(keys, lecture, 2)).toEqual({ keys: [], missing: 'epoch' });
    // The epoch's key opens nobody's own notebook.
    expect(keysOf(keys, mine, 1)).toEqual({ keys: [], missing: 'secret' });
    const secret = bytes(50);
    expect([keys.takeSecret(mine, 1, secret), keys.takeSecret(mine, 1, secret)]).toEqual(['taken', 'known']);
    expect(keys.takeSecret(mine, 1, bytes(51))).toBe('other');
    const own = now<Uint8Array>(then => documentKey(crypto, secret, mine, then));
    expect(keysOf(keys, mine, 1)).toEqual({ keys: [own], missing: null });
    expect(keysOf(keys, mine, 2)).toEqual({ keys: [], missing: 'secret' });
    keys.forget();
    expect(keysOf(keys, mine, 1)).toEqual({ keys: [], missing: 'secret' });
    expect(keysOf(keys, lecture, 1)).toEqual({ keys: [], missing: 'epoch' });
  });

  it("[KEY1, KEY4] one's own documents need no wraps, in any epoch; writing is in the newest one has", () => {
    const keys = ring();
    const own = `${GENESIS}.mine.${ME}`;
    const keyFor = (document: string) =>
      now<Parameters<Parameters<typeof keys.keyFor>[1]>[0]>(then => keys.keyFor(document, then));
    expect(keyFor(own)).toBeNull();
    for (const document of [own, `${own}/outputs.${ME}`]) {
      const secret = now<Uint8Array>(then =>
        ownSecret(crypto, new Secret(bytes(90)), CLASS, document, 1, then)
      );
      const key = now<Uint8Array>(then => documentKey(crypto, secret, document, then));
      expect(keysOf(keys, document, 1)).toEqual({ keys: [key], missing: null });
      expect(now(then => keys.secretOf(document, 1, then))).toEqual(secret);
    }
    expect(keysOf(keys, `${own}/outputs.${'0a'.repeat(16)}`, 1).missing).toBe('secret');
    keys.takeEpoch(1, one!);
    expect([keyFor(own)?.epoch, keyFor(lecture)?.epoch, keyFor(mine)]).toEqual([1, 1, null]);
    keys.takeEpoch(2, rival!);
    keys.takeEpoch(2, two!);
    const key = now<Uint8Array>(then => documentKey(crypto, two!, lecture, then));
    expect(keyFor(lecture)).toEqual({ epoch: 2, key });
  });

  it('[KEY4] two keys stated under one number both open, and the one that counts writes', () => {
    const keys = ring();
    keys.takeEpoch(2, rival!);
    expect([keys.newest, keys.lacking]).toEqual([2, [1, 2]]);
    keys.takeEpoch(2, two!);
    const expected = [two!, rival!].map(secret =>
      now<Uint8Array>(then => documentKey(crypto, secret, lecture, then))
    );
    expect(keysOf(keys, lecture, 2).keys).toEqual(expected);
    expect(keys.lacking).toEqual([1]);
  });

  it("[KEY11] a team's document needs the team's key and the epoch's; the first that is stated writes", () => {
    const keys = ring();
    const document = `${GENESIS}.team.${TEAM}`;
    const teamSecretOf = (teamKey: Uint8Array, epochKey: Uint8Array, epoch: number): Uint8Array =>
      now(then => teamSecret(crypto, teamKey, epochKey, epoch, then));
    const keyOf = (secret: Uint8Array, name = document): Uint8Array =>
      now(then => documentKey(crypto, secret, name, then));
    expect(keys.takeTeam(TEAM, bytes(72))).toBe('wrong');
    expect(keys.takeTeam('0c'.repeat(16), bytes(70))).toBe('wrong');
    const short = new Uint8Array(5);
    teams.set('0c'.repeat(16), [digest(short)]);
    expect(keys.takeTeam('0c'.repeat(16), short)).toBe('wrong');
    teams.delete('0c'.repeat(16));
    expect(keysOf(keys, document, 1)).toEqual({ keys: [], missing: 'epoch' });
    keys.takeEpoch(1, one!);
    expect(keysOf(keys, document, 1)).toEqual({ keys: [], missing: 'secret' });
    expect([keys.takeTeam(TEAM, bytes(71)), keys.takeTeam(TEAM, bytes(71))]).toEqual(['taken', 'known']);
    const before = keyOf(teamSecretOf(bytes(71), one!, 1));
    expect(keysOf(keys, document, 1)).toEqual({ keys: [before], missing: null });
    keys.takeTeam(TEAM, bytes(70));
    const now1 = keyOf(teamSecretOf(bytes(70), one!, 1));
    expect(keysOf(keys, document, 1).keys).toEqual([now1, before]);
    // Who is out of the class has no key of the next epoch, and with it nothing of the team's.
    expect(keysOf(keys, document, 2)).toEqual({ keys: [], missing: 'epoch' });
    keys.takeEpoch(2, two!);
    const next = keysOf(keys, document, 2).keys;
    expect(next).toEqual([bytes(70), bytes(71)].map(key => keyOf(teamSecretOf(key, two!, 2))));
    const outputs = `${document}/outputs.${ME}`;
    const all = [now1, before, ...next, ...keysOf(keys, outputs, 1).keys];
    expect(new Set(all.map(key => key.join())).size).toBe(6);
    expect(keysOf(keys, outputs, 1).keys[0]).toEqual(keyOf(teamSecretOf(bytes(70), one!, 1), outputs));
    keys.forget();
    expect(keysOf(keys, document, 1)).toEqual({ keys: [], missing: 'epoch' });
    expect(keys.teamKeys(TEAM)).toEqual([]);
  });
});

describe('knock', () => {
  const ada = sessionOf(60);
  const salt = bytes(61, 16);
  const made = (by: Partial<IOwnSession & { name: string }> = {}, join = JOIN, id = CLASS): Uint8Array =>
    now(then => makeKnock(crypto, id, join, { name: 'Ada', ...ada, ...by }, salt, then));
  const read = (given: Uint8Array, join = JOIN, id = CLASS, by = crypto) =>
    now<Parameters<Parameters<typeof readKnock>[5]>[0]>(then => readKnock(by, digest, id, join, given, then));
  const faultOf = (...given: Parameters<typeof read>) => {
    const answer = read(...given);
    return answer.kind === 'fault' ? answer.fault : null;
  };

  it('[KEY5] says who knocks, to those who have the link', () => {
    const given = made();
    const { session, participant, agreementKey, introduction } = ada;
    expect(read(given)).toMatchObject({
      kind: 'read',
      value: { id: digest(given), name: 'Ada', session, participant, agreementKey, introduction }
    });
    expect(limits.knock_bytes).toBe(KNOCK_BYTES);
    expect(made({ name: '👩‍🏫'.repeat(64) }).length).toBeLessThan(KNOCK_BYTES);
  });

  it('[KEY5] is nothing to who lacks the link, and nobody knocks without', () => {
    expect(faultOf(made(), bytes(1, 16))).toBe('secret');
    expect(faultOf(made({}, bytes(1, 16)))).toBe('secret');
    const text = Buffer.from(made()).toString('latin1');
    expect(text).not.toContain('Ada');
    expect(text).not.toContain(Buffer.from(ada.rootKey).toString('latin1'));
  });

  it("[KEY5] nobody knocks in another's name", () => {
    const mallory = sessionOf(62);
    expect(faultOf(made({ signer: mallory.signer }))).toBe('signature');
    expect(faultOf(made({ signer: ada.root }))).toBe('signature');
    expect(faultOf(made({ introduction: changedAt(ada.introduction, 300) }))).toBe('introduction');
    expect(faultOf(made({}, JOIN, OTHER_CLASS), JOIN, OTHER_CLASS)).toBe('introduction');
    // What was said at one time is not said at another: the salt is signed.
    const [plain, other] = [made(), bytes(63, 16)];
    expect(plain).not.toEqual(made({ name: 'Eve' }));
    expect(sameBytes(other, salt)).toBe(false);
  });

  it('[KEY5] a byte changed anywhere, cut off or added is refused; what is too long is not looked at', () => {
    const whole = made();
    const faults = new Set<string>();
    for (let at = 0; at < whole.length; at += 1) {
      const fault = faultOf(changedAt(whole, at));
      expect([at, fault]).not.toEqual([at, null]);
      faults.add(fault!);
    }
    expect([...faults].sort()).toEqual(['class', 'form', 'secret', 'what']);
    expect(faultOf(whole.slice(0, -1))).toBe('form');
    // What is sealed is not there at all.
    expect(faultOf(whole.slice(0, '?peerbook knock 1'.length + 16 + 16))).toBe('form');
    expect(faultOf(joinBytes([whole, new Uint8Array(1)]))).toBe('form');
    const never: ICrypto = { ...crypto, derive: () => expect.unreachable() };
    expect(faultOf(joinBytes([whole, new Uint8Array(KNOCK_BYTES)]), JOIN, CLASS, never)).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('what');
  });
});

describe('answer', () => {
  const [ada, ben] = [sessionOf(70), sessionOf(71)];
  const id = bytes(72);
  const admission: Answer = {
    kind: 'admitted',
    founding: bytes(73, 90),
    statements: [bytes(74, 100), bytes(75, 1)],
    keys: [
      { epoch: 1, key: bytes(76) },
      { epoch: 2, key: bytes(77) },
      { epoch: 2, key: bytes(78) }
    ]
  };
  const knock = { id, agreementKey: ada.agreementKey };
  const made = (answer: Answer, to = knock): Uint8Array =>
    now<Uint8Array | null>(then => makeAnswer(crypto, CLASS, to, answer, bytes(79), then))!;
  const read = (given: Uint8Array, own = ada.agreement, asked = [id], classId = CLASS) =>
    now<Parameters<Parameters<typeof readAnswer>[5]>[0]>(then =>
      readAnswer(crypto, classId, own, each => asked.some(one => sameBytes(one, each)), given, then)
    );
  const faultOf = (...given: Parameters<typeof read>) => {
    const answer = read(...given);
    return answer.kind === 'fault' ? answer.fault : null;
  };

  it('[KEY6] brings everything to who knocked', () => {
    for (const answer of [admission, { kind: 'waiting' }, { kind: 'refused' }] as Answer[]) {
      expect(read(made(answer))).toEqual({ kind: 'read', value: answer });
    }
    expect(answeredKnock(made(admission))).toEqual(id);
    expect(answeredKnock(made(admission).slice(0, 50))).toBeNull();
    expect(answeredKnock(bytes(1, 200))).toBeNull();
    expect(limits.message_bytes).toBe(ANSWER_BYTES);
  });

  it('[KEY6] is taken only by who asked, and only as the answer to that knock', () => {
    expect(faultOf(made(admission), ada.agreement, [])).toBe('asked');
    expect(faultOf(made(admission), ada.agreement, [bytes(80)])).toBe('asked');
    expect(faultOf(made(admission), ben.agreement)).toBe('sealed');
    // Moved to another knock of hers.
    const moved = made(admission);
    moved.set(
      bytes(80),
      moved.findIndex((_, at) => sameBytes(moved.subarray(at, at + 32), id))
    );
    expect(faultOf(moved, ada.agreement, [bytes(80)])).toBe('sealed');
    expect(faultOf(made(admission), ada.agreement, [id], OTHER_CLASS)).toBe('class');
    // Whoever knocks with a key that is none gets none.
    expect(made(admission, { id, agreementKey: new Uint8Array(32) })).toBeNull();
  });

  it('[KEY6] a byte changed anywhere, cut off or added is refused', () => {
    const whole = made(admission);
    for (let at = 0; at < whole.length; at += 1) {
      expect([at, faultOf(changedAt(whole, at))]).not.toEqual([at, null]);
    }
    expect(faultOf(whole.slice(0, -1))).toBe('sealed');
    expect(faultOf(joinBytes([whole, new Uint8Array(1)]))).toBe('sealed');
    expect(faultOf(new Uint8Array(ANSWER_BYTES + 1))).toBe('length');
    expect(faultOf(new Uint8Array(0))).toBe('what');
  });

  it('[KEY6] what a member seals badly is refused as well', () => {
    const sealed = (plain: Uint8Array): Uint8Array => {
      const place: IBoxPlace = { classId: CLASS, epoch: 0, purpose: 'answer', context: id };
      const box = now<Uint8Array | null>(then =>
        sealBox(crypto, bytes(79), ada.agreementKey, place, plain, then)
      )!;
      const whole = made({ kind: 'waiting' });
      return joinBytes([whole.slice(0, whole.length - 49), box]);
    };
    expect(read(sealed(Uint8Array.of(1)))).toEqual({ kind: 'read', value: { kind: 'waiting' } });
    const epochs = (...numbers: number[]) =>
      Uint8Array.of(0, 0, 0, numbers.length, ...numbers.flatMap(epoch => [epoch, ...new Uint8Array(32)]));
    expect(faultOf(sealed(epochs(1, 2)))).toBeNull();
    for (const plain of [
      Uint8Array.of(),
      Uint8Array.of(3),
      Uint8Array.of(1, 0),
      Uint8Array.of(0, 5),
      Uint8Array.of(0, 0, 255, 255, 255, 255, 15),
      Uint8Array.of(0, 0, 0, 255, 255, 255, 255, 15),
      epochs(2, 1),
      joinBytes([epochs(1), Uint8Array.of(0)]),
      epochs(1).slice(0, -1)
    ]) {
      expect([plain, faultOf(sealed(plain))]).toEqual([plain, 'form']);
    }
  });
});
