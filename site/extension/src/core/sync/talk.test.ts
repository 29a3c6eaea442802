/** What one page says with its neighbours about logs, message by message. */
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { IReach, ISummary, Message } from '../overlay/messages';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { CHAIN_BYTES, decodeMessage, DIGEST_BYTES } from '../overlay/wire';
import { sessionText } from '../session';
import { VirtualClock } from '../simulation/time';
import { ASK_MS, Exchange, GRACE_MS, NEWS_MS } from './exchange';
import type { Replica } from './replica';

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const bytesOf = (mark: number, length = DIGEST_BYTES): Uint8Array => new Uint8Array(length).fill(mark);
const [A, B] = [1, 2].map(mark => sessionText(bytesOf(mark))) as [string, string];
const reach = (session: string, count: number): IReach => ({
  session,
  count,
  chain: bytesOf(0, CHAIN_BYTES)
});

/** What of a replica the exchange looks at. */
class Paper {
  constructor(readonly name: string) {}

  mark = 1;
  /** How far sessions are here. */
  readonly counts = new Map<string, number>();
  readonly forked = new Set<string>();
  more: IReach[] = [];
  content: Uint8Array | null = null;
  isIncomplete = false;
  settled = 0;

  readonly log = { forks: this.forked };
  readonly reaches = {
    digest: bytesOf(this.mark),
    of: (session: string) => reach(session, this.counts.get(session) ?? 0),
    summary: (document: string, said: readonly IReach[] | 'all' | null): ISummary => ({
      ...{ document, digest: this.reaches.digest, isWhole: said === 'all' },
      reaches: said === 'all' ? [...this.counts].map(([session, count]) => reach(session, count)) : said
    }),
    isBehind: ({ session, count }: IReach) => (this.counts.get(session) ?? 0) < count,
    isForked: ({ session }: IReach) => this.forked.has(session),
    ahead: () => this.more,
    askFrom: ({ session }: IReach) => this.counts.get(session) ?? 0
  };

  settle(): void {
    this.settled += 1;
  }
}

class Bench {
  constructor() {
    ['ada', 'ben'].forEach(peer => this.joins(peer));
    this.open('d');
  }

  readonly clock = new VirtualClock();
  readonly neighbours = new Neighbours();
  readonly replicas = new Map<string, Replica>();
  readonly said: [string, Message][] = [];
  readonly told: string[] = [];
  /** Calls that a piece was judged. */
  readonly judge: (() => void)[] = [];
  stated: Uint8Array | null = null;
  readonly exchange = new Exchange({
    ...{ clock: this.clock, random: () => 0, neighbours: this.neighbours, replicas: this.replicas },
    carry: document => (this.told.push(`carry ${document}`), undefined),
    take: (_, __, ___, then) => this.judge.push(then),
    meet: () => undefined,
    expose: ({ peer }, _, session) => this.told.push(`expose ${session === A ? 'a' : 'b'} to ${peer}`),
    stated: () => this.stated,
    differs: ({ peer }) => this.told.push(`differs ${peer}`),
    spread: { summaries: () => [] } as never
  });

  open(name: string): Paper {
    const paper = new Paper(name);
    this.replicas.set(name, paper as unknown as Replica);
    return paper;
  }

  get paper(): Paper {
    return this.replicas.get('d') as unknown as Paper;
  }

  joins(peer: string): void {
    const send = (_: unknown, bytes: Uint8Array): void => {
      const read = decodeMessage(bytes);
      this.said.push([peer, (read as { value: Message }).value]);
    };
    const line = { peer, send, bufferedBytes: () => 0, drained: () => Promise.resolve() };
    this.neighbours.add(new Neighbour(line, digest));
  }

  peer(name: string): Neighbour {
    return this.neighbours.get(name)!;
  }

  /** What was said since this was asked last: to whom, of what, how far; ? where an answer is wanted, ! to who is new. */
  news(): string[] {
    return this.said.splice(0).map(([peer, message]) => {
      if (message.type === 'ask') {
        return `${peer} ask ${message.wants.map(({ session, from }) => `${session === A ? 'a' : 'b'}${from}`).join()}`;
      }
      const { summaries, answer, fresh } = message as Extract<Message, { type: 'summary' }>;
      const all = summaries.map(({ document, reaches }) =>
        [
          document,
          ...(reaches ?? []).map(({ session, count }) => `${session === A ? 'a' : 'b'}${count}`)
        ].join(' ')
      );
      return `${peer} ${all.join(', ')}${fresh ? '!' : ''}${answer ? '?' : ''}`;
    });
  }

  /** What is told since this was asked last. */
  get calls(): string[] {
    return this.told.splice(0);
  }

  hears(from: string, said: Partial<ISummary> | null, fresh = false, answer = false): void {
    const whole = { document: 'd', digest: bytesOf(9), reaches: null, isWhole: false, ...said };
    this.exchange.hearSummary(this.peer(from), { type: 'summary', fresh, answer, summaries: [whole] });
  }

  /** Somebody new has more of sessions. */
  claims(from: string, ...reaches: IReach[]): void {
    this.hears(from, { reaches }, true);
  }

