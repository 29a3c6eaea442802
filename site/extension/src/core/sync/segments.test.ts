import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { planSegments, sealSegment } from '../envelope/compact';
import { SessionKeys } from '../envelope/keys';
import { decodeSegment } from '../envelope/segment';
import type { Message } from '../overlay/messages';
import { decodeMessage, encodeMessage } from '../overlay/wire';
import type { IAcquaintance } from './acquaintances';
import type { IEngineOptions } from './engine';
import type { IPlace, Standing } from './options';
import { Opener } from './opener';
import { openChanges } from './wholes';
import { spans } from '../log/writer.testing';
import { COMPACT_BYTES, Compactor } from './compactor';

/** The same SHA-256 as the page's, faster. */
const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const ENTRIES = 166;
const [THREE, LETTER] = [0x33, 0x58];

const logOf = (page: Page) => page.engine.replica(DOCUMENT)!.log;
const formsOf = (page: Page): string => {
  const log = logOf(page);
  return [...log.sessions]
    .sort()
    .map(session => `${session} ${spans(log.pieces(session))}`)
    .join('\n');
};

/** Each types so many keys, ten a second, all at once. */
function type(pages: Pages, authors: readonly Page[], keys: number): void {
  for (let key = 0; key < keys; key += 1) {
    authors.forEach(author => author.text.insert(author.text.length, String(key % 10)));
    pages.clock.advance(100);
  }
}

function lesson(authors: number, keys: number): { pages: Pages; all: Page[] } {
  const pages = new Pages(digest);
  const all = pages.many(authors);
  pages.overlay(all);
  pages.clock.advance(1000);
  type(pages, all, keys);
  pages.clock.advance(30_000);
  return { pages, all };
}

function join(pages: Pages, all: readonly Page[]): { late: Page; bytes: number; messages: number } {
  const late = pages.open();
  all.slice(0, 6).forEach(other => pages.join(late, other));
  pages.clock.advance(8000);
  return { late, bytes: late.bytes(ENTRIES), messages: late.got.length };
}

