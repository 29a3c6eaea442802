/**
 * What every cryptography must do; run on each implementation, in Node and in a browser. The vectors of
 * `tests/protocol` are for the real ones (`checkSignature`, `checkVector`), everything else for the fake one too.
 */
import { sameBytes } from '../core/bytes';
import type { IAgreement, ICrypto, ISigner } from '../core/crypto';
import { fromHex } from './hex';

export interface ICase {
  readonly title: string;
  readonly run: (crypto: ICrypto) => Promise<void>;
}

/** A row of `tests/protocol/ed25519.json`; bytes in hex. */
export interface ISignatureVector {
  readonly title: string;
  readonly key: string;
  readonly signature: string;
  readonly message: string;
  readonly genuine: boolean;
  readonly why: string;
}

/** `tests/protocol/crypto.json`; bytes in hex, null for what is refused. */
export interface IVectors {
  readonly signers: readonly IRow<'seed' | 'key' | 'message' | 'signature'>[];
  readonly agreements: readonly (IRow<'seed' | 'key' | 'theirs'> & { readonly secret: string | null })[];
  readonly sealed: readonly (IRow<'key' | 'nonce' | 'head' | 'sealed'> & { readonly plain: string | null })[];
  readonly derived: readonly (IRow<'secret' | 'salt' | 'info' | 'key'> & { readonly bytes: number })[];
}
type IRow<Field extends string> = { readonly title: string } & Readonly<Record<Field, string>>;

const bytes = (length: number, seed: number): Uint8Array =>
  Uint8Array.from({ length }, (_, index) => (index * 29 + seed * 41 + 7) & 255);
const EMPTY = new Uint8Array(0);

const signerOf = (crypto: ICrypto, seed: Uint8Array): Promise<ISigner> =>
  new Promise(then => crypto.signer(seed, then));
const sign = (signer: ISigner, message: Uint8Array): Promise<Uint8Array> =>
  new Promise(then => signer.sign(message, then));
const verify = (crypto: ICrypto, key: Uint8Array, signature: Uint8Array, message: Uint8Array) =>
  new Promise<boolean>(then => crypto.verify(key, signature, message, then));
const agreementOf = (crypto: ICrypto, seed: Uint8Array): Promise<IAgreement> =>
  new Promise(then => crypto.agreement(seed, then));
const agree = (agreement: IAgreement, theirs: Uint8Array): Promise<Uint8Array | null> =>
  new Promise(then => agreement.agree(theirs, then));
const seal = (crypto: ICrypto, key: Uint8Array, nonce: Uint8Array, head: Uint8Array, plain: Uint8Array) =>
  new Promise<Uint8Array>(then => crypto.seal(key, nonce, head, plain, then));
const open = (crypto: ICrypto, key: Uint8Array, nonce: Uint8Array, head: Uint8Array, sealed: Uint8Array) =>
  new Promise<Uint8Array | null>(then => crypto.open(key, nonce, head, sealed, then));
const derive = (crypto: ICrypto, secret: Uint8Array, salt: Uint8Array, info: string, length: number) =>
  new Promise<Uint8Array>(then => crypto.derive(secret, salt, info, length, then));

/** The same bytes with one bit turned. */
function turned(given: Uint8Array, bit: number): Uint8Array {
  const other = given.slice();
  other[bit >> 3]! ^= 1 << (bit & 7);
  return other;
}

