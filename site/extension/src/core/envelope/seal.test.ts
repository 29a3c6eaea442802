import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import { joinBytes } from '../bytes';
import type { ICrypto, ISigner } from '../crypto';
import { Chance } from '../simulation/chance';
import { makeSession } from '../session';
import { CHAIN_EVERY, firstLink, nextLink, type Stream } from './chain';
import { nodeCrypto } from './crypto.node';
import {
  decodeEnvelope,
  encodeEnvelope,
  encodeFront,
  ENVELOPE_BYTES,
  type IEnvelope,
  type Kind,
  KINDS,
  plainEnvelope,
  VERSION
} from './envelope';
import { type IDocumentKey, SessionKeys } from './keys';
import { CHANGE_BYTES, PAYLOAD_BYTES } from './parts';
import { type ISealed, nonceOf, openEnvelope, Sealer, verifyEnvelope } from './seal';
import { Seals } from './seals';

const root = new URL('../../../../../', import.meta.url);
const limits = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8')) as Record<
  string,
  number
>;
const toHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const fromHex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'));

const chance = new Chance(41);
const crypto = nodeCrypto();
const stream: Stream = {
  room: chance.bytes(16),
  document: `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`,
  session: makeSession(bytes => bytes.set(chance.bytes(16))),
  kind: 'document'
};
const first: IDocumentKey = { epoch: 1, key: chance.bytes(32) };
const second: IDocumentKey = { epoch: 2, key: chance.bytes(32) };

/** What calls back at once, called. */
function now<Value>(ask: (then: (value: Value) => void) => void): Value {
  let got: { value: Value } | null = null;
  ask(value => (got = { value }));
  return (got as { value: Value } | null)!.value;
}

const signerOf = (seed: Uint8Array): ISigner => now(then => crypto.signer(seed, then));
const signer = signerOf(chance.bytes(32));
const stranger = signerOf(chance.bytes(32));
const keys = new SessionKeys(crypto);
const ports = { keys, digest, signer };

const isGenuine = (key: Uint8Array, bytes: Uint8Array): boolean => {
  const read = decodeEnvelope(bytes);
  return read.kind === 'read' && now<boolean>(then => verifyEnvelope(crypto, key, read.value, bytes, then));
};
const opened = (documentKey: Uint8Array, bytes: Uint8Array): Uint8Array | null => {
  const read = decodeEnvelope(bytes);
  return read.kind === 'fault' ? null : now(then => openEnvelope(keys, documentKey, read.value, bytes, then));
};
/** The envelope with something else in it, the signature as it was. */
const altered = (bytes: Uint8Array, change: Partial<IEnvelope>): Uint8Array => {
  const read = decodeEnvelope(bytes);
  return encodeEnvelope({ ...(read as { value: IEnvelope }).value, ...change });
};
/** The same, and signed as its author would have. */
const resigned = (bytes: Uint8Array, change: Partial<IEnvelope>): Uint8Array => {
  const unsigned = altered(bytes, { ...change, signature: new Uint8Array(0) }).slice(0, -1);
  const title = new Uint8Array([19, ...Buffer.from('peerbook envelope 1')]);
  const signature = now<Uint8Array>(then => signer.sign(joinBytes([title, unsigned]), then));
  return joinBytes([unsigned, new Uint8Array([64]), signature]);
};

/** Every place of an envelope, said otherwise. */
const ELSEWHERE: readonly (readonly [string, Partial<IEnvelope>])[] = [
  ['class', { room: chance.bytes(16) }],
  ['class of another length', { room: chance.bytes(17) }],
  ['document', { document: `${'5e'.repeat(32)}.lecture.${'0a'.repeat(16)}` }],
  ['session', { session: makeSession(bytes => bytes.set(chance.bytes(16))) }],
  ['epoch', { epoch: 2 }],
  ['kind', { kind: 'outputs' }],
  ['sequence', { sequence: 4 }],
  ['part', { parts: 2, part: 1 }],
  ['payload', { payload: chance.bytes(40) }]
];

let sealed: ISealed[];
let sealer: Sealer;

beforeEach(() => {
  sealed = [];
  sealer = new Sealer(ports, stream, first);
});

const say = (...changes: Uint8Array[]): void =>
  changes.forEach(change => sealer.seal(change, each => sealed.push(each)));
const text = (words: string): Uint8Array => new Uint8Array(Buffer.from(words));

