import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { encodeEnvelope, idText, plainEnvelope } from '../envelope/envelope';
import { encodeSegment, SEGMENT_BYTES } from '../envelope/segment';
import { Log } from '../log/log';
import type { IPiece } from '../log/piece';
import { links, Writer } from '../log/writer.testing';
import type { ISummary, Message } from '../overlay/messages';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { CHAIN_BYTES, decodeMessage } from '../overlay/wire';
import { sessionText } from '../session';
import { Chance } from '../simulation/chance';
import { VirtualClock } from '../simulation/time';
import { ASK_MS } from './exchange';
import { Forms, PIECES, SEGMENTS } from './forms';
import { Reaches } from './reaches';
import type { Received, Replica } from './replica';
import { Spread, SPREAD_MS } from './spread';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const shortOf = ({ hash }: IPiece): Uint8Array => hash.subarray(0, CHAIN_BYTES);
type Of<Type> = Extract<Message, { type: Type }>;

/** One page's part of this, with what it says to whom, and what it is told of segments. */
class Bench {
  constructor(...pieces: readonly IPiece[]) {
    pieces.forEach(piece => this.log.take(piece));
    this.replicas.set('d', this.replica);
    ['ada', 'ben'].forEach(peer => this.joins(peer));
  }

  readonly clock = new VirtualClock();
  readonly log = new Log(links);
  readonly reaches = new Reaches(this.log, digest, links, () => null);
  readonly forms = new Forms(this.log, this.reaches, digest);
  readonly said: [string, Message][] = [];
  readonly weighed: { lie: IPiece; pieces: readonly IPiece[]; then: (isLie: boolean) => void }[] = [];
  readonly replica = {
    ...{ name: 'd', forms: this.forms, log: this.log },
    weighing: {
      hearOriginals: (lie: IPiece, pieces: IPiece[], then: (isLie: boolean) => void) =>
        this.weighed.push({ lie, pieces, then })
    }
  } as unknown as Replica;
  readonly replicas = new Map<string, Replica>();
  readonly neighbours = new Neighbours();
  /** What a segment that came turns out to be; to be called when it was judged. */
  readonly takes: ((received: Received | null, piece: IPiece | null) => void)[] = [];
  readonly genuine: ((piece: IPiece | null) => void)[] = [];
  readonly spread = new Spread({
    ...{ clock: this.clock, neighbours: this.neighbours, replicas: this.replicas },
    take: (_, __, ___, then) => this.takes.push(then),
    verify: (_, __, then) => this.genuine.push(then)
  });

  joins(peer: string): Neighbour {
    const neighbour = new Neighbour(
      {
        peer,
        send: (_, bytes) => {
          const read = decodeMessage(bytes);
          this.said.push([peer, read.kind === 'read' ? read.value : (read as never)]);
        },
        bufferedBytes: () => 0,
        drained: () => Promise.resolve()
      },
      digest
    );
    this.neighbours.add(neighbour);
    return neighbour;
  }

  get ada(): Neighbour {
    return this.neighbours.get('ada')!;
  }

  /** What was said since this was asked last. */
  news(): string[] {
    return this.said.splice(0).map(([peer, message]) => {
      switch (message.type) {
        case 'ask':
          return `${peer} ask ${message.document} ${message.wants.map(({ from }) => from).join()}`;
        case 'summary':
          return `${peer} ${this.brief(message.summaries[0]!)}${message.answer ? ' ?' : ''}`;
        default:
          return `${peer} ${message.type}`;
      }
    });
  }

  private brief({ document, reaches, isWhole }: ISummary): string {
    const all = (reaches ?? []).map(({ count }) => (count === 0 ? 'lie' : count)).join();
    return `${document} ${isWhole ? 'whole ' : ''}${all}`;
  }

  /** Somebody has `pieces` as segments, or says that one is a lie. */
  hears(summary: Partial<ISummary>, answer = false, from = this.ada): void {
    const whole = { document: `${SEGMENTS}d`, digest: digest(new Uint8Array(1)).subarray(0, 16) };
    this.spread.hearSummary(from, { ...whole, reaches: null, isWhole: false, ...summary }, {
      answer
    } as Of<'summary'>);
  }

  entries(document: string, pieces: readonly Uint8Array[], isLast = true, from = this.ada): boolean {
    return this.spread.hearEntries(from, { type: 'entries', document, pieces, isLast });
  }
}

const writer = (seed = 1): Writer => {
  const made = new Writer(new Chance(seed));
  made.write(20);
  return made;
};
const form = (session: string, count = 8, mark = 7) => ({
  session,
  count,
  chain: new Uint8Array(CHAIN_BYTES).fill(mark)
});

