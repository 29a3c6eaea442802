import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { ICrypto } from '../crypto';
import { Secret } from '../secret';
import { documentKey, ownSecret, teamSecret } from './documents';
import { type IKeys, Keyring } from './keyring';
import { bytes, CLASS, crypto, EVERYONE, GENESIS, now } from './keys.node';

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
  const ring = (by = crypto): Keyring =>
    new Keyring({
      crypto: by,
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
    const keyFor = (document: string) => {
      const epoch = keys.newest;
      const [key] = epoch === null ? [] : keysOf(keys, document, epoch).keys;
      return key ? { epoch, key } : null;
    };
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

  it('[KEY4] makes a key once, and of very many forgets the one made first', () => {
    let made = 0;
    const keys = ring({ ...crypto, derive: (...given) => ((made += 1), crypto.derive(...given)) });
    keys.takeEpoch(1, one!);
    const lectureOf = (index: number): string => `${GENESIS}.lecture.${index.toString(16).padStart(32, '0')}`;
    const madeFor = (index: number): number => {
      const before = made;
      expect(keysOf(keys, lectureOf(index), 1).keys.length).toBe(1);
      return made - before;
    };
    expect([0, 1, 0, 1].map(madeFor)).toEqual([1, 1, 0, 0]);
    // More than are kept.
    Array.from({ length: 4095 }, (_, index) => madeFor(index + 2));
    expect([4096, 2, 1, 0].map(madeFor)).toEqual([0, 0, 0, 1]);
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

  it('[KEY4] of what somebody says of themselves the key that counts is the first, whichever was made first', () => {
    const asked: (() => void)[] = [];
    const slow: ICrypto = {
      ...crypto,
      derive: (secret, salt, info, length, then) =>
        asked.push(() => crypto.derive(secret, salt, info, length, then))
    };
    const keys = ring(slow);
    [rival!, two!].forEach(key => keys.takeEpoch(2, key));
    const answers: IKeys[] = [];
    keys.recordKeys(mine, 2, all => answers.push(all));
    asked.reverse().forEach(answer => answer());
    const expected = [two!, rival!].map(secret =>
      now<Uint8Array>(then => documentKey(crypto, secret, mine, then))
    );
    expect(answers).toEqual([{ keys: expected, missing: null }]);
    expect(now(then => keys.recordKeys(mine, 1, then))).toEqual({ keys: [], missing: 'epoch' });
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
