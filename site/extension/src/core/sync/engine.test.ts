/** What the engine puts together. */
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { encodeMessage } from '../overlay/wire';
import { sessionText } from '../session';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';

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
