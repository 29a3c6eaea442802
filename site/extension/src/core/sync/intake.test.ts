import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { ICrypto } from '../crypto';
import type { IEnvelope } from '../envelope/envelope';
import { SessionKeys } from '../envelope/keys';
import { Sealer } from '../envelope/seal';
import type { ISegment } from '../envelope/segment';
import { encodeProof } from '../log/proof';
import { encodeMessage, FIRST_TYPE } from '../overlay/wire';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { Lesson } from '../simulation/lesson';
import { FAIR } from '../simulation/network';
import type { Verdict } from '../overlay/flood';
import type { Acquaintances } from './acquaintances';
import type { Standing } from './options';
import { HELD_BYTES, Intake } from './intake';

const [ENVELOPE, SHORT, INTRODUCTION, WHO_IS] = [1, FIRST_TYPE, FIRST_TYPE + 12, FIRST_TYPE + 13];
const envelopes = (page: Page): number => page.count(ENVELOPE) + page.count(SHORT);

const room = new Uint8Array(32);
const place = { room, sequence: 1, chain: new Uint8Array(0), signature: room };
const verify = (_: unknown, __: unknown, ___: unknown, then: (is: boolean) => void): void => then(true);

describe('taking in', () => {
  it('[SYN16] whose a session is goes before what it wrote, once on each channel', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    pages.clock.advance(1000);
    for (let key = 0; key < 5; key += 1) {
      a.text.insert(0, 'k');
      pages.clock.advance(200);
    }
    expect(c.words).toBe('kkkkk');
    expect([c.count(WHO_IS), c.count(INTRODUCTION)]).toEqual([0, 2]);
  });

  it('[SYN16] one that is missing is asked for, and what it wrote is held back until then', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.join(b, c);
    pages.clock.advance(1000);
    a.text.insert(0, 'early');
    const [piece] = a.engine.replica(DOCUMENT)!.log.pieces(a.session);
    const before = envelopes(c);
    b.hear(c.session, 'control', piece!.bytes);
    pages.clock.advance(1000);
    expect([b.words, envelopes(c) - before, c.count(WHO_IS)]).toEqual(['', 0, 1]);
    b.hear(c.session, 'control', encodeMessage({ type: 'introduction', bytes: a.own.introduction }));
    expect(b.words).toBe('early');
  });

  it('[SYN16] what cannot be judged is not remembered: it is looked at again when it comes again', () => {
    const pages = new Pages(digest);
    const rules = { may: false };
    const [a, b] = [
      pages.open(),
      pages.open({ rules: { standing: () => (rules.may ? 'may' : 'unknown'), cutOf: () => null } })
    ];
    a.text.insert(0, 'word');
    const [piece] = a.engine.replica(DOCUMENT)!.log.pieces(a.session);
    pages.join(a, b);
    pages.clock.advance(1000);
    expect([b.words, b.refusals.includes('too-early')]).toEqual(['', true]);
    rules.may = true;
    b.hear(a.session, 'control', piece!.bytes);
    expect(b.words).toBe('word');
  });

  it('[SYN16] an envelope of another class, or of one’s own session, is refused and goes no further', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    pages.clock.advance(1000);
    const before = envelopes(c);
    const [elsewhere] = pages.members.sealed(a.own, DOCUMENT, 'document', [new Uint8Array(9)], {
      room: new Uint8Array(32).fill(9)
    });
    b.hear(a.session, 'control', elsewhere!);
    const [mine] = pages.members.sealed(b.own, DOCUMENT, 'document', [new Uint8Array(9)]);
    b.hear(a.session, 'control', mine!);
    pages.clock.advance(1000);
    expect([b.refusals, envelopes(c) - before]).toEqual([['other-class', 'own'], 0]);
  });

  it('[LOG5] nobody is proven to contradict themselves by what they said in another kind, or in their cursor', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    a.text.insert(0, 'honest');
    pages.clock.advance(1000);
    const [piece] = a.engine.replica(DOCUMENT)!.log.pieces(a.session);
    for (const kind of ['awareness', 'record', 'outputs'] as const) {
      const [other] = pages.members.sealed(a.own, DOCUMENT, kind, [new Uint8Array(9)]);
      const proof = encodeProof({ introductions: [a.own.introduction], pieces: [piece!.bytes, other!] });
      b.hear(a.session, 'bulk', encodeMessage({ type: 'fork', bytes: proof }));
      b.hear(a.session, 'control', other!);
    }
    expect(b.engine.replica(DOCUMENT)!.log.proofOf(a.session)).toBe(null);
    expect(b.refusals.filter(refusal => refusal === 'forged').length).toBe(3);
    a.text.insert(6, ' still');
    pages.clock.advance(1000);
    expect(b.words).toBe('honest still');
  });

  it('[SYN16] what is held back until it is known whose it is, is bounded: envelopes and segments together', () => {
    const waiting: ((who: null) => void)[] = [];
    const known = new Set<string>();
    const who = (session: string) => ({ session, participant: 'ben', sessionKey: room });
    const acquaintances = {
      of: (session: string) => (known.has(session) ? who(session) : undefined),
      need: (_: string, __: string, then: (who: null) => void) => waiting.push(then)
    } as unknown as Acquaintances;
    const refusals: string[] = [];
    const intake = new Intake({
      ...{ room, acquaintances, session: 'me', crypto: { verify } as unknown as ICrypto },
      standing: () => 'may',
      lacksOwn: () => false,
      has: () => false,
      take: (_, __, ___, ____, then) => then('taken' as Verdict),
      refuse: refusal => refusals.push(refusal)
    });
    const from = (by: string) => ({ ...place, session: by, signer: by, to: 1 }) as IEnvelope & ISegment;
    const judged: unknown[] = [];
    const size = HELD_BYTES / 2;
    const say = (bytes: number, by = 'them'): void =>
      intake.accept(from(by), new Uint8Array(bytes), 'peer', verdict => judged.push(verdict));
    const saySegment = (bytes: number, by = 'them'): void =>
      intake.acceptSegment(from(by), new Uint8Array(bytes), 'peer', author =>
        judged.push(author && author.participant)
      );
    say(size);
    saySegment(size);
    expect([intake.heldBytes, judged, waiting.length]).toEqual([HELD_BYTES, [], 2]);
    say(1);
    saySegment(1);
    expect([intake.heldBytes, judged, waiting.length]).toEqual([HELD_BYTES, ['later', null], 2]);
    // Whom everybody knows is judged all the same, however much somebody sends in nobody's name.
    known.add('ben');
    say(1, 'ben');
    saySegment(1, 'ben');
    expect(judged.splice(2)).toEqual(['taken', 'ben']);
    while (waiting.length > 0) {
      waiting.shift()!(null);
    }
    expect([intake.heldBytes, judged.length]).toEqual([0, 4]);
    expect(refusals).toEqual(Array.from({ length: 4 }, () => 'unknown-session'));
  });

  it('[SYN16] who may is taken; who may not, and what is not judged yet, goes no further; the same twice is verified once', () => {
    let [standing, verified, isHere] = ['may' as Standing, 0, false];
    const [refusals, verdicts]: [string[], string[]] = [[], []];
    const who = { session: 'them', participant: 'ben', sessionKey: room };
    const counted = (...asked: Parameters<typeof verify>): void => {
      verified += 1;
      verify(...asked);
    };
    const intake = new Intake({
      ...{ room, session: 'me', crypto: { verify: counted } as unknown as ICrypto },
      acquaintances: { of: () => who } as unknown as Acquaintances,
      standing: () => standing,
      lacksOwn: () => false,
      has: () => isHere,
      take: (_, __, ___, ____, then) => then('pass'),
      refuse: refusal => refusals.push(refusal)
    });
    const say = (now: Standing, here = false): void => {
      [standing, isHere] = [now, here];
      const envelope = { ...place, session: 'them' } as IEnvelope;
      intake.accept(envelope, new Uint8Array(9), 'peer', verdict => verdicts.push(verdict));
    };
    say('may');
    say('may', true);
    say('unknown');
    say('may-not');
    expect([verdicts, refusals, verified]).toEqual([
      ...[['pass', 'pass', 'later', 'later'], ['too-early', 'not-allowed'], 1]
    ]);
  });

  it('[ENV1] an envelope that nobody signed, or not who it says, is refused and goes no further', () => {
    const pages = new Pages(digest);
    const [a, b, c] = pages.many(3) as [Page, Page, Page];
    pages.chain([a, b, c]);
    pages.clock.advance(1000);
    const before = envelopes(c);
    const [genuine] = pages.members.sealed(a.own, DOCUMENT, 'document', [new Uint8Array(9)]);
    const changed = genuine!.slice();
    changed[changed.byteLength - 1]! ^= 1;
    const [others] = pages.members.sealed(a.own, DOCUMENT, 'document', [new Uint8Array(9)], {
      signer: b.own.signer
    });
    b.hear(a.session, 'control', changed);
    b.hear(a.session, 'control', others!);
    pages.clock.advance(1000);
    expect([b.refusals, envelopes(c) - before]).toEqual([['forged', 'forged'], 0]);
    expect(b.engine.replica(DOCUMENT)!.log.count(a.session)).toBe(0);
  });

  it('[SYN5] what is no change, or sealed with another key, is not kept for an instant', () => {
    const pages = new Pages(digest);
    const kept: string[] = [];
    const [a, b] = [pages.open(), pages.open({ keep: (_, { kind }) => kept.push(kind) })];
    pages.join(a, b);
    pages.clock.advance(1000);
    const [nonsense] = pages.members.sealed(a.own, DOCUMENT, 'document', [new Uint8Array(9).fill(200)]);
    b.hear(a.session, 'control', nonsense!);
    const d = pages.open();
    pages.join(d, b);
    pages.clock.advance(1000);
    const place = {
      room: pages.members.room,
      document: DOCUMENT,
      session: d.session,
      kind: 'document' as const
    };
    const { crypto } = pages.members;
    new Sealer({ keys: new SessionKeys(crypto), digest, signer: d.own.signer }, place, {
      epoch: 0,
      key: new Uint8Array(32).fill(7)
    }).seal(new Uint8Array([0, 0]), ({ bytes }) => b.hear(d.session, 'control', bytes));
    expect([b.refusals, kept]).toEqual([['no-change', 'no-change'], []]);
  });

  it('[SYN16] in an answer about one document nothing of another, or of another kind, is taken', () => {
    const pages = new Pages(digest);
    const [a, b] = pages.many(2) as [Page, Page];
    pages.join(a, b);
    pages.clock.advance(1000);
    const chain = new Uint8Array(16);
    const reaches = [{ session: a.session, count: 5, chain }];
    const summaries = [{ document: DOCUMENT, digest: new Uint8Array(16), reaches, isWhole: true }];
    b.hear(a.session, 'control', encodeMessage({ type: 'summary', fresh: true, answer: false, summaries }));
    const pieces = [
      ...pages.members.sealed(a.own, DOCUMENT.replaceAll('0', '1'), 'document', [new Uint8Array(9)]),
      ...pages.members.sealed(a.own, DOCUMENT, 'outputs', [new Uint8Array(9)]),
      ...pages.members.sealed(a.own, DOCUMENT, 'awareness', [new Uint8Array(9)])
    ];
    b.hear(a.session, 'bulk', encodeMessage({ type: 'entries', document: DOCUMENT, isLast: true, pieces }));
    expect(b.refusals).toEqual(['garbled', 'garbled', 'garbled']);
  });

  it('[SYN17] a removal that is known at different times ends with one notebook, and its author’s words within', () => {
    const node = (bytes: Uint8Array): Uint8Array => digest(bytes);
    const script = { people: 5, ops: 40, weather: FAIR, removals: 100, partitions: 60 };
    const lessons = [1, 2, 3].map(seed => new Lesson(seed, script, node).run());
    expect(lessons.reduce((sum, { counts }) => sum + counts.removals, 0)).toBeGreaterThan(3);
  });
});
