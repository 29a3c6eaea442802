import { digest } from 'lib0/hash/sha256';
import { describe, expect, it } from 'vitest';
import type { ICrypto } from '../crypto';
import type { IEnvelope } from '../envelope/envelope';
import type { ISegment } from '../envelope/segment';
import { encodeProof } from '../log/proof';
import { encodeMessage, FIRST_TYPE } from '../overlay/wire';
import { DOCUMENT, type Page, Pages } from '../simulation/pages';
import { Lesson } from '../simulation/lesson';
import { FAIR } from '../simulation/network';
import type { Acquaintances } from './acquaintances';
import { HELD_BYTES, Intake } from './intake';

const [ENVELOPE, SHORT, INTRODUCTION, WHO_IS] = [1, FIRST_TYPE, FIRST_TYPE + 12, FIRST_TYPE + 13];
const envelopes = (page: Page): number => page.count(ENVELOPE) + page.count(SHORT);

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
    const acquaintances = {
      of: () => undefined,
      need: (_: string, __: string, then: (who: null) => void) => waiting.push(then)
    } as unknown as Acquaintances;
    const refusals: string[] = [];
    const room = new Uint8Array(32);
    const intake = new Intake({
      ...{ room, acquaintances, session: 'me', crypto: {} as ICrypto },
      standing: () => 'may',
      has: () => false,
      take: () => expect.unreachable(),
      refuse: refusal => refusals.push(refusal)
    });
    const place = { room, session: 'them', signer: 'them', to: 1 };
    const judged: unknown[] = [];
    const size = HELD_BYTES / 2;
    const say = (bytes: number): void =>
      intake.accept(place as IEnvelope & ISegment, new Uint8Array(bytes), 'peer', verdict =>
        judged.push(verdict)
      );
    const saySegment = (bytes: number): void =>
      intake.acceptSegment(place as IEnvelope & ISegment, new Uint8Array(bytes), 'peer', who =>
        judged.push(who)
      );
    say(size);
    saySegment(size);
    expect([intake.heldBytes, judged, waiting.length]).toEqual([HELD_BYTES, [], 2]);
    say(1);
    saySegment(1);
    expect([intake.heldBytes, judged, waiting.length]).toEqual([HELD_BYTES, ['later', null], 2]);
    while (waiting.length > 0) {
      waiting.shift()!(null);
    }
    expect([intake.heldBytes, judged.length]).toEqual([0, 4]);
    expect(refusals).toEqual(Array.from({ length: 4 }, () => 'unknown-session'));
  });

  it('[SYN17] a removal that is known at different times ends with one notebook, and its author’s words within', () => {
    const node = (bytes: Uint8Array): Uint8Array => digest(bytes);
    const script = { people: 5, ops: 40, weather: FAIR, removals: 100, partitions: 60 };
    const lessons = [1, 2, 3].map(seed => new Lesson(seed, script, node).run());
    expect(lessons.reduce((sum, { counts }) => sum + counts.removals, 0)).toBeGreaterThan(3);
  });
});
