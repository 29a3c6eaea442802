import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import type { ISigner } from '../crypto';
import type { IPiece } from '../log/piece';
import { encodeProof } from '../log/proof';
import { decodeMessage, encodeMessage, FIRST_TYPE } from '../overlay/wire';
import { clientOf, sessionText } from '../session';
import { DOCUMENT, GENESIS, Page, Pages } from '../simulation/pages';
import type { Changes } from './changes';
import type { IEngineOptions } from './engine';
import type { IKept } from './kept';
import type { Received } from './ports';
import type { Replica } from './replica';

const OTHER = DOCUMENT.replace('5e', '6f');
const FORK = encodeMessage({ type: 'fork', bytes: new Uint8Array(1) })[0]!;
expect(FORK).toBeGreaterThan(FIRST_TYPE);

let pages: Pages;
let ada: Page;
let ben: Page;
beforeEach(() => {
  pages = new Pages(digest);
  [ada, ben] = pages.many(2) as [Page, Page];
  pages.join(ada, ben);
  ada.text.insert(0, 'word');
  pages.clock.advance(1000);
});

const changesOf = ({ engine }: Page): Changes => (engine as unknown as { changes: Changes }).changes;
const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;
const firstOf = (page: Page, session = page.session): IPiece => logOf(page).pieces(session)[0]!;
const changed = (bytes: Uint8Array, at = bytes.byteLength - 1): Uint8Array =>
  bytes.map((byte, index) => (index === at ? byte ^ 1 : byte));

/** What ada's session says besides, as its first: by somebody who has its key, or has not. */
const another = (signer: ISigner = ada.own.signer): Uint8Array =>
  pages.members.sealed(ada.own, DOCUMENT, 'document', [new Uint8Array(9)], { signer })[0]!;

const SILENT = 'SSSSSSSSSSSSSSSSSSSSSA';

/** Somebody beside all others says it, who hears nothing. */
function say(page: Page, channel: 'control' | 'bulk', bytes: Uint8Array): void {
  if (!page.engine.neighbours.get(SILENT)) {
    const line = pages.network.line(page.session, ada);
    page.engine.connect({ ...line, peer: SILENT, send: () => undefined });
  }
  page.hear(SILENT, channel, bytes);
}

function hear(page: Page, pieces: readonly Uint8Array[], introductions: readonly Uint8Array[] = []): void {
  const bytes = encodeProof({ introductions, pieces });
  say(page, 'bulk', encodeMessage({ type: 'fork', bytes }));
}

function verified(page: Page, bytes: Uint8Array, document = DOCUMENT): IPiece | null {
  let found: IPiece | null = null;
  changesOf(page).verify(page.engine.replica(document)!, bytes, piece => (found = piece));
  return found;
}

/** Who writes so much that there are segments. */
function segmentBy(author: Page): IPiece {
  for (let key = 0; key < 12; key += 1) {
    author.text.insert(0, 'k');
    pages.clock.advance(200);
  }
  pages.clock.advance(40_000);
  const piece = firstOf(author);
  expect(piece.form).toBe('segment');
  return piece;
}