  answers(from: string, pieces: number, isLast = true): void {
    const given = Array.from({ length: pieces }, (_, each) => bytesOf(each));
    this.exchange.hearEntries(this.peer(from), { type: 'entries', document: 'd', pieces: given, isLast });
  }
}

let bench: Bench;
beforeEach(() => (bench = new Bench()));

describe('how far one is', () => {
  it('[SYN6] is said to who is new, also when that is nothing; and to nobody else when it is nothing', () => {
    bench.exchange.joined(bench.peer('ada'));
    expect(bench.news()).toEqual(['ada d!']);
    bench.replicas.clear();
    bench.exchange.joined(bench.peer('ada'));
    bench.exchange.compare();
    expect(bench.news()).toEqual(['ada !']);
  });

  it('[SYN17] what was stated is compared beside it, once it is known how the class was founded', () => {
    bench.hears('ada', { document: 'statements', digest: bytesOf(7) });
    bench.exchange.compare();
    expect([bench.calls, bench.news()]).toEqual([[], ['ada d?', 'ben d?']]);
    bench.stated = bytesOf(7, 32);
    bench.hears('ada', { document: 'statements', digest: bytesOf(7) });
    bench.exchange.compare();
    expect([bench.calls, bench.news()]).toEqual([[], ['ada statements, d?', 'ben statements, d?']]);
    bench.hears('ada', { document: 'statements', digest: bytesOf(8) });
    expect(bench.calls).toEqual(['differs ada']);
  });

  it('[PER6] what it says is compared where logs are equal, and once it is quiet', () => {
    const { paper } = bench;
    const hears = (mark: number, log: number): number => {
      const summaries = [
        { document: 'd', digest: bytesOf(log), reaches: null, isWhole: false },
        { document: 'd content', digest: bytesOf(mark), reaches: null, isWhole: false }
      ];
      const message = { type: 'summary', fresh: false, answer: false, summaries } as const;
      bench.exchange.hearSummary(bench.peer('ada'), message);
      return paper.settled;
    };
    expect(hears(5, 1)).toBe(0);
    paper.content = bytesOf(4);
    expect([hears(4, 1), hears(5, 2), hears(5, 1)]).toEqual([0, 0, 1]);
    bench.news();
    bench.exchange.opened(paper as unknown as Replica);
    expect([bench.news(), bench.calls]).toEqual([['ada d, d content!?', 'ben d, d content!?'], []]);
  });

  it('[SYN6] is said to whom one offers a document, and to somebody when something is missing', () => {
    bench.exchange.offer('ada', 'd');
    bench.exchange.offer('ada', 'other');
    bench.exchange.offer('nobody', 'd');
    bench.exchange.doubt('other');
    expect(bench.news()).toEqual(['ada d!?']);
    bench.exchange.doubt('d');
    expect(bench.news()).toEqual(['ada d?']);
    ['ada', 'ben'].forEach(peer => bench.neighbours.delete(peer));
    bench.exchange.doubt('d');
    bench.exchange.incomplete('d', undefined);
    bench.clock.advance(GRACE_MS);
    expect([bench.news(), bench.exchange.isEven]).toEqual([[], true]);
  });

  it('[SYN6] that is not new is looked at when what is on its way has arrived', () => {
    const { paper } = bench;
    paper.counts.set(A, 3);
    const later = (): string[] => (bench.clock.advance(GRACE_MS), bench.news());
    bench.hears('ada', null);
    expect([bench.news(), bench.exchange.isEven]).toEqual([[], false]);
    expect([later(), bench.exchange.isEven]).toEqual([['ada d a3?'], true]);
    bench.hears('ada', null);
    paper.reaches.digest = bytesOf(9);
    expect(later()).toEqual([]);
    paper.reaches.digest = bytesOf(1);
    // The latest of what somebody said of sessions, whatever they say besides.
    bench.hears('ada', { reaches: [reach(A, 5)] });
    bench.hears('ada', null);
    expect(later()).toEqual(['ada ask a3']);
    bench.answers('ada', 0);
    bench.hears('ben', { reaches: [reach(A, 5)] });
    bench.hears('ben', { reaches: [reach(B, 2)] });
    expect(later()).toEqual(['ben ask b0']);
    // Nobody has more: nothing is looked at.
    bench.answers('ben', 0);
    paper.isIncomplete = true;
    bench.hears('ada', { reaches: [reach(A, 3)] });
    expect(later()).toEqual([]);
    bench.exchange.incomplete('d', 'ada');
    expect(later()).toEqual(['ada d a3?']);
  });

  it('[SYN6] is not looked at any more where the document was closed, or the neighbour has gone', () => {
    bench.hears('ada', null);
    bench.replicas.delete('d');
    bench.clock.advance(GRACE_MS);
    bench.open('d');
    bench.hears('ada', null);
    bench.neighbours.delete('ada');
    bench.clock.advance(GRACE_MS);
    bench.hears('ben', null);
    expect([...bench.exchange.holders('d')]).toEqual(['ada', 'ben']);
    bench.exchange.closed('d');
    bench.exchange.closed('other');
    bench.clock.advance(GRACE_MS);
    expect([bench.news(), [...bench.exchange.holders('d')]]).toEqual([[], []]);
  });

  it('[SYN6] who says it of sessions and wants an answer hears what is more here, and nothing when nothing is', () => {
    bench.hears('ada', { reaches: [reach(A, 0)] }, true, true);
    expect(bench.news()).toEqual([]);
    bench.paper.more = [reach(A, 3)];
    bench.hears('ada', { reaches: [reach(A, 0)] }, true, true);
    expect(bench.news()).toEqual(['ada d a3!']);
  });

  it('[LOG5] who still counts what is proven to be two things is given the proof', () => {
    bench.paper.forked.add(B);
    bench.hears('ada', { reaches: [reach(A, 0), reach(B, 0)] });
    expect(bench.calls).toEqual(['expose b to ada']);
    bench.exchange.offer('ben', 'd');
    expect(bench.calls).toEqual(['expose b to ben']);
  });
});

