/**
 * What a class signed and sealed in a lesson, and what becomes of it here in whatever order it comes: golden vectors that
 * Python is held to (`tests/protocol/signed.json`), with crafted places, a session that said two things and one that said
 * what may not be.
 */
import * as Y from 'yjs';
import { orderOf, textOf, typeOf } from '../document/cells';
import { hex } from '../document/source';
import type { ICrypto } from '../crypto';
import { decodeEnvelope } from '../envelope/envelope';
import { decodeSegment } from '../envelope/segment';
import type { IOwnSession } from '../identity/own';
import { linksOf } from '../log/piece';
import type { Message } from '../overlay/messages';
import { encodeMessage } from '../overlay/wire';
import { craft, textOf as written, valuesOf } from '../permissions/crafted.testing';
import { clientOf, type Digest } from '../session';
import { stateDigest } from '../sync/digest';
import type { IRules } from '../sync/options';
import { Chance } from './chance';
import { Deeds } from './deeds';
import { Members } from './members';
import { FAIR } from './network';
import { DOCUMENT, GENESIS, Page, Pages } from './pages';
import { unhex } from './vectors';

export interface ISignedRow {
  readonly seed: number;
  readonly room: string;
  readonly document: string;
  readonly genesis: string;
  readonly key: string;
  readonly introductions: readonly string[];
  /** Envelopes and segments, each alone, in an order in which many have to wait. */
  readonly pieces: readonly string[];
  /** How far sessions count that were cut off. */
  readonly cuts: readonly (readonly [session: string, count: number, chain: string])[];
  readonly becomes: ISigned;
}

/** What everybody comes to. */
export interface ISigned {
  /** Of the log, of its segments, and of what each client wrote and deleted. */
  readonly log: string;
  readonly forms: string;
  readonly state: string;
  readonly content: string;
  readonly cells: readonly (readonly [id: string, type: string, source: string])[];
}

const SOMEBODY = 'AAAAAAAAAAAAAAAAAAAAAA';

export function signedRow(seed: number, deeds: number, digest: Digest, crypto: ICrypto): ISignedRow {
  const pages = new Pages(digest, FAIR, seed, crypto);
  const { chance, members } = pages;
  const introductions = new Set<string>();
  const pieces = new Set<string>();
  const people = [0, 1, 2].map(() =>
    pages.open({
      compactEvery: 8,
      keep: (_, { kind, ...rest }) => {
        const bytes = 'bytes' in rest ? hex(rest.bytes) : '';
        (kind === 'introduction' ? introductions : pieces).add(bytes);
      }
    })
  );
  pages.overlay(people);
  pages.clock.advance(1000);
  const busy = people.map(page => new Deeds(page.session.slice(0, 2), chance, page.doc));
  for (let deed = 0; deed < deeds; deed += 1) {
    chance.pick(busy).act(new Set());
    pages.clock.advance(chance.below(200));
  }
  pages.clock.advance(60_000);
  const forged = strangers(members, digest);
  forged.owns.forEach(own => introductions.add(hex(own.introduction)));
  forged.pieces.forEach(piece => pieces.add(hex(piece)));
  let key = new Uint8Array();
  members.keys.keysOf(DOCUMENT, 'document', 0, ([found]) => (key = found!.slice()));
  const row = {
    ...{ seed, room: hex(members.room), document: DOCUMENT, genesis: hex(GENESIS), key: hex(key) },
    introductions: chance.shuffle([...introductions]),
    pieces: chance.shuffle([...pieces]),
    cuts: forged.cuts
  };
  return { ...row, becomes: becomes(row, seed, digest, crypto) };
}

