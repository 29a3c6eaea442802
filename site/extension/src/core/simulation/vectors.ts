/**
 * Golden vectors that Python is held to, made by the page's own code: `tests/protocol/messages.json` and `replicas.json`.
 * Written anew by `PEERBOOK_VECTORS=write npx vitest run src/core/simulation/vectors`, only when a rule of SPEC.md changes.
 */
import { digest } from 'lib0/hash/sha256';
import * as Y from 'yjs';
import { orderOf, textOf, typeOf } from '../document/cells';
import { makeGenesis } from '../document/genesis';
import { normalNotebook } from '../document/normal';
import { hex } from '../document/source';
import type { Message } from '../overlay/messages';
import { encodeMessage } from '../overlay/wire';
import { clientOf, sessionText } from '../session';
import { stateDigest, vectorOf } from '../sync/digest';
import { Chance } from './chance';
import { Members } from './members';
import { FAIR, Network } from './network';
import { type IWorld, Person } from './person';
import { VirtualClock } from './time';

const DOCUMENT = `${'5e'.repeat(32)}.team.${'0a'.repeat(16)}`;
const text = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

export interface IMessageRow {
  readonly title: string;
  readonly bytes: string;
  readonly reads?: Record<string, unknown>;
  readonly fault?: string;
}

export function messageRows(): IMessageRow[] {
  const chance = new Chance(1);
  const [id, other] = [text(chance.bytes(32)), chance.bytes(16)];
  const reach = { session: sessionText(chance.bytes(16)), count: 128, chain: chance.bytes(16) };
  const good: Record<string, Message> = {
    'an envelope': { type: 'envelope', bytes: new Uint8Array([2, 2, 3]) },
    short: { type: 'short', reference: text(chance.bytes(3)), tail: other },
    'short without a tail': { type: 'short', reference: text(chance.bytes(3)), tail: new Uint8Array() },
    announce: { type: 'announce', id, size: 20_000, document: DOCUMENT },
    pull: { type: 'pull', id },
    missing: { type: 'missing', id },
    'no summary': { type: 'summary', fresh: true, answer: false, summaries: [] },
    summary: {
      type: 'summary',
      fresh: false,
      answer: true,
      summaries: [
        { document: DOCUMENT, digest: other, reaches: null, isWhole: false },
        { document: 'd', digest: chance.bytes(16), reaches: [reach], isWhole: false },
        { document: 'e', digest: chance.bytes(16), reaches: [], isWhole: true }
      ]
    },
    ask: { type: 'ask', document: DOCUMENT, wants: [{ session: reach.session, from: 300 }] },
    entries: {
      type: 'entries',
      document: DOCUMENT,
      isLast: true,
      pieces: [chance.bytes(40), chance.bytes(3)]
    },
    'no entries': { type: 'entries', document: DOCUMENT, isLast: false, pieces: [] },
    'who, knowing nobody': { type: 'who', known: [] },
    who: { type: 'who', known: [{ stream: text(chance.bytes(6)), sequence: 300 }] },
    unknown: { type: 'unknown', reference: text(chance.bytes(3)) },
    seek: { type: 'seek', id: text(chance.bytes(16)), document: DOCUMENT },
    found: { type: 'found', document: DOCUMENT },
    take: { type: 'take', document: 'é' },
    introduction: { type: 'introduction', bytes: chance.bytes(30) },
    'who is': { type: 'who-is', session: reach.session },
    statement: { type: 'statement', bytes: chance.bytes(30) },
    fork: { type: 'fork', bytes: chance.bytes(30) },
    knock: { type: 'knock', bytes: chance.bytes(30) },
    admit: { type: 'admit', bytes: chance.bytes(30) }
  };
  const bad: Record<string, readonly [number[], string]> = {
    nothing: [[], 'empty'],
    'a type nobody says': [[178], 'type'],
    'a type of the version before': [[132, 3, 0], 'type'],
    'the last byte before the types': [[159], 'type'],
    'the last byte there is': [[255], 'type'],
    'a pull that is cut short': [[162, 1], 'garbled'],
    'a pull with a byte too many': [[162, ...new Array<number>(33).fill(1)], 'garbled'],
    'entries without anything': [[166], 'garbled'],
    'entries that are neither the last nor not': [[166, 1, 100, 2], 'garbled'],
    'an entry that is cut short': [[166, 1, 100, 1, 5, 1, 1], 'garbled'],
    'a summary in no form': [[164, 0, 1, 1, 100, ...new Array<number>(16).fill(0), 3, 0], 'garbled'],
    'more summaries than may be': [[164, 0, 129, 2], 'garbled'],
    'a name that is not UTF-8': [[170, 1, 255], 'garbled'],
    'a number in two bytes that needs one': [[167, 128, 0], 'garbled'],
    'a question that is cut short': [[165, 1, 100, 2, 1, 1], 'garbled'],
    'a session that is cut short': [[173, 1, 1], 'garbled']
  };
  return [
    ...Object.entries(good).map(([title, message]) => ({
      title,
      bytes: hex(encodeMessage(message)),
      reads: plain(message) as Record<string, unknown>
    })),
    ...Object.entries(bad).map(([title, [bytes, fault]]) => ({
      title,
      bytes: hex(new Uint8Array(bytes)),
      fault
    }))
  ];
}

