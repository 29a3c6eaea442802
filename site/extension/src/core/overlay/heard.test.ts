/** What one page does with what a neighbour says, step by step: bounds, who is asked, who is told. */
import * as encoding from 'lib0/encoding';
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { joinBytes } from '../bytes';
import { HIGH_WATER_BYTES } from '../connection';
import {
  encodeEnvelope,
  ENVELOPE_BYTES,
  envelopeId,
  type IEnvelope,
  plainEnvelope,
  SMALL_BYTES
} from '../envelope/envelope';
import { Reader } from '../envelope/reader';
import { VirtualClock } from '../simulation/time';
import { Flood, MOST_PENDING, PULL_MS, type Verdict } from './flood';
import type { Message } from './messages';
import { MAX_DEGREE, Neighbour, Neighbours } from './neighbours';
import { Search, SEEK_MS } from './search';
import { Shelf } from './shelf';
import { decodeMessage, encodeMessage } from './wire';

let clock: VirtualClock;
let neighbours: Neighbours;
/** What went to whom, and on which channel. */
let said: { to: string; channel: string; message: Message }[];

function meet(peer: string): Neighbour {
  const send = (channel: string, bytes: Uint8Array): void => {
    said.push({ to: peer, channel, message: (decodeMessage(bytes) as { value: Message }).value });
  };
  const line = { peer, send, bufferedBytes: () => 0, drained: () => Promise.resolve() };
  const neighbour = new Neighbour(line, digest);
  neighbours.add(neighbour);
  return neighbour;
}

/** Whom was said what since this was asked last. */
function told(type?: Message['type']): string[] {
  const all = said.splice(0).filter(each => !type || each.message.type === type);
  return all.map(({ to, message }) => (type ? to : `${to} ${message.type}`));
}

const envelope = (sequence: number, bytes = 9, kind: IEnvelope['kind'] = 'document'): Uint8Array =>
  encodeEnvelope(
    plainEnvelope(
      { room: new Uint8Array(16), document: 'd', session: 'AAAAAAAAAAAAAAAAAAAAAA', kind },
      sequence,
      new Uint8Array(bytes)
    )
  );
const idOf = (bytes: Uint8Array): string => envelopeId(digest, bytes);
const large = (sequence: number): Uint8Array => envelope(sequence, SMALL_BYTES + 1);

beforeEach(() => {
  clock = new VirtualClock();
  [neighbours, said] = [new Neighbours(), []];
});

