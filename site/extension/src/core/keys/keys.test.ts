import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { joinBytes } from '../bytes';
import type { IAgreement, ICrypto, ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { DOCUMENT_CHARS } from '../envelope/envelope';
import { Secret } from '../secret';
import { Chance } from '../simulation/chance';
import { type IBoxPlace, openBox, sealBox } from './box';
import { documentKey, keeperOf, ownSecret, secretKindOf, teamKeyName, teamOf } from './documents';
import {
  agreementOf,
  bytes,
  changedAt,
  CLASS,
  crypto,
  EVERYONE,
  GENESIS,
  limits,
  now,
  OTHER_CLASS,
  sessionOf,
  signerOf
} from './keys.node';
import { type IWraps, makeWraps, openShared, openWraps, readWraps, WRAP_RECIPIENTS } from './wraps';

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