export function unhex(text: string): Uint8Array {
  return Uint8Array.from(text.match(/../g) ?? [], pair => parseInt(pair, 16));
}

/** As JSON: bytes and ids in hex, a vector as pairs. */
export function plain(value: unknown, key = ''): unknown {
  if (value instanceof Uint8Array) {
    return hex(value);
  }
  if (value instanceof Map) {
    return [...value];
  }
  if (Array.isArray(value)) {
    return value.map(each => plain(each));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([field, each]) => [field, plain(each, field)]));
  }
  const isId = ['id', 'reference', 'stream'].includes(key);
  return isId ? hex(Uint8Array.from(String(value), character => character.charCodeAt(0))) : value;
}

export interface IReplicaRow {
  readonly seed: number;
  readonly genesis: string;
  /** Changes of several people, in an order in which many have to wait. */
  readonly updates: readonly string[];
  readonly digest: string;
  readonly vector: readonly (readonly [number, number])[];
  readonly cells: readonly { readonly id: string; readonly cell_type: string; readonly source: string }[];
}

/** What a class of three wrote, as one of them came to know it. */
export function replicaRow(seed: number, deeds: number): IReplicaRow {
  const chance = new Chance(seed);
  const clock = new VirtualClock();
  const network = new Network(clock, chance, FAIR);
  const cells = ['a', 'b', 'c'].map(id => ({ id, cell_type: 'code', source: `<${id} ä😀>`, metadata: {} }));
  const genesis = makeGenesis(
    normalNotebook({ nbformat: 4, nbformat_minor: 5, metadata: {}, cells }).notebook
  );
  const world: IWorld = {
    ...{ clock, chance, genesis, document: DOCUMENT, members: new Members(chance, digest) },
    isSilent: true
  };
  const people = ['A', 'B', 'C'].map(name => new Person(name, world));
  const updates: Uint8Array[] = [];
  people[0]!.doc.on('update', (update: Uint8Array) => updates.push(update));
  for (const one of people) {
    people.filter(each => each !== one).forEach(each => one.connect(network.line(one.session, each)));
  }
  for (let deed = 0; deed < deeds; deed += 1) {
    chance.pick(people).deeds.act(new Set());
    clock.advance(chance.below(200));
  }
  clock.advance(60_000);
  const [first] = people as [Person];
  return {
    seed,
    genesis: hex(genesis),
    updates: chance.shuffle(updates).map(hex),
    digest: hex(stateDigest(first.doc, digest)),
    vector: [...vectorOf(first.doc)].sort(([a], [b]) => a - b),
    cells: orderOf(first.doc).map(({ id, cell }) => ({ id, cell_type: typeOf(cell), source: textOf(cell) }))
  };
}

/** Sessions and the clientIDs they write under. */
export function clientRows(): { document: string; session: string; client: number }[] {
  const chance = new Chance(3);
  return Array.from({ length: 5 }, (_, index) => {
    const session = sessionText(chance.bytes(16));
    const document = index === 0 ? 'records' : `${DOCUMENT}/outputs.${hex(chance.bytes(16))}`;
    return { document, session, client: clientOf(digest, document, '', session) };
  });
}

/** A replica of the row's changes, applied by yjs itself in the order given. */
export function replay({ genesis, updates }: IReplicaRow): Y.Doc {
  const doc = new Y.Doc();
  [genesis, ...updates].forEach(update => Y.applyUpdate(doc, unhex(update)));
  return doc;
}