describe('envelopes', () => {
  let accepted: { bytes: Uint8Array; then: (verdict: Verdict) => void }[];
  let lost: number;
  let wanted: boolean;
  let hashed: number;
  let flood: Flood;

  beforeEach(() => {
    [accepted, lost, wanted, hashed] = [[], 0, true, 0];
    flood = new Flood({
      ...{ clock, neighbours },
      digest: bytes => ((hashed += 1), digest(bytes)),
      accept: (_, bytes, __, then) => accepted.push({ bytes, then }),
      introduction: () => undefined,
      wants: () => wanted,
      lost: () => (lost += 1)
    });
    ['ada', 'ben', 'cleo'].forEach(meet);
  });

  it('[SYN7] too large or of another version cost no hash', () => {
    const right = envelope(1);
    expect(flood.hear('ada', new Uint8Array(ENVELOPE_BYTES + 1).fill(right[0]!))).toBe('too-large');
    expect(flood.hear('ada', joinBytes([Uint8Array.of(right[0]! + 1), right.subarray(1)]))).toBe('version');
    expect([hashed, accepted.length, flood.counts.refused]).toEqual([0, 0, 2]);
  });

  it('[SYN7] are passed on when they were found genuine, to those who have not got them', () => {
    const [one, two, outputs] = [envelope(1), envelope(2), envelope(3, 9, 'outputs')];
    [one, two, outputs].forEach(bytes => flood.hear('ada', bytes));
    flood.hear('ben', one);
    expect(told()).toEqual([]);
    accepted[0]!.then('pass');
    expect(told()).toEqual(['cleo envelope']);
    accepted[1]!.then('drop');
    expect(told()).toEqual([]);
    accepted[2]!.then('pass');
    expect(said.splice(0).map(({ to, channel }) => [to, channel])).toEqual([
      ['ben', 'bulk'],
      ['cleo', 'bulk']
    ]);
    expect(flood.counts).toEqual({ taken: 2, doubled: 1, refused: 1 });
  });

  it('[SYN7] that cannot be judged yet are looked at again when they come again, others are not', () => {
    const [later, never] = [envelope(1), envelope(2)];
    [later, never].forEach(bytes => flood.hear('ada', bytes));
    accepted[0]!.then('later');
    accepted[1]!.then('drop');
    [later, never].forEach(bytes => flood.hear('ben', bytes));
    expect(accepted.slice(2).map(({ bytes }) => bytes)).toEqual([later]);
  });

  it('[SYN7] wait to be judged in bounded number; what comes on top may come again', () => {
    for (let sequence = 0; sequence <= MOST_PENDING; sequence += 1) {
      flood.hear('ada', envelope(sequence));
    }
    expect([accepted.length, flood.counts.refused]).toEqual([MOST_PENDING, 1]);
    accepted[0]!.then('drop');
    flood.hear('ada', envelope(MOST_PENDING));
    expect(accepted).toHaveLength(MOST_PENDING + 1);
  });

  it('[SYN8] are pulled only where they are large, and no larger than they may be; from one at a time', () => {
    const [id, other] = [idOf(large(1)), idOf(large(2))];
    flood.announced('ada', id, SMALL_BYTES, 'd');
    flood.announced('ada', id, ENVELOPE_BYTES + 1, 'd');
    expect(told()).toEqual([]);
    flood.announced('ada', id, ENVELOPE_BYTES, 'd');
    flood.announced('ben', id, ENVELOPE_BYTES, 'd');
    expect(told()).toEqual(['ada pull']);
    // Who has it not, and was not asked for it, changes nothing; nor does who asks for it here.
    flood.missing('ben', id);
    flood.missing('ben', other);
    flood.pulled('cleo', id);
    expect(told()).toEqual([]);
    flood.announced('ben', id, ENVELOPE_BYTES, 'd');
    flood.missing('ada', id);
    expect(told()).toEqual(['ben pull']);
    clock.advance(PULL_MS + 1);
    expect([told(), lost]).toEqual([['cleo missing'], 1]);
  });

  it('[SYN8] that nobody here looks at are told of once, and pulled for who asks; not for who has them', () => {
    wanted = false;
    const bytes = large(1);
    const id = idOf(bytes);
    flood.announced('ada', id, bytes.length, 'd');
    flood.announced('ben', id, bytes.length, 'd');
    expect(told('announce')).toEqual(['ben', 'cleo']);
    flood.pulled('ada', id);
    flood.pulled('nobody', 'not-known');
    expect(told()).toEqual(['ada missing']);
    flood.pulled('cleo', id);
    expect(told()).toEqual(['ada pull']);
    flood.hear('ada', bytes);
    accepted[0]!.then('pass');
    expect(told()).toEqual(['cleo envelope']);
    flood.pulled('nobody', id);
    expect(told()).toEqual([]);
  });

  it('[SYN8] are told of again to who announced them and then had none: somebody behind them may wait', () => {
    wanted = false;
    const bytes = large(1);
    ['ada', 'ben'].forEach(peer => flood.announced(peer, idOf(bytes), bytes.length, 'd'));
    flood.pulled('cleo', idOf(bytes));
    flood.missing('ada', idOf(bytes));
    told();
    flood.hear('ben', bytes);
    accepted[0]!.then('pass');
    expect(told()).toEqual(['cleo envelope', 'ada announce']);
  });

  it('[SYN8] announced and never sent are remembered in bounded number', () => {
    wanted = false;
    for (let number = 0; number <= 4096; number += 1) {
      flood.announced('ada', `${number}`.padStart(32, ' '), SMALL_BYTES + 1, 'd');
    }
    expect(lost).toBe(1);
  });
});

