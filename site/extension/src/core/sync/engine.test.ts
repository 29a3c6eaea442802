/** What the engine puts together. */
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import * as Y from 'yjs';
import { encodeMessage } from '../overlay/wire';
import { clientOf, sessionText } from '../session';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import { EVERYBODY_MAY } from '../simulation/members';
import type { Acquaintances } from './acquaintances';
import type { Changes } from './changes';
import type { Exchange } from './exchange';

let pages: Pages;
let [ada, ben]: Page[] = [];
beforeEach(() => {
  pages = new Pages(digest);
  [ada, ben] = pages.many(2);
});

describe('the engine of a page', () => {
  it('[SYN4] what one’s own code puts out is in its log, and comes to who follows it', () => {
    const outputs = `${DOCUMENT}/outputs.${ada!.participant}`;
    const [mine, theirs] = [new Y.Doc(), new Y.Doc()];
    ada!.engine.follow(outputs, mine, { kind: 'outputs', genesis: null });
    ben!.engine.follow(outputs, theirs, { kind: 'outputs', genesis: null });
    pages.join(ada!, ben!);
    mine.getMap('cells').set('c', 1);
    pages.clock.advance(1000);
    const counts = [ada!, ben!].map(({ engine }) => engine.replica(outputs)!.log.count(ada!.session));
    expect([counts, theirs.getMap('cells').get('c')]).toEqual([[1, 1], 1]);
  });

  it('[SYN10] who comes hears what was said before, of everybody', () => {
    ada!.introduce('Ada');
    pages.join(ada!, ben!);
    pages.clock.advance(1000);
    const names = ({ engine }: Page): string[] => engine.people(0).map(({ name }) => name);
    expect(names(ben!)).toEqual(['Ada']);
    // Where everybody says who they are, nobody is.
    expect(ben!.engine.people(0).map(({ documents }) => documents)).toEqual([[]]);
    const cleo = pages.open();
    pages.join(ben!, cleo);
    pages.clock.advance(1000);
    expect(names(cleo)).toEqual(['Ada']);
  });

  it('[SYN6] knows when nothing is missing that neighbours said they have', () => {
    expect(ada!.engine.isEven).toBe(true);
    const reaches = [{ session: ben!.session, count: 1, chain: new Uint8Array(16) }];
    const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: true }];
    pages.join(ada!, ben!);
    ada!.hear(
      ben!.session,
      'control',
      encodeMessage({ type: 'summary', fresh: true, answer: false, summaries })
    );
    expect(ada!.engine.isEven).toBe(false);
    pages.clock.advance(2000);
    expect(ada!.engine.isEven).toBe(true);
  });

  it('[SYN16] whose a session is stays known before others, while something of it is here', () => {
    pages.join(ada!, ben!);
    ada!.text.insert(0, 'word');
    pages.clock.advance(1000);
    const isNeeded = (session: string): boolean =>
      (ben!.engine as unknown as { isNeeded(session: string): boolean }).isNeeded(session);
    const cleo = sessionText(new Uint8Array(16).fill(7));
    expect([ada!.session, ben!.session, cleo].map(isNeeded)).toEqual([true, true, false]);
  });

  it('[ROL9] knows who wrote what is here: not of whom nothing is', () => {
    pages.join(ada!, ben!);
    ada!.text.insert(0, 'word');
    pages.clock.advance(1000);
    const cleo = pages.members.session('cleo');
    ben!.engine.replica(DOCUMENT)!.log.cut(cleo.session, cleo.participant, { count: 0, chain: null });
    expect([...ben!.engine.authors]).toEqual([ada!.participant]);
  });

  it('[SYN16] a neighbour who speaks of one’s own session is not asked whose it is', () => {
    pages.join(ada!, ben!);
    pages.clock.advance(1000);
    const cleo = pages.members.session('cleo');
    const [who] = encodeMessage({ type: 'who-is', session: cleo.session });
    const speak = (session: string): number => {
      const reaches = [{ session, count: 9, chain: new Uint8Array(16) }];
      const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: false }];
      ben!.hear(
        ada!.session,
        'control',
        encodeMessage({ type: 'summary', fresh: true, answer: false, summaries })
      );
      pages.clock.advance(100);
      return ada!.count(who!);
    };
    expect([speak(ben!.session), speak(cleo.session)]).toEqual([0, 1]);
  });

  it('[SYN6] what is known already is told to nobody again, whoever brings it', () => {
    const cleo = pages.open();
    pages.join(ada!, ben!);
    pages.join(ben!, cleo);
    ada!.text.insert(0, 'word');
    pages.clock.advance(1000);
    const { changes, exchange } = ben!.engine as unknown as { changes: Changes; exchange: Exchange };
    const tell = vi.spyOn(exchange, 'tell');
    const replica = ben!.engine.replica(DOCUMENT)!;
    let isOver = false;
    const { bytes } = replica.log.pieces(ada!.session)[0]!;
    changes.takeEntry(replica, bytes, cleo.session, () => (isOver = true));
    expect([isOver, tell.mock.calls]).toEqual([true, []]);
    ben!.engine.hearStar(cleo.session, bytes);
    expect(ben!.refusals).toEqual([]);
  });

  it('[SYN12] what it carries and lacks the beginning of is searched for; what is whole is not', () => {
    ada!.text.insert(0, 'a');
    pages.clock.advance(1000);
    ada!.text.insert(0, 'b');
    pages.clock.advance(1000);
    const cleo = pages.open({ carries: () => true }, false);
    pages.join(ben!, cleo);
    const { search } = cleo.engine as unknown as { search: { begin(document: string): void } };
    const begin = vi.spyOn(search, 'begin');
    const pieces = ada!.engine.replica(DOCUMENT)!.log.pieces(ada!.session);
    cleo.hear(ben!.session, 'control', ada!.own.introduction);
    (cleo.engine as unknown as { acquaintances: Acquaintances }).acquaintances.hear(ada!.own.introduction);
    const hear = (at: number) => (
      cleo.engine.hearStar(ada!.session, pieces[at]!.bytes),
      begin.mock.calls.length
    );
    expect([hear(0), hear(1)]).toEqual([0, 0]);
    const late = pages.open({ carries: () => true }, false);
    const lack = late.engine as unknown as { acquaintances: Acquaintances; search: typeof search };
    lack.acquaintances.hear(ada!.own.introduction);
    const search_ = vi.spyOn(lack.search, 'begin');
    late.engine.hearStar(ada!.session, pieces[1]!.bytes);
    expect(search_.mock.calls).toEqual([[DOCUMENT]]);
    // What is open is asked for where it was opened.
    (ben!.engine as unknown as { acquaintances: Acquaintances }).acquaintances.hear(ada!.own.introduction);
    const again = vi.spyOn((ben!.engine as unknown as { search: typeof search }).search, 'begin');
    ben!.engine.hearStar(ada!.session, pieces[1]!.bytes);
    expect([ben!.engine.replica(DOCUMENT)!.isIncomplete, again.mock.calls]).toEqual([true, []]);
  });

  it('[LOG5] the chain that every 16th envelope names is that of the envelopes before, or it does not count', () => {
    const cleo = pages.members.session('cleo');
    const [doc, changes] = [new Y.Doc(), [] as Uint8Array[]];
    Y.applyUpdate(doc, GENESIS);
    doc.clientID = clientOf(digest, DOCUMENT, cleo.participant, cleo.session);
    doc.on('update', (bytes: Uint8Array) => changes.push(bytes));
    const text = doc.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text;
    for (let letter = 0; letter < 20; letter += 1) {
      text.insert(letter, 'x');
    }
    const real = pages.members.sealed(cleo, DOCUMENT, 'document', changes);
    const other = pages.members.sealed(cleo, DOCUMENT, 'document', [changes[1]!, ...changes.slice(1)]);
    const count = (page: Page, pieces: readonly Uint8Array[]): number => {
      const { acquaintances } = page.engine as unknown as { acquaintances: Acquaintances };
      acquaintances.hear(cleo.introduction);
      pieces.forEach(bytes => page.engine.hearStar(cleo.session, bytes));
      return page.engine.replica(DOCUMENT)!.log.count(cleo.session);
    };
    const named = other.findIndex((bytes, at) => at > 0 && bytes.byteLength > other[1]!.byteLength + 8);
    expect([named, count(ada!, real.slice(0, named + 1))]).toEqual([16, 17]);
    expect(count(ben!, [...real.slice(0, named), other[named]!])).toBe(named);
  });

  it('[ROL7] who loses nothing of theirs when somebody is cut off is told of no loss', () => {
    let isCut = false;
    const lost: string[] = [];
    const cleo = pages.open({
      rules: { ...EVERYBODY_MAY, cutOf: () => (isCut ? { count: 0, chain: null } : null) },
      onReplayed: () => lost.push('replayed'),
      onLost: () => lost.push('lost')
    });
    pages.join(ada!, cleo);
    ada!.text.insert(0, 'word');
    pages.clock.advance(1000);
    isCut = true;
    cleo.engine.rulesChanged();
    expect(lost).toEqual(['replayed']);
  });

  it('[SYN6] a document that is closed before storage gave it back is not opened', () => {
    const cleo = pages.open({}, false);
    const restores: (() => void)[] = [];
    const { changes } = cleo.engine as unknown as { changes: { restore: unknown } };
    changes.restore = (_: unknown, __: unknown, ___: unknown, then: () => void) => restores.push(then);
    let isTold = false;
    const restored = (): void => void (isTold = true);
    cleo.engine.follow(DOCUMENT, new Y.Doc(), { genesis: GENESIS, restored })();
    restores[0]!();
    expect([isTold, cleo.engine.replica(DOCUMENT)]).toEqual([true, undefined]);
  });
});
