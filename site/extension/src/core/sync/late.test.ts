/** What waits for a key, and its author may not write any more when that comes. */
import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import * as Y from 'yjs';
import { DOCUMENT, GENESIS, type Page, Pages } from '../simulation/pages';
import type { IDocumentKey } from '../envelope/keys';
import type { ICut } from '../log/log';
import { QUIET_MS } from './contents';
import type { IKept } from './kept';
import type { IKeys, IRules } from './options';
import { LOST_MS } from './readings';

describe('what was written and waits for a key', () => {
  it('[PER7] is given back when its author is cut off before it comes, and stands on no page alone', () => {
    const pages = new Pages(digest);
    let [isHere, cut]: [boolean, ICut | null] = [false, null];
    const lost: string[] = [];
    const page = pages.open({
      keys: {
        keyFor: (document, kind, then) =>
          isHere ? pages.members.keys.keyFor(document, kind, then) : then(null),
        keysOf: pages.members.keys.keysOf
      },
      rules: { standing: () => 'may', cutOf: (_, session) => (session === page.session ? cut : null) },
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: () => undefined
    });
    page.text.insert(0, 'Too late.');
    pages.clock.advance(1000);
    cut = { count: 0, chain: null };
    page.engine.rulesChanged();
    isHere = true;
    page.engine.keysChanged();
    pages.clock.advance(1000);
    expect([page.words, lost]).toEqual(['', ['Too late.']]);
  });

  it('[PER7] counts with what follows on it, once its author is cut off no more', () => {
    const pages = new Pages(digest);
    let [isHere, cut]: [boolean, ICut | null] = [false, null];
    const rules: IRules = {
      standing: () => 'may',
      cutOf: (_, session) => (session === page.session ? cut : null)
    };
    const keys: IKeys = {
      keyFor: (document, kind, then) =>
        isHere ? pages.members.keys.keyFor(document, kind, then) : then(null),
      keysOf: pages.members.keys.keysOf
    };
    const kept: IKept[] = [];
    const page: Page = pages.open({
      ...{ keys, rules },
      onUnfit: () => undefined,
      keep: (_, each) => kept.push(each)
    });
    const other = pages.open({ rules });
    pages.join(page, other);
    page.text.insert(0, 'Too late. ');
    pages.clock.advance(1000);
    cut = { count: 0, chain: null };
    [page, other].forEach(({ engine }) => engine.rulesChanged());
    isHere = true;
    page.engine.keysChanged();
    pages.clock.advance(1000);
    cut = null;
    [page, other].forEach(({ engine }) => engine.rulesChanged());
    pages.clock.advance(1000);
    page.text.insert(0, 'And on. ');
    pages.clock.advance(10_000);
    expect([page.words, other.words]).toEqual(Array(2).fill('And on. Too late. '));
    // Storage has what follows on it, and so what was kept out.
    const later = pages.open({}, false);
    later.engine.follow(DOCUMENT, later.doc, { genesis: GENESIS, kept });
    pages.clock.advance(1000);
    expect(later.words).toBe('And on. Too late. ');
  });

  /** Somebody who has no key yet, and may not write any more, and somebody else. */
  function stranded(): {
    readonly pages: Pages;
    readonly page: Page;
    readonly other: Page;
    readonly lost: string[];
    readonly faults: string[];
    readonly close: () => void;
    readonly say: (may: boolean) => void;
    readonly getKey: () => void;
  } {
    const pages = new Pages(digest);
    let [isHere, may] = [false, true];
    const [lost, faults]: [string[], string[]] = [[], []];
    const rules: IRules = {
      standing: ({ session }) => (may || session !== page.session ? 'may' : 'may-not'),
      cutOf: (_, session) => (may || session !== page.session ? null : { count: 0, chain: null })
    };
    const keys: IKeys = {
      keyFor: (document, kind, then) =>
        isHere ? pages.members.keys.keyFor(document, kind, then) : then(null),
      keysOf: pages.members.keys.keysOf
    };
    const page: Page = pages.open(
      {
        ...{ keys, rules },
        onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
        onUnfit: (_, fault) => faults.push(fault)
      },
      false
    );
    const close = page.follow();
    const other = pages.open({ rules });
    pages.join(page, other);
    const say = (now: boolean): void => {
      may = now;
      [page, other].forEach(({ engine }) => engine.rulesChanged());
    };
    const getKey = (): void => {
      isHere = true;
      page.engine.keysChanged();
    };
    page.text.insert(0, 'Nobody heard of it. ');
    pages.clock.advance(1000);
    return { pages, page, other, lost, faults, close, say, getKey };
  }

  it('[PER7] is given back to whoever may not write any more, though no key ever comes; later they write on', () => {
    const { pages, page, other, lost, faults, say, getKey } = stranded();
    page.engine.rulesChanged();
    pages.clock.advance(1000);
    expect([page.words, lost]).toEqual(['Nobody heard of it. ', []]);
    say(false);
    pages.clock.advance(1000);
    expect([page.words, lost, faults]).toEqual(['', ['Nobody heard of it. '], ['role']]);
    say(true);
    getKey();
    page.text.insert(0, 'And on.');
    pages.clock.advance(10_000);
    expect([page.words, other.words, lost.length]).toEqual(['And on.', 'And on.', 1]);
  });

  it('[PER7] stays when its author may write again before it was given back', () => {
    const { pages, page, other, lost, say, getKey } = stranded();
    say(false);
    say(true);
    getKey();
    pages.clock.advance(10_000);
    expect([page.words, other.words, lost]).toEqual([...Array<string>(2).fill('Nobody heard of it. '), []]);
  });

  it('[PER7] is given back when the document is opened again, if it was closed before', () => {
    const { pages, page, lost, close, say } = stranded();
    say(false);
    close();
    pages.clock.advance(1000);
    expect(lost).toEqual([]);
    page.follow(new Y.Doc());
    pages.clock.advance(1000);
    expect([page.words, lost]).toEqual(['', ['Nobody heard of it. ']]);
  });

  it('[PER7] comes too late for a document that is closed: opened again it is written on in, and that is said', () => {
    const { pages, page, other, faults, close, say, getKey } = stranded();
    close();
    say(false);
    // Of what is closed nobody is told.
    expect(faults).toEqual([]);
    getKey();
    pages.clock.advance(1000);
    say(true);
    pages.clock.advance(1000);
    page.follow(new Y.Doc());
    pages.clock.advance(1000);
    page.text.insert(0, 'And on. ');
    pages.clock.advance(1000);
    expect([page.words, other.words]).toEqual(Array(2).fill('And on. Nobody heard of it. '));
  });

  it('[SYN18] of one’s own that a segment took along when it was cut off comes from who has it in pieces', () => {
    const pages = new Pages(digest);
    let cut: ICut | null = null;
    const rules: IRules = {
      standing: () => 'may',
      cutOf: (_, session) => (session === page.session ? cut : null)
    };
    let built = 0;
    const page: Page = pages.open({
      rules,
      compactEvery: 8,
      onReplayed: (_, doc) => {
        page.doc = doc;
        built += 1;
      }
    });
    const other = pages.open({ rules });
    pages.join(page, other);
    const write = (times: number): void => {
      for (let time = 0; time < times; time += 1) {
        page.text.insert(page.text.length, `${time}`);
        pages.clock.advance(500);
      }
    };
    write(3);
    const { log } = other.engine.replica(DOCUMENT)!;
    const count = log.count(page.session);
    const chain = log.chainAt(page.session, count);
    pages.part(page, other);
    write(9);
    expect(page.engine.replica(DOCUMENT)!.log.pieces(page.session)[0]).toMatchObject({ form: 'segment' });
    cut = { count, chain };
    [page, other].forEach(({ engine }) => engine.rulesChanged());
    expect([page.words, built]).toEqual(['', 1]);
    pages.join(page, other);
    // Before anybody compares what the documents say.
    pages.clock.advance(QUIET_MS / 2);
    // All that came together is read together.
    expect([page.words, other.words, built]).toEqual(['012', '012', 2]);
  });

  it('[SYN18] of one’s own that a segment took along whose key was undone comes from who has it in pieces', () => {
    const pages = new Pages(digest);
    const [first, second] = [0, 1].map(epoch => ({ epoch, key: new Uint8Array(32).fill(epoch + 1) })) as [
      IDocumentKey,
      IDocumentKey
    ];
    let [isSecond, isUndone] = [false, false];
    const keys: IKeys = {
      keyFor: (_, __, then) => then(isSecond ? second : first),
      keysOf: (_, __, epoch, then) => then([epoch === 0 || isUndone ? first.key : second.key])
    };
    const page = pages.open({ keys, compactEvery: 8 });
    const other = pages.open({ keys });
    pages.join(page, other);
    const write = (from: number, to: number): void => {
      for (let letter = from; letter < to; letter += 1) {
        page.text.insert(page.text.length, `${letter}`);
        pages.clock.advance(500);
      }
    };
    write(0, 4);
    pages.part(page, other);
    isSecond = true;
    write(4, 13);
    expect(page.engine.replica(DOCUMENT)!.log.pieces(page.session)[0]).toMatchObject({ form: 'segment' });
    isUndone = true;
    [page, other].forEach(({ engine }) => engine.rulesChanged(true));
    expect([page.words, other.words]).toEqual(['', '0123']);
    pages.join(page, other);
    pages.clock.advance(30_000);
    expect([page.words, other.words]).toEqual(['0123', '0123']);
  });

  it('[LOG7] in a segment whose key was undone is given back when nobody brings it in envelopes', () => {
    const pages = new Pages(digest);
    const lost: string[] = [];
    let isUndone = false;
    const key = new Uint8Array(32).fill(1);
    const page: Page = pages.open({
      compactEvery: 8,
      keys: {
        keyFor: (_, __, then) => then({ epoch: 0, key }),
        keysOf: (_, __, ___, then) => then(isUndone ? [] : [key])
      },
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: () => undefined
    });
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      page.text.insert(page.text.length, letter);
      pages.clock.advance(500);
    }
    const { log } = page.engine.replica(DOCUMENT)!;
    expect(log.pieces(page.session)[0]).toMatchObject({ form: 'segment' });
    isUndone = true;
    page.engine.rulesChanged(true);
    pages.clock.advance(LOST_MS - 1000);
    expect(lost).toEqual([]);
    pages.clock.advance(2000);
    expect([page.words, lost, log.limitOf(page.session)]).toEqual(['', ['abcdefghijklmnopqrstuvwxyz'], 0]);
  });

  it('[LOG7] in a segment whose key was undone, and is back in time, stays, and is written on', () => {
    const pages = new Pages(digest);
    const lost: string[] = [];
    let isUndone = false;
    const key = new Uint8Array(32).fill(1);
    const page: Page = pages.open({
      compactEvery: 8,
      keys: {
        keyFor: (_, __, then) => then({ epoch: 0, key }),
        keysOf: (_, __, ___, then) => then(isUndone ? [] : [key])
      },
      onReplayed: (_, doc) => (page.doc = doc),
      onLost: (_, all) => lost.push(...all.map(({ text }) => text))
    });
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      page.text.insert(page.text.length, letter);
      pages.clock.advance(500);
    }
    for (const is of [true, false]) {
      isUndone = is;
      page.engine.rulesChanged(true);
      pages.clock.advance(LOST_MS / 2);
    }
    page.text.insert(26, '.');
    pages.clock.advance(2 * LOST_MS);
    const { log } = page.engine.replica(DOCUMENT)!;
    expect([page.words, lost, log.count(page.session)]).toEqual(['abcdefghijklmnopqrstuvwxyz.', [], 27]);
  });

  it('[SYN5] while the document was being built anew goes out as it stands there, also what waited for its turn', () => {
    const pages = new Pages(digest);
    const key = new Uint8Array(32).fill(1);
    const keyFor: IKeys['keyFor'] = (_, __, then) => then({ epoch: 0, key });
    let isHere = true;
    const replayed: string[] = [];
    const page: Page = pages.open({
      keys: {
        keyFor,
        keysOf: (_, __, ___, then) => then(isHere ? [key] : [])
      },
      compactEvery: 8,
      onReplayed: (_, doc) => {
        page.doc = doc;
        replayed.push(page.words.slice(0, 30));
      }
    });
    const other = pages.open({ keys: { keyFor, keysOf: (_, __, ___, then) => then([key]) } });
    pages.join(page, other);
    for (const letter of 'abcdefghijklmnopqrstuvwxyz') {
      page.text.insert(page.text.length, letter);
      pages.clock.advance(500);
    }
    const [long, longer] = ['-', '+'].map(sign => sign.repeat(600_000)) as [string, string];
    for (const words of [
      ['1', '2', '3'],
      ['4', long, longer]
    ]) {
      isHere = false;
      page.engine.rulesChanged(true);
      pages.clock.advance(1000);
      // The first goes at once, the others wait; together they may be too large for one change.
      words.forEach(word => page.text.insert(page.text.length, word));
      isHere = true;
      page.engine.keysChanged();
      page.text.insert(page.text.length, '.');
      pages.clock.advance(5000);
    }
    const all = `abcdefghijklmnopqrstuvwxyz123.4${long}${longer}.`;
    expect(replayed).toEqual(['abcdefghijklmnopqrstuvwxyz123', 'abcdefghijklmnopqrstuvwxyz123.']);
    expect([page.words === all, other.words === all]).toEqual([true, true]);
    expect([page, other].map(({ engine }) => engine.replica(DOCUMENT)!.log.limitOf(page.session))).toEqual([
      ...[Infinity, Infinity]
    ]);
  });

  it('[LOG7] with a key of a team that was undone is given back: nobody else is given that key', () => {
    const pages = new Pages(digest);
    const lost: string[] = [];
    let isUndone = false;
    const key = new Uint8Array(32).fill(1);
    const page: Page = pages.open({
      keys: {
        keyFor: (_, __, then) => then({ epoch: 0, key }),
        keysOf: (_, __, ___, then) => then(isUndone ? [] : [key])
      },
      onLost: (_, all) => lost.push(...all.map(({ text }) => text)),
      onUnfit: () => undefined
    });
    page.text.insert(0, 'Sealed in vain.');
    pages.clock.advance(1000);
    expect(page.engine.replica(DOCUMENT)!.log.count(page.session)).toBe(1);
    isUndone = true;
    page.engine.rulesChanged(true);
    pages.clock.advance(1000);
    const { log } = page.engine.replica(DOCUMENT)!;
    expect([page.words, lost, log.limitOf(page.session)]).toEqual(['', ['Sealed in vain.'], 0]);
  });
});
