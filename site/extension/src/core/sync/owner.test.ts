/** Of the owner nobody says how far they count: what said two things counts as far as nobody doubts it. */
import { digest } from 'lib0/hash/sha256';
import { beforeEach, describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import type { IOwnSession } from '../identity/own';
import type { ICut } from '../log/log';
import { encodeMessage } from '../overlay/wire';
import { craft, textOf } from '../permissions/crafted.testing';
import { clientOf } from '../session';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import type { IRules } from './options';

const start = new Y.Doc();
Y.applyUpdate(start, GENESIS);
const [genesisClient] = [...start.store.clients.keys()] as [number];
const emptyText = (start.getMap<Y.Map<unknown>>('cells').get('c')!.get('source') as Y.Text)._item!.id;
const text = { client: genesisClient, clock: emptyText.clock };

let pages: Pages;
let owner: string;
let cut: ICut | null;
let lost: Map<Page, string[]>;
const rules: IRules = {
  standing: () => 'may',
  cutOf: (_, __, participant) => (participant === owner ? cut : null),
  isOwner: participant => participant === owner
};

beforeEach(() => {
  [pages, owner, cut, lost] = [new Pages(digest), '', null, new Map()];
});

function open(): Page {
  const told: string[] = [];
  const page: Page = pages.open({
    rules,
    onReplayed: (_, doc) => (page.doc = doc),
    onLost: (_, all) => told.push(...all.map(each => each.text)),
    onUnfit: () => undefined
  });
  lost.set(page, told);
  return page;
}

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;

/** Letter after letter. */
function seal(own: IOwnSession, letters: string): Uint8Array[] {
  const client = clientOf(digest, DOCUMENT, own.participant, own.session);
  const changes = [...letters].map((letter, at) =>
    craft(client, at, [
      { ...(at === 0 ? { parent: text } : { left: { client, clock: at - 1 } }), content: textOf(letter) }
    ])
  );
  return pages.members.sealed(own, DOCUMENT, 'document', changes);
}

/** A page that was given that, by somebody who is not there any more. */
function given(own: IOwnSession, letters: string): Page {
  const [page, other] = [open(), pages.open({ rules })];
  pages.join(page, other);
  page.hear(other.session, 'control', encodeMessage({ type: 'introduction', bytes: own.introduction }));
  seal(own, letters).forEach(bytes => page.engine.hearStar('somebody', bytes));
  pages.part(page, other);
  expect(page.words).toBe(letters);
  return page;
}

describe('an owner who said two things', () => {
  it('[LOG6] counts everywhere as far as nobody doubts it, and who leaned on more is told', () => {
    const own = pages.members.session('owner');
    owner = own.participant;
    const [a, b] = [given(own, 'fabc'), given(own, 'fxy')];
    a.text.insert(3, '<leaning>');
    a.text.insert(0, '<free>');
    pages.clock.advance(1000);
    pages.join(a, b);
    pages.clock.advance(60_000);
    expect([a.words, b.words]).toEqual(['<free>f', '<free>f']);
    expect([a, b].map(page => [logOf(page).count(own.session), logOf(page).limitOf(own.session)])).toEqual([
      [1, 1],
      [1, 1]
    ]);
    expect(lost.get(a)).toEqual(['<leaning>']);
    // Who comes later takes no more either, whichever side they had.
    const late = given(own, 'fab');
    pages.join(late, b);
    pages.clock.advance(60_000);
    expect(late.words).toBe('<free>f');
  });

  it('[LOG6] counts less when another proof begins before, also for who had heard of a later one', () => {
    const own = pages.members.session('owner');
    owner = own.participant;
    const [a, b, c] = [given(own, 'fabc'), given(own, 'fay'), given(own, 'fz')] as const;
    pages.join(a, b);
    pages.clock.advance(60_000);
    expect([a, b].map(page => page.words)).toEqual(['fa', 'fa']);
    pages.join(b, c);
    pages.clock.advance(60_000);
    expect([a, b, c].map(page => page.words)).toEqual(['f', 'f', 'f']);
    const digests = [a, b, c].map(page => page.engine.replica(DOCUMENT)!.reaches.digest);
    expect(digests).toEqual(digests.map(() => digests[0]));
  });

  it('[LOG6] is in doubt no longer when the next owner says how far, and be it just as far', () => {
    const own = pages.members.session('owner');
    owner = own.participant;
    const [a, b] = [given(own, 'fabc'), given(own, 'fxy')];
    pages.join(a, b);
    pages.clock.advance(60_000);
    expect(logOf(a).forks).toEqual([own.session]);
    cut = { count: 1, chain: logOf(a).chainAt(own.session, 1) };
    a.engine.rulesChanged();
    expect(logOf(a).forks).toEqual([]);
  });

  it('[LOG6] is the only one: of anybody else all that is here stays until somebody says how far', () => {
    const own = pages.members.session('attendee');
    const [a, b] = [given(own, 'fab'), given(own, 'fxy')];
    pages.join(a, b);
    pages.clock.advance(60_000);
    expect([a.words, b.words, logOf(a).forks]).toEqual(['fab', 'fxy', [own.session]]);
  });

  it('[LOG6] counts as a statement says, when the next owner says it', () => {
    const own = pages.members.session('owner');
    owner = own.participant;
    const [a, b] = [given(own, 'fabc'), given(own, 'fxy')];
    const chain = logOf(a).chainAt(own.session, 3);
    pages.join(a, b);
    pages.clock.advance(60_000);
    expect([a.words, b.words]).toEqual(['f', 'f']);
    const late = given(own, 'fabc');
    cut = { count: 3, chain };
    [a, b, late].forEach(page => page.engine.rulesChanged());
    pages.join(late, b);
    pages.clock.advance(60_000);
    expect([a, b, late].map(page => page.words)).toEqual(['fab', 'fab', 'fab']);
  });

  it('[LOG6] sees on their own page what the class has, and nothing more that it says counts', () => {
    const [page, friend] = [open(), open()];
    owner = page.participant;
    pages.join(page, friend);
    for (const letter of 'abc') {
      page.text.insert(page.text.length, letter);
      pages.clock.advance(500);
    }
    const told = given(page.own, 'x');
    pages.join(told, friend);
    pages.clock.advance(60_000);
    expect([page, friend, told].map(each => each.words)).toEqual(['', '', '']);
    expect([lost.get(page), logOf(page).limitOf(page.session)]).toEqual([['abc'], 0]);
    page.text.insert(0, 'more');
    pages.clock.advance(5000);
    expect([page.words, friend.words, lost.get(page)]).toEqual(['', '', ['abc', 'more']]);
  });
});
