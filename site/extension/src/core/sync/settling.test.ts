import { readFileSync } from 'node:fs';
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { IOwnSession } from '../identity/own';
import type { ICut } from '../log/log';
import { decodeMessage, encodeMessage } from '../overlay/wire';
import type { IPiece } from '../log/piece';
import { checkChange } from '../permissions/change';
import { craft, numberOf, textOf, valuesOf } from '../permissions/crafted.testing';
import { NOTEBOOK_LIMITS } from '../permissions/limits';
import { type ICraftedRow, unhex } from '../permissions/vectors.testing';
import { clientOf, sessionText } from '../session';
import { Chance } from '../simulation/chance';
import { hex } from '../document/source';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { QUIET_MS } from './contents';
import type { IReplicaPorts } from './ports';
import { Replica } from './replica';

const start = new Y.Doc();
Y.applyUpdate(start, GENESIS);
const [genesisClient] = [...start.store.clients.keys()] as [number];
const emptyText = (start.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text)._item!.id;

const clientFor = ({ participant, session }: IOwnSession): number =>
  clientOf(digest, DOCUMENT, participant, session);

/** Gives a page what somebody signed, as if everybody had published it. */
function give(page: Page, from: Page, own: IOwnSession, envelopes: readonly Uint8Array[]): void {
  page.hear(from.session, 'control', encodeMessage({ type: 'introduction', bytes: own.introduction }));
  envelopes.forEach(bytes => page.engine.hearStar('somebody', bytes));
}

/** From now on the page is told, and not asked. */
function leaveUnasked(page: Page): void {
  const hear = page.hear.bind(page);
  page.hear = (from, channel, bytes) => {
    const read = decodeMessage(bytes);
    const isQuestion = read.kind === 'read' && read.value.type === 'summary' && read.value.answer;
    if (!isQuestion) {
      hear(from, channel, bytes);
    }
  };
}

const file = new URL('../../../../../tests/protocol/changes.json', import.meta.url);
const { crafted } = JSON.parse(readFileSync(file, 'utf8')) as { crafted: ICraftedRow[] };

const OWN = sessionText(new Uint8Array(16).fill(9));

/** A replica of what is not sealed, and what turns out to be in each piece only after a while. */
function late(row: ICraftedRow): { replica: Replica; clock: VirtualClock } {
  const clock = new VirtualClock();
  const ports: IReplicaPorts = {
    ...{ clock, digest, session: OWN, participant: 'me', limits: NOTEBOOK_LIMITS },
    links: { first: session => digest(new TextEncoder().encode(session)), next: (_, hash) => hash },
    clientOf: (_, author) => (author === 'me' ? 1 : Number(author)),
    cutOf: () => null,
    open: (piece, then) =>
      void clock.after(1, () => then({ kind: 'open', plain: piece.bytes, part: 0, parts: 1 })),
    ...{ publish: () => undefined, isForeign: () => false, keep: () => undefined },
    ...{ locked: () => undefined, forked: () => undefined, replayed: () => undefined },
    ...{
      unfit: () => undefined,
      unsealed: () => 0,
      withdraw: () => undefined,
      resumed: () => undefined,
      mayWrite: () => true
    }
  };
  const replica = new Replica('d', 'document', ports);
  replica.open(new Y.Doc(), unhex(row.genesis));
  return { replica, clock };
}

function piecesOf(row: ICraftedRow): IPiece[] {
  const counts = new Map<number, number>();
  return row.changes.map(({ client, bytes }) => {
    const from = counts.get(client) ?? 0;
    counts.set(client, from + 1);
    const [author, data] = [String(client), unhex(bytes)];
    const session = sessionText(Uint8Array.of(...new Uint8Array(15), client));
    return {
      ...{ form: 'envelope', session, author, signer: session, from, to: from + 1, bytes: data },
      ...{ hash: digest(data), part: 0, parts: 1, before: null, after: null }
    };
  });
}

