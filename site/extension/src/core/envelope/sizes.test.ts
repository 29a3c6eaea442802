/** What typing costs on the wire: counted, never timed. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { ISigner } from '../crypto';
import { Neighbour } from '../overlay/neighbours';
import { Heads } from '../overlay/shorthand';
import { Chance } from '../simulation/chance';
import { VirtualClock } from '../simulation/time';
import { clientOf, makeSession } from '../session';
import { nodeCrypto } from './crypto.node';
import { type Kind } from './envelope';
import { SessionKeys } from './keys';
import { Sealer } from './seal';

/** DESIGN, decision 6; `envelope_every_ms` in docs/protocol.json. */
const EVERY_MS = 100;
const KEYS = 600;
const WORDS = 'for name, number in sorted(ages.items()):\n    print(f"{name} is {number} years old")\n';

interface ITyped {
  /** Bytes for each key. */
  readonly each: number;
  readonly envelopes: number;
  readonly length: number;
}

/** Types into a cell and counts what is handed to one neighbour. */
function type(perSecond: number, where: 'end' | 'middle', corrects: boolean): ITyped {
  const chance = new Chance(perSecond);
  const clock = new VirtualClock();
  const crypto = nodeCrypto();
  const document = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
  const session = makeSession(bytes => bytes.set(chance.bytes(16)));
  const kind: Kind = 'document';
  let signer: ISigner | null = null;
  crypto.signer(chance.bytes(32), made => (signer = made));
  const sealer = new Sealer(
    { keys: new SessionKeys(crypto), digest, signer: signer! },
    { room: chance.bytes(16), document, session, kind },
    { epoch: 2, key: chance.bytes(32) }
  );
  let bytes = 0;
  const line = {
    peer: 'a neighbour',
    bufferedBytes: 0,
    send: (_: unknown, message: Uint8Array): unknown => (bytes += message.byteLength),
    drained: () => Promise.resolve()
  };
  const neighbour = new Neighbour(line as never, digest);
  const heads = new Heads(digest);

  const doc = new Y.Doc();
  doc.clientID = clientOf(digest, document, 'genesis', session);
  doc.getMap('cells').set('a', new Y.Map([['source', new Y.Text(`${WORDS}${WORDS}`)]]));
  doc.clientID = clientOf(digest, document, '0b'.repeat(16), session);
  const source = doc.getMap<Y.Map<unknown>>('cells').get('a')!.get('source') as Y.Text;

  let queue: Uint8Array[] = [];
  let isPaused = false;
  const flush = (): void => {
    if (queue.length > 0) {
      sealer.seal(queue.length === 1 ? queue[0]! : Y.mergeUpdates(queue), sealed =>
        neighbour.pass('control', heads.of(sealed.bytes))
      );
      queue = [];
      isPaused = true;
      clock.after(EVERY_MS, () => {
        isPaused = false;
        flush();
      });
    }
  };
  doc.on('update', (change: Uint8Array) => {
    queue.push(change);
    if (!isPaused) {
      flush();
    }
  });
  let at = where === 'end' ? source.length : WORDS.length;
  for (let key = 0; key < KEYS; key += 1) {
    if (corrects && key % 16 === 15) {
      source.delete((at -= 1), 1);
    } else {
      source.insert(at, WORDS[key % WORDS.length]!);
      at += 1;
    }
    clock.advance(1000 / perSecond);
  }
  clock.advance(EVERY_MS);
  return { each: bytes / KEYS, envelopes: sealer.count, length: source.length };
}

describe('what a key costs', () => {
  it.each([
    ['end', false],
    ['end', true],
    ['middle', false],
    ['middle', true]
  ] as const)(
    '[ENV11] at most 130 bytes a key at five keys a second and 60 at thirty, signature, seal and chain included: %s, %s',
    (where, corrects) => {
      const slow = type(5, where, corrects);
      const quick = type(30, where, corrects);
      expect([slow.envelopes, quick.envelopes]).toEqual([KEYS, KEYS / 3 + 1]);
      expect(slow.each).toBeLessThanOrEqual(130);
      expect(quick.each).toBeLessThanOrEqual(60);
    }
  );
});