describe('a proof of a fork', () => {
  it('[LOG5] holds by what the session signed, and by nothing that somebody else made in its name', () => {
    const [real, [stranger]] = [firstOf(ada).bytes, pages.many(1) as [Page]];
    for (const forged of [another(stranger.own.signer), changed(another())]) {
      hear(ben, [real, forged]);
    }
    expect([ben.refusals, logOf(ben).proofOf(ada.session)]).toEqual([['forged', 'forged'], null]);
    hear(ben, [real, real]);
    expect([ben.refusals.length, logOf(ben).proofOf(ada.session)]).toEqual([3, null]);
    hear(ben, [real, another()]);
    expect(logOf(ben).proofOf(ada.session)).toHaveLength(2);
  });

  it('[LOG5] brings the introductions it needs, or it is nothing', () => {
    const late = pages.open();
    const [real, other] = [firstOf(ada).bytes, another()];
    hear(late, [real, other]);
    expect([late.refusals, logOf(late).proofOf(ada.session)]).toEqual([['forged'], null]);
    hear(late, [real, other], [changed(ada.own.introduction)]);
    expect([late.refusals, logOf(late).proofOf(ada.session)]).toEqual([['forged', 'forged'], null]);
    hear(late, [real, other], [ben.own.introduction, ada.own.introduction]);
    expect([late.refusals.length, logOf(late).proofOf(ada.session)?.length]).toEqual([2, 2]);
  });

  it('[LOG5] that is none, or of a document that is not here, changes nothing', () => {
    say(ben, 'bulk', encodeMessage({ type: 'fork', bytes: new Uint8Array(9) }));
    hear(ben, [new Uint8Array(9), new Uint8Array(9)]);
    expect(ben.refusals).toEqual(['garbled', 'garbled']);
    hear(ben, [firstOf(ada).bytes, another(), new Uint8Array(9)]);
    expect(ben.refusals.splice(2)).toEqual(['garbled']);
    const two = [[1], [2]].map(
      said => pages.members.sealed(ada.own, OTHER, 'document', [Uint8Array.from(said)])[0]!
    );
    hear(ben, two);
    expect([ben.refusals.length, ben.engine.replica(OTHER)]).toEqual([2, undefined]);
  });

  it('[SYN17] is told to others when it is new, and to each again after 30 s at the soonest', () => {
    const cleo = pages.open();
    pages.join(ben, cleo);
    pages.clock.advance(1000);
    const told = (): number => cleo.count(FORK);
    expect(told()).toBe(0);
    ben.engine.compare();
    pages.clock.advance(10);
    expect(told()).toBe(0);
    const proof = [firstOf(ada).bytes, another()];
    hear(ben, proof);
    const verify = vi.spyOn(pages.members.crypto, 'verify');
    hear(ben, proof);
    // What is proven is not verified again, whoever says it.
    expect(verify).not.toHaveBeenCalled();
    verify.mockRestore();
    pages.clock.advance(10);
    const first = told();
    expect(first).toBe(1);
    for (let turn = 0; turn < 5; turn += 1) {
      ben.engine.compare();
      pages.clock.advance(1000);
    }
    expect(told()).toBe(2);
    pages.clock.advance(30_000);
    ben.engine.compare();
    pages.clock.advance(1000);
    expect(told()).toBe(3);
  });
});

