/** What is sealed for an epoch that was stated and is not any more, on pages that were open then and on others. */
import { digest } from 'lib0/hash/sha256';
import { expect, it } from 'vitest';
import { toHex } from '../tagged';
import { EVERYBODY_MAY } from '../simulation/members';
import { late } from '../simulation/late';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { epochOf } from './pieces';
import type { IEngineOptions, IKeys, IRules } from './options';

/** A class in which a second epoch is stated, and undone: what one page knows of it. */
class Known {
  readonly epochs = new Set([0]);
  readonly undone = new Set<number>();

  state(): void {
    this.epochs.add(1);
    this.undone.delete(1);
  }

  undo(): void {
    this.epochs.delete(1);
    this.undone.add(1);
  }

  readonly rules: IRules = {
    ...EVERYBODY_MAY,
    standing: (who, place) =>
      place.epoch === null || this.epochs.has(place.epoch) ? EVERYBODY_MAY.standing(who, place) : 'unknown',
    undone: this.undone
  };

  readonly keys: IKeys = {
    keyFor: (_, __, then) => then(keyOf(Math.max(...this.epochs))),
    keysOf: (_, __, epoch, then) => then(this.epochs.has(epoch) ? [keyOf(epoch).key] : [])
  };
}

function keyOf(epoch: number): { epoch: number; key: Uint8Array } {
  return { epoch, key: new Uint8Array(32).fill(epoch + 1) };
}

function opened(pages: Pages, known: Known, options: Partial<IEngineOptions> = {}): Page {
  return pages.open({
    ...{ rules: known.rules, keys: known.keys, onUnfit: () => undefined },
    ...options
  });
}

const told = ({ engine }: Page): string => toHex(engine.replica(DOCUMENT)!.reaches.digest);

function write(pages: Pages, page: Page, words: string): void {
  for (const letter of words) {
    page.text.insert(page.text.length, letter);
    pages.clock.advance(500);
  }
}

it.each([
  { as: 'envelopes', compactEvery: 64, first: 'ab' },
  { as: 'a segment', compactEvery: 8, first: 'ab' }
])(
  '[LOG15] of what was sealed in $as for an epoch that is undone all have the same, and its author is told; stated again, it is back',
  ({ as, compactEvery, first }) => {
    const pages = new Pages(digest);
    const [known, knownToAuthor] = [new Known(), new Known()];
    const lost: string[] = [];
    const author = opened(pages, knownToAuthor, {
      compactEvery,
      onLost: (_, all) => lost.push(...all.map(({ text }) => text))
    });
    const reader = opened(pages, known);
    write(pages, author, first);
    [known, knownToAuthor].forEach(each => each.state());
    const next = as === 'a segment' ? 'cdefghijkl' : 'cd';
    write(pages, author, next);
    pages.join(author, reader);
    pages.clock.advance(5000);
    expect([author, reader].map(({ words }) => words)).toEqual([first + next, first + next]);
    const { log } = reader.engine.replica(DOCUMENT)!;
    expect(log.pieces(author.session)[0]!.form).toBe(as === 'a segment' ? 'segment' : 'envelope');

    pages.part(author, reader);
    known.undo();
    reader.engine.rulesChanged(true);
    pages.clock.advance(1000);
    const left = as === 'a segment' ? '' : first;
    expect([reader.words, log.count(author.session)]).toEqual([left, left.length]);
    const newcomer = opened(pages, new Known());
    pages.join(newcomer, reader);
    pages.clock.advance(30_000);
    expect([newcomer.words, told(newcomer)]).toEqual([left, told(reader)]);

    // The reader hears that it counts after all.
    known.state();
    reader.engine.rulesChanged(true);
    pages.clock.advance(1000);
    expect(reader.words).toBe(first + next);
    known.undo();
    reader.engine.rulesChanged(true);

    knownToAuthor.undo();
    author.engine.rulesChanged(true);
    pages.join(author, reader);
    pages.clock.advance(60_000);
    expect([author, reader, newcomer].map(({ words }) => words)).toEqual([left, left, left]);
    expect(lost.join('')).toBe((first + next).slice(left.length));
    expect([told(author), told(newcomer)]).toEqual([told(reader), told(reader)]);
    expect(author.engine.replica(DOCUMENT)!.log.limitOf(author.session)).toBe(left.length);
  }
);

/** One page wrote in both epochs, in the first of them envelopes, and makes a segment of them in the second. */
it('[LOG15] whenever an epoch is undone while what is sealed for it is being looked at, nothing of it stays', () => {
  const refused: string[] = [];
  for (let after = 0; after <= 60; after += 3) {
    const pages = new Pages(digest);
    const [known, knownToAuthor] = [new Known(), new Known()];
    const author = opened(pages, knownToAuthor, { compactEvery: 8 });
    const reader = opened(pages, known, {
      crypto: late(pages.members.crypto, pages.clock, pages.chance, 20)
    });
    pages.join(author, reader);
    pages.clock.advance(5000);
    write(pages, author, 'abcdefghi');
    [known, knownToAuthor].forEach(each => each.state());
    write(pages, author, 'j');
    author.text.insert(0, 'k');
    pages.clock.advance(after);
    known.undo();
    reader.engine.rulesChanged(true);
    pages.clock.advance(1000);
    const { log } = reader.engine.replica(DOCUMENT)!;
    const sealedFor = log.pieces(author.session).map(piece => epochOf(piece));
    expect(new Set(sealedFor)).toEqual(new Set([0]));
    expect([log.waiting, reader.words]).toEqual([0, 'abcdefghi']);
    refused.push(...reader.refusals);
    known.state();
    reader.engine.rulesChanged(true);
    pages.clock.advance(5000);
    expect(reader.words).toBe('kabcdefghij');
  }
  expect(refused).toContain('cut-off');
});

it('[LOG7, LOG11] what was ended for its key, and has the right one, is told of again', () => {
  const pages = new Pages(digest);
  let isRight = true;
  const known = new Known();
  const author = opened(pages, new Known());
  const reader = opened(pages, known, {
    keys: { ...known.keys, keysOf: (_, __, ___, then) => then([keyOf(isRight ? 0 : 7).key]) }
  });
  pages.join(author, reader);
  write(pages, author, 'ab');
  const whole = told(reader);
  expect(whole).toBe(told(author));
  pages.part(author, reader);
  for (const is of [false, true]) {
    isRight = is;
    reader.engine.rulesChanged(true);
    pages.clock.advance(1000);
    expect([reader.words, told(reader) === whole]).toEqual([is ? 'ab' : '', is]);
  }
});
