/** What comes beside what is here already: in its place, once more, or from this page's own storage. */
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { ISigner } from '../crypto';
import type { ICut } from '../log/log';
import { encodeProof } from '../log/proof';
import { decodeMessage, encodeMessage } from '../overlay/wire';
import { craft, valuesOf } from '../permissions/crafted.testing';
import { clientOf } from '../session';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import type { Changes } from './changes';

let pages: Pages;
let [ada, ben]: Page[] = [];
let cut: ICut | null;
/** `ben` has ada's first, and says what he hears to `cleo`. */
let cleo: Page;
beforeEach(() => {
  pages = new Pages(digest);
  cut = null;
  ada = pages.open();
  ben = pages.open({
    rules: { standing: () => 'may', cutOf: (_, session) => (session === ada!.session ? cut : null) }
  });
  cleo = pages.open();
  pages.join(ada, ben);
  ada.text.insert(0, 'word');
  pages.clock.advance(1000);
});

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;
/** What ada's session says besides, as its first: by somebody who has its key, or has not. */
function another(signer: ISigner = ada!.own.signer): Uint8Array {
  const client = clientOf(digest, DOCUMENT, ada!.participant, ada!.session);
  const change = craft(client, 0, [{ parent: 'cells', kind: 8, key: 'odd', content: valuesOf(1) }]);
  return pages.members.sealed(ada!.own, DOCUMENT, 'document', [change], { signer })[0]!;
}
const [FORK] = encodeMessage({ type: 'fork', bytes: new Uint8Array(1) });

describe('an envelope in the place of one that is here', () => {
  it('[SYN16] is verified as any other: forged it is not passed on, and genuine it shows a fork', () => {
    pages.join(ben!, cleo);
    pages.clock.advance(1000);
    const before = cleo.got.length;
    ben!.engine.hearStar(ada!.session, another(cleo.own.signer));
    pages.clock.advance(100);
    expect([ben!.refusals, cleo.got.length, logOf(ben!).proofOf(ada!.session)]).toEqual([
      ...[['forged'], before, null]
    ]);
    ben!.engine.hearStar(ada!.session, another());
    expect(logOf(ben!).proofOf(ada!.session)).toHaveLength(2);
  });

  it('[SYN16] is not verified again when it is that very one', () => {
    const verify = vi.spyOn(pages.members.crypto, 'verify');
    const { changes } = ben!.engine as unknown as { changes: Changes };
    let isOver = false;
    const { bytes } = logOf(ben!).pieces(ada!.session)[0]!;
    changes.takeEntry(ben!.engine.replica(DOCUMENT)!, bytes, ada!.session, () => (isOver = true));
    expect([isOver, verify.mock.calls.length]).toEqual([true, 0]);
    verify.mockRestore();
  });
});

describe('a proof that is known', () => {
  it('[SYN17] is not told on again when it is said again after a frontier', () => {
    pages.join(ben!, cleo);
    pages.clock.advance(1000);
    const pieces = [logOf(ben!).pieces(ada!.session)[0]!.bytes, another()];
    const bytes = encodeProof({ introductions: [], pieces });
    const say = (): number => {
      ben!.hear(ada!.session, 'bulk', encodeMessage({ type: 'fork', bytes }));
      pages.clock.advance(100);
      return cleo.count(FORK!);
    };
    expect(say()).toBe(1);
    cut = { count: 1, chain: logOf(ben!).chainAt(ada!.session, 1) };
    ben!.engine.rulesChanged();
    pages.clock.advance(100);
    expect([say(), say()]).toEqual([1, 1]);
  });
});

describe('what a neighbour says', () => {
  it('[IDN4] an introduction that was forged introduces nobody', () => {
    const { introduction } = pages.members.session('somebody');
    const bytes = introduction.map((byte, at) => (at === introduction.length - 1 ? byte ^ 1 : byte));
    ben!.hear(ada!.session, 'control', encodeMessage({ type: 'introduction', bytes }));
    expect(ben!.refusals).toEqual(['forged']);
  });

  it('[SYN7] of which the head was never said is asked for once more, and is nobody’s word', () => {
    const asked = vi.spyOn(ben!.engine.neighbours.get(ada!.session)!, 'say');
    const short = Uint8Array.of(160, 1, 2, 3, 4, 5, 6);
    expect(decodeMessage(short)).toMatchObject({ kind: 'read', value: { type: 'short' } });
    ben!.hear(ada!.session, 'control', short);
    expect(ben!.refusals).toEqual(['unknown-head']);
    expect(asked.mock.calls).toMatchObject([[{ type: 'unknown' }]]);
  });

  it('[SYN6] of a document that nobody here has is passed over; the others are looked at', () => {
    const reaches = [{ session: ada!.session, count: 9, chain: new Uint8Array(16) }];
    const summaries = [DOCUMENT.replace('5e', '6f'), DOCUMENT].map(document => ({
      ...{ document, digest: new Uint8Array(16), reaches, isWhole: true }
    }));
    const asked = vi.spyOn(ben!.engine.neighbours.get(ada!.session)!, 'say');
    ben!.hear(
      ada!.session,
      'control',
      encodeMessage({ type: 'summary', fresh: true, answer: false, summaries })
    );
    expect(asked.mock.calls).toMatchObject([[{ type: 'ask', document: DOCUMENT }]]);
  });
});

describe('what is put into a document by the page itself', () => {
  it('[SYN5] as its storage, is not said as if one had written it', () => {
    const FILE = Symbol('a file');
    const dan = pages.open({ isForeign: origin => origin === FILE });
    pages.join(ben!, dan);
    pages.clock.advance(1000);
    dan.doc.transact(() => dan.text.insert(0, 'read '), FILE);
    pages.clock.advance(1000);
    expect([dan.words, ben!.words, logOf(ben!).count(dan.session)]).toEqual(['read word', 'word', 0]);
  });
});
