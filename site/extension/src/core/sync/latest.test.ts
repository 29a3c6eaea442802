import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type IEnvelope, plainEnvelope } from '../envelope/envelope';
import { Neighbour, Neighbours } from '../overlay/neighbours';
import { VirtualClock } from '../simulation/time';
import { Contents, QUIET_MS, SETTLE_EVERY_MS } from './contents';
import { Greeting, GREET_MS } from './greeting';
import { Latest } from './latest';
import * as Y from 'yjs';

const digest = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash('sha256').update(bytes).digest());
const EXPIRY = 1000;
const envelope = (session: string, sequence: number, document = 'd'): IEnvelope =>
  plainEnvelope(
    { room: new Uint8Array(16), document, session, kind: 'awareness' },
    sequence,
    Uint8Array.of(sequence)
  );

describe('the latest that sessions said of themselves', () => {
  const keep = (latest: Latest, given: IEnvelope): void =>
    latest.keep(given, given.payload, EXPIRY, () => undefined);
  const heard = (latest: Latest, ...known: Parameters<Latest['newerThan']>[0]): number[] =>
    latest.newerThan(known).map(({ bytes }) => bytes[0]!);

  it('[SYN10] what is not newer than what is known is old, each stream for itself', () => {
    const latest = new Latest(new VirtualClock(), digest);
    expect(latest.isNew(envelope('a', 0))).toBe(true);
    keep(latest, envelope('a', 3));
    expect([2, 3, 4].map(sequence => latest.isNew(envelope('a', sequence)))).toEqual([false, false, true]);
    expect([latest.isNew(envelope('b', 0)), latest.isNew(envelope('a', 0, 'e'))]).toEqual([true, true]);
  });

  it('[SYN10] a neighbour is told what is newer than what they know, and nothing of who is gone', () => {
    const latest = new Latest(new VirtualClock(), digest);
    keep(latest, envelope('a', 3));
    keep(latest, envelope('b', 5));
    latest.keepOwn(envelope('me', 7), Uint8Array.of(7));
    const known = latest.known();
    expect(heard(latest)).toEqual([3, 5, 7]);
    expect(heard(latest, ...known)).toEqual([]);
    expect(heard(latest, ...known.slice(1), { ...known[0]!, sequence: 2 })).toEqual([3]);
    latest.gone('a');
    expect(heard(latest)).toEqual([5, 7]);
    // It must not come back either.
    expect([latest.isNew(envelope('a', 3)), latest.known().length]).toEqual([false, 3]);
    keep(latest, envelope('a', 4));
    expect(heard(latest)).toEqual([5, 7, 4]);
  });

  it('[SYN10] of so many streams the last are remembered, whatever somebody invents', () => {
    const latest = new Latest(new VirtualClock(), digest);
    for (let each = 0; each <= 4000; each += 1) {
      keep(latest, envelope(`s${each}`, 1));
    }
    expect(latest.known().length).toBe(4000);
    expect([latest.isNew(envelope('s0', 1)), latest.isNew(envelope('s1', 1))]).toEqual([true, false]);
    latest.end();
  });
});

describe('greeting', () => {
  it('[SYN10] each new neighbour is asked who is here, one after the other, and who left meanwhile is not', () => {
    const clock = new VirtualClock();
    const neighbours = new Neighbours();
    const asked: string[] = [];
    const meet = (peer: string): void => {
      const line = {
        peer,
        send: () => asked.push(peer),
        bufferedBytes: () => 0,
        drained: () => Promise.resolve()
      };
      neighbours.add(new Neighbour(line, digest));
      greeting.joined(peer);
    };
    const greeting = new Greeting(clock, neighbours, () => []);
    ['a', 'b', 'c'].forEach(meet);
    expect(asked).toEqual(['a']);
    neighbours.delete('b');
    clock.advance(GREET_MS);
    expect(asked).toEqual(['a', 'c']);
    clock.advance(GREET_MS);
    meet('d');
    expect(asked).toEqual(['a', 'c', 'd']);
    meet('e');
    greeting.end();
    clock.advance(GREET_MS);
    expect(asked).toEqual(['a', 'c', 'd']);
  });
});

describe('what a document says', () => {
  it('[PER6] is compared when nothing changed for a while, and one document built for each log, now and then', () => {
    const clock = new VirtualClock();
    const contents = new Contents(clock, digest);
    const [one, two] = [new Y.Doc(), new Y.Doc()];
    contents.changed();
    clock.advance(QUIET_MS - 1);
    expect(contents.quiet(one)).toBeNull();
    clock.advance(1);
    const said = contents.quiet(one);
    expect(said).toEqual(contents.of(one)[0]);
    one.getMap('cells').set('b', { y: [1, null], x: null });
    one.getMap('cells').set('a', 1);
    two.getMap('cells').set('a', 1);
    two.getMap('cells').set('b', { x: null, y: [1, null] });
    const [ours, theirs] = contents.of(one, two);
    expect(ours).toEqual(theirs);
    expect(ours).not.toEqual(said);
    two.getMap('cells').set('b', { x: null, y: [null, 1] });
    expect(contents.of(two)[0]).not.toEqual(theirs);
    const [log, other] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect([contents.mayBuild(log), contents.mayBuild(log), contents.mayBuild(other)]).toEqual([
      true,
      false,
      false
    ]);
    clock.advance(SETTLE_EVERY_MS);
    expect([contents.mayBuild(log), contents.mayBuild(other)]).toEqual([false, true]);
  });
});