describe('pieces, judged alone', () => {
  it('[SYN18] what shows that a segment lies is signed, of this document and kind, by somebody who is known', () => {
    const { bytes } = firstOf(ada);
    expect(verified(ben, bytes)?.author).toBe(ada.participant);
    expect(verified(ben, changed(bytes))).toBe(null);
    expect(verified(ben, new Uint8Array(9))).toBe(null);
    expect(verified(pages.open(), bytes)).toBe(null);
    const of = (document: string, kind: 'document' | 'outputs') =>
      verified(ben, pages.members.sealed(ada.own, document, kind, [new Uint8Array(9)])[0]!);
    expect([of(OTHER, 'document'), of(DOCUMENT, 'outputs'), of(DOCUMENT, 'document')?.from]).toEqual([
      null,
      null,
      0
    ]);
  });

  it('[SYN16] a segment of another document, or of another kind, or none, is not taken', () => {
    const author = pages.open({ compactEvery: 4 });
    pages.join(author, ben);
    const { bytes } = segmentBy(author);
    expect(verified(ben, bytes)?.form).toBe('segment');
    expect(verified(ben, changed(bytes))).toBe(null);
    ben.engine.follow(OTHER, new Y.Doc(), { genesis: GENESIS });
    const outputs = pages.open({}, false);
    outputs.engine.follow(DOCUMENT, new Y.Doc(), { genesis: null, kind: 'outputs' });
    const taken = (page: Page, document: string, given: Uint8Array): Received | null | undefined => {
      let received: Received | null | undefined;
      const replica = page.engine.replica(document)!;
      changesOf(page).takeSegment(replica, given, author.session, is => (received = is));
      return received;
    };
    expect([taken(ben, DOCUMENT, bytes), taken(ben, OTHER, bytes)]).toEqual(['known', null]);
    expect([taken(outputs, DOCUMENT, bytes), taken(ben, DOCUMENT, firstOf(ada).bytes)]).toEqual([null, null]);
    expect([taken(ben, DOCUMENT, new Uint8Array(9)), taken(ben, DOCUMENT, changed(bytes))]).toEqual([
      null,
      null
    ]);
    expect([ben.refusals, outputs.refusals]).toEqual([
      ['garbled', 'garbled', 'garbled', 'forged'],
      ['garbled']
    ]);
    expect(ben.engine.replica(OTHER)!.log.sessions).toEqual([]);
  });

  it('[SYN18] who brings a segment that lies among other pieces is told which, and nobody else is', () => {
    const author = pages.open({ compactEvery: 4 });
    pages.join(author, ben);
    const { bytes } = segmentBy(author);
    const replica = ben.engine.replica(DOCUMENT)!;
    const accused = (received: Received, given = bytes, from = author.session): number => {
      const judged = Object.create(replica, {
        take: { value: (_: IPiece, then: (is: Received) => void) => then(received) }
      }) as Replica;
      const before = author.forms;
      let isOver = false;
      changesOf(ben).takeEntry(judged, given, from, () => (isOver = true));
      pages.clock.advance(100);
      expect(isOver).toBe(true);
      return author.forms - before;
    };
    expect([accused('lie'), accused('known')]).toEqual([1, 0]);
    expect([accused('lie', changed(bytes)), accused('lie', bytes, SILENT)]).toEqual([0, 0]);
  });

  it('[PER1] outputs have cells and nothing else, a notebook has more', () => {
    const writer = pages.open({}, false);
    const change = (): Uint8Array => {
      const doc = new Y.Doc();
      doc.clientID = clientOf(digest, DOCUMENT, writer.participant, writer.session);
      doc.getMap('meta').set('nbformat', 4);
      return Y.encodeStateAsUpdate(doc);
    };
    const outputs = pages.open({}, false);
    outputs.engine.follow(DOCUMENT, new Y.Doc(), { genesis: null, kind: 'outputs' });
    for (const [page, kind] of [
      [ben, 'document'],
      [outputs, 'outputs']
    ] as const) {
      say(page, 'control', encodeMessage({ type: 'introduction', bytes: writer.own.introduction }));
      say(page, 'control', pages.members.sealed(writer.own, DOCUMENT, kind, [change()])[0]!);
    }
    expect([ben.refusals, outputs.refusals]).toEqual([[], ['no-change']]);
  });

  it('[SYN5] what it follows is asked for at once, of who passed it on', () => {
    ada.text.insert(4, 's');
    pages.clock.advance(200);
    const cleo = pages.open();
    const asked: number[] = [];
    const send = (_: unknown, bytes: Uint8Array): unknown => asked.push(bytes[0]!);
    cleo.engine.connect({ ...pages.network.line(cleo.session, ada), peer: SILENT, send });
    say(cleo, 'control', encodeMessage({ type: 'introduction', bytes: ada.own.introduction }));
    const before = asked.length;
    say(cleo, 'control', logOf(ada).pieces(ada.session)[1]!.bytes);
    pages.clock.advance(1000);
    expect([cleo.words, asked.length - before]).toEqual(['', 1]);
  });

  it('[ROL6] what counts for nothing is not asked for; of whom nobody knows, nothing is', () => {
    const rules: IEngineOptions['rules'] = {
      standing: () => 'may',
      cutOf: (_, __, participant) => (participant === ada.participant ? { count: 0, chain: null } : null)
    };
    const asked = (options: Partial<IEngineOptions>, session = ada.session): string[] => {
      const page = pages.open(options);
      const types: string[] = [];
      const send = (_: unknown, bytes: Uint8Array): void => {
        const read = decodeMessage(bytes);
        types.push(...(read.kind === 'read' ? [read.value.type] : []));
      };
      page.engine.connect({ ...pages.network.line(page.session, ada), peer: SILENT, send });
      say(page, 'control', encodeMessage({ type: 'introduction', bytes: ada.own.introduction }));
      const reaches = [{ session, count: 5, chain: new Uint8Array(16) }];
      const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: true }];
      say(page, 'control', encodeMessage({ type: 'summary', fresh: true, answer: false, summaries }));
      pages.clock.advance(4000);
      return types.filter(type => type === 'ask' || type === 'who-is');
    };
    expect([asked({}), asked({ rules })]).toEqual([['ask'], []]);
    expect(asked({ rules }, sessionText(new Uint8Array(16).fill(7)))).toContain('who-is');
  });

  it('[ROL7] what one may not write oneself is given back, and is nobody else’s', () => {
    const [unfit, lost]: [string[], string[][]] = [[], []];
    const options: Partial<IEngineOptions> = {
      onLost: (_, words) => lost.push(words.map(({ text }) => text)),
      rules: {
        standing: who => (who.participant === eve.participant ? 'may-not' : 'may'),
        cutOf: () => null
      },
      onUnfit: (_, fault) => unfit.push(fault)
    };
    const eve: Page = pages.open(options);
    pages.join(eve, ben);
    pages.clock.advance(1000);
    eve.text.insert(0, 'mine now ');
    pages.clock.advance(1000);
    expect([unfit, ben.words, logOf(ben).count(eve.session)]).toEqual([['role'], 'word', 0]);
    expect([eve.words, lost]).toEqual(['word', [['mine now ']]]);
  });
});