describe('settling', () => {
  it('[PER6] whatever comes first, and however late it is opened, built anew golden changes give the golden document', () => {
    let others = 0;
    for (const row of crafted.filter(({ cuts }) => cuts.length === 0)) {
      const { replica, clock } = late(row);
      new Chance(1).shuffle(piecesOf(row)).forEach(piece => {
        expect(checkChange(piece.bytes, Number(piece.author), NOTEBOOK_LIMITS).kind).toBe('read');
        replica.take(piece, () => undefined);
        clock.advance(100);
      });
      clock.advance(QUIET_MS);
      others += hex(replica.content!) === row.content ? 0 : 1;
      replica.settle();
      clock.advance(QUIET_MS + 100);
      expect(hex(replica.content!)).toBe(row.content);
    }
    expect(others).toBeGreaterThan(0);
  });

  it('[PER6] who has the same log and another order of letters builds anew, and all have one order', () => {
    let [differed, rebuilt] = [0, 0];
    for (let seed = 1; seed <= 40; seed += 1) {
      const pages = new Pages(digest, undefined, seed);
      const chance = new Chance(seed);
      const replays = [0, 0];
      const [a, b] = replays.map((_, index) =>
        pages.open({
          onReplayed: (__, doc) => {
            replays[index]! += 1;
            [a, b][index]!.doc = doc;
          }
        })
      ) as [Page, Page];
      pages.join(a, b);
      pages.clock.advance(1000);
      a.text.insert(0, 'abc');
      pages.clock.advance(1000);
      const writers = [1, 2, 3].map(index => pages.members.session(`writer${index}`));
      const ada = clientOf(digest, DOCUMENT, a.participant, a.session);
      const ids = [0, 1, 2].map(clock => ({ client: ada, clock }));
      const said = writers.map(own => {
        const client = clientFor(own);
        const right = chance.pick(ids);
        const change = craft(client, 0, [
          { left: chance.is(0.2) ? null : chance.pick(ids), right, content: textOf(`<${client % 97}>`) }
        ]);
        return { own, envelopes: pages.members.sealed(own, DOCUMENT, 'document', [change]) };
      });
      if (seed % 2 === 1) {
        // Somebody leans on what nobody has: that waits for ever, and the others are compared all the same.
        const own = pages.members.session('leaning');
        const leaning = craft(clientFor(own), 0, [
          { left: { client: 5, clock: 3 }, content: textOf('never') }
        ]);
        const envelopes = pages.members.sealed(own, DOCUMENT, 'document', [leaning]);
        said.push({ own, envelopes });
      }
      chance.shuffle(said).forEach(({ own, envelopes }) => give(a, b, own, envelopes));
      chance.shuffle(said).forEach(({ own, envelopes }) => give(b, a, own, envelopes));
      differed += a.words === b.words ? 0 : 1;
      // Whoever of both asks.
      [[], [a], [b]][seed % 3]!.forEach(leaveUnasked);
      pages.clock.advance(60_000);
      expect(b.words).toBe(a.words);
      expect(a.words).toContain('<');
      rebuilt += replays[0]! + replays[1]!;
      a.text.insert(0, 'and on');
      pages.clock.advance(1000);
      expect(b.words).toBe(a.words);
    }
    expect(differed).toBeGreaterThan(0);
    // Only where it is of use, and once.
    expect(rebuilt).toBeGreaterThanOrEqual(differed);
    expect(rebuilt).toBeLessThanOrEqual(2 * differed);
  });

  it('[LOG7] what one wrote beside a part of what turns out to be misplaced is given back: it is in nobody’s document', () => {
    const pages = new Pages(digest);
    const [lost, faults]: [string[], string[]] = [[], []];
    const page: Page = pages.open({
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: (_, fault) => faults.push(fault)
    });
    const other = pages.open();
    pages.join(page, other);
    const [eve, third] = [pages.members.session('eve'), pages.members.session('third')];
    const [hers, its] = [clientFor(eve), clientFor(third)];
    const seal = (own: IOwnSession, ...changes: Uint8Array[]): Uint8Array[] =>
      pages.members.sealed(own, DOCUMENT, 'document', changes);
    const text = { client: genesisClient, clock: emptyText.clock };
    const misplaced = { kind: 1, content: numberOf(1), parent: { client: its, clock: 0 } };
    const said = seal(
      eve,
      craft(hers, 0, [{ parent: text, content: textOf('b') }]),
      craft(hers, 1, [{ left: { client: hers, clock: 0 }, content: textOf('d') }, misplaced])
    );
    give(page, other, eve, said);
    const { log } = page.engine.replica(DOCUMENT)!;
    expect([page.words, log.count(eve.session)]).toEqual(['b', 2]);
    // Built anew, as after a removal: what waits is there as far as it can be.
    page.engine.rulesChanged(true);
    expect(page.words).toBe('bd');
    page.text.insert(2, 'mine');
    pages.clock.advance(1000);
    const letters = seal(
      third,
      craft(its, 0, [{ parent: text, content: textOf('t') }]),
      craft(its, 1, [{ left: { client: its, clock: 0 }, content: textOf('u') }])
    );
    give(page, other, third, letters);
    pages.clock.advance(10_000);
    expect([...page.words].sort().join('')).toBe('btu');
    expect([lost, faults, log.limitOf(page.session)]).toEqual([['mine'], ['role'], 0]);
    expect([...other.words].sort().join('')).toBe('btu');
  });

  it('[LOG7] a log ends where a change may not be, for what counts: a frontier that says what counts opens it again', () => {
    const pages = new Pages(digest);
    const cut: { is: ICut | null } = { is: null };
    const forker = pages.members.session('forker');
    const ada = pages.members.session('ada');
    const rules = {
      standing: () => 'may' as const,
      cutOf: (_: string, session: string) => (session === forker.session ? cut.is : null)
    };
    const open = (): Page => {
      const page: Page = pages.open({ rules, onReplayed: (_, doc) => (page.doc = doc) });
      return page;
    };
    const [a, b] = [open(), open()];
    const other = pages.open({ rules });
    const [its, hers] = [clientFor(forker), clientFor(ada)];
    const seal = (own: IOwnSession, ...changes: Uint8Array[]): Uint8Array[] =>
      pages.members.sealed(own, DOCUMENT, 'document', changes);
    // One of both is a letter in the text, the other a value in a map: what stands beside the letter has no place there.
    const text = { client: genesisClient, clock: emptyText.clock };
    const letter = seal(forker, craft(its, 0, [{ parent: text, content: textOf('f') }]));
    const value = seal(
      forker,
      craft(its, 0, [{ kind: 8, parent: 'cells', key: 'odd', content: valuesOf(1) }])
    );
    const beside = { client: its, clock: 0 };
    const words = seal(
      ada,
      craft(hers, 0, [{ left: beside, content: textOf('leaning ') }]),
      craft(hers, 8, [{ parent: text, content: textOf('free') }])
    );
    pages.join(a, other);
    pages.join(b, other);
    give(a, other, forker, letter);
    give(a, other, ada, words);
    pages.part(a, other);
    pages.part(b, other);
    const apart = pages.open({ rules });
    pages.join(b, apart);
    give(b, apart, forker, value);
    give(b, apart, ada, words);
    expect([a.words.includes('free'), b.words.includes('free')]).toEqual([true, false]);
    const chain = a.engine.replica(DOCUMENT)!.log.chainAt(forker.session, 1);
    pages.join(a, b);
    pages.clock.advance(20_000);
    for (const is of [
      { count: 1, chain },
      { count: 0, chain: null }
    ]) {
      cut.is = is;
      [a, b].forEach(page => page.engine.rulesChanged());
      pages.clock.advance(60_000);
      expect(b.words).toBe(a.words);
      expect([a.words.includes('free'), a.words.includes('leaning')]).toEqual([true, is.count === 1]);
    }
  });
});
