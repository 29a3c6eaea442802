/** What was here, was leaned on or read, and is in the log no more. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../overlay/wire';
import { craft, valuesOf } from '../permissions/crafted.testing';
import { clientOf } from '../session';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import type { ICut } from '../log/log';
import type { IKeys, IRules } from './options';
import { LOST_MS } from './readings';

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;

function type(pages: Pages, page: Page, letters: string): void {
  for (const letter of letters) {
    page.text.insert(page.text.length, letter);
    pages.clock.advance(200);
  }
}

describe('what was here and is not any more', () => {
  it('[LOG7] is waited for in case others have it; then what one wrote beside it is given back, and a new page goes on', () => {
    const pages = new Pages(digest);
    const [lost, faults]: [string[], string[]] = [[], []];
    const eve = pages.open({ compactEvery: 8 });
    const page: Page = pages.open({
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: (_, fault) => faults.push(fault)
    });
    const [other, apart] = [pages.open(), pages.open()];
    pages.join(eve, page);
    pages.join(other, apart);
    type(pages, eve, 'abcdefghijklmnopqrstuvwxyz');
    pages.clock.advance(10_000);
    expect(logOf(page).pieces(eve.session)[0]).toMatchObject({ form: 'segment' });
    page.text.insert(6, '<mine>');
    pages.clock.advance(1000);
    expect(page.words).toBe('abcdef<mine>ghijklmnopqrstuvwxyz');
    pages.part(eve, page);
    // To somebody else she had said another beginning, and nothing more.
    const client = clientOf(digest, DOCUMENT, eve.participant, eve.session);
    const [first] = pages.members.sealed(eve.own, DOCUMENT, 'document', [
      craft(client, 0, [{ parent: 'cells', kind: 8, key: 'eves', content: valuesOf(1) }])
    ]);
    other.hear(
      apart.session,
      'control',
      encodeMessage({ type: 'introduction', bytes: eve.own.introduction })
    );
    other.engine.hearStar('somebody', first!);
    expect(logOf(other).count(eve.session)).toBe(1);
    pages.join(page, other);
    pages.clock.advance(LOST_MS - 5000);
    expect([logOf(page).count(eve.session), lost]).toEqual([1, []]);
    pages.clock.advance(15_000);
    expect([lost, faults, logOf(page).limitOf(page.session)]).toEqual([['<mine>'], ['role'], 0]);
    expect(page.words).toBe(other.words);
  });

  it('[SYN18] of what somebody was told that may not be, and the others in a segment otherwise, all have the same', () => {
    const pages = new Pages(digest);
    const eve = pages.open({ compactEvery: 8 });
    const [page, third, told] = pages.many(3) as [Page, Page, Page];
    pages.chain([eve, page, third]);
    type(pages, eve, 'abcdefghijklmnopqrstuvwxyz');
    pages.clock.advance(10_000);
    expect(logOf(third).pieces(eve.session)[0]).toMatchObject({ form: 'segment' });
    pages.part(eve, page);
    const client = clientOf(digest, DOCUMENT, eve.participant, eve.session);
    // Beside nothing that there is: it follows on no clock of hers.
    const [first] = pages.members.sealed(eve.own, DOCUMENT, 'document', [
      craft(client, 5, [{ parent: 'cells', kind: 8, key: 'eves', content: valuesOf(1) }])
    ]);
    pages.join(third, told);
    told.hear(third.session, 'control', encodeMessage({ type: 'introduction', bytes: eve.own.introduction }));
    told.engine.hearStar('somebody', first!);
    expect(logOf(told).stopAt(eve.session)?.at).toBe(0);
    pages.clock.advance(30_000);
    const all = [page, third, told];
    expect(all.map(each => [logOf(each).count(eve.session), each.words])).toEqual(all.map(() => [0, '']));
    const digests = all.map(each => each.engine.replica(DOCUMENT)!.reaches.digest);
    expect(digests).toEqual(digests.map(() => digests[0]));
  });

  it.each([
    ['first', false],
    ['beside what it has of it', true]
  ])(
    '[LOG5, LOG7, LOG11] who was told what may not be %s, where others were told something else, knows it is a fork',
    (_, isAfter) => {
      const pages = new Pages(digest);
      const eve = pages.open();
      const [page, told] = pages.many(2) as [Page, Page];
      pages.join(eve, page);
      type(pages, eve, 'abc');
      pages.part(eve, page);
      const client = clientOf(digest, DOCUMENT, eve.participant, eve.session);
      // Signed as it should be, and beside nothing that there is.
      const [unfit] = pages.members.sealed(eve.own, DOCUMENT, 'document', [
        craft(client, 5, [{ parent: 'cells', kind: 8, key: 'eves', content: valuesOf(1) }])
      ]);
      told.engine.connect(pages.network.line(told.session, eve));
      told.hear(eve.session, 'control', encodeMessage({ type: 'introduction', bytes: eve.own.introduction }));
      told.engine.disconnect(eve.session);
      if (isAfter) {
        pages.join(page, told);
        pages.clock.advance(3000);
        pages.part(page, told);
      }
      told.engine.hearStar('somebody', unfit!);
      const { log } = told.engine.replica(DOCUMENT)!;
      const is = [log.count(eve.session), log.stopAt(eve.session)?.at, log.doubtedFrom(eve.session)];
      expect(is).toEqual(isAfter ? [3, undefined, 0] : [0, 0, null]);
      pages.join(page, told);
      pages.clock.advance(30_000);
      expect([page, told].map(each => logOf(each).doubtedFrom(eve.session))).toEqual([0, 0]);
      expect(page.words).toBe('abc');
    }
  );

  it('[LOG7] is waited for as long each time, also by whom it came back to before', () => {
    const pages = new Pages(digest);
    const key = new Uint8Array(32).fill(1);
    let isHere = true;
    const [lost, faults]: [string[], string[]] = [[], []];
    const page: Page = pages.open({
      compactEvery: 8,
      onUnfit: (_, fault) => faults.push(fault),
      keys: {
        keyFor: (_, __, then) => then({ epoch: 1, key }),
        keysOf: (_, __, ___, then) => then(isHere ? [key] : [])
      },
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text))
    });
    type(pages, page, 'abcdefghijklmnopqrstuvwxyz');
    pages.clock.advance(10_000);
    expect(logOf(page).pieces(page.session)[0]).toMatchObject({ form: 'segment' });
    const comeAndGo = (ms: number): void => {
      isHere = true;
      page.engine.keysChanged();
      pages.clock.advance(1000);
      isHere = false;
      page.engine.rulesChanged(true);
      pages.clock.advance(ms);
    };
    comeAndGo(LOST_MS - 5000);
    comeAndGo(LOST_MS - 5000);
    expect(lost).toEqual([]);
    pages.clock.advance(10_000);
    expect([lost.join('').slice(0, 8), faults]).toEqual(['abcdefgh', ['role']]);
  });

  it('[ROL11] of whom others leaned on what came after a frontier, and that is not here, is said to be short', () => {
    const pages = new Pages(digest);
    let cut: ICut | null = null;
    const rules: IRules = {
      standing: () => 'may',
      cutOf: (_, session) => (session === author.session ? cut : null)
    };
    const author = pages.open();
    const [teacher, witness, other] = [pages.open({ rules }), pages.open({ rules }), pages.open()];
    const isShort = ({ engine } = teacher): readonly boolean[] =>
      engine.reachedBy(author.participant).map(reach => reach.isShort === true);
    pages.join(author, teacher);
    type(pages, author, 'ab');
    pages.clock.advance(1000);
    pages.part(author, teacher);
    pages.join(author, other);
    pages.join(witness, other);
    type(pages, author, 'cd');
    pages.clock.advance(5000);
    other.text.insert(4, '<leaning>');
    pages.clock.advance(1000);
    expect(isShort()).toEqual([false]);
    const { log } = teacher.engine.replica(DOCUMENT)!;
    const count = log.count(author.session);
    cut = { count, chain: log.chainAt(author.session, count) };
    [teacher, witness].forEach(({ engine }) => engine.rulesChanged());
    expect(isShort()).toEqual([false]);
    pages.part(author, other);
    pages.join(other, teacher);
    pages.clock.advance(20_000);
    expect(isShort()).toEqual([true]);
    // Who has what came then brings it back.
    expect(isShort(witness)).toEqual([false]);
    // Of who was not cut off, and of what is read into no document, that is not said.
    expect(other.engine.reachedBy(other.participant).map(reach => reach.isShort === true)).toEqual([false]);
    const carrier = pages.open({ rules, carries: () => true }, false);
    pages.join(carrier, witness);
    pages.clock.advance(5000);
    expect(isShort(carrier)).toEqual([false]);
  });

  it('[LOG7] what one wrote beside what waits for a key is not given back: that is here', () => {
    const pages = new Pages(digest);
    const [one, two] = [1, 2].map(byte => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];
    let isHere = true;
    const keysOf: IKeys['keysOf'] = (_, __, epoch, then) => then(epoch === 0 ? [one] : isHere ? [two] : []);
    const under = (epoch: number): IKeys => ({
      keyFor: (_, __, then) => then({ epoch, key: epoch === 0 ? one : two }),
      keysOf
    });
    const lost: string[] = [];
    const far = pages.open({ keys: under(1) });
    const friend = pages.open({ keys: under(0) });
    const page: Page = pages.open({
      keys: under(0),
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text))
    });
    pages.join(far, friend);
    pages.join(friend, page);
    type(pages, far, '[]');
    friend.text.insert(1, '()');
    pages.clock.advance(1000);
    page.text.insert(2, '<mine>');
    pages.clock.advance(1000);
    isHere = false;
    page.engine.rulesChanged(true);
    pages.clock.advance(LOST_MS + 30_000);
    expect(lost).toEqual([]);
    isHere = true;
    page.engine.keysChanged();
    pages.clock.advance(30_000);
    expect([page.words, lost]).toEqual(['[(<mine>)]', []]);
  });

  it('[SYN18] what can be read is not given up for a segment that cannot, until there is a key', () => {
    const pages = new Pages(digest);
    const [one, two] = [1, 2].map(byte => new Uint8Array(32).fill(byte)) as [Uint8Array, Uint8Array];
    let [isSecond, isGiven] = [false, false];
    const keysOf =
      (has: () => boolean): IKeys['keysOf'] =>
      (_, __, epoch, then) =>
        then(epoch === 0 ? [one] : has() ? [two] : []);
    const keyFor: IKeys['keyFor'] = (_, __, then) =>
      then(isSecond ? { epoch: 1, key: two } : { epoch: 0, key: one });
    const author = pages.open({ compactEvery: 8, keys: { keyFor, keysOf: keysOf(() => true) } });
    const reader: Page = pages.open({
      keys: { keyFor, keysOf: keysOf(() => isGiven) },
      onReplayed: (_, doc) => (reader.doc = doc)
    });
    pages.join(author, reader);
    type(pages, author, 'abcd');
    pages.part(author, reader);
    isSecond = true;
    type(pages, author, 'efghijklmnopqrstuvwxyz');
    expect(logOf(author).pieces(author.session)[0]).toMatchObject({ form: 'segment' });
    pages.join(author, reader);
    pages.clock.advance(20_000);
    reader.engine.rulesChanged(true);
    pages.clock.advance(5000);
    expect(reader.words).toBe('abcd');
    isGiven = true;
    reader.engine.keysChanged();
    // It is asked for at once, and not when neighbours are compared again.
    pages.clock.advance(1500);
    expect(reader.words).toBe(author.words);
    expect(logOf(reader).pieces(author.session)[0]).toMatchObject({ form: 'segment' });
  });
});