export const CONTRACT: readonly ICase[] = [
  {
    title: '[CRY1] a signature is genuine for its key and message, and for no other',
    run: async crypto => {
      const signer = await signerOf(crypto, bytes(32, 1));
      const other = await signerOf(crypto, bytes(32, 2));
      equal([signer.key.byteLength, sameBytes(signer.key, other.key)], [32, false]);
      for (const message of [EMPTY, bytes(1, 3), bytes(100, 4), bytes(65_536, 5)]) {
        const signature = await sign(signer, message);
        equal(signature.byteLength, 64);
        equal(await verify(crypto, signer.key, signature, message), true);
        equal(await verify(crypto, other.key, signature, message), false);
        equal(await verify(crypto, signer.key, signature, Uint8Array.of(...message, 0)), false);
        equal(await verify(crypto, signer.key, await sign(other, message), message), false);
      }
    }
  },
  {
    title: '[CRY1] a bit turned anywhere is found',
    run: async crypto => {
      const signer = await signerOf(crypto, bytes(32, 6));
      const message = bytes(40, 7);
      const signature = await sign(signer, message);
      for (let bit = 0; bit < 512; bit += 37) {
        equal(await verify(crypto, signer.key, turned(signature, bit), message), false);
        equal(await verify(crypto, turned(signer.key, bit % 256), signature, message), false);
        equal(await verify(crypto, signer.key, signature, turned(message, bit % 320)), false);
      }
      equal(await verify(crypto, signer.key, signature, message), true);
    }
  },
  {
    title: '[CRY1] what has another length is no key and no signature',
    run: async crypto => {
      const signer = await signerOf(crypto, bytes(32, 8));
      const signature = await sign(signer, EMPTY);
      for (const length of [0, 31, 33, 64]) {
        const key = Uint8Array.of(...signer.key, ...signer.key).subarray(0, length);
        equal(await verify(crypto, key, signature, EMPTY), false);
      }
      for (const length of [0, 32, 63, 65, 128]) {
        const other = Uint8Array.of(...signature, ...signature).subarray(0, length);
        equal(await verify(crypto, signer.key, other, EMPTY), false);
      }
    }
  },
  {
    title: '[CRY1] answers each question for itself, and again the same',
    run: async crypto => {
      const signers = await Promise.all([1, 2, 3].map(seed => signerOf(crypto, bytes(32, seed))));
      const messages = Array.from({ length: 8 }, (_, index) => bytes(50, index));
      const answers = signers.flatMap((signer, at) =>
        messages.map(async (message, index) => {
          const signature = await sign(index % 2 ? signer : signers[(at + 1) % 3]!, message);
          return verify(crypto, signer.key, signature, message);
        })
      );
      const expected = signers.flatMap(() => messages.map((_, index) => index % 2 === 1));
      equal(await Promise.all(answers), expected);
    }
  },
  {
    title: '[CRY3] the same seed signs the same',
    run: async crypto => {
      const [one, two] = [await signerOf(crypto, bytes(32, 9)), await signerOf(crypto, bytes(32, 9))];
      equal(one.key, two.key);
      equal(await sign(one, bytes(9, 1)), await sign(two, bytes(9, 1)));
    }
  },
  {
    title: '[CRY4] two agree on one secret, and a third on another',
    run: async crypto => {
      const [a, b, c] = await Promise.all([1, 2, 3].map(seed => agreementOf(crypto, bytes(32, seed))));
      const secret = await agree(a!, b!.key);
      equal(secret?.byteLength, 32);
      equal(await agree(b!, a!.key), secret);
      const others = [await agree(a!, c!.key), await agree(c!, b!.key)];
      equal(
        others.map(other => other && sameBytes(other, secret!)),
        [false, false]
      );
    }
  },
  {
    title: '[CRY4] with a key of small order, of another spelling or another length nothing is secret',
    run: async crypto => {
      const agreement = await agreementOf(crypto, bytes(32, 4));
      const other = (await agreementOf(crypto, bytes(32, 5))).key;
      const [high, prime] = [turned(other, 255), new Uint8Array(32).fill(255)];
      [prime[0], prime[31]] = [0xed, 0x7f];
      for (const key of [EMPTY, other.subarray(1), Uint8Array.of(...other, 0), high, prime]) {
        equal(await agree(agreement, key), null);
      }
      for (const first of [0, 1]) {
        equal(await agree(agreement, Uint8Array.of(first, ...new Uint8Array(31))), null);
      }
    }
  },
  {
    title: '[CRY5] what was sealed opens with the same key, nonce and head, and with no other',
    run: async crypto => {
      const [key, nonce, head] = [bytes(32, 1), bytes(12, 2), bytes(70, 3)];
      for (const plain of [EMPTY, bytes(1, 4), bytes(100, 5), bytes(65_536, 6)]) {
        const sealed = await seal(crypto, key, nonce, head, plain);
        equal(sealed.byteLength, plain.byteLength + 16);
        equal(await open(crypto, key, nonce, head, sealed), plain);
        equal(await open(crypto, turned(key, 255), nonce, head, sealed), null);
        equal(await open(crypto, key, turned(nonce, 95), head, sealed), null);
        equal(await open(crypto, key, nonce, turned(head, 500), sealed), null);
        equal(await open(crypto, key, nonce, EMPTY, sealed), null);
        for (const bit of [0, sealed.byteLength * 4, sealed.byteLength * 8 - 1]) {
          equal(await open(crypto, key, nonce, head, turned(sealed, bit)), null);
        }
      }
    }
  },
  {
    title: '[CRY5] what is too short was sealed by nobody',
    run: async crypto => {
      const [key, nonce] = [bytes(32, 1), bytes(12, 2)];
      const sealed = await seal(crypto, key, nonce, EMPTY, bytes(3, 3));
      for (const length of [0, 1, 15, 16, 18]) {
        equal(await open(crypto, key, nonce, EMPTY, sealed.subarray(0, length)), null);
      }
    }
  },
  {
    title: '[CRY5] sealed is not readable, and differs with the nonce',
    run: async crypto => {
      const plain = new TextEncoder().encode('the word that nobody may find '.repeat(8));
      const one = await seal(crypto, bytes(32, 1), bytes(12, 1), EMPTY, plain);
      const two = await seal(crypto, bytes(32, 1), bytes(12, 2), EMPTY, plain);
      equal([new TextDecoder().decode(one).includes('word'), sameBytes(one, two)], [false, false]);
    }
  },
  {
    title: '[CRY6] a key follows from secret, salt and info, as long as asked for',
    run: async crypto => {
      const key = await derive(crypto, bytes(32, 1), bytes(16, 2), 'peerbook test 1', 32);
      equal(key.byteLength, 32);
      equal(await derive(crypto, bytes(32, 1), bytes(16, 2), 'peerbook test 1', 32), key);
      for (const other of [
        await derive(crypto, bytes(32, 9), bytes(16, 2), 'peerbook test 1', 32),
        await derive(crypto, bytes(32, 1), bytes(16, 9), 'peerbook test 1', 32),
        await derive(crypto, bytes(32, 1), bytes(16, 2), 'peerbook test 2', 32),
        await derive(crypto, bytes(32, 1), EMPTY, 'peerbook test 1', 32)
      ]) {
        equal(sameBytes(other, key), false);
      }
      for (const length of [1, 12, 33, 8160]) {
        equal((await derive(crypto, EMPTY, EMPTY, '', length)).byteLength, length);
      }
    }
  },
  {
    title: '[CRY8] keeps its own copy of the bytes',
    run: async crypto => {
      const seed = bytes(32, 1);
      const making = [signerOf(crypto, seed), agreementOf(crypto, seed)] as const;
      seed.fill(0);
      const signer = await making[0];
      equal(signer.key, (await signerOf(crypto, bytes(32, 1))).key);
      const other = await agreementOf(crypto, bytes(32, 2));
      equal(await agree(await making[1], other.key), await agree(other, (await making[1]).key));
      const [message, signature] = [bytes(60, 3), await sign(signer, bytes(60, 3))];
      const asked = verify(crypto, signer.key, signature, message);
      [message, signature].forEach(each => each.fill(0));
      equal(await asked, true);
      const sealed = await seal(crypto, bytes(32, 4), bytes(12, 5), EMPTY, bytes(60, 6));
      const opened = open(crypto, bytes(32, 4), bytes(12, 5), EMPTY, sealed);
      sealed.fill(0);
      equal(await opened, bytes(60, 6));
    }
  },
  {
    title: '[CRY8] a secret is not in what can be read, printed or sent',
    run: async crypto => {
      const seed = new TextEncoder().encode('a seed that nobody ever may read');
      for (const made of [await signerOf(crypto, seed), await agreementOf(crypto, seed)]) {
        for (const [name, value] of Object.entries(made)) {
          const isSecret = value instanceof Uint8Array && sameBytes(value, seed);
          equal([name, isSecret], [name, false]);
        }
        equal(JSON.stringify(made).includes('97,32,115'), false);
        equal(JSON.stringify(made).includes('"0":97,"1":32'), false);
      }
    }
  },
  {
    title: '[CRY8] own mistakes are said at once: keys, nonces and lengths that cannot be',
    run: crypto => {
      const never = (): never => {
        throw new Error('answered');
      };
      const mistakes: (() => void)[] = [
        () => crypto.signer(bytes(31, 1), never),
        () => crypto.agreement(bytes(33, 1), never),
        () => crypto.seal(bytes(16, 1), bytes(12, 1), EMPTY, EMPTY, never),
        () => crypto.seal(bytes(32, 1), bytes(16, 1), EMPTY, EMPTY, never),
        () => crypto.open(bytes(31, 1), bytes(12, 1), EMPTY, bytes(20, 1), never),
        () => crypto.open(bytes(32, 1), bytes(11, 1), EMPTY, bytes(20, 1), never),
        () => crypto.derive(EMPTY, EMPTY, '', 8161, never),
        () => crypto.derive(EMPTY, EMPTY, '', 0, never)
      ];
      for (const mistake of mistakes) {
        let said: unknown = null;
        try {
          mistake();
        } catch (error) {
          said = error;
        }
        equal(said instanceof RangeError, true);
      }
      return Promise.resolve();
    }
  }
];

