/** One's own changes on their way out, where something of them may not be said. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { type IChangeLimits, NOTEBOOK_LIMITS } from '../permissions/limits';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { VirtualClock } from '../simulation/time';
import { Drafts } from './drafts';
import { EVERY_MS } from './outbox';

/** Drafts of a page whose changes may be so large, and what it sends. */
function alone(limits: Partial<IChangeLimits> = {}) {
  const [clock, doc] = [new VirtualClock(), new Y.Doc()];
  const [sent, faults]: [Uint8Array[], string[]] = [[], []];
  const drafts = new Drafts(
    'document',
    {
      ...{ clock, session: 's', participant: 'me', clientOf: () => 7, cutOf: () => null },
      ...{ isForeign: () => false, mayWrite: () => true, unsealed: () => 0, withdraw: () => undefined },
      limits: { ...NOTEBOOK_LIMITS, ...limits },
      publish: change => sent.push(change),
      unfit: fault => faults.push(fault)
    },
    { doc: () => doc, takeOwn: () => true, replaySoon: () => undefined, changed: () => undefined }
  );
  return { clock, doc, drafts, sent, faults };
}

describe('what is written while one is told of a change', () => {
  it('[SYN4] goes to the class with what is taken away then', () => {
    const pages = new Pages(digest);
    const [page, other] = pages.many(2) as [Page, Page];
    pages.join(page, other);
    let isCorrected = false;
    page.text.observe(() => {
      if (!isCorrected) {
        isCorrected = true;
        page.doc.transact(() => {
          page.text.insert(page.text.length, ' right');
          page.text.delete(0, 5);
        });
      }
    });
    page.text.insert(0, 'wrong');
    pages.clock.advance(1000);
    expect([page.words, other.words]).toEqual([' right', ' right']);
  });
});

describe('what is given back', () => {
  it('[PER7] is told of once, whatever is written until the document is built anew; that is given back as well', () => {
    const pages = new Pages(digest);
    const [lost, faults]: [string[], string[]] = [[], []];
    const page: Page = pages.open({
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: (_, fault) => faults.push(fault)
    });
    const other = pages.open();
    pages.join(page, other);
    page.text.insert(0, 'true ');
    pages.clock.advance(1000);
    for (const word of ['forged ', 'again ']) {
      const aside = new Y.Doc();
      Y.applyUpdate(aside, Y.encodeStateAsUpdate(page.doc));
      (aside.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text).insert(0, word);
      Y.applyUpdate(page.doc, Y.encodeStateAsUpdate(aside), 'somebody');
      page.text.insert(page.text.length, 'typed ');
    }
    pages.clock.advance(1000);
    expect([faults, lost, page.words]).toEqual([['outside'], ['typed typed '], 'true ']);
    page.text.insert(5, 'words');
    pages.clock.advance(1000);
    expect(other.words).toBe('true words');
  });

  it('[ROL7] is nothing that one’s own code put out: that stays on the page, though there is no key and one may not write', () => {
    const pages = new Pages(digest);
    const faults: string[] = [];
    let may = true;
    const page = pages.open(
      {
        keys: { keyFor: (_, __, then) => then(null), keysOf: (_, __, ___, then) => then([]) },
        rules: { standing: () => (may ? 'may' : 'may-not'), cutOf: () => null },
        onReplayed: (_, doc) => (page.doc = doc),
        onUnfit: (_, fault) => faults.push(fault)
      },
      false
    );
    const outputs = `${DOCUMENT}/outputs.${page.participant}`;
    page.engine.follow(outputs, page.doc, { kind: 'outputs', genesis: null });
    page.doc.getMap('cells').set('c', 'said');
    pages.clock.advance(1000);
    may = false;
    page.engine.rulesChanged();
    pages.clock.advance(1000);
    expect([page.doc.getMap('cells').get('c'), faults]).toEqual(['said', []]);
  });

  it('[SYN4] is sent at most ten times a second, also where all is sent now and then', () => {
    const { clock, doc, drafts, sent } = alone();
    drafts.open(doc);
    const cells = doc.getMap('cells');
    ['first', 'second', 'third', 'fourth'].forEach(key => {
      cells.set(key, 1);
      if (key !== 'second') {
        drafts.flush();
      }
    });
    // The second waited for the third; the fourth would wait again.
    expect(sent.length).toBe(3);
    cells.set('last', 1);
    expect(sent.length).toBe(3);
    clock.advance(EVERY_MS);
    expect(sent.length).toBe(4);
  });

  it('[SYN5] is not sent, nor what follows on it: for what others may not take they end a session', () => {
    const { clock, doc, drafts, sent, faults } = alone({ structs: 1 });
    drafts.open(doc);
    const cells = doc.getMap('cells');
    cells.set('first', 1);
    expect(sent.length).toBe(1);
    doc.transact(() => ['two', 'structs'].forEach(key => cells.set(key, 2)));
    // Too large to go with the one before it.
    cells.set('last', 'x'.repeat(1_000_000));
    clock.advance(EVERY_MS);
    expect([sent.length, faults]).toEqual([1, ['too-large']]);
  });
});