describe('sealing', () => {
  it('[ENV1] whoever has the session key can tell that an envelope is of that session, and anything else is not', () => {
    say(text('one'), text('two'), text('three'), text('four'));
    sealed.forEach(({ bytes }) => expect(isGenuine(signer.key, bytes)).toBe(true));
    const { bytes } = sealed[3]!;
    expect(isGenuine(stranger.key, bytes)).toBe(false);
    for (const [, change] of ELSEWHERE) {
      expect(isGenuine(signer.key, altered(bytes, change))).toBe(false);
    }
    // Each single byte counts.
    for (let at = 0; at < bytes.byteLength; at += 1) {
      const other = bytes.slice();
      other[at]! ^= 1 << chance.below(8);
      expect(isGenuine(signer.key, other)).toBe(false);
    }
  });

  it('[ENV1] an envelope without a signature, or one of another message, is nobody’s', () => {
    say(text('one'));
    const { bytes } = sealed[0]!;
    expect(isGenuine(signer.key, altered(bytes, { signature: new Uint8Array(0) }))).toBe(false);
    const bare = now<Uint8Array>(then => signer.sign(bytes.subarray(0, -65), then));
    expect(isGenuine(signer.key, altered(bytes, { signature: bare }))).toBe(false);
  });

  it.each(ELSEWHERE)(
    '[ENV2] what is sealed for one place does not open in another, signed or not: %s',
    (_, change) => {
      say(text('one'), text('two'), text('three'), text('a secret of some length'));
      const { bytes } = sealed[3]!;
      expect(opened(first.key, bytes)).toEqual(text('a secret of some length'));
      const other = resigned(bytes, change);
      expect(isGenuine(signer.key, other)).toBe(true);
      expect(opened(first.key, other)).toBeNull();
    }
  );

  it('[ENV2] it opens with the document’s key of its epoch alone, and the words are nowhere in it', () => {
    say(text('a secret of some length'));
    sealer.use(second);
    say(text('a secret of another time'));
    const [old, young] = sealed.map(({ bytes }) => bytes) as [Uint8Array, Uint8Array];
    expect(sealed.map(({ envelope }) => envelope.epoch)).toEqual([1, 2]);
    expect([opened(first.key, old), opened(second.key, old)]).toEqual([
      text('a secret of some length'),
      null
    ]);
    expect([opened(first.key, young), opened(second.key, young)]).toEqual([
      null,
      text('a secret of another time')
    ]);
    expect(Buffer.from(old).includes('secret')).toBe(false);
    // The signature may be checked later, or be known: it is no part of the seal.
    expect(opened(first.key, altered(old, { signature: new Uint8Array(64) }))).not.toBeNull();
  });

  it('[ENV2] what is sealed in another epoch opens in none, whoever swapped the number', () => {
    const same: IDocumentKey = { epoch: 5, key: first.key };
    const other = new Sealer(ports, stream, same);
    other.seal(text('again'), each => sealed.push(each));
    expect(opened(first.key, resigned(sealed[0]!.bytes, { epoch: 1 }))).toBeNull();
  });

  it('[ENV2] a sealed payload that holds nothing is none', () => {
    const front = encodeFront({
      ...stream,
      ...first,
      sequence: 0,
      part: 0,
      parts: 1,
      chain: new Uint8Array(0)
    });
    const key = now<Uint8Array>(then => keys.of(first.key, stream.session, 'envelope', 'document', then));
    const empty = now<Uint8Array>(then => crypto.seal(key, nonceOf(0), front, new Uint8Array(0), then));
    say(text('one'));
    expect(opened(first.key, resigned(sealed[0]!.bytes, { payload: empty }))).toBeNull();
    expect(sealer.seal(new Uint8Array(0), () => expect.fail())).toBe(0);
  });

  it('[ENV3] no nonce is used twice under a key, whatever is said of what, in whatever epoch, and however late', () => {
    const used = new Set<string>();
    let uses = 0;
    const late: (() => void)[] = [];
    const real = nodeCrypto(run => (late.length < 50 && chance.is(0.5) ? late.push(run) : run()));
    const watching: ICrypto = {
      ...real,
      seal: (key, nonce, head, plain, then) => {
        used.add(`${toHex(key)} ${toHex(nonce)}`);
        uses += 1;
        real.seal(key, nonce, head, plain, then);
      }
    };
    const sessions = [0, 1].map(() => makeSession(bytes => bytes.set(chance.bytes(16))));
    const all = sessions.map(
      session => new Seals({ keys: new SessionKeys(watching, 3), digest, signer, room: stream.room, session })
    );
    const told = new Map<string, number[]>();
    const [a1, a2, b1] = [chance.bytes(32), chance.bytes(32), chance.bytes(32)];
    for (let turn = 0; turn < 1500; turn += 1) {
      const [document, kind] = [chance.pick(['a', 'b']), chance.pick(KINDS)];
      const at = chance.below(2);
      // A document has its own; one that comes back in another epoch is the worst case.
      const key = { epoch: chance.below(3), key: chance.pick(document === 'a' ? [a1, a2] : [b1]) };
      const size = chance.is(0.01) ? 3 * PAYLOAD_BYTES : 20;
      all[at]!.seal(document, kind, key, chance.bytes(size), ({ envelope }) => {
        const name = `${at} ${document} ${kind}`;
        told.set(name, [...(told.get(name) ?? []), envelope.sequence]);
      });
      if (chance.is(0.3)) {
        chance.shuffle(late.splice(0)).forEach(run => run());
      }
    }
    while (late.length > 0) {
      chance.shuffle(late.splice(0)).forEach(run => run());
    }
    expect(all.map(({ waiting }) => waiting)).toEqual([0, 0]);
    expect(uses).toBeGreaterThan(1500);
    expect(used.size).toBe(uses);
    expect(told.size).toBe(16);
    told.forEach(sequences => expect(sequences).toEqual(sequences.map((_, index) => index)));
  });

  it('[ENV3] the nonce is the sequence, and a key is of one session, document, epoch, kind and purpose', () => {
    expect([0, 1, 2 ** 32, 2 ** 53 - 1].map(sequence => toHex(nonceOf(sequence)))).toEqual([
      '000000000000000000000000',
      '000000000000000000000001',
      '000000000000000100000000',
      '00000000001fffffffffffff'
    ]);
    const other = makeSession(bytes => bytes.set(chance.bytes(16)));
    const derived = new Set<string>();
    for (const documentKey of [first.key, second.key]) {
      for (const session of [stream.session, other]) {
        for (const purpose of ['envelope', 'segment'] as const) {
          KINDS.forEach(kind => keys.of(documentKey, session, purpose, kind, key => derived.add(toHex(key))));
        }
      }
    }
    expect(derived.size).toBe(2 * 2 * 2 * KINDS.length);
  });

  it('[ENV3] derived keys are kept, as many as there is room for', () => {
    let asked = 0;
    const counting = new SessionKeys(
      {
        ...crypto,
        derive: (...given) => {
          asked += 1;
          crypto.derive(...given);
        }
      },
      2
    );
    const ask = (kind: Kind): void =>
      counting.of(first.key, stream.session, 'envelope', kind, () => undefined);
    (['document', 'document', 'outputs', 'document'] as const).forEach(ask);
    expect([asked, counting.size]).toEqual([2, 2]);
    ask('record');
    expect([asked, counting.size]).toEqual([3, 2]);
    ask('document');
    expect(asked).toBe(3);
    ask('outputs');
    expect([asked, counting.size]).toEqual([4, 2]);
    counting.forget();
    expect(counting.size).toBe(0);
  });

  it('[ENV4] every sixteenth envelope carries the chain of those before, and no other does', () => {
    say(...Array.from({ length: 40 }, (_, index) => text(`change ${index}`)));
    let chain = firstLink(digest, stream);
    sealed.forEach(({ envelope, bytes, id, chain: after }, index) => {
      const carries = index > 0 && index % 16 === 0;
      expect(toHex(envelope.chain)).toBe(carries ? toHex(chain) : '');
      expect(toHex(id)).toBe(toHex(digest(bytes)));
      chain = digest(joinBytes([chain, digest(bytes)]));
      expect(toHex(nextLink(digest, after, id))).not.toBe(toHex(chain));
      expect(toHex(after)).toBe(toHex(chain));
    });
    expect([sealer.count, toHex(sealer.chain)]).toEqual([40, toHex(chain)]);
    expect(CHAIN_EVERY).toBe(limits.chain_every);
  });

  it('[ENV4] a chain where there should be none, or none where it should be, is not genuine, though signed', () => {
    say(...Array.from({ length: 18 }, (_, index) => text(`change ${index}`)));
    const [first, sixteenth, last] = [0, 16, 17].map(index => sealed[index]!.bytes) as [
      Uint8Array,
      Uint8Array,
      Uint8Array
    ];
    expect(isGenuine(signer.key, resigned(sixteenth, {}))).toBe(true);
    expect(isGenuine(signer.key, resigned(sixteenth, { chain: new Uint8Array(0) }))).toBe(false);
    expect(isGenuine(signer.key, resigned(last, { chain: chance.bytes(32) }))).toBe(false);
    expect(isGenuine(signer.key, resigned(first, { chain: chance.bytes(32) }))).toBe(false);
  });

  it('[ENV4] a chain begins in its class, document, session and kind', () => {
    const starts = [
      {},
      ...ELSEWHERE.slice(0, 4).map(([, change]) => change),
      { kind: 'outputs' as const }
    ].map(change => toHex(firstLink(digest, { ...stream, ...change })));
    expect(new Set(starts).size).toBe(starts.length);
    const whole = `10${Buffer.from('peerbook chain 1').toString('hex')}10${toHex(stream.room)}`;
    const name = `${(1 + stream.document.length - 1).toString(16)}${Buffer.from(stream.document).toString('hex')}`;
    const rest = `${Buffer.from(stream.session, 'base64url').toString('hex')}00`;
    expect(starts[0]).toBe(toHex(digest(fromHex(whole + name + rest))));
  });

  it('[ENV5] an envelope of another version is refused before anything else, and none without a signature is genuine', () => {
    say(text('one'));
    const { bytes } = sealed[0]!;
    for (let version = 0; version < 128; version += 1) {
      const other = bytes.slice();
      other[0] = version;
      const fault = { kind: 'fault', fault: 'version' };
      expect(version === VERSION || decodeEnvelope(other)).toEqual(version === VERSION || fault);
    }
    const { room, document, session, kind } = stream;
    const plain = encodeEnvelope(plainEnvelope({ room, document, session, kind }, 0, text('one')));
    expect(isGenuine(signer.key, plain)).toBe(false);
  });

  it('[ENV6] a large change is sealed part by part, each of which can be told and opened alone', () => {
    const change = chance.bytes(3 * PAYLOAD_BYTES + 5);
    say(text('before'), change, text('after'));
    expect(sealed.length).toBe(6);
    expect(sealed.map(({ envelope }) => [envelope.sequence, envelope.part, envelope.parts])).toEqual([
      [0, 0, 1],
      [1, 0, 4],
      [2, 1, 4],
      [3, 2, 4],
      [4, 3, 4],
      [5, 0, 1]
    ]);
    const parts = chance.shuffle(sealed.slice(1, 5)).map(({ bytes, envelope: { part } }) => {
      expect(isGenuine(signer.key, bytes)).toBe(true);
      return { part, plain: opened(first.key, bytes)! };
    });
    const inOrder = parts.sort((a, b) => a.part - b.part).map(({ plain }) => plain);
    expect(toHex(digest(joinBytes(inOrder)))).toBe(toHex(digest(change)));
    expect(sealer.seal(new Uint8Array(CHANGE_BYTES + 1), () => expect.fail())).toBe(0);
  });

  it('[ENV6] all parts of a change are of one epoch, and stand together, however late they are made', () => {
    const late: (() => void)[] = [];
    const slow = nodeCrypto(run => late.push(run));
    const waiting = new Sealer({ keys: new SessionKeys(slow), digest, signer }, stream, first);
    waiting.seal(chance.bytes(2 * PAYLOAD_BYTES), each => sealed.push(each));
    waiting.use(second);
    waiting.seal(text('after'), each => sealed.push(each));
    expect([waiting.waiting, sealed.length]).toEqual([3, 0]);
    while (late.length > 0) {
      late.shift()!();
    }
    expect(waiting.waiting).toBe(0);
    expect(sealed.map(({ envelope: { epoch, part, parts } }) => [epoch, part, parts])).toEqual([
      [1, 0, 2],
      [1, 1, 2],
      [2, 0, 1]
    ]);
    sealed.forEach(({ envelope, bytes }) =>
      expect(opened(envelope.epoch === 1 ? first.key : second.key, bytes)).not.toBeNull()
    );
  });

  it('[ENV6] the largest part fits in an envelope, with the longest name, class and numbers', () => {
    const front = encodeFront({
      room: new Uint8Array(32),
      document: '~'.repeat(255),
      session: stream.session,
      kind: 'outputs',
      epoch: Number.MAX_SAFE_INTEGER,
      sequence: Number.MAX_SAFE_INTEGER - (Number.MAX_SAFE_INTEGER % 16),
      part: 254,
      parts: 255,
      chain: new Uint8Array(32)
    });
    expect(front.byteLength + 3 + PAYLOAD_BYTES + 16 + 65).toBeLessThanOrEqual(ENVELOPE_BYTES);
  });

  it('[ENV4] what is said while something is being told comes after it', () => {
    const order: number[] = [];
    const note = ({ envelope }: ISealed): unknown => order.push(envelope.sequence);
    sealer.seal(text('one'), each => {
      sealer.seal(text('three'), note);
      note(each);
    });
    sealer.seal(text('two'), note);
    expect(order).toEqual([0, 1, 2]);
    expect(() =>
      sealer.seal(text('four'), () => {
        throw new Error('whoever listens');
      })
    ).toThrow('whoever listens');
    sealer.seal(text('five'), note);
    // However much it is.
    sealer.seal(text('six'), () => {
      for (let more = 0; more < 4000; more += 1) {
        sealer.seal(text('more'), () => undefined);
      }
    });
    expect([sealer.count, sealer.waiting]).toEqual([4006, 0]);
    expect(order).toEqual([0, 1, 2, 4]);
  });

  it('[ENV1] a stream that no envelope can have is refused at once', () => {
    expect(() => new Sealer(ports, { ...stream, document: 'a b' }, first)).toThrow('document');
  });
});