describe('segments between pages', () => {
  it('[LOG13] a segment stands for as much as protocol.json says', () => {
    const root = new URL('../../../../../', import.meta.url);
    const limits: unknown = JSON.parse(readFileSync(new URL('docs/protocol.json', root), 'utf8'));
    expect(limits).toMatchObject({ compact_bytes: COMPACT_BYTES });
  });

  it('[SYN18] an author’s envelopes become segments on all pages, and a late joiner gets a few of them', () => {
    const { pages, all } = lesson(3, 200);
    const [a] = all;
    expect(logOf(a!).pieces(a!.session).length).toBeLessThan(90);
    expect(logOf(a!).pieces(a!.session)[0]!.form).toBe('segment');
    all.forEach(page => expect(formsOf(page)).toBe(formsOf(a!)));
    const { late } = join(pages, all);
    expect(late.words).toBe(a!.words);
    expect(formsOf(late)).toBe(formsOf(a!));
    const digests = [...all, late].map(page => page.engine.replica(DOCUMENT)!.reaches.digest.join());
    expect(new Set(digests).size).toBe(1);
  });

  /** Each types alone, and brings it to one page, where somebody comes late. */
  function late(authors: number, keys: number): { late: Page; bytes: number; messages: number } {
    const pages = new Pages(digest);
    const hub = pages.open();
    for (const author of pages.many(authors)) {
      type(pages, [author], keys);
      pages.join(author, hub);
      pages.clock.advance(5000);
      pages.part(author, hub);
    }
    return join(pages, [hub]);
  }

  it('[SYN18] what a late joiner needs does not grow with every envelope, as it does without segments', () => {
    const many = late(3, 400);
    expect(many.late.words.length).toBe(1200);
    const log = logOf(many.late);
    log.sessions.forEach(session => expect(log.pieces(session).length).toBeLessThan(90));
    vi.spyOn(Compactor.prototype, 'look').mockReturnValue();
    const plain = late(3, 400);
    vi.restoreAllMocks();
    expect(plain.late.words.length).toBe(1200);
    // Of 10 authors of 2,000 keys each it is 230 KB in 15 messages instead of 5.1 MB in 35.
    expect(many.bytes).toBeLessThan(3 * 25_000);
    expect(plain.bytes).toBeGreaterThan(3 * 90_000);
  });

  /** A segment in the author's name, signed as life would, that says what `change` makes of the truth. */
  function segmentOf(
    pages: Pages,
    author: Page,
    [from, to]: readonly [number, number],
    change: (plain: Uint8Array) => Uint8Array = plain => plain
  ): Uint8Array {
    const log = logOf(author);
    const { crypto, keys, room } = pages.members;
    const sessionKeys = new SessionKeys(crypto);
    let made: Uint8Array | null = null;
    openChanges(
      (piece, then) => new Opener(keys, sessionKeys).piece(piece, then),
      log.pieces(author.session, from, to),
      changes =>
        keys.keyFor(DOCUMENT, 'document', key => {
          const { plain } = planSegments(changes as Exclude<typeof changes, 'wrong' | null>)[0]!;
          const [chainFrom, chainTo] = [log.chainAt(author.session, from)!, log.chainAt(author.session, to)!];
          const place = {
            room,
            document: DOCUMENT,
            session: author.session,
            kind: 'document' as const,
            from,
            to
          };
          const ports = { keys: sessionKeys, digest, signer: author.own.signer };
          sealSegment(
            ports,
            { ...place, chainFrom, chainTo, signer: author.session },
            key!,
            change(plain),
            bytes => (made = bytes)
          );
        })
    );
    return made!;
  }

  const lying = (plain: Uint8Array): Uint8Array =>
    plain.map((byte, at) => (byte === THREE && plain[at - 1] === THREE - 1 ? LETTER : byte));

  /** Somebody who wrote 40 envelopes, and others who have them. */
  function written(others: number): { pages: Pages; author: Page; rest: Page[] } {
    const pages = new Pages(digest);
    const [author, ...rest] = pages.many(1 + others) as [Page, ...Page[]];
    pages.overlay([author, ...rest]);
    pages.clock.advance(1000);
    type(pages, [author], 40);
    pages.clock.advance(3000);
    rest.forEach(page => pages.part(author, page));
    return { pages, author, rest };
  }

  /** Somebody new to whom the author says this and nothing else. */
  function deceived(
    pages: Pages,
    author: Page,
    pieces: readonly Uint8Array[],
    count = 40,
    options: Partial<IEngineOptions> = {}
  ): Page {
    const page = pages.open(options);
    page.engine.connect(pages.network.line(page.session, author));
    const chain = logOf(author).chainAt(author.session, count)!.subarray(0, 16);
    const reaches = [{ session: author.session, count, chain }];
    const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: true }];
    const messages: Message[] = [
      { type: 'introduction', bytes: author.own.introduction },
      { type: 'summary', fresh: true, answer: false, summaries },
      { type: 'entries', document: DOCUMENT, isLast: true, pieces }
    ];
    messages.forEach(message => page.hear(author.session, 'control', encodeMessage(message)));
    page.engine.disconnect(author.session);
    return page;
  }

  it.each([40, 36])(
    '[ENV10] who was given a segment that lies and who has the envelopes end with one document (%i)',
    end => {
      const { pages, author, rest } = written(3);
      const late = deceived(pages, author, [segmentOf(pages, author, [0, end], lying)], end);
      expect(late.words).toContain('2X');
      const second = pages.open();
      pages.join(late, second);
      pages.clock.advance(3000);
      expect(second.words).toBe(late.words);
      pages.join(rest[0]!, late);
      pages.clock.advance(60_000);
      [late, second, ...rest].forEach(page => expect(page.words).toBe(author.words));
      [late, second].forEach(page => expect(logOf(page).refusedOf(author.session).length).toBe(1));
      const digests = [late, second, ...rest].map(page =>
        page.engine.replica(DOCUMENT)!.reaches.digest.join()
      );
      expect(new Set(digests).size).toBe(1);
    }
  );

  it('[SYN18] who has only the beginning, and something else in it, ends with one document with who was given it', () => {
    const { pages, author, rest } = written(1);
    type(pages, [author], 20);
    const blamed: string[][] = [];
    const onFork = (...whom: string[]): void => void blamed.push(whom);
    const segment = segmentOf(pages, author, [0, 60], lying);
    const late = deceived(pages, author, [segment], 60, { onFork });
    expect([late.words.length, late.words.slice(0, 4), blamed]).toEqual([60, '012X', []]);
    pages.join(late, rest[0]!);
    pages.clock.advance(60_000);
    [late, ...rest].forEach(page => expect(page.words).toBe(author.words.slice(0, 40)));
    // No chain shows it: each finds it in what both say, and tells its own page.
    expect(blamed).toEqual([[DOCUMENT, author.session, author.own.participant]]);
  });

  it('[SYN18] of two segments of one range that say different things one counts, the same for everybody', () => {
    const { pages, author } = written(0);
    const late = deceived(pages, author, [segmentOf(pages, author, [0, 40], lying)]);
    const other = deceived(pages, author, [segmentOf(pages, author, [0, 40])]);
    expect(late.words).not.toBe(other.words);
    pages.join(late, other);
    pages.clock.advance(60_000);
    expect(late.words).toBe(other.words);
    expect(formsOf(late)).toBe(formsOf(other));
  });

  it('[LOG8] who has a part of a segment’s range takes it only when it goes on from there', () => {
    const { pages, author, rest } = written(1);
    type(pages, [author], 20);
    pages.clock.advance(1000);
    const bad = segmentOf(pages, author, [0, 60], lying);
    const good = segmentOf(pages, author, [0, 60]);
    const [other] = rest as [Page];
    const say = (bytes: Uint8Array): void => {
      other.engine.connect(pages.network.line(other.session, author));
      const chain = logOf(author).chainAt(author.session, 60)!.subarray(0, 16);
      const reaches = [{ session: author.session, count: 60, chain }];
      const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: true }];
      other.hear(
        author.session,
        'control',
        encodeMessage({ type: 'summary', fresh: true, answer: false, summaries })
      );
      const entries: Message = { type: 'entries', document: DOCUMENT, isLast: true, pieces: [bytes] };
      other.hear(author.session, 'control', encodeMessage(entries));
      other.engine.disconnect(author.session);
      pages.clock.advance(1000);
    };
    say(bad);
    expect(logOf(other).count(author.session)).toBe(40);
    expect(other.words).toBe(author.words.slice(0, 40));
    pages.clock.advance(10_000);
    say(good);
    expect(other.words).toBe(author.words);
    expect(spans(logOf(other).pieces(author.session))).toBe('0-60');
  });

  it('[SYN18] who says of a segment that it lies and does not show it changes nothing, and is asked once', () => {
    const { pages, author } = written(0);
    const late = deceived(pages, author, [segmentOf(pages, author, [0, 40])]);
    const [piece] = logOf(late).pieces(author.session);
    const asked: Message[] = [];
    const line = pages.network.line(late.session, author);
    const send = (_: unknown, bytes: Uint8Array): void => {
      const read = decodeMessage(bytes);
      asked.push(...(read.kind === 'read' && read.value.type === 'ask' ? [read.value] : []));
    };
    late.engine.connect({ ...line, send });
    const reaches = [{ session: author.session, count: 0, chain: piece!.hash.subarray(0, 16) }];
    const summaries = [
      { document: `segments/${DOCUMENT}`, digest: new Uint8Array(16), reaches, isWhole: false }
    ];
    for (let turn = 0; turn < 3; turn += 1) {
      const document = `pieces/${DOCUMENT}`;
      late.hear(
        author.session,
        'control',
        encodeMessage({ type: 'summary', fresh: false, answer: false, summaries })
      );
      const pieces = logOf(author)
        .pieces(author.session)
        .map(({ bytes }) => bytes);
      late.hear(
        author.session,
        'control',
        encodeMessage({ type: 'entries', document, isLast: true, pieces })
      );
      pages.clock.advance(1000);
    }
    expect(asked.length).toBe(1);
    expect(late.words).toBe(author.words);
    expect(spans(logOf(late).pieces(author.session))).toBe('0-40');
  });

  it.each([
    ['may-not', 'not-allowed'],
    ['unknown', 'too-early']
  ] as const)('[SYN16] a segment of somebody who %s write there is refused', (answer, refusal) => {
    const { pages, author } = written(0);
    const bytes = segmentOf(pages, author, [0, 40]);
    const asked: IPlace[] = [];
    const standing = (who: IAcquaintance, place: IPlace): Standing => {
      asked.push(place);
      return who.participant === author.participant ? answer : 'may';
    };
    const late = deceived(pages, author, [bytes], 40, { rules: { standing, cutOf: () => null } });
    expect([late.words, logOf(late).count(author.session)]).toEqual(['', 0]);
    expect(late.refusals).toContain(refusal);
    // Who might write the last of it might write it all.
    expect(asked).toMatchObject([{ document: DOCUMENT, session: author.session, sequence: 39 }]);
    expect(deceived(pages, author, [bytes]).words).toBe(author.words);
  });

  it('[SYN16] a segment of another class, or of one’s own session, is refused', () => {
    const { pages, author } = written(0);
    const bytes = segmentOf(pages, author, [0, 40]);
    const other = deceived(pages, author, [bytes], 40, { room: new Uint8Array(32).fill(9) });
    expect([logOf(other).count(author.session), other.refusals.includes('other-class')]).toEqual([0, true]);
    const late = deceived(pages, author, []);
    const own = author.engine.intake;
    const judged: unknown[] = [];
    const read = decodeSegment(bytes);
    if (read.kind === 'read') {
      own.acceptSegment(read.value, bytes, late.session, who => judged.push(who));
    }
    expect([judged, author.refusals.at(-1)]).toEqual([[null], 'own']);
  });

  it('[ENV7] a segment that somebody else signed, or nobody, or with another word in it, is refused', () => {
    const { pages, author } = written(0);
    const bytes = segmentOf(pages, author, [0, 40]);
    const at = [bytes.byteLength - 1, bytes.byteLength - 100];
    for (const each of at) {
      const changed = bytes.slice();
      changed[each]! ^= 1;
      const late = deceived(pages, author, [changed]);
      expect([late.words, logOf(late).count(author.session)]).toEqual(['', 0]);
      expect(late.refusals).toContain('forged');
    }
  });

  it('[LOG13] who comes again on another day makes one segment of what they wrote before', () => {
    const pages = new Pages(digest);
    const [first, other] = [pages.open({}, true, 'ada'), pages.open()];
    pages.join(first, other);
    type(pages, [first], 30);
    pages.clock.advance(2000);
    pages.part(first, other);
    first.engine.end();
    const again = pages.open({}, true, 'ada');
    pages.join(again, other);
    pages.clock.advance(2000);
    again.text.insert(0, 'z');
    pages.clock.advance(20_000);
    [again, other].forEach(page => expect(spans(logOf(page).pieces(first.session))).toBe('0-30'));
    expect(other.words).toBe(again.words);
    expect(other.words.length).toBe(31);
  });
});