describe('what is said of segments', () => {
  it('[SYN18] only documents that have some are spoken of', () => {
    const a = writer();
    expect(new Bench(a.segment(0, 8)).spread.summaries([]).length).toBe(0);
    const [none, some] = [new Bench(...a.envelopes), new Bench(a.segment(0, 8), ...a.envelopes.slice(8))];
    expect(none.spread.summaries([none.replica])).toEqual([]);
    expect(some.spread.summaries([some.replica])).toMatchObject([{ document: 'segments/d', reaches: null }]);
    expect(some.forms.all.map(({ count }) => count)).toEqual([8]);
  });

  it('[SYN18] new ones are told of once in a while, of those sessions, to whoever may not have them', () => {
    const [a, b] = [writer(), writer(2)];
    const bench = new Bench(a.segment(0, 8), b.segment(0, 16));
    bench.spread.tell(bench.replica, a.session, 'ada');
    bench.clock.advance(SPREAD_MS / 2);
    bench.spread.tell(bench.replica, a.session, 'ada');
    bench.clock.advance(SPREAD_MS);
    expect(bench.news()).toEqual(['ben segments/d 8']);
    bench.spread.tell(bench.replica, a.session, 'ada');
    bench.spread.tell(bench.replica, b.session, 'ben');
    bench.clock.advance(SPREAD_MS);
    expect(bench.news().map(each => each.slice(0, 14))).toEqual(['ada segments/d', 'ben segments/d']);
    bench.spread.tell(bench.replica, a.session, 'ada');
    bench.replicas.clear();
    bench.clock.advance(SPREAD_MS);
    expect(bench.news()).toEqual([]);
  });

  it('[SYN18] who has the same, or no such document, says nothing; who says too little hears all', () => {
    const a = writer();
    const bench = new Bench(a.segment(0, 8));
    bench.hears({ document: `${SEGMENTS}other` });
    bench.hears({ digest: bench.forms.digest });
    bench.hears({ digest: bench.forms.digest, reaches: [form(a.session)] }, true);
    expect(bench.news()).toEqual([]);
    const both = new Bench(a.segment(0, 8), writer(2).segment(0, 8));
    expect(new Set(['none', ...both.log.sessions].map(each => both.forms.of(each).join())).size).toBe(3);
    bench.hears({}, true);
    bench.hears({}, false);
    expect(bench.news()).toEqual(['ada segments/d whole 8 ?', 'ada segments/d whole 8']);
  });

  it('[SYN18] forms that differ are asked for, once; who asked to be answered is', () => {
    const [a, b] = [writer(), writer(2)];
    const bench = new Bench(a.segment(0, 8), b.segment(0, 8));
    bench.hears({ reaches: [{ session: a.session, count: 8, chain: bench.forms.of(a.session) }] });
    expect(bench.news()).toEqual([]);
    bench.hears(
      { reaches: [form(a.session), { ...form(b.session), chain: bench.forms.of(b.session) }] },
      true
    );
    expect(bench.news()).toEqual(['ada ask segments/d 0', 'ada segments/d whole 8,8']);
    bench.hears({ reaches: [form(a.session)] });
    expect(bench.news()).toEqual([]);
    // Nobody answered: whoever says it next is asked.
    bench.clock.advance(ASK_MS);
    bench.hears({ reaches: [form(a.session)] });
    expect(bench.news()).toEqual(['ada ask segments/d 0']);
  });

  it('[SYN18] which were looked at is remembered, of so many: the oldest are asked for again', () => {
    const bench = new Bench(writer().segment(0, 8));
    const sessions = Array.from({ length: 4097 }, (_, each) =>
      sessionText(new Uint8Array(16).fill(each & 255, 0, 8).fill(each >> 8, 8))
    );
    bench.hears({ reaches: sessions.map(session => form(session)) });
    bench.entries('segments/d', []);
    bench.news();
    sessions.slice(1).forEach(session => bench.hears({ reaches: [form(session)] }));
    expect(bench.news()).toEqual([]);
    bench.hears({ reaches: [form(sessions[0]!)] });
    expect(bench.news()).toEqual(['ada ask segments/d 0']);
  });

  it('[SYN18] are looked at again when what was said there ended elsewhere, or was refused, since', () => {
    const a = writer();
    const segment = a.segment(0, 8);
    const bench = new Bench(segment, ...a.envelopes.slice(8));
    const asked = (): string[] => {
      bench.hears({ reaches: [form(a.session)] });
      bench.entries('segments/d', []);
      return bench.news();
    };
    expect([asked(), asked()]).toEqual([['ada ask segments/d 0'], []]);
    bench.log.stop(a.session, 12);
    expect([asked(), asked()]).toEqual([['ada ask segments/d 0'], []]);
    bench.log.refuse(segment);
    expect([asked(), asked()]).toEqual([['ada ask segments/d 0'], []]);
  });
});