/** Three who place letters as no editor does, one who says two things, one who says what may not be. */
function strangers(
  members: Members,
  digest: Digest
): { owns: IOwnSession[]; pieces: Uint8Array[]; cuts: [string, number, string][] } {
  const { chance } = members;
  const owns = ['p', 'q', 'r', 'forker', 'liar'].map(name => members.session(name));
  const [forker, liar] = owns.slice(3) as [IOwnSession, IOwnSession];
  const seal = (own: IOwnSession, ...changes: Uint8Array[]): Uint8Array[] =>
    members.sealed(own, DOCUMENT, 'document', changes);
  const text = genesisText();
  const hers = clientFor(liar, digest);
  const lies = seal(
    liar,
    craft(hers, 0, [{ parent: text, content: written('fair ') }]),
    craft(hers, 5, [{ kind: 8, parent: text, key: 'odd', content: valuesOf(1) }]),
    craft(hers, 6, [{ left: { client: hers, clock: 0 }, content: written('never') }])
  );
  const letters = owns.slice(0, 3).map((own, index) => {
    const right = { client: hers, clock: chance.below(5) };
    const left = chance.is(0.2) ? null : { client: hers, clock: chance.below(5) };
    return seal(own, craft(clientFor(own, digest), 0, [{ left, right, content: written(`<${index}>`) }]));
  });
  const its = clientFor(forker, digest);
  const say = (word: string): Uint8Array[] =>
    seal(
      forker,
      craft(its, 0, [{ parent: text, content: written(word) }]),
      craft(its, word.length, [{ left: { client: its, clock: 0 }, content: written('more') }])
    );
  const [one, other] = [say('one way'), say('another')];
  const links = linksOf(digest, { room: members.room, document: DOCUMENT, kind: 'document' });
  const chain = links.next(links.first(forker.session), digest(one[0]!));
  return {
    owns,
    pieces: [...letters, one, other, lies].flat(),
    cuts: [[forker.session, 1, hex(chain)]]
  };
}

function genesisText(): { client: number; clock: number } {
  const doc = new Y.Doc();
  Y.applyUpdate(doc, GENESIS);
  const { client, clock } = (doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text)._item!.id;
  return { client, clock };
}

function clientFor({ participant, session }: IOwnSession, digest: Digest): number {
  return clientOf(digest, DOCUMENT, participant, session);
}

/** What a page makes of it that is given the pieces in an order of its own, each while it has the document open. */
export function becomes(
  row: Omit<ISignedRow, 'becomes'>,
  order: number,
  digest: Digest,
  crypto: ICrypto
): ISigned {
  // Somebody who was not there.
  const pages = new Pages(digest, FAIR, 1_000_000 + order, crypto);
  pages.members.room = unhex(row.room);
  const chance = new Chance(order);
  const key = unhex(row.key);
  const rules: IRules = {
    standing: () => 'may',
    cutOf: (_, session) => {
      const cut = row.cuts.find(([of]) => of === session);
      return cut ? { count: cut[1], chain: unhex(cut[2]) } : null;
    }
  };
  const page = pages.open({
    rules,
    keys: { keyFor: (_, __, then) => then({ epoch: 0, key }), keysOf: (_, __, ___, then) => then([key]) }
  });
  const line = { peer: SOMEBODY, send: () => undefined, bufferedBytes: () => 0, onDrain: () => undefined };
  page.engine.connect(line as unknown as Parameters<Page['engine']['connect']>[0]);
  const say = (message: Message): void => page.hear(SOMEBODY, 'control', encodeMessage(message));
  row.introductions.forEach(bytes => say({ type: 'introduction', bytes: unhex(bytes) }));
  for (const each of chance.shuffle([...row.pieces])) {
    const bytes = unhex(each);
    if (decodeEnvelope(bytes).kind === 'read') {
      say({ type: 'envelope', bytes });
    } else {
      giveSegment(say, bytes, chance);
    }
    pages.clock.advance(chance.below(100));
  }
  pages.clock.advance(20_000);
  const replica = page.engine.replica(DOCUMENT)!;
  replica.settle();
  pages.clock.advance(20_000);
  return {
    log: hex(replica.reaches.digest),
    forms: hex(replica.forms.digest),
    state: hex(stateDigest(page.doc, digest)),
    content: hex(replica.content ?? new Uint8Array()),
    cells: orderOf(page.doc).map(({ id, cell }) => [id, typeOf(cell), textOf(cell)] as const)
  };
}

/** As a neighbour does who has it in another form: says so, and answers what is asked. */
function giveSegment(say: (message: Message) => void, bytes: Uint8Array, chance: Chance): void {
  const read = decodeSegment(bytes);
  if (read.kind === 'fault') {
    throw new Error(read.fault);
  }
  const document = `segments/${DOCUMENT}`;
  const reaches = [{ session: read.value.session, count: read.value.to, chain: chance.bytes(16) }];
  const summaries = [{ document, digest: chance.bytes(16), reaches, isWhole: false }];
  say({ type: 'summary', fresh: false, answer: false, summaries });
  say({ type: 'entries', document, isLast: true, pieces: [bytes] });
}
