/** What was here, was leaned on or read, and is in the log no more. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import { encodeMessage } from '../overlay/wire';
import { craft, valuesOf } from '../permissions/crafted.testing';
import { clientOf } from '../session';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import type { IKeys } from './options';
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
    pages.clock.advance(30_000);
    expect(reader.words).toBe(author.words);
    expect(logOf(reader).pieces(author.session)[0]).toMatchObject({ form: 'segment' });
  });
});
