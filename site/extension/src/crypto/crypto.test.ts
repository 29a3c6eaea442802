import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { ICrypto, ISigner } from '../core/crypto';
import { chooseCrypto } from './choose';
import { checkSignature, checkVectors, CONTRACT, type ISignatureVector, type IVectors } from './contract';
import { Fake } from './fake';
import { fromHex } from './hex';
import { Noble } from './noble';
import { Recent } from './recent';
import { isAgreementKey, isPoint, isScalar, mayBeGenuine, mustBeDerivable } from './strict';
import { type ICan, NOTHING, probe, WebCrypto } from './webcrypto';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../../tests/protocol/${name}.json`, import.meta.url), 'utf8'));
const signatures = read('ed25519') as ISignatureVector[];
const vectors = read('crypto') as IVectors;
const { subtle } = globalThis.crypto;
const ALL: ICan = { verify: true, agree: true, open: true };

const real: [string, () => ICrypto][] = [
  ['noble', () => new Noble()],
  ['webcrypto', () => new WebCrypto(subtle, ALL, new Noble())],
  ['webcrypto that can nothing', () => new WebCrypto(subtle, NOTHING, new Noble())],
  ['chosen', () => chooseCrypto(subtle)]
];

describe.each([...real, ['fake', () => new Fake()] as [string, () => ICrypto]])('%s', (_, make) => {
  it.each(CONTRACT)('$title', ({ run }) => run(make()));
});

describe.each(real)('%s', (_, make) => {
  it.each(signatures)('[CRY1, CRY2] $title: $why', vector => checkSignature(make(), vector));

  it('[CRY3, CRY4, CRY5, CRY6] the vectors', () => checkVectors(make(), vectors));
});

/** The browser's cryptography with some of it changed. */
function subtleWith(changes: Partial<Record<keyof SubtleCrypto, unknown>>): SubtleCrypto {
  return new Proxy(subtle, {
    get: (target, name: keyof SubtleCrypto) => {
      const changed = changes[name];
      return changed ?? (target[name] as () => unknown).bind(target);
    }
  });
}

const refusing = async (): Promise<never> => {
  throw new DOMException('no', 'NotSupportedError');
};

describe('strict', () => {
  const order = fromHex('edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010');
  const prime = fromHex('edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f');
  const other = (bytes: Uint8Array, by: number, at = 0): Uint8Array =>
    bytes.map((byte, index) => (index === at ? byte + by : byte));

  it('[CRY1] S is a number below L', () => {
    expect([order, other(order, 1), other(order, -1)].map(isScalar)).toEqual([false, false, true]);
    expect([new Uint8Array(32), new Uint8Array(32).fill(255)].map(isScalar)).toEqual([true, false]);
  });

  it('[CRY1] a point has its one spelling and is not of small order', () => {
    // y = 3 is on the curve and has no other spelling than p + 3.
    const three = Uint8Array.of(3, ...new Uint8Array(31));
    expect([three, other(three, 128, 31), other(prime, 3)].map(isPoint)).toEqual([true, true, false]);
    expect([prime, other(prime, 128, 31), other(prime, -1), other(prime, -2)].map(isPoint)).toEqual([
      false,
      false,
      false,
      true
    ]);
  });

  it('[CRY1] a key and both halves of a signature are looked at', () => {
    const { key, signature } = signatures[0]!;
    const bytes = fromHex(signature);
    expect(mayBeGenuine(fromHex(key), bytes)).toBe(true);
    expect(mayBeGenuine(new Uint8Array(32), bytes)).toBe(false);
    expect(
      mayBeGenuine(
        fromHex(key),
        bytes.map((byte, index) => (index < 32 ? 0 : byte))
      )
    ).toBe(false);
    expect(
      mayBeGenuine(
        fromHex(key),
        bytes.map((byte, index) => (index < 32 ? byte : 255))
      )
    ).toBe(false);
    expect(mayBeGenuine(fromHex(key).subarray(1), bytes)).toBe(false);
    expect(mayBeGenuine(Uint8Array.of(...fromHex(key), 0), bytes)).toBe(false);
    expect(mayBeGenuine(fromHex(key), bytes.subarray(1))).toBe(false);
  });

  it('[CRY6] so many bytes are derived as HKDF gives', () => {
    [1, 32, 8160].forEach(mustBeDerivable);
    for (const bytes of [0, -1, 8161, 1.5, NaN]) {
      expect(() => mustBeDerivable(bytes)).toThrow(RangeError);
    }
  });

  it('[CRY4] a key to agree with is below p', () => {
    expect([prime, other(prime, 9), other(prime, -2)].map(isAgreementKey)).toEqual([false, false, true]);
  });
});

describe('the browser', () => {
  it('[CRY7] is not asked what it cannot do, whatever it would say, and is asked what it can', async () => {
    const asked: Record<string, number> = {};
    const liar = subtleWith({
      verify: async () => true,
      decrypt: async () => new ArrayBuffer(9),
      deriveBits: async () => new ArrayBuffer(32)
    });
    const names = ['verify', 'decrypt', 'deriveBits'] as const;
    const counting = subtleWith(
      Object.fromEntries(
        names.map(name => [
          name,
          (...all: unknown[]) => {
            asked[name] = (asked[name] ?? 0) + 1;
            return (subtle[name] as (...all: unknown[]) => unknown).apply(subtle, all);
          }
        ])
      )
    );
    for (const crypto of [
      new WebCrypto(liar, NOTHING, new Noble()),
      new WebCrypto(counting, ALL, new Noble())
    ]) {
      for (const { run } of CONTRACT) {
        await run(crypto);
      }
    }
    expect(names.map(name => (asked[name] ?? 0) > 0)).toEqual([true, true, true]);
    // What is shorter than a tag is nothing, whatever a browser makes of it.
    const opened = await new Promise(then =>
      new WebCrypto(liar, ALL, new Noble()).open(
        new Uint8Array(32),
        new Uint8Array(12),
        new Uint8Array(0),
        new Uint8Array(15),
        then
      )
    );
    expect(opened).toBeNull();
  });

  it('[CRY7] is asked what it knows, and what it should refuse', async () => {
    expect(await probe(subtle)).toEqual(ALL);
    expect(await probe(undefined)).toEqual(NOTHING);
    expect(await probe(subtleWith({ importKey: refusing }))).toEqual(NOTHING);
    expect(await probe(subtleWith({ verify: async () => true }))).toEqual({ ...ALL, verify: false });
    expect(await probe(subtleWith({ verify: async () => false }))).toEqual({ ...ALL, verify: false });
    const zeros = async (): Promise<ArrayBuffer> => new ArrayBuffer(32);
    expect(await probe(subtleWith({ deriveBits: zeros }))).toEqual({ ...ALL, agree: false });
    expect(await probe(subtleWith({ decrypt: zeros }))).toEqual({ ...ALL, open: false });
    const lenient = async (_: unknown, key: CryptoKey, sealed: Uint8Array): Promise<ArrayBuffer> => {
      const tagLess = sealed.slice(0, -16);
      const iv = Uint8Array.of(...fromHex('cafebabefacedbaddecaf888'), 0, 0, 0, 2);
      const raw = await subtle.importKey('raw', await rawKey(key), 'AES-CTR', false, ['decrypt']);
      return subtle.decrypt({ name: 'AES-CTR', counter: iv, length: 32 }, raw, tagLess);
    };
    const rawKey = async (_: CryptoKey): Promise<Uint8Array> =>
      fromHex('feffe9928665731c6d6a8f9467308308'.repeat(2));
    expect(await probe(subtleWith({ decrypt: lenient }))).toEqual({ ...ALL, open: false });
    const another = async (...all: Parameters<SubtleCrypto['decrypt']>): Promise<ArrayBuffer> =>
      new ArrayBuffer((await subtle.decrypt(...all)).byteLength);
    expect(await probe(subtleWith({ decrypt: another }))).toEqual({ ...ALL, open: false });
    expect(await probe(subtleWith({ importKey: 1 }))).toEqual(NOTHING);
  });

  it('[CRY7] what it cannot do at the moment, noble does', async () => {
    const broken = new WebCrypto(subtleWith({ importKey: refusing }), ALL, new Noble());
    for (const { run } of CONTRACT) {
      await run(broken);
    }
    for (const vector of signatures) {
      await checkSignature(broken, vector);
    }
    await checkVectors(broken, vectors);
  });

  it('[CRY7] a page does not wait to know: it verifies from the first moment, and with the browser after', async () => {
    const { key, signature, message } = signatures[0]!;
    const [a, b, c] = [key, signature, message].map(fromHex);
    let can: ICan | null = null;
    const known = new Promise<ICan>(then => {
      const chosen = chooseCrypto(subtle, answered => then((can = answered)));
      const atOnce: boolean[] = [];
      chosen.verify(a!, b!, c!, isGenuine => atOnce.push(isGenuine));
      expect(atOnce).toEqual([true]);
    });
    expect(can).toBeNull();
    expect(await known).toEqual(ALL);
    let isAsked = false;
    const watching = subtleWith({
      verify: async (...all: Parameters<SubtleCrypto['verify']>) => {
        isAsked = true;
        return subtle.verify(...all);
      }
    });
    await new Promise<void>(then => {
      const chosen = chooseCrypto(watching, () => {
        isAsked = false;
        chosen.verify(a!, b!, c!, isGenuine => {
          expect([isAsked, isGenuine]).toEqual([true, true]);
          then();
        });
      });
    });
  });

  it('[CRY7] what a page says while it is left is signed and sealed at once', async () => {
    let chosen: ICrypto | undefined;
    await new Promise<void>(then => (chosen = chooseCrypto(subtle, () => then())));
    for (const crypto of [chosen!, new WebCrypto(subtle, ALL, new Noble()), new Noble(), new Fake()]) {
      const done: string[] = [];
      let signer: ISigner | undefined;
      crypto.signer(new Uint8Array(32).fill(1), made => (signer = made));
      signer!.sign(new Uint8Array(9), () => done.push('signed'));
      crypto.derive(new Uint8Array(32), new Uint8Array(16), 'x', 32, key =>
        crypto.seal(key, new Uint8Array(12), new Uint8Array(3), new Uint8Array(9), () => done.push('sealed'))
      );
      expect(done).toEqual(['signed', 'sealed']);
    }
  });

  it('[CRY7] a listener that throws is not asked twice', async () => {
    let answers = 0;
    const failing: unknown[] = [];
    const hear = (error: unknown): unknown => failing.push(error);
    process.once('unhandledRejection', hear);
    const crypto = new WebCrypto(subtle, ALL, new Noble());
    const { key, signature, message } = signatures[0]!;
    crypto.verify(fromHex(key), fromHex(signature), fromHex(message), () => {
      answers += 1;
      throw new Error('of the listener');
    });
    await new Promise(then => setTimeout(then, 200));
    expect([answers, failing.map(String)]).toEqual([1, ['Error: of the listener']]);
  });
});

describe('noble', () => {
  it('[CRY1] answers the same about a key it has met often', async () => {
    const crypto = new Noble();
    for (let round = 0; round < 8; round += 1) {
      for (const vector of signatures.slice(0, 6)) {
        await checkSignature(crypto, vector);
      }
    }
    const torsion = signatures.filter(each => each.why === 'holds only with the cofactor');
    expect(torsion).toHaveLength(9);
    for (const vector of [...torsion, ...torsion, ...torsion]) {
      await checkSignature(crypto, vector);
    }
  });
});

describe('recent', () => {
  it('what was not asked for longest goes first', () => {
    const recent = new Recent<number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).toBe(1);
    recent.set('c', 3);
    expect([recent.get('a'), recent.get('b'), recent.get('c'), recent.size]).toEqual([1, undefined, 3, 2]);
  });
});