describe('segments that come', () => {
  it('[SYN18] entries of documents are not taken for segments', () => {
    const bench = new Bench(writer().segment(0, 8));
    expect(bench.entries('d', [])).toBe(false);
    expect(bench.entries('segments/d', [])).toBe(true);
    expect(bench.entries('pieces/d', [])).toBe(true);
  });

  it('[SYN18] are judged when they were asked for, of whom they were asked, until they said it was all', () => {
    const a = writer();
    const bench = new Bench(a.segment(0, 8));
    const bytes = [new Uint8Array(3)];
    bench.entries('segments/d', bytes);
    bench.hears({ reaches: [form(a.session)] });
    bench.entries('segments/d', bytes, true, bench.neighbours.get('ben'));
    expect(bench.takes.length).toBe(0);
    bench.entries('segments/d', bytes, false);
    bench.entries('segments/d', bytes);
    bench.entries('segments/d', bytes);
    expect(bench.takes.length).toBe(2);
    const closed = new Bench(a.segment(0, 8));
    closed.hears({ reaches: [form(a.session)] });
    closed.replicas.clear();
    expect([closed.entries('segments/d', bytes), closed.takes]).toEqual([true, []]);
  });

  it('[SYN18] one answer is bounded, however much somebody sends', () => {
    const a = writer();
    const bench = new Bench(a.segment(0, 8));
    bench.hears({ reaches: [form(a.session)] });
    const large = Array.from({ length: 4 }, () => new Uint8Array(SEGMENT_BYTES));
    bench.entries('segments/d', large, false);
    bench.entries('segments/d', [new Uint8Array(1)], false);
    bench.entries('segments/d', [new Uint8Array(1)], false);
    expect(bench.takes.length).toBe(5);
  });

  it('[SYN18] whoever brought a lie is told which, and again when they say they have it; nobody is asked for it twice', () => {
    const a = writer();
    const [lie, other] = [a.segment(8, 16), writer(2).segment(0, 8)];
    const bench = new Bench(a.segment(0, 8));
    bench.hears({ reaches: [form(a.session)] });
    bench.entries('segments/d', [lie.bytes, other.bytes, lie.bytes]);
    bench.news();
    bench.takes[0]!('lie', lie);
    expect(bench.news()).toEqual(['ada segments/d lie']);
    bench.takes[1]!('taken', other);
    bench.takes[2]!(null, null);
    bench.hears({ reaches: [form(a.session)] }, false, bench.neighbours.get('ben'));
    expect(bench.news()).toEqual(['ben segments/d lie']);
    // One that was refused before, by its hash.
    bench.log.ban(a.session, 'ada', idText(lie.hash));
    bench.hears({ reaches: [form(a.session, 8, 9)] });
    bench.entries('segments/d', [lie.bytes]);
    bench.news();
    bench.takes[3]!('known', lie);
    expect(bench.news()).toEqual(['ada segments/d lie']);
  });

  it('[SYN18] what a lie was in, and what was not gained, is said of no other form', () => {
    const [a, b] = [writer(), writer(2)];
    const bench = new Bench(a.segment(0, 8), b.segment(0, 8));
    bench.hears({ reaches: [form(a.session), form(b.session)] });
    bench.entries('segments/d', [a.segment(8, 16).bytes]);
    bench.takes[0]!('lie', a.segment(8, 16));
    bench.news();
    bench.hears({ reaches: [form(b.session)] });
    bench.clock.advance(SPREAD_MS);
    expect(bench.news()).toEqual([]);
  });

  it('[SYN18] of so many forms that were looked at the last are remembered, whatever somebody invents', () => {
    const a = writer();
    const bench = new Bench(a.segment(0, 8));
    const forms = Array.from({ length: 4097 }, (_, each) => {
      const chain = new Uint8Array(CHAIN_BYTES);
      new DataView(chain.buffer).setUint32(0, each + 1);
      return { session: a.session, count: 8, chain };
    });
    bench.hears({ reaches: forms });
    bench.entries('segments/d', []);
    bench.news();
    bench.hears({ reaches: [forms[1]!] });
    expect(bench.news()).toEqual([]);
    bench.hears({ reaches: [forms[0]!] });
    expect(bench.news()).toEqual(['ada ask segments/d 0']);
  });

  it('[SYN18] a form is looked at when all of it was judged, and told on when it is here now', () => {
    const a = writer();
    const bench = new Bench(...a.envelopes);
    const segment = a.segment(0, 8);
    const theirs = new Bench(segment);
    const chain = theirs.forms.of(a.session);
    bench.hears({ reaches: [{ session: a.session, count: 8, chain }] });
    bench.entries('segments/d', [segment.bytes, segment.bytes], false);
    bench.takes[0]!('known', segment);
    bench.log.take(segment);
    bench.log.compact(segment);
    bench.reaches.changed();
    bench.takes[1]!('known', segment);
    bench.clock.advance(SPREAD_MS);
    bench.news();
    bench.entries('segments/d', []);
    bench.clock.advance(SPREAD_MS);
    expect([bench.news(), bench.weighed]).toEqual([['ben segments/d 8'], []]);
    bench.log.take(a.segment(0, 16));
    bench.log.compact(a.segment(0, 16));
    bench.reaches.changed();
    bench.hears({ reaches: [{ session: a.session, count: 8, chain }] });
    expect(bench.news()).toEqual([]);
  });
});