describe('asking for what others have', () => {
  it('[SYN6] is of one neighbour at a time, until all that came is judged; of others only what is missing then', () => {
    bench.claims('ada', reach(A, 5));
    bench.claims('ben', reach(A, 5), reach(B, 2));
    expect([bench.news(), bench.exchange.isEven]).toEqual([['ada ask a0'], false]);
    bench.answers('ben', 1);
    expect(bench.judge.length).toBe(0);
    bench.answers('ada', 1, false);
    bench.answers('ada', 1);
    bench.answers('ada', 1);
    expect([bench.judge.length, bench.news()]).toEqual([2, []]);
    // Judging may take long.
    bench.clock.advance(2 * ASK_MS);
    bench.paper.counts.set(A, 5);
    bench.judge[0]!();
    expect(bench.news().filter(each => each.includes('ask'))).toEqual([]);
    bench.judge[1]!();
    expect(bench.news()).toEqual(['ben ask b0']);
    bench.answers('ben', 0);
    expect(bench.exchange.isEven).toBe(true);
  });

  it('[SYN6] nobody is asked for what came meanwhile', () => {
    bench.claims('ada', reach(A, 5));
    bench.claims('ben', reach(A, 5));
    bench.paper.counts.set(A, 5);
    bench.answers('ada', 0);
    expect([bench.news(), bench.exchange.isEven]).toEqual([['ada ask a0'], true]);
  });

  it('[SYN6] who does not bring what they said they have is not asked for that again at once', () => {
    bench.claims('ada', reach(A, 5));
    bench.answers('ada', 0);
    bench.claims('ada', reach(A, 5));
    bench.claims('ben', reach(A, 5));
    expect(bench.news()).toEqual(['ada ask a0', 'ben ask a0']);
  });

  it('[SYN6] who falls silent, and who leaves, is given up for the next', () => {
    for (const gone of ['silent', 'left'] as const) {
      bench = new Bench();
      bench.claims('ada', reach(A, 5));
      bench.claims('ben', reach(A, 5));
      bench.answers('ada', 1, false);
      bench.news();
      if (gone === 'left') {
        bench.exchange.left('ben');
        bench.claims('ben', reach(A, 5));
        bench.answers('ada', 1);
        expect([bench.judge.length, bench.news()]).toEqual([2, []]);
        bench.exchange.left('ada');
      } else {
        bench.clock.advance(ASK_MS - 1);
        bench.said.length = 0;
        bench.clock.advance(1);
      }
      expect(bench.news()).toEqual(['ben ask a0']);
      // What the first had said is judged late: the answer of the second counts all the same.
      const before = bench.judge.length;
      bench.judge.forEach(run => run());
      bench.answers('ben', 1);
      expect(bench.judge.length).toBe(before + 1);
    }
  });

  it('[SYN6] a document that is closed while an answer is judged is asked for no more', () => {
    bench.claims('ada', reach(A, 5));
    bench.claims('ben', reach(A, 5));
    bench.answers('ada', 1);
    bench.news();
    bench.replicas.delete('d');
    bench.exchange.closed('d');
    expect(() => bench.judge[0]!()).not.toThrow();
    expect(bench.news()).toEqual([]);
  });
});

describe('what came by exchange', () => {
  it('[SYN6] is told to the others now and then, and to nobody who brought all of it', () => {
    const tell = (...told: readonly (readonly [string, string])[]): string[] => {
      told.forEach(([session, from]) => bench.exchange.tell('d', session, from));
      expect(bench.news()).toEqual([]);
      bench.clock.advance(NEWS_MS);
      return bench.news();
    };
    expect(tell([A, 'ada'])).toEqual(['ben d a0']);
    expect(tell([A, 'ada'], [B, 'ada'])).toEqual(['ben d a0 b0']);
    expect(tell([A, 'ada'], [B, 'ben'])).toEqual(['ada d a0 b0', 'ben d a0 b0']);
    bench.exchange.tell('d', A, 'ada');
    bench.replicas.clear();
    bench.clock.advance(NEWS_MS);
    expect(bench.news()).toEqual([]);
  });
});
