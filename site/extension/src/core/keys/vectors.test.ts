import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { IAgreement, ISigner } from '../crypto';
import { nodeCrypto } from '../envelope/crypto.node';
import { Secret } from '../secret';
import { fromHex, toHex } from '../tagged';
import { type Answer, makeAnswer, readAnswer } from './answer';
import { type IBoxPlace, openBox, sealBox } from './box';
import { documentKey, ownSecret, secretKindOf, teamSecret } from './documents';
import { makeKnock, readKnock } from './knock';
import { openShared, openWraps, readWraps } from './wraps';

interface IBad {
  title: string;
  bytes: string;
  fault: string;
}
interface IVectors {
  class: string;
  join_secret: string;
  everyone: string;
  asked: string;
  seed: string;
  documents: {
    title: string;
    secret_kind: string;
    secret: string;
    key: string;
    team_key?: string;
    epoch_key?: string;
  }[];
  boxes: {
    title: string;
    own: string;
    once: string;
    class: string;
    epoch: number;
    purpose: IBoxPlace['purpose'];
    context: string;
    box: string;
    plain: string | null;
  }[];
  wraps: {
    good: {
      title: string;
      bytes: string;
      document: string;
      epoch: number;
      author: string;
      hash: string;
      shared: boolean;
      devices: string[];
      epoch_key: string;
      secret: string;
    }[];
    bad: IBad[];
  };
  knocks: {
    good: Record<'title' | 'given' | 'salt' | 'bytes' | 'id' | 'name' | 'session' | 'participant', string>[];
    bad: IBad[];
  };
  answers: {
    good: {
      title: string;
      bytes: string;
      kind: Answer['kind'];
      founding: string;
      statements: string[];
      keys: { epoch: number; key: string }[];
    }[];
    bad: IBad[];
  };
}