describe('neighbours', () => {
  it('[SYN7] are at most eight; who is one already takes their own place', () => {
    const all = Array.from({ length: MAX_DEGREE + 1 }, (_, number) => meet(`${number}`));
    const again = new Neighbour({ ...all[0]!['line'], peer: '0' }, digest);
    expect([neighbours.size, neighbours.get(`${MAX_DEGREE}`)]).toEqual([MAX_DEGREE, undefined]);
    expect([neighbours.add(again), neighbours.get('0'), neighbours.size]).toEqual([true, again, MAX_DEGREE]);
  });

  it('[SYN7] are told whose a session is once, where it is known, and again when that is long ago', () => {
    const ada = meet('ada');
    ada.introduce('control', 's', undefined);
    expect(told()).toEqual([]);
    const bytes = Uint8Array.of(1);
    [1, 2].forEach(() => ada.introduce('control', 's', bytes));
    expect(told()).toEqual(['ada introduction']);
    Array.from({ length: 3999 }, (_, number) => ada.introduce('control', `${number}`, bytes));
    expect(told('introduction')).toHaveLength(3999);
    ada.introduce('control', 's', bytes);
    expect(told()).toEqual([]);
    ada.introduce('control', 'one more', bytes);
    ada.introduce('control', 's', bytes);
    expect(told('introduction')).toHaveLength(2);
  });

  it('[SYN7] are sent pieces of logs on the channel that nobody’s keys wait for, and no more than the line takes', async () => {
    let waiting = HIGH_WATER_BYTES;
    const channels: string[] = [];
    const drained = Promise.resolve();
    const ada = new Neighbour(
      {
        ...{ peer: 'ada', send: channel => channels.push(channel) },
        bufferedBytes: channel => (channel === 'bulk' ? waiting : 0),
        drained: () => drained
      },
      digest
    );
    ada.say({ type: 'entries', document: 'd', isLast: true, pieces: [] });
    ada.say({ type: 'found', document: 'd' });
    expect([channels, ada.room()]).toEqual([['bulk', 'control'], null]);
    waiting += 1;
    expect(ada.room()).toBe(drained);
  });
});

describe('large envelopes that are kept', () => {
  it('[SYN8] take room once, and who was asked for last goes last', () => {
    const shelf = new Shelf(30);
    const ten = { session: 's', bytes: new Uint8Array(10) };
    ['a', 'b', 'c', 'c', 'c'].forEach(id => shelf.put(id, ten));
    expect(['a', 'b', 'c'].map(id => shelf.get(id))).toEqual([ten, ten, ten]);
    shelf.get('a');
    shelf.put('d', ten);
    expect(['a', 'b', 'c', 'd'].map(id => shelf.get(id) !== undefined)).toEqual([true, false, true, true]);
  });
});

describe('the search for a document', () => {
  const holders = new Set<string>();
  let isHere: boolean;
  let isEnriched: boolean;
  let carried: string[];
  let search: Search;

  beforeEach(() => {
    [isHere, isEnriched, carried] = [false, false, []];
    holders.clear();
    search = new Search({
      ...{ clock, neighbours, random: () => 0.5 },
      holds: () => isHere,
      holders: () => holders,
      wasEnriched: () => isEnriched,
      offer: peer => carried.push(`offered ${peer}`),
      carry: document => carried.push(document)
    });
    ['ada', 'ben'].forEach(meet);
  });
  const seeks = (ms: number): number => {
    clock.advance(ms);
    return told('seek').length;
  };

  it('[SYN12] goes on while nobody has it, a few times while nobody has more, and not when it is over', () => {
    ['d', 'e'].forEach(document => search.begin(document));
    search.begin('d');
    expect(seeks(SEEK_MS)).toBe(4);
    search.end('d');
    expect(seeks(10_000)).toBe(2);
    search.end();
    expect(seeks(1_000_000)).toBe(0);
    search.begin('d');
    expect(seeks(SEEK_MS)).toBe(2);
    isEnriched = true;
    holders.add('ada');
    expect(seeks(20_000)).toBe(0);
    isEnriched = false;
    expect(seeks(60_000)).toBeGreaterThan(0);
    expect(seeks(3_000_000)).toBe(0);
  });

  it('[SYN12] comes back the way it went, the first one alone, and carries what another asked for', () => {
    search.hearSeek('ada', 'a question, once', 'd');
    expect(told()).toEqual(['ben seek']);
    search.hearTake('ada', 'd');
    expect([told(), carried]).toEqual([[], []]);
    search.hearFound('ben', 'd');
    search.hearFound('cleo', 'd');
    search.hearFound('ben', 'never asked for');
    expect(told()).toEqual(['ada found']);
    search.hearTake('ada', 'd');
    expect([told(), carried]).toEqual([['ben take'], ['d']]);
    isHere = true;
    search.hearTake('ada', 'd');
    expect([told(), carried]).toEqual([[], ['d', 'offered ada']]);
    // Somebody else who looks for it finds it here, also where the way of before is remembered.
    isHere = false;
    search.hearSeek('ben', 'another question', 'd');
    expect(told()).toEqual(['ada seek']);
  });

  it('[SYN12] remembers ways back in bounded number', () => {
    for (let number = 0; number <= 256; number += 1) {
      search.hearSeek('ada', `${number}`.padEnd(16), `${number}`);
    }
    said.length = 0;
    search.hearFound('ben', '0');
    expect(told()).toEqual([]);
    search.hearFound('ben', '1');
    expect(told()).toEqual(['ada found']);
  });
});