describe('a segment that is said to be a lie', () => {
  const place = { room: new Uint8Array(16), document: 'd', kind: 'document' as const };
  const envelope = (session: string, sequence: number): Uint8Array =>
    encodeEnvelope(plainEnvelope({ ...place, session }, sequence, new Uint8Array(1)));
  const segment = (session: string, from: number, to: number): Uint8Array =>
    encodeSegment({
      ...{ ...place, session, epoch: 0, from, to, signer: session },
      ...{ chainFrom: new Uint8Array(32), chainTo: new Uint8Array(32), nonce: new Uint8Array(12) },
      ...{ payload: new Uint8Array(1), signature: new Uint8Array(64) }
    });
  const accused = (): { bench: Bench; a: Writer; lie: IPiece; reach: ReturnType<typeof form> } => {
    const a = writer();
    const lie = a.segment(4, 12);
    const bench = new Bench(...a.envelopes.slice(0, 4), lie, ...a.envelopes.slice(12));
    return { bench, a, lie, reach: { session: a.session, count: 0, chain: shortOf(lie) } };
  };

  it('[SYN18] what it is held against is asked for, where that segment is here, once at a time', () => {
    const { bench, a, reach } = accused();
    bench.hears({ reaches: [{ ...reach, chain: shortOf(a.envelopes[2]!) }] });
    bench.hears({ reaches: [{ ...reach, chain: new Uint8Array(CHAIN_BYTES) }] });
    expect(bench.news()).toEqual([]);
    // A form is no lie, whatever it is.
    bench.hears({ reaches: [{ ...reach, count: 8 }] });
    expect(bench.news()).toEqual(['ada ask segments/d 0']);
    bench.hears({ reaches: [reach] });
    bench.hears({ reaches: [reach] });
    expect(bench.news()).toEqual(['ada ask pieces/d 4']);
  });

  it('[SYN18] genuine pieces of its range are weighed against it, in order; who was wrong is not believed again', () => {
    const { bench, a, lie, reach } = accused();
    bench.hears({ reaches: [reach] });
    const given = [envelope(a.session, 6), envelope(a.session, 5), segment(a.session, 7, 20)];
    const not = [
      envelope(writer(2).session, 5),
      envelope(a.session, 12),
      new Uint8Array(9),
      segment(a.session, 12, 14)
    ];
    bench.entries(`${PIECES}d`, [...given, ...not, envelope(a.session, 8)]);
    expect([bench.genuine.length, bench.takes.length]).toEqual([4, 0]);
    const found = [a.envelopes[6]!, a.envelopes[5]!, a.segment(7, 20)];
    bench.genuine[0]!(found[0]!);
    bench.genuine[3]!(null);
    bench.genuine[1]!(found[1]!);
    expect(bench.weighed).toEqual([]);
    bench.genuine[2]!(found[2]!);
    expect(bench.weighed.map(each => [each.lie, each.pieces])).toEqual([
      [lie, [found[1], found[0], found[2]]]
    ]);
    bench.news();
    // Not decided yet, and it was a lie: whoever says so is heard.
    bench.weighed[0]!.then(true);
    bench.hears({ reaches: [reach] });
    expect(bench.news()).toEqual(['ada ask pieces/d 4']);
    bench.entries(`${PIECES}d`, []);
    bench.weighed[1]!.then(false);
    bench.hears({ reaches: [reach] });
    expect(bench.news()).toEqual([]);
    bench.hears({ reaches: [reach] }, false, bench.neighbours.get('ben'));
    expect(bench.news()).toEqual(['ben ask pieces/d 4']);
  });

  it('[SYN18] an answer that comes after its time counts for nothing', () => {
    const { bench, a, reach } = accused();
    bench.hears({ reaches: [reach] });
    bench.entries(`${PIECES}d`, [envelope(a.session, 5)]);
    bench.clock.advance(ASK_MS);
    bench.genuine[0]!(a.envelopes[5]!);
    expect(bench.weighed).toEqual([]);
    bench.spread.end();
  });
});