export async function checkSignature(crypto: ICrypto, vector: ISignatureVector): Promise<void> {
  const [key, signature, message] = [vector.key, vector.signature, vector.message].map(fromHex);
  equal(await verify(crypto, key!, signature!, message!), vector.genuine);
  equal(await verify(crypto, key!, signature!, message!), vector.genuine);
}

/** Every row of `crypto.json`. */
export async function checkVectors(crypto: ICrypto, vectors: IVectors): Promise<void> {
  for (const row of vectors.signers) {
    const signer = await signerOf(crypto, fromHex(row.seed));
    equal([row.title, signer.key], [row.title, fromHex(row.key)]);
    equal(await sign(signer, fromHex(row.message)), fromHex(row.signature));
    equal(await verify(crypto, signer.key, fromHex(row.signature), fromHex(row.message)), true);
  }
  for (const row of vectors.agreements) {
    const agreement = await agreementOf(crypto, fromHex(row.seed));
    equal([row.title, agreement.key], [row.title, fromHex(row.key)]);
    const secret = await agree(agreement, fromHex(row.theirs));
    equal([row.title, secret], [row.title, row.secret === null ? null : fromHex(row.secret)]);
  }
  for (const row of vectors.sealed) {
    const [key, nonce, head, sealed] = [row.key, row.nonce, row.head, row.sealed].map(fromHex);
    const plain = await open(crypto, key!, nonce!, head!, sealed!);
    equal([row.title, plain], [row.title, row.plain === null ? null : fromHex(row.plain)]);
    if (plain) {
      equal([row.title, await seal(crypto, key!, nonce!, head!, plain)], [row.title, sealed]);
    }
  }
  for (const row of vectors.derived) {
    const key = await derive(crypto, fromHex(row.secret), fromHex(row.salt), row.info, row.bytes);
    equal([row.title, key], [row.title, fromHex(row.key)]);
  }
}

function equal(actual: unknown, expected: unknown): void {
  const [a, b] = [JSON.stringify(plainly(actual)), JSON.stringify(plainly(expected))];
  if (a !== b) {
    throw new Error(`expected ${b.slice(0, 400)}, got ${a.slice(0, 400)}`);
  }
}

function plainly(value: unknown): unknown {
  if (value instanceof Uint8Array) {
    return [...value];
  }
  return Array.isArray(value) ? value.map(plainly) : (value ?? null);
}