describe('messages', () => {
  const kindOf = (bytes: Uint8Array): string => decodeMessage(bytes).kind;
  const summary = (reaches: number, form: number, flags = 0): Uint8Array => {
    const encoder = encoding.createEncoder();
    encoding.writeUint8(
      encoder,
      encodeMessage({ type: 'summary', fresh: false, answer: false, summaries: [] })[0]!
    );
    encoding.writeUint8(encoder, flags);
    encoding.writeVarUint(encoder, 1);
    encoding.writeVarString(encoder, 'd');
    encoding.writeUint8Array(encoder, new Uint8Array(16));
    encoding.writeUint8(encoder, form);
    encoding.writeVarUint(encoder, reaches);
    return encoding.toUint8Array(encoder);
  };

  it('[SYN7] have one spelling: nothing follows, no flag or form is one that there is not', () => {
    const last = encodeMessage({ type: 'entries', document: 'd', isLast: true, pieces: [] });
    const found = encodeMessage({ type: 'found', document: 'd' });
    expect([last, found, summary(0, 1), summary(0, 2, 3)].map(kindOf)).toEqual(Array(4).fill('read'));
    const wrong = [
      joinBytes([last.subarray(0, -1), Uint8Array.of(2)]),
      joinBytes([found, Uint8Array.of(0)]),
      summary(0, 3),
      summary(0, 1, 4)
    ];
    expect(wrong.map(kindOf)).toEqual(Array(4).fill('fault'));
  });

  it('[SYN7] with lists longer than any may be, or than what comes, take no longer than what comes', () => {
    const [who, ask] = (['who', 'ask'] as const).map(type =>
      encodeMessage(type === 'who' ? { type, known: [] } : { type, document: 'd', wants: [] }).slice(0, -1)
    );
    const counted = (front: Uint8Array, count: number): Uint8Array => {
      const encoder = encoding.createEncoder();
      encoding.writeUint8Array(encoder, front);
      encoding.writeVarUint(encoder, count);
      return encoding.toUint8Array(encoder);
    };
    const take = vi.spyOn(Reader.prototype, 'take');
    for (const bytes of [
      ...[8000, 8001].map(count => counted(who!, count)),
      ...[20_000, 20_001].map(count => counted(ask!, count)),
      ...[20_000, 20_001].map(count => summary(count, 1))
    ]) {
      take.mockClear();
      expect(kindOf(bytes)).toBe('fault');
      expect(take.mock.calls.length).toBeLessThan(9);
    }
    take.mockRestore();
    // As many as may be are read, one more is not, though it is all there.
    const heard = (count: number): Uint8Array =>
      encodeMessage({ type: 'who', known: Array(count).fill({ stream: 'abcdef', sequence: 1 }) });
    expect([8000, 8001].map(count => kindOf(heard(count)))).toEqual(['read', 'fault']);
  });
});
