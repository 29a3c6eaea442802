import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Message } from '../overlay/messages';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { decodeMessage } from '../overlay/wire';
import { VirtualClock } from '../simulation/time';
import { Acquaintances, type IAcquaintance, MOST_INTRODUCTIONS, WHO_MS } from './acquaintances';

const digest = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const [ADA, BEN] = ['A'.repeat(22), `${'B'.repeat(21)}A`];
const nobody = new Uint8Array(0);
const person = (session: string): IAcquaintance => ({
  ...{ session, participant: 'p', sessionKey: nobody, rootKey: nobody, agreementKey: nobody }
});
/** An introduction of a session; `mark` makes it another one. */
const introduction = (session: string, mark = 0): Uint8Array =>
  new TextEncoder().encode(`${session}${String.fromCharCode(mark + 48)}`);

class Bench {
  constructor(peers: readonly string[] = ['1', '2', '3', '4', '5', '6']) {
    peers.forEach(peer => this.neighbours.add(this.line(peer)));
  }

  readonly clock = new VirtualClock();
  readonly neighbours = new Neighbours();
  readonly said: [string, Message][] = [];
  readonly verifying: [string, (who: IAcquaintance | null) => void][] = [];
  readonly met: string[] = [];
  readonly needed = new Set<string>();
  isInstant = true;
  readonly known = new Acquaintances({
    ...{ clock: this.clock, random: () => 0, neighbours: this.neighbours, digest },
    verify: (bytes, then) => {
      const text = new TextDecoder().decode(bytes);
      const who = text.length === 23 ? person(text.slice(0, 22)) : null;
      this.verifying.push([text, then]);
      if (this.isInstant) {
        then(who);
      }
    },
    met: ({ session }) => this.met.push(session),
    isNeeded: session => this.needed.has(session)
  });

  private line(peer: string): Neighbour {
    const send = (_: unknown, bytes: Uint8Array): void => {
      const read = decodeMessage(bytes);
      this.said.push([peer, (read as { value: Message }).value]);
    };
    return new Neighbour({ peer, send, bufferedBytes: () => 0, drained: () => Promise.resolve() }, digest);
  }

  get asked(): string {
    return this.said.map(([peer, { type }]) => `${peer} ${type}`).join(', ');
  }
}

/** What a callback was given, in order. */
function answers(): { readonly got: (string | null)[]; readonly take: (who: IAcquaintance | null) => void } {
  const got: (string | null)[] = [];
  return { got, take: who => got.push(who?.session ?? null) };
}

describe('whose a session is', () => {
  it('[SYN16] is asked once, of who spoke of it, and told to everybody who waits for it', () => {
    const bench = new Bench();
    const { got, take } = answers();
    bench.known.need(ADA, '3', take);
    bench.known.need(ADA, '4', take);
    expect(bench.asked).toBe('3 who-is');
    bench.known.hear(introduction(ADA));
    expect(got).toEqual([ADA, ADA]);
    bench.known.need(ADA, '5', take);
    expect([got.length, bench.asked]).toEqual([3, '3 who-is']);
    // Nothing is asked any more.
    bench.clock.advance(WHO_MS * 3);
    expect(bench.asked).toBe('3 who-is');
  });

  it('[SYN16] is asked of four at most, each once, and then nobody knows', () => {
    const bench = new Bench();
    const { got, take } = answers();
    bench.known.need(ADA, '3', take);
    bench.clock.advance(WHO_MS * 4 - 1);
    expect([got, bench.asked]).toEqual([[], '3 who-is, 1 who-is, 2 who-is, 4 who-is']);
    bench.clock.advance(1);
    expect(got).toEqual([null]);
    expect(bench.said.length).toBe(4);
    const few = new Bench(['1']);
    few.known.need(ADA, '1', take);
    few.clock.advance(WHO_MS);
    expect([got.length, few.asked]).toEqual([2, '1 who-is']);
    const none = new Bench([]);
    none.known.need(ADA, '1', take);
    expect(got.length).toBe(3);
    few.known.need(BEN, '1', take);
    few.known.end();
    expect(got).toEqual([null, null, null, null]);
  });

  it('[SYN16] every neighbour says it, and it is verified once', () => {
    const bench = new Bench();
    bench.isInstant = false;
    const { got, take } = answers();
    bench.known.hear(introduction(ADA), take);
    bench.known.hear(introduction(ADA), take);
    expect([bench.verifying.length, got]).toEqual([1, []]);
    bench.verifying[0]![1](person(ADA));
    expect(got).toEqual([ADA, ADA]);
    bench.known.hear(introduction(ADA), take);
    expect([bench.verifying.length, got.length, bench.met]).toEqual([1, 3, [ADA]]);
  });

  it('[SYN16] a forged one is nobody’s, answers nobody who waits, and is not kept', () => {
    const bench = new Bench();
    const { got, take } = answers();
    bench.known.need(ADA, '1', take);
    bench.known.hear(new Uint8Array(5), take);
    expect([got, bench.met, bench.known.of(ADA)]).toEqual([[null], [], undefined]);
    bench.known.hear(new Uint8Array(5), take);
    expect(bench.verifying.length).toBe(2);
  });

  it('[SYN16] the first one of a session stays: whoever makes another takes nothing over', () => {
    const bench = new Bench();
    bench.known.hear(introduction(ADA));
    bench.known.hear(introduction(ADA, 1));
    expect(bench.known.bytesOf(ADA)).toEqual(introduction(ADA));
    expect(bench.met).toEqual([ADA]);
  });

  it('[SYN16] is told to who asks, once it is known', () => {
    const bench = new Bench();
    const neighbour = bench.neighbours.get('2')!;
    bench.known.hearWhoIs(neighbour, ADA);
    expect(bench.asked).toBe('');
    bench.known.hear(introduction(ADA));
    bench.known.hearWhoIs(neighbour, ADA);
    expect(bench.asked).toBe('2 introduction');
    // It is not said again before what that session wrote.
    neighbour.introduce('bulk', ADA, introduction(ADA));
    expect(bench.asked).toBe('2 introduction');
  });

  it('[SYN16] of so many that are kept those of whom nothing is needed go first', () => {
    const bench = new Bench([]);
    const name = (count: number): string => String(count).padStart(22, '0');
    Array.from({ length: 3 }, (_, each) => bench.needed.add(name(each)));
    for (let count = 0; count < MOST_INTRODUCTIONS + 2; count += 1) {
      bench.known.hear(introduction(name(count)));
    }
    expect([0, 1, 2, 3, 4, 5].map(each => bench.known.of(name(each)) !== undefined)).toEqual([
      ...[true, true, true],
      ...[false, false, true]
    ]);
    // One that went is verified anew when it comes again.
    const before = bench.verifying.length;
    bench.known.hear(introduction(name(3)));
    expect(bench.verifying.length).toBe(before + 1);
  });
});