const vectorsOf = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../../tests/protocol/${name}.json`, import.meta.url), 'utf8'));
const vectors = vectorsOf('keys') as IVectors;
const ada = (vectorsOf('identity') as { people: Record<string, string>[] }).people[0]!;
const CLASS = fromHex(vectors.class);
const JOIN = fromHex(vectors.join_secret);
const ASKED = fromHex(vectors.asked);

/** What an implementation calls back with, now or later. */
const soon = <Value>(ask: (then: (value: Value) => void) => void): Promise<Value> => new Promise(ask);

describe.each([
  ['at once', nodeCrypto()],
  ['later', nodeCrypto(run => queueMicrotask(run))]
])('keys, as Python has them, by cryptography that answers %s', (_, crypto) => {
  const agreementOf = (seed: Uint8Array): Promise<IAgreement> => soon(then => crypto.agreement(seed, then));
  const own = async (): Promise<IAgreement> => {
    const seed = await soon<Uint8Array>(then =>
      crypto.derive(fromHex(ada.device_seed!), new Uint8Array(0), 'peerbook device agreement 1', 32, then)
    );
    return agreementOf(seed);
  };

  it.each(vectors.documents)('[KEY1] $title', async row => {
    const secret = fromHex(row.secret);
    expect(secretKindOf(row.title, vectors.everyone)).toBe(row.secret_kind);
    expect(toHex(await soon(then => documentKey(crypto, secret, row.title, then)))).toBe(row.key);
    if (row.secret_kind === 'own') {
      const root = new Secret(fromHex(ada.root_seed!));
      expect(await soon(then => ownSecret(crypto, root, CLASS, row.title, 7, then))).toEqual(secret);
    }
  });

  it.each(vectors.documents.filter(row => row.secret_kind === 'team'))('[KEY11] $title', async row => {
    const [teamKey, epochKey] = [fromHex(row.team_key!), fromHex(row.epoch_key!)];
    const secret = await soon<Uint8Array>(then => teamSecret(crypto, teamKey, epochKey, 7, then));
    expect(toHex(secret)).toBe(row.secret);
  });

  it.each(vectors.boxes)('[KEY2] $title', async row => {
    const agreement = await agreementOf(fromHex(row.own));
    const { epoch, purpose } = row;
    const place: IBoxPlace = { classId: fromHex(row.class), epoch, purpose, context: fromHex(row.context) };
    const plain = await soon<Uint8Array | null>(then =>
      openBox(crypto, agreement, place, fromHex(row.box), then)
    );
    expect(plain && toHex(plain)).toBe(row.plain);
    if (plain) {
      const box = await soon<Uint8Array | null>(then =>
        sealBox(crypto, fromHex(row.once), agreement.key, place, plain, then)
      );
      expect(toHex(box!)).toBe(row.box);
    }
  });

  const readAnyWraps = (bytes: string) =>
    soon<Parameters<Parameters<typeof readWraps>[5]>[0]>(then =>
      readWraps(crypto, digest, CLASS, vectors.everyone, fromHex(bytes), then)
    );

  it.each(vectors.wraps.good)('[KEY3] $title', async row => {
    const wraps = await readAnyWraps(row.bytes);
    const { document, epoch, author } = row;
    expect(wraps).toMatchObject({
      kind: 'read',
      value: { document, epoch, author, hash: fromHex(row.hash) }
    });
    if (wraps.kind === 'read') {
      for (const seed of row.devices) {
        const device = await agreementOf(fromHex(seed));
        const secret = await soon<Uint8Array | null>(then =>
          openWraps(crypto, digest, wraps.value, device, then)
        );
        expect(toHex(secret!)).toBe(row.secret);
      }
      const shared = await soon<Uint8Array | null>(then =>
        openShared(crypto, digest, wraps.value, fromHex(row.epoch_key), then)
      );
      expect(shared && toHex(shared)).toBe(row.shared ? row.secret : null);
    }
  });

  it.each(vectors.wraps.bad)('[KEY3] no wraps: $title', async row => {
    expect(await readAnyWraps(row.bytes)).toEqual({ kind: 'fault', fault: row.fault });
  });

  const readAnyKnock = (bytes: string) =>
    soon<Parameters<Parameters<typeof readKnock>[5]>[0]>(then =>
      readKnock(crypto, digest, CLASS, JOIN, fromHex(bytes), then)
    );

  it.each(vectors.knocks.good)('[KEY5] $title', async row => {
    const signer = await soon<ISigner>(then => crypto.signer(fromHex(ada.session_seed!), then));
    const knocker = { signer, introduction: fromHex(ada.introduction!), name: row.given };
    const bytes = await soon<Uint8Array>(then =>
      makeKnock(crypto, CLASS, JOIN, knocker, fromHex(row.salt), then)
    );
    expect(toHex(bytes)).toBe(row.bytes);
    const { session, participant, name } = row;
    const read = await readAnyKnock(row.bytes);
    const { id, ...value } = read.kind === 'read' ? read.value : expect.unreachable(read.fault);
    expect(value).toMatchObject({ session, participant, name });
    expect(toHex(id)).toBe(row.id);
  });

  it.each(vectors.knocks.bad)('[KEY5] no knock: $title', async row => {
    expect(await readAnyKnock(row.bytes)).toEqual({ kind: 'fault', fault: row.fault });
  });

  const readAnyAnswer = async (bytes: string) => {
    const agreement = await own();
    return soon<Parameters<Parameters<typeof readAnswer>[5]>[0]>(then =>
      readAnswer(crypto, CLASS, agreement, id => toHex(id) === vectors.asked, fromHex(bytes), then)
    );
  };

  it.each(vectors.answers.good)('[KEY6] $title', async row => {
    const answer: Answer =
      row.kind === 'admitted'
        ? {
            kind: row.kind,
            founding: fromHex(row.founding),
            statements: row.statements.map(fromHex),
            keys: row.keys.map(({ epoch, key }) => ({ epoch, key: fromHex(key) }))
          }
        : { kind: row.kind };
    const knock = { id: ASKED, agreementKey: fromHex(ada.agreement_key!) };
    const bytes = await soon<Uint8Array | null>(then =>
      makeAnswer(crypto, CLASS, knock, answer, fromHex(vectors.seed), then)
    );
    expect(toHex(bytes!)).toBe(row.bytes);
    expect(await readAnyAnswer(row.bytes)).toEqual({ kind: 'read', value: answer });
  });

  it.each(vectors.answers.bad)('[KEY6] no answer: $title', async row => {
    expect(await readAnyAnswer(row.bytes)).toEqual({ kind: 'fault', fault: row.fault });
  });
});