describe('what storage gives back', () => {
  function disk(): { kept: IKept[]; keep: IEngineOptions['keep'] } {
    const kept: IKept[] = [];
    return { kept, keep: (_, each) => void kept.push(each) };
  }

  it('[STO10] is not kept again, with or without the introductions; a proof neither', () => {
    const first = disk();
    const cleo = pages.open({ keep: first.keep }, true, 'cleo');
    pages.join(cleo, ben);
    pages.clock.advance(1000);
    expect(first.kept.map(({ kind }) => kind)).toEqual(['introduction', 'piece']);
    const restore = (kept: readonly IKept[]): { again: Page; kept: IKept[] } => {
      const second = disk();
      const again = pages.open({ keep: second.keep }, false, 'cleo');
      again.engine.follow(DOCUMENT, new Y.Doc(), { genesis: GENESIS, kept });
      return { again, kept: second.kept };
    };
    const second = restore(first.kept);
    expect(second.kept).toEqual([]);
    // What is new is kept: the introduction is there already.
    ada.text.insert(4, 's');
    pages.clock.advance(200);
    say(second.again, 'control', logOf(ada).pieces(ada.session)[1]!.bytes);
    expect(second.kept.map(({ kind }) => kind)).toEqual(['piece']);
    hear(cleo, [firstOf(ada).bytes, another()]);
    expect(first.kept.at(-1)!.kind).toBe('fork');
    const third = restore(first.kept);
    expect([third.kept, logOf(third.again).proofOf(ada.session)?.length]).toEqual([[], 2]);
  });

  it('[STO10] what came before it was opened is kept then, but for what storage has', () => {
    const { kept, keep } = disk();
    const cleo = pages.open({ keep, carries: () => true }, false);
    pages.join(cleo, ben);
    pages.clock.advance(1000);
    ada.text.insert(4, 's');
    pages.clock.advance(1000);
    const carried = kept.splice(0);
    expect([carried.map(({ kind }) => kind), cleo.engine.replica(DOCUMENT)?.doc]).toEqual([
      ...[['introduction', 'piece', 'piece'], null]
    ]);
    const end = cleo.engine.follow(DOCUMENT, new Y.Doc(), { genesis: GENESIS, kept: carried.slice(0, 2) });
    expect(kept.splice(0).filter(({ kind }) => kind === 'piece')).toEqual([carried[2]]);
    end();
    cleo.engine.follow(DOCUMENT, new Y.Doc(), { genesis: GENESIS, kept: carried });
    expect(kept).toEqual([]);
  });

  it('[STO10] does not wait for whom nobody here knows', () => {
    const cleo = pages.open({}, false);
    pages.join(cleo, pages.open());
    let isRestored = false;
    cleo.engine.follow(DOCUMENT, new Y.Doc(), {
      genesis: GENESIS,
      kept: [{ kind: 'piece', bytes: firstOf(ada).bytes }],
      restored: () => (isRestored = true)
    });
    expect([isRestored, logOf(cleo).count(ada.session)]).toEqual([true, 0]);
  });

  it('[STO10] is taken for this document and kind alone, as if somebody had said it', () => {
    const { bytes } = firstOf(ada);
    const introduction: IKept = { kind: 'introduction', bytes: ada.own.introduction };
    const pieces = [
      changed(bytes),
      new Uint8Array(9),
      ...pages.members.sealed(ada.own, OTHER, 'document', [new Uint8Array(9)]),
      ...pages.members.sealed(ada.own, DOCUMENT, 'outputs', [new Uint8Array(9)])
    ].map(each => ({ kind: 'piece', bytes: each }) as const);
    const cleo = pages.open({}, false);
    const none: IKept = { kind: 'introduction', bytes: changed(ada.own.introduction) };
    let isRestored = false;
    cleo.engine.follow(DOCUMENT, new Y.Doc(), {
      genesis: GENESIS,
      kept: [none, introduction, ...pieces],
      restored: () => (isRestored = true)
    });
    expect([isRestored, logOf(cleo).count(ada.session), cleo.refusals]).toEqual([true, 0, ['forged']]);
  });

  it('[STO10] was refused before: it is not taken again', () => {
    const author = pages.open({ compactEvery: 4 });
    pages.join(author, ben);
    const piece = segmentBy(author);
    const { session, author: participant, hash, bytes } = piece;
    const introduction: IKept = { kind: 'introduction', bytes: author.own.introduction };
    const refuse: IKept = { kind: 'refuse', session, author: participant, hash };
    const restored = (kept: readonly IKept[]): number => {
      const page = pages.open({}, false);
      page.engine.follow(DOCUMENT, new Y.Doc(), { genesis: GENESIS, kept });
      return logOf(page).count(session);
    };
    expect(restored([introduction, { kind: 'piece', bytes }])).toBe(piece.to);
    expect(restored([introduction, { kind: 'piece', bytes }, refuse])).toBe(0);
  });
});
